"""PDF, the library: PDFium by pypdfium2's raw interface.

Every coordinate that leaves this file is in points from the page's top left as it is shown (crop box and rotation
applied). PDFium is not thread-safe: one document a process at a time.
"""

from __future__ import annotations

import ctypes
import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pypdfium2  # noqa: F401 - initialises the library
import pypdfium2.raw as pdfium

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.drawings import Drawing, DrawingKind
from resumate_grpc.parsing.ligatures import restore_cork
from resumate_grpc.parsing.picture import Picture
from resumate_grpc.parsing.words import GlyphLook

__all__ = ["PdfError", "PdfFile", "PdfPage", "PdfPasswordError"]

_INVISIBLE_MODES = frozenset({3, 7})
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "semibd", "demi", "-bd", "cmbx", "sfbx", "ecbx")
_ITALIC_NAMES = ("italic", "oblique", "-it", "slanted", "cmti", "sfti", "cmsl")
_FLAG_ITALIC = 1 << 6
_FLAG_FORCE_BOLD = 1 << 18
_BROKEN_WORD = 2
_MOST_GLYPHS = 200_000
_MOST_PIXELS = 12_000_000  # A3 at 200 dpi has 7.7 million
_RECTANGLE_SEGMENTS = (4, 5)
_RECTANGLE_BYTES = ctypes.sizeof(pdfium.FS_RECTF)
_DOUBLE_BYTES = ctypes.sizeof(ctypes.c_double)
_NO_CHARACTER = 0xFFFE
_SURROGATES = (0xD800, 0xE000)

_HANDLE, _INDEX, _PLACE, _FLAG = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int


