"""The heads of a table's columns, which are no values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from resumate_grpc.parsing.folding import words_of
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.vocabulary import phrases

__all__ = ["without_column_heads"]

_MOST_HEAD_WORDS = 8


def without_column_heads(rows: Sequence[Row]) -> list[Row]:
    """Drop the rows that are the heads of a table's columns: "Year", "Position held", "Degree / Course".

    What a wrapped row runs on into is none: "…, Wexmoor", "University".
    """
    carried = {below.number for above, below in pairwise(rows) if above.wrapped}
    return [row for row in rows if row.number in carried or not _is_column_head(row.text)]


def _is_column_head(printed: str) -> bool:
    words = words_of(printed)
    return 0 < len(words) <= _MOST_HEAD_WORDS and all(word in phrases("column_heads") for word in words)
