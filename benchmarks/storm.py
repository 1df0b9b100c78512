"""Let a crowd watch, end the service under it, and see all come back: `python benchmarks/storm.py [--watches N]`.

A real `resumate serve`, real gRPC clients that resume, all in one process beside it. What everybody saw is checked
against the database: an event that was missed or repeated, or a watch CANCELLED without cause, ends this with an error.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import tempfile
from pathlib import Path

from report import print_machine, print_table

from tests.fire.crowd import restarted_under_a_crowd

RESUME = Path(__file__).parents[1] / "tests/ada.txt"


async def main() -> None:
    """Print a row for a restart and one for a kill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watches", type=int, default=5000)
    watches = parser.parse_args().watches
    print_machine()
    rows = []
    for name, number in (("SIGTERM", signal.SIGTERM), ("SIGKILL", signal.SIGKILL)):
        with tempfile.TemporaryDirectory() as folder:
            figures = await restarted_under_a_crowd(Path(folder), RESUME.read_bytes(), watches=watches, number=number)
        if figures.endings.get("CANCELLED"):
            raise SystemExit(f"{figures.endings['CANCELLED']} watches were CANCELLED without cause")
        if number is signal.SIGTERM and figures.told < watches:
            raise SystemExit(f"{watches - figures.told} watches were not told that the service was going away")
        endings = ", ".join(f"{code} {count:,}" for code, count in sorted(figures.endings.items()))
        rows.append([name, *(f"{s:.1f}" for s in (figures.opened_s, figures.stopped_s, figures.back_s)), endings])
    print_table(f"{watches:,} watches", ["opened s", "stopped s", "all back s", "endings"], rows)
    print("expected: all open, all come back, stopped in < 10 s, nothing missed or repeated")


if __name__ == "__main__":
    asyncio.run(main())
