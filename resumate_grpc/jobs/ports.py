"""What the use cases need from outside, written from their side. Adapters live in store/, bus/, files/, sandbox/."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from resumate_grpc.enhancement.question import Question
from resumate_grpc.errors import ResumeNotFoundError
from resumate_grpc.model.page_image import PageImage
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import BatchCounts, Doing, ProgressEvent, Stage, StageProgress, State
from resumate_grpc.model.resume import MediaType, ParseOptions, Resume
from resumate_grpc.model.work import (
    Claim,
    Deleted,
    Lane,
    Load,
    LogBounds,
    LogPage,
    LogQuery,
    NewEvent,
    NewResume,
    Outcome,
    ResumePage,
    ResumeQuery,
    StageTimes,
    Target,
)
from resumate_grpc.parsing.explanation import Explanation

__all__ = [
    "WORK",
    "Clock",
    "EventBus",
    "EventLog",
    "Expectation",
    "Expiry",
    "FileStore",
    "Forecast",
    "LanguageModel",
    "LanguageModelError",
    "LeaseLostError",
    "Metrics",
    "Notice",
    "PageDrawer",
    "Parser",
    "Removed",
    "ResumeStore",
    "Statistics",
    "Stopped",
    "WorkAvailable",
    "WorkQueue",
    "unexpected",
    "unforeseen",
    "unheard",
]


class LeaseLostError(Exception):
    """The claim's lease is another's now, or the attempt has ended: nothing was written and nothing may be."""


Forecast = Callable[[int], float | None]
"""Seconds until a résumé is done that has so many ahead of it in line; None where nothing was measured."""


def unforeseen(_ahead: int) -> None:
    """Forecast nothing."""


Expectation = Callable[[MediaType, int, ParseOptions], float | None]
"""Seconds that an attempt at a file of a type and size takes once it is begun; None where nothing was measured."""


def unexpected(_media_type: MediaType, _size_bytes: int, _options: ParseOptions) -> None:
    """Expect nothing."""


def unheard(_doing: Doing) -> None:
    """Hear nothing."""


class Clock(Protocol):
    """Time, so that tests can have their own."""

    def now(self) -> datetime:
        """Return the current time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...


class ResumeStore(Protocol):
    """Résumés as resources. Every call names the owner; another owner's résumé is not found.

    Each method is one transaction, durable when it returns, and completes or has no effect if its caller is cancelled.
    """

    async def create(
        self, new: NewResume, *, max_queued: int, forecast: Forecast = unforeseen
    ) -> tuple[Resume, ProgressEvent | None]:
        """Insert a QUEUED résumé with its first event (stage QUEUED, sequence 1), which tells how many are ahead of it.

        With a `request_id` that the owner used before: returns the first résumé and None if sha256 is the same, else
        raises `RequestIdReusedError`. Raises `ExhaustedError` (QUEUE_FULL) if `max_queued` résumés wait already.
        """
        ...

    async def get(self, owner: str, resume_id: str, *, with_parsed: bool) -> Resume:
        """Return one résumé with its latest event. Raises `ResumeNotFoundError`."""
        ...

    async def list(self, query: ResumeQuery) -> ResumePage:
        """Return a page. `text` matches file name, the person's name or the document's text, without regard to case.

        Raises `InvalidFieldError`: `page_token` if `after` is no position in a list of this order, `text` if that is
        over 1,000 characters.
        """
        ...

    async def update(
        self, owner: str, resume_id: str, *, if_etag: str, filename: str, parsed: ParsedResume | None
    ) -> Resume:
        """Set file name and parsed data if the etag is still `if_etag`; gives a new etag.

        Empty `if_etag` = no check; `parsed` None = the result stays as it is. Every change of state gives a new etag
        too, progress does not. Raises `ResumeNotFoundError`, `EtagMismatchError`, and `WrongStateError` for `parsed`
        of what is not SUCCEEDED.
        """
        ...

    async def delete(self, owner: str, resume_id: str, *, if_etag: str) -> Deleted:
        """Remove row, data and events; content is overwritten (secure delete), in the journal soon after the answer.

        Empty `if_etag` = no check. The owner's feed keeps its end: the removed events' numbers are not given again.
        Raises `ResumeNotFoundError`, `EtagMismatchError`.
        """
        ...

    async def cancel(self, owner: str, resume_id: str) -> tuple[Resume, ProgressEvent]:
        """End the attempt with a CANCELLED event at its last percent; any lease is void.

        Raises `ResumeNotFoundError`, `WrongStateError` if it has ended.
        """
        ...

    async def references(self, sha256: str) -> int:
        """Return how many résumés, of all owners, have these bytes and may still read them."""
        ...

    async def retry(
        self,
        owner: str,
        resume_id: str,
        *,
        options: ParseOptions | None,
        max_queued: int,
        forecast: Forecast = unforeseen,
        expire_after_s: float | None = None,
    ) -> tuple[Resume, ProgressEvent]:
        """Queue the next attempt of an ended résumé; the sequence goes on, `parsed` and `error` are cleared.

        Raises `ResumeNotFoundError`, `WrongStateError`, `FileMissingError` if its file has expired, `ExhaustedError`
        (QUEUE_FULL).
        """
        ...


