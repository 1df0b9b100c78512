"""Skills under no heading of their own: lists of words under headings of groups that no list knows.

Where no section is headed as skills, two lists or more whose headings look like the document's others and name no
section that we know ("Operations", "Laboratory") are the groups of its skills.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.links import EMAIL, URL
from resumate_grpc.parsing.sections import Section, SectionKind
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["with_skill_groups"]

_MOST_WORDS = 5
_LEAST_GROUPS = 2
_NO_ITEM = re.compile(r"[.!?:]$|\d[\d\s()+-]{6,}|:\s")


def with_skill_groups(sections: Sequence[Section], dates: Sequence[DateSpan]) -> tuple[Section, ...]:
    """Return the sections, the unknown ones that list words read as skills where no other section does.

    "Leadership" heads posts as a rule; a list without dates under it, beside posts elsewhere, is a group too.
    """
    worked = sum(section.kind is SectionKind.EXPERIENCE and bool(section.rows) for section in sections) > 1
    lists = [
        (section.kind is SectionKind.OTHER and not _is_known(section))
        or (section.kind is SectionKind.SKILLS and not _is_known(section))
        or (section.kind is SectionKind.EXPERIENCE and worked)
        for section in sections
    ]
    lists = [each and _is_group(section, dates) for each, section in zip(lists, sections, strict=True)]
    headed = any(section.kind is SectionKind.SKILLS and _is_known(section) and section.rows for section in sections)
    if headed or sum(lists) < _LEAST_GROUPS:
        lists = [
            group and before.kind is SectionKind.SKILLS and not before.rows
            for group, before in zip(lists, (sections[0], *sections), strict=False)
        ]
    return tuple(
        replace(section, kind=SectionKind.SKILLS) if group else section
        for section, group in zip(sections, lists, strict=True)
    )


def _is_known(section: Section) -> bool:
    return heading_key(section.title) in headings()


def _is_group(section: Section, dates: Sequence[DateSpan]) -> bool:
    return bool(section.rows) and all(_is_list(row, dates) for row in section.rows)


def _is_list(row: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether the row may be a few words of a list, rather than a sentence, a name with its date, or an address."""
    parts = re.split(r"[,;·•|]", row.text) if len(row.fragments) == 1 else [part.text for part in row.fragments]
    short = all(len(part.split()) <= _MOST_WORDS for part in parts)
    told = _NO_ITEM.search(row.text) or EMAIL.search(row.text) or URL.search(row.text)
    return short and not told and not dates_within(dates, row.start, row.end)
