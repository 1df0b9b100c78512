"""Certificates: their names, without who issued them, when, and under what number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from resumate_grpc.parsing.column_heads import without_column_heads
from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import words_of
from resumate_grpc.parsing.fragments import Fragment, Row
from resumate_grpc.parsing.vocabulary import heading_key, headings, phrases

__all__ = ["certificates_of"]

_ISSUER = re.compile(
    r"\s+[-–—|•·]\s+|\s*(?:[|•]|·(?=\s))\s*|,\s+(?=[A-ZÀ-Þ][^,]*$)|\s{3,}|\s+(?:by|from|issued by|issued|via)\s+|"
    r"\s*\((?=[^()]*(?:19|20)\d\d)|\t",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"(?:\b(?:and|of|in|for|the|to|und|et|y|e|de)|[&,/(–-])$", re.IGNORECASE)
_LEVEL = re.compile(
    r"(?:associate|professional|special(?:ty|ist)|expert|fundamentals?|foundations?|practitioner|"
    r"level|advanced|intermediate|administrator|developer|architect|engineer|part)\b",
    re.IGNORECASE,
)
_HOLDER = re.compile(
    r"\b(?:administrator|developer|programmer|analyst|architect|engineer|practitioner|specialist|professional)\s*$",
    re.IGNORECASE,
)
_SITE = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}")
"""Where a certificate was had, on a line of its own."""
_OWN_NAME = re.compile(r"\b(?:certifi|zertifi|certificad|certificaç)", re.IGNORECASE)
"""What says of itself that it is a certificate carries on no other one's name."""
_LIST_ROWS, _MOST_LISTED_WORDS = 4, 6
_LIST_SIGN = re.compile(r",\s+|\s*[;|•·]\s*|\t")
_ID = re.compile(
    r"\b(?:credential|certificate|license|licence|id|no\.?|number|expires?|expiration|valid|issued|issuer|"
    r"show credential)\b.{0,3}[:#\s].*$",
    re.IGNORECASE,
)
_NAME_LABEL = re.compile(
    r"\s*(?:name|title|certificat(?:e|ion)(?: name)?|zertifikat|certificado)\s*:\s*", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"[,;(–—-]\s*(?:credential|certificate|licen[sc]e|registration|certification)\s*(?:id|no\.?|number|nr\.?)?\s*[:#]?\s*"
    r"(?=[#\w-]*\d)",
    re.IGNORECASE,
)
"""A number amid the row: "Registered Nurse, State of Utah, License #R12, expires 2026"."""


def certificates_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str) -> Iterator[Finding]:
    """Yield the names of the certificates that the rows list, without issuer, date and number."""
    if (cells := _first_cells(rows, dates)) is not None:
        yield from (item for cell in cells if (item := _certificate(cell, None, dates, text)))
        return
    if listed := _listed(rows, dates, text):
        yield from listed
        return
    any_bullet = any(row.bullet for row in rows)
    any_bold = (
        not any_bullet and any(row.bold or row.fragments[0].bold for row in rows) and not all(row.bold for row in rows)
    )
    gapped = not any_bullet and _stands_in_groups(rows)
    leading = _print(_first_loud(rows)) if rows else None
    parted = sum(bool(row.fragments[0].breaks) for row in rows) * 2 > len(rows)
    told_apart = not any_bullet and len({_print(row) for row in rows}) > 1
    alike = ((above, below) for above, below in pairwise(rows) if _print(above) == _print(below))
    carried = {
        below.number
        for above, below in alike
        if ((told_apart and above.wrapped) or _UNFINISHED.search(above.text)) and not below.bullet
    }
    for index, row in enumerate(rows):
        if row.number in carried or (not any_bullet and row.size and _print(row) != leading):
            continue
        if gapped and not row.spaced:
            continue
        if any_bold and not (row.bold or row.fragments[0].bold):
            continue
        if any_bullet and not row.bullet and (row.text[:1].islower() or _hangs(row, rows[:index])):
            continue
        if heading_key(row.text) in headings() or _ID.match(row.text):
            continue
        below = rows[index + 1] if index + 1 < len(rows) else None
        hangs = below and any_bullet and not below.bullet and _hangs(below, rows[: index + 1])
        wrapped = below if below and (hangs or below.number in carried) else None
        if item := _certificate(row, wrapped, dates, text, parted=parted):
            yield item


def _listed(rows: Sequence[Row], dates: Sequence[DateSpan], text: str) -> list[Finding]:
    """Return the items of a section that is one list in one line, maybe wrapped; none where it may be name and issuer.

    Two names are a list where the second names no organisation, and none has a date.
    """
    run_on = all(not row.bullet and row.block == rows[0].block for row in rows) and len(rows) <= _LIST_ROWS
    wrapped = all(above.wrapped or above.text.endswith(",") for above, _ in pairwise(rows))
    if not rows or not run_on or not wrapped or dates_within(dates, rows[0].start, rows[-1].end):
        return []
    start, end = rows[0].start, rows[-1].end
    edges = [start, *(at for cut in _LIST_SIGN.finditer(text, start, end) for at in cut.span()), end]
    parts = [part for left, right in zip(edges[::2], edges[1::2], strict=True) if (part := found(text, left, right))]
    alone = len(parts) > 1 and all(_OWN_NAME.search(part.text) or not _belongs(part.text) for part in parts[1:])
    short = all(len(part.text.split()) <= _MOST_LISTED_WORDS for part in parts)
    return [part.trusted(0.7) for part in parts] if alone and short else []


