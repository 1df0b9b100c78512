"""Pictures, the library: files of one or more pictures, scaling and turning, by Pillow.

Files are untrusted: a picture's size is read from its header and judged before a pixel is decoded, and of a file only
the plug-ins of the formats that we accept are tried.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin

from resumate_grpc.parsing.picture import Grey, Picture

__all__ = ["MAX_PIXELS", "PictureError", "PictureFile", "PictureTooLargeError", "resized", "rotated", "scaled_to"]

MAX_PIXELS = 40_000_000
"""Largest picture that is decoded: A4 at 600 dpi has 35 million pixels."""

_FORMATS = ("JPEG", "PNG", "TIFF")
_LONG_SIDE_INCHES = 11.7  # A4: the size that a page has of which the file does not say it
_PLAUSIBLE_INCHES = (3.0, 17.5)  # of a page's long side
_LEAST_DPI = 30.0
_WHITE = 255
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError,
            ZeroDivisionError, EOFError, struct.error, Image.DecompressionBombError, RuntimeError)  # fmt: skip
"""What Pillow's decoders raise on damaged files."""


class PictureError(Exception):
    """The bytes are no picture that can be decoded."""


class PictureTooLargeError(PictureError):
    """The picture has more pixels than any page needs."""


class PictureFile:
    """An open file of one or more pictures. Use it with `with`."""

    def __init__(self, content: bytes) -> None:
        """Open it, decoding nothing; raises `PictureError`."""
        with _complaints():
            self._image = Image.open(io.BytesIO(content), formats=_FORMATS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._image.close()

    def count(self, *, limit: int) -> int:
        """Count the pictures, up to `limit` + 1; a TIFF's directories are a chain that could go on for ever."""
        if not isinstance(self._image, TiffImagePlugin.TiffImageFile):
            return 1  # the second picture of a JPEG (MPO) or PNG (APNG) is a thumbnail or an animation's
        found = 0
        with _complaints():
            for index in range(limit + 1):
                try:
                    self._image.seek(index)
                except EOFError:
                    break
                found += 1
        return found

    def picture(self, index: int) -> Picture:
        """Decode one picture, counted from 0, as it is meant to be seen.

        Raises `PictureTooLargeError` before decoding, `PictureError` where it is damaged.
        """
        with _complaints():
            self._image.seek(index)
            width, height = self._image.size
            if width * height > MAX_PIXELS:
                raise PictureTooLargeError(f"{width} x {height} pixels")
            dpi = _dpi(self._image)
            upright = ImageOps.exif_transpose(self._image)
            grey = np.asarray(_on_paper(upright), dtype=np.uint8)
        return Picture(grey=grey, dpi=dpi)


@contextmanager
def _complaints() -> Iterator[None]:
    """Turn whatever a decoder raises into `PictureError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tags out of order and the like; what matters is raised
            yield
    except PictureError:
        raise
    except MemoryError:
        raise
    except _DAMAGED as error:
        raise PictureError(f"{type(error).__name__} while decoding") from error


def _on_paper(image: Image.Image) -> Image.Image:
    """Reduce a picture to grey; what is transparent is white, as paper is."""
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        return _of_deep(image)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, (_WHITE, _WHITE, _WHITE, _WHITE))
        paper.alpha_composite(coloured)
        return paper.convert("L")
    return image.convert("L")


def _of_deep(image: Image.Image) -> Image.Image:
    """Bring a picture of more than eight bits a pixel to the range from its darkest to its lightest."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(((values - low) * (_WHITE / max(high - low, 1e-6))).astype(np.uint8))


def _dpi(image: Image.Image) -> float:
    """Read how many pixels are an inch; where the file does not say so credibly, its long side is that of A4."""
    long_side = max(image.size)
    try:
        stated = float(image.info.get("dpi", (0, 0))[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        stated = 0.0
    low, high = _PLAUSIBLE_INCHES
    if math.isfinite(stated) and stated > 0 and low <= long_side / stated <= high:
        return stated
    return max(_LEAST_DPI, long_side / _LONG_SIDE_INCHES)


def scaled_to(picture: Picture, dpi: float) -> Picture:
    """Return the picture at another resolution."""
    factor = dpi / picture.dpi
    height, width = picture.grey.shape
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return Picture(grey=resized(picture.grey, size), dpi=dpi)


def resized(grey: Grey, size: tuple[int, int]) -> Grey:
    """Return grey pixels at another size, (width, height)."""
    image = Image.fromarray(grey)
    shrinks = size[0] * size[1] < image.width * image.height
    return np.asarray(image.resize(size, Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC))


def rotated(picture: Picture, degrees: float) -> Picture:
    """Return the picture turned counter-clockwise about its middle; its size stays, the corners are white."""
    image = Image.fromarray(picture.grey)
    turned = image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=_WHITE)
    return replace(picture, grey=np.asarray(turned))
