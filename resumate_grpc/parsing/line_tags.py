"""Line tags: what the trained tagger takes each token of a résumé's short rows for, and how surely."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from resumate_grpc.parsing.dates import DateSpan
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.line_tokens import LineToken, line_tokens
from resumate_grpc.parsing.nlp import Terms, load_tagger

__all__ = ["EMPTY", "LineTags", "Run", "Tag", "line_tags"]


class Tag(Enum):
    """What a token is part of; the value is the tagger's label."""

    OTHER = "other"
    HEADING = "heading"
    NAME = "name"
    COMPANY = "company"
    TITLE = "title"
    PLACE = "place"
    INSTITUTION = "institution"
    DEGREE = "degree"
    FIELD = "field"
    SKILL = "skill"
    LANGUAGE = "language"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens side by side that are taken for the same thing: their span in the text, and the mean likelihood of it."""

    tag: Tag
    start: int
    end: int
    likelihood: float


@dataclass(frozen=True, slots=True)
class LineTags:
    """The tokens, ordered by start, and for each the likelihood of every tag (columns in the order of `Tag`)."""

    tokens: Sequence[LineToken]
    scores: NDArray[np.float32]
    starts: Sequence[int]

    def likelihood(self, tag: Tag, start: int, end: int) -> float | None:
        """Return the mean likelihood of a tag over a half-open span's words; None where no word of it was looked at."""
        at = self._within(start, end)
        return float(self.scores[at, _COLUMN[tag]].mean()) if at else None

    def runs(self, start: int, end: int, tags: Collection[Tag]) -> list[Run]:
        """Return the runs of the given tags within a half-open span; a lone word between two parts joins them."""
        best = self._best(start, end)
        runs: list[Run] = []
        for (tag, _), group in groupby(best, key=lambda each: (each[1], each[2])):
            if tag in tags:
                places = [place for place, *_ in group]
                likelihood = float(self.scores[places, _COLUMN[tag]].mean())
                runs.append(Run(tag, self.tokens[places[0]].start, self.tokens[places[-1]].end, likelihood))
        return runs

    def _within(self, start: int, end: int) -> list[int]:
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [at for at in range(first, last) if not self.tokens[at].is_mark and self.tokens[at].word[:1].isalnum()]

    def _best(self, start: int, end: int) -> list[tuple[int, Tag, int]]:
        """Return for each word its place, its tag, and the number of the stretch between marks that it stands in."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        told: list[tuple[int, Tag, int]] = []
        stretch = 0
        for at in range(first, last):
            if self.tokens[at].is_mark:
                stretch += 1
            else:
                told.append((at, _TAGS[int(self.scores[at].argmax())], stretch))
        for before, middle, after in zip(told, told[1:], told[2:], strict=False):
            bridged = before[1] is after[1] is not Tag.OTHER and before[2] == middle[2] == after[2]
            if bridged and middle[1] is Tag.OTHER:
                told[told.index(middle)] = (middle[0], before[1], middle[2])
        return told


_TAGS = tuple(Tag)
_COLUMN = {tag: at for at, tag in enumerate(_TAGS)}

EMPTY = LineTags((), np.zeros((0, len(_TAGS)), dtype=np.float32), ())
"""Of a tagger that has seen nothing and says nothing."""


def line_tags(rows: Sequence[Row], dates: Sequence[DateSpan], terms: Terms) -> LineTags:
    """Run the tagger over the rows."""
    tokens = line_tokens(rows, dates, terms)
    tagger = load_tagger()
    scores = tagger.scores(
        [token.word for token in tokens], [token.known for token in tokens], [token.print for token in tokens]
    )
    order = [tagger.labels.index(tag.value) for tag in _TAGS]
    return LineTags(tokens, scores[:, order], [token.start for token in tokens])
