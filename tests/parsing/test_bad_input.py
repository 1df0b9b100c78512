"""Files that cannot or must not be read: each gets its own error, and soon."""

from __future__ import annotations

import contextlib
import time
import tracemalloc
from collections.abc import Callable
from random import Random

import pytest

from resumate_grpc.errors import EmptyFileError, ErrorReason, ParsingError, UnsupportedFormatError
from resumate_grpc.model.resume import MediaType, OcrMode, ParseOptions
from resumate_grpc.parsing import length
from resumate_grpc.parsing.length import MAX_CHARACTERS
from resumate_grpc.parsing.pipeline import parse
from resumate_grpc.parsing.sniff import sniff
from tests.parsing.mutants import with_a_wide_table
from tests.parsing.reading import read, read_with_progress
from tests.samples import hostile
from tests.samples.make import FILES

_CHEAP_S = 0.25  # ten times what it takes
_ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:body><w:p><w:r><w:t>seen &x;</w:t></w:r></w:p></w:body></w:document>"""

UNREADABLE: list[tuple[str, ErrorReason, Callable[[], bytes]]] = [
    ("pdf, cut off", ErrorReason.CORRUPT_FILE, lambda: hostile.truncated((FILES / "sidebar_en.pdf").read_bytes())),
    ("pdf, its header alone", ErrorReason.CORRUPT_FILE, lambda: b"%PDF-1.7\n"),
    ("pdf, rubbish", ErrorReason.CORRUPT_FILE, lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF"),
    ("pdf, with a password", ErrorReason.PASSWORD_PROTECTED, lambda: hostile.encrypted_pdf(for_its_reader=True)),
    ("pdf, a picture", ErrorReason.NO_TEXT_FOUND, hostile.picture_only_pdf),
    ("pdf, 5,000 pages", ErrorReason.TOO_MANY_PAGES, lambda: hostile.many_pages_pdf(5000)),
    ("docx, cut off", ErrorReason.CORRUPT_FILE, lambda: hostile.truncated((FILES / "boxes_en.docx").read_bytes())),
    ("docx, broken XML", ErrorReason.CORRUPT_FILE, lambda: hostile.docx_with("word/document.xml", b"<w:document")),
    ("docx, external entity", ErrorReason.CORRUPT_FILE, lambda: hostile.docx_with("word/document.xml", _ENTITIES)),
    (
        "docx, external entity in UTF-16",
        ErrorReason.CORRUPT_FILE,
        lambda: hostile.docx_with("word/document.xml", _ENTITIES.decode().encode("utf-16")),
    ),
    ("docx, entity in its styles", ErrorReason.CORRUPT_FILE, lambda: hostile.docx_with("word/styles.xml", _ENTITIES)),
    ("docx, with a password", ErrorReason.PASSWORD_PROTECTED, hostile.encrypted_docx),
    ("doc, its beginning alone", ErrorReason.CORRUPT_FILE, lambda: hostile.old_office("WordDocument")),
    ("docx, unpacks to 80 MiB", ErrorReason.RESOURCE_LIMIT, lambda: hostile.zip_bomb(80)),
    ("docx, whose directory lies", ErrorReason.CORRUPT_FILE, lambda: hostile.lying_docx(80)),
    ("text, blanks only", ErrorReason.NO_TEXT_FOUND, lambda: b" \n\t\n"),
    ("text, 10 MiB", ErrorReason.RESOURCE_LIMIT, lambda: b"Ada Merriweather, engineer\n" * ((10 << 20) // 27)),
    ("text, long, in UTF-16", ErrorReason.RESOURCE_LIMIT, lambda: ("Zo\u00eb Lund\n" * (1 << 17)).encode("utf-16-le")),
]


@pytest.mark.parametrize(("reason", "make"), [pytest.param(*case[1:], id=case[0]) for case in UNREADABLE])
def test_unreadable_files_say_why(reason: ErrorReason, make: Callable[[], bytes]) -> None:
    """A file that is accepted and cannot be read ends in the error that names its case."""
    with pytest.raises(ParsingError) as caught:
        read(make(), "resume.txt")
    assert caught.value.parse_reason is reason
    assert not caught.value.retryable
    assert len(caught.value.message) > 20


@pytest.mark.slow
def test_the_next_file_works() -> None:
    """After all of these, an ordinary file is read as before."""
    for _, _, make in UNREADABLE:
        with pytest.raises(ParsingError):
            read(make(), "resume.txt")
    assert read(bytes(hostile.text_pdf().output())).text == "Mathilde Okafor"


@pytest.mark.parametrize("share", [0.02, 0.25, 0.5, 0.75, 0.9, 0.99])
@pytest.mark.parametrize("name", ["one_column_en.pdf", "ruled_table_fr.pdf"])
def test_no_part_of_a_pdf_passes_for_the_whole(name: str, share: float) -> None:
    """Wherever a PDF is cut off, it is called corrupt, never read in part."""
    content = (FILES / name).read_bytes()
    with pytest.raises(ParsingError) as caught:
        read(content[: int(len(content) * share)])
    assert caught.value.parse_reason is ErrorReason.CORRUPT_FILE


def test_owner_password_alone_does_not_matter() -> None:
    """A PDF that opens without a password is read, whatever its owner forbade."""
    assert read(hostile.encrypted_pdf()).text == "Mathilde Okafor"


@pytest.mark.parametrize("filename", ["resume.txt", "resume.md"])
def test_the_longest_text_is_a_million_characters(filename: str) -> None:
    """One character more than the limit is refused, with both numbers, before the text is split into words."""
    content = b"A" * MAX_CHARACTERS
    assert len(read(content, filename).text) == MAX_CHARACTERS
    with pytest.raises(ParsingError, match=r"1,000,001 characters .* up to 1,000,000"):
        read(content + b"\n", filename)


def test_the_limit_on_text_holds_for_every_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF with more text than is allowed is refused as well."""
    monkeypatch.setattr(length, "MAX_CHARACTERS", 14)
    with pytest.raises(ParsingError) as caught:
        read(bytes(hostile.text_pdf().output()))
    assert caught.value.parse_reason is ErrorReason.RESOURCE_LIMIT


