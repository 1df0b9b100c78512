"""DOCX, the package: guard against hostile archives, then opened by python-docx. The walk of its XML is in `docx`."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from dataclasses import dataclass

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.opc.part import Part, XmlPart
from lxml import etree

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.parsing.safe_xml import refuse_doctype
from resumate_grpc.parsing.zip_guard import DAMAGED_ARCHIVE, GuardedZip

__all__ = ["DocxPackage", "DocxPart", "open_docx"]

_log = logging.getLogger(__name__)

_OLE = b"\xd0\xcf\x11\xe0"
_UNREAD = re.compile(r"(theme/theme\d*|fontTable|webSettings|stylesWithEffects|docProps/app|customXml/item\w*)\.xml$")
"""XML that neither python-docx nor the walk parses."""
_UNREADABLE = (*DAMAGED_ARCHIVE, OpcError, etree.LxmlError, AttributeError)
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
        _log.info("docx unreadable", extra={"error_type": type(error).__name__})
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
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
        guarded = GuardedZip(source)
        for entry in guarded.check():
            data = b""
            if entry.filename.lower().endswith((".xml", ".rels")) and _UNREAD.search(entry.filename) is None:
                data = guarded.read(entry)
                refuse_doctype(data)
            target.writestr(entry.filename, data)
    packed.seek(0)
    return packed


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


def _corrupt(what: str) -> ParsingError:
    return ParsingError(
        ErrorReason.CORRUPT_FILE, f"the document cannot be read: {what}; open it in Word, save it as .docx, try again"
    )
