"""Broken files: ways to spoil a document of each format, at random but repeatable."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from random import Random

from PIL import Image

from tests.parsing.test_ocr import encoded, note
from tests.samples.hostile import many_pages_pdf, zip_bomb
from tests.samples.make import FILES
from tests.samples.scans import as_pdf, as_tiff

__all__ = ["FORMATS", "mutants", "with_a_wide_table"]

Mutation = Callable[[bytes, Random], bytes]

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NUMBER = re.compile(rb"(?<![\w.])\d{1,6}(?![\w.])")
_WIDE = 10_000
_DEEP = 3000
_MOST_FLIPS = 40


def _flipped(content: bytes, random: Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(random.randint(1, _MOST_FLIPS)):
        spoiled[random.randrange(len(spoiled))] ^= 1 << random.randrange(8)
    return bytes(spoiled)


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randint(1, len(content))]


def _without_a_piece(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content))
    return content[:start] + content[start + random.randint(1, 2000) :]


def _with_a_piece_twice(content: bytes, random: Random) -> bytes:
    start, end = sorted(random.randrange(len(content)) for _ in range(2))
    return content[:end] + content[start:end][:20_000] * random.randint(1, 3) + content[end:]


def _with_odd_numbers(content: bytes, random: Random) -> bytes:
    odd = [b"0", b"-1", b"65536", b"4294967295", b"99999999999999999999", b"1e308", b"NaN"]
    return _NUMBER.sub(lambda match: random.choice(odd) if random.random() < 0.03 else match[0], content)


def _with_noise(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content))
    return content[:start] + random.randbytes(random.randint(1, 400)) + content[start:]


_ANY: tuple[Mutation, ...] = (
    _flipped,
    _flipped,
    _cut,
    _without_a_piece,
    _with_a_piece_twice,
    _with_odd_numbers,
    _with_noise,
)


def _in_a_stream(content: bytes, random: Random) -> bytes:
    """Spoil what a PDF's stream unpacks to, and pack it again."""
    streams = list(_STREAM.finditer(content))
    if not streams:
        return _flipped(content, random)
    stream = random.choice(streams)
    try:
        unpacked = zlib.decompress(stream[1])
    except zlib.error:
        return _flipped(content, random)
    packed = zlib.compress(random.choice(_ANY)(unpacked or b" ", random))
    return content[: stream.start(1)] + packed + content[stream.end(1) :]


def _with_streams_exchanged(content: bytes, random: Random) -> bytes:
    """Put one stream of a PDF where another was."""
    streams = list(_STREAM.finditer(content))
    if not streams:
        return _cut(content, random)
    one, other = random.choice(streams), random.choice(streams)
    return content[: one.start(1)] + other[1] + content[one.end(1) :]


def _with_an_odd_page_size(content: bytes, random: Random) -> bytes:
    size = random.choice([b"0 0 0 0", b"0 0 99999 99999", b"0 0 1 1000000", b"-9 -9 -1 -1", b"0 0 nan 5"])
    return re.sub(rb"/MediaBox ?\[[^]]*\]", b"/MediaBox [" + size + b"]", content)


def _without_font_maps(content: bytes, random: Random) -> bytes:
    del random
    return content.replace(b"/ToUnicode", b"/NoUnicode").replace(b"/WinAnsiEncoding", b"/NoSuchEncoding")


def _in_a_part(content: bytes, random: Random) -> bytes:
    """Spoil a part of a zip archive before it is packed."""
    return _repacked(content, random, lambda part: random.choice(_ANY)(part or b" ", random))


def _with_deep_xml(content: bytes, random: Random) -> bytes:
    tag = random.choice([b"w:tbl", b"w:p", b"w:sdt", b"text:span", b"a"])
    deep = b"<%s>" % tag * _DEEP + b"x" + b"</%s>" % tag * _DEEP
    return _repacked(content, random, lambda part: re.sub(rb"(</[\w:]*(?:body|text)>)", deep + rb"\1", part, count=1))


def _with_a_wide_table(content: bytes, random: Random) -> bytes:
    return with_a_wide_table(content, random, columns=_WIDE)


def with_a_wide_table(content: bytes, random: Random, *, columns: int) -> bytes:
    """Put a table of one row with so many columns at the end of a DOCX."""
    cells = b"<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>" * columns
    table = b"<w:tbl><w:tr>" + cells + b"</w:tr></w:tbl>"
    return _repacked(content, random, lambda part: part.replace(b"</w:body>", table + b"</w:body>"))


def _nested(content: bytes, random: Random) -> bytes:
    """Put an archive where a part of it was."""
    return _repacked(content, random, lambda _: content)


def _bomb(content: bytes, random: Random) -> bytes:
    del content
    return zip_bomb(random.choice([30, 200]))