def test_page_limit_is_the_callers() -> None:
    """The limit on pages can be set; at the limit a file is read."""
    content = (FILES / "one_column_en.pdf").read_bytes()
    assert len(read_with_progress(content, max_pages=2)[0].pages) == 2
    with pytest.raises(ParsingError) as caught:
        read_with_progress(content, max_pages=1)
    assert caught.value.parse_reason is ErrorReason.TOO_MANY_PAGES


def test_a_lying_archive_costs_no_memory() -> None:
    """A part that unpacks to more than its directory says is never unpacked whole."""
    content = hostile.lying_docx(80)
    tracemalloc.start()
    try:
        with pytest.raises(ParsingError):
            read(content)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_gibibyte_in_a_word_document_is_refused() -> None:
    """A DOCX that unpacks to over a gibibyte is refused by its directory."""
    with pytest.raises(ParsingError) as caught:
        read(hostile.zip_bomb(1100))
    assert caught.value.parse_reason is ErrorReason.RESOURCE_LIMIT


def test_ocr_on_demand_is_answered_by_a_warning_where_there_are_no_pages() -> None:
    """Asking for OCR of a text file is no error; the document says that there was none."""
    document, _ = read_with_progress(b"Ada Merriweather", ocr=OcrMode.ALWAYS)
    assert [warning.reason for warning in document.warnings] == ["OCR_UNAVAILABLE"]


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        (b"MZ\x90\x00" + bytes(200) + b"%PDF-1.4", "resume.pdf", "Windows program"),
        (b"\x7fELF" + bytes(64), "resume.docx", "program"),
        (hostile.old_office("Workbook"), "resume.doc", "no Word document"),
        (b"PK\x03\x04" + bytes(64), "resume.docx", "archive"),
        (b"MZ\x90\x00" + bytes(60) + b"Ada Merriweather\n" * 9000, "resume.txt", "Windows program"),
        (b"\xcf\xfa\xed\xfe" + b"Ada Merriweather\n" * 9000, "resume.txt", "program"),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x02" + b"%PDF-1.4", "resume.pdf", "program"),
        (b"GIF89a\x01\x00%PDF-1.4" + b"Ada\n" * 900, "resume.pdf", "GIF picture"),
        (b"RIFF\x24\x08\x00\x00WEBPVP8 ", "resume.txt", "WebP picture"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(32), "resume.pdf", "HEIC picture"),
        (b"BM\x36\x10\x0e\x00\x00\x00" + b"a" * 9000, "resume.txt", "BMP picture"),
        (b"\x1f\x8b\x08Ada Merriweather\n", "resume.txt", "gzip"),
        (b"7z\xbc\xaf\x27\x1c%PDF-1.4", "resume.pdf", "7-Zip"),
        (b"Rar!\x1a\x07\x01\x00 Ada Merriweather", "resume.txt", "RAR"),
        (hostile.crowded_zip(20_000), "resume.docx", "more in it than a Word document"),
        (b"<?xml version='1.0'?><cv>Hello</cv>", "resume.xml", "no document that we know"),
        (bytes(2000), "resume.txt", "binary"),
        (bytes(range(256)) * 8, "resume.txt", "binary"),
    ],
)
def test_other_formats_are_refused_by_their_content(content: bytes, filename: str, says: str) -> None:
    """What we don't read is refused whatever its name, with words that help."""
    with pytest.raises(UnsupportedFormatError, match=says) as caught:
        sniff(content, filename)
    assert caught.value.field == "content"


