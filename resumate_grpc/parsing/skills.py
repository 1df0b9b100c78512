"""Skills: the items of a skills section, languages and certifications, without their labels and grades."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from resumate_grpc.parsing.certificates import certificates_of
from resumate_grpc.parsing.competence_forms import Competence, answers_of, is_competence_form
from resumate_grpc.parsing.dates import DateSpan
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.links import EMAIL
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.sections import Section, SectionKind
from resumate_grpc.parsing.vocabulary import heading_key, headings, phrases

__all__ = ["SkillFindings", "skills_of"]


@dataclass(slots=True)
class SkillFindings:
    """What was found, in the order of the document, without repeats."""

    technical: list[Finding] = field(default_factory=list)
    soft_skills: list[Finding] = field(default_factory=list)
    languages: list[Finding] = field(default_factory=list)
    certifications: list[Finding] = field(default_factory=list)


_ITEM_BREAK = re.compile(
    r"\s*[;|•·∙⋅●▪■◆、，；\n\t]\s*(?![^()]*\))|,\s*(?![^()]*\))|\s{3,}|\s+[–—]\s+|\s+-\s+|\.\s+(?=\w+:)"
)
_SLASH = re.compile(r"\s+/\s+")
_INNER_LABEL = re.compile(r"^\s*[^\W\d_][\w ]{1,24}:\s+(?=\w)")
_LABEL = re.compile(r"^\s*([^:：()]{2,45}?)\s*[:：]\s*(?!//)")
_BRACKETED = re.compile(r"\s*([^()]{2,40}?)\s*\(([^()]*[,;][^()]*)\)\s*$")
_DASH_LABEL = re.compile(r"^\s*([^,;:()]{2,45}?)\s+[-–—]\s?(?=[^,;]+[,;][^,;]+[,;])")
_GRADE = re.compile(
    r"\s*[(\[–—:-]?\s*(?:\b(?:expert|advanced|intermediate|beginner|basic|basics|proficient|proficiency|"
    r"fluent|native|novice|familiar|"
    r"excellent|very good|good|strong|working knowledge|professional working proficiency|experienced|skilled|competent|"
    r"elementary|upper[- ]intermediate|pre[- ]intermediate|conversational|mother tongue|grundkenntnisse|"
    r"fortgeschritten|"
    r"sehr gut|gut|fliessend|fließend|muttersprache|verhandlungssicher|avancé|intermédiaire|débutant|"
    r"courant|natif|avanzado|"
    r"intermedio|básico|nativo|fluido|avançado|básico|fluente)\b(?:\s+(?:level|user|knowledge|in|with))?"
    r"|\d{1,2}\+?\s*(?:years?|yrs?|months?|jahre|ans|años|anos|лет|год\w*)\b(?:\s+(?:of\s+)?experience)?|"
    r"\d{1,3}\s?%|\d{1,2}\s?/\s?(?:5|10)\b|[★☆●○◐⬤◯█░▪▫]+)\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\s*(?:(?:and|und|et|y|e|и|etc\.?|including|incl\.?|e\.g\.|such as|like|also|experience (?:with|"
    r"in)|experienced (?:in|with)|"
    r"proficient (?:in|with|at)|proficiency in|knowledge of|working knowledge of|familiar(?:ity)? with|"
    r"skilled in|expert in|"
    r"strong|excellent|basic|advanced|good|hands-on|fluent in|знание|опыт работы с)\s+)+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:,?\s*(?:etc|u\.a|among others|and more)\.?)\s*$", re.IGNORECASE)
_NOT_ITEM = re.compile(
    r"^(?:etc|and|others?|more|page \d+.*|\d+|level|skills?|years?|experience|basic|expert|advanced|"
    r"intermediate|beginner|proficient|fluent|native|"
    r"skillful|skilled|experienced|competent|familiar|excellent|good|very good)\.?$",
    re.IGNORECASE,
)
_FORMS = {SectionKind.SKILLS, SectionKind.SOFT_SKILLS, SectionKind.LANGUAGES, SectionKind.OTHER}
_ASIDES = {SectionKind.HEAD, SectionKind.SUMMARY, SectionKind.OTHER, SectionKind.INTERESTS, SectionKind.EDUCATION}
_MOST_WORDS = 6
_LONGEST_ITEM = 60
_LONGEST_LABEL = 30
_PROSE_WORDS = 9
_TELLING_WORDS = 4
_LANGUAGE_LABEL = re.compile(
    r"^(?:human |spoken |foreign )?(?:languages?(?: skills| spoken| known)?|sprachen|fremdsprachen|"
    r"sprachkenntnisse|langues?|idiomas?|"
    r"lenguas|lingue|talen|языки|иностранные языки|语言)$"
)
_CERTIFICATE_LABEL = re.compile(
    r"^(?:licen[sc]es (?:and |& )?)?(?:certifications?|certificates?|zertifikate|certificaciones|"
    r"сертификаты|证书)(?: (?:and|&) \w+)?$"
)
_SOFT_LABEL = re.compile(r"^(?:soft|inter-?personal|personal|people|social)[ -]?(?:skills?|qualities|strengths)?$")
_OTHER_LABEL = re.compile(
    r"^(?:interests?|hobbies|hobbies (?:and|&) interests|references?|awards?|activities|intereses|"
    r"interessen|centres d'interet|loisirs|driving licen[sc]es?|fuhrerscheine?|permis(?: de conduire)?|"
    r"carnet de conducir|permiso de conducir|patente(?: di guida)?|carta de conducao|rijbewijs)$"
)
_SIGNED = re.compile(
    r"^[^\W\d_][\w .'-]{1,30},\s+(?:(?:den|im|le|li|il|em|a|el|the)\s+)?(?:\d{1,2}\.?\s?)?"
    r"(?:(?:de\s)?[^\W\d_]+\.?|\d{1,2}\.)\s?(?:de\s)?(?:19|20)\d\d$"
)
"""Place and date at a document's end: "Köln, im Januar 2024"."""
_LISTED = re.compile(r"[,;/|•·]\s*$")


