"""ODT styles: how spans and paragraphs look, through the chain of styles (ODF 1.3, part 3, chapter 16)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from lxml import etree

from resumate_grpc.parsing.run_style import ParagraphStyle, RunStyle

__all__ = ["FO", "STYLE", "TEXT", "OdtStyles"]

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_LENGTH = re.compile(r"(-?\d{1,5}(?:\.\d{1,6})?)(pt|px|pc|in|cm|mm)")
_UNITS = {"pt": 1.0, "px": 0.75, "pc": 12.0, "in": 72.0, "cm": 28.35, "mm": 2.835}
_COLOR = re.compile(r"#([0-9A-Fa-f]{6})")
_LONGEST_CHAIN = 32  # a chain of styles may bite its tail
_BOLD_WEIGHT = 600


@dataclass(slots=True)
class OdtStyles:
    """The styles of one document by family and name."""

    _styles: dict[tuple[str, str], etree._Element] = field(default_factory=dict)
    _defaults: dict[str, etree._Element] = field(default_factory=dict)

    def add(self, root: etree._Element) -> None:
        """Read the styles of a part; those of a later part count where names are the same."""
        for style in root.iter(f"{STYLE}style"):
            self._styles[style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")] = style
        for style in root.iter(f"{STYLE}default-style"):
            self._defaults[style.get(f"{STYLE}family", "")] = style

    def paragraph(self, name: str) -> ParagraphStyle:
        """Resolve a paragraph's style; an unknown one looks like the default."""
        look = ParagraphStyle()
        for style in reversed(self._chain("paragraph", name)):
            look = _paragraph_over(style, look)
        return look

    def run(self, name: str, below: RunStyle) -> RunStyle:
        """Lay a span's style over what is around it."""
        for style in reversed(self._chain("text", name)):
            below = _run_over(style, below)
        return below

    def _chain(self, family: str, name: str) -> list[etree._Element]:
        """List the style, what it is based on and the family's default, nearest first."""
        chain: list[etree._Element] = []
        style = self._styles.get((family, name))
        while style is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(style)
            style = self._styles.get((family, style.get(f"{STYLE}parent-style-name", "")))
        return [*chain, self._defaults[family]] if family in self._defaults else chain


def _paragraph_over(style: etree._Element, below: ParagraphStyle) -> ParagraphStyle:
    level = style.get(f"{STYLE}default-outline-level", "")
    heading = int(level) if re.fullmatch("[1-9]", level) else below.heading_level
    if style.get(f"{STYLE}name", "").lower() == "title":
        heading = 1
    properties = style.find(f"{STYLE}paragraph-properties")
    indent = None if properties is None else _points(properties.get(f"{FO}margin-left", ""))
    return replace(
        below,
        run=_run_over(style, below.run),
        heading_level=heading,
        indent=below.indent if indent is None else indent,
    )


def _run_over(style: etree._Element, below: RunStyle) -> RunStyle:
    properties = style.find(f"{STYLE}text-properties")
    if properties is None:
        return below
    weight, slope = properties.get(f"{FO}font-weight"), properties.get(f"{FO}font-style")
    display, color = properties.get(f"{TEXT}display"), _COLOR.fullmatch(properties.get(f"{FO}color", ""))
    return RunStyle(
        bold=None if weight is None else weight == "bold" or (weight.isdecimal() and int(weight[:4]) >= _BOLD_WEIGHT),
        italic=None if slope is None else slope in {"italic", "oblique"},
        hidden=None if display is None else display == "none",
        size=_points(properties.get(f"{FO}font-size", "")),
        color=int(color[1], 16) if color else None,
        font=properties.get(f"{STYLE}font-name") or properties.get(f"{FO}font-family"),
    ).over(below)


def _points(length: str) -> float | None:
    match = _LENGTH.fullmatch(length)
    return float(match[1]) * _UNITS[match[2]] if match else None
