"""The items that rows of a skills section list, each with the label that it stands under."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.links import EMAIL
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.sections import SectionKind
from resumate_grpc.parsing.skill_labels import (
    LIST_COMMA,
    bold_is_label,
    bullets_are_labels,
    label_cells,
    printed_label,
    rail_label,
    rows_over_lists,
)
from resumate_grpc.parsing.skill_sentences import named_in
from resumate_grpc.parsing.vocabulary import heading_key, headings, phrases

__all__ = ["LABEL", "MOST_WORDS", "is_grade", "is_sentence", "items_of", "items_within"]

_ITEM_BREAK = re.compile(
    r"\s*[;|•·∙⋅●▪■◆、，；\n\t]\s*(?![^()]*\))|,\s*(?![^()]*\))|\s{3,}|\s+[–—]\s+|\s+-\s+|\.\s+(?=\w+:)|"
    r"(?<=[a-zß-ÿ]{4})\.\s+(?=[A-ZÀ-Þ][a-zß-ÿ]+ \()"
)
_SLASH = re.compile(r"\s+/\s+")
_INNER_LABEL = re.compile(r"^\s*[^\W\d_][\w ]{1,24}:\s+(?=\w)")
LABEL = re.compile(r"^\s*([^:：→⇒()]{2,60}?)\s*(?:\([^:：()]{0,25}\)\s*)?[:：→⇒]\s*(?!//)")
_BRACKETED = re.compile(r"\s*([^()]{2,40}?)\s*\(([^()]*[,;][^()]*)\)\s*$")
_IN_BRACKETS = re.compile(r"\s*()\(([^()]*[,;][^()]*)\)\s*$")
_DASH_LABEL = re.compile(r"^\s*([^,;:()]{2,45}?)\s+[-–—]\s?(?=[^,;]+[,;][^,;]+[,;])")
_GRADE = re.compile(
    r"\s*[(\[–—:-]?\s*(?:\b(?:expert|advanced|intermediate|beginner|basic|basics|proficient|proficiency|"
    r"fluent|native|novice|familiar|"
    r"excellent|very good|good|strong|working knowledge|professional working proficiency|experienced|skilled|competent|"
    r"elementary|upper[- ]intermediate|pre[- ]intermediate|conversational|mother tongue|grundkenntnisse|"
    r"fortgeschritten|"
    r"sehr gut|gut|fliessend|fließend|muttersprache|verhandlungssicher|avancé|intermédiaire|débutant|"
    r"courant|natif|langue maternelle|lu,? parlé,? écrit|avanzado|"
    r"experten?|expertin|profi|anfänger(?:in)?|grundlagen|experto|principiante|lengua materna|língua materna|"
    r"madrelingua|lingua madre|moedertaal|"
    r"intermedio|básico|nativo|fluido|avançado|básico|fluente)\b(?:\s+(?:level|user|knowledge|in|with))?"
    r"|\d{1,2}\+?\s*(?:years?|yrs?|months?|jahre|ans|años|anos|лет|год\w*)\b(?:\s+(?:of\s+)?experience)?|"
    r"\d{1,3}\s?%|\d{1,2}\s?/\s?(?:5|10)\b|[★☆●○◐⬤◯█░▪▫]+)\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_NAMED_LIKE_GRADE = re.compile(r"(.*[^\W\d_])\s(?:Native|Fluent)$", re.DOTALL)
_RATED = re.compile(r"\s*([^:：]{2,60}?)\s*[:：]\s*\d{1,2}(?:[.,]\d)?(?:\s?/\s?\d{1,2})?\s*(?:\([^()]*\))?\s*")
"""A skill and its mark: "Rust: 4 (every day)", "Perl: 3/5"."""
_LEAST_RATED = 3
_LEAD = re.compile(
    r"^\s*(?:(?:and|und|et|y|e|и|etc\.?|including|in[ck]l\.?|e\.g\.|such as|like|also|experience (?:with|"
    r"in)|experienced (?:in|with)|"
    r"proficient (?:(?:developing|programming|working|coding) )?(?:in|with|at)|"
    r"proficiency in|knowledge of|working knowledge of|familiar(?:ity)? with|"
    r"skilled in|expert in|"
    r"(?:professional )?working (?:proficiency|experience) (?:in|with)|"
    r"(?:(?:sehr )?gute |erweiterte )?(?:grund)?kenntnisse (?:in|von)|erfahrung(?:en)? (?:in|mit)|umgang mit|"
    r"(?:bonnes? )?(?:connaissances?|maîtrise|notions) (?:de|des|du|en)|"
    r"(?:buona )?conoscenza (?:di|del)|(?:bons? )?conhecimentos? (?:de|em)|conocimientos? (?:de|en)|manejo de|"
    r"strong|excellent|basic|advanced|good|"
    r"hands-on(?: (?:experience )?(?:in|with))?|fluent in|знание|опыт работы с)\s+|"
    # Chinese verbs of knowing stand before the name without a space.
    r"(?:熟练)?(?:掌握|使用|运用)|熟悉|了解|精通|擅长)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:,?\s*(?:etc|u\.a|among others|and more)\.?|\s*等[。；;]?|"
    r"(?<=[a-z+#\d])\s?(?:编程语言|语言|框架|数据库))\s*$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+(?:and|und|et|y|e|ed|i|en|и)\s+|\s?[和与及]\s?")
_LATIN = re.compile(r"[\w+#./ -]+", re.ASCII)
_MARK = re.compile(r"\s*(?:[A-Z][^\W_]* )?(?=\S*[A-Z\d]\S*[A-Z\d])[^\W_]{2,12}(?: [A-Z][^\W_]*)?\s*")
"""A name with two capitals or digits in one word: "GIMP", "CorelDRAW", "MS Office"."""
_NAME = re.compile(r"\s*(?:[A-Z][\w+#.-]*)(?: [A-Z\d][\w+#.-]*)?\s*")
_NOT_ITEM = re.compile(
    r"^(?:etc|and|und|et|others?|other \w+|more|page \d+.*|\d+|level|skills?|years?|experience|basic|expert|advanced|"
    r"intermediate|beginner|proficient|fluent|native|master|novice|elementary|"
    r"skillful|skilled|experienced|competent|familiar|excellent|good|very good)\.?$",
    re.IGNORECASE,
)
MOST_WORDS = 6
"""Words of the longest name of a skill; what is longer tells of skills."""
_ALIGNED = 3.0  # points
_SHORT_CAPITALS = 5
_SHORT_LINE = 1  # words
_PROSE_WORDS = 9
_TELLING_WORDS = 4
_GRADE_WORDS = 2
_LEAST_GRADED = 4
_SIGNED = re.compile(
    r"^[^\W\d_][\w .'-]{1,30},\s+(?:(?:den|im|le|li|il|em|a|el|the)\s+)?(?:\d{1,2}\.?\s?)?"
    r"(?:(?:de\s)?[^\W\d_]+\.?|\d{1,2}\.)\s?(?:de\s)?(?:19|20)\d\d$"
)
"""Place and date at a document's end: "Köln, im Januar 2024"."""


