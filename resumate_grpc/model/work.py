"""What passes between the use cases and the stores: uploads, claims, outcomes, measured times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from resumate_grpc.model.digest import START
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ParseFailure, ProgressEvent, Stage, State
from resumate_grpc.model.resume import MediaType, ParseOptions, Resume

__all__ = [
    "Claim",
    "Deleted",
    "Lane",
    "Load",
    "LogBounds",
    "LogPage",
    "LogQuery",
    "NewEvent",
    "NewResume",
    "Order",
    "OrderField",
    "Outcome",
    "ResumePage",
    "ResumeQuery",
    "StageTimes",
    "Target",
]


class Lane(Enum):
    """Which queue a résumé waits in: TEXT, which is quick, or OCR, where a page takes a second or more."""

    TEXT = "TEXT"
    OCR = "OCR"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewResume:
    """An upload whose bytes are already in the file store; `request_id` empty = not idempotent.

    `expire_after_s` is how long it is kept from now, None = until it is deleted.
    """

    id: str
    owner: str
    filename: str
    media_type: MediaType
    size_bytes: int
    sha256: str
    request_id: str
    batch_id: str
    options: ParseOptions
    lane: Lane = Lane.TEXT
    expire_after_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEvent:
    """Progress to be appended; the log gives it its numbers and its time."""

    stage: Stage
    stage_percent: int
    percent: int
    message: str
    estimated_remaining_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A worker's hold on one attempt; `lease` is unique to the claim and fences every write made under it.

    `lost` is how many workers in a row were lost on this résumé before.
    """

    resume: Resume
    attempt: int
    lease: str
    lost: int = 0
    lane: Lane = Lane.TEXT


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """How many résumés, of all owners, of one kind wait in a lane, or are being worked on there (`at_work`).

    `size_bytes` is their mean, of sizes of the same number of digits; `asked` tells that a language model is to be
    asked.
    """

    lane: Lane
    at_work: bool
    media_type: MediaType
    asked: bool
    size_bytes: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StageTimes:
    """How long one successful attempt took, by stage, in seconds; the source of every estimate.

    Of a scan that the lane of texts handed over, what it took in the lane of scans. `scanned_pages` is how many pages
    OCR read, `asked_characters` how long an answer was expected of a language model.
    """

    media_type: MediaType
    size_bytes: int
    page_count: int
    text_extraction_s: float
    nlp_parsing_s: float
    ai_enhancement_s: float
    lane: Lane = Lane.TEXT
    scanned_pages: int = 0
    asked_characters: int = 0

    @property
    def total_s(self) -> float:
        """All stages together."""
        return self.text_extraction_s + self.nlp_parsing_s + self.ai_enhancement_s


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How an attempt ended: exactly one of `parsed` and `failure` is set; `times` only with `parsed`."""

    parsed: ParsedResume | None = None
    failure: ParseFailure | None = None
    times: StageTimes | None = None
    percent: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Whose events: one résumé's, one batch's, or with both empty the owner's whole feed.

    Positions count in `sequence` for a résumé and in `feed_sequence` otherwise.
    """

    owner: str
    resume_id: str = ""
    batch_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogBounds:
    """What of a target's log is held.

    Everything from `first_available` on was never purged by retention (1 where nothing was; a deleted résumé's events
    do not count as purged). `last` is the last number given: in the résumé, or for a batch or feed in the owner's feed.
    `state` is the résumé's, None for a batch or feed; `digest` is that of a résumé's event `last`.
    """

    first_available: int
    last: int
    state: State | None = None
    digest: bytes = START


@dataclass(frozen=True, kw_only=True, slots=True)
class LogQuery:
    """A question to the log: up to `limit` events after a position, and its bounds."""

    target: Target
    after: int
    limit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPage:
    """The answer, of one moment; `events` are in order."""

    bounds: LogBounds
    events: Sequence[ProgressEvent]


class OrderField(Enum):
    """What a list may be ordered by."""

    CREATE_TIME = "create_time"
    UPDATE_TIME = "update_time"
    FILENAME = "filename"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Order of a list; ties are broken by id in the same direction."""

    field: OrderField = OrderField.CREATE_TIME
    descending: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeQuery:
    """Which résumés, in which order; `after` is the (order value, id) of the last one already listed.

    For the time fields the order value is the ISO 8601 form of the time in UTC with microseconds.
    """

    owner: str
    states: frozenset[State] = frozenset()
    batch_id: str = ""
    text: str = ""
    order: Order = Order()
    limit: int = 50
    after: tuple[str, str] | None = None
    with_parsed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumePage:
    """Résumés in the order asked for, how many match in all, and `next_after` for the following page (None: last)."""

    resumes: tuple[Resume, ...]
    total: int
    next_after: tuple[str, str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Deleted:
    """A removed résumé; `orphaned` tells that no other résumé has the same bytes."""

    resume_id: str
    owner: str
    batch_id: str
    sha256: str
    orphaned: bool
    delete_time: datetime
