"""Count what a message to a watcher costs, in instructions: `python benchmarks/fanout_instructions.py [--watchers N]`.

The servers of `fanout.py` under valgrind's callgrind, which must be installed: instructions outside the kernel, which
other work on the machine does not change as it changes times. Ours beside the bare one, flat out.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import fanout
import uvloop
from peer import Peer
from report import print_machine, print_table


async def control(peer: Peer, *arguments: str) -> None:
    """Tell callgrind to do something. Raises `RuntimeError` if it does not."""
    process = await asyncio.create_subprocess_exec(
        "callgrind_control",
        *arguments,
        str(peer.pid),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if await process.wait():
        raise RuntimeError(f"callgrind_control {' '.join(arguments)} failed")


async def counted(side: str, *, watchers: int, events: int, folder: Path) -> float:
    """Return the instructions a message."""
    under = ("valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder / side}")
    async with fanout.opened(side, watchers=watchers, topics=1, under=under) as watches:
        await fanout.burst(watches, max(1, events // 10))
        await control(watches.peer, "-i", "on")
        await fanout.burst(watches, events)
        await control(watches.peer, "-i", "off")
        await control(watches.peer, "-d")
    return _total(folder, side) / (watchers * events)


def _total(folder: Path, side: str) -> int:
    """Return the instructions of the dump that has most; others are of before."""
    lines = (line for part in folder.glob(f"{side}*") for line in part.read_text(encoding="utf-8").splitlines())
    return max(int(line.split()[1]) for line in lines if line.startswith("totals:"))


async def main() -> None:
    """Print one row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watchers", type=int, default=300)
    parser.add_argument("--events", type=int, default=60, help="sent to each of them")
    arguments = parser.parse_args()
    print_machine()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for side in fanout.SIDES:
            found[side] = await counted(side, watchers=arguments.watchers, events=arguments.events, folder=Path(folder))
    cells = [f"{found[side]:,.0f}" for side in fanout.SIDES]
    row = [f"{arguments.watchers:,} watchers", *cells, f"{found['ours'] / found['bare']:.2f}"]
    print_table("instructions a message, outside the kernel", ["ours", "bare", "ratio"], [row])
    print(f"Python {sys.version.split()[0]}; the kernel's part, about 2/5 of the time, is the same for both")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