def items_of(rows: Sequence[Row], text: str, terms: Terms) -> Iterator[tuple[str, Finding]]:
    """Yield each listed item with the folded label that it stands under, empty where there is none."""
    label = ""
    rows = _with_wraps_joined(rows)
    bold_labels = bold_is_label(rows)
    print_labels = sum(printed_label(row) is not None for row in rows) > len(rows) / 2 and len(rows) > 1
    told = _told(rows, text)
    bullet_labels = bullets_are_labels(rows)
    cells, heads = label_cells(rows)
    graded = _graded(rows)
    over = rows_over_lists(rows, terms)
    headed = False
    for index, row in enumerate(rows):
        if row.number in told or row.number in heads or _is_signature(row):
            yield from (("", item) for item in named_in(text, *told.get(row.number, (0, 0)), terms))
            continue
        if row.number in cells:
            label = fold(row.text).strip(" :")
            continue
        if (bullet_labels and row.bullet) or row.number in over or _speaks_of_languages(row):
            label, headed = fold(row.text).strip(" :"), row.number in over or row.heading_level > 0
            continue
        if row.bold and bold_labels and len(row.fragments) == 1 and not LABEL.match(row.text):
            label = fold(row.text).strip()
            continue
        if named := _graded_name(row, graded, terms):
            yield from (("", item) for item in items_within(text, *named, row, terms))
            continue
        start = row.start
        if row.bullet or not _carries_on(row, rows[index - 1] if index else None, text):
            label = label if bold_labels or headed or (index and rows[index - 1].number in cells) else ""
        if own := _own_label(row, print_labels=print_labels):
            label, start = own
        for name, left, right in _tabulated(row, label, start):
            yield from ((name, item) for item in items_within(text, left, right, row, terms))


