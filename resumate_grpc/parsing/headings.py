"""Headings: which rows open a section, and of what kind, told by words and by look."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.fragments import Row, cut_off
from resumate_grpc.parsing.heading_names import SENTENCE_END, SectionKind, kind_loosely_named, kind_named
from resumate_grpc.parsing.pieces import is_own_account
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["Heading", "headings_of"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that opens a section; `rest` is what stands on it after the heading, `look` counts the signs of its looks.

    `exact` tells that its words are a known heading, not merely like one.
    """

    kind: SectionKind
    title: str
    look: float
    exact: bool
    rest: Row | None = None


_Style = tuple[float, bool, bool, int, int]

_LONGEST_HEADING = 60
_GLUED = re.compile(r"^([A-ZÀ-Þ][A-ZÀ-Þ &]{4,30})(?=[A-ZÀ-Þ][a-zß-ÿ])")
_INLINE = re.compile(r"^\s*([^:：]{3,40})[:：]\s*(.*)$", re.DOTALL)
_COUNT = re.compile(r"^\d{1,3} (?=[^\W\d_])")
"""A count before a heading: "3 people speak for her"."""
_RULE = re.compile(r"^[\s\-=_*~.·—–]{3,}$")
_LARGER = 1.12
_MOST_BARE_WORDS = 5
_ENOUGH_KNOWN = 3
_FEW = 4
_LEAST_CELLS, _MOST_CELL_WORDS = 3, 3
_INITIAL = re.compile(r"\b[A-ZÀ-Þ]\.$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_INLINE_KINDS = {
    SectionKind.SKILLS,
    SectionKind.LANGUAGES,
    SectionKind.CERTIFICATIONS,
    SectionKind.SOFT_SKILLS,
    SectionKind.SUMMARY,
    SectionKind.INTERESTS,
}
_SIDE_KINDS = _INLINE_KINDS | {SectionKind.CONTACT, SectionKind.EDUCATION}
"""Kinds that stand in boxes beside the text, without the style of its headings."""
_ENTRY_KINDS = {SectionKind.EXPERIENCE, SectionKind.PROJECTS, SectionKind.VOLUNTEERING}
_INNER = frozenset(
    ["highlights", "achievements", "key achievements", "responsibilities", "key responsibilities", "technologies",
     "technologies used", "tech stack", "tools", "environment", "skills used", "accomplishments", "aufgaben",
     "tatigkeiten", "erfolge", "missions", "realisations", "logros", "funciones", "responsabilidades",
     "technologien", "tecnologias", "tecnologie", "environnement technique", "langages"]
)  # fmt: skip
_LISTS = {SectionKind.SKILLS, SectionKind.LANGUAGES, SectionKind.SOFT_SKILLS}


def headings_of(rows: Sequence[Row]) -> dict[int, Heading]:
    """Return the headings among the rows, by row number.

    Known words count where the row looks like a heading; rows that look just like the document's other headings count
    whatever they say (OTHER, where no known word is in them).
    """
    body_size = _body_size(rows)
    carried = {below.number for above, below in pairwise(rows) if above.wrapped} | _column_heads(rows)
    candidates = {
        row.number: heading for row in rows if row.number not in carried and (heading := _candidate(row, body_size))
    }
    return _chosen(rows, candidates, body_size)


def _column_heads(rows: Sequence[Row]) -> set[int]:
    """Return the rows that head the columns of a table: three short cells and more, not all of them known headings."""
    heads: set[int] = set()
    for (table, _), line in groupby(rows, key=lambda row: (row.table, row.table_row)):
        cells = list(line) if table >= 0 else []
        short = len({cell.block for cell in cells}) >= _LEAST_CELLS and all(
            len(cell.text.split()) <= _MOST_CELL_WORDS for cell in cells
        )
        if short and not all(heading_key(cell.text) in headings() for cell in cells):
            heads.update(cell.number for cell in cells)
    return heads


def _body_size(rows: Sequence[Row]) -> float:
    weights: Counter[float] = Counter()
    for row in rows:
        weights[round(row.size, 1)] += len(row.text)
    return weights.most_common(1)[0][0] if weights else 0.0