def _belongs(printed: str) -> bool:
    """Whether what stands behind a name belongs to it: the rest of it, or who issued it."""
    return _goes_on(printed) or _names_organisation(printed)


def _names_organisation(printed: str) -> bool:
    words = words_of(printed)
    names = [" ".join(words), *words]
    return any(name in phrases(kind) for kind in ("organisations", "institutions") for name in names)


def _first_cells(rows: Sequence[Row], dates: Sequence[DateSpan]) -> list[Row] | None:
    """Return the cell that names the certificate in each line of a table, column heads left out; None for no table."""
    if any(row.table < 0 for row in rows):
        return None
    lines = [
        list(cells) for _, cells in groupby(without_column_heads(rows), key=lambda row: (row.table, row.table_row))
    ]
    if not lines or any(len({row.block for row in line}) < 2 for line in lines):  # noqa: PLR2004 - two cells
        return None
    named = ((row for row in line if not _is_dated(row, dates)) for line in lines)
    return [cell for cells in named if (cell := next(cells, None))]


def _is_dated(row: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether the row is a date and nothing else."""
    return any(span.end - span.start >= len(row.text) - 1 for span in dates_within(dates, row.start, row.end))


def _print(row: Row) -> tuple[float, bool, int]:
    """Return how the row is printed: in a list of names and issuers, the names are alike."""
    return (round(row.size, 1), row.italic, row.color)


def _first_loud(rows: Sequence[Row]) -> Row:
    """Return the row whose print the names have: the first, or the first of the larger and bold ones below it."""
    loud = max(rows, key=lambda row: (row.bold, row.size))
    several = sum(_print(row) == _print(loud) and row.bold for row in rows) > 1
    return loud if several and loud.bold and loud.size > rows[0].size else rows[0]


def _hangs(row: Row, above: Sequence[Row]) -> bool:
    """Whether the row carries on the list item above it: further in than its glyph, and not set apart."""
    item = next((other for other in reversed(above) if other.bullet), None)
    return item is not None and row.box is not None and not row.spaced and row.left >= item.left - 1


def _stands_in_groups(rows: Sequence[Row]) -> bool:
    """Whether the rows come in groups of two or three: a name, then its issuer or date."""
    groups = sum(row.spaced for row in rows)
    alone = any(above.spaced and below.spaced for above, below in pairwise(rows))
    return groups > 1 and not alone and len(rows) <= 3 * groups


def _goes_on(rest: str) -> bool:
    """Whether what stands behind a comma or dash is still the certificate's name: "…, Java Programmer"."""
    return _LEVEL.match(rest) is not None or _HOLDER.search(rest) is not None


def _end_of_print(fragment: Fragment, text: str, *, parted: bool) -> int:
    """Return where a name ends that its print sets apart from a sign and the issuer behind it; 0 for none.

    Where the names of the list are `parted` by their print, no sign need stand there.
    """
    if parted and fragment.breaks and text[fragment.breaks[0]].isupper():
        return len(text[fragment.start : fragment.breaks[0]].rstrip()) + fragment.start
    for at in fragment.breaks:
        end = len(text[fragment.start : at].rstrip()) + fragment.start
        if end > fragment.start + 3 and _ISSUER.match(text, end):
            return end
    return 0


def _certificate(
    row: Row, wrapped: Row | None, dates: Sequence[DateSpan], text: str, *, parted: bool = False
) -> Finding | None:
    fragments = [
        fragment for fragment in row.fragments
        if not any(span.end >= fragment.end - 1 for span in dates_within(dates, fragment.start, fragment.start + 2))
    ]  # fmt: skip
    if not fragments:
        return None
    start, end = fragments[0].start, fragments[0].end
    if wrapped and len(fragments) == 1 and not _ISSUER.search(text, start, end) and not dates_within(dates, start, end):
        end = wrapped.fragments[0].end
    for span in dates_within(dates, start, end):
        if span.start - start > 2 and end - span.end > 2:  # noqa: PLR2004 - amid the name, brackets aside
            continue
        start, end = (span.end, end) if span.start - start <= 2 else (start, min(end, span.start))  # noqa: PLR2004
    if label := _NAME_LABEL.match(text, start, end):
        start = label.end()
    printed = _end_of_print(fragments[0], text, parted=parted)
    number = _NUMBERED.search(text, start + 3, end)
    end = start + len(text[start : number.start() if number else end].rstrip(" ,;(（|-–—"))
    cuts = (cut for cut in _ISSUER.finditer(text, start + 3, end) if not _goes_on(text[cut.end() : end]))
    cut = next(cuts, None)
    item = found(text, start, printed if start < printed < end else cut.start() if cut else end)
    if not item or _SITE.fullmatch(item.text) or len(item.text) < 2 or len(item.text) > 120:  # noqa: PLR2004
        return None
    return item.trusted(0.82)
