"""Measure OCR: what a scanned page costs and how well it is read, and whether scans hold up text.

Usage: python benchmarks/ocr.py [--uploads N] [--scans N]

The scans are made of the project's own samples. Pages are read in this process, one thread. For the second table a real
`resumate serve` parses text uploads one after the other, first alone, then with scans at work and in line.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median

os.environ["OMP_THREAD_LIMIT"] = "1"  # as in the workers; before the library is loaded

from report import p95, print_machine, print_table

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc.parsing.pillow import PictureFile
from resumate_grpc.parsing.recognition import recognise
from tests.live import live_server
from tests.parsing.reading import recall
from tests.samples.make import samples
from tests.samples.scans import Scanner, as_pdf

BAR_S = 1.7
SCANNERS = {
    "200 dpi, level": Scanner(),
    "200 dpi, 2° askew": Scanner(askew=2.0),
    "150 dpi, 1° askew": Scanner(dpi=150, askew=-1.0),
    "300 dpi, shadow, grain": Scanner(dpi=300, shadow=60, grain=10),
    "200 dpi, upside down": Scanner(quarters=2),
    "200 dpi, on its side": Scanner(quarters=1),
}
ENDS = {progress_pb2.STATE_SUCCEEDED, progress_pb2.STATE_FAILED, progress_pb2.STATE_CANCELLED}
TEXT = "Ada Fernwick\nada@example.org\n\nExperience\nEngineer, Harbour Ltd, 2019 - 2023\nBuilt bridges {number}\n"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uploads", type=int, default=40, help="texts, alone and beside scans each")
    parser.add_argument("--scans", type=int, default=20, help="scans of two pages that are in line meanwhile")
    arguments = parser.parse_args()
    print_machine()
    _pages()
    _texts_beside_scans(uploads=arguments.uploads, scans=arguments.scans)


def _pages() -> None:
    rows = []
    printed = [(content, resume) for name, content, resume in samples() if name.endswith(".pdf")]
    for name, scanner in SCANNERS.items():
        cpu: list[float] = []
        wall: list[float] = []
        read: list[float] = []
        for content, resume in printed:
            words: list[str] = []
            for jpeg in scanner.jpegs(content):
                began, began_cpu = time.perf_counter(), time.process_time()
                with PictureFile(jpeg) as file:
                    page = recognise(file.picture(0), number=1)
                wall.append(time.perf_counter() - began)
                cpu.append(time.process_time() - began_cpu)
                words += [word.text for word in page.words]
            read.append(recall(" ".join(words), resume))
        rows.append([name, f"{median(cpu):.2f}", f"{max(cpu):.2f}", f"{median(wall):.2f}", f"{fmean(read):.3f}"])
    print_table(f"page (bar: {BAR_S} s)", ["CPU s, median", "CPU s, most", "s by the clock", "words read"], rows)


def _texts_beside_scans(*, uploads: int, scans: int) -> None:
    content, _ = next((content, resume) for name, content, resume in samples() if name == "one_column_en.pdf")
    scan = as_pdf(*Scanner().jpegs(content))
    with (
        tempfile.TemporaryDirectory() as folder,
        live_server(data_dir=Path(folder) / "data") as server,
        server.client() as client,
    ):
        _text_times(client, 5)
        alone = _text_times(client, uploads)
        waiting = [_upload(client, "scan.pdf", scan) for _ in range(scans)]
        beside = _text_times(client, uploads)
        left = sum(_state(client, resume_id) not in ENDS for resume_id in waiting)
    rows = [
        _row("alone", alone, alone),
        _row(f"beside {scans} scans of two pages, {left} of them left at the end", beside, alone),
    ]
    print_table("texts, one at a time", ["ms, median", "p95", "ratio of medians"], rows)


def _row(name: str, times_s: Sequence[float], base_s: Sequence[float]) -> list[str]:
    ratio = median(times_s) / median(base_s)
    return [name, f"{1000 * median(times_s):.0f}", f"{1000 * p95(times_s):.0f}", f"{ratio:.2f}"]


def _text_times(client: ResumeServiceStub, count: int) -> list[float]:
    times_s = []
    for number in range(count):
        began = time.perf_counter()
        resume_id = _upload(client, "cv.txt", TEXT.format(number=number).encode())
        answers = client.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume_id), timeout=120)
        if any(answer.HasField("event") and answer.event.state in ENDS for answer in answers):
            times_s.append(time.perf_counter() - began)
    return times_s


def _upload(client: ResumeServiceStub, filename: str, content: bytes) -> str:
    return str(client.Upload(upload_pb2.UploadRequest(filename=filename, content=content), timeout=60).resume.id)


def _state(client: ResumeServiceStub, resume_id: str) -> int:
    return client.GetResume(resume_service_pb2.GetResumeRequest(resume_id=resume_id), timeout=60).resume.state


if __name__ == "__main__":
    main()
