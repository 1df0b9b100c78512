"""DOCX, the package: guard against hostile archives, then opened by python-docx. The walk of its XML is in `docx`."""

from __future__ import annotations

import io
import logging
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.opc.part import Part, XmlPart
from lxml import etree

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.parsing.safe_xml import refuse_doctype

__all__ = ["DocxPackage", "DocxPart", "open_docx"]

_log = logging.getLogger(__name__)

MAX_UNPACKED_BYTES = 64 << 20
MAX_ENTRIES = 4096
MAX_RATIO = 200  # beyond what office XML reaches; only archives that also unpack to much are refused
_RATIO_MATTERS_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0"
_UNREAD = re.compile(r"(theme/theme\d*|fontTable|webSettings|stylesWithEffects|docProps/app|customXml/item\w*)\.xml$")
"""XML that neither python-docx nor the walk parses."""
_UNREADABLE = (
    OpcError,
    etree.LxmlError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""What zipfile, lxml and python-docx raise for damaged files, found by damaging files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocxPart:
    """One XML part of the package and the targets of its external hyperlinks, by relationship id."""

    root: etree._Element
    links: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DocxPackage:
    """What is read of a DOCX: its main part, styles (None where it has none), headers and footers by relation id."""

    document: DocxPart
    styles: etree._Element | None
    headers: dict[str, DocxPart]
    footers: dict[str, DocxPart]


def open_docx(content: bytes) -> DocxPackage:
    """Open a DOCX without trusting it.

    Raises `ParsingError`: PASSWORD_PROTECTED (an encrypted container), RESOURCE_LIMIT (unpacks to too much),
    CORRUPT_FILE (a broken archive, broken XML, a document type declaration, or no Word document).
    """
    if content.startswith(_OLE):
        raise ParsingError(
            ErrorReason.PASSWORD_PROTECTED, "the document is encrypted; save it without a password and upload it again"
        )
    try:
        safe = _repacked(content)
        main = docx.Document(safe).part
    except _UNREADABLE as error:
        _log.info("docx unreadable", extra={"error": type(error).__name__})
        raise _corrupt("it is no complete Word document") from error
    related = _related(main)
    styles = [part for kind, _, part in related if kind == RELATIONSHIP_TYPE.STYLES]
    return DocxPackage(
        document=_part(main),
        styles=_root(styles[0]) if styles else None,
        headers={rel_id: _part(part) for kind, rel_id, part in related if kind == RELATIONSHIP_TYPE.HEADER},
        footers={rel_id: _part(part) for kind, rel_id, part in related if kind == RELATIONSHIP_TYPE.FOOTER},
    )


def _repacked(content: bytes) -> io.BytesIO:
    """Read the archive under limits and pack its XML anew, so that no later reader meets the original.

    A directory may lie about sizes, and a reader that trusts it unpacks gigabytes in one call. Pictures, fonts and
    themes are left empty: their names must be there, their bytes are never looked at.
    """
    packed = io.BytesIO()
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
        _check_directory(source.infolist())
        for entry in source.infolist():
            data = b""
            if entry.filename.lower().endswith((".xml", ".rels")) and _UNREAD.search(entry.filename) is None:
                data = _read_entry(source, entry, limit=left)
                left -= len(data)
                refuse_doctype(data)
            target.writestr(entry.filename, data)
    packed.seek(0)
    return packed


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_ENTRIES:
        raise _too_large(f"holds more than {MAX_ENTRIES} parts")
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > _RATIO_MATTERS_BYTES and unpacked > MAX_RATIO * packed):
        raise _too_large(f"unpacks to {unpacked >> 20} MiB")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ParsingError(ErrorReason.PASSWORD_PROTECTED, "the archive is encrypted; upload it without a password")


def _read_entry(source: zipfile.ZipFile, entry: zipfile.ZipInfo, *, limit: int) -> bytes:
    data = bytearray()
    with source.open(entry) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            data += chunk
            if len(data) > limit:
                raise _too_large(f"unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB")
    return bytes(data)


def _related(main: Part) -> list[tuple[str, str, Part]]:
    return [
        (relation.reltype, rel_id, relation.target_part)
        for rel_id, relation in main.rels.items()
        if not relation.is_external
    ]


def _part(part: Part) -> DocxPart:
    links = {
        rel_id: relation.target_ref
        for rel_id, relation in part.rels.items()
        if relation.is_external and relation.reltype == RELATIONSHIP_TYPE.HYPERLINK
    }
    return DocxPart(root=_root(part), links=links)


def _root(part: Part) -> etree._Element:
    if not isinstance(part, XmlPart):
        raise _corrupt(f"its part {part.partname} is no XML")
    root: etree._Element = part.element
    return root


def _too_large(what: str) -> ParsingError:
    return ParsingError(ErrorReason.RESOURCE_LIMIT, f"the document {what}, more than we read; remove what is embedded")


def _corrupt(what: str) -> ParsingError:
    return ParsingError(
        ErrorReason.CORRUPT_FILE, f"the document cannot be read: {what}; open it in Word, save it as .docx, try again"
    )
