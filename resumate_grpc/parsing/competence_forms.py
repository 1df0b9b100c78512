"""Forms that ask for competences, each with its label at the left of a row or above it, as Europass does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.vocabulary import heading_key, phrases

__all__ = ["Competence", "answers_of", "is_competence_form"]

_LONGEST_LABEL = 6


class Competence(Enum):
    """What a label of the form asks for."""

    LANGUAGES = "languages"
    TECHNICAL = "technical"
    SOFT = "soft"
    OTHER = "other"


def is_competence_form(rows: Sequence[Row], terms: Terms) -> bool:
    """Whether one of the rows asks for the mother tongue: no free list of skills does.

    Below a language that stands alone, or as the last row, "Mother tongue" tells how well it is spoken.
    """
    return any(
        _asked(row) is Competence.LANGUAGES
        and (len(row.fragments) > 1 or ":" in row.text or (index + 1 < len(rows) and not _is_level(rows, index, terms)))
        for index, row in enumerate(rows)
    )


def _is_level(rows: Sequence[Row], index: int, terms: Terms) -> bool:
    """Whether the row above names a language and nothing else."""
    above = rows[index - 1] if index else None
    return above is not None and any(
        last - first >= len(above.text) - 1 for first, last in terms.within(Term.LANGUAGE, above.start, above.end)
    )


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
