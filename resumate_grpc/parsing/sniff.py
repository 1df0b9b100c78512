"""Which format a file is in, by its content; the extension only tells Markdown from plain text."""

from __future__ import annotations

import io
import zipfile
import zlib

from resumate_grpc.errors import EmptyFileError, UnsupportedFormatError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.encoding import looks_like_text

__all__ = ["sniff"]

_READ = "we read PDF, DOCX, TXT and Markdown"
_PDF_HEADER_WITHIN = 1024  # readers accept bytes before the header, PDF 32000-1 annex H
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTENT_TYPES_LIMIT = 1 << 20
_DOCX_MAIN = b"wordprocessingml.document.main+xml"
_MARKDOWN_ENDINGS = (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd")
_KNOWN = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a PNG picture; scans are read once they are in a PDF with a text layer"),
    (b"\xff\xd8\xff", "a JPEG picture; scans are read once they are in a PDF with a text layer"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"RIFF", "a media file"),
    (b"\x1f\x8b", "a gzip archive; upload the document itself"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; upload the document itself"),
    (b"Rar!", "a RAR archive; upload the document itself"),
    (b"%!PS", "PostScript; print it as PDF and upload that"),
    (b"{\\rtf", "Rich Text (RTF); save it as .docx or .pdf and upload that"),
)
_MARKUP = (
    (b"<?xml", "XML"),
    (b"<!doctype html", "a web page; print it as PDF and upload that"),
    (b"<html", "a web page; print it as PDF and upload that"),
)
_WORD_2003 = "a Word 2003 XML document (.doc); save it as .docx or .pdf and upload that"
_MARKUP_WITHIN = 2048
_SURE_MAGIC = 3
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def sniff(content: bytes, filename: str) -> MediaType:
    """Tell the format of an uploaded file.

    Raises `EmptyFileError` (field `content`) where there are no bytes, and `UnsupportedFormatError` (field `content`)
    where the bytes are in no format that we read; its message says what to do. An encrypted DOCX counts as DOCX, so
    that its reader can say that a password is in the way.
    """
    if not content:
        raise EmptyFileError("the file has no bytes; choose another file", field="content")
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN] and not content.startswith((b"MZ", b"\x7fELF", b"PK")):
        return MediaType.PDF
    if content.startswith(b"PK"):
        return _sniff_zip(content)
    if content.startswith(_OLE):
        return _sniff_ole(content)
    _refuse_known(content)
    if not looks_like_text(content):
        raise _unsupported("the content is binary data of no format that we know")
    name = filename.lower().rstrip()
    return MediaType.MARKDOWN if name.endswith(_MARKDOWN_ENDINGS) else MediaType.TXT


def _sniff_zip(content: bytes) -> MediaType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("[Content_Types].xml") as stream:
            types = stream.read(_CONTENT_TYPES_LIMIT)
    except KeyError:
        raise _unsupported("the file is a zip archive, not a Word document; upload the document itself") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        if b"word/" in content:  # a Word document that was cut off: its reader says so
            return MediaType.DOCX
        raise _unsupported("the file is a damaged archive") from None
    if _DOCX_MAIN in types:
        return MediaType.DOCX
    if b"wordprocessingml" in types or b"ms-word" in types:
        raise _unsupported("the file is a Word template or has macros; save it as .docx and upload that")
    raise _unsupported("the file is an Office file, but no Word document; save it as .docx or .pdf and upload that")


def _sniff_ole(content: bytes) -> MediaType:
    if _ENCRYPTED_PACKAGE in content:
        return MediaType.DOCX
    raise _unsupported("the file is in the old Office format (.doc); save it as .docx or .pdf and upload that")


def _refuse_known(content: bytes) -> None:
    for magic, what in _KNOWN:
        # Two letters may begin a text as well.
        if content.startswith(magic) and not (len(magic) < _SURE_MAGIC and looks_like_text(content)):
            raise _unsupported(f"the file is {what}")
    start = content[:_MARKUP_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, what in _MARKUP:
        if start.startswith(magic):
            raise _unsupported(f"the file is {_WORD_2003 if b'schemas-microsoft-com:office' in start else what}")


def _unsupported(what: str) -> UnsupportedFormatError:
    return UnsupportedFormatError(f"{what}; {_READ}", field="content")
