"""What an append puts behind a log's end, whichever engine writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from resumate_grpc.model.digest import chained
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import Claim, NewEvent

__all__ = ["Link", "event_of", "linked"]


class Link(NamedTuple):
    """An event on its way, with all but its number in the feed."""

    sequence: int
    event: NewEvent
    digest: bytes


def linked(
    claim: Claim, events: Sequence[NewEvent], *, sequence: int, digest: bytes, create_time: datetime
) -> Iterator[Link]:
    """Yield the events as they follow the one that has this sequence and digest."""
    resume_id, attempt = claim.resume.id, claim.attempt
    for number, event in enumerate(events, start=sequence + 1):
        digest = chained(
            digest,
            resume_id=resume_id,
            sequence=number,
            attempt=attempt,
            stage=event.stage,
            stage_percent=event.stage_percent,
            percent=event.percent,
            create_time=create_time,
            message=event.message,
        )
        yield Link(number, event, digest)


def event_of(claim: Claim, link: Link, feed_sequence: int, *, create_time: datetime) -> ProgressEvent:
    """Return the event as it is in the log."""
    new = link.event
    return ProgressEvent(
        resume_id=claim.resume.id,
        owner=claim.resume.owner,
        batch_id=claim.resume.batch_id,
        sequence=link.sequence,
        feed_sequence=feed_sequence,
        attempt=claim.attempt,
        stage=new.stage,
        stage_percent=new.stage_percent,
        percent=new.percent,
        message=new.message,
        state=State.PROCESSING,
        create_time=create_time,
        digest=link.digest,
        estimated_remaining_s=new.estimated_remaining_s,
    )