def _is_signature(row: Row) -> bool:
    """Whether the row signs the document, or tells where to write."""
    return EMAIL.search(row.text) is not None or _SIGNED.match(row.text) is not None


def _own_label(row: Row, *, print_labels: bool) -> tuple[str, int] | None:
    """Return the folded label that a row begins with, and where its items begin."""
    if match := LABEL.match(row.text) or _DASH_LABEL.match(row.text):
        return fold(match[1]).strip(), row.start + match.end()
    rail = rail_label(row) or (printed_label(row) if print_labels else None)
    return (fold(rail[0]), rail[1]) if rail else None


def _graded(rows: Sequence[Row]) -> set[int]:
    """Return the rows that name a skill and how well it is mastered: "Kotlin: senior", "Perl: junior", "Go: junior".

    A grade is told by coming again: what stands behind the colons is a few words, on many rows the same.
    """
    rated = {row.number for row in rows if _RATED.fullmatch(row.text)}
    if len(rated) >= _LEAST_RATED:
        return rated
    behind = {row.number: fold(row.text[match.end() :]) for row in rows if (match := LABEL.match(row.text))}
    short = {at: grade for at, grade in behind.items() if grade and len(grade.split()) <= _GRADE_WORDS}
    times = Counter(short.values())
    again = {at for at, grade in short.items() if times[grade] > 1}
    return again if len(again) >= _LEAST_GRADED and len(set(short.values())) * 2 <= len(short) else set()


def _graded_name(row: Row, graded: set[int], terms: Terms) -> tuple[int, int] | None:
    """Return where a row names what it grades: a skill on one of the graded rows, a human language on any."""
    first = row.fragments[0]
    if len(row.fragments) > 1 and _is_language(first.start, first.end, terms):
        return first.start, first.end
    named = (_RATED.fullmatch(row.text) if row.number in graded else None) or LABEL.match(row.text)
    if named is None:
        return None
    start, end = row.start, row.start + named.end(1)
    return (start, end) if row.number in graded or _is_language(start, end, terms) else None


def _is_language(start: int, end: int, terms: Terms) -> bool:
    """Whether the span is the name of a human language: "Polish", or "Inglés/English"."""
    covered = sum(last - first for first, last in terms.within(Term.LANGUAGE, start, end))
    return covered > 0 and covered >= end - start - 2


def _speaks_of_languages(row: Row) -> bool:
    return headings().get(heading_key(row.text)) == SectionKind.LANGUAGES.value


def _with_wraps_joined(rows: Sequence[Row]) -> list[Row]:
    """Join rows over which a list in one line was wrapped: within a bracket, or within an item behind a comma.

    Rows of two gaps and more each are lines of columns, whatever stands at their ends.
    """
    joined: list[Row] = []
    for row in rows:
        above = joined[-1] if joined else None
        opened = above is not None and above.text.count("(") > above.text.count(")") and ")" in row.text
        hangs = above is not None and ((above.bullet and above.block == row.block) or _hangs_in_column(above, row))
        runs_on = above is not None and (above.wrapped or hangs)
        listed = runs_on and above is not None and "," in above.text and not LABEL.match(row.text)
        labelled = above is not None and row.caps and not above.caps and len(row.text) > _SHORT_CAPITALS
        if above and (opened or (listed and not labelled)) and above.end + 1 == row.start and not row.bullet:
            last, first = above.fragments[-1], row.fragments[0]
            whole = replace(last, text=f"{last.text} {first.text}", end=first.end)
            fragments = (*above.fragments[:-1], whole, *row.fragments[1:])
            text = f"{above.text} {row.text}"
            joined[-1] = replace(above, text=text, end=row.end, fragments=fragments, wrapped=row.wrapped)
        else:
            joined.append(row)
    return joined


def _hangs_in_column(above: Row, row: Row) -> bool:
    """Whether the row stands alone under the last of the columns above it, close to it: its list goes on."""
    single = len(row.fragments) == 1 < len(above.fragments) and row.block == above.block
    return single and bool(row.size) and abs(row.left - above.fragments[-1].left) < _ALIGNED


