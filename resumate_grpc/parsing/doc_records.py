"""Binary DOC: numbers and byte runs at offsets, none beyond the end. All numbers are little-endian ([MS-DOC] 2.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from resumate_grpc.errors import ErrorReason, ParsingError

__all__ = ["Properties", "Record", "properties_of"]

Properties = dict[int, bytes]
"""Property modifiers (sprms): operand by opcode; the last one of an opcode counts."""

_OPERAND_BYTES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_VARIABLE = 6
_TABLE_DEFINITION = 0xD608  # the one operand whose size takes two bytes, and counts one too many
_MAX_SHORT = 0xFF


@dataclass(frozen=True, slots=True)
class Record:
    """A run of bytes. Each method raises `ParsingError` (CORRUPT_FILE) where it would read beyond the end."""

    data: bytes

    def take(self, at: int, size: int) -> bytes:
        """Return `size` bytes at an offset."""
        if at < 0 or size < 0 or at + size > len(self.data):
            raise ParsingError(
                ErrorReason.CORRUPT_FILE,
                "the document is damaged or cut off; open it in Word, save it as .docx, try again",
            )
        return self.data[at : at + size]

    def u8(self, at: int) -> int:
        """Return the byte at an offset."""
        return self.take(at, 1)[0]

    def u16(self, at: int) -> int:
        """Return the 16-bit number at an offset."""
        return int.from_bytes(self.take(at, 2), "little")

    def u32(self, at: int) -> int:
        """Return the 32-bit number at an offset."""
        return int.from_bytes(self.take(at, 4), "little")

    def u32s(self, at: int, count: int) -> tuple[int, ...]:
        """Return so many 32-bit numbers in a row."""
        return struct.unpack(f"<{max(0, count)}I", self.take(at, 4 * max(0, count)))

    def plc(self, item_bytes: int) -> tuple[tuple[int, ...], list[bytes]]:
        """Split a PLC: n + 1 positions, then n items of a fixed size; an empty record has neither."""
        count = max(0, len(self.data) - 4) // (4 + item_bytes)
        if not count:
            return (), []
        first = 4 * (count + 1)
        return self.u32s(0, count + 1), [self.take(first + item_bytes * each, item_bytes) for each in range(count)]


def properties_of(grpprl: bytes) -> Properties:
    """Split a list of property modifiers; what is cut off at its end is left out."""
    return dict(_modifiers(grpprl))


def _modifiers(grpprl: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 3 <= len(grpprl):
        opcode = int.from_bytes(grpprl[at : at + 2], "little")
        at += 2
        size = _OPERAND_BYTES.get(opcode >> 13, 0)
        if opcode == _TABLE_DEFINITION:
            size = int.from_bytes(grpprl[at : at + 2], "little") + 1
        elif opcode >> 13 == _VARIABLE:
            size = grpprl[at] + 1
            if size > _MAX_SHORT:  # tab stops that count themselves; nothing that we need follows them
                return
        yield opcode, grpprl[at : at + size]
        at += size