def _candidate(row: Row, body_size: float) -> Heading | None:
    if row.kind in {BlockKind.HEADER, BlockKind.FOOTER} or _RULE.match(row.text):
        return None
    look = _look(row, body_size)
    if len(row.text) <= _LONGEST_HEADING and (named := kind_named(row.text, look)):
        if row.bullet and look < 1:
            return None
        return Heading(named[0], named[1], look, exact=named[2])
    return _inline(row, look)


def _look(row: Row, body_size: float) -> float:
    points = 3.0 if row.heading_level else 0.0
    points += 1.0 if row.caps else 0.0
    points += 1.0 if row.bold else 0.0
    points += 1.5 if body_size and row.size > _LARGER * body_size else 0.0
    points += 0.5 if row.spaced else 0.0
    points += 0.5 if row.text.endswith((":", "：")) else 0.0
    return points - (1.0 if row.bullet else 0.0)


def _inline(row: Row, look: float) -> Heading | None:
    """Read a heading that shares its row with content: in a rail at the left, or before a colon."""
    first = row.fragments[0] if row.fragments else None
    if first and len(row.fragments) > 1 and len(first.text) <= _LONGEST_HEADING and not row.bullet:
        fragment_look = look + (1.0 if first.bold and not row.bold else 0.0) + (1.0 if first.text.isupper() else 0.0)
        named = kind_named(first.text, 0)
        named = None if is_own_account(first.text) else named
        if named and named[2] and fragment_look >= 1 and named[0] is not SectionKind.OTHER:
            return Heading(named[0], named[1], fragment_look, exact=True, rest=_rest(row, row.fragments[1].start))
    glued = _GLUED.match(row.text)
    if glued and (named := kind_named(glued[1], 0)) and named[2]:
        return Heading(named[0], named[1], 1.0, exact=True, rest=_rest(row, row.start + glued.end()))
    match = _INLINE.match(row.text)
    if match and match[2] and not row.bullet:
        named = kind_named(match[1], 0)
        if named and named[2] and named[0] in _INLINE_KINDS:
            return Heading(named[0], named[1], look, exact=True, rest=_rest(row, row.start + match.start(2)))
    return None


def _rest(row: Row, start: int) -> Row:
    return replace(cut_off(row, start), caps=False)


def _style(row: Row) -> _Style:
    return (round(row.size, 1), row.bold, row.caps, row.color, row.heading_level)


def _chosen(rows: Sequence[Row], candidates: dict[int, Heading], body_size: float) -> dict[int, Heading]:
    """Keep the candidates that look like headings here; add unknown rows that look just like them as OTHER."""
    by_number = {row.number: row for row in rows}
    styles = Counter(
        _style(by_number[number]) for number, heading in candidates.items() if heading.exact and heading.rest is None
    )
    strongest = _strongest(styles, by_number, candidates)
    strong_kinds = {heading.kind for number, heading in candidates.items() if _style(by_number[number]) == strongest}
    alike = sum(_style(by_number[number]) == strongest for number in candidates)
    chosen = {
        number: heading
        for number, heading in candidates.items()
        if _acceptable(by_number[number], heading, styles, strongest, strong_kinds)
    }
    chosen = _without_items(rows, chosen, styles, strongest)
    chosen |= _printed_twice(rows, chosen)
    if strongest and styles[strongest] >= _ENOUGH_KNOWN and _stands_out(strongest, body_size):
        chosen = _without_labels_of_posts(rows, chosen)
    chosen = _without_labels(by_number, _without_inner(by_number, chosen, strongest), strongest)
    if strongest and alike > 1 and (_stands_out(strongest, body_size) or _is_apart(rows, strongest, styles)):
        first = min(chosen, default=0)
        for row in rows:
            if row.number > first and row.number not in chosen and _style(row) == strongest and _is_bare(row):
                kind, key = kind_loosely_named(row.text)
                chosen[row.number] = Heading(kind, key, 1.0, exact=False)
        if (other := _in_another_color(rows, strongest, body_size)) and other.number > first:
            chosen.setdefault(other.number, Heading(SectionKind.OTHER, heading_key(other.text), 1.0, exact=False))
    return chosen


