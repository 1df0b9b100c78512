from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.document import Document, Page, Style
from resumate_grpc.parsing.understanding import understand
from tests.parsing.resumes import SAMPLE, check_evidence, document_of, drive, page_of, understood

HOSTILE = {
    "a long word": "A" * 100_000,
    "ten thousand lines": "Keeper, Utsira Light\t2019 - 2020\n" * 10_000,
    "open brackets": "(" * 100_000 + "a",
    "tabs": "a\t" * 50_000,
    "half dates": "Jan 2019 - " * 9_000,
    "half addresses": "a.b@c." * 15_000,
    "skills without end": "Skills\n\n" + "Python, " * 12_000,
    "schools": "Education\n\n" + "BSc in Physics, University of X, Berlin, 2019\n" * 2_000,
}

FRAGMENTS = [
    "Experience", "Education", "Skills", "Languages", "Certifications", "Jan 2019 - Present", "2015", "- built it",
    "Engineer", "Acme Ltd", "University of X", "BSc in Y", "Berlin, Germany", "a@b.co", "+49 30 1234567", "(", "|",
    "\t", "Python, Go", "GPA: 3.1", "linkedin.com/in/x", ":", "/", "–", "至今", "Опыт работы",
]  # fmt: skip


def test_a_whole_resume_is_understood() -> None:
    """The values of a plain résumé are found, each with evidence."""
    resume = understood(SAMPLE, media_type=MediaType.MARKDOWN)
    assert resume.personal_info.full_name == "Wilhelmina Torvald"
    assert resume.personal_info.location == "Portland, OR"
    assert [(post.company, post.title, post.start_date, post.end_date) for post in resume.work_experience] == [
        ("Harbour Gauge Ltd", "Senior Data Engineer", "2019-03", "present"),
        ("Fennel Robotics Inc.", "Software Developer", "2015-06", "2019-02"),
    ]
    assert resume.work_experience[0].highlights[1] == "Cut alarm noise by half."
    assert [(study.institution, study.degree, study.gpa) for study in resume.education] == [
        ("University of Oregon", "Bachelor of Science", "3.7/4.0")
    ]
    assert resume.skills.technical == ("Python", "Go", "SQL", "Docker", "Kafka", "Terraform")
    assert resume.skills.languages == ("English", "Norwegian")
    assert resume.skills.certifications == ("Certified Kubernetes Administrator",)
    assert resume.language == "en"
    assert resume.text == document_of(SAMPLE, media_type=MediaType.MARKDOWN).text
    check_evidence(resume)


def test_progress_never_falls_and_ends_at_a_hundred() -> None:
    """The stage tells what it reads, in rising percents."""
    steps, _ = drive(understand(document_of(SAMPLE, media_type=MediaType.MARKDOWN), options=ParseOptions()))
    percents = [step.stage_percent for step in steps]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert {step.stage for step in steps} == {Stage.NLP_PARSING}
    assert any("section" in step.message for step in steps)


def test_a_document_without_lines_gives_an_empty_result() -> None:
    """Nothing in, nothing out."""
    empty = Document(text="", media_type=MediaType.PDF, pages=(Page(number=1, width=1, height=1, blocks=()),))
    resume = drive(understand(empty, options=ParseOptions()))[1]
    assert resume.evidence == ()
    assert resume.page_count == 1
    assert resume.confidence_score == 0


def test_the_language_asked_for_overrules_the_one_detected() -> None:
    """A caller who knows the language is believed."""
    document = document_of("Oda Lind\n\nI was the keeper of the light and of the boats.")
    assert drive(understand(document, options=ParseOptions(language="nb")))[1].language == "nb"


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_costs_little(text: str) -> None:
    """No text of 100 kB or 10,000 lines takes the parser more than some seconds (a quadratic step takes minutes)."""
    document = document_of(text)
    started = time.process_time()
    drive(understand(document, options=ParseOptions()))
    assert time.process_time() - started < 15


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=12), max_size=40), st.sampled_from(["\n", " ", "\n\n", "\t"])
)
def test_no_text_breaks_the_parser_and_evidence_always_holds(parts: list[str], joint: str) -> None:
    """Whatever the text, the parser ends with a result whose every value has its place."""
    text = "x " + joint.join("".join(char for char in part if unicodedata.category(char) != "Cs") for part in parts)
    for media_type in (MediaType.TXT, MediaType.MARKDOWN):
        check_evidence(understood(text, media_type=media_type))


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from([40.0, 160.0, 300.0]), st.integers(0, 30), st.sampled_from(FRAGMENTS), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_however_lines_lie_on_a_page_values_have_their_page_and_box(
    lines: list[tuple[float, int, str, bool]],
) -> None:
    """Lines anywhere on a page, rails of dates and stacked ends among them: each value's words stand in its box."""
    placed = [
        (left, 30.0 + 14 * row, printed, Style(size=10.0, bold=bold))
        for left, row, printed, bold in sorted(lines, key=lambda line: line[1])
        if printed.strip()
    ]
    check_evidence(drive(understand(page_of(placed), options=ParseOptions()))[1])
