"""ODT, the package: an archive opened under limits, its XML parsed safely."""

from __future__ import annotations

import io
import logging
import zipfile
from dataclasses import dataclass

from lxml import etree

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.parsing.safe_xml import parse_xml
from resumate_grpc.parsing.zip_guard import DAMAGED_ARCHIVE, GuardedZip

__all__ = ["OdtPackage", "open_odt"]

_log = logging.getLogger(__name__)

_ENCRYPTED = b"encryption-data"


@dataclass(frozen=True, kw_only=True, slots=True)
class OdtPackage:
    """The text with its automatic styles, and the style sheet with headers and footers (None where it has none)."""

    content: etree._Element
    styles: etree._Element | None


def open_odt(content: bytes) -> OdtPackage:
    """Open an OpenDocument text without trusting it.

    Raises `ParsingError`: PASSWORD_PROTECTED, RESOURCE_LIMIT (unpacks to too much), CORRUPT_FILE.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            guarded = GuardedZip(archive)
            entries = {entry.filename: entry for entry in guarded.check()}
            if "META-INF/manifest.xml" in entries and _ENCRYPTED in guarded.read(entries["META-INF/manifest.xml"]):
                raise ParsingError(
                    ErrorReason.PASSWORD_PROTECTED,
                    "the document is encrypted; save it without a password and upload it again",
                )
            text = guarded.read(entries["content.xml"])
            styles = guarded.read(entries["styles.xml"]) if "styles.xml" in entries else b""
    except DAMAGED_ARCHIVE as error:
        _log.info("odt unreadable", extra={"error_type": type(error).__name__})
        raise ParsingError(
            ErrorReason.CORRUPT_FILE, "the document is damaged or cut off; open it, save it as .docx, try again"
        ) from error
    return OdtPackage(content=parse_xml(text), styles=parse_xml(styles) if styles else None)
