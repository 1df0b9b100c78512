"""A small writer of OLE compound files ([MS-CFB]): streams in the root storage, each of 4,096 bytes or more."""

from __future__ import annotations

import struct
from collections.abc import Mapping

__all__ = ["ole_file"]

_SECTOR = 512
_SMALLEST_STREAM = 4096  # smaller ones would have to lie in the mini stream
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NOTHING = 0xFFFFFFFF


def ole_file(streams: Mapping[str, bytes]) -> bytes:
    """Pack streams into a file; short ones are filled up with zeros."""
    filled = {name: data.ljust(_SMALLEST_STREAM, b"\0") for name, data in streams.items()}
    sizes = [-(-len(data) // _SECTOR) for data in filled.values()]
    directory_sectors = -(-(1 + len(filled)) // 4)
    fat_sectors = 1
    while fat_sectors * (_SECTOR // 4) < fat_sectors + directory_sectors + sum(sizes):
        fat_sectors += 1
    fat = [_FAT] * fat_sectors
    starts = []
    for size in (directory_sectors, *sizes):
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + size), _END]
    fat += [_FREE] * (fat_sectors * (_SECTOR // 4) - len(fat))
    body = struct.pack(f"<{len(fat)}I", *fat) + _directory(filled, starts[1:]).ljust(directory_sectors * _SECTOR, b"\0")
    for data, size in zip(filled.values(), sizes, strict=True):
        body += data.ljust(size * _SECTOR, b"\0")
    return _header(fat_sectors, starts[0]) + body


def _header(fat_sectors: int, directory: int) -> bytes:
    fixed = struct.pack("<8s16xHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6)
    counts = struct.pack("<9I", 0, fat_sectors, directory, 0, _SMALLEST_STREAM, _END, 0, _END, 0)
    places = struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors))
    return fixed + counts + places


def _directory(streams: Mapping[str, bytes], starts: list[int]) -> bytes:
    """The root, then the streams, each the right sibling of the one before; names must come shortest first."""
    entries = [_entry("Root Entry", 5, child=1)]
    for index, (name, data) in enumerate(streams.items()):
        right = index + 2 if index + 1 < len(streams) else _NOTHING
        entries.append(_entry(name, 2, right=right, start=starts[index], size=len(data)))
    return b"".join(entries)


def _entry(
    name: str, kind: int, *, right: int = _NOTHING, child: int = _NOTHING, start: int = _END, size: int = 0
) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII36xIQ", encoded, len(encoded), kind, 1, _NOTHING, right, child, start if size else 0, size
    )
