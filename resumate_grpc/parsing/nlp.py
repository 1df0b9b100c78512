"""spaCy at work: one pass that marks job, degree, organisation, skill and language words in a text.

A blank multi-language pipeline with a tokenizer of ours (linear on any input) and one `PhraseMatcher`; each document is
read in a memory zone, so that the words of one résumé don't stay in a warm process.

spaCy is imported by who uses it: servers and bridges import this module, by way of what they need, and never parse.
Its import is a third of their start, and of their end.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.tagger import Embedding, Layer, Tagger
from resumate_grpc.parsing.vocabulary import phrases

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher

__all__ = ["Term", "Terms", "load", "load_tagger", "terms_of"]

_TOKEN = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+[+#]*|[^\w\s]|_")
_UNKNOWN = "\0"
"""Stands for a word that occurs in no phrase: spaCy would work out each new word's form, and nothing here asks."""


class Term(Enum):
    """What a phrase names; the value is the word list's name."""

    ROLE = "roles"
    ORGANISATION = "organisations"
    INSTITUTION = "institutions"
    DEGREE = "degrees"
    SKILL = "skills"
    SOFT_SKILL = "soft_skills"
    LANGUAGE = "languages"


_SHORTEST_COMPOUND = 8
_POSTS = (
    "ingenieur leiter entwickler berater techniker mechaniker pfleger assistent arbeiter verkaufer designer manager "
    "therapeut lehrer fuhrer betreuer fahrer helfer meister trainer redakteur chemiker elektroniker administrator "
    "beauftragter forscher planer prufer gestalter zeichner sekretar spezialist architekt"
)
_OTHER_POSTS = (
    "kaufmann kauffrau hilfskraft fachkraft pflegekraft beauftragte angestellte angestellter medewerker adviseur "
    "monteur begeleider leidster leider beheerder ontwikkelaar verkoper"
)
_SCHOOLS = (
    "skolan skole skolen gymnasiet hogskolan hogskola liceum technikum politechnika "
    "hochschule universitat gymnasium berufsschule realschule akademie hogeschool universiteit lyceum universitet"
)
_NAMES = (
    "werke klinik klinikum krankenhaus verlag versicherung sparkasse verein verband kanzlei zentrum gesellschaft "
    "ziekenhuis bedrijf"
)
_ENDINGS = {
    Term.ROLE: tuple(f"{post}{ending}" for post in _POSTS.split() for ending in ("", "in"))
    + tuple(_OTHER_POSTS.split()),
    Term.INSTITUTION: tuple(_SCHOOLS.split()),
    Term.ORGANISATION: tuple(_NAMES.split()),
}
"""How compounds of German and Dutch end that name a post, a school or an organisation: "Entwicklungsingenieurin"."""


_SCRIPT_ENDINGS = {
    Term.ROLE: tuple(
        "エンジニア プログラマー プログラマ マネージャー デザイナー リーダー コンサルタント アナリスト ディレクター "  # noqa: SIM905 - reads better
        "개발자 엔지니어 매니저 디자이너 팀장 연구원 컨설턴트 기획자 마케터 분석가 관리자 담당자 프로그래머".split()
    ),
    Term.INSTITUTION: ("대학교", "대학원", "고등학교", "중학교", "전문대학", "여대", "과학고"),
    Term.ORGANISATION: tuple(
        "주식회사 병원 은행 연구소 전자 그룹 소프트 시스템 システム ソリューション サービス".split()  # noqa: SIM905 - reads better
    ),
}
"""How words end in scripts that write a name and its kind without a space between."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The half-open spans of a text's terms, ordered by start, by kind."""

    spans: Mapping[Term, Sequence[tuple[int, int]]] = field(default_factory=dict)

    def within(self, term: Term, start: int, end: int) -> Sequence[tuple[int, int]]:
        """Return the spans of `term` that begin in the half-open span given."""
        spans = self.spans.get(term)
        if not spans:
            return ()
        low = bisect_left(spans, (start, 0))
        return spans[low : bisect_left(spans, (end, 0), low)]

    def has(self, term: Term, start: int, end: int) -> bool:
        """Whether a phrase of this kind lies within the half-open span given."""
        return any(stop <= end for _, stop in self.within(term, start, end))


