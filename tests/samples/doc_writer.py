"""A small writer of binary DOC files ([MS-DOC]): text in pieces, with formatting, styles, headers and text boxes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.samples.ole_writer import ole_file

__all__ = ["BOLD", "CELL", "LIST_ITEM", "ROW_END", "Doc", "Paragraph", "Run", "link", "sprm"]

_TEXT_AT = 1024
_PAGE = 512
_RUNS_A_PAGE = 10
_FIB_BLOBS = 93


def sprm(opcode: int, value: int) -> bytes:
    """One property modifier."""
    size = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}[opcode >> 13]
    return struct.pack("<H", opcode) + value.to_bytes(size, "little")


BOLD = sprm(0x0835, 1)
CELL = sprm(0x2416, 1)
ROW_END = CELL + sprm(0x2417, 1)
LIST_ITEM = sprm(0x460B, 1)


@dataclass(frozen=True, slots=True)
class Run:
    """Text with its property modifiers."""

    text: str
    look: bytes = b""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs and the paragraph's mark, style number and property modifiers."""

    runs: Sequence[Run | str]
    mark: str = "\r"
    style: int = 0
    look: bytes = b""


def link(uri: str, shown: str) -> list[Run | str]:
    """A hyperlink as a field code."""
    return [f'\x13 HYPERLINK "{uri}" \x14', shown, "\x15"]