_LINE = "Zo\u00eb Lund, Malm\u00f6: led teams, built services\n" * (1 << 17)


LARGE: list[tuple[str, Callable[[], bytes]]] = [
    ("utf-8", _LINE.encode),
    ("utf-16", lambda: _LINE.encode("utf-16-le")),
    ("latin-1", lambda: _LINE.encode("latin-1")),
    ("zeros", lambda: bytes(10 << 20)),
    ("zip, many ends", lambda: b"PK\x03\x04" + b"PK\x05\x06" * (10 << 18)),
    ("zip, many entries", lambda: hostile.crowded_zip(100_000)),
    ("zip, long extra fields", lambda: hostile.crowded_zip(40, extra=b"\x02\0\0\0" * 16_000)),
]


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in LARGE])
@pytest.mark.slow
def test_telling_the_format_of_a_large_file_is_cheap(make: Callable[[], bytes]) -> None:
    """Formats are told on the server's loop: megabytes of any kind take it milliseconds."""
    content = make()
    started = time.process_time()
    with contextlib.suppress(UnsupportedFormatError):
        sniff(content, "resume.txt")
    assert time.process_time() - started < _CHEAP_S


@pytest.mark.slow
def test_a_table_of_thirty_thousand_columns_costs_what_its_cells_cost() -> None:
    """Nothing looks at all names of a header for each of them, which took 24 seconds here."""
    content = with_a_wide_table((FILES / "boxes_en.docx").read_bytes(), Random(1), columns=30_000)  # noqa: S311
    started = time.process_time()
    list(parse(content, media_type=MediaType.DOCX, options=ParseOptions()))
    assert time.process_time() - started < 15


def test_no_bytes_are_refused() -> None:
    """An empty file is called empty."""
    with pytest.raises(EmptyFileError):
        sniff(b"", "resume.pdf")


@pytest.mark.parametrize(
    ("content", "filename", "expected"),
    [
        (b"%PDF-1.4 ...", "resume.txt", MediaType.PDF),
        (b"\xef\xbb\xbf\n%PDF-1.4 ...", "resume", MediaType.PDF),
        (hostile.docx_with("", b""), "resume.pdf", MediaType.DOCX),
        (hostile.encrypted_docx(), "resume.docx", MediaType.DOCX),
        (b"# Ada", "resume.MD", MediaType.MARKDOWN),
        (b"# Ada", "../../resume.txt", MediaType.TXT),
        ("Åda\u202e".encode(), "\u202ercs.md\n", MediaType.MARKDOWN),
        ("Zoë".encode("utf-16"), "resume.txt", MediaType.TXT),
        ("Zoë Lund".encode("utf-16-be"), "", MediaType.TXT),
        (b"MZ is how I begin my letters, says Mary Zed.", "", MediaType.TXT),
        (b"RIFFAT ALI\nEngineer", "", MediaType.TXT),
        (b"PKL Engineering, Lund\n", "", MediaType.TXT),
        (b"Ada\x00 Merriweather, engineer", "resume.pdf", MediaType.TXT),
        (b"\x89PNG\r\n\x1a\n%PDF-1.4" + b"Ada\n" * 900, "resume.pdf", MediaType.PNG),
        (b"\xff\xd8\xff\xe0Ada Merriweather\n", "resume.txt", MediaType.JPEG),
        (b"II*\0" + bytes(64), "resume.pdf", MediaType.TIFF),
        (b"MM\0+" + bytes(64), "resume.pdf", MediaType.TIFF),
    ],
)
def test_content_decides_the_format(content: bytes, filename: str, expected: MediaType) -> None:
    """The content tells the format; the name only tells Markdown from plain text."""
    assert sniff(content, filename) is expected