def _printed_twice(rows: Sequence[Row], chosen: dict[int, Heading]) -> dict[int, Heading]:
    """Return the rows that say right above a heading what it says: the anchor of a web page's menu."""
    return {
        above.number: chosen[below.number]
        for above, below in pairwise(rows)
        if below.number in chosen and above.number not in chosen and above.text == below.text and not above.bullet
    }


def _in_another_color(rows: Sequence[Row], strongest: _Style, body_size: float) -> Row | None:
    """Return the one row in the larger print of the headings that has another colour; None for several."""
    size, bold, caps, color, level = strongest
    if not body_size or size <= _LARGER * body_size:
        return None
    alike = [row for row in rows if (*_style(row)[:3], row.heading_level) == (size, bold, caps, level)]
    others = [row for row in alike if row.color != color]
    return others[0] if len(others) == 1 and _is_bare(others[0]) else None


def _strongest(styles: Counter[_Style], by_number: dict[int, Row], candidates: dict[int, Heading]) -> _Style | None:
    looks: dict[_Style, float] = {}
    for number, heading in candidates.items():
        style = _style(by_number[number])
        if style in styles:
            looks[style] = max(looks.get(style, 0.0), heading.look)
    ranked = sorted(looks, key=lambda style: (min(styles[style], 3), looks[style], style[0]), reverse=True)
    return ranked[0] if ranked else None


def _acceptable(
    row: Row,
    heading: Heading,
    styles: Counter[_Style],
    strongest: _Style | None,
    strong_kinds: set[SectionKind],
) -> bool:
    style = _style(row)
    if style == strongest or heading.rest is not None:
        return heading.exact or heading.look >= 1
    if strongest and strongest[4] and row.heading_level == 0 and styles[strongest] > 1:
        return heading.exact and heading.kind in _SIDE_KINDS and heading.kind not in strong_kinds and not row.bullet
    if strongest and strongest[4] and row.heading_level > strongest[4]:
        return False
    if not heading.exact:
        return heading.look >= 2 and styles[style] > 0  # noqa: PLR2004 - two signs of look
    return heading.look >= _least_look(row, styles, strongest)


def _least_look(row: Row, styles: Counter[_Style], strongest: _Style | None) -> float:
    """Return how much a known heading must look like one, where the others are in another style."""
    if strongest and styles[strongest] > 1 and _is_loud(strongest) and not (row.bold or row.caps or row.heading_level):
        return 1.0
    smaller = bool(strongest and styles[strongest] > 1 and row.size < strongest[0] * 0.93)
    if smaller and styles[_style(row)] == 1:
        return 1.5  # two signs, one of them weak
    return 0.5 if smaller else 0.0


def _without_items(
    rows: Sequence[Row], chosen: dict[int, Heading], styles: Counter[_Style], strongest: _Style | None
) -> dict[int, Heading]:
    """Drop what is one item of a list in one style, where the other headings are in a larger one: "Teaching".

    Also a subject in the bold print of other names: "Data Science", "Actuarial Science".
    """
    if not strongest or styles[strongest] < _ENOUGH_KNOWN:
        return chosen
    printed, headed = Counter(map(_style, rows)), Counter(_style(row) for row in rows if row.number in chosen)
    items: set[int] = set()
    for style, run in groupby(rows, key=_style):
        numbers = [row.number for row in run]
        named = [number for number in numbers if number in chosen and not chosen[number].rest]
        if style[0] * _LARGER < strongest[0]:
            listed = 2 * len(named) < len(numbers) and len(numbers) > _FEW
            others = style[1] and 2 * headed[style] <= printed[style]
            items.update(
                number
                for number in named
                if listed or number != numbers[0] or (others and chosen[number].kind is SectionKind.SKILLS)
            )
    return {number: heading for number, heading in chosen.items() if number not in items}


def _without_labels_of_posts(rows: Sequence[Row], chosen: dict[int, Heading]) -> dict[int, Heading]:
    """Drop headings before a colon within a post, told by a dated row below them: "Specialties: …", then a post."""
    dated = [row.number for row in rows if _is_dated(row)]
    kept: dict[int, Heading] = {}
    open_kind: SectionKind | None = None
    for number, following in pairwise([*sorted(chosen), rows[-1].number + 1 if rows else 0]):
        heading = chosen[number]
        inner = heading.rest is not None and open_kind in _ENTRY_KINDS
        if inner and bisect_right(dated, number) < bisect_left(dated, following):
            continue
        kept[number], open_kind = heading, heading.kind
    return kept


