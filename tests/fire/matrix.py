"""The kill matrix with real processes: `python -m tests.fire.matrix [--all-in-one] [--only WORD] [--keep DIR]`.

In each cell one process is hit at one place while résumés are uploaded, parsed, cancelled and retried, and watched from
everywhere. An init starts it anew, clients come back by themselves, everything comes to rest; then the checker judges.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import grpc.aio

from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.fire.calling import Caller
from tests.fire.cells import CELLS, Cell
from tests.fire.checker import Breach, breaches
from tests.fire.databases import truth_of
from tests.fire.lines import Noted, Rested
from tests.fire.multiplexed import SharedSocket
from tests.fire.programs import LEASE_S, LOOK_S, Fleet
from tests.fire.promises.logs import ENDINGS
from tests.fire.recording import Recorder, Recording, Target
from tests.fire.sqlite_lock import writing_process
from tests.fire.truth import Truth
from tests.fire.watching import CHANNEL_OPTIONS, Watcher, grpc_stream, socket_stream, watching
from tests.surroundings import standing

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

__all__ = ["Outcome", "run_matrix"]

HIT_WITHIN_S = 60.0
AT_REST_WITHIN_S = 90.0
STOPPED_S = LEASE_S + 1.5
ZOMBIE_S = 1.0
"""How long what was stopped has to write what it should not."""
PROVOKED_EACH_S = 1.0
MOST_CHANCES = 4
ERROR = "FailpointError"
TEXT = (Path(__file__).parents[1] / "ada.txt").read_bytes()
BATCH = "under-fire"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a cell; `breaches` empty = every promise was kept. `note` says what else is worth knowing."""

    cell: Cell
    seconds: float
    breaches: Sequence[Breach | str]
    note: str = ""
    is_by_chance: bool = False
    """A worker stood still within a transaction, by chance: what the cell is there to see is still to be seen."""


