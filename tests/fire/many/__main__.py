"""The kill matrix with several of each: `python -m tests.fire.many [--only WORDS] [--few] [--times N] [--keep DIR]`.

Two servers, three workers and two bridges on PostgreSQL, NATS and an S3-speaking server. In each round one fault
strikes while résumés are uploaded, parsed, cancelled and retried at the servers in turn, and watched at each of them
and through each bridge.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import pytest

from tests.fire.many.battle import Outcome
from tests.fire.many.faults import FAULTS
from tests.fire.many.matrix import run_matrix


def main() -> int:
    """Run the command."""
    arguments = argparse.ArgumentParser(
        prog="python -m tests.fire.many", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--only", default="", help="faults whose name has one of these in it, parted by commas")
    arguments.add_argument("--few", action="store_true", help="what `make test` runs, as long as it does")
    arguments.add_argument("--times", type=int, default=1, help="how often each fault strikes (1)")
    arguments.add_argument("--keep", type=Path, help="folder for recording and logs")
    given = arguments.parse_args()
    faults = [fault for fault in FAULTS if any(word in fault.name for word in given.only.split(","))]
    bad = 0

    def tell(outcome: Outcome) -> None:
        nonlocal bad
        print(outcome.told(), flush=True)  # noqa: T201 - a command
        bad += bool(outcome.breaches)

    with tempfile.TemporaryDirectory(prefix="resumate-many-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            asyncio.run(run_matrix(folder, faults * given.times, few=given.few, on_outcome=tell))
        except pytest.skip.Exception as missing:
            print(missing, file=sys.stderr)  # noqa: T201 - a command
            return 2
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
