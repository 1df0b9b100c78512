"""Files that no parser should trust, made when a test needs them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import docx
from fpdf import FPDF
from PIL import Image

from tests.samples import docx_layouts

__all__ = [
    "crowded_zip",
    "docx_of",
    "docx_with",
    "encrypted_docx",
    "encrypted_pdf",
    "lying_docx",
    "many_pages_pdf",
    "old_office",
    "picture_only_pdf",
    "text_pdf",
    "truncated",
    "zip_bomb",
]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MEBIBYTE = 1 << 20
_PASSWORD = "swordfish"  # noqa: S105 - of a file made for a test


def text_pdf(text: str = "Mathilde Okafor") -> FPDF:
    """A page with one line; call `output()` for its bytes."""
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=12)
    document.cell(0, 10, text)
    return document


def encrypted_pdf(*, for_its_reader: bool = False) -> bytes:
    """Encrypt a PDF: everybody may open it and only its owner change it, or its reader needs a password too."""
    document = text_pdf()
    document.set_encryption(_PASSWORD, user_password=_PASSWORD if for_its_reader else None)
    return bytes(document.output())


def picture_only_pdf() -> bytes:
    """A page that is a picture, as a scanner writes it."""
    picture = io.BytesIO()
    Image.new("L", (200, 280), 230).save(picture, format="PNG")
    document = FPDF()
    document.add_page()
    document.image(picture, x=0, y=0, w=210)
    return bytes(document.output())


def many_pages_pdf(count: int) -> bytes:
    """A PDF of so many pages, written by hand because a library would take its time."""
    kids = b" ".join(b"%d 0 R" % (4 + index) for index in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids),
        b"<< /Length 0 >>\nstream\n\nendstream",
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 3 0 R >>"] * count,
    ]
    body = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


def truncated(content: bytes) -> bytes:
    """Cut a file off in its middle."""
    return content[: len(content) // 2]


def docx_with(part: str, content: bytes) -> bytes:
    """A Word document one of whose parts is replaced."""
    return docx_of({part: content})


def docx_of(parts: Mapping[str, bytes]) -> bytes:
    """A Word document some of whose parts are replaced."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx_layouts.saved(docx.Document()))) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            target.writestr(entry.filename, parts.get(entry.filename) or source.read(entry))
    return packed.getvalue()


def zip_bomb(mebibytes: int) -> bytes:
    """A Word document whose main part unpacks to so much."""
    packed = io.BytesIO(docx_with("docProps/app.xml", b"<x/>"))
    with (
        zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
        target.open("word/bomb.xml", "w") as stream,
    ):
        chunk = b" " * _MEBIBYTE
        for _ in range(mebibytes):
            stream.write(chunk)
    return packed.getvalue()


def lying_docx(mebibytes: int) -> bytes:
    """A Word document with a part that unpacks to so much and whose directory says 100 bytes."""
    content = zip_bomb(mebibytes)
    true_size = struct.pack("<I", mebibytes * _MEBIBYTE)
    name = content.rindex(b"word/bomb.xml")
    entry = content.rindex(b"PK\x01\x02", 0, name)
    at = content.index(true_size, entry)
    return content[:at] + struct.pack("<I", 100) + content[at + 4 :]


def old_office(stream: str) -> bytes:
    """The beginning of an old Office file with a stream of this name."""
    return _OLE + bytes(504) + stream.encode("utf-16-le") + bytes(2048)


def encrypted_docx() -> bytes:
    """The beginning of what Word writes for a document with a password."""
    return _OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + zlib.compress(bytes(2048))


def crowded_zip(entries: int, *, extra: bytes = b"") -> bytes:
    """An archive of nothing but a directory with so many entries, each with these extra fields."""
    directory = bytearray()
    for index in range(entries):
        name = b"%d" % index
        entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, *[0] * 8, len(name), len(extra), *[0] * 5)
        directory += entry + name + extra
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end
