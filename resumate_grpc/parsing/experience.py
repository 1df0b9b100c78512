"""Work experience: who employed, as what, where, from when to when, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resumate_grpc.parsing.bodies import bullets_of, prose_of
from resumate_grpc.parsing.column_heads import without_column_heads
from resumate_grpc.parsing.dates import PRESENT, DateSpan
from resumate_grpc.parsing.departments import employer_of
from resumate_grpc.parsing.entries import entries_by_date
from resumate_grpc.parsing.entry_forms import without_broken_labels
from resumate_grpc.parsing.finding import Finding, doubted, found
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import is_duration
from resumate_grpc.parsing.places import is_wholly_place
from resumate_grpc.parsing.post_header import company_first_in, extend_title, settle, sorted_out
from resumate_grpc.parsing.post_names import Slots, divide, part_like_others, says
from resumate_grpc.parsing.post_pattern import keep_to_pattern
from resumate_grpc.parsing.run_in import heads_and_tails

__all__ = ["Post", "period_of", "posts_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One post as found; None where the document does not say."""

    company: Finding | None = None
    title: Finding | None = None
    location: Finding | None = None
    start_date: Finding | None = None
    end_date: Finding | None = None
    description: Finding | None = None
    highlights: tuple[Finding, ...] = ()

    @property
    def is_period(self) -> bool:
        """Whether two different ends are stated."""
        ends = [date.text for date in (self.start_date, self.end_date) if date]
        return len(set(ends)) > 1

    def doubted(self) -> Post:
        """Return the same post with less confidence in its header."""
        return replace(
            self,
            company=doubted(self.company),
            title=doubted(self.title),
            location=doubted(self.location),
            start_date=doubted(self.start_date),
            end_date=doubted(self.end_date),
        )


_PLACE = 0.6


def posts_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str, *, terms: Terms) -> list[Post]:
    """Read the posts of a section's rows, in order."""

    def leads(row: Row) -> bool:
        return terms.has(Term.ROLE, row.start, row.end) or terms.has(Term.ORGANISATION, row.start, row.end)

    rows = list(heads_and_tails(without_broken_labels(without_column_heads(rows)), dates))
    rows = [row for row in rows if not is_duration(row.text)]
    entries = entries_by_date(rows, dates, leads=leads)
    headers = [sorted_out(entry, text, terms) for entry in entries]
    keep_to_pattern(headers, terms)
    company_first = company_first_in(headers)
    for header in headers:
        settle(header, company_first=company_first)
        extend_title(header, text, terms)
    under = _under_parents(headers, terms)
    for index, header in enumerate(headers):
        divide(header, text, terms, may_share=index not in under)
    if any(header.parted for header in headers):
        for header in headers:
            part_like_others(header, text, terms)
    for header in headers:
        if header.company:
            employer, header.location = employer_of(header.company.finding, header.location, text, terms)
            header.company = replace(header.company, finding=employer)
    return _open_ended(_posts(headers, text))


def _open_ended(posts: Sequence[Post]) -> list[Post]:
    """Read one date of the first post as its start where the others are periods that end before it: it goes on."""
    first, *rest = posts or [Post()]
    ends = [post.end_date.text for post in rest if post.is_period and post.end_date]
    start = first.start_date
    single = start is not None and first.end_date is not None and not first.is_period and not _is_stretch(start)
    if not start or not single or not rest or len(ends) < len(rest) or start.text == PRESENT or start.text < max(ends):
        return list(posts)
    return [replace(first, end_date=replace(start, text=PRESENT, confidence=0.5)), *rest]


def _is_stretch(date: Finding) -> bool:
    """Whether the date is a season or part of a year, which has an end of its own: "Summer 2021"."""
    return len(date.text) == len("2021") < date.end - date.start


def _under_parents(headers: Sequence[Slots], terms: Terms) -> set[int]:
    """Return the headers that name a title alone, below one that names only the employer."""
    under: set[int] = set()
    for index, header in enumerate(headers[1:], 1):
        above = headers[index - 1]
        parent = above.company and not above.title and not above.entry.body
        if parent and above.company and "," in above.company.text and says(above.company.finding, terms)[0]:
            continue
        if (parent or index - 1 in under) and header.title and not header.company:
            under.add(index)
    return under


def _posts(headers: Sequence[Slots], text: str) -> list[Post]:
    posts: list[Post] = []
    above: Slots | None = None
    for index, header in enumerate(headers):
        following = headers[index + 1] if index + 1 < len(headers) else None
        if following and _is_parent(header, following):
            above = header
            continue
        posts.append(_post(header, above, text))
        if header.company:
            above = header
    return [post for post in posts if post.company or post.title]


def _is_parent(header: Slots, following: Slots) -> bool:
    """Whether the header only names the employer of the posts that follow."""
    return (
        header.company is not None
        and header.title is None
        and not header.entry.body
        and following.title is not None
        and following.company is None
        and not _opens_alike(header, following)
    )


def _opens_alike(header: Slots, following: Slots) -> bool:
    """Whether both entries begin with dates in one rail: then they are of one rank."""
    rows = header.entry.header[0], following.entry.header[0]
    leads = [
        any(span.start <= row.start for span in each.entry.dates)
        for row, each in zip(rows, (header, following), strict=True)
    ]
    return all(leads) and len(rows[0].fragments) > 1 and abs(rows[0].left - rows[1].left) < 1


def _post(header: Slots, above: Slots | None, text: str) -> Post:
    company = header.company.finding.trusted(_trust(header)) if header.company else None
    location = header.location
    if not company and above and above.company and header.title and not _follows_title(above):
        company = above.company.finding.trusted(0.55)
        location = location or above.location
    start, end = period_of(header.entry.dates, single_is_both=True)
    body = header.entry.body
    if not location and body and len(body[0].fragments) == 1 and is_wholly_place(body[0].text):
        location = found(text, body[0].start, body[0].end, _PLACE)
        body = body[1:]
    return Post(
        company=company,
        title=header.title.finding.trusted(_trust(header)) if header.title else None,
        location=location,
        start_date=start,
        end_date=end,
        description=prose_of(body, text),
        highlights=tuple(bullets_of(body, text)),
    )


def _follows_title(header: Slots) -> bool:
    """Whether the employer stands below its post: then it heads no other posts."""
    return bool(header.company and header.title and header.company.row > header.title.row)


def _trust(header: Slots) -> float:
    trust = 0.5
    trust += 0.22 if header.title and header.company else 0.0
    trust += 0.18 if header.entry.dates else 0.0
    trust -= 0.1 if header.unclear else 0.0
    return trust


def period_of(dates: Sequence[DateSpan], *, single_is_both: bool) -> tuple[Finding | None, Finding | None]:
    """Return start and end of an entry's dates: the overall span of all ranges, or one date.

    A single date is both ends where `single_is_both`, else the end only.
    """
    dates = [span for span in dates if span.first]
    ranges = [span for span in dates if span.is_range]
    if ranges:
        first = min(ranges, key=lambda span: span.first)
        last = max(ranges, key=lambda span: "9999" if span.last == PRESENT else span.last)
        return _date(first.first, first.span_of_first, 0.9), _date(last.last, last.span_of_last, 0.9)
    if not dates:
        return None, None
    single = dates[0]
    if single.first == PRESENT:
        return None, _date(PRESENT, single.span_of_first, 0.6)
    return (_date(single.first, single.span_of_first, 0.7) if single_is_both else None), _date(
        single.first, single.span_of_first, 0.75
    )


def _date(value: str, span: tuple[int, int], confidence: float) -> Finding:
    return Finding(text=value, start=span[0], end=span[1], confidence=confidence)