@cache
def load() -> tuple[Language, PhraseMatcher, frozenset[str]]:
    """Build the pipeline, its matcher and the set of words that occur in phrases, once a process (about 0.2 s)."""
    import spacy  # noqa: PLC0415
    from spacy.matcher import PhraseMatcher  # noqa: PLC0415
    from spacy.tokens import Doc  # noqa: PLC0415

    language = spacy.blank("xx")
    matcher = PhraseMatcher(language.vocab, attr="ORTH")
    known: set[str] = set()
    for term in Term:
        split = [_TOKEN.findall(phrase) for phrase in sorted(phrases(term.value))]
        matcher.add(term.name, [Doc(language.vocab, words=words) for words in split])
        known.update(*split)
    return language, matcher, frozenset(known)


def terms_of(text: str) -> Terms:
    """Mark the terms of `text`; of overlapping ones of a kind the longest stays."""
    from spacy.tokens import Doc  # noqa: PLC0415

    language, matcher, known = load()
    tokens = list(_TOKEN.finditer(fold(text)))
    printed = [token[0] for token in tokens]
    words = [word if word in known else _UNKNOWN for word in printed]
    spans: dict[Term, list[tuple[int, int]]] = defaultdict(list)
    with language.memory_zone():
        doc = Doc(language.vocab, words=words)
        for label, first, last in matcher(doc):
            term = Term[language.vocab.strings[label]]
            spans[term].append((tokens[first].start(), tokens[last - 1].end()))
    for word, token in zip(printed, tokens, strict=True):
        if len(word) >= _SHORTEST_COMPOUND:
            kinds = _ENDINGS
        elif word[0] >= "\u3040":
            kinds = _SCRIPT_ENDINGS
        else:
            continue
        for term, endings in kinds.items():
            if word.endswith(endings):
                spans[term].append(token.span())
    return Terms({term: _longest(found) for term, found in spans.items()})


@cache
def load_tagger() -> Tagger:
    """Load the trained tagger that the package carries, once a process."""
    import spacy  # noqa: PLC0415
    from spacy.attrs import NORM, PREFIX, SHAPE, SUFFIX  # type: ignore[import-not-found]  # noqa: PLC0415

    with as_file(files("resumate_grpc.parsing.data") / "tagger") as folder:
        language: Any = spacy.load(folder)
    pipe = language.get_pipe("tagger")
    nodes: dict[str, list[Any]] = defaultdict(list)
    for node in pipe.model.walk():
        nodes[node.name].append(node)
    getters = language.vocab.lex_attr_getters
    traits = [*(getters[trait] for trait in (NORM, PREFIX, SUFFIX, SHAPE)), str, str]
    first, *windows = (
        Layer.of(node.get_param("W"), node.get_param("b"), norm.get_param("G"), norm.get_param("b"))
        for node, norm in zip(nodes["maxout"], nodes["layernorm"], strict=True)
    )
    shares = np.split(first.weights, len(traits))  # each trait's vectors are multiplied with their share here, once
    *of_words, of_known, of_prints = (
        Embedding(node.get_param("E") @ share, trait, _rows(language.vocab.strings, node))
        for node, trait, share in zip(nodes["hashembed"], traits, shares, strict=True)
    )
    (last,), (window, *_) = nodes["softmax"], nodes["expand_window"]
    return Tagger(
        labels=tuple(pipe.labels),
        of_words=of_words,
        of_known=of_known,
        of_prints=of_prints,
        first=first,
        windows=windows,
        reach=window.attrs["window_size"],
        weights=last.get_param("W").T.copy(),
        bias=last.get_param("b"),
    )


def _rows(strings: Any, node: Any) -> Callable[[Sequence[str]], NDArray[np.uint32]]:
    """Return what tells which rows of a hash embedding's table belong to each of n strings, shape (n, 4)."""

    def rows(traits: Sequence[str]) -> NDArray[np.uint32]:
        numbers = np.array([strings[trait] for trait in traits], dtype=np.uint64)
        hashed: NDArray[np.uint32] = node.ops.hash(numbers, node.attrs["seed"]) % len(node.get_param("E"))
        return hashed

    return rows


def _longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
