"""One attempt at one résumé, under a lease: parse, append progress as it comes, end exactly once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from resumate_grpc import failpoints
from resumate_grpc.errors import ErrorReason, FileMissingError, ParsingError, StorageUnavailableError
from resumate_grpc.jobs.enhance import enhanced, not_enhanced
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.overdue import Overdue
from resumate_grpc.jobs.ports import (
    Clock,
    EventBus,
    FileStore,
    LanguageModel,
    LeaseLostError,
    Metrics,
    Parser,
    WorkAvailable,
    WorkQueue,
)
from resumate_grpc.jobs.progress import AttemptProgress, StageClock
from resumate_grpc.jobs.traces import AttemptTrace, Traces, Untraced
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ACTIVE_STAGES, Doing, ParseFailure, ProgressEvent, Stage, StageProgress, State
from resumate_grpc.model.work import Claim, Lane, NewEvent, Outcome
from resumate_grpc.parsing.recognised import ScansFoundError

__all__ = ["FILES_AWAY", "Attempt", "AttemptPorts"]

logger = logging.getLogger(__name__)

MAX_PENDING_EVENTS = 64
WRITE_INTERVAL_S = 0.02
"""Progress is synced to disk at most this often: a sync costs what reading a page costs, and no eye is quicker."""
RENEWALS_PER_LEASE = 3
MAX_RENEWAL_INTERVAL_S = 0.5
"""So that a cancellation ends the parse within a second, also where the bus does not reach."""
IT_IS_A_SCAN = "It is a scan; waiting for OCR"
FETCHES = 2
"""How often a file is asked for in vain from a store that answers, before the fault is taken for the file's."""
FILES_AWAY = "The store of files cannot be reached; the résumé is queued again"
NO_MODEL = "no language model is configured"
NOT_ASKED_FOR = "not asked for"
STAGE_FAILPOINTS = {stage: f"attempt.{stage.value.lower()}" for stage in ACTIVE_STAGES}


class _FilesAwayError(Exception):
    """The store of files answers nobody."""


def _unheeded() -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptPorts:
    """What every attempt of a worker stands on; `lease_s` in seconds. `language_model` is None where there is none."""

    queue: WorkQueue
    files: FileStore
    parser: Parser
    bus: EventBus
    estimator: Estimator
    metrics: Metrics
    clock: Clock
    lease_s: float
    max_attempts: int
    language_model: LanguageModel | None = None
    traces: Traces = field(default_factory=Untraced)
    scan_parser: Parser | None = None
    """What parses in the OCR lane; None = the parser reads scans itself."""