class Battle:
    """The fleet, its clients and their recording."""

    def __init__(
        self, fleet: Fleet, recorder: Recorder, stub: ResumeServiceAsyncStub, session: aiohttp.ClientSession
    ) -> None:
        self._fleet = fleet
        self._recorder = recorder
        self._stub = stub
        self._session = session
        self._caller = Caller(stub, recorder)
        self._shared = SharedSocket(session, fleet.http_url)
        self._wide = [Watcher("feed", Target(), recorder), Watcher("batch", Target(batch_id=BATCH), recorder)]
        self._rooms = [
            Watcher("feed-page", Target(), recorder, transport="websocket"),
            Watcher("batch-page", Target(batch_id=BATCH), recorder, transport="websocket"),
        ]
        self._cells = 0
        self._continued = asyncio.Event()
        self._note, self._was_writing = "", False
        self._surprises: list[str] = []
        self._earlier = ""

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Let the feed and the batch be watched, through all cells. Raises `AssertionError` for what nobody watched."""
        async with (
            self._shared,
            watching(grpc_stream(self._stub), *self._wide),
            watching(self._shared, *self._rooms),
        ):
            yield
        assert not self._shared.strays, self._shared.strays

    async def fight_out(self, cell: Cell) -> Outcome:
        """Run one cell until it was seen what it is there for."""
        for _ in range(MOST_CHANCES):
            outcome = await self.fight(cell)
            if outcome.breaches or not outcome.is_by_chance:
                return outcome
        return replace(outcome, breaches=[f"{MOST_CHANCES} times in a row it stood still within a transaction"])

    async def fight(self, cell: Cell) -> Outcome:
        """Run one cell."""
        began = time.monotonic()
        self._cells += 1
        self._recorder.write(Noted(what=str(cell)))
        program = self._fleet[cell.role]
        program.arm_next(cell.failpoints)
        # As it was before: what is armed may strike before the restart is over.
        deaths, errors, lost = program.deaths + 1, program.log().count(ERROR), self._parsers_lost()
        await program.restart()
        hit, self._continued = asyncio.Event(), asyncio.Event()
        self._note, self._was_writing, self._surprises = "", False, []
        hitting = asyncio.create_task(self._hit(cell, deaths, errors, lost, hit), name="hit")
        try:
            async with AsyncExitStack() as stack:
                narrow = await self._let_loose(stack)
                async with asyncio.timeout(HIT_WITHIN_S):
                    await self._provoke(hit)
                async with asyncio.timeout(AT_REST_WITHIN_S):
                    await self._continued.wait()
                    found = await self._judged([*self._wide, *self._rooms, *narrow])
        except TimeoutError:
            state = {row.id: row.state for row in self._truth().rows.values() if row.state not in ENDINGS.values()}
            found = [f"{'no rest came' if hit.is_set() else 'it was not hit'}; unfinished: {state}"]
        finally:
            hitting.cancel()
            await asyncio.gather(hitting, return_exceptions=True)
            while pid := _stopped(program.pid):
                os.kill(pid, signal.SIGCONT)
                await asyncio.sleep(LOOK_S)
        return Outcome(
            cell=cell,
            seconds=time.monotonic() - began,
            breaches=[*found, *self._surprises],
            note=self._note,
            is_by_chance=self._was_writing and cell.writes is None,
        )

    async def _let_loose(self, stack: AsyncExitStack) -> list[Watcher]:
        """Do what clients do, and let it be watched; returns the watchers of this cell's résumés."""
        mark = f"\ncell {self._cells}".encode()
        first = await self._caller.upload(TEXT + mark, batch_id=BATCH)
        watchers = [
            Watcher(f"start-{self._cells}", Target(resume_id=first), self._recorder),
            Watcher(f"middle-{self._cells}", Target(resume_id=first), self._recorder, after=1),
        ]
        page = Watcher(f"page-{self._cells}", Target(resume_id=first), self._recorder, transport="websocket")
        await stack.enter_async_context(watching(grpc_stream(self._stub), *watchers))
        await stack.enter_async_context(watching(socket_stream(self._session, self._fleet.http_url), page))
        tab = Watcher(f"tab-{self._cells}", Target(resume_id=first), self._recorder, transport="websocket")
        await stack.enter_async_context(watching(self._shared, tab))
        second = await self._caller.upload(TEXT + mark + b" second")
        third = await self._caller.upload(TEXT + mark + b" third", batch_id=BATCH)
        await self._caller.cancel(third)
        if self._earlier:
            await self._caller.retry(self._earlier)
        self._earlier = second
        return [*watchers, page, tab]

    async def _provoke(self, hit: asyncio.Event) -> None:
        """Upload until the failpoint has struck: another worker may have taken all that there was."""
        number = 0
        while not hit.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(PROVOKED_EACH_S):
                    await hit.wait()
            if not hit.is_set():
                number += 1
                await self._caller.upload(TEXT + f"\ncell {self._cells}, more: {number}".encode())

    async def _hit(self, cell: Cell, deaths: int, errors: int, lost: int, hit: asyncio.Event) -> None:
        """Tell when the failpoint has struck, and let what stands still go on when its lease has run out."""
        program = self._fleet[cell.role]
        struck: dict[str, Callable[[], int]] = {
            "stop": lambda: _stopped(program.pid),
            "error": lambda: program.log().count(ERROR) > errors,
        }
        dead = (lambda: self._parsers_lost() > lost) if cell.victim == "parser" else (lambda: program.deaths > deaths)
        await _until(struck.get(cell.action, dead))
        hit.set()
        if cell.action != "stop":
            self._continued.set()
            return
        while True:  # each of a worker's parsing processes is armed
            pid = await _until(lambda: _stopped(program.pid))
            await self._outlast_lease(cell, pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(ZOMBIE_S)
            self._continued.set()

    async def _outlast_lease(self, cell: Cell, pid: int) -> None:
        """Wait until the lease of what stands still has run out, and until another has finished its work.

        What it writes then must be refused. Only where it stands still within a transaction can nobody take over: then
        it holds SQLite's one lock for writing. (PostgreSQL ends such a transaction after a while.)
        """
        is_embedded = standing() is None
        stopped_at, is_writing = time.monotonic(), is_embedded and writing_process(self._fleet.database) == pid
        await asyncio.sleep(STOPPED_S)
        if cell.victim != "worker" or not self._fleet.has_second_worker:
            return
        if is_embedded and cell.writes not in {None, is_writing}:
            self._surprises.append(f"a transaction was {'' if is_writing else 'not '}open where it stood still")
        if is_writing:
            self._was_writing = True
            self._note = "stood still within a transaction"
            return
        await _until(self._is_at_rest)
        self._note = f"all was done {time.monotonic() - stopped_at:.1f} s after it stood still"

    def _is_at_rest(self) -> bool:
        return all(row.state in ENDINGS.values() for row in self._truth().rows.values())

    def _parsers_lost(self) -> int:
        return sum(event.message.endswith("; trying again") for event in self._truth().events)

    async def _judged(self, watchers: list[Watcher]) -> list[Breach | str]:
        await _until(self._is_at_rest)
        await asyncio.gather(*(watcher.caught_up() for watcher in watchers))
        rested = Rested(clients=tuple(watcher.name for watcher in watchers))
        return list(breaches(Recording([*self._recorder.lines, rested]), self._truth()))

    def _truth(self) -> Truth:
        return truth_of(self._fleet.data_dir)


async def run_matrix(
    folder: Path, cells: Sequence[Cell], *, all_in_one: bool, on_outcome: Callable[[Outcome], None]
) -> None:
    """Run cells one after the other on one fleet and one database; `folder` keeps data, recording and logs."""
    fleet = Fleet(folder / "data", all_in_one=all_in_one)
    recorder = Recorder(folder / "recording.jsonl")
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(fleet.running())
            channel = await stack.enter_async_context(
                grpc.aio.insecure_channel(fleet.grpc_address, options=CHANNEL_OPTIONS)
            )
            session = await stack.enter_async_context(aiohttp.ClientSession())
            battle = Battle(fleet, recorder, ResumeServiceStub(channel), session)
            await stack.enter_async_context(battle.watched())
            for cell in cells:
                on_outcome(await battle.fight_out(cell))
    finally:
        recorder.close()
        (folder / "processes.log").write_text(fleet.logs(), encoding="utf-8")


async def _until(condition: Callable[[], int]) -> int:
    while not (found := condition()):  # noqa: ASYNC110 - other processes tell nothing
        await asyncio.sleep(LOOK_S)
    return found


def _stopped(pid: int) -> int:
    """Return the process that stands still, `pid` or a child of it; 0 if none does."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, _, rest = stat.read_text(encoding="utf-8", errors="replace").partition(" (")
            state, parent = rest.rpartition(")")[2].split()[:2]
            if state == "T" and str(pid) in (number, parent):
                return int(number)
    return 0


def main() -> int:
    """Run the command."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fire.matrix", description=__doc__)
    arguments.add_argument("--all-in-one", action="store_true", help="`resumate serve` instead of a process a role")
    arguments.add_argument("--only", default="", help="cells whose name has one of these in it, parted by commas")
    arguments.add_argument("--times", type=int, default=1, help="how often each cell is run (1)")
    arguments.add_argument("--keep", type=Path, help="folder for database, recording and logs")
    given = arguments.parse_args()
    bad: list[Breach | str] = []

    def tell(outcome: Outcome) -> None:
        told = f"{'BROKEN' if outcome.breaches else 'kept  '} {outcome.seconds:5.1f} s  {outcome.cell}"
        print(f"{told}{outcome.note and f' ({outcome.note})'}", flush=True)  # noqa: T201 - a command
        for breach in outcome.breaches:
            print(f"         {breach}", flush=True)  # noqa: T201 - a command
        bad.extend(outcome.breaches)

    with tempfile.TemporaryDirectory(prefix="resumate-matrix-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        cells = [cell for cell in CELLS if any(word in str(cell) for word in given.only.split(","))]
        asyncio.run(run_matrix(folder, cells * given.times, all_in_one=given.all_in_one, on_outcome=tell))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
