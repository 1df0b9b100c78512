"""A picture of a page, as the steps from scan to words pass it on: grey, and how many pixels are an inch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = ["Grey", "Ink", "Picture"]

Grey = npt.NDArray[np.uint8]
"""Shape (height, width); 0 is black, 255 is white."""

Ink = npt.NDArray[np.bool_]
"""Shape (height, width); True where something is printed."""

_POINTS_PER_INCH = 72.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A page's pixels; `dpi` is above 0."""

    grey: Grey
    dpi: float

    @property
    def width(self) -> float:
        """Width in points."""
        return int(self.grey.shape[1]) * _POINTS_PER_INCH / self.dpi

    @property
    def height(self) -> float:
        """Height in points."""
        return int(self.grey.shape[0]) * _POINTS_PER_INCH / self.dpi

    @property
    def points_per_pixel(self) -> float:
        """Size of a pixel in points."""
        return _POINTS_PER_INCH / self.dpi

    def turned(self, quarters: int) -> Picture:
        """Return the picture turned clockwise by quarter turns."""
        return replace(self, grey=np.ascontiguousarray(np.rot90(self.grey, -quarters))) if quarters % 4 else self

    def ink(self) -> Ink:
        """Tell where there is print: what is darker than halfway between the page's paper and its black."""
        dark, paper = np.percentile(self.grey[::7, ::7], (1, 90))
        return self.grey < (min(float(dark), 128.0) + float(paper)) / 2
