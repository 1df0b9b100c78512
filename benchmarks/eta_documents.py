"""Documents for `eta.py`: invented résumés in several formats and lengths, some as scans."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import pypdfium2
from synthetic import docx_writer, pdf_writer, text_writer
from synthetic.templates import Sheet, sheet_of

from tests.samples.scans import Scanner, as_pdf, as_tiff

__all__ = ["Made", "made"]

SPLIT = "train"
LANGUAGES = ("en", "de", "fr", "es")
SCANNERS = (Scanner(), Scanner(dpi=150, askew=-1.0), Scanner(askew=1.0, shadow=40))


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """One document; `kind` is what the table calls it."""

    kind: str
    name: str
    content: bytes


def made(count: int, *, seed: int, scans: int = 0) -> Iterator[Made]:
    """Yield `count` documents with text and `scans` scans, mixed; the same for the same seed."""
    rng = Random(seed)  # noqa: S311 - no secret
    todo = [list(_TEXTS)[number % len(_TEXTS)] for number in range(count)]
    todo += [list(_SCANS)[number % len(_SCANS)] for number in range(scans)]
    rng.shuffle(todo)
    for number, kind in enumerate(todo):
        ending, write = (_TEXTS | _SCANS)[kind]
        yield Made(kind=kind, name=f"{seed}_{number}.{ending}", content=write(rng))


def _sheet(rng: Random) -> Sheet:
    return sheet_of(SPLIT, rng.choice(LANGUAGES), rng)


def _pdf(rng: Random, *lengths: int) -> bytes:
    """Bind as many résumés into one file as one of `lengths` says, each a page or two."""
    written = io.BytesIO()
    with pypdfium2.PdfDocument.new() as book:
        for _ in range(rng.choice(lengths)):
            with pypdfium2.PdfDocument(pdf_writer.written(_sheet(rng).elements, font=rng.randint(0, 1))) as pages:
                book.import_pages(pages)
        book.save(written)
    return written.getvalue()


def _text(rng: Random) -> bytes:
    return b"\n\n".join(text_writer.written(_sheet(rng).elements) for _ in range(rng.choice((1, 3, 10))))


def _html(rng: Random) -> bytes:
    lines = html.escape(_text(rng).decode()).splitlines()
    return ("<!DOCTYPE html><title>CV</title>" + "".join(f"<p>{line}</p>" for line in lines)).encode()


def _scan(rng: Random) -> bytes:
    return as_pdf(*rng.choice(SCANNERS).jpegs(_pdf(rng, 1, 2, 4)))


_TEXTS: dict[str, tuple[str, Callable[[Random], bytes]]] = {
    "PDF": ("pdf", lambda rng: _pdf(rng, 1, 1, 2, 4, 8)),
    "DOCX": ("docx", lambda rng: docx_writer.written(_sheet(rng).elements)),
    "TXT": ("txt", _text),
    "HTML": ("html", _html),
}
_SCANS: dict[str, tuple[str, Callable[[Random], bytes]]] = {
    "scan PDF": ("pdf", _scan),
    "JPEG": ("jpg", lambda rng: rng.choice(SCANNERS).jpegs(_pdf(rng, 1))[0]),
    "TIFF": ("tiff", lambda rng: as_tiff(rng.choice(SCANNERS).pictures(_pdf(rng, 1, 2)))),
}