class EventLog(Protocol):
    """Reading the log, which is the truth; events are immutable and in order."""

    @property
    def epoch(self) -> str:
        """Identity of the log, made when the database was."""
        ...

    async def history(self, target: Target, *, after: int, limit: int) -> Sequence[ProgressEvent]:
        """Return up to `limit` events after a position, in order; none for what is unknown or another owner's.

        A résumé's events have no holes. A feed or batch lacks those of deleted résumés and no others: a number that is
        missing before one that was returned will never come.
        """
        ...

    async def bounds(self, target: Target) -> LogBounds:
        """Return what is held. Raises `ResumeNotFoundError` for a résumé; an unknown batch is an empty one."""
        ...

    async def pages(self, queries: Sequence[LogQuery]) -> Sequence[LogPage | ResumeNotFoundError]:
        """Return history and bounds for each of some queries, in their order, all of one moment.

        An error stands in the place of a résumé that is not found.
        """
        ...

    async def batch_counts(self, owner: str, batch_id: str) -> BatchCounts:
        """Return counts by state, exact at their `feed_sequence`."""
        ...


class WorkQueue(Protocol):
    """Handing out work under leases. Every write is conditional on the claim's lease and attempt."""

    async def claim(
        self,
        worker: str,
        *,
        lease_s: float,
        max_attempts: int,
        lane: Lane = Lane.TEXT,
        expected: Expectation = unexpected,
    ) -> tuple[Claim | None, Sequence[ProgressEvent]]:
        """Take the lane's oldest waiting résumé, or one whose lease ran out, which then starts its next attempt.

        One that was handed over goes on with the attempt that it is in, and causes no event. `expected` tells how
        long an attempt takes, for the event that begins it; it may be called in any thread.

        Appends the events that this causes and returns them for publishing: PROCESSING for the claimed one, after a
        QUEUED one where an attempt is started anew; FAILED with WORKER_LOST for each that lost a worker `max_attempts`
        times in a row. No claim if nothing waits. If the caller is cancelled, what it claimed is given back.
        """
        ...

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        """Extend the lease. Raises `LeaseLostError`."""
        ...

    async def append(self, claim: Claim, events: Sequence[NewEvent]) -> Sequence[ProgressEvent]:
        """Append progress in one transaction; none only checks the lease. Raises `LeaseLostError`."""
        ...

    async def finish(self, claim: Claim, outcome: Outcome) -> ProgressEvent:
        """End the attempt: state, result, times and terminal event in one transaction. Raises `LeaseLostError`."""
        ...

    async def hand_over(
        self, claim: Claim, *, lane: Lane, message: str, estimated_remaining_s: float | None = None
    ) -> ProgressEvent:
        """Leave the attempt to the workers of another lane: it goes on, and waits in line for whoever claims it there.

        Raises `LeaseLostError`.
        """
        ...

    async def give_back(self, claim: Claim, *, message: str, lost: bool) -> ProgressEvent:
        """Queue the résumé again as its next attempt, first in line; `lost` counts it as a lost worker.

        Raises `LeaseLostError`.
        """
        ...