@dataclass(kw_only=True, slots=True)
class Doc:
    """What to write. `headers` and `footers` are of the first section; a box stands at a character of the body."""

    body: Sequence[Paragraph]
    header: str = ""
    footer: str = ""
    boxes: Sequence[tuple[int, str]] = ()
    flags: int = 0
    version: int = 0xC1
    wide_from: int | None = None
    """Where the text goes on in UTF-16, in a second piece; None: it is all in the code page."""
    _tables: bytearray = field(default_factory=bytearray)
    _blobs: dict[int, tuple[int, int]] = field(default_factory=dict)

    def packed(self) -> bytes:
        """Write the file."""
        self._tables.clear()
        body = "".join(_text(run) for paragraph in self.body for run in (*paragraph.runs, paragraph.mark))
        margins = [f"{text}\r" if text else "" for text in (self.header, self.footer)]
        boxes = [f"{text}\r" for _, text in self.boxes]
        text = body + "".join(margins) + "".join(boxes)
        stream = bytearray(_TEXT_AT) + self._pieces(text)
        stream += bytes(-len(stream) % _PAGE)
        self._formatting(stream)
        self._margins(margins)
        self._boxes(boxes)
        self._blob(1, _style_sheet())
        struct.pack_into("<HH6xH", stream, 0, 0xA5EC, self.version, 0x0200 | self.flags)
        struct.pack_into("<H28xH", stream, 32, 14, 22)
        counts = (len(body), 0, len("".join(margins)), 0, 0, 0, len("".join(boxes)), 0)
        struct.pack_into("<8I", stream, 76, *counts)
        struct.pack_into("<H", stream, 152, _FIB_BLOBS)
        for index, place in self._blobs.items():
            struct.pack_into("<II", stream, 154 + 8 * index, *place)
        return ole_file({"1Table": bytes(self._tables), "WordDocument": bytes(stream)})

    def _blob(self, index: int, data: bytes) -> None:
        self._blobs[index] = (len(self._tables), len(data))
        self._tables += data

    def _pieces(self, text: str) -> bytes:
        cut = len(text) if self.wide_from is None else self.wide_from
        narrow = text[:cut].encode("cp1252")
        narrow += bytes(len(narrow) % 2)
        wide = text[cut:].encode("utf-16-le")
        ends = [0, cut] + ([cut + len(wide) // 2] if wide else [])
        items = [struct.pack("<HIH", 0, 1 << 30 | _TEXT_AT * 2, 0), struct.pack("<HIH", 0, _TEXT_AT + len(narrow), 0)]
        plc = struct.pack(f"<{len(ends)}I", *ends) + b"".join(items[: len(ends) - 1])
        self._blob(33, b"\x02" + struct.pack("<I", len(plc)) + plc)
        return narrow + wide

    def _byte_of(self, cp: int) -> int:
        if self.wide_from is None or cp < self.wide_from:
            return _TEXT_AT + cp
        return _TEXT_AT + self.wide_from + self.wide_from % 2 + 2 * (cp - self.wide_from)

    def _formatting(self, stream: bytearray) -> None:
        runs, paragraphs, at = [], [], 0
        for paragraph in self.body:
            start = at
            for run in paragraph.runs:
                end = at + len(_text(run))
                runs.append((at, end, run.look if isinstance(run, Run) else b""))
                at = end
            at += 1
            payload = struct.pack("<H", paragraph.style) + paragraph.look
            paragraphs.append((start, at, payload))
        self._bin_table(
            12, stream, [(start, end, bytes([len(look)]) + look) for start, end, look in runs], entry_bytes=1
        )
        padded = [(start, end, look + bytes(1 - len(look) % 2)) for start, end, look in paragraphs]
        sized = [(start, end, bytes([(len(look) + 1) // 2]) + look) for start, end, look in padded]
        self._bin_table(13, stream, sized, entry_bytes=13)

    def _bin_table(
        self, index: int, stream: bytearray, runs: list[tuple[int, int, bytes]], *, entry_bytes: int
    ) -> None:
        runs = [run for run in runs if run[0] < run[1]]
        groups = [runs[at : at + _RUNS_A_PAGE] for at in range(0, len(runs), _RUNS_A_PAGE)]
        first = len(stream) // _PAGE
        for group in groups:
            stream += self._page(group, entry_bytes)
        starts = [self._byte_of(group[0][0]) for group in groups] + [self._byte_of(runs[-1][1] - 1) + 2]
        numbers = range(first, first + len(groups))
        self._blob(index, struct.pack(f"<{len(starts)}I", *starts) + struct.pack(f"<{len(groups)}I", *numbers))

    def _page(self, runs: list[tuple[int, int, bytes]], entry_bytes: int) -> bytes:
        page = bytearray(_PAGE)
        bounds = [self._byte_of(start) for start, _, _ in runs] + [self._byte_of(runs[-1][1])]
        struct.pack_into(f"<{len(bounds)}I", page, 0, *bounds)
        at = 4 * len(bounds) + entry_bytes * len(runs)
        for index, (_, _, payload) in enumerate(runs):
            at += at % 2
            page[4 * len(bounds) + entry_bytes * index] = at // 2
            page[at : at + len(payload)] = payload
            at += len(payload)
        page[_PAGE - 1] = len(runs)
        assert len(page) == _PAGE
        assert at < _PAGE
        return bytes(page)

    def _margins(self, margins: list[str]) -> None:
        stories = [""] * 7 + [margins[0], "", margins[1], "", "", ""]
        ends = [sum(map(len, stories[:index])) for index in range(len(stories) + 1)]
        self._blob(11, struct.pack(f"<{len(ends)}I", *ends))

    def _boxes(self, boxes: list[str]) -> None:
        if not boxes:
            return
        starts = [sum(map(len, boxes[:index])) for index in range(len(boxes) + 1)]
        items = b"".join(struct.pack("<14xII", 100 + index, 0) for index in range(len(boxes)))
        self._blob(56, struct.pack(f"<{len(starts)}I", *starts) + items)
        anchors = [at for at, _ in self.boxes]
        shapes = b"".join(struct.pack("<I22x", 100 + index) for index in range(len(boxes)))
        self._blob(40, struct.pack(f"<{len(anchors) + 1}I", *anchors, anchors[-1] + 1) + shapes)


def _text(run: Run | str) -> str:
    return run if isinstance(run, str) else run.text


def _style_sheet() -> bytes:
    """Normal (10 points), heading 1 (bold, 16 points) by Word's own number, and a style of its own on it (italic)."""
    styles = [
        _style(0, "Normal", look=sprm(0x4A43, 20)),
        _style(1, "Überschrift 1", base=0, look=BOLD + sprm(0x4A43, 32)),
        _style(0xFFE, "Eigenes", base=1, look=sprm(0x0836, 1)),
    ]
    return struct.pack("<HHH14x", 18, len(styles), 10) + b"".join(styles)


def _style(built_in: int, name: str, *, base: int = 0xFFF, look: bytes) -> bytes:
    fixed = struct.pack("<HHHHH", built_in, 1 | base << 4, 2, 0, 0)
    named = struct.pack("<H", len(name)) + name.encode("utf-16-le") + b"\0\0"
    parts = struct.pack("<HH", 2, 0) + struct.pack("<H", len(look)) + look + bytes(len(look) % 2)
    style = fixed + named + parts
    return struct.pack("<H", len(style)) + style
