"""Contact data: name, e-mail, telephone, address and links of the candidate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resumate_grpc.parsing.addresses import ADDRESS_LABEL, LONGEST_ADDRESS, address_of, share_edge
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.links import EMAIL, WebLink, WebLinkKind
from resumate_grpc.parsing.names import name_of
from resumate_grpc.parsing.nlp import Terms
from resumate_grpc.parsing.phones import phones_of
from resumate_grpc.parsing.sections import Section, SectionKind

__all__ = ["Contact", "contact_of"]

_HEAD_ROWS = 14
_NEAR_EMAIL = 5
_REACHES = ("mailto:", "tel:")
_SURE_ENOUGH = 0.85
"""Of numbers that are surely telephones the first is taken."""
_BESIDE_CONTACT = {
    SectionKind.HEAD,
    SectionKind.SUMMARY,
    SectionKind.OTHER,
    SectionKind.SKILLS,
    SectionKind.LANGUAGES,
    SectionKind.INTERESTS,
    SectionKind.REFERENCES,
}
_BEGUN_EMAIL = re.compile(r"(?<!\S)[\w.+%-]{1,64}@[\w.-]*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """What was found; None where the document does not say. A link's finding bears its target as text."""

    name: Finding | None = None
    email: Finding | None = None
    phone: Finding | None = None
    location: Finding | None = None
    linkedin: Finding | None = None
    github: Finding | None = None
    portfolio: Finding | None = None


def contact_of(
    document: Document, sections: Sequence[Section], links: Sequence[WebLink], *, terms: Terms, language: str
) -> Contact:
    """Read the contact data from the head of the document and its contact section; `links` are all of the document."""
    zone = _zone(sections, document)
    email = _email(document, zone)
    pages = [row for section in sections for row in section.rows if row.page <= 1]
    return Contact(
        name=name_of(_name_rows(zone, pages), document.text, email=email.text if email else "", terms=terms),
        email=email,
        phone=_phone(document.text, zone, language),
        location=address_of(document.text, zone, terms),
        linkedin=_link(links, WebLinkKind.LINKEDIN, document.text),
        github=_link(links, WebLinkKind.GITHUB, document.text),
        portfolio=_portfolio(links, zone),
    )


def _zone(sections: Sequence[Section], document: Document) -> tuple[Row, ...]:
    rows = [row for section in sections if section.kind is SectionKind.HEAD for row in section.rows[:_HEAD_ROWS]]
    rows += [row for section in sections if section.kind is SectionKind.CONTACT for row in section.rows]
    rows += [row for section in sections if section.kind is SectionKind.SUMMARY for row in _answers(section.rows)]
    everything = [row for section in sections if section.kind in _BESIDE_CONTACT for row in section.rows]
    rows += [row for row in everything if ADDRESS_LABEL.match(row.text) and row not in rows]
    reached = [link.start for link in document.links if link.uri.lower().startswith(_REACHES)]
    near = {
        row.number + step
        for row in everything
        if _BEGUN_EMAIL.search(row.text)
        or EMAIL.search(row.text)
        or any(row.start <= start < row.end for start in reached)
        for step in range(-_NEAR_EMAIL, _NEAR_EMAIL + 1)
    }
    known = {row.number for row in rows}
    rows += [row for row in everything if row.number in near - known and len(row.text) < LONGEST_ADDRESS]
    return tuple(rows)


def _answers(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows of a form, and those that carry on what is answered in the row above them."""
    last: Row | None = None
    for row in rows:
        carried = last is not None and len(row.fragments) == 1 and last.text.endswith(",") and share_edge(last, row)
        if EMAIL.search(row.text) or len(row.fragments) > 1 or carried:
            yield row
            last = row


def _name_rows(zone: Sequence[Row], pages: Sequence[Row]) -> list[Row]:
    largest = max((row.size for row in pages), default=0.0)
    rest = [row for row in pages if largest and row.size == largest and row not in zone]
    return [*zone, *rest]


def _email(document: Document, zone: Sequence[Row]) -> Finding | None:
    for row in zone:
        if match := EMAIL.search(row.text):
            start = row.start + match.start()
            printed = Finding(text=match[0], start=start, end=start + len(match[0]), confidence=0.97)
            return _with_head(printed, document)
    if broken := next((whole for above, below in pairwise(zone) if (whole := _broken_email(above, below))), None):
        return broken
    if match := EMAIL.search(document.text):
        return Finding(text=match[0], start=match.start(), end=match.end(), confidence=0.85)
    for link in document.links:
        if link.uri.lower().startswith("mailto:") and (match := EMAIL.search(link.uri[7:])):
            return Finding(text=match[0], start=link.start, end=link.end, confidence=0.85)
    return None


def _with_head(email: Finding, document: Document) -> Finding:
    """Return the address with what a narrow column broke off before it, where the link around both has it."""
    for link in document.links:
        address = link.uri[len("mailto:") :].partition("?")[0] if link.uri.lower().startswith("mailto:") else ""
        longer = len(address) > len(email.text) and address.lower().endswith(email.text.lower())
        if longer and link.start < email.start and email.end <= link.end:
            return replace(email, text=address, start=link.start)
    return email


def _broken_email(above: Row, below: Row) -> Finding | None:
    """Return an address that a narrow column broke over two rows."""
    begun = _BEGUN_EMAIL.search(above.text)
    if not begun or below.start != above.end + 1 or not EMAIL.fullmatch(begun[0] + below.text):
        return None
    start = above.start + begun.start()
    return Finding(text=begun[0] + below.text, start=start, end=below.end, confidence=0.9)


def _phone(text: str, zone: Sequence[Row], language: str) -> Finding | None:
    near = [phone for row in zone for phone in phones_of(text, row.start, row.end, language=language)]
    if near:
        return max(near, key=lambda phone: (min(phone.confidence, _SURE_ENOUGH), -phone.start))
    anywhere = [phone for phone in phones_of(text, 0, len(text), language=language) if phone.confidence > 0.7]  # noqa: PLR2004
    return anywhere[0].trusted(anywhere[0].confidence - 0.25) if anywhere else None


def _link(links: Sequence[WebLink], kind: WebLinkKind, text: str) -> Finding | None:
    """Return the first printed address of a kind, else what lies behind its name, else behind anything."""
    own = [link for link in links if link.kind is kind]
    behind_name = (
        link for link in own if not link.printed and kind.value in fold(text[link.finding.start : link.finding.end])
    )
    first = next((link for link in own if link.printed), None) or next(behind_name, None) or next(iter(own), None)
    return first.finding if first else None


def _portfolio(links: Sequence[WebLink], zone: Sequence[Row]) -> Finding | None:
    """Return the first site of the candidate's own: printed in the contact zone, or linked from it."""
    spans = [(row.start, row.end) for row in zone]
    own = [
        link
        for link in links
        if link.kind is WebLinkKind.PORTFOLIO and any(start <= link.finding.start <= end for start, end in spans)
    ]
    if not own:
        return None
    best = min(
        own, key=lambda link: (not link.printed, link.finding.text.rstrip("/").removeprefix("https://").count("/"))
    )
    return best.finding.trusted(best.finding.confidence - 0.08)
