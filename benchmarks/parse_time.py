"""Measure what a parse costs, beside pdfplumber's own text extraction of the same PDFs in the same run.

Usage: python benchmarks/parse_time.py [--files DIR …] [--repeats N]

Times by format and stage in one warm process, ratios to pdfplumber's `extract_text` over all pages (the two take turns
in going first), and the peak memory of a real sandbox worker after all files beside a process of pdfplumber alone.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the workers; before the library is loaded

import plumber_text
from documents import Document, add_files_option, documents_in
from report import p95, print_machine, print_table

from resumate_grpc.errors import ParsingError
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.pipeline import warm_up
from resumate_grpc.parsing.understanding import understand
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.pool import TARGET
from resumate_grpc.sandbox.process import SandboxProcess

T = TypeVar("T")

OPTIONS = ParseOptions()
MIB = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """Medians of one file, in milliseconds; `plumber` is 0 for what is no PDF."""

    media_type: MediaType
    pages: int
    extraction: float
    understanding: float
    plumber: float = 0.0

    @property
    def whole(self) -> float:
        """The parse from bytes to result."""
        return self.extraction + self.understanding


def main() -> None:
    """Print all tables."""
    arguments = _arguments()
    print_machine()
    logging.disable()  # pdfplumber complains of fonts, on every round
    documents = documents_in(arguments.files)
    warm_up()
    gc.collect()
    gc.freeze()  # as the sandbox does in its workers
    times, parsed = [], []
    for document in documents:
        try:
            times.append(_times(document, repeats=arguments.repeats))
            parsed.append(document)
        except ParsingError as error:
            print(f"left out: {document.path.name} ends in {error.parse_reason.value}")
    _print_times(times, repeats=arguments.repeats)
    _print_ratios([each for each in times if each.plumber])
    asyncio.run(_print_memory(parsed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_files_option(parser)
    parser.add_argument("--repeats", type=int, default=5, help="times each file is parsed; its median counts")
    return parser.parse_args()


def _times(document: Document, *, repeats: int) -> Times:
    """Time one file; what the first reading of a file warms (fonts, caches) is not counted on either side."""
    _, _, pages = _parse(document)
    ours: list[tuple[float, float, int]] = []
    theirs: list[float] = []
    is_pdf = document.media_type is MediaType.PDF
    for turn in range(repeats):
        if is_pdf and turn % 2:
            theirs.append(_plumb(document))
        ours.append(_parse(document))
        if is_pdf and not turn % 2:
            theirs.append(_plumb(document))
    return Times(
        media_type=document.media_type,
        pages=pages,
        extraction=median(extraction for extraction, _, _ in ours),
        understanding=median(understanding for _, understanding, _ in ours),
        plumber=median(theirs) if theirs else 0.0,
    )


def _parse(document: Document) -> tuple[float, float, int]:
    started = time.perf_counter()
    read = _result(extract(document.content, media_type=document.media_type, options=OPTIONS))
    extracted = time.perf_counter()
    resume = _result(understand(read, options=OPTIONS))
    return (extracted - started) * 1e3, (time.perf_counter() - extracted) * 1e3, max(1, resume.page_count)


def _plumb(document: Document) -> float:
    started = time.perf_counter()
    plumber_text.plumber_text(document.content)
    return (time.perf_counter() - started) * 1e3


def _result(steps: Generator[StageProgress, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result


def _print_times(times: Sequence[Times], *, repeats: int) -> None:
    rows = []
    for media_type in MediaType:
        own = [each for each in times if each.media_type is media_type]
        if own:
            rows.append(_row(media_type.name, own))
    headings = ["files", "pages", "extraction", "NLP parsing", "whole", "p95", "a page", "pdfplumber"]
    print_table(f"ms a file, medians of {repeats}", headings, rows)


def _row(name: str, own: Sequence[Times]) -> list[str]:
    pages = sum(each.pages for each in own)
    plumbed = [each.plumber for each in own if each.plumber]
    figures = (
        median(each.extraction for each in own),
        median(each.understanding for each in own),
        median(each.whole for each in own),
        p95([each.whole for each in own]),
        sum(each.whole for each in own) / pages,
    )
    theirs = f"{median(plumbed):.1f}" if plumbed else "–"
    return [name, str(len(own)), str(pages), *(f"{figure:.1f}" for figure in figures), theirs]


def _print_ratios(times: Sequence[Times]) -> None:
    if not times:
        return
    extraction = [each.extraction / each.plumber for each in times]
    whole = [each.whole / each.plumber for each in times]
    print_table(
        "PDF: time / pdfplumber's",
        ["median", "best", "worst", "expected"],
        [
            ["text extraction", *_spread(extraction), ""],
            ["whole parse", *_spread(whole), "median ≤ 0.35"],
        ],
    )


def _spread(ratios: Sequence[float]) -> list[str]:
    return [f"{ratio:.2f}" for ratio in (median(ratios), min(ratios), max(ratios))]


async def _print_memory(documents: Sequence[Document]) -> None:
    """Give one worker all files, without retiring it between them as the pool may."""
    worker = await SandboxProcess.start(TARGET, Limits())
    try:
        warm = plumber_text.peak_bytes(worker.pid)
        for document in documents:
            await worker.parse(
                document.content, media_type=document.media_type, options=OPTIONS, on_progress=lambda _: None
            )
        peak = plumber_text.peak_bytes(worker.pid)
    finally:
        worker.kill()
        await worker.gone()
    rows = [
        ["sandbox worker, warm", f"{warm / MIB:.0f}", ""],
        [f"sandbox worker after {len(documents)} files", f"{peak / MIB:.0f}", "< 400"],
    ]
    if pdfs := [document.path for document in documents if document.media_type is MediaType.PDF]:
        theirs = await asyncio.to_thread(_plumber_peak, pdfs)
        rows.append([f"pdfplumber alone after {len(pdfs)} PDFs", f"{theirs / MIB:.0f}", ""])
        rows.append(["ratio", f"{peak / theirs:.2f}", ""])
    print_table("peak memory", ["MiB", "expected"], rows)


def _plumber_peak(paths: Sequence[Path]) -> int:
    command = [sys.executable, plumber_text.__file__, *map(str, paths)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
