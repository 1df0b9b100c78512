"""DOCX styles: how a run looks and which paragraphs are headings or list items, through the chain of styles.

python-docx's own style objects are not used: they fail on documents that name a style which they do not define.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from resumate_grpc.parsing.run_style import ParagraphStyle, RunStyle

__all__ = ["DocxStyles", "W", "value_of"]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING_NAME = re.compile(r"heading\s*(\d)", re.IGNORECASE)
_TWIPS_PER_POINT = 20
_HALF_POINTS = 2
_BODY_LEVEL = 9
_LONGEST_CHAIN = 32  # a chain of styles may bite its tail


class DocxStyles:
    """The style sheet of one document."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._paragraphs: dict[str, ParagraphStyle] = {}
        self._base = RunStyle()
        self._default_paragraph = ""
        if root is not None:
            self._read(root)

    def _read(self, root: etree._Element) -> None:
        self._base = run_style(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        for style in root.iterchildren(f"{W}style"):
            style_id = style.get(f"{W}styleId", "")
            self._styles[style_id] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true", "on"}:
                self._default_paragraph = style_id

    def paragraph(self, properties: etree._Element | None) -> ParagraphStyle:
        """Resolve a paragraph's properties (`w:pPr`) through its style."""
        named = properties.find(f"{W}pStyle") if properties is not None else None
        below = self._named_paragraph(value_of(named) or self._default_paragraph)
        return below if properties is None else _paragraph_over(properties, below)

    def run(self, properties: etree._Element | None, paragraph: ParagraphStyle) -> RunStyle:
        """Resolve a run's properties (`w:rPr`) through its own and the paragraph's style."""
        if properties is None:
            return paragraph.run
        below = paragraph.run
        for style in reversed(self._chain(value_of(properties.find(f"{W}rStyle")))):
            below = run_style(style.find(f"{W}rPr")).over(below)
        return run_style(properties).over(below)

    def _named_paragraph(self, style_id: str) -> ParagraphStyle:
        known = self._paragraphs.get(style_id)
        if known is None:
            known = ParagraphStyle(run=self._base)
            for style in reversed(self._chain(style_id)):
                known = replace(known, run=run_style(style.find(f"{W}rPr")).over(known.run))
                known = _heading_by_name(style, known)
                properties = style.find(f"{W}pPr")
                known = known if properties is None else _paragraph_over(properties, known)
            self._paragraphs[style_id] = known
        return known

    def _chain(self, style_id: str) -> list[etree._Element]:
        """List the style and what it is based on, nearest first."""
        chain: list[etree._Element] = []
        style = self._styles.get(style_id)
        while style is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(style)
            style = self._styles.get(value_of(style.find(f"{W}basedOn")))
        return chain


def value_of(element: etree._Element | None) -> str:
    """Return the element's `w:val`, empty where either is missing."""
    return "" if element is None else element.get(f"{W}val", "")


def run_style(properties: etree._Element | None) -> RunStyle:
    """Read the direct properties of a run (`w:rPr`)."""
    if properties is None:
        return RunStyle()
    size = value_of(properties.find(f"{W}sz"))
    color = value_of(properties.find(f"{W}color"))
    fonts = properties.find(f"{W}rFonts")
    return RunStyle(
        bold=_toggle(properties.find(f"{W}b")),
        italic=_toggle(properties.find(f"{W}i")),
        hidden=_toggle(properties.find(f"{W}vanish")),
        size=float(size) / _HALF_POINTS if re.fullmatch(r"\d+(\.\d+)?", size) else None,
        color=int(color, 16) if re.fullmatch(r"[0-9A-Fa-f]{6}", color) else 0 if color == "auto" else None,
        font=None if fonts is None else fonts.get(f"{W}ascii"),
    )


def _toggle(element: etree._Element | None) -> bool | None:
    return None if element is None else value_of(element) not in {"0", "false", "off", "none"}


def _heading_by_name(style: etree._Element, below: ParagraphStyle) -> ParagraphStyle:
    # Word keeps the English name of a built-in style whatever the language of its user; ids are translated.
    name = value_of(style.find(f"{W}name"))
    match = _HEADING_NAME.match(name) or _HEADING_NAME.fullmatch(style.get(f"{W}styleId", ""))
    if match:
        return replace(below, heading_level=int(match[1]))
    return replace(below, heading_level=1) if name.lower() == "title" else below


def _paragraph_over(properties: etree._Element, below: ParagraphStyle) -> ParagraphStyle:
    level = value_of(properties.find(f"{W}outlineLvl"))
    number = properties.find(f"{W}numPr")
    indent = properties.find(f"{W}ind")
    left = "" if indent is None else indent.get(f"{W}left") or indent.get(f"{W}start") or ""
    return replace(
        below,
        heading_level=_level(level) if re.fullmatch(r"[0-9]+", level) else below.heading_level,
        numbered=below.numbered if number is None else value_of(number.find(f"{W}numId")) != "0",
        indent=int(left) / _TWIPS_PER_POINT if re.fullmatch(r"-?\d+", left) else below.indent,
    )


def _level(outline: str) -> int:
    return int(outline) + 1 if int(outline) < _BODY_LEVEL else 0
