"""What the benchmarks print: the machine they ran on, and tables of medians and percentiles."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

__all__ = ["p95", "print_machine", "print_table"]

CPU_INFO = Path("/proc/cpuinfo")


def print_machine() -> None:
    """Print on what the figures hold: date, processor, Python, and how busy the machine was as we began."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} × {_processor()}, {platform.system()}, Python {version}")
    load, *_ = os.getloadavg()
    print(f"Load at the start: {load:.2f} (trust the ratios; milliseconds are this machine's, at this load)")


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their headings: the first column to the left, the others to the right."""
    lines = [[title, *headings], *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    print()
    for first, *others in lines:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        print("  ".join([first.ljust(widths[0]), *cells]))


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile; of few values it is the worst or near it."""
    return values[0] if len(values) == 1 else min(max(values), quantiles(values, n=20)[18])


def _processor() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()