def _repacked(content: bytes, random: Random, change: Callable[[bytes], bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        names = source.namelist()
        likely = [name for name in names if name.endswith(("document.xml", "content.xml", "styles.xml"))]
        chosen = random.choice(likely or names)
        for name in names:
            part = source.read(name)
            target.writestr(name, change(part) if name == chosen else part)
    return packed.getvalue()


def _deep_text(opening: bytes, closing: bytes) -> Mutation:
    def deepened(content: bytes, random: Random) -> bytes:
        start = random.randrange(len(content))
        return content[:start] + opening * _DEEP + b"x" + closing * _DEEP + content[start:]

    return deepened


def _wide_text(cell: bytes, *, before: bytes = b"\n", after: bytes = b"\n") -> Mutation:
    def widened(content: bytes, random: Random) -> bytes:
        del random
        return content + before + cell * _WIDE + after

    return widened


def _with_odd_sizes(content: bytes, random: Random) -> bytes:
    """Overwrite some header fields of a picture with sizes that nobody has."""
    spoiled = bytearray(content)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(min(len(spoiled) - 4, 200))
        spoiled[at : at + 4] = struct.pack(
            random.choice("<>") + "I", random.choice([0, 1, 65535, 2**31 - 1, 2**32 - 1])
        )
    if content.startswith(b"\x89PNG"):  # the header's checksum is made right, so that the size is believed
        spoiled[16:24] = struct.pack(">II", *random.choices([0, 1, 300, 60_000, 2**31 - 1], k=2))
        spoiled[29:33] = struct.pack(">I", zlib.crc32(spoiled[12:29]))
    return bytes(spoiled)


def _in_a_chunk(content: bytes, random: Random) -> bytes:
    """Spoil what a chunk of a PNG holds, pixels before they are packed, and make its checksum right."""
    chunks: list[tuple[bytes, bytes]] = []
    at = 8
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += 12 + size
    chosen = random.randrange(len(chunks))
    kind, data = chunks[chosen]
    pixels = kind == b"IDAT"
    spoiled = random.choice(_ANY)((zlib.decompress(data) if pixels else data) or b" ", random)
    chunks[chosen] = kind, zlib.compress(spoiled) if pixels else spoiled
    return content[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _chained(content: bytes, random: Random) -> bytes:
    """Make a TIFF of thousands of pages, or one whose pages go on for ever."""
    del content
    pages = random.choice([101, 5000])
    start, size = 72, 2 + 12 * len(_TINY_PAGE) + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in _TINY_PAGE)
    directories = [
        struct.pack("<H", len(_TINY_PAGE)) + entries + struct.pack("<I", start + size * (index + 1))
        for index in range(pages)
    ]
    end = struct.pack("<I", random.choice([0, start]))  # the first again: a chain without an end
    return b"II*\0" + struct.pack("<I", start) + bytes(64) + b"".join(directories)[:-4] + end


_TINY_PAGE = ((256, 8), (257, 8), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 8), (279, 64))
"""Tags of a grey picture of 8 by 8 pixels, which begin at byte 8."""


def _samples(*names: str) -> tuple[bytes, ...]:
    return tuple((FILES / name).read_bytes() for name in names)


def _notes() -> list[Image.Image]:
    return [note("Mathilde Okafor", "Engineer, Bergen", size=24).resize((450, 120)), note("Page two").resize((300, 60))]


_ZIP = (_in_a_part, _in_a_part, _with_deep_xml, _nested, _bomb)
_PDF = (_in_a_stream, _in_a_stream, _with_streams_exchanged, _with_an_odd_page_size, _without_font_maps)
FORMATS: dict[str, tuple[Callable[[], Sequence[bytes]], tuple[Mutation, ...]]] = {
    "pdf": (lambda: [*_samples("one_column_en.pdf", "sidebar_en.pdf", "ruled_table_fr.pdf"), many_pages_pdf(9)], _PDF),
    "scan.pdf": (lambda: [as_pdf(encoded(_notes()[0], "JPEG"), dpi=72)], _PDF),
    "docx": (
        lambda: _samples("paragraphs_en.docx", "table_layout_de.docx", "boxes_en.docx"),
        (*_ZIP, _with_a_wide_table),
    ),
    "odt": (lambda: _samples("open_text_en.odt"), _ZIP),
    "doc": (lambda: _samples("binary_en.doc"), ()),
    "xml.doc": (lambda: _samples("word_2003_de.doc"), (_deep_text(b"<w:p>", b"</w:p>"),)),
    "rtf": (lambda: _samples("rich_fr.rtf"), (_deep_text(b"{", b"}"), _wide_text(rb"\cell", before=rb"\trowd"))),
    "html": (
        lambda: _samples("page_en.html"),
        (_deep_text(b"<div>", b"</div>"), _wide_text(b"<td>x", before=b"<table><tr>", after=b"</table>")),
    ),
    "md": (lambda: _samples("markdown_en.md"), (_deep_text(b"> ", b""), _wide_text(b"|x"), _deep_text(b"[", b"]"))),
    "txt": (lambda: _samples("plain_en.txt", "plain_utf16_fr.txt"), (_wide_text(b"x\t"),)),
    "jpeg": (lambda: [encoded(_notes()[0], "JPEG")], (_with_odd_sizes,)),
    "png": (lambda: [encoded(_notes()[0], "PNG")], (_with_odd_sizes, _in_a_chunk, _in_a_chunk)),
    "tiff": (lambda: [as_tiff(_notes())], (_with_odd_sizes, _chained)),
}
"""Sound files of each format, and what spoils them besides what spoils any file."""


def mutants(name: str, count: int, *, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield `count` spoiled files of a format, each with what was done to it; the same for the same seed."""
    make, own = FORMATS[name]
    sound = make()
    ways = (*_ANY, *own, *own)
    for number in range(count):
        random = Random(f"{name} {seed} {number}")  # noqa: S311 - repeatable, not secret
        way = ways[number % len(ways)]
        yield f"{name} {seed}/{number} {way.__name__.strip('_')}", way(random.choice(sound), random)
