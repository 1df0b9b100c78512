"""A second opinion: where the trained tagger clearly disagrees with the rules on a header, its reading is taken.

The rules go first: they know the order that a document keeps to, and why. The tagger has seen more layouts and needs no
list of words. It changes a value only where it is sure, and only within the rows that the rules took for the header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resumate_grpc.parsing.education import Study
from resumate_grpc.parsing.experience import Post
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.line_tags import LineTags, Run, Tag
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.places import place_likeness

__all__ = ["reviewed_posts", "reviewed_studies"]

_SURE, _SURER = 0.8, 0.9
_DENIED = 0.1
_PLACE = 0.6
_CONFIDENCE = 0.7
_BACKED_BY = {
    Tag.TITLE: Term.ROLE,
    Tag.COMPANY: Term.ORGANISATION,
    Tag.INSTITUTION: Term.INSTITUTION,
    Tag.DEGREE: Term.DEGREE,
}
_Values = dict[Tag, Finding | None]


def reviewed_posts(posts: Sequence[Post], tags: LineTags, terms: Terms, rows: Sequence[Row], text: str) -> list[Post]:
    """Return the posts with employer, title and place set right where the tagger is sure."""
    reviewed: list[Post] = []
    floor = 0
    for post in posts:
        values: _Values = {Tag.TITLE: post.title, Tag.COMPANY: post.company, Tag.PLACE: post.location}
        region = _region([*values.values(), post.start_date, post.end_date], rows, floor)
        if not post.patterned:
            values = _named_as_before(values, _reviewed(values, tags, terms, region, text))
        reviewed.append(replace(post, title=values[Tag.TITLE], company=values[Tag.COMPANY], location=values[Tag.PLACE]))
        floor = region[1]
    return reviewed


def _named_as_before(before: _Values, after: _Values) -> _Values:
    """Return the values as they were where all that changed is whether a lone name is an employer's or a post's."""
    lone, other = before[Tag.COMPANY], after[Tag.TITLE]
    swapped = lone and other and not before[Tag.TITLE] and not after[Tag.COMPANY] and lone.start < other.end <= lone.end
    return before if swapped else after


def reviewed_studies(
    studies: Sequence[Study], tags: LineTags, terms: Terms, rows: Sequence[Row], text: str
) -> list[Study]:
    """Return the courses with school, degree, field and place set right where the tagger is sure."""
    reviewed: list[Study] = []
    floor = 0
    for study in studies:
        values: _Values = {
            Tag.INSTITUTION: study.institution,
            Tag.DEGREE: study.degree,
            Tag.FIELD: study.field,
            Tag.PLACE: study.location,
        }
        region = _region([*values.values(), study.start_date, study.end_date], rows, floor)
        values = _reviewed(values, tags, terms, region, text)
        reviewed.append(
            replace(
                study,
                institution=values[Tag.INSTITUTION],
                degree=values[Tag.DEGREE],
                field=values[Tag.FIELD],
                location=values[Tag.PLACE],
            )
        )
        floor = region[1]
    return reviewed


def _region(findings: Sequence[Finding | None], rows: Sequence[Row], floor: int) -> tuple[int, int]:
    """Return the span of the rows that hold the values, but for values of an entry above."""
    own = [finding for finding in findings if finding and finding.start >= floor]
    if not own:
        return floor, floor
    first, last = min(finding.start for finding in own), max(finding.end for finding in own)
    held = [row for row in rows if row.start < last and first < row.end]
    return min((row.start for row in held), default=first), max((row.end for row in held), default=last)


def _reviewed(values: _Values, tags: LineTags, terms: Terms, region: tuple[int, int], text: str) -> _Values:
    kept = {tag: _fitted(value, tag, tags, text) for tag, value in values.items() if value}
    denied = {tag for tag, value in kept.items() if _is_denied(tag, value, tags, terms)}
    firm = [value for tag, value in kept.items() if tag not in denied]
    settled: _Values = {tag: kept.get(tag) for tag in values}
    changed: list[Finding] = []
    for run in tags.runs(*region, values):
        value = settled[run.tag]
        open_to_change = (value is None and run.likelihood >= _SURE) or (
            run.tag in denied and value is values[run.tag] and run.likelihood >= _SURER
        )
        if open_to_change and not any(_overlap(run, each) for each in firm) and _is_likely(run, text):
            settled[run.tag] = found(text, run.start, run.end, _CONFIDENCE)
            changed += [each for each in (settled[run.tag],) if each and run.tag is not Tag.PLACE]
    for tag in denied:
        own = settled[tag]
        if own is values[tag] and own and any(own.start < each.end and each.start < own.end for each in changed):
            settled[tag] = None  # its words are another value's now
    return settled


def _is_denied(tag: Tag, value: Finding, tags: LineTags, terms: Terms) -> bool:
    """Whether the tagger is sure that the value is not what it is taken for, and no word of the lists says so."""
    likelihood = tags.likelihood(tag, value.start, value.end)
    backed = tag in _BACKED_BY and terms.has(_BACKED_BY[tag], value.start, value.end)
    return likelihood is not None and likelihood < _DENIED and not backed


def _is_likely(run: Run, text: str) -> bool:
    """Whether the lists of places agree: a place is known to them, and the name of an employer is none."""
    likeness = place_likeness(text[run.start : run.end])
    return likeness >= _PLACE if run.tag is Tag.PLACE else likeness < _PLACE


def _overlap(run: Run, value: Finding) -> bool:
    return run.start < value.end and value.start < run.end


def _fitted(value: Finding, tag: Tag, tags: LineTags, text: str) -> Finding:
    """Return an employer or title without a place behind it, where the tagger is sure of both.

    A school keeps its own: the campus is part of the name.
    """
    if tag not in {Tag.COMPANY, Tag.TITLE}:
        return value
    runs = tags.runs(value.start, value.end, [tag, Tag.PLACE])
    if [run.tag for run in runs] != [tag, Tag.PLACE] or any(run.likelihood < _SURE for run in runs):
        return value
    return found(text, runs[0].start, runs[0].end, value.confidence) or value
