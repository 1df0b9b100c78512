"""The candidate's name: large, early, made of a few capitalised words, and like the e-mail address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold, words_of
from resumate_grpc.parsing.fragments import Fragment, Row
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.places import place_likeness
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["name_of"]

_GIVEN_NAMES = (
    r"(?:first name|given names?|forename|vornamen?|pr[ée]noms?|nombres?|nomes?|имя|名)(?:\s*\((?:s|n|en)\))?"
)
_FAMILY_NAMES = (
    r"(?:last name|family name|surnames?|(?:nach|familien|zu)namen?|noms?(?: de famille)?|apellidos?|sobrenome|cognome|"
    r"фамилия|姓)(?:\s*\((?:s|n|en)\))?"
)
_LABEL = re.compile(
    rf"^\s*(?:(?:full |last |first )?name|(?:{_GIVEN_NAMES}|names?)\s?/\s?(?:{_FAMILY_NAMES})|"
    rf"(?:{_FAMILY_NAMES})\s?/\s?(?:{_GIVEN_NAMES}|names?)|"
    r"nombre(?:s)?(?: y apellidos?| completo)?|apellidos? y nombres?|"
    r"nom(?: et prenom)?|"
    r"nome(?: e cognome| completo)?|cognome e nome|vor- und (?:nach|zu)name|name, vorname|naam|voornaam en achternaam|"
    r"имя|фио|ф\.и\.о\.|姓名|氏名|名前|お名前|이름|성명|성함)\s*[:：]\s*",
    re.IGNORECASE,
)
_GIVEN = re.compile(rf"(?:{_GIVEN_NAMES})\s*(?:[:：]\s*|$)", re.IGNORECASE)
_FAMILY = re.compile(rf"(?:{_FAMILY_NAMES})\s*(?:[:：]\s*|$)", re.IGNORECASE)
_LABEL_TRUST = 2.0
_TITLED = re.compile(
    r"(?:['’]s|\s+[-–—|:])?\s+(?:cv|resume|résumé|curriculum vit(?:ae|æ))\s*(?:[:：(–-].*)?$", re.IGNORECASE
)
_TITLE_LEAD = re.compile(
    r"^\s*(?:(?:hi|hello|hey|hola|hallo|bonjour|salut|ol[áa]|ciao|привет)[\s,!.–—-]+"
    r"(?:i['’]?\s?a?m|my name is|soy|me llamo|ich bin|ich heiße|je suis|"
    r"je m['’]appelle|(?:eu )?sou|sono|я|меня зовут)\s+|"
    r"(?:(?:cv|resume|résumé|curriculum vit(?:ae|æ))\s+(?:of|de|von)|lebenslauf(?:\s+von)?)\s*[:–-]?\s+)",
    re.IGNORECASE,
)
"""What makes a document's title of a name: "Ann Lee's CV", "Curriculum Vitae of Ann Lee"."""
_CUT = re.compile(r"\s+[-–—|/•·]\s+|\s+/(?=[^\W\d_])|\s*[,(|•:]\s*|\s{3,}")
_CALLED = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?\s(\([^\W\d_]{2,15}\)|[\"“][^\W\d_]{2,15}[\"”])\s(?=[^\W\d_a-z])")
"""A given name with what its bearer is called: "Thomas (Tom) Lee"."""
_NOT_NAME = re.compile(
    r"\b(?:europass|curriculum|vitae|vitæ|resume|résumé|cv|page|lebenslauf|hoja de vida|резюме|confidential)\b|"
    r"简历|履歴書|職務経歴|이력서|자기소개|@|https?:|www\.",
    re.IGNORECASE,
)
_WORD = re.compile(r"^[^\W\d_][^\W\d_'’.¨´`^~˘¸-]*(?:['’.¨´`^~˘¸-][^\W\d_]*)*$")
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "di",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "ten",
        "ter",
        "bin",
        "ibn",
        "al",
        "el",
        "y",
        "e",
        "zu",
        "af",
    ]
)
_CJK = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,3} [\u4e00-\u9fff\u3040-\u30ff]{1,4}|"
    r"[가-힣]{2,5}|[가-힣]{1,2} [가-힣]{1,3})$"
)
_MOST_WORDS = 5
_MOST_JOINED = 3
_JOINED = 0.3
_EARLY = 8
_ENOUGH = 1.5
_SURE = 0.99  # what stands behind "Name:"