def _told(rows: Sequence[Row], text: str) -> dict[int, tuple[int, int]]:
    """Return the rows of running text: sentences, with the rows over which they are wrapped.

    The span of a whole run is given for its first row, an empty one for the others.
    """
    runs: list[list[Row]] = []
    for row in rows:
        wrapped = runs and row.text[:1].islower() and not row.bullet and len(row.fragments) == 1
        wrapped = wrapped and max(len(each.text.split()) for each in (runs[-1][-1], row)) > _SHORT_LINE
        if wrapped and row.block == runs[-1][-1].block:
            runs[-1].append(row)
        else:
            runs.append([row])
    told = [run for run in runs if run[0].bullet and _tells(text[run[0].start : run[-1].end])]
    sentences = [run for run in runs if is_sentence(text[run[0].start : run[-1].end])]
    return {
        row.number: (row.start, run[-1].end if row is run[0] else row.start)
        for run in (*sentences, *(told if len(told) > 1 else ()))
        for row in run
    }


def _tells(printed: str) -> bool:
    """Whether a list item is a short sentence: "Hired and trained 25 part-time workers."."""
    return printed.endswith(".") and len(printed.split()) >= _TELLING_WORDS and not LABEL.match(printed)


def _carries_on(row: Row, above: Row | None, text: str) -> bool:
    return (
        above is not None and not row.bullet and text[above.start : above.end].rstrip().endswith((",", "/", "&", "-"))
    )


