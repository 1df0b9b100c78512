"""Everything that may happen to the service, in any order; afterwards the checker has the word.

`python -m tests.fire.machine [--examples N] [--steps N] [--postgresql]` searches for as long as you like.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from resumate_grpc.errors import ResumateError
from resumate_grpc.jobs.resumes import Upload
from resumate_grpc.model.resume import Resume
from resumate_grpc.model.work import Target as WatchTarget
from resumate_grpc.rpc.status import CODES
from tests.fire.checker import check
from tests.fire.databases import Database, Postgres, SqliteFile
from tests.fire.lines import Answered, Asked, Rested
from tests.fire.recording import Recording, Target
from tests.fire.truth import OWNER
from tests.fire.workers import LEASE_S, PICK, Workers, picked
from tests.fire.world import HEARTBEAT_S, Onlooker, World
from tests.postgres import found, running_cluster

__all__ = ["Service", "on", "search"]

BATCHES = ("", "x", "y")
SETTLING_ROUNDS = 200


class Service(Workers):
    """The use cases under a lying bus and a jumping clock."""

    database: ClassVar[Database] = SqliteFile()
    """What the stories run on."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="resumate-machine-"))
        self._world: World | None = None

    @initialize(seed=st.integers(min_value=0, max_value=2**32))
    def begin(self, seed: int) -> None:
        self._world = World(self.database, self._folder, seed)

    @property
    def world(self) -> World:
        assert self._world is not None
        return self._world

    # What clients ask for

    @rule(
        content=st.integers(0, 3), request=st.integers(0, 4), batch=st.sampled_from(BATCHES), is_claimed=st.booleans()
    )
    def upload(self, content: int, request: int, batch: str, is_claimed: bool) -> None:  # noqa: FBT001 - as below
        body = f"Ada Example\nresume number {content}".encode()
        request_id = f"request-{request}" if request else ""
        asked = Asked(
            id=self.world.recorder.new_id(),
            call="Upload",
            request_id=request_id,
            sha256=hashlib.sha256(body).hexdigest(),
        )
        upload = Upload(filename="cv.txt", content=body, request_id=request_id, batch_id=batch)

        async def send() -> Resume:
            return (await self.world.resumes.upload(OWNER, upload))[0]

        answered = self._ask(asked, send)
        if answered.code == "OK" and answered.resume_id not in self.world.ids:
            self.world.ids.append(answered.resume_id)
        if is_claimed:
            self.claim()

    @precondition(lambda self: self.world.ids)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        self._change("CancelResume", pick, lambda name: self.world.resumes.cancel(OWNER, name))

    @precondition(lambda self: self.world.ids)
    @rule(pick=PICK)
    def retry(self, pick: int) -> None:
        self._change("RetryResume", pick, lambda name: self.world.resumes.retry(OWNER, name, options=None))

    @precondition(lambda self: self.world.ids)
    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        self._change("DeleteResume", pick, lambda name: self.world.resumes.delete(OWNER, name, etag=""))

    # What time and machines do

    @rule(seconds=st.sampled_from((0.3, 5.0, 16.0, 31.0)))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.advance(seconds)
        self.world.run(self.world.turns())

    @rule(seconds=st.sampled_from((0.0, 10.0, 40.0)), limit=st.sampled_from((1, 3, 256)))
    def purge(self, seconds: float, limit: int) -> None:
        """Retention takes events of what ended as long ago as that."""
        ended_before = self.world.clock.now() - timedelta(seconds=seconds)
        self.world.run(self.world.store.purge_events(ended_before=ended_before, limit=limit))

    @rule(seconds=st.sampled_from((-3600.0, -1.0, 1.0, 3600.0)))
    def clock_jumps(self, seconds: float) -> None:
        self.world.clock.jump(seconds)

    @rule(drained=st.booleans(), alone=st.booleans())
    def restart(self, drained: bool, alone: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
        """The server starts anew; `alone` = its workers died with it, and it knows."""
        self.world.run(self.world.restart(drained=drained))
        if alone:
            self.world.holds.clear()
            self.world.zombies.clear()
            self.world.run(self.world.store.void_leases())

    # What watchers do

    @rule(kind=st.sampled_from(("resume", "batch", "feed")), pick=PICK, part=st.floats(0, 1), follow=st.booleans())
    def attach(self, kind: str, pick: int, part: float, follow: bool) -> None:  # noqa: FBT001 - hypothesis names them
        if kind == "resume" and not self.world.ids:
            return
        target = Target(
            resume_id=picked(self.world.ids, pick) if kind == "resume" else "",
            batch_id=BATCHES[1 + pick % 2] if kind == "batch" else "",
        )
        try:
            bounds = self.world.run(self.world.store.bounds(_watched(target)))
        except ResumateError:
            return
        after = max(int(part * bounds.last), bounds.first_available - 1)
        name = f"{kind}-{len(self.world.onlookers)}"
        follows = follow and kind == "resume"
        onlooker = Onlooker(name, target, self.world.recorder, after=after, follow=follows)
        self.world.onlookers.append(onlooker)
        self.world.attach(onlooker)
        self.world.run(self.world.turns())

    @precondition(lambda self: self.world.onlookers)
    @rule(pick=PICK)
    def detach(self, pick: int) -> None:
        self.world.run(self.world.cut(picked(self.world.onlookers, pick)))

    @precondition(lambda self: self.world.onlookers)
    @rule()
    def all_come_back(self) -> None:
        for onlooker in self.world.onlookers:
            self.world.attach(onlooker)
        self.world.run(self.world.turns())

    @precondition(lambda self: self.world.onlookers)
    @rule(pick=PICK, reads=st.booleans())
    def stall(self, pick: int, reads: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
        reading = picked(self.world.onlookers, pick).reading
        if reads:
            reading.set()
        else:
            reading.clear()

    def teardown(self) -> None:
        """Let everything come to rest, then check every promise."""
        try:
            if self._world is not None:
                try:
                    self._come_to_rest()
                    check(Recording(self.world.recorder.lines), self.world.truth())
                finally:
                    self.world.close()
        finally:
            shutil.rmtree(self._folder)

    def _come_to_rest(self) -> None:
        world = self.world
        world.holds.clear()
        for onlooker in world.onlookers:
            onlooker.reading.set()
        for _ in range(SETTLING_ROUNDS):
            world.clock.advance(LEASE_S + 1)
            world.run(self.take_up())
            if not world.holds:
                break
            hold = world.holds.pop()
            world.run(self.end(hold, succeeds=True))
        told = {onlooker.name: onlooker.told for onlooker in world.onlookers}
        for _ in range(SETTLING_ROUNDS):
            for onlooker in world.onlookers:
                world.attach(onlooker)
            world.clock.advance(HEARTBEAT_S + 1)
            world.run(world.turns())
            if all(each.done or each.told >= told[each.name] + 2 for each in world.onlookers):
                break
        else:
            raise AssertionError("somebody was not told that it has caught up")
        world.recorder.write(Rested(clients=tuple(onlooker.name for onlooker in world.onlookers)))

    def _change(self, call: str, pick: int, change: Callable[[str], Awaitable[Resume | None]]) -> None:
        resume_id = picked(self.world.ids, pick)
        asked = Asked(id=self.world.recorder.new_id(), call=call, resume_id=resume_id)
        if self._ask(asked, lambda: change(resume_id)).code == "OK":
            self.world.leases.pop(resume_id, None)  # cancelled, deleted, or queued anew: nobody holds it

    def _ask(self, asked: Asked, send: Callable[[], Awaitable[Resume | None]]) -> Answered:
        async def sent() -> Answered:
            try:
                resume = await send()
            except ResumateError as error:
                return Answered(id=asked.id, code=CODES[type(error)].name)
            if resume is None or resume.progress is None:
                return Answered(id=asked.id, code="OK")
            return Answered(
                id=asked.id,
                code="OK",
                resume_id=resume.id,
                state=resume.state.value,
                attempt=resume.attempt,
                sequence=resume.progress.sequence,
            )

        self.world.recorder.write(asked)
        answered = self.world.run(sent())
        self.world.recorder.write(answered)
        return answered


def _watched(target: Target) -> WatchTarget:
    return WatchTarget(owner=OWNER, resume_id=target.resume_id, batch_id=target.batch_id)


def on(database: Database) -> type[Service]:
    """Return the machine on another database."""
    return type("Service", (Service,), {"database": database})


def search(*, examples: int, steps: int, shrink: bool = True, database: Database | None = None) -> None:
    """Try `examples` stories of up to `steps` steps each. Raises what the first bad one raised, made small."""
    run_state_machine_as_test(
        on(database) if database else Service,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate, *([Phase.reuse, Phase.shrink] if shrink else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )


def main() -> None:
    """Run the command."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fire.machine", description=__doc__)
    arguments.add_argument("--examples", type=int, default=1000, help="stories to try (1000)")
    arguments.add_argument("--steps", type=int, default=60, help="steps of a story (60)")
    arguments.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    given = arguments.parse_args()
    with ExitStack() as stack:
        programs = found()
        if given.postgresql and programs is None:
            raise SystemExit("there is no PostgreSQL: apt-get install postgresql")
        database: Database = SqliteFile()
        if given.postgresql and programs is not None:
            database = Postgres(stack.enter_context(running_cluster(programs)))
        search(examples=given.examples, steps=given.steps, database=database)
    print(f"{given.examples} stories of up to {given.steps} steps: every promise was kept")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