def skills_of(sections: Sequence[Section], dates: Sequence[DateSpan], text: str, *, terms: Terms) -> SkillFindings:
    """Read the sections of skills, languages and certifications."""
    findings = SkillFindings()
    for section in sections:
        if section.kind in _FORMS and is_competence_form(section.rows):
            _read_form(section.rows, text, terms, findings)
        elif section.kind is SectionKind.SKILLS:
            _read_skills(section.rows, text, terms, findings)
        elif section.kind is SectionKind.SOFT_SKILLS:
            findings.soft_skills += (item for _, item in _items(section.rows, text, terms))
        elif section.kind is SectionKind.LANGUAGES:
            spoken = list(_languages(section.rows, terms, text))
            findings.languages += spoken
            if not spoken:  # "Languages" may speak of programming
                _read_skills(section.rows, text, terms, findings)
        elif section.kind is SectionKind.CERTIFICATIONS:
            findings.certifications += certificates_of(section.rows, dates, text)
        elif section.kind in _ASIDES:
            _read_skills([row for row in section.rows if _is_skill_list(row)], text, terms, findings)
    return SkillFindings(
        technical=_unique(findings.technical),
        soft_skills=_unique(findings.soft_skills),
        languages=_unique(findings.languages),
        certifications=_unique(findings.certifications),
    )


def _read_form(rows: Sequence[Row], text: str, terms: Terms, findings: SkillFindings) -> None:
    for competence, row, start in answers_of(rows):
        if competence is Competence.LANGUAGES:
            first = next((fragment.end for fragment in row.fragments if fragment.end > start), row.end)
            findings.languages += (
                Finding(text=text[left:right], start=left, end=right, confidence=0.85)
                for left, right in _language_spans(terms, start, row.end if start > row.start else first)
            )
        elif competence is Competence.TECHNICAL and not _is_sentence(text[start : row.end]):
            for item in _split(text, start, row.end, row, terms):
                _keep_technical(item, terms, findings)
        elif competence is Competence.SOFT:
            findings.soft_skills += (item.trusted(0.5) for item in _split(text, start, row.end, row, terms))


def _is_skill_list(row: Row) -> bool:
    """Whether the row of another section lists skills: "Computer skills: …"."""
    label = _LABEL.match(row.text)
    key = heading_key(label[1]) if label else ""
    return len(key.split()) > 1 and headings().get(key) == SectionKind.SKILLS.value and "," in row.text


def _unique(items: Iterable[Finding]) -> list[Finding]:
    kept: dict[str, Finding] = {}
    for item in items:
        kept.setdefault(fold(item.text), item)
    return list(kept.values())


def _read_skills(rows: Sequence[Row], text: str, terms: Terms, findings: SkillFindings) -> None:
    for label, item in _items(rows, text, terms):
        folded = fold(item.text)
        if (
            _LANGUAGE_LABEL.match(label)
            and not _language_spans(terms, item.start, item.end)
            and folded not in phrases("skills")
        ):
            _keep_technical(item, terms, findings)
        elif _CERTIFICATE_LABEL.match(label):
            findings.certifications.append(item.trusted(0.6))
        elif _SOFT_LABEL.match(label) or folded in phrases("soft_skills"):
            findings.soft_skills.append(item.trusted(0.7))
        elif spans := _whole_language(terms, item, label):
            findings.languages += (
                Finding(text=text[start:end], start=start, end=end, confidence=0.8) for start, end in spans
            )
        elif not _OTHER_LABEL.match(label):
            _keep_technical(item, terms, findings)