def _plain(function: object, result: type, *arguments: type) -> Callable[..., int]:
    """Return a function of PDFium that takes handles and addresses as numbers and gives numbers.

    Typed pointers are objects: for what is asked of every glyph and object they cost as much as the answer.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    return ctypes.CFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]


def _number(handle: ctypes._Pointer[ctypes.Structure]) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


_Point = ctypes.c_double * 2
_Channels = ctypes.c_uint * 4
_read_loose_box = _plain(pdfium.FPDFText_GetLooseCharBox, _FLAG, _HANDLE, _INDEX, _PLACE)
_text_object = _plain(pdfium.FPDFText_GetTextObject, _HANDLE, _HANDLE, _INDEX)
_read_origin = _plain(pdfium.FPDFText_GetCharOrigin, _FLAG, _HANDLE, _INDEX, _PLACE, _PLACE)
_read_matrix = _plain(pdfium.FPDFText_GetMatrix, _FLAG, _HANDLE, _INDEX, _PLACE)
_font_size = _plain(pdfium.FPDFText_GetFontSize, ctypes.c_double, _HANDLE, _INDEX)
_font = _plain(pdfium.FPDFTextObj_GetFont, _HANDLE, _HANDLE)
_render_mode = _plain(pdfium.FPDFTextObj_GetTextRenderMode, ctypes.c_int, _HANDLE)
_read_fill = _plain(pdfium.FPDFPageObj_GetFillColor, _FLAG, _HANDLE, _PLACE, _PLACE, _PLACE, _PLACE)
_object = _plain(pdfium.FPDFPage_GetObject, _HANDLE, _HANDLE, _INDEX)
_kind = _plain(pdfium.FPDFPageObj_GetType, ctypes.c_int, _HANDLE)


class PdfError(Exception):
    """The bytes are no PDF that can be opened."""


class PdfPasswordError(PdfError):
    """A password is needed to open the PDF."""


class PdfFile:
    """An open PDF."""

    def __init__(self, content: bytes) -> None:
        """Open it; raises `PdfPasswordError` where a user password is needed, `PdfError` where it is broken."""
        self._content = content  # PDFium reads from it as long as the document is open
        self._document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
        if not self._document:
            error = pdfium.FPDF_GetLastError()
            if error in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
                raise PdfPasswordError
            raise PdfError(f"PDFium error {error}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pdfium.FPDF_CloseDocument(self._document)

    @property
    def page_count(self) -> int:
        """Pages that the file says it has."""
        return int(pdfium.FPDF_GetPageCount(self._document))

    @contextmanager
    def page(self, index: int) -> Iterator[PdfPage]:
        """Open one page, counted from 0; raises `PdfError` where it cannot be read."""
        handle = pdfium.FPDF_LoadPage(self._document, index)
        if not handle:
            raise PdfError(f"page {index + 1} cannot be loaded")
        text = pdfium.FPDFText_LoadPage(handle)
        try:
            if not text:
                raise PdfError(f"page {index + 1} has no readable text layer")
            yield PdfPage(document=self._document, page=handle, text=text)
        finally:
            if text:
                pdfium.FPDFText_ClosePage(text)
            pdfium.FPDF_ClosePage(handle)


@dataclass(frozen=True, slots=True)
class _Face:
    """What a font says of itself."""

    name: str = ""
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class PdfPage:
    """An open page."""

    document: ctypes._Pointer[ctypes.Structure]
    page: ctypes._Pointer[ctypes.Structure]
    text: ctypes._Pointer[ctypes.Structure]
    _text: int = field(init=False)
    width: float = field(init=False)
    height: float = field(init=False)
    _left: float = field(init=False)
    _top: float = field(init=False)
    _rotation: int = field(init=False)
    _turned: int = field(init=False, default=0)
    _codes: npt.NDArray[np.uint32] | None = field(init=False, default=None)
    _looks: dict[int, GlyphLook] = field(init=False, default_factory=dict)
    _styles: dict[tuple[int, float, int], Style] = field(init=False, default_factory=dict)
    _faces: dict[int, _Face] = field(init=False, default_factory=dict)
    _matrix: pdfium.FS_MATRIX = field(init=False, default_factory=pdfium.FS_MATRIX)
    _origin: ctypes.Array[ctypes.c_double] = field(init=False, default_factory=_Point)

    def __post_init__(self) -> None:
        self._text = _number(self.text)
        bounds = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(self.page, bounds)
        self._left, self._top = bounds.left, bounds.top
        self._rotation = int(pdfium.FPDFPage_GetRotation(self.page))
        self.width = float(pdfium.FPDF_GetPageWidthF(self.page))
        self.height = float(pdfium.FPDF_GetPageHeightF(self.page))

    def picture(self, dpi: float) -> Picture:
        """Draw the page in grey as it is shown; one larger than any sheet of paper at a lower resolution.

        Raises `PdfError` where it cannot be drawn.
        """
        shown = min(dpi, dpi * math.sqrt(_MOST_PIXELS / max(1.0, self.width * self.height * (dpi / 72) ** 2)))
        width, height = max(1, round(self.width * shown / 72)), max(1, round(self.height * shown / 72))
        bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_Gray, None, 0)
        if not bitmap:
            raise PdfError("a page cannot be drawn")
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            flags = pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE | pdfium.FPDF_RENDER_LIMITEDIMAGECACHE
            pdfium.FPDF_RenderPageBitmap(bitmap, self.page, 0, 0, width, height, 0, flags)
            stride = int(pdfium.FPDFBitmap_GetStride(bitmap))
            pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
        grey = np.frombuffer(pixels, dtype=np.uint8).reshape(height, stride)[:, :width]
        return Picture(grey=np.ascontiguousarray(grey), dpi=width * 72 / max(self.width, 1e-3))

    def turn(self, quarters: int) -> None:
        """Turn the page, clockwise: all coordinates from now on are those of the turned page."""
        self._rotation = (self._rotation + quarters) % 4
        self._turned = (self._turned + quarters) % 4
        self._looks.clear()
        if quarters % 2:
            self.width, self.height = self.height, self.width

    def glyphs(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
        """Return the code points, shape (n,), and the loose boxes x0, y0, x1, y1, shape (n, 4), in content order.

        Loose boxes span the advance width and the font's ascent to descent. Spaces and line ends that PDFium
        generates from gaps are among the code points.
        """
        codes = self.codes()
        count = codes.size
        rectangles = (pdfium.FS_RECTF * count)()
        if not count:
            return codes, np.empty((0, 4), np.float32)
        first = ctypes.addressof(rectangles)
        places = range(first, first + count * _RECTANGLE_BYTES, _RECTANGLE_BYTES)
        deque(map(_read_loose_box, repeat(self._text), range(count), places), maxlen=0)
        boxes = np.frombuffer(rectangles, dtype=np.float32).reshape(-1, 4)
        return codes, self._shown(boxes)

    def codes(self) -> npt.NDArray[np.uint32]:
        """Return the code points alone, as `glyphs` does; not to be changed.

        Raises `PdfError` where there are more than on any page.
        """
        if self._codes is None:
            count = max(0, int(pdfium.FPDFText_CountChars(self.text)))
            if count > _MOST_GLYPHS:
                raise PdfError(f"a page with {count} characters is none that people read")
            self._codes = self._read_codes(count) if count else np.empty(0, np.uint32)
        return self._codes

    def _read_codes(self, count: int) -> npt.NDArray[np.uint32]:
        """Read the code points; a hyphen at which PDFium believes a word broken is "-", an unmapped glyph is 0."""
        codes = self._codes_at_once(count)
        for index in np.flatnonzero((codes == _NO_CHARACTER) | (codes == _BROKEN_WORD)).tolist():
            codes[index] = ord("-") if pdfium.FPDFText_IsHyphen(self.text, index) == 1 else 0
        restore_cork(codes, lambda index: pdfium.FPDFText_HasUnicodeMapError(self.text, index) == 1)
        return codes

    def _codes_at_once(self, count: int) -> npt.NDArray[np.uint32]:
        buffer = (ctypes.c_ushort * (count + 1))()
        written = pdfium.FPDFText_GetText(self.text, 0, count, buffer)
        if written == count + 1:
            codes = np.frombuffer(memoryview(buffer), dtype=np.uint16)[:count].astype(np.uint32)
            # A surrogate pair would shift every index after it: then each glyph is asked for its own code point.
            if not bool(np.any((codes >= _SURROGATES[0]) & (codes < _SURROGATES[1]))):
                return codes
        read_code = pdfium.FPDFText_GetUnicode
        return np.fromiter((read_code(self.text, index) for index in range(count)), dtype=np.uint32, count=count)

    def baseline(self, index: int) -> float:
        """Return how far below the page's top the glyph's origin lies."""
        origin = self._origin
        at = ctypes.addressof(origin)
        _read_origin(self._text, index, at, at + _DOUBLE_BYTES)
        return self._shown_point(origin[0], origin[1])[1]

    def look(self, index: int) -> GlyphLook:
        """Tell how the glyph looks; asked of PDFium once for each text object."""
        key = _text_object(self._text, index)
        if not key:
            return GlyphLook(Style())
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = self._read_look(key, index)
        return look

    def _read_look(self, handle: int, index: int) -> GlyphLook:
        matrix = self._matrix
        _read_matrix(self._text, index, ctypes.addressof(matrix))
        scale = math.hypot(matrix.c, matrix.d) or 1.0
        angle = round(math.degrees(math.atan2(matrix.b, matrix.a))) - 90 * self._rotation
        size = round(_font_size(self._text, index) * scale, 2)
        style = self._style(_font(handle), size, _fill_color(handle) or 0)
        return GlyphLook(style, visible=_render_mode(handle) not in _INVISIBLE_MODES, angle=angle % 360)

    def _style(self, font: int, size: float, color: int) -> Style:
        """Return the style of a font in a size and colour, which many text objects share."""
        style = self._styles.get((font, size, color))
        if style is None:
            face = self._face(font)
            style = Style(font=face.name, size=size, bold=face.bold, italic=face.italic, color=color)
            self._styles[font, size, color] = style
        return style

    def _face(self, font: int) -> _Face:
        """Tell what a font says of itself; asked of PDFium once for each font."""
        face = self._faces.get(font)
        if face is None:
            face = self._faces[font] = _read_face(ctypes.cast(font, pdfium.FPDF_FONT)) if font else _Face()
        return face

    def links(self) -> list[tuple[str, list[Box]]]:
        """List the annotations that lead to a URI, with the rectangles that they cover, as they stand in the file."""
        found: list[tuple[str, list[Box]]] = []
        position = ctypes.c_int(0)
        link = pdfium.FPDF_LINK()
        while pdfium.FPDFLink_Enumerate(self.page, position, link):
            uri = self._uri(link)
            if uri:
                found.append((uri, self._link_boxes(link)))
        return found

    def _uri(self, link: ctypes._Pointer[ctypes.Structure]) -> str:
        action = pdfium.FPDFLink_GetAction(link)
        if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
            return ""
        size = int(pdfium.FPDFAction_GetURIPath(self.document, action, None, 0))
        buffer = ctypes.create_string_buffer(max(1, size))
        pdfium.FPDFAction_GetURIPath(self.document, action, buffer, size)
        return buffer.value.decode("utf-8", errors="replace")

    def _link_boxes(self, link: ctypes._Pointer[ctypes.Structure]) -> list[Box]:
        boxes = []
        quad = pdfium.FS_QUADPOINTSF()
        for index in range(min(64, int(pdfium.FPDFLink_CountQuadPoints(link)))):
            if pdfium.FPDFLink_GetQuadPoints(link, index, quad):
                xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
                boxes.append(self._shown_box(min(xs), min(ys), max(xs), max(ys)))
        rectangle = pdfium.FS_RECTF()
        if not boxes and pdfium.FPDFLink_GetAnnotRect(link, rectangle):
            boxes.append(self._shown_box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top))
        return boxes

    def pixels(self, scale: float) -> tuple[int, int, bytes]:
        """Draw the page as it is shown and turned, `scale` pixels a point: width, height, and rows of B, G, R, unused.

        Raises `PdfError` where there is no memory for it.
        """
        width, height = max(1, round(self.width * scale)), max(1, round(self.height * scale))
        bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGRx, None, 0)
        if not bitmap:
            raise PdfError("no memory for a picture of the page")
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            pdfium.FPDF_RenderPageBitmap(bitmap, self.page, 0, 0, width, height, self._turned, pdfium.FPDF_ANNOT)
            size = int(pdfium.FPDFBitmap_GetStride(bitmap)) * height
            return width, height, ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), size)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)

    def drawings(self, *, limit: int = 4000) -> list[Drawing]:
        """List paths, pictures and what else is drawn, in the order of drawing; stops after `limit` objects."""
        found: list[Drawing] = []
        count = min(limit, int(pdfium.FPDFPage_CountObjects(self.page)))
        for number in map(_object, repeat(_number(self.page)), range(count)):
            kind = _kind(number)
            if kind != pdfium.FPDF_PAGEOBJ_TEXT:
                self._add_drawing(number, kind, found)
        return found

    def _add_drawing(self, number: int, kind: int, found: list[Drawing]) -> None:
        handle = ctypes.cast(number, pdfium.FPDF_PAGEOBJECT)
        edges = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(handle, *edges):
            return
        left, bottom, right, top = (edge.value for edge in edges)
        box = self._shown_box(left, bottom, right, top)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            mode, stroked = ctypes.c_int(), ctypes.c_int()
            pdfium.FPDFPath_GetDrawMode(handle, mode, stroked)
            filled, outlined = bool(mode.value), bool(stroked.value) and not mode.value
            rectangular = pdfium.FPDFPath_CountSegments(handle) in _RECTANGLE_SEGMENTS
            found.append(
                Drawing(
                    DrawingKind.PATH,
                    box,
                    fill=_fill_color(number) if filled else None,
                    outline=outlined and rectangular,
                    block=filled and rectangular,
                )
            )
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            found.append(Drawing(DrawingKind.IMAGE, box))
        else:
            found.append(Drawing(DrawingKind.OTHER, box))

    def _shown_point(self, x: float, y: float) -> tuple[float, float]:
        across, down = x - self._left, self._top - y
        if self._rotation == 1:
            return self.width - down, across
        if self._rotation == 2:  # noqa: PLR2004 - quarter turns
            return self.width - across, self.height - down
        if self._rotation == 3:  # noqa: PLR2004 - quarter turns
            return down, self.height - across
        return across, down

    def _shown_box(self, left: float, bottom: float, right: float, top: float) -> Box:
        x0, y0 = self._shown_point(left, top)
        x1, y1 = self._shown_point(right, bottom)
        return Box(x0=min(x0, x1), y0=min(y0, y1), x1=max(x0, x1), y1=max(y0, y1))

    def _shown(self, rectangles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Turn rectangles left, top, right, bottom of PDF space into boxes as they are shown."""
        across = rectangles[:, (0, 2)] - np.float32(self._left)
        down = np.float32(self._top) - rectangles[:, (1, 3)]
        x, y = {
            0: (across, down),
            1: (np.float32(self.width) - down, across),
            2: (np.float32(self.width) - across, np.float32(self.height) - down),
            3: (down, np.float32(self.height) - across),
        }[self._rotation % 4]
        return np.stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)], axis=1)


