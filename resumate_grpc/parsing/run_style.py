"""How runs and paragraphs look in formats that have styles (Word's and their kin), property over property."""

from __future__ import annotations

from dataclasses import dataclass

from resumate_grpc.parsing.document import Style

__all__ = ["ParagraphStyle", "RunStyle"]

_SMALLEST_VISIBLE = 1.5  # points


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStyle:
    """Properties of a run; None means what the style below says."""

    bold: bool | None = None
    italic: bool | None = None
    hidden: bool | None = None
    size: float | None = None
    color: int | None = None
    font: str | None = None

    def over(self, below: RunStyle) -> RunStyle:
        """Lay these properties over others."""
        return RunStyle(
            bold=below.bold if self.bold is None else self.bold,
            italic=below.italic if self.italic is None else self.italic,
            hidden=below.hidden if self.hidden is None else self.hidden,
            size=below.size if self.size is None else self.size,
            color=below.color if self.color is None else self.color,
            font=below.font if self.font is None else self.font,
        )

    @property
    def unseen(self) -> bool:
        """Whether a reader of the page does not see the run: hidden, or too small."""
        return bool(self.hidden) or (self.size is not None and self.size < _SMALLEST_VISIBLE)

    @property
    def style(self) -> Style:
        """The look as the rest of the parser knows it."""
        return Style(
            font=self.font or "",
            size=self.size or 0.0,
            bold=bool(self.bold),
            italic=bool(self.italic),
            color=self.color or 0,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ParagraphStyle:
    """Properties of a paragraph; `heading_level` 0 = body text, `indent` in points."""

    run: RunStyle = RunStyle()
    heading_level: int = 0
    numbered: bool = False
    indent: float = 0.0