def _whole_language(terms: Terms, item: Finding, label: str) -> Sequence[tuple[int, int]]:
    """Return the language names of an item that is one, or that stands under a label for them."""
    spans = _language_spans(terms, item.start, item.end)
    if _LANGUAGE_LABEL.match(label):
        return spans
    return spans if spans and sum(end - start for start, end in spans) > 0.8 * (item.end - item.start) else ()


def _keep_technical(item: Finding, terms: Terms, findings: SkillFindings) -> None:
    words = item.text.split()
    if len(words) > _MOST_WORDS or len(item.text) > _LONGEST_ITEM:
        return
    known = terms.has(Term.SKILL, item.start, item.end)
    findings.technical.append(item.trusted(0.9 if known else 0.8 if len(words) <= 3 else 0.55))  # noqa: PLR2004


def _items(rows: Sequence[Row], text: str, terms: Terms) -> Iterator[tuple[str, Finding]]:
    """Yield each listed item with the folded label that it stands under, empty where there is none."""
    label = ""
    bold_labels = _bold_is_label(rows)
    print_labels = sum(_printed_label(row) is not None for row in rows) > len(rows) / 2 and len(rows) > 1
    prose = _prose(rows, text)
    bullet_labels = _bullets_are_labels(rows)
    cells, heads = _label_cells(rows)
    for index, row in enumerate(rows):
        if row.number in prose or row.number in heads or EMAIL.search(row.text) or _SIGNED.match(row.text):
            continue
        if row.number in cells:
            label = fold(row.text).strip(" :")
            continue
        if (bullet_labels and row.bullet) or headings().get(heading_key(row.text)) == SectionKind.LANGUAGES.value:
            label = fold(row.text).strip(" :")
            continue
        if row.bold and bold_labels and len(row.fragments) == 1 and not _LABEL.match(row.text):
            label = fold(row.text).strip()
            continue
        start = row.start
        if row.bullet or not _carries_on(row, rows[index - 1] if index else None, text):
            label = label if bold_labels or (index and rows[index - 1].number in cells) else ""
        if match := _LABEL.match(row.text) or _DASH_LABEL.match(row.text):
            label = fold(match[1]).strip()
            start = row.start + match.end()
        elif rail := _rail(row) or (_printed_label(row) if print_labels else None):
            label = fold(rail[0])
            start = rail[1]
        for name, left, right in _tabulated(row, label, start):
            yield from ((name, item) for item in _split(text, left, right, row, terms))


def _label_cells(rows: Sequence[Row]) -> tuple[set[int], set[int]]:
    """Return the cells at the left of a table of two columns whose right one holds lists, and the heads over both."""
    lines = [list(cells) for at, cells in groupby(rows, key=lambda row: (row.table, row.table_row)) if at[0] >= 0]
    pairs = [(line[0], line[1]) for line in lines if len(line) > 1 and line[0].block != line[1].block]
    lists = ["," in right.text and "," not in left.text for left, right in pairs]
    if len({row.block for line in lines for row in line}) != 2 * len(lines) or sum(lists) * 2 <= len(lists):
        return set(), set()
    heads = pairs[0] if not lists[0] and all(lists[1:]) and len(pairs) > 2 else ()  # noqa: PLR2004 - heads over a list
    return {left.number for left, _ in pairs}, {row.number for row in heads}


def _bullets_are_labels(rows: Sequence[Row]) -> bool:
    """Whether each bullet heads a row of plain items: "• Languages" above "Rust, Go"."""
    heads = [below for above, below in pairwise(rows) if above.bullet]
    alone = sum("," not in row.text for row in rows if row.bullet)
    plain = sum(not row.bullet and "," in row.text for row in heads)
    return plain > 1 and plain == alone == sum(row.bullet for row in rows)


def _prose(rows: Sequence[Row], text: str) -> set[int]:
    """Return the rows of running text: sentences, with the rows over which they are wrapped."""
    runs: list[list[Row]] = []
    for row in rows:
        wrapped = runs and row.text[:1].islower() and not row.bullet and len(row.fragments) == 1
        if wrapped and row.block == runs[-1][-1].block:
            runs[-1].append(row)
        else:
            runs.append([row])
    told = [run for run in runs if run[0].bullet and _tells(text[run[0].start : run[-1].end])]
    sentences = [run for run in runs if _is_sentence(text[run[0].start : run[-1].end])]
    return {row.number for run in (*sentences, *(told if len(told) > 1 else ())) for row in run}