def name_of(rows: Sequence[Row], text: str, *, email: str, terms: Terms) -> Finding | None:
    """Return the name among the rows of the first page, or None; `email` is the address found, or empty."""
    if asked := _in_two_answers(rows, text):
        return asked
    largest = max((row.size for row in rows), default=0.0)
    scored = [
        (score, -candidate.start, candidate)
        for order, candidate, size, bold, bonus in _candidates(rows, text, largest, email)
        if (score := bonus + _score(candidate, order, size / largest if largest else 0.0, email, terms, bold=bold))
        > _ENOUGH + bonus
    ]
    if not scored:
        return None
    score, _, best = max(scored, key=lambda each: (*each[:2], -each[2].end))
    return best.trusted(0.35 + 0.12 * score)


def _in_two_answers(rows: Sequence[Row], text: str) -> Finding | None:
    """Return the name from a form that asks for given and family name apart; the given one comes first."""
    given, family = (_answer(rows, text, label) for label in (_GIVEN, _FAMILY))
    if not given or not family or not all(_WORD.match(word) for each in (given, family) for word in each.text.split()):
        return None
    start, end = min(given.start, family.start), max(given.end, family.end)
    return Finding(text=f"{given.text} {family.text}", start=start, end=end, confidence=0.9)


def _answer(rows: Sequence[Row], text: str, label: re.Pattern[str]) -> Finding | None:
    """Return what stands behind the label: after a colon, in the next fragment, or in the cell beside it."""
    for order, row in enumerate(rows):
        printed = row.fragments[0].text
        match = label.match(printed)
        if match and match.end() < len(printed) and ":" in match[0]:
            return found(text, row.fragments[0].start + match.end(), row.fragments[0].end)
        if not match or match.end() < len(printed):
            continue
        if len(row.fragments) > 1:
            return found(text, row.fragments[1].start, row.fragments[1].end)
        below = rows[order + 1] if order + 1 < len(rows) else None
        if below and row.table >= 0 and (row.table, row.table_row) == (below.table, below.table_row):
            return found(text, below.start, below.end)
    return None


def _candidates(
    rows: Sequence[Row], text: str, largest: float, email: str
) -> Iterator[tuple[int, Finding, float, bool, float]]:
    """Yield row, name, size, weight and what speaks for it beforehand.

    Two rows of the largest print are one name where one is a single word, or the lower is like the e-mail address.
    """
    for order, row in enumerate(rows):
        for at, fragment in enumerate(row.fragments):
            asked = _LABEL.match(fragment.text) or _asked(rows, order, at)
            if candidate := (_family_first(fragment, text) if asked else None) or _cut(fragment, text):
                trusted = candidate.trusted(_SURE if asked else candidate.confidence)
                yield order, trusted, fragment.size, fragment.bold, 0.0
            if fragment.louder and order < _EARLY and (first := found(text, fragment.start, fragment.louder)):
                yield order, first, fragment.size, fragment.bold, 0.0
    for order, name, above in _in_lines_apart(rows, text, largest):
        yield order, name, above.size, above.bold, _JOINED
    for order, (above, below) in enumerate(pairwise(rows)):
        words = len(above.text.split()), len(below.text.split())
        if above.size == below.size > 0 and max(words) <= _MOST_JOINED and sum(words) <= _MOST_WORDS:
            joined = found(text, above.start, below.end)
            if joined and below.start - above.end <= 2:  # noqa: PLR2004 - a line or block break
                one = above.size == largest and (min(words) == 1 or _like_email(below.text, email) > 0)
                yield order, joined, above.size, above.bold, _JOINED if one else 0.0


def _family_first(fragment: Fragment, text: str) -> Finding | None:
    """Return a name that a form has with the family's before a comma, whole: "Oxley, Maren"."""
    label = _LABEL.match(fragment.text)
    start = fragment.start + (label.end() if label else 0)
    family, comma, given = text[start : fragment.end].partition(", ")
    words = [*family.split(), *given.split()]
    if not comma or not 2 <= len(words) <= _MOST_WORDS or not all(map(_WORD.match, words)):  # noqa: PLR2004
        return None
    return found(text, start, fragment.end)


