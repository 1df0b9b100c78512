"""Which format a file is in, by its content; the extension only tells Markdown from plain text."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib

from resumate_grpc.errors import EmptyFileError, UnsupportedFormatError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.encoding import looks_like_text

__all__ = ["sniff"]

_READ = "we read PDF, DOCX, DOC, RTF, ODT, HTML, TXT, Markdown, JPEG, PNG and TIFF"
_PDF_HEADER_WITHIN = 1024  # readers accept bytes before the header, PDF 32000-1 annex H
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTENT_TYPES_LIMIT = 1 << 20
_DOCX_MAIN = b"wordprocessingml.document.main+xml"
_MARKDOWN_ENDINGS = (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd")
_SCAN = "save it as JPEG, PNG or PDF and upload that"
_UNPACKED = "upload the document itself"
_KNOWN = (
    (0, b"MZ", "a Windows program"),
    (0, b"\x7fELF", "a program"),
    (0, b"\xfe\xed\xfa\xce", "a program"),  # Mach-O: 32 and 64 bit, either byte order, then several in one
    (0, b"\xfe\xed\xfa\xcf", "a program"),
    (0, b"\xce\xfa\xed\xfe", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\0asm", "a program"),
    (0, b"GIF87a", f"a GIF picture; {_SCAN}"),
    (0, b"GIF89a", f"a GIF picture; {_SCAN}"),
    (0, b"BM", f"a BMP picture; {_SCAN}"),
    (0, b"8BPS", f"a Photoshop picture; {_SCAN}"),
    (8, b"WEBP", f"a WebP picture; {_SCAN}"),
    (4, b"ftyp", f"a HEIC picture or a film; {_SCAN}"),
    (0, b"RIFF", "a media file"),
    (0, b"\x1f\x8b", f"a gzip archive; {_UNPACKED}"),
    (0, b"7z\xbc\xaf\x27\x1c", f"a 7-Zip archive; {_UNPACKED}"),
    (0, b"Rar!\x1a\x07", f"a RAR archive; {_UNPACKED}"),
    (0, b"BZh", f"a bzip2 archive; {_UNPACKED}"),
    (0, b"\xfd7zXZ\0", f"an xz archive; {_UNPACKED}"),
    (0, b"\x28\xb5\x2f\xfd", f"a Zstandard archive; {_UNPACKED}"),
    (257, b"ustar", f"a tar archive; {_UNPACKED}"),
    (0, b"%!PS", "PostScript; print it as PDF and upload that"),
)
"""Where formats that we don't read have their magic number, and what they are."""
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"II*\0", MediaType.TIFF),  # little-endian, big-endian, and the same with 64-bit offsets
    (b"MM\0*", MediaType.TIFF),
    (b"II+\0", MediaType.TIFF),
    (b"MM\0+", MediaType.TIFF),
)
_TEXT_FORMATS = (b"%!PS",)
_HTML = re.compile(rb"(?:\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body)\b", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(rb"<[a-z!][^>]*>", re.IGNORECASE)
_HTML_ENDINGS = (".html", ".htm", ".xhtml")
_WORD_XML = re.compile(rb"\s*<\?xml\b.*?schemas\.microsoft\.com/office/word/2003/wordml", re.DOTALL)
_MARKUP_WITHIN = 4096
_HEADER_BYTES = 512
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_ENDS = (
    re.compile(rb"PK\x05\x06(?=.{8}(.{4}))", re.DOTALL),
    re.compile(rb"PK\x06\x06(?=.{36}(.{8}))", re.DOTALL),
)
"""The ends of a zip archive, plain and zip64, with the size that each gives its directory (APPNOTE 4.3)."""
_ZIP_END_WITHIN = (1 << 16) + 256
_MOST_DIRECTORY_BYTES = 1 << 18
_ODT_SAYS_SO = "mimetype"
_ODT_TYPE = b"application/vnd.oasis.opendocument.text"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORD_DOCUMENT = "WordDocument".encode("utf-16-le")
_OTHER_OFFICE = tuple(name.encode("utf-16-le") for name in ("Workbook", "PowerPoint Document", "__properties_version"))
"""Streams of Excel, PowerPoint and Outlook files."""


def sniff(content: bytes, filename: str) -> MediaType:
    """Tell the format of an uploaded file.

    Raises `EmptyFileError` (field `content`) where there are no bytes, and `UnsupportedFormatError` (field `content`)
    where the bytes are in no format that we read; its message says what to do. An encrypted DOCX counts as DOCX, so
    that its reader can say that a password is in the way.
    """
    if not content:
        raise EmptyFileError("the file has no bytes; choose another file", field="content")
    name = filename.lower().rstrip()
    _refuse_known(content)
    for magic, picture in _PICTURES:
        if content.startswith(magic):
            return picture
    if content.startswith(_ZIP):
        return _sniff_zip(content)
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        return MediaType.PDF
    if content.startswith(_OLE):
        return _sniff_ole(content, name)
    return _sniff_text(content, name)


def _sniff_text(content: bytes, name: str) -> MediaType:
    start = content[:_MARKUP_WITHIN].removeprefix(codecs.BOM_UTF8)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", errors="ignore").encode()
    if start.lstrip().startswith(b"{\\rtf"):
        return MediaType.RTF
    if _WORD_XML.match(start):
        return MediaType.WORD_XML
    if _HTML.match(start) or (name.endswith(_HTML_ENDINGS) and _TAG.search(start)):
        return MediaType.HTML
    if start.lstrip().startswith(b"<?xml"):
        raise _unsupported("the file is XML, and no document that we know")
    if not looks_like_text(content):
        raise _unsupported("the content is binary data of no format that we know")
    return MediaType.MARKDOWN if name.endswith(_MARKDOWN_ENDINGS) else MediaType.TXT


def _sniff_zip(content: bytes) -> MediaType:
    if _directory_bytes(content) > _MOST_DIRECTORY_BYTES:
        raise _unsupported("the file is a zip archive with more in it than a Word document has")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _ODT_SAYS_SO in archive.namelist():
                return _sniff_open_document(archive)
            with archive.open("[Content_Types].xml") as stream:
                types = stream.read(_CONTENT_TYPES_LIMIT)
    except KeyError:
        raise _unsupported("the file is a zip archive, not a Word document; upload the document itself") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        if b"word/" in content:  # a Word document that was cut off: its reader says so
            return MediaType.DOCX
        if _ODT_SAYS_SO.encode() + _ODT_TYPE in content[:_HEADER_BYTES]:
            return MediaType.ODT
        raise _unsupported("the file is a damaged archive") from None
    if _DOCX_MAIN in types:
        return MediaType.DOCX
    if b"wordprocessingml" in types or b"ms-word" in types:
        raise _unsupported("the file is a Word template or has macros; save it as .docx and upload that")
    raise _unsupported("the file is an Office file, but no Word document; save it as .docx or .pdf and upload that")


def _sniff_open_document(archive: zipfile.ZipFile) -> MediaType:
    with archive.open(_ODT_SAYS_SO) as stream:
        says = stream.read(_HEADER_BYTES)
    if says.strip().startswith(_ODT_TYPE):
        return MediaType.ODT
    raise _unsupported("the file is no text document; save it as .odt or .pdf and upload that")


def _directory_bytes(content: bytes) -> int:
    """Return the most that the archive's directory can take: opening it costs seconds where that is megabytes."""
    tail = content[-_ZIP_END_WITHIN:]
    return max((int.from_bytes(size, "little") for end in _ZIP_ENDS for size in end.findall(tail)), default=0)


def _sniff_ole(content: bytes, name: str) -> MediaType:
    if _ENCRYPTED_PACKAGE in content:
        return MediaType.DOCX
    # One that was cut off may have lost its directory, and with it the names: the reader says that it is damaged.
    if _WORD_DOCUMENT in content or (name.endswith(".doc") and not any(other in content for other in _OTHER_OFFICE)):
        return MediaType.DOC
    raise _unsupported("the file is in an old Office format, but no Word document; save it as .pdf and upload that")


def _refuse_known(content: bytes) -> None:
    """Refuse what a magic number tells, whatever follows the header.

    A text may begin with the same letters ("MZ", "RIFF"): letters count where the header holds binary data too.
    """
    header = content[:_HEADER_BYTES]
    for at, magic, what in _KNOWN:
        if header.startswith(magic, at) and (
            magic in _TEXT_FORMATS or not magic.isalnum() or _BINARY.search(header) is not None
        ):
            raise _unsupported(f"the file is {what}")


def _unsupported(what: str) -> UnsupportedFormatError:
    return UnsupportedFormatError(f"{what}; {_READ}", field="content")
