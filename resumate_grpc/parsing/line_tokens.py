"""Line tokens: a résumé's short rows as the tagger sees them, each token with what lists and print say of it.

A token keeps its span in the text. Rows begin with a mark that tells how the row looks, gaps are tokens, dates and
addresses are one token each; running text is one mark, so that a long résumé costs little more than a short one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec

from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Fragment, Row
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.vocabulary import is_place

__all__ = ["LineToken", "line_tokens"]

_TOKEN = re.compile(
    r"\S+@\S+|(?:https?://|www\.)\S+|[\u4e00-\u9fff]|[^\W\d_\u4e00-\u9fff]+(?:['’.&-][^\W\d_\u4e00-\u9fff]+)*\.?|\d+|[^\w\s]"
)
_LONGEST_ROW = 130
_LONGEST_ITEM = 60
_MOST_TOKENS = 4000
"""Tokens of a résumé that are looked at; what comes later is left to the rules."""
_LARGER = 1.12
_LONGEST_PLACE = 3
_ROW, _GAP, _DATE, _RANGE, _BODY, _ADDRESS = "¶", "⇥", "Ⓓ", "Ⓡ", "…", "@"
_FLAGS = {
    Term.ROLE: "R", Term.ORGANISATION: "O", Term.INSTITUTION: "I", Term.DEGREE: "D", Term.SKILL: "S",
    Term.SOFT_SKILL: "S", Term.LANGUAGE: "L",
}  # fmt: skip
_Flag = tuple[int, int, str]
"""A term's half-open span and its letter."""


class LineToken(msgspec.Struct, frozen=True):
    """One token: its half-open span in the text (empty for marks), word, what lists say, how it is printed."""

    word: str
    start: int
    end: int
    known: str
    print: str

    @property
    def is_mark(self) -> bool:
        """Whether it stands for a row's beginning, a gap or running text."""
        return self.end <= self.start


def line_tokens(rows: Sequence[Row], dates: Sequence[DateSpan], terms: Terms) -> list[LineToken]:
    """Return the tokens of the rows in order, at most 4,000."""
    sizes = sorted(row.size for row in rows if row.size)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    flags = sorted((start, end, flag) for term, flag in _FLAGS.items() for start, end in terms.spans.get(term, ()))
    tokens: list[LineToken] = []
    body = False
    for row in rows:
        if len(tokens) >= _MOST_TOKENS:
            break
        long = len(row.text) > (_LONGEST_ITEM if row.bullet else _LONGEST_ROW)
        if not long or (row.bullet and dates_within(dates, row.start, row.end)):
            tokens += _row_tokens(row, dates, flags, usual)
        elif not body:
            tokens.append(LineToken(_BODY, row.start, row.start, "", "b" if row.bullet else ""))
        body = long
    return tokens[:_MOST_TOKENS]


def _row_tokens(row: Row, dates: Sequence[DateSpan], flags: Sequence[_Flag], usual: float) -> Iterator[LineToken]:
    spans = dates_within(dates, row.start, row.end)
    yield LineToken(_ROW, row.start, row.start, _content(row, spans), _looks(row, usual))
    own = flags[bisect_left(flags, (row.start,)) : bisect_left(flags, (row.end,))]
    for place, fragment in enumerate(row.fragments):
        if place:
            yield LineToken(_GAP, fragment.start, fragment.start, "", "")
        yield from _fragment_tokens(fragment, spans, own, place)


def _content(row: Row, spans: Sequence[DateSpan]) -> str:
    """Return what the row as a whole holds: dates, and how many words."""
    dated = "" if not spans else "r" if any(span.is_range for span in spans) else "d"
    words = len(row.text.split())
    return f"{dated}{min(words, 4) if words < 8 else 8}"  # noqa: PLR2004 - one, two, three, some, many


def _looks(row: Row, usual: float) -> str:
    marks = (
        ("b", row.bold), ("i", row.italic), ("c", row.caps), ("l", usual > 0 and row.size > _LARGER * usual),
        ("h", row.heading_level > 0), ("s", row.spaced), ("u", row.bullet), ("t", row.table >= 0),
        ("k", row.color != 0),
    )  # fmt: skip
    return "".join(mark for mark, holds in marks if holds)


def _fragment_tokens(
    fragment: Fragment, dates: Sequence[DateSpan], flags: Sequence[_Flag], place: int
) -> Iterator[LineToken]:
    shape = f"{'b' if fragment.bold else ''}{'i' if fragment.italic else ''}{min(place, 2)}"
    at = fragment.start
    words = list(_TOKEN.finditer(fragment.text))
    inside = [span for span in dates if span.start < fragment.end and at < span.end]
    if inside:
        words = [word for word in words if not _overlaps(at + word.start(), at + word.end(), inside)]
    places = _places(words, fold(fragment.text))
    printed = [
        LineToken(*_word(match, at), _known(at + match.start(), at + match.end(), flags, number in places), shape)
        for number, match in enumerate(words)
    ]
    for span in inside:
        mark = _RANGE if span.is_range else _DATE
        cut = max(span.start, fragment.start)
        token = LineToken(mark, cut, min(span.end, fragment.end), mark, shape)
        printed.insert(bisect_left([each.start for each in printed], cut), token)
    yield from printed


def _overlaps(start: int, end: int, dates: Sequence[DateSpan]) -> bool:
    return any(span.start < end and start < span.end for span in dates)


def _word(match: re.Match[str], at: int) -> tuple[str, int, int]:
    word = match[0]
    if "@" in word[1:] or word.startswith(("http", "www.")):
        word = _ADDRESS
    return word, at + match.start(), at + match.end()


def _known(start: int, end: int, flags: Sequence[_Flag], place: bool) -> str:  # noqa: FBT001 - a token's flag
    known = {flag for first, last, flag in flags if first < end and start < last} if flags else ()
    return "".join(sorted(known)) + ("P" if place else "")


def _places(words: Sequence[re.Match[str]], text: str) -> set[int]:
    """Return which words belong to the name of a place, of up to three words; `text` is what they stand in, folded."""
    found: set[int] = set()
    folded = [text[match.start() : match.end()].strip(".") for match in words]
    for first, match in enumerate(words):
        if not (match[0][0].isupper() or "\u4e00" <= match[0][0] <= "\u9fff"):
            continue
        for size in range(min(_LONGEST_PLACE, len(words) - first), 0, -1):
            name = " ".join(folded[first : first + size])
            if len(name) > 1 and is_place(name):
                found.update(range(first, first + size))
                break
    return found
