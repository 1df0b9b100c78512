"""Cleaning of file names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.jobs.filenames import MAX_FILENAME_CHARACTERS, clean_filename


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("cv.pdf", "cv.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cv.docx", "cv.docx"),
        ("cv\u202efdp.exe", "cvfdp.exe"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("Lebenslauf Jürgen.pdf", "Lebenslauf Jürgen.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("...", "resume"),
        ("", "resume"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_made_safe(sent: str, kept: str) -> None:
    """Paths, control characters and direction marks go; the extension stays."""
    assert clean_filename(sent) == kept


@given(st.text())
def test_any_name_becomes_a_harmless_one(name: str) -> None:
    """Whatever is sent, what is kept has no path, no control character, and a bounded length."""
    kept = clean_filename(name)
    assert 0 < len(kept) <= MAX_FILENAME_CHARACTERS
    assert not set(kept) & set("/\\\x00\n\r\u202e\u200f")
    assert kept not in {".", ".."}
