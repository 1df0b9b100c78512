"""Bytes → text, in whatever encoding a text file came."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

__all__ = ["BOMS", "decode", "looks_like_text"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BOMS = tuple(mark for mark, _ in _BOMS)
"""Byte order marks."""
_SAMPLE_BYTES = 65536
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x0b\x1b\x1a")
_MAX_CONTROL_SHARE = 0.05  # random bytes have 0.1
_ALWAYS_LET_PASS = 4


def decode(content: bytes) -> str:
    """Decode by byte order mark, else as UTF-8, UTF-16 without mark, or by statistics; never fails."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    if b"\0" in content:
        name = _utf16_order(content)
        if name:
            return content.decode(name, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(content[:_SAMPLE_BYTES].replace(b"\0", b"")).best()
        return content.decode(best.encoding if best is not None else "cp1252", errors="replace")


def looks_like_text(content: bytes) -> bool:
    """Tell text from binary data: marked Unicode, or hardly any control characters (a few NULs are let pass)."""
    if content.startswith(BOMS) or _utf16_order(content):
        return True
    sample = content[:_SAMPLE_BYTES]
    controls = sum(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in sample)  # noqa: PLR2004 - first printable
    return controls <= max(_ALWAYS_LET_PASS, _MAX_CONTROL_SHARE * len(sample))


def _utf16_order(content: bytes) -> str:
    """Name the UTF-16 byte order that the positions of NULs speak for; empty where they speak for none.

    Text of a script in the first 256 code points has a NUL in every other byte, always on the same side.
    """
    sample = content[: min(_SAMPLE_BYTES, len(content)) & ~1]
    pairs = len(sample) // 2
    if pairs == 0:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd >= 0.6 * pairs and even <= 0.02 * pairs:
        return "utf-16-le"
    if even >= 0.6 * pairs and odd <= 0.02 * pairs:
        return "utf-16-be"
    return ""
