"""The other formats, and what all have in common."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.export.csv_table import to_csv
from resumate_grpc.export.formats import FORMATS, ExportFormat, export
from resumate_grpc.export.plain_text import to_plain_text
from resumate_grpc.model.parsed import Evidence, ParsedResume, PersonalInfo, Skills
from tests.rpc.samples import PARSED, RESUME


def rows(parsed: ParsedResume) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(RESUME, parsed).decode(), newline="")))


def test_every_value_is_a_row() -> None:
    """Each value has a row with its path and confidence: of its evidence, else of its entry."""
    table = rows(PARSED)
    found = {path: (value, confidence) for path, value, confidence in table[1:]}
    assert table[0] == ["field_path", "value", "confidence"]
    assert found["personal_info.full_name"] == ("Ada Example", "0.99")
    assert found["personal_info.email"] == ("ada@example.org", "")
    assert found["work_experience[0].company"] == ("Example Works", "0.75")
    assert found["work_experience[0].highlights[0]"] == ("Halved the coal", "0.75")
    assert found["skills.technical[0]"] == ("Python", "0.4")
    assert found["skills.certifications[0]"] == ("Certified Example", "0.625")
    assert found["volunteering[0].role"] == ("Teacher", "0.3")
    assert len(found) == 48
    assert [path.partition("[")[0].partition(".")[0] for path in found][-1] == "volunteering"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_run(start: str) -> None:
    """A value that a spreadsheet would run is text, and still readable."""
    [(_, value, _)] = rows(ParsedResume(personal_info=PersonalInfo(full_name=f"{start}cmd|'/c calc'!A0")))[1:]
    assert value == f"'{start}cmd|'/c calc'!A0"


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.floats(0, 1))
def test_a_cell_holds_anything(value: str, confidence: float) -> None:
    """Quotes, commas and line breaks come back as they were, and no cell begins like a formula."""
    evidence = (Evidence(field_path="skills.technical[0]", confidence=confidence),)
    [(_, cell, shown)] = rows(ParsedResume(skills=Skills(technical=(value,)), evidence=evidence))[1:]
    assert cell in {value, f"'{value}"}
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert float(shown) == pytest.approx(confidence, rel=1e-3)


def test_rows_end_as_the_standard_has_it() -> None:
    """Rows end with CR LF, the last one too (RFC 4180)."""
    table = to_csv(RESUME, PARSED)
    assert table.endswith(b"\r\n")
    assert table.count(b"\n") == table.count(b"\r\n")


def test_text_to_read() -> None:
    """The text has a part for each part of the résumé, in a form that can be pasted."""
    text = to_plain_text(RESUME, PARSED).decode()
    assert text.startswith(
        "Ada Example\nada@example.org · +44 20 7946 0000 · London, United Kingdom\n"
        "linkedin.com/in/ada-example · https://github.com/ada-example · www.example.org/ada lovelace\n\n"
        "SUMMARY\nEngineer who likes engines.\n\n"
        "EXPERIENCE\nEngineer, Example Works, London (2020-01 – present)\nBuilds engines.\n- Halved the coal\n"
    )
    assert "Bachelor of Science in Mathematics, Example University, Cambridge (2015 – 2018-06)\nGrade: 3.9/4.0" in text
    assert "SKILLS\nTechnical: Python, C++\nSoft skills: Patience\nLanguages: English, French\n" in text
    assert "AWARDS\nMedal, Example Society, 2022\n" in text
    assert text.endswith("VOLUNTEERING\nTeacher, Code Club, Leeds (2016 – 2017)\nTaught\n")


def test_an_empty_resume() -> None:
    """A résumé of which nothing was read exports to nothing but the frame."""
    assert to_plain_text(RESUME, ParsedResume()) == b"\n"
    assert rows(ParsedResume()) == [["field_path", "value", "confidence"]]


@pytest.mark.parametrize("chosen", ExportFormat)
def test_each_format_is_in_the_table(chosen: ExportFormat) -> None:
    """Each format has a writer, a media type and an extension of its own."""
    exported = export(RESUME, PARSED, chosen)
    stem = f"candidate-{RESUME.id}.redacted" if FORMATS[chosen].blind else "ada.resume"
    assert exported.filename == f"{stem}.{FORMATS[chosen].extension}"
    assert exported.media_type == FORMATS[chosen].media_type
    exported.content.decode()


@pytest.mark.parametrize(
    ("uploaded", "saved"),
    [
        ("ada.pdf", "ada.resume.json"),
        ("Lebenslauf Ä.docx", "Lebenslauf Ä.resume.json"),
        ("no extension", "no extension.resume.json"),
        (".pdf", "pdf.resume.json"),
        ('a<b>:"c"|?*.txt', "a_b___c____.resume.json"),
        ("../../etc/passwd", "_.._etc_passwd.resume.json"),
        ("x" * 255 + ".pdf", "x" * 100 + ".resume.json"),
        ("...", "document.resume.json"),
    ],
)
def test_names_to_save_under(uploaded: str, saved: str) -> None:
    """The name is safe on every file system and not that of the upload."""
    exported = export(replace(RESUME, filename=uploaded), PARSED, ExportFormat.JSON_RESUME)
    assert exported.filename == saved