def _tabulated(row: Row, label: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Cut a row of more than two fragments at the labels in it: "Languages", "C, Rust", "Tools", "Git, Make"."""
    fragments = [fragment for fragment in row.fragments if fragment.end > start]
    if len(row.fragments) > 2:  # noqa: PLR2004
        for fragment, following in pairwise(fragments):
            if "," in following.text and "," not in fragment.text and fragment.start >= start:
                if fragment.start > start:
                    yield label, start, fragment.start
                label, start = fold(fragment.text).strip(" :"), following.start
    yield label, start, row.end


def is_grade(printed: str) -> bool:
    """Whether the text only tells how well something is mastered: "Native", "Grundkenntnisse"."""
    return _GRADE.fullmatch(printed) is not None


def is_sentence(printed: str) -> bool:
    """Whether the text is running text rather than a list, its label left aside."""
    label = LABEL.match(printed)
    words = printed[label.end() if label else 0 :].split()
    return len(words) > _PROSE_WORDS and printed.count(",") * 4 < len(words) and not re.search(r"[;|•·/\t]", printed)


def items_within(text: str, start: int, end: int, row: Row, terms: Terms) -> Iterator[Finding]:
    """Yield the items that a part of a row lists, cut at separators and wide gaps, without grades and leads."""
    edges = {start, end}
    inside = (fragment for fragment in row.fragments if fragment.end > start and fragment.start < end)
    spans = [(fragment.start, min(fragment.end, end)) for fragment in inside] or [(start, end)]
    for left, right in spans:
        edges |= {max(left, start), right}
        position = max(left, start)
        for cut in _ITEM_BREAK.finditer(text, position, right):
            if not cut[0].strip() and "\n" in cut[0]:
                continue  # a line that was wrapped: what a fragment holds of two lines was joined before
            yield from _units(text, position, cut.start(), terms)
            position = cut.end()
        closes = LIST_COMMA.search(text, max(left, start), position) is not None
        yield from _units(text, position, right, terms, closes=closes)


def _units(text: str, start: int, end: int, terms: Terms, *, closes: bool = False) -> Iterator[Finding]:
    """Yield the item of the span; several where slashes list them, or known skills stand side by side.

    `closes` tells that it is the last of a list with commas.
    """
    slashes = list(_SLASH.finditer(text, start, end))
    known = [span for span in terms.within(Term.SKILL, start, end) if span[1] <= end]
    if len(slashes) > 1:
        edges = [(start, start), *((cut.start(), cut.end()) for cut in slashes), (end, end)]
        spans = [(left[1], right[0]) for left, right in pairwise(edges)]
    elif len(known) > 2 and sum(b - a for a, b in known) > (end - start) * 0.35 and "(" not in text[start:end]:  # noqa: PLR2004
        spans = _side_by_side(text, start, end, known)
    else:
        spans = [(start, end)]
    spans = [part for span in spans for part in _both_sides(text, *span, known, closes=closes)]
    for left, right in spans:
        inner = _BRACKETED.match(text, left, right) or _IN_BRACKETS.match(text, left, right)
        edges = [(left, inner.start(2) - 1), *_listed(text, *inner.span(2))] if inner else [(left, right)]
        for first, last in edges:
            item = _item(text, first, last)
            if item and len(item.text.split()) > MOST_WORDS:
                yield from named_in(text, first, last, terms)
            elif item:
                yield item


def _both_sides(
    text: str, start: int, end: int, known: Sequence[tuple[int, int]], *, closes: bool
) -> list[tuple[int, int]]:
    """Part two skills at the word between them: "Kotlin and Gradle".

    One of them may be unknown if it is printed like a mark; both may if they are, if a list ends in the two, or if
    the word is in another script than they: "熟悉Kafka和Flink".
    """
    lead = _LEAD.match(text[start:end])
    whole, start = (start, end), start + (lead.end() if lead else 0)
    cut = _AND.search(text, start, end)
    if not cut:
        return [whole]
    stop = start + len(text[start:end].rstrip(" ."))
    told = (
        any(start <= first and last == cut.start() for first, last in known),
        any(first >= cut.end() and last == stop for first, last in known),
    )
    sides = text[start : cut.start()], text[cut.end() : stop]
    marked = [_MARK.fullmatch(side) is not None for side in sides]
    named = all(sure or mark for sure, mark in zip(told, marked, strict=True))
    last_two = closes and all(_NAME.fullmatch(side) for side in sides)
    other_script = not cut[0].strip().isascii() and all(map(_LATIN.fullmatch, (sides[0], _TAIL.sub("", sides[1]))))
    led = lead is not None and _are_two_names(sides, cut, known)
    parted = named or last_two or other_script or led
    return [(start, cut.start()), (cut.end(), end)] if parted else [whole]


def _are_two_names(sides: Sequence[str], cut: re.Match[str], known: Sequence[tuple[int, int]]) -> bool:
    """Whether two capitalised names, a known skill in one of them, stand on both sides: "in Acme Draw and Excel"."""
    capitals = all(word[:1].isupper() for side in sides for word in side.split())
    across = any(first < cut.start() < last for first, last in known)
    return capitals and bool(known) and not across


def _listed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for part in re.finditer(r"[^,;]+", text[start:end]):
        yield start + part.start(), start + part.end()


def _side_by_side(text: str, start: int, end: int, known: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    left = start
    for first, last in known:
        while last < end and not text[last].isspace():
            last += 1  # noqa: PLW2901 - "HTML" of "HTML5"
        if version := re.compile(r"\s\d[\d.]*(?=\s|$)").match(text, last, end):
            last = version.end()  # noqa: PLW2901 - "HTML" of "HTML 5"
        first = max(left, first)  # noqa: PLW2901
        spans += [(left + word.start(), left + word.end()) for word in re.finditer(r"\S+", text[left:first])]
        if first < last:
            spans.append((first, last))
        left = max(left, last)
    spans += [(left + word.start(), left + word.end()) for word in re.finditer(r"\S+", text[left:end])]
    return spans


def _is_named_like_grade(printed: str) -> bool:
    """Whether what says how a language is spoken ends the name of something else: "React Native"."""
    named = _NAMED_LIKE_GRADE.fullmatch(printed)
    return named is not None and fold(named[1]) not in phrases("languages")


def _item(text: str, start: int, end: int) -> Finding | None:
    item = found(text, start, end)
    while item:
        printed = text[item.start : item.end]
        if inner := _INNER_LABEL.match(printed):
            item = found(text, item.start + inner.end(), item.end)
            continue
        grade, lead, tail = _GRADE.search(printed), _LEAD.match(printed), _TAIL.search(printed)
        if grade and grade.start() > 0 and not _is_named_like_grade(printed):
            item = found(text, item.start, item.start + grade.start())
        elif lead and lead.end() < len(printed):
            item = found(text, item.start + lead.end(), item.end)
        elif tail and tail.start() > 0:
            item = found(text, item.start, item.start + tail.start())
        else:
            break
    if not item or (_NOT_ITEM.match(item.text) and item.text != "BASIC") or is_grade(item.text):
        return None
    if item.text.endswith(".") and item.text.count(".") == 1:
        item = found(text, item.start, item.end - 1)
    return item
