"""Zip archives of office documents, read under limits."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from resumate_grpc.errors import ErrorReason, ParsingError

__all__ = ["DAMAGED_ARCHIVE", "GuardedZip"]

DAMAGED_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""What zipfile raises for damaged archives, found by damaging files."""

MAX_UNPACKED_BYTES = 64 << 20
MAX_ENTRIES = 4096
MAX_RATIO = 200  # beyond what office XML reaches; only archives that also unpack to much are refused
_RATIO_MATTERS_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 16


@dataclass(slots=True)
class GuardedZip:
    """Entries of one archive; `check` comes first. All that is read shares one limit of 64 MiB."""

    archive: zipfile.ZipFile
    _left: int = MAX_UNPACKED_BYTES

    def check(self) -> Sequence[zipfile.ZipInfo]:
        """Return the directory.

        Raises `ParsingError`: RESOURCE_LIMIT (over 4,096 parts, or it says that it unpacks to over 64 MiB, or to over
        16 MiB and 200 times its size), PASSWORD_PROTECTED.
        """
        entries = self.archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        packed = max(1, sum(entry.compress_size for entry in entries))
        if len(entries) > MAX_ENTRIES:
            raise _too_large(f"holds more than {MAX_ENTRIES} parts")
        if unpacked > MAX_UNPACKED_BYTES or (unpacked > _RATIO_MATTERS_BYTES and unpacked > MAX_RATIO * packed):
            raise _too_large(f"unpacks to {unpacked >> 20} MiB")
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise ParsingError(ErrorReason.PASSWORD_PROTECTED, "the archive is encrypted; upload it without a password")
        return entries

    def read(self, entry: zipfile.ZipInfo) -> bytes:
        """Unpack an entry in pieces: a directory may lie about sizes.

        Raises `ParsingError` (RESOURCE_LIMIT) beyond the limit, and what zipfile raises for damaged archives.
        """
        data = bytearray()
        with self.archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                data += chunk
                if len(data) > self._left:
                    raise _too_large(f"unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB")
        self._left -= len(data)
        return bytes(data)


def _too_large(what: str) -> ParsingError:
    return ParsingError(ErrorReason.RESOURCE_LIMIT, f"the document {what}, more than we read; remove what is embedded")
