"""Clients at work on a fleet while a fault strikes; afterwards everything comes to rest, and the checker judges."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, cast

import aiohttp
import grpc.aio

from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc.jobs.attempt import FILES_AWAY
from tests.fire.calling import Caller
from tests.fire.checker import Breach, breaches
from tests.fire.lines import Answered, Event, Noted, Rested
from tests.fire.many.faults import Fault, Field
from tests.fire.multiplexed import SharedSocket
from tests.fire.promises.logs import ENDINGS
from tests.fire.recording import Recorder, Recording, Target
from tests.fire.truth import Truth
from tests.fire.watching import CHANNEL_OPTIONS, Stream, Watcher, grpc_stream, roaming, socket_stream, watching

__all__ = ["SLOWLY", "Battle", "Outcome", "battling"]

SLOWLY = {"RESUMATE_FAILPOINTS": "parse.text_extraction=delay(0.4)"}
"""Settings of workers: each document takes its time, so that whatever strikes meets some at work and some in line."""
BEFORE, MEANWHILE = 6, 3
"""Uploads that are answered before the fault strikes, and that are begun while it lasts."""
PAUSE_S = 1.0
"""As long as it lasts there is an upload now and then."""
AT_REST_WITHIN_S = 120.0
LOOK_S = 0.2
MOST_SHOWN = 20
TEXT = (Path(__file__).parents[2] / "ada.txt").read_bytes()
BATCH = "under-fire"
ANSWERS = {"OK", "FAILED_PRECONDITION"}
"""Answers of a service that works: a cancel or a retry may come too late."""
AT_WORK = "SELECT count(*) FROM resumes WHERE state IN ('QUEUED', 'PROCESSING')"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a fault; `breaches` empty = every promise was kept. `note` says what was harmed."""

    fault: str
    seconds: float
    breaches: Sequence[Breach | str]
    note: str

    def told(self) -> str:
        """Return it as lines for people."""
        first = f"{'BROKEN' if self.breaches else 'kept  '} {self.seconds:5.1f} s  {self.fault} ({self.note})"
        shown = [str(breach) for breach in self.breaches[:MOST_SHOWN]]
        if more := len(self.breaches) - len(shown):
            shown.append(f"and {more} more")
        return "\n".join([first, *(f"         {line}" for line in shown)])


