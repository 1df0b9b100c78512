"""Measure how long a start takes: the service on an empty data directory and on its own, and the command line.

Usage: python benchmarks/cold_start.py [--files DIR …] [--repeats N]

Program files are in the system's cache and compiled already, as after the first start on a machine. The base of the
ratios is an interpreter that imports grpc and ends, in the same run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from documents import Document, add_files_option, documents_in
from report import print_machine, print_table

from resumate_grpc._gen.resumate.v1 import progress_pb2, upload_pb2, watch_pb2
from tests.live import live_server

COMMANDS: dict[str, Sequence[str]] = {
    "bare interpreter": ("-c", "pass"),
    "… and import grpc": ("-c", "import grpc"),
    "resumate --help": ("-m", "resumate_grpc.cli", "--help"),
    "resumate get --help": ("-m", "resumate_grpc.cli", "get", "--help"),
}
BASE = "… and import grpc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """One start of the service, in seconds since it was begun."""

    ready: float
    result: float


def main() -> None:
    """Print both tables."""
    arguments = _arguments()
    print_machine()
    document = documents_in(arguments.files)[0]
    starts = [_two_starts(document) for _ in range(arguments.repeats)]
    commands: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(arguments.repeats):
        for name, command in COMMANDS.items():
            commands[name].append(_run(command))
    base = median(commands[BASE])
    rows = [
        _row("first start, empty data directory", [first.ready for first, _ in starts], base, ""),
        _row("… until the first result", [first.result for first, _ in starts], base, ""),
        _row("second start", [second.ready for _, second in starts], base, "< 3 s"),
        _row("… until the first result", [second.result for _, second in starts], base, ""),
        *(_row(name, times, base, "") for name, times in commands.items()),
    ]
    print_table(f"medians of {arguments.repeats}", ["seconds", "worst", "× import grpc", "expected"], rows)
    print(f"The first result is that of {document.path.name}, uploaded as soon as the service says that it is ready.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_files_option(parser)
    parser.add_argument("--repeats", type=int, default=5, help="starts of each kind; the median counts")
    return parser.parse_args()


def _two_starts(document: Document) -> tuple[Start, Start]:
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        return _start(data_dir, document), _start(data_dir, document)


def _start(data_dir: Path, document: Document) -> Start:
    begun = time.perf_counter()
    with live_server(data_dir=data_dir) as server:
        ready = time.perf_counter() - begun
        with server.client() as stub:
            request = upload_pb2.UploadRequest(filename=document.path.name, content=document.content)
            resume_id = stub.Upload(request).resume.id
            state: progress_pb2.State.ValueType = progress_pb2.STATE_UNSPECIFIED
            for response in stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume_id)):
                state = response.event.state or state
        if state != progress_pb2.STATE_SUCCEEDED:
            raise SystemExit(f"{document.path.name} cannot be parsed; name other --files")
        return Start(ready=ready, result=time.perf_counter() - begun)


def _run(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _row(name: str, times: Sequence[float], base: float, expected: str) -> list[str]:
    return [name, f"{median(times):.3f}", f"{max(times):.3f}", f"{median(times) / base:.1f}", expected]


if __name__ == "__main__":
    main()
