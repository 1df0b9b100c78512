"""Evidence leads back: from every value to where the document says it."""

from __future__ import annotations

import re

import pytest
from fpdf import FPDF

from resumate_grpc.model.field_paths import value_at, values_of
from resumate_grpc.model.parsed import Evidence
from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.explanation import Explanation
from tests.explain.explained import SAMPLES, explained, sample

OUTSIDE = 1.0
"""Points by which a glyph's loose box may reach over the edge of its page."""


def bare(text: str) -> str:
    """Return text without what line ends do to it: white space and hyphens."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", text).casefold()


def dates_in(text: str) -> set[str]:
    """Return the dates that a stretch of text says, also as the end of a period."""
    spans = [*find_dates(text), *find_dates(f"2000 - {text}")]
    return {date for span in spans for date in (span.first, span.last)}


def leads_back(explanation: Explanation, item: Evidence, value: str) -> bool:
    """Whether the text at an evidence says the value, or bears a link to it."""
    said = explanation.parsed.text[item.start : item.end]
    if bare(value) in bare(said):
        return True
    if item.field_path.endswith("date"):
        return value in dates_in(said)
    links = [link.uri for link in explanation.document.links if link.start <= item.end and link.end >= item.start]
    return item.field_path.endswith("url") and any(
        bare(value) in bare(uri) or bare(uri) in bare(value) for uri in links
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_every_value_leads_back_to_the_text(name: str) -> None:
    """Each value of each sample has exactly one evidence, at whose span the text says it; dates as they are printed."""
    explanation = sample(name)
    parsed = explanation.parsed
    paths = [item.field_path for item in parsed.evidence]
    assert sorted(paths) == sorted(path for path, _ in values_of(parsed))
    for item in parsed.evidence:
        value = value_at(parsed, item.field_path)
        assert isinstance(value, str)
        assert 0 <= item.start <= item.end <= len(parsed.text)
        assert 0 < item.confidence < 1
        assert leads_back(explanation, item, value), (item.field_path, value, parsed.text[item.start : item.end])


@pytest.mark.parametrize("name", SAMPLES)
def test_every_value_has_its_place(name: str) -> None:
    """Page and box lie within the document where its format has pages; otherwise there are none."""
    explanation = sample(name)
    sizes = {page.number: (page.width, page.height) for page in explanation.document.pages}
    for item in explanation.parsed.evidence:
        width, height = sizes[item.page]
        assert (item.page > 0) == (item.box is not None) == (width > 0), item.field_path
        if item.box is not None:
            assert -OUTSIDE <= item.box.x0 < item.box.x1 <= width + OUTSIDE, item.field_path
            assert -OUTSIDE <= item.box.y0 < item.box.y1 <= height + OUTSIDE, item.field_path


def test_a_link_behind_an_icon_has_the_icons_place() -> None:
    """A value that stands in no text still has the page and the box of what is clicked, also beside another icon."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=20)
    pdf.text(20, 20, "Mira Example")
    for x, uri in ((20, "https://github.com/mira-example"), (40, "https://www.linkedin.com/in/mira-example")):
        pdf.rect(x, 30, 8, 8, style="F")
        pdf.link(x, 30, 8, 8, uri)
    pdf.set_font("Helvetica", size=11)
    pdf.text(20, 60, "Experience")
    pdf.text(20, 70, "Baker, Crumb & Sons, 2019 - 2021")
    parsed = explained(bytes(pdf.output()), "icons.pdf").parsed
    found = {item.field_path: item for item in parsed.evidence}
    for path, left in (("personal_info.github_url", 20), ("personal_info.linkedin_url", 40)):
        item = found[path]
        assert item.start == item.end
        assert item.page == 1
        assert item.box is not None
        assert item.box.x0 == pytest.approx(left * 72 / 25.4, abs=0.5)