class Battle:
    """The field, its clients and their recording."""

    def __init__(self, field: Field, recorder: Recorder, stubs: Sequence[Any], session: aiohttp.ClientSession) -> None:
        self._field = field
        self._recorder = recorder
        self._stubs = stubs
        self._session = session
        self._caller = Caller(cast("Any", _Anywhere(stubs)), recorder)
        self._sockets = [SharedSocket(session, url) for url in field.fleet.http_urls]
        self._rounds = 0
        self._wide: list[Watcher] = []
        self._earlier = ""
        self._rested = Rested(clients=())
        self._lost: set[str] = set()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Let feed and batch be watched through all rounds, at each server and at each bridge in turn."""
        async with AsyncExitStack() as stack:
            for target in (Target(), Target(batch_id=BATCH)):
                name = "batch" if target.batch_id else "feed"
                for first in range(len(self._stubs)):
                    watcher = Watcher(f"{name}-{first}", target, self._recorder)
                    await stack.enter_async_context(watching(self._by_grpc(first), watcher))
                    self._wide.append(watcher)
            for number, socket in enumerate(self._sockets):
                await stack.enter_async_context(socket)
                rooms = [
                    Watcher(f"feed-page-{number}", Target(), self._recorder, transport="websocket"),
                    Watcher(f"batch-page-{number}", Target(batch_id=BATCH), self._recorder, transport="websocket"),
                ]
                await stack.enter_async_context(watching(socket, *rooms))
                self._wide += rooms
            yield
        strays = [stray for socket in self._sockets for stray in socket.strays]
        assert not strays, strays

    async def fight(self, fault: Fault, seconds: float) -> Outcome:
        """Let one fault strike, let everything come to rest, and say what was not parsed; `judged` tells the rest."""
        began = time.monotonic()
        self._rounds += 1
        first_line = len(self._recorder.lines)
        self._recorder.write(Noted(what=f"{fault} for {seconds:g} s"))
        note, found = "", list[Breach | str]()
        try:
            async with AsyncExitStack() as stack:
                narrow = await self._let_loose(stack)
                (at_work,) = (await self._field.engines.rows(AT_WORK))[0]
                async with asyncio.TaskGroup() as group:
                    striking = group.create_task(fault.strike(self._field, seconds))
                    group.create_task(self._go_on(striking))
                note = f"{at_work} at work or in line; {striking.result()}"
                async with asyncio.timeout(AT_REST_WITHIN_S):
                    found += await self._come_to_rest([*self._wide, *narrow])
        except* (TimeoutError, AssertionError) as errors:
            found += [f"{type(error).__name__}: {error}" for error in _leaves(errors)]
        refusals = self._refusals(first_line)
        if fault.refuses and not refusals:
            found.append("nobody was refused anything while it lasted")
        return Outcome(
            fault=str(fault),
            seconds=time.monotonic() - began,
            breaches=found,
            note=f"{note}; {refusals} refusals",
        )

    async def _let_loose(self, stack: AsyncExitStack) -> list[Watcher]:
        """Upload, watch, cancel and retry; returns the watchers of this round's résumés."""
        # One after the other: they are answered by the servers in turn.
        ids = [await self._upload(str(number), batch_id=BATCH if number % 2 else "") for number in range(BEFORE)]
        watchers = []
        for number, resume_id in enumerate(ids[:2]):
            for first in range(len(self._stubs)):
                watcher = Watcher(f"at-{first}-{self._rounds}-{number}", Target(resume_id=resume_id), self._recorder)
                await stack.enter_async_context(watching(self._by_grpc(first), watcher))
                watchers.append(watcher)
            urls = self._field.fleet.http_urls
            for first in range(len(urls)):
                page = Watcher(
                    f"page-{first}-{self._rounds}-{number}",
                    Target(resume_id=resume_id),
                    self._recorder,
                    transport="websocket",
                )
                streams = _turned([socket_stream(self._session, url) for url in urls], first)
                await stack.enter_async_context(watching(streams, page))
                watchers.append(page)
        if self._earlier:
            await self._caller.retry(self._earlier)
        self._earlier = ids[0]
        return watchers

    async def _go_on(self, striking: asyncio.Task[str]) -> None:
        """Do while the fault lasts what clients do before it: whatever is not answered is asked again."""
        cancelled = await self._upload("to be cancelled", batch_id=BATCH)
        await self._caller.cancel(cancelled)
        await asyncio.gather(*(self._upload(f"meanwhile {number}", batch_id=BATCH) for number in range(MEANWHILE)))
        for number in count():
            if striking.done():
                return
            await self._upload(f"still {number}")
            await asyncio.wait({striking}, timeout=PAUSE_S)

    async def _upload(self, mark: str, *, batch_id: str = "") -> str:
        return await self._caller.upload(TEXT + f"\nround {self._rounds}, {mark}".encode(), batch_id=batch_id)

    def _by_grpc(self, first: int) -> Stream:
        return _turned([grpc_stream(stub) for stub in self._stubs], first)

    async def judged(self) -> list[Breach | str]:
        """Let the checker judge all that was recorded so far, at rest."""
        recording, truth = Recording([*self._recorder.lines, self._rested]), await self._field.engines.truth()
        return list(breaches(recording, truth))

    async def _come_to_rest(self, watchers: list[Watcher]) -> list[str]:
        await self._field.fleet.ready()
        while (await self._field.engines.rows(AT_WORK))[0][0]:  # noqa: ASYNC110 - the database tells nothing
            await asyncio.sleep(LOOK_S)
        await asyncio.gather(*(watcher.caught_up() for watcher in watchers))
        self._rested = Rested(clients=tuple(watcher.name for watcher in watchers))
        lost = _not_parsed(self._recorder.recording(), await self._field.engines.truth())
        self._lost, before = set(lost), self._lost
        return [told for told in lost if told not in before]

    def _refusals(self, first_line: int) -> int:
        """Count what was refused or given back since a line of the recording."""
        lines = self._recorder.lines[first_line:]
        refused = [line for line in lines if isinstance(line, Answered) and line.code not in ANSWERS]
        return len(refused) + sum(isinstance(line, Event) and line.message == FILES_AWAY for line in lines)


def _not_parsed(recording: Recording, truth: Truth) -> list[str]:
    """All that was accepted is parsed, however often it took: no outage ends a résumé, only who cancels it does."""
    cancelled = {asked.resume_id for asked, _ in recording.asked("CancelResume")}
    return [
        f"{row.id}: it ended {row.state}: {truth.of(row.id)[-1].error}"
        for row in truth.rows.values()
        if row.state != "SUCCEEDED" and row.id not in cancelled and row.state in ENDINGS.values()
    ]


class _Anywhere:
    """A stub whose calls go to the servers in turn."""

    def __init__(self, stubs: Sequence[Any]) -> None:
        self._stubs = stubs
        self._turns = count()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stubs[next(self._turns) % len(self._stubs)], name)


def _turned(streams: Sequence[Stream], first: int) -> Stream:
    return roaming(*streams[first:], *streams[:first])


def _leaves(errors: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in errors.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


@asynccontextmanager
async def battling(field: Field, recorder: Recorder) -> AsyncIterator[Battle]:
    """Open clients of all servers and bridges, who watch until the block ends."""
    async with AsyncExitStack() as stack:
        stubs = [
            ResumeServiceStub(
                await stack.enter_async_context(grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS))
            )
            for address in field.fleet.grpc_addresses
        ]
        session = await stack.enter_async_context(aiohttp.ClientSession())
        battle = Battle(field, recorder, stubs, session)
        await stack.enter_async_context(battle.watched())
        yield battle