def _tells(printed: str) -> bool:
    """Whether a list item is a short sentence: "Hired and trained 25 part-time workers."."""
    return printed.endswith(".") and len(printed.split()) >= _TELLING_WORDS and not _LABEL.match(printed)


def _carries_on(row: Row, above: Row | None, text: str) -> bool:
    return (
        above is not None and not row.bullet and text[above.start : above.end].rstrip().endswith((",", "/", "&", "-"))
    )


def _bold_is_label(rows: Sequence[Row]) -> bool:
    bold = sum(row.bold for row in rows)
    return 0 < bold < len(rows) and bold <= len(rows) * 0.6


def _rail(row: Row) -> tuple[str, int] | None:
    """Return the label at the left of a row and where its items begin: bold before plain, or before a list."""
    if len(row.fragments) < 2:  # noqa: PLR2004
        return None
    first, second = row.fragments[0], row.fragments[1]
    if first.bold and not second.bold:
        return first.text, second.start
    if len(row.fragments) == 2 and "," in second.text and "," not in first.text:  # noqa: PLR2004
        return first.text, second.start
    return None


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


def _printed_label(row: Row) -> tuple[str, int] | None:
    """Return the label that is told from a list of items by its print alone: bold, say, with no wide gap behind it."""
    first = row.fragments[0]
    if not first.breaks:
        return None
    at = first.breaks[0]
    label, items = row.text[: at - row.start].strip(), row.text[at - row.start :]
    return (label, at) if "," in items and "," not in label and len(label) <= _LONGEST_LABEL else None


def _is_sentence(printed: str) -> bool:
    label = _LABEL.match(printed)
    words = printed[label.end() if label else 0 :].split()
    return len(words) > _PROSE_WORDS and printed.count(",") * 4 < len(words) and not re.search(r"[;|•·/\t]", printed)


def _split(text: str, start: int, end: int, row: Row, terms: Terms) -> Iterator[Finding]:
    edges = {start, end}
    inside = (fragment for fragment in row.fragments if fragment.end > start and fragment.start < end)
    spans = [(fragment.start, min(fragment.end, end)) for fragment in inside] or [(start, end)]
    for left, right in spans:
        edges |= {max(left, start), right}
        position = max(left, start)
        for cut in _ITEM_BREAK.finditer(text, position, right):
            yield from _units(text, position, cut.start(), terms)
            position = cut.end()
        yield from _units(text, position, right, terms)


def _units(text: str, start: int, end: int, terms: Terms) -> Iterator[Finding]:
    """Yield the item of the span; several where slashes list them, or known skills stand side by side."""
    slashes = list(_SLASH.finditer(text, start, end))
    known = [span for span in terms.within(Term.SKILL, start, end) if span[1] <= end]
    if len(slashes) > 1:
        edges = [(start, start), *((cut.start(), cut.end()) for cut in slashes), (end, end)]
        spans = [(left[1], right[0]) for left, right in pairwise(edges)]
    elif len(known) > 2 and sum(b - a for a, b in known) > (end - start) * 0.35 and "(" not in text[start:end]:  # noqa: PLR2004
        spans = _side_by_side(text, start, end, known)
    else:
        spans = [(start, end)]
    for left, right in spans:
        inner = _BRACKETED.match(text, left, right)
        edges = [(left, inner.start(2) - 1), *_listed(text, *inner.span(2))] if inner else [(left, right)]
        for first, last in edges:
            if item := _item(text, first, last):
                yield item


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


def _item(text: str, start: int, end: int) -> Finding | None:
    item = found(text, start, end)
    while item:
        printed = text[item.start : item.end]
        if inner := _INNER_LABEL.match(printed):
            item = found(text, item.start + inner.end(), item.end)
            continue
        grade, lead, tail = _GRADE.search(printed), _LEAD.match(printed), _TAIL.search(printed)
        if grade and grade.start() > 0:
            item = found(text, item.start, item.start + grade.start())
        elif lead and lead.end() < len(printed):
            item = found(text, item.start + lead.end(), item.end)
        elif tail and tail.start() > 0:
            item = found(text, item.start, item.start + tail.start())
        else:
            break
    if not item or _NOT_ITEM.match(item.text):
        return None
    if item.text.endswith(".") and item.text.count(".") == 1:
        item = found(text, item.start, item.end - 1)
    return item


def _language_spans(terms: Terms, start: int, end: int) -> Sequence[tuple[int, int]]:
    return terms.within(Term.LANGUAGE, start, end)


def _languages(rows: Sequence[Row], terms: Terms, text: str) -> Iterator[Finding]:
    for row in rows:
        for start, end in _language_spans(terms, row.start, row.end):
            if text[start].isupper() or not text[start].isascii() or _LISTED.search(text, row.start, start):
                yield Finding(text=text[start:end], start=start, end=end, confidence=0.88)
