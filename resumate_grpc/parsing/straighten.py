"""From a scan as it came to a page as it was printed: even paper, full contrast, level lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resumate_grpc.parsing.picture import Grey, Ink, Picture
from resumate_grpc.parsing.pillow import resized, rotated, scaled_to

__all__ = ["Straightened", "evened", "lies_on_its_side", "on_paper", "skew_of", "straightened"]

_TILE = 32  # pixels: several strokes wide, so that a tile's lightest pixels are paper
_PAPER = 245.0
_DARKEST_PAPER = 60.0  # darker ground is a coloured bar with light text, not a shadow
_GROUND_STEP = 4  # pixels
_GROUND_WINDOW = (13, 13)  # steps: wider than strokes, narrower than bars
_LEAST_BAR = (11, 33)  # steps, rows and columns, odd: a heading's ribbon
_DARK_SHARE = 0.55  # of the paper's level
_MOSTLY = 0.5
_MIDDLE = 127
_SKEW_DPI = 75.0
_STEEPEST = 6.0  # degrees; nobody lays a page on the glass more askew
_COARSE, _FINE = 0.5, 0.05
_LEVEL = 0.08  # degrees below which turning would only blur
_LEAST_INK = 200  # pixels
_CONTRAST = 40
_THICKEST_STROKE = 7  # pixels
_LOUDEST_ROW = 3.0  # of the mean of rows with print
_MOST_INK = 120_000
_SIDEWAYS = 1.6
"""How much sharper the rows must be when the page lies on its side: upright text has some rhythm across, too."""


def evened(grey: Grey) -> Grey:
    """Make the paper white and even: divide by the lightest of each neighbourhood, so that shadows go."""
    height, width = grey.shape
    rows, columns = -(-height // _TILE), -(-width // _TILE)
    padded = np.pad(grey, ((0, rows * _TILE - height), (0, columns * _TILE - width)), mode="edge")
    tiles = padded.reshape(rows, _TILE, columns, _TILE)[:, ::4, :, ::4]
    paper = np.percentile(tiles.swapaxes(1, 2).reshape(rows, columns, -1), 85, axis=2)
    usual = float(np.percentile(paper, 75))
    paper[paper < max(_DARKEST_PAPER, usual / 2)] = usual
    ground = resized(np.clip(paper, 1, 255).astype(np.uint8), (columns * _TILE, rows * _TILE))[:height, :width]
    scaled = grey.astype(np.uint16) * np.uint16(_PAPER) // np.maximum(ground, 1)
    even: Grey = np.minimum(scaled, 255).astype(np.uint8)
    return even


def on_paper(grey: Grey) -> Grey:
    """Turn light print on dark bars and columns into dark print on paper, as everything else is.

    A pixel's ground is what most pixels around it are, which at the edge of a bar changes where the bar does.
    """
    height, width = grey.shape
    small = resized(grey, (max(1, width // _GROUND_STEP), max(1, height // _GROUND_STEP)))
    dark = _share_around(small < _DARK_SHARE * float(np.percentile(small, 90)), _GROUND_WINDOW) > _MOSTLY
    bars = _opened(dark, _LEAST_BAR)
    if not bars.any():
        return grey
    mask = resized(bars.astype(np.uint8) * np.uint8(255), (width, height)) > _MIDDLE
    return np.where(mask, 255 - grey, grey).astype(np.uint8)


def _share_around(mask: Ink, size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Return for each pixel the share of the rectangle around it, of so many rows and columns, where `mask` is true."""
    rows, columns = size
    padded = np.pad(mask, ((rows // 2 + 1, rows // 2), (columns // 2 + 1, columns // 2)), mode="edge")
    sums = padded.astype(np.float64).cumsum(axis=0).cumsum(axis=1)
    within = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    share: npt.NDArray[np.float64] = within / (rows * columns)
    return share


def _opened(mask: Ink, least: tuple[int, int]) -> Ink:
    """Keep only what holds a rectangle of so many rows and columns: letters, however large and bold, do not."""
    one = 1 / (2 * least[0] * least[1])  # half a pixel's share
    middles = _share_around(mask, least) > 1 - one
    kept: Ink = _share_around(middles, least) > one
    return kept


def skew_of(picture: Picture) -> float:
    """Measure by how many degrees the lines of text must be turned counter-clockwise to be level, within ±6."""
    return _best_turn(_ink_places(picture))[0]


def lies_on_its_side(picture: Picture) -> bool:
    """Tell whether lines of text run up or down the page."""
    upright = _best_turn(_ink_places(picture))[1]
    return _best_turn(_ink_places(picture.turned(1)))[1] > _SIDEWAYS * upright


def _ink_places(picture: Picture) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return x and y of the pixels with strokes, at a resolution where lines are two or three pixels high."""
    small = scaled_to(picture, _SKEW_DPI) if picture.dpi > _SKEW_DPI else picture
    y, x = np.nonzero(_strokes(small.grey) > _CONTRAST)
    step = max(1, y.size // _MOST_INK)
    return x[::step].astype(np.float32), y[::step].astype(np.float32)


def _strokes(grey: Grey) -> Grey:
    """Return how much each pixel belongs to a thin stroke, dark on light or light on dark; grounds and bars give 0.

    That is the larger of black-hat and top-hat, the differences to the morphological closing and opening.
    """
    closed = _spread(_spread(grey, np.maximum), np.minimum)
    opened = _spread(_spread(grey, np.minimum), np.maximum)
    difference: Grey = np.maximum(closed - grey, grey - opened)
    return difference


def _spread(grey: Grey, extreme: np.ufunc) -> Grey:
    """Return for each pixel the extreme of the square around it, as wide as the thickest stroke."""
    reach = _THICKEST_STROKE // 2
    for axis in (0, 1):
        padded = np.pad(grey, [(reach, reach) if axis == side else (0, 0) for side in (0, 1)], mode="edge")
        windows = [padded.take(range(at, at + grey.shape[axis]), axis=axis) for at in range(_THICKEST_STROKE)]
        grey = extreme.reduce(windows)
    return grey


def _best_turn(places: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]) -> tuple[float, float]:
    """Return the angle at which rows of ink are sharpest, and how sharp they are there."""
    if places[0].size < _LEAST_INK:
        return 0.0, 0.0
    coarse = max(np.arange(-_STEEPEST, _STEEPEST + _COARSE / 2, _COARSE), key=lambda angle: _sharpness(places, angle))
    near = np.arange(coarse - _COARSE, coarse + _COARSE + _FINE / 2, _FINE)
    best = max(near, key=lambda angle: _sharpness(places, angle))
    return float(best), _sharpness(places, best)


def _sharpness(places: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]], degrees: float) -> float:
    """Measure how abruptly ink begins and ends from row to row once the page is turned."""
    x, y = places
    rows = np.rint(y - x * np.float32(np.tan(np.radians(degrees)))).astype(np.intp)
    profile = np.bincount(rows - rows.min()).astype(np.float64)
    # A ruled line or a bar's edge would outweigh all the text.
    np.minimum(profile, _LOUDEST_ROW * profile[profile > 0].mean(), out=profile)
    return float(np.square(np.diff(profile)).sum()) / x.size


@dataclass(frozen=True, kw_only=True, slots=True)
class Straightened:
    """A page whose lines are level, and the angle by which it had to be turned counter-clockwise, in degrees."""

    picture: Picture
    degrees: float


def straightened(picture: Picture) -> Straightened:
    """Turn a page so that its lines are level."""
    degrees = skew_of(picture)
    if abs(degrees) < _LEVEL:
        return Straightened(picture=picture, degrees=0.0)
    return Straightened(picture=rotated(picture, degrees), degrees=degrees)
