"""The worker: claims what waits, as many at once as it has slots, until it is drained."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress

from resumate_grpc import failpoints
from resumate_grpc.jobs.attempt import Attempt, AttemptPorts
from resumate_grpc.jobs.ports import WORK, Expectation, Notice, Removed, Stopped, WorkAvailable
from resumate_grpc.model.work import Claim, Lane

__all__ = ["Worker"]

logger = logging.getLogger(__name__)

POLL_S = 1.0
ASK_FILES_S = 1.0
"""How often a store of files that was away is asked whether it is back, at first; then ever more seldom …"""
ASK_FILES_AT_LEAST_S = 5.0
"""… down to this."""


class Worker:
    """`name` tells this worker from others in the queue; `slots` is how many attempts it runs at a time.

    `ocr_slots` are as many more that take scans and nothing else, so that text never waits for them. While the store
    of files is away it claims nothing: what it cannot read is left to workers that can, or waits in line.
    """

    def __init__(self, *, name: str, slots: int, ports: AttemptPorts, ocr_slots: int = 0) -> None:
        self._name = name
        self._ports = ports
        lanes = [Lane.TEXT] * slots + [Lane.OCR] * ocr_slots
        self._wakes = [(lane, asyncio.Event()) for lane in lanes]
        self._attempts: dict[str, Attempt] = {}
        self._tasks: dict[asyncio.Task[None], Attempt] = {}
        self._draining = False
        self._expected: dict[Lane, Expectation] = {}
        self._files_away = asyncio.Event()
        self._idle = asyncio.Event()

    async def run(self) -> None:
        """Work until `drain` is called; cancelling it gives running attempts back."""
        unsubscribe = self._ports.bus.subscribe(WORK, self._hear)
        try:
            async with asyncio.TaskGroup() as group:
                asking = group.create_task(self._ask_for_files(), name=f"{self._name} files")
                async with asyncio.TaskGroup() as slots:
                    for number, (lane, wake) in enumerate(self._wakes):
                        slots.create_task(self._slot(lane, wake), name=f"{self._name} slot {number}")
                asking.cancel()
        finally:
            unsubscribe()
            self._idle.set()

    def stop_claiming(self) -> None:
        """Take no new work; parses that run go on, and what waits for a process to parse it is given back at once."""
        if self._draining:
            return
        self._draining = True
        self._wake_all()
        for task, attempt in tuple(self._tasks.items()):
            if not attempt.has_begun:
                task.cancel()

    async def drain(self, grace_s: float) -> None:
        """Take no new work, let running attempts finish within `grace_s` seconds, give the others back."""
        self.stop_claiming()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        for task in tuple(self._tasks):
            task.cancel()
        await self._idle.wait()

    def _hear(self, notice: Notice) -> None:
        if isinstance(notice, WorkAvailable):
            self._wake_all()
        elif isinstance(notice, Stopped | Removed) and (attempt := self._attempts.get(notice.resume_id)):
            attempt.check()

    def _wake_all(self) -> None:
        for _, wake in self._wakes:
            wake.set()

    async def _slot(self, lane: Lane, wake: asyncio.Event) -> None:
        heard = True
        while not self._draining:
            wake.clear()
            claim = None if self._files_away.is_set() else await self._claim(lane, heard=heard)
            if claim is not None:
                await self._attempt(claim)
                heard = True
            elif not self._draining:
                with suppress(TimeoutError):  # a lost wake-up costs one poll
                    async with asyncio.timeout(POLL_S):
                        await wake.wait()
                heard = wake.is_set()

    async def _ask_for_files(self) -> None:
        """Ask a store of files that was away until it answers; then work goes on."""
        while True:
            await self._files_away.wait()
            logger.warning("the store of files is away; nothing is claimed until it answers")
            pause_s = ASK_FILES_S
            while True:
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - not all workers at once
                if await self._ports.files.answers():
                    break
                pause_s = min(2 * pause_s, ASK_FILES_AT_LEAST_S)
            logger.warning("the store of files answers again")
            self._files_away.clear()
            self._wake_all()

    async def _claim(self, lane: Lane, *, heard: bool) -> Claim | None:
        """Claim; without having `heard` of work, as most polls are, what is expected is not reckoned anew for it."""
        try:
            if heard or lane not in self._expected:
                self._expected[lane] = await self._ports.estimator.expectation(
                    lane, with_model=self._ports.language_model is not None
                )
            claim, events = await self._ports.queue.claim(
                self._name,
                lease_s=self._ports.lease_s,
                max_attempts=self._ports.max_attempts,
                lane=lane,
                expected=self._expected[lane],
            )
        except Exception:
            logger.exception("no work could be claimed; trying again")
            return None
        if claim is not None:
            failpoints.hit("claim.committed")
        for event in events:
            self._ports.bus.publish(event)
            if event.error is not None:
                self._ports.metrics.attempt_ended(event.state, event.error.reason.value)
        return claim

    async def _attempt(self, claim: Claim) -> None:
        attempt = Attempt(claim, self._ports, on_files_away=self._files_away.set)
        self._attempts[claim.resume.id] = attempt
        # Claimed before the drain began and answered after it: nobody would end that within the grace time.
        work = attempt.decline() if self._draining else attempt.run()
        task = asyncio.create_task(work, name=f"attempt {claim.resume.id}")
        self._tasks[task] = attempt
        try:
            await task
        except asyncio.CancelledError:
            if not self._draining:
                raise
        except Exception:
            # Not even its end could be written, as when the disk is full. The résumé is claimed again once its lease
            # has run out; a worker that died of this would take the whole service along.
            logger.exception("the attempt was left without an end", extra={"resume_id": claim.resume.id})
        finally:
            del self._tasks[task]
            del self._attempts[claim.resume.id]
