"""Thousands of broken files through the real sandboxed parser: each must end in a result or an error, within limits.

Usage: python -m tests.parsing.mutations [--count N] [--seed N] [--workers N] [--every S] [--keep DIR] [FORMAT …]

Prints how far it is, a line for each format, and what it found; exits with 1 if a file broke its process or met a bug
of the parser.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from resumate_grpc.errors import ErrorReason, InvalidInputError, ParsingError
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.sniff import sniff
from resumate_grpc.sandbox.lanes import ScanLane
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.memory import rss_bytes
from resumate_grpc.sandbox.pool import SandboxPool
from tests.parsing.mutants import FORMATS, mutants

__all__ = ["Findings", "tried"]

MIB = 1024 * 1024
LIMITS = Limits(wall_s=20.0)


@dataclass(slots=True)
class Findings:
    """What became of the files of one format; `broken` names those that ended in no result and no honest error."""

    endings: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: str = ""


async def tried(
    pool: SandboxPool,
    name: str,
    files: Iterable[tuple[str, bytes]],
    *,
    at_once: int,
    keep: Path | None = None,
    findings: Findings | None = None,
) -> Findings:
    """Parse the files, so many at once; the ones that break something are kept in a folder.

    What becomes of them is told in `findings`, where given, as it happens.
    """
    findings, todo = Findings() if findings is None else findings, iter(files)

    async def work_off() -> None:
        for told, content in todo:
            began = time.monotonic()
            ending = await _ending(pool, name, content)
            if (took := time.monotonic() - began) > findings.slowest_s:
                findings.slowest_s, findings.slowest = took, told
            findings.endings[ending] += 1
            if ending.startswith(ErrorReason.WORKER_LOST.value):
                findings.broken.append(f"{told}: {ending}")
                _kept(keep, told, content)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work_off())
    return findings


async def _ending(pool: SandboxPool, name: str, content: bytes) -> str:
    try:
        media_type = sniff(content, f"resume.{name.rpartition('.')[2]}")
    except InvalidInputError:
        return "refused"
    try:
        await ScanLane(pool).parse(content, media_type=media_type, options=ParseOptions(), on_progress=lambda _: None)
    except ParsingError as error:
        lost = error.parse_reason is ErrorReason.WORKER_LOST
        return f"{error.parse_reason.value} {error.message}" if lost else error.parse_reason.value
    return "parsed"


def _memory() -> str:
    """Tell the resident memory of this process, and of the processes that it started, together."""
    own = os.getpid()
    children = Path(f"/proc/self/task/{own}/children").read_text(encoding="ascii").split()
    return f"{rss_bytes(own) / MIB:.0f}+{sum(rss_bytes(int(child)) for child in children) / MIB:.0f}"


def _kept(folder: Path | None, told: str, content: bytes) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / told.replace("/", "-").replace(" ", "_")).write_bytes(content)


def main() -> int:
    """Try all, print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", metavar="FORMAT", nargs="*", help=f"of {', '.join(FORMATS)}; default: all")
    parser.add_argument("--count", type=int, default=10_000, help="files of each format")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two lines on how far it is")
    parser.add_argument("--keep", type=Path, help="folder for the files that broke something")
    return asyncio.run(_all(parser.parse_args()))


async def _all(arguments: argparse.Namespace) -> int:
    names: Sequence[str] = arguments.formats or list(FORMATS)
    broken: list[str] = []
    async with SandboxPool(workers=arguments.workers, limits=LIMITS) as pool:
        for name in names:
            began, before = time.monotonic(), _memory()
            files, findings = mutants(name, arguments.count, seed=arguments.seed), Findings()
            telling = asyncio.create_task(_tell(name, findings, every_s=arguments.every), name="progress")
            await tried(pool, name, files, at_once=arguments.workers, keep=arguments.keep, findings=findings)
            telling.cancel()
            print(  # noqa: T201 - a command
                f"{name}: {_endings(findings)}; {time.monotonic() - began:.0f} s, slowest {findings.slowest_s:.1f} s "
                f"({findings.slowest}); MiB here and in all processes {before} -> {_memory()}",
                flush=True,
            )
            broken += findings.broken
        print(f"processes replaced: {dict(pool.restarts)}")  # noqa: T201 - a command
    for line in broken:
        print(f"BROKEN {line}")  # noqa: T201 - a command
    return 1 if broken else 0


async def _tell(name: str, findings: Findings, *, every_s: float) -> None:
    """Print now and then what has become of the files so far, until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        done, broken = findings.endings.total(), len(findings.broken)
        print(  # noqa: T201 - a command
            f"  {name}, {done} so far: {_endings(findings)}; {broken} broken; MiB {_memory()}", flush=True
        )


def _endings(findings: Findings) -> str:
    return ", ".join(f"{count} {ending.partition(' ')[0]}" for ending, count in findings.endings.most_common())


if __name__ == "__main__":
    sys.exit(main())
