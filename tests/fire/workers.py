"""What workers do in the machine's stories: claim, report, die, come back; and who may write, by the model."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from resumate_grpc.errors import ErrorReason
from resumate_grpc.jobs.ports import LeaseLostError, WorkAvailable
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ACTIVE_STAGES, ParseFailure, ProgressEvent, Stage, StageProgress
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import NewEvent, Outcome, StageTimes
from tests.fire.world import Hold, World

__all__ = ["LEASE_S", "PICK", "WRITES", "Workers", "picked"]

LEASE_S = 30.0
MAX_ATTEMPTS = 3
PICK = st.integers(min_value=0, max_value=1_000)
"""Picks one of however many there are."""
WRITES = ("append", "renew", "give back", "fail", "succeed")
"""What a worker may write under its lease."""


class Workers(RuleBasedStateMachine):
    """The workers of a `World`. Every write is judged: who holds the lease is let, who does not is refused."""

    @property
    def world(self) -> World:
        """The service under test."""
        raise NotImplementedError

    @rule()
    def claim(self) -> None:
        self.world.run(self.take_up())

    @precondition(lambda self: self.world.holds)
    @rule(pick=PICK, reports=st.sampled_from((0, 1, 3, 300)), leap=st.booleans())
    def report(self, pick: int, reports: int, leap: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
        hold = picked(self.world.holds, pick)
        news = [event for number in range(reports) if (event := _advanced(hold, number, leap=leap)) is not None]
        self._work(hold, lambda: self._append(hold, news))

    @precondition(lambda self: self.world.holds)
    @rule(pick=PICK)
    def renew(self, pick: int) -> None:
        hold = picked(self.world.holds, pick)
        self._work(hold, lambda: self.world.store.renew(hold.claim, lease_s=LEASE_S))

    @precondition(lambda self: self.world.holds)
    @rule(pick=PICK, succeeds=st.booleans())
    def finish(self, pick: int, succeeds: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
        hold = picked(self.world.holds, pick)
        self._work(hold, lambda: self.end(hold, succeeds=succeeds))
        self._forget(hold)

    @precondition(lambda self: self.world.holds)
    @rule(pick=PICK, lost=st.booleans())
    def give_back(self, pick: int, lost: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
        hold = picked(self.world.holds, pick)
        self._work(hold, lambda: self._give_back(hold, lost=lost))
        self._forget(hold)

    @precondition(lambda self: self.world.holds)
    @rule(pick=PICK)
    def stop_worker(self, pick: int) -> None:
        """It says nothing from now on, and may come back as a zombie."""
        hold = picked(self.world.holds, pick)
        self._forget(hold)
        self.world.zombies.append(hold)

    @precondition(lambda self: self.world.zombies)
    @rule(pick=PICK, writes=st.sets(st.sampled_from(WRITES), min_size=1))
    def wake_zombie(self, pick: int, writes: set[str]) -> None:
        """It goes on where it was stopped; whatever it writes under a lease that is another's must be refused."""
        hold = picked(self.world.zombies, pick)
        self.world.zombies.remove(hold)
        for write in sorted(writes, key=WRITES.index):
            self._work(hold, self._write(hold, write))

    @precondition(lambda self: self.world.holds)
    @rule(pick=PICK, writes=st.sets(st.sampled_from(WRITES)))
    def lose_worker(self, pick: int, writes: set[str]) -> None:
        """It stands still for longer than its lease, another takes its résumé up, and it may come back then."""
        self.stop_worker(pick)
        self.world.clock.advance(LEASE_S + 1)
        self.claim()
        if writes:
            self.wake_zombie(-1, writes)

    async def take_up(self) -> None:
        """Claim what there is."""
        claim, events = await self.world.store.claim("worker", lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS)
        for event in events:  # it also ends what was lost too often
            self.world.leases.pop(event.resume_id, None)
        self._publish(*events)
        if claim is not None:
            self.world.leases[claim.resume.id] = claim.lease
            self.world.holds.append(Hold(claim=claim))

    def _write(self, hold: Hold, write: str) -> Callable[[], Coroutine[Any, Any, None]]:
        """Return what makes this write."""
        event = _advanced(hold, 7, leap=False)
        doing: Mapping[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "append": lambda: self._append(hold, [event] if event else []),
            "renew": lambda: self.world.store.renew(hold.claim, lease_s=LEASE_S),
            "give back": lambda: self._give_back(hold, lost=True),
            "fail": lambda: self.end(hold, succeeds=False),
            "succeed": lambda: self.end(hold, succeeds=True),
        }
        return doing[write]

    async def _append(self, hold: Hold, news: list[NewEvent]) -> None:
        self._publish(*await self.world.store.append(hold.claim, news))

    async def end(self, hold: Hold, *, succeeds: bool) -> None:
        """Write the attempt's ending."""
        failure = ParseFailure(
            reason=ErrorReason.CORRUPT_FILE, message="damaged", stage=Stage.NLP_PARSING, retryable=False
        )
        times = StageTimes(
            media_type=MediaType.TXT,
            size_bytes=30,
            page_count=1,
            text_extraction_s=0.25,
            nlp_parsing_s=0.5,
            ai_enhancement_s=0.0,
        )
        outcome = (
            Outcome(parsed=ParsedResume(text="Ada"), times=times)
            if succeeds
            else Outcome(failure=failure, percent=hold.progress.percent)
        )
        self._publish(await self.world.store.finish(hold.claim, outcome))
        self._note_given_up(hold)

    async def _give_back(self, hold: Hold, *, lost: bool) -> None:
        self._publish(await self.world.store.give_back(hold.claim, message="again", lost=lost))
        self._note_given_up(hold)
        self.world.bus.publish(WorkAvailable())

    def _work(self, hold: Hold, doing: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let a worker write; one that is told that its lease is another's stops.

        Raises `AssertionError` where one was told so that holds its lease, or wrote that does not.
        """
        held = self.world.leases.get(hold.claim.resume.id) == hold.claim.lease
        try:
            self.world.run(doing())
        except LeaseLostError:
            assert not held, "a worker was refused under a lease that is its own"
            self._forget(hold)
        else:
            assert held, "a worker wrote under a lease that is not its own"

    def _note_given_up(self, hold: Hold) -> None:
        if self.world.leases.get(hold.claim.resume.id) == hold.claim.lease:
            del self.world.leases[hold.claim.resume.id]

    def _forget(self, hold: Hold) -> None:
        if hold in self.world.holds:
            self.world.holds.remove(hold)

    def _publish(self, *events: ProgressEvent) -> None:
        for event in events:
            self.world.bus.publish(event)


def picked(among: list[Any], pick: int) -> Any:
    """Return one of them."""
    return among[pick % len(among)]


def _advanced(hold: Hold, number: int, *, leap: bool) -> NewEvent | None:
    """Return the parser's next report as the worker passes it on; `leap` goes on to the next stage."""
    if leap and number == 0:
        hold.stage, hold.stage_percent = min(hold.stage + 1, len(ACTIVE_STAGES) - 1), 0
    hold.stage_percent = min(100, hold.stage_percent + 1)
    report = StageProgress(
        stage=ACTIVE_STAGES[hold.stage], stage_percent=hold.stage_percent, message=f"Reading part {number}"
    )
    return hold.progress.advance(report)
