"""A rolling upgrade under load: `python -m tests.fire.upgrade --old REV [--back] [--keep DIR]`.

Two servers, three workers and two bridges begin with the code of REV, on a database that it has made. The code that
lies here migrates the database, and then takes the place of each server, worker and bridge in turn, while résumés are
uploaded, parsed, cancelled and retried, and watched at each server and through each bridge. Old and new run side by
side on one PostgreSQL, one NATS and one bucket. With `--back` the old code takes all places again afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fire.many.battle import SLOWLY, Outcome, battling
from tests.fire.many.engines import running_engines
from tests.fire.many.faults import Fault, Field
from tests.fire.many.fleet import Size, of_workers, running_fleet
from tests.fire.programs import Program
from tests.fire.recording import Recorder

__all__ = ["replaced_in_turn", "run_upgrade"]

HERE = Path(__file__).parents[2]
ROLES = ("servers", "workers", "bridges")
"""In the order in which docs/operations.md has them replaced."""


def replaced_in_turn(role: str, code: Path | None) -> Fault:
    """Stop each program of a role as a service manager does, and start it with other code; None = the code here."""

    async def strike(field: Field, _: float) -> str:
        took: list[float] = []
        for program in getattr(field.fleet, role):
            began = time.monotonic()
            program.code = code
            await program.restart()
            _check_that_it_runs(program, code)
            took.append(time.monotonic() - began)
        return f"each back after {', '.join(f'{seconds:.1f}' for seconds in took)} s"

    return Fault(name=f"{role}: {'new' if code is None else code.name}", strike=strike, all_s=0)


def _check_that_it_runs(program: Program, code: Path | None) -> None:
    runs, due = Path(f"/proc/{program.pid}/cwd").resolve(), (code or Path.cwd()).resolve()
    assert runs == due, f"it runs in {runs}, not in {due}"


def _migrated(code: Path | None) -> Fault:
    async def strike(field: Field, _: float) -> str:
        return await asyncio.to_thread(_migrate, field.engines.environment, code)

    return Fault(name="the new version migrates", strike=strike, all_s=0)


def _migrate(environment: dict[str, str], code: Path | None) -> str:
    """Run `resumate migrate`; returns what it said without the URL."""
    env = {**os.environ, **environment}
    if code is not None:
        env["PYTHONPATH"] = os.pathsep.join((str(code), str(code / "bridge")))
    with tempfile.TemporaryDirectory() as data_dir:
        done = subprocess.run(
            [sys.executable, "-m", "resumate_grpc.cli", "migrate"],
            env={**env, "RESUMATE_DATA_DIR": data_dir},
            cwd=code,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout.strip().partition("disable")[2].strip(" :")


def checked_out(revision: str, folder: Path) -> Path:
    """Put the code of a revision into a folder, and see that Python finds that code there."""
    code = folder / "old"
    code.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", revision], cwd=HERE, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", code], input=archive, check=True)
    found = subprocess.run(
        [sys.executable, "-c", "import resumate_grpc, resumate_bridge; print(resumate_grpc.__file__)"],
        cwd=code,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(code), str(code / "bridge")))},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert found.startswith(str(code)), found
    return code


async def run_upgrade(
    folder: Path,
    old: Path | None,
    *,
    size: Size,
    back: bool,
    on_outcome: Callable[[Outcome], None],
) -> None:
    """Replace every program; `folder` keeps recording and logs. `old` None = the code here, twice."""
    recorder = Recorder(folder / "recording.jsonl")
    fleet = None
    steps: Sequence[Fault] = [
        *([_migrated(None)] if old else []),
        *(replaced_in_turn(role, None) for role in ROLES),
        *(replaced_in_turn(role, old) for role in ROLES if back),
    ]
    try:
        async with running_engines(folder / "engines", migrated=False) as engines:
            await asyncio.to_thread(_migrate, engines.environment, old)
            async with (
                running_fleet(folder / "programs", engines, size=size, code=old, env_of=of_workers(SLOWLY)) as fleet,
                battling(Field(fleet=fleet, engines=engines), recorder) as battle,
            ):
                for number, step in enumerate(steps, start=1):
                    outcome = await battle.fight(step, step.all_s)
                    if number == len(steps):
                        outcome = replace(outcome, breaches=[*outcome.breaches, *await battle.judged()])
                    on_outcome(outcome)
    finally:
        recorder.close()
        if fleet is not None:
            (folder / "processes.log").write_text(fleet.logs(), encoding="utf-8")


def main() -> int:
    """Run the command."""
    arguments = argparse.ArgumentParser(
        prog="python -m tests.fire.upgrade",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("--old", required=True, help="revision of the repository that the programs begin with")
    arguments.add_argument("--back", action="store_true", help="replace all by the old code again afterwards")
    arguments.add_argument("--keep", type=Path, help="folder for recording and logs")
    given = arguments.parse_args()
    outcomes: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        outcomes.append(outcome)
        print(outcome.told(), flush=True)  # noqa: T201 - a command

    with tempfile.TemporaryDirectory(prefix="resumate-upgrade-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        old = checked_out(given.old, Path(temporary))
        try:
            asyncio.run(run_upgrade(folder, old, size=Size(), back=given.back, on_outcome=tell))
        except pytest.skip.Exception as missing:
            print(missing, file=sys.stderr)  # noqa: T201 - a command
            return 2
    return 1 if any(outcome.breaches for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