def _is_dated(row: Row) -> bool:
    rail = row.fragments[0].text if len(row.fragments) > 1 else ""
    told = row.text if len(row.text) <= _LONGEST_HEADING else rail
    return not row.bullet and _YEAR.search(told) is not None


def _without_inner(
    by_number: dict[int, Row], chosen: dict[int, Heading], strongest: _Style | None
) -> dict[int, Heading]:
    """Drop what heads the tasks of a single post within the section of posts: "Highlights", "Technologies"."""
    kept: dict[int, Heading] = {}
    lesser = {number for number, heading in chosen.items() if heading.rest or _style(by_number[number]) != strongest}
    titles = Counter(heading.title for number, heading in chosen.items() if number not in lesser)
    open_kind: SectionKind | None = None
    for number in sorted(chosen):
        heading = chosen[number]
        inner = heading.title in _INNER and open_kind in _ENTRY_KINDS
        if inner and (titles[heading.title] > 1 or number in lesser):
            continue
        kept[number], open_kind = heading, heading.kind
    return kept


def _without_labels(
    by_number: dict[int, Row], chosen: dict[int, Heading], strongest: _Style | None
) -> dict[int, Heading]:
    """Drop headings that are labels inside a list of skills: "Languages", "Tools" in a lesser style under "Skills"."""
    kept: dict[int, Heading] = {}
    open_kind: SectionKind | None = None
    for number in sorted(chosen):
        heading = chosen[number]
        own = _style(by_number[number]) == strongest and heading.rest is None
        spoken = heading.kind is SectionKind.LANGUAGES and by_number[number].heading_level > 0
        after_spoken = kept and kept[max(kept)].kind is SectionKind.LANGUAGES
        label = heading.kind in _LISTS and _is_label(heading) and not spoken and not after_spoken
        if not own and open_kind is SectionKind.SKILLS and (label or _is_one_label_of_several(by_number, kept, number)):
            continue
        if open_kind is SectionKind.INTERESTS and heading.rest is not None and heading.kind is SectionKind.SKILLS:
            continue  # "IT" in a rail of what somebody likes
        kept[number] = heading
        if own or heading.kind not in _LISTS or open_kind is None:
            open_kind = heading.kind
    return kept


def _is_one_label_of_several(by_number: dict[int, Row], kept: dict[int, Heading], number: int) -> bool:
    """Whether the section that is open has a row in the style of this one, lesser than its own, that heads nothing."""
    opened = max(kept)
    style = _style(by_number[number])
    between = (by_number[other] for other in range(opened + 1, number) if other in by_number)
    return style != _style(by_number[opened]) and style[1] and any(_style(row) == style for row in between)


def _is_label(heading: Heading) -> bool:
    return heading.kind is SectionKind.SKILLS or heading.kind is SectionKind.LANGUAGES


def _stands_out(style: _Style, body_size: float) -> bool:
    size, bold, caps, _, level = style
    return bool(level) or (body_size > 0 and size > _LARGER * body_size) or (bold and caps)


def _is_apart(rows: Sequence[Row], style: _Style, styles: Counter[_Style]) -> bool:
    """Whether nothing but headings is printed in a style, most of them known ones, whatever its size."""
    own = [row for row in rows if _style(row) == style]
    known = styles[style]
    return known >= _ENOUGH_KNOWN and len(own) <= 2 * known and all(map(_is_bare, own)) and len(own) * 2 < len(rows)


def _is_loud(style: _Style) -> bool:
    """Whether headings in this style are bold, in capitals or marked: then a plain word of theirs is a list item."""
    _, bold, caps, _, level = style
    return bold or caps or bool(level)


def _is_bare(row: Row) -> bool:
    text = _COUNT.sub("", row.text)
    return (
        len(row.fragments) == 1
        and 0 < len(text.split()) <= _MOST_BARE_WORDS
        and not any(char.isdigit() for char in text)
        and (not SENTENCE_END.search(row.text) or _INITIAL.search(row.text) is not None)
        and row.kind not in {BlockKind.HEADER, BlockKind.FOOTER}
    )