class Expiry(Protocol):
    """What time takes away. Each call is short, so that appends do not wait; the caller repeats it until it is done."""

    async def keep_periods(self, kept: timedelta | None) -> timedelta:
        """Where events are divided by time, make room for those to come, and drop whole periods that may go.

        `kept` is how long events stay after their résumé's end, None = for ever. Returns by how much longer
        `purge_events` should leave them to go with their period; none where they are not divided.
        """
        ...

    async def purge_events(self, *, ended_before: datetime, limit: int) -> int:
        """Remove up to `limit` events of résumés that ended before a time, oldest first; return how many.

        Each résumé keeps its last event, and one that is queued or being parsed keeps all. `LogBounds.first_available`
        of the résumé, its batch and its owner's feed rises with it.
        """
        ...

    async def expire_files(self, *, ended_before: datetime, limit: int) -> Sequence[str]:
        """Note of up to `limit` résumés that ended before a time that their file has expired; return its sha256 each.

        Whoever calls then removes the files that nobody has any more.
        """
        ...

    async def expired(self, *, at: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return owner and id of up to `limit` ended résumés whose `expire_time` is not after `at`."""
        ...

    async def referenced(self, sha256s: Sequence[str]) -> set[str]:
        """Return those of the files that a résumé may still read."""
        ...


class Statistics(Protocol):
    """Figures over all owners, for estimates and metrics."""

    async def stage_times(self, *, limit: int) -> Sequence[StageTimes]:
        """Return the latest measured attempts of each media type, up to `limit` each, newest first."""
        ...

    async def waiting_ahead(self, resume_id: str) -> int:
        """Return how many résumés will be taken up before this one; 0 if it does not wait."""
        ...

    async def places(self) -> Mapping[str, int]:
        """Return the place of each that waits, by id: 1 = next to be taken up in its lane."""
        ...

    async def load(self) -> Sequence[Load]:
        """Return what waits and what is at work, one a kind; in any order."""
        ...

    async def counts(self, *, under_way: bool = False) -> dict[State, int]:
        """Return how many résumés are in each state; of those alone that wait or are at work, if `under_way`.

        The ended ones are all that there ever were, and take as long to count.
        """
        ...


class FileStore(Protocol):
    """Uploaded bytes by their sha256 (hex)."""

    async def put(self, sha256: str, content: bytes) -> None:
        """Keep the bytes; they are on disk when this returns. Putting the same again changes nothing."""
        ...

    async def get(self, sha256: str) -> bytes:
        """Return all bytes. Raises `FileMissingError`."""
        ...

    def stream(self, sha256: str, *, chunk_bytes: int) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces of at most `chunk_bytes`. Raises `FileMissingError` before the first."""
        ...

    async def delete(self, sha256: str) -> None:
        """Remove the bytes; what is not there is no error."""
        ...

    def names(self) -> AsyncIterator[str]:
        """Yield the sha256 of every file, in any order."""
        ...

    async def answers(self) -> bool:
        """Tell whether the store can be asked for files: whether of one that is not there it says so.

        Never raises; False after some seconds where nothing is heard of it.
        """
        ...

    def keeping(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """Hold a file in place, from its put until a résumé has it; many may hold it at once."""
        ...

    def removing(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """Hold a file alone, from the look whether any résumé has it until it is removed.

        Both holds end with the process that has them, for an object service two minutes later. They reach as far as
        the files do: to all processes that use the same directory, or the same object service and database.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkAvailable:
    """Something waits for a worker."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped:
    """The attempt was cancelled: whoever works on it ends its process."""

    owner: str
    resume_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Removed:
    """The résumé was deleted: its watches end, its work stops."""

    owner: str
    resume_id: str
    batch_id: str


Notice = ProgressEvent | WorkAvailable | Stopped | Removed
"""What the bus carries: copies and hints, never the truth."""

WORK = Target(owner="")
"""The topic of workers: WorkAvailable, Stopped and Removed of all owners."""


class EventBus(Protocol):
    """Live copies of events. May lose, repeat and reorder; whoever needs all reads the log."""

    def publish(self, notice: Notice) -> None:
        """Pass a notice to the listeners of its résumé, its batch and its owner's feed (or of WORK).

        Never waits and never raises.
        """
        ...

    def subscribe(self, topic: Target, listener: Callable[[Notice], None]) -> Callable[[], None]:
        """Call `listener` in the event loop for each notice of the topic until the returned function is called.

        The listener must not block and must bound what it keeps.
        """
        ...


class Parser(Protocol):
    """Parses untrusted documents away from this process; adapter: `sandbox/pool.py`."""

    async def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> ParsedResume:
        """Parse one document in a worker process; waits for a free one.

        `on_progress` is called in the event loop, in order, before this returns; it must not block. So is `on_doing`,
        with what else there is to tell whoever wonders why no progress comes. A parser of the
        TEXT lane raises `ScansFoundError` for a document with pages that only OCR can read. Raises
        `ParsingError`: the parser's own, or PARSE_TIMEOUT, RESOURCE_LIMIT (memory, CPU, output), WORKER_LOST (the
        process died for another reason). Cancelling the call ends the process at once; a warm spare takes its place.
        """
        ...

    async def explain(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        pictures: bool,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> Explanation:
        """Parse likewise, and return the result with the document that it was read from, in which quotes are found."""
        ...


class LanguageModelError(Exception):
    """No answer was got; the message says why, for people, without text, answer, address or key."""


class LanguageModel(Protocol):
    """Answers questions about a résumé's text; adapter: `language_model/openai_compatible.py`.

    `max_input_characters` is how much of a text may be asked about.
    """

    @property
    def max_input_characters(self) -> int:
        """Most characters of text that a question may have."""
        ...

    async def answer(self, question: Question, *, on_characters: Callable[[int], None]) -> str:
        """Return the answer as it was said, hopefully JSON of the question's schema.

        `on_characters` is called in the event loop with the characters received so far, never falling, where the answer
        comes piece by piece; it must not block. Bounded in time, tokens and bytes by the adapter, waiting for a turn
        included. Raises `LanguageModelError` for whatever goes wrong. Cancelling closes the connection at once.
        """
        ...


class PageDrawer(Protocol):
    """Draws pages of untrusted documents away from this process; adapter: `sandbox/drawer.py`."""

    async def draw(
        self, content: bytes, *, media_type: MediaType, page: int, width_pixels: int, with_words: bool
    ) -> PageImage:
        """Return a picture of one page, from 1, so many pixels wide; waits for a free process.

        With words, their places too.

        Raises `ParsingError`: NO_PICTURE, or as `Parser.parse`.
        """
        ...


class Metrics(Protocol):
    """What the use cases tell about themselves; adapter: `telemetry/metrics.py`."""

    def stage_finished(self, stage: Stage, media_type: MediaType, seconds: float) -> None:
        """Note how long a stage of an attempt took."""
        ...

    def attempt_ended(self, state: State, reason: str) -> None:
        """Note an ending; `reason` is the `ErrorReason` name of a failure, else empty."""
        ...

    def watch_opened(self) -> None:
        """Note that a watch began."""
        ...

    def watch_closed(self) -> None:
        """Note that a watch ended, however it did."""
        ...
