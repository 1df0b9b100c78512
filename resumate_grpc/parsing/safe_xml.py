"""XML of office documents, read without entities, document types, network or endless nesting."""

from __future__ import annotations

import logging

from lxml import etree

from resumate_grpc.errors import ErrorReason, ParsingError

__all__ = ["parse_xml", "refuse_doctype"]

_log = logging.getLogger(__name__)

_DOCTYPE = b"<!DOCTYPE"
_WIDE_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-16-le", "utf-16-be"))


def refuse_doctype(data: bytes) -> None:
    """Raise `ParsingError` (CORRUPT_FILE) where there is a document type declaration.

    Office programs write none; its only use here would be entities, external or exploding.
    """
    if _DOCTYPE in data or (b"\0" in data and any(doctype in data for doctype in _WIDE_DOCTYPES)):
        raise _corrupt("its XML has a document type declaration, which office programs never write")


def parse_xml(data: bytes) -> etree._Element:
    """Parse a document; comments and processing instructions are left out.

    Raises `ParsingError` (CORRUPT_FILE) where it is no whole XML, is nested deeper than 256 levels, or has a document
    type.
    """
    refuse_doctype(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        _log.info("xml unreadable", extra={"error_type": type(error).__name__})
        raise _corrupt("its XML is damaged or cut off") from error
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that hid it
        raise _corrupt("its XML has a document type declaration, which office programs never write")
    return root


def _corrupt(what: str) -> ParsingError:
    return ParsingError(
        ErrorReason.CORRUPT_FILE,
        f"the document cannot be read: {what}; open it in a word processor, save it as .docx, try again",
    )
