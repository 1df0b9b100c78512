"""Projects have their links."""

from __future__ import annotations

from fpdf import FPDF

from tests.explain.explained import explained

TEXT = """Mira Example
mira@example.org | https://github.com/mira-example

Projects
Crumbs (2021)
A bread log. https://crumbs.example.org/log
- Logged 400 loaves
Rye Calculator (2020)
- Counts grams
Sour (2019)
github.com/mira-example/sour
- Keeps starters
"""


def test_a_printed_link_is_its_projects() -> None:
    """Each project has the link that stands in it, and one without has none; the person's own stays the person's."""
    parsed = explained(TEXT.encode(), "cv.txt").parsed
    links = {project.name: project.url for project in parsed.projects}
    assert links["Crumbs"] == "https://crumbs.example.org/log"
    assert links["Rye Calculator"] == ""
    assert links["Sour"] == "github.com/mira-example/sour"
    assert parsed.personal_info.github_url == "https://github.com/mira-example"
    found = {item.field_path: item for item in parsed.evidence}
    assert parsed.text[found["projects[0].url"].start : found["projects[0].url"].end] == links["Crumbs"]


def test_a_link_behind_a_projects_name_is_its() -> None:
    """The target of a name that is clicked, with the name's place."""
    pdf = FPDF()
    pdf.add_page()
    for size, y, text in (
        (20, 20, "Mira Example"),
        (14, 40, "Projects"),
        (11, 50, "Crumbs"),
        (11, 56, "A log of bread."),
    ):
        pdf.set_font("Helvetica", style="B" if size == 14 or text == "Crumbs" else "", size=size)
        pdf.text(20, y, text)
    pdf.link(20, 46, 16, 5, "https://crumbs.example.org")
    parsed = explained(bytes(pdf.output()), "cv.pdf").parsed
    (project,) = parsed.projects
    assert project.url.rstrip("/") == "https://crumbs.example.org"
    (item,) = [item for item in parsed.evidence if item.field_path == "projects[0].url"]
    assert item.box is not None