def _read_face(font: ctypes._Pointer[ctypes.Structure]) -> _Face:
    name = _font_name(font)
    lower = name.lower()
    flags = int(pdfium.FPDFFont_GetFlags(font))
    weight = int(pdfium.FPDFFont_GetWeight(font))
    return _Face(
        name,
        bold=any(part in lower for part in _BOLD_NAMES) or weight >= _BOLD_WEIGHT or bool(flags & _FLAG_FORCE_BOLD),
        italic=any(part in lower for part in _ITALIC_NAMES) or bool(flags & _FLAG_ITALIC),
    )


def _font_name(font: ctypes._Pointer[ctypes.Structure]) -> str:
    """Return the font's PostScript name, without the tag of a subset ("ABCDEF+")."""
    buffer = ctypes.create_string_buffer(256)
    size = int(pdfium.FPDFFont_GetBaseFontName(font, buffer, 256))
    name = buffer.value.decode("utf-8", errors="replace") if 0 < size <= 256 else ""  # noqa: PLR2004 - the buffer
    return name[7:] if name[6:7] == "+" else name


def _fill_color(handle: int) -> int | None:
    channels = _Channels()
    first = ctypes.addressof(channels)
    if not _read_fill(handle, first, first + 4, first + 8, first + 12):
        return None
    red, green, blue, _ = channels
    return (red << 16) | (green << 8) | blue