class Attempt:
    """Runs once. Ends by an outcome in the log, by giving the résumé back, or because the lease is another's.

    `on_files_away` is called before it gives the résumé back because the store of files answers nobody.
    """

    def __init__(self, claim: Claim, ports: AttemptPorts, *, on_files_away: Callable[[], None] = _unheeded) -> None:
        self._claim = claim
        self._resume = claim.resume
        self._ports = ports
        self._on_files_away = on_files_away
        self._progress = AttemptProgress(None)
        self._stages = StageClock()
        self._overdue = Overdue(ports.clock.monotonic())
        self._pending: list[NewEvent] = []
        self._reported = asyncio.Event()
        self._writing = asyncio.Lock()
        self._doubted = asyncio.Event()
        self._trace: AttemptTrace = Untraced()
        self._last: ProgressEvent | None = None
        self.has_begun = False
        """Whether the parser has been heard of: what is given back before loses no work."""

    async def run(self) -> None:
        """Work until the attempt has ended; when cancelled, end the parsing process and give the résumé back.

        Raises what kept it from writing how it ended; its lease then runs out.
        """
        self._trace = self._ports.traces.attempt(self._claim)
        try:
            await self._supervise()
        except asyncio.CancelledError:
            await self.decline()
            raise
        finally:
            self._trace.ended(self._last)

    async def decline(self) -> None:
        """Give the résumé back because the server goes away."""
        await self._give_back("The server is restarting; the résumé is queued again", lost=False)

    def check(self) -> None:
        """Look at once whether the attempt was cancelled or its résumé deleted, and then end the parsing process.

        The bus says so and the log knows it: a notice that comes twice or too late may be of an attempt before.
        """
        self._doubted.set()

    async def _supervise(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                sides = (
                    group.create_task(self._renew_lease(), name=f"lease {self._resume.id}"),
                    group.create_task(self._write_progress(), name=f"progress {self._resume.id}"),
                )
                work = group.create_task(self._work_through(), name=f"parse {self._resume.id}")
                work.add_done_callback(lambda _: [side.cancel() for side in sides])
        except* LeaseLostError:
            logger.info("the attempt is another's now", extra={"resume_id": self._resume.id})
        except* Exception:
            logger.exception("the attempt failed", extra={"resume_id": self._resume.id})
            await self._try_again("The worker failed on this résumé")

    async def _work_through(self) -> None:
        try:
            parsed = await self._parse()
        except ScansFoundError as found:
            await self._hand_over(len(found.pages))
        except _FilesAwayError:
            # Not counted as a lost worker: neither this worker nor this file is at fault.
            self._on_files_away()
            await self._give_back(FILES_AWAY, lost=False)
        except FileMissingError as error:
            await self._fail(ErrorReason.FILE_MISSING, str(error), retryable=False)
        except ParsingError as error:
            if error.parse_reason is ErrorReason.WORKER_LOST and error.retryable:
                await self._try_again(error.message)
            else:
                await self._fail(error.parse_reason, error.message, retryable=error.retryable)
        else:
            await self._succeed(parsed)

    async def _parse(self) -> ParsedResume:
        resume, asked = self._resume, self._resume.options.ai_enhancement
        model = self._ports.language_model if asked else None
        began = self._ports.clock.monotonic()
        lane = self._claim.lane
        self._progress = AttemptProgress(
            await self._ports.estimator.attempt(
                resume.media_type, resume.size_bytes, lane=lane if lane is Lane.OCR else None
            ),
            since=resume.progress,
            with_model=model is not None,
            now=began,
            pace=self._ports.estimator.paces.of(resume.media_type, lane),
        )
        self._stages.enter(Stage.TEXT_EXTRACTION, began)
        self._overdue.enter(Stage.TEXT_EXTRACTION, limit_s=self._progress.limit_s, now=began)
        content = await self._fetched()
        scans = self._ports.scan_parser if lane is Lane.OCR else None
        parser = scans or self._ports.parser
        if model is None:
            parsed = await parser.parse(
                content,
                media_type=resume.media_type,
                options=resume.options,
                on_progress=self._report,
                on_doing=self._note_doing,
            )
            why = NO_MODEL if asked or self._ports.language_model is None else NOT_ASKED_FOR
            return not_enhanced(parsed, why=why, asked=asked, report=self._report)
        explanation = await parser.explain(
            content,
            media_type=resume.media_type,
            options=resume.options,
            pictures=False,
            on_progress=self._report,
            on_doing=self._note_doing,
        )
        return await enhanced(explanation, self._trace.over(model), self._report, self._note_doing)

    async def _fetched(self) -> bytes:
        """Return the file's bytes. Raises `FileMissingError`, and `_FilesAwayError` where nobody gets any file."""
        files = self._ports.files
        for _ in range(FETCHES):
            try:
                return await files.get(self._resume.sha256)
            except StorageUnavailableError:
                if not await files.answers():
                    raise _FilesAwayError from None
        raise ParsingError(ErrorReason.WORKER_LOST, "The file could not be read from its store", retryable=True)

    def _report(self, report: StageProgress) -> None:
        self.has_begun = True
        now = self._ports.clock.monotonic()
        self._note_stage(self._stages.enter(report.stage, now))
        self._trace.stage(report.stage)
        failpoints.hit(STAGE_FAILPOINTS[report.stage])
        event = self._progress.advance(report, now)
        self._overdue.enter(self._progress.stage, limit_s=self._progress.limit_s, now=now)
        if event is not None:
            self._put(event)

    def _put(self, event: NewEvent) -> None:
        if len(self._pending) >= MAX_PENDING_EVENTS and self._pending[-1].stage is event.stage:
            self._pending[-1] = event  # the log is slower than the parser: only the latest counts
        else:
            self._pending.append(event)
        self._reported.set()

    def _note_doing(self, doing: Doing) -> None:
        if doing.scanned_pages:
            self._progress.scanned(doing.scanned_pages)
            self._overdue.usual(self._progress.limit_s)
        if doing.asked_characters:
            self._progress.asks(doing.asked_characters)
        self._overdue.does(doing.what, self._ports.clock.monotonic())

    def _note_stage(self, ended: tuple[Stage, float] | None) -> None:
        if ended is not None:
            self._ports.metrics.stage_finished(ended[0], self._resume.media_type, ended[1])

    async def _write_progress(self) -> None:
        clock = self._ports.clock
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._overdue.due_at - clock.monotonic())):
                    await self._reported.wait()
            self._reported.clear()
            if (now := clock.monotonic()) >= self._overdue.due_at:
                self._put(self._progress.overdue(self._overdue.notice(now), now))
            await self._flush(self._remaining_s)
            await asyncio.sleep(WRITE_INTERVAL_S)

    def _remaining_s(self, now: float) -> float | None:
        """Return what remains of the stages, and the writing of the end."""
        left_s = self._progress.remaining_s(now)
        return None if left_s is None else left_s + (self._ports.estimator.ending_s or 0.0)

    async def _flush(self, remaining_s: Callable[[float], float | None]) -> None:
        """Append what was reported; what remains is told as of now, which is the time that the events get."""
        async with self._writing:
            if pending := self._pending:
                self._pending = []
                left_s = remaining_s(self._ports.clock.monotonic())
                events = [replace(event, estimated_remaining_s=left_s) for event in pending]
                self._publish(*await self._ports.queue.append(self._claim, events))

    async def _renew_lease(self) -> None:
        # At least so often: where the bus does not reach this worker, that is how it learns of a cancellation.
        interval_s = min(self._ports.lease_s / RENEWALS_PER_LEASE, MAX_RENEWAL_INTERVAL_S)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(interval_s):
                    await self._doubted.wait()
            self._doubted.clear()
            failpoints.hit("lease.before-renew")
            await self._ports.queue.renew(self._claim, lease_s=self._ports.lease_s)

    async def _succeed(self, parsed: ParsedResume) -> None:
        self._note_stage(self._stages.stop(self._ports.clock.monotonic()))
        times = self._stages.times(
            media_type=self._resume.media_type,
            size_bytes=self._resume.size_bytes,
            page_count=parsed.page_count,
            lane=self._claim.lane,
            scanned_pages=self._progress.scanned_pages,
            asked_characters=self._progress.asked_characters,
        )
        await self._finish(Outcome(parsed=parsed, times=times), State.SUCCEEDED, "")

    async def _fail(self, reason: ErrorReason, message: str, *, retryable: bool) -> None:
        failure = ParseFailure(reason=reason, message=message, stage=self._progress.stage, retryable=retryable)
        outcome = Outcome(failure=failure, percent=self._progress.percent)
        await self._finish(outcome, State.FAILED, reason.value)

    async def _finish(self, outcome: Outcome, state: State, reason: str) -> None:
        estimator, is_told = self._ports.estimator, bool(self._pending)
        await self._flush(lambda _: estimator.ending_s)
        before, terminal = self._last, await self._ports.queue.finish(self._claim, outcome)
        if is_told and before is not None:
            estimator.note_ending((terminal.create_time - before.create_time).total_seconds())
        self._publish(terminal)
        self._ports.metrics.attempt_ended(state, reason)
        told = {"resume_id": self._resume.id, "attempt": self._resume.attempt, "state": state.value, "reason": reason}
        logger.info("attempt ended", extra={name: value for name, value in told.items() if value})

    async def _hand_over(self, pages: int) -> None:
        """Leave a scan to the lane where scans are read; this worker is free at once."""
        estimator, resume = self._ports.estimator, self._resume
        own = await estimator.attempt(resume.media_type, resume.size_bytes, lane=Lane.OCR)
        left_s = None
        if own is not None:
            asked = resume.options.ai_enhancement and self._ports.language_model is not None
            waiting_s = await estimator.waiting_for(Lane.OCR, resume.media_type, resume.size_bytes, asked=asked)
            known = own.of_scan(pages).with_model(asked=asked)
            left_s = waiting_s + known.total_s if known else None
        await self._flush(lambda _: left_s)
        event = await self._ports.queue.hand_over(
            self._claim, lane=Lane.OCR, message=IT_IS_A_SCAN, estimated_remaining_s=left_s
        )
        self._publish(event)
        self._ports.bus.publish(WorkAvailable())

    async def _try_again(self, message: str) -> None:
        """Queue the next attempt, or end as WORKER_LOST once `max_attempts` workers were lost in a row."""
        if self._claim.lost + 1 < self._ports.max_attempts:
            await self._give_back(f"{message}; trying again", lost=True)
            return
        try:
            await self._fail(ErrorReason.WORKER_LOST, message, retryable=True)
        except LeaseLostError:
            logger.info("the attempt is another's now", extra={"resume_id": self._resume.id})

    async def _give_back(self, message: str, *, lost: bool) -> None:
        try:
            event = await self._ports.queue.give_back(self._claim, message=message, lost=lost)
        except LeaseLostError:
            logger.info("nothing to give back: the attempt has ended", extra={"resume_id": self._resume.id})
            return
        self._publish(event)
        self._ports.bus.publish(WorkAvailable())

    def _publish(self, *events: ProgressEvent) -> None:
        failpoints.hit("attempt.committed")
        for event in events:
            self._ports.bus.publish(event)
            self._last = event
