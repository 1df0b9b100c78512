"""Forms that ask for competences, each with its label at the left of a row or above it, as Europass does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.vocabulary import heading_key, phrases

__all__ = ["Competence", "answers_of", "is_competence_form"]

_LONGEST_LABEL = 6


class Competence(Enum):
    """What a label of the form asks for."""

    LANGUAGES = "languages"
    TECHNICAL = "technical"
    SOFT = "soft"
    OTHER = "other"


def is_competence_form(rows: Sequence[Row]) -> bool:
    """Whether one of the rows asks for the mother tongue: no free list of skills does."""
    return any(_asked(row) is Competence.LANGUAGES for row in rows)


def answers_of(rows: Sequence[Row]) -> Iterator[tuple[Competence, Row, int]]:
    """Yield each row that answers with what it answers and where in the text its answer begins.

    Rows without a label go with the label above; those before the first one are left out.
    """
    competence: Competence | None = None
    for row in rows:
        asked = _asked(row)
        competence = asked or competence
        start = row.start
        if asked:
            colon = row.text.find(":")
            start = (
                row.fragments[1].start if len(row.fragments) > 1 else row.start + colon + 1 if colon > 0 else row.end
            )
        if competence and start < row.end:
            yield competence, row, start


def _asked(row: Row) -> Competence | None:
    label = row.fragments[0].text.partition(":")[0]
    if row.bullet or len(label.split()) > _LONGEST_LABEL:
        return None
    key = heading_key(label.replace("(s)", "s").replace("(n)", "n").replace("(en)", "en").replace("(es)", "es"))
    return next((kind for kind in Competence if key in phrases(f"competences_{kind.value}")), None)
