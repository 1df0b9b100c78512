"""OLE compound files (what Word 97 to 2003 wrote), by olefile."""

from __future__ import annotations

import io
import logging
import struct

import olefile

from resumate_grpc.errors import ErrorReason, ParsingError

__all__ = ["read_streams"]

_log = logging.getLogger(__name__)

_ENCRYPTED = "EncryptedPackage"
_UNREADABLE = (
    OSError,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    MemoryError,
)
"""What olefile raises for damaged files, found by damaging files."""


def read_streams(content: bytes, names: tuple[str, ...]) -> dict[str, bytes]:
    """Read streams of the root storage; one that is missing is left out.

    Raises `ParsingError`: PASSWORD_PROTECTED (the container of an encrypted document), CORRUPT_FILE.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            if container.exists(_ENCRYPTED):
                raise ParsingError(
                    ErrorReason.PASSWORD_PROTECTED,
                    "the document is encrypted; save it without a password and upload it again",
                )
            return {name: container.openstream(name).read() for name in names if container.exists(name)}
    except _UNREADABLE as error:
        _log.info("ole file unreadable", extra={"error_type": type(error).__name__})
        raise ParsingError(
            ErrorReason.CORRUPT_FILE,
            "the document is damaged or cut off; open it in Word, save it as .docx, try again",
        ) from error
