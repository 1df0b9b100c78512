"""The progress of a résumé: stages, the events of its log, and what the parser reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from resumate_grpc.errors import ErrorReason

__all__ = [
    "ACTIVE_STAGES",
    "BatchCounts",
    "Doing",
    "ParseFailure",
    "ProgressEvent",
    "Stage",
    "StageProgress",
    "State",
]


class State(Enum):
    """State of a résumé; the last three are terminal for the attempt."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        """Whether an attempt in this state has ended."""
        return self in {State.SUCCEEDED, State.FAILED, State.CANCELLED}


class Stage(Enum):
    """Where in the pipeline an event was written."""

    QUEUED = "QUEUED"
    TEXT_EXTRACTION = "TEXT_EXTRACTION"
    NLP_PARSING = "NLP_PARSING"
    AI_ENHANCEMENT = "AI_ENHANCEMENT"
    COMPLETE = "COMPLETE"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"


ACTIVE_STAGES = (Stage.TEXT_EXTRACTION, Stage.NLP_PARSING, Stage.AI_ENHANCEMENT)
"""The stages that do work, in the order in which they run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StageProgress:
    """What the parser yields as it advances: `stage_percent` 0..100 never falls within a stage."""

    stage: Stage
    stage_percent: int
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Doing:
    """What is being done or waited for at this moment, where that is no progress.

    `what` is a clause that "for 12 s" can follow, such as "page 3 has been read by OCR". `scanned_pages` is how many
    pages of the document OCR reads, `asked_characters` how long the answer is expected to be that a language model is
    asked for; 0 = none, or not known yet.
    """

    what: str
    scanned_pages: int = 0
    asked_characters: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseFailure:
    """Why an attempt failed, in words that a user can act on."""

    reason: ErrorReason
    message: str
    stage: Stage
    retryable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgressEvent:
    """One row of the log.

    `sequence` counts 1, 2, 3 … in the résumé without holes, across attempts; `feed_sequence` likewise in the owner's
    feed. `percent` 0..100 never falls within an attempt. `estimated_remaining_s` is None until times were measured.
    `digest` is that of the résumé's log up to and including this event, see `model/digest.py`.
    """

    resume_id: str
    owner: str
    batch_id: str
    sequence: int
    feed_sequence: int
    attempt: int
    stage: Stage
    stage_percent: int
    percent: int
    message: str
    state: State
    create_time: datetime
    digest: bytes
    estimated_remaining_s: float | None = None
    error: ParseFailure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchCounts:
    """How many of a batch's résumés are in each state, exact at `feed_sequence`.

    `percent` is their mean, 0..100, an ended one counting as 100.
    """

    batch_id: str
    queued: int
    processing: int
    succeeded: int
    failed: int
    cancelled: int
    percent: int
    feed_sequence: int

    @property
    def total(self) -> int:
        """All résumés of the batch."""
        return self.queued + self.processing + self.succeeded + self.failed + self.cancelled