def _asked(rows: Sequence[Row], order: int, at: int) -> bool:
    """Whether what stands left of a fragment, in its row or the cell before, asks for the name."""
    if at:
        return _LABEL.match(f"{rows[order].fragments[at - 1].text}:") is not None
    row, before = rows[order], rows[order - 1] if order else None
    beside = before is not None and row.table >= 0 and (row.table, row.table_row) == (before.table, before.table_row)
    return before is not None and beside and _LABEL.match(f"{before.text}:") is not None


def _in_lines_apart(rows: Sequence[Row], text: str, largest: float) -> Iterator[tuple[int, Finding, Row]]:
    """Yield a name that the largest print has in two lines with others between, where it is printed whole as well."""
    large = [(order, row) for order, row in enumerate(rows) if row.size == largest > 0 and order < _EARLY]
    for (order, above), (_, below) in pairwise(large):
        words = above.text.split() + below.text.split()
        whole = text.find(f"{above.text} {below.text}") if len(words) <= _MOST_WORDS else -1
        if whole >= 0 and (name := found(text, whole, whole + len(above.text) + 1 + len(below.text))):
            yield order, name, above


def _cut(fragment: Fragment, text: str) -> Finding | None:
    label = _LABEL.match(fragment.text)
    if not label and _LABEL.fullmatch(f"{fragment.text.strip()}:"):
        return None  # the label alone
    lead = label or _TITLE_LEAD.match(fragment.text)
    start = fragment.start + (lead.end() if lead else 0)
    if (titled := _TITLED.search(fragment.text)) and titled.start() > 0:
        return found(text, start, fragment.start + titled.start())
    cut = _CUT.search(text, start, fragment.end)
    if cut and (called := _CALLED.match(text, start, fragment.end)) and called.start(1) <= cut.end() <= called.end():
        cut = _CUT.search(text, called.end(), fragment.end)
    if cut and not label and cut[0].strip() in {":", "："}:
        return None  # another label
    return found(text, start, cut.start() if cut and cut.start() > start else fragment.end)


def _score(candidate: Finding, order: int, size: float, email: str, terms: Terms, *, bold: bool) -> float:
    words = candidate.text.split()
    if _CJK.match(candidate.text) and not _NOT_NAME.search(candidate.text):
        words = ["X", "X"]
    elif not _shaped([word.strip('()“”",') for word in words], candidate.text):
        small = [word for word in words if word.islower() and fold(word) not in _PARTICLES]
        if order > 1 or not small or not all(_like_email(word, email) > 0 for word in small[: len(words) - 1]):
            return 0.0
        if not _shaped(candidate.text.title().split(), candidate.text.title()):
            return 0.0
    if heading_key(candidate.text) in headings():
        return 0.0
    score = 2.0 if 2 <= len(words) <= 4 else 0.8  # noqa: PLR2004
    score += 1.5 * max(0.0, size - 0.5) * 2 if size else 0.0
    score += 0.4 if bold else 0.0
    score += _LABEL_TRUST if candidate.confidence == _SURE else 0.0
    score += 1.2 * (_EARLY - order) / _EARLY if order < _EARLY else -0.5
    score += _like_email(candidate.text, email)
    score -= 2.0 if terms.has(Term.ROLE, candidate.start, candidate.end) else 0.0
    score -= 2.0 if terms.has(Term.ORGANISATION, candidate.start, candidate.end) else 0.0
    score -= 1.0 if terms.has(Term.SKILL, candidate.start, candidate.end) else 0.0
    score -= 1.0 if place_likeness(candidate.text) > 0.5 and len(words) < 3 else 0.0  # noqa: PLR2004
    return score


def _shaped(words: Sequence[str], text: str) -> bool:
    if not 1 <= len(words) <= _MOST_WORDS or _NOT_NAME.search(text):
        return False
    if not all(_WORD.match(word) for word in words):
        return False
    return all(word[0].isupper() or fold(word) in _PARTICLES for word in words) or text.istitle()


def _like_email(name: str, email: str) -> float:
    local = re.sub(r"[^a-z]", "", fold(email.partition("@")[0]))
    if not local:
        return 0.0
    hits = sum(len(word) > 2 and word in local for word in words_of(name))  # noqa: PLR2004 - short words hit by chance
    return min(2.0, 1.2 * hits)
