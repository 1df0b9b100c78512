"""Progress, model → proto: events, failures, counts of a batch."""

from __future__ import annotations

from datetime import datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from resumate_grpc._gen.resumate.v1 import progress_pb2 as pb
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import BatchCounts, ParseFailure, ProgressEvent
from resumate_grpc.rpc.codec_enums import REASONS, STAGES, STATES
from resumate_grpc.rpc.codec_parsed import encode_parsed

__all__ = ["encode_counts", "encode_duration", "encode_event", "encode_failure", "encode_time"]


def encode_event(event: ProgressEvent, *, epoch: str, parsed: ParsedResume | None = None) -> pb.ProgressEvent:
    """Return the message of an event of the log `epoch`, with the result attached if given."""
    return pb.ProgressEvent(
        resume_id=event.resume_id,
        sequence=event.sequence,
        feed_sequence=event.feed_sequence,
        attempt=event.attempt,
        stage=STAGES.to_proto[event.stage],
        stage_percent=event.stage_percent,
        percent=event.percent,
        message=event.message,
        estimated_remaining=encode_duration(event.estimated_remaining_s),
        state=STATES.to_proto[event.state],
        create_time=encode_time(event.create_time),
        epoch=epoch,
        error=encode_failure(event.error),
        parsed=encode_parsed(parsed) if parsed else None,
        batch_id=event.batch_id,
        count=event.sequence,
        digest=event.digest,
    )


def encode_failure(failure: ParseFailure | None) -> pb.ParseError | None:
    """Return the message of why an attempt failed; None stays None."""
    if failure is None:
        return None
    return pb.ParseError(
        reason=REASONS.to_proto[failure.reason],
        message=failure.message,
        stage=STAGES.to_proto[failure.stage],
        retryable=failure.retryable,
    )


def encode_counts(counts: BatchCounts) -> pb.BatchProgress:
    """Return the message of a batch's counts."""
    return pb.BatchProgress(
        batch_id=counts.batch_id,
        total=counts.total,
        queued=counts.queued,
        processing=counts.processing,
        succeeded=counts.succeeded,
        failed=counts.failed,
        cancelled=counts.cancelled,
        percent=counts.percent,
        feed_sequence=counts.feed_sequence,
    )


def encode_time(time: datetime | None) -> Timestamp | None:
    """Return an aware time as the message has it, to the microsecond; None stays None."""
    if time is None:
        return None
    message = Timestamp()
    message.FromDatetime(time)
    return message


def encode_duration(seconds: float | None) -> Duration | None:
    """Return seconds as the message has them, to the microsecond; None stays None."""
    if seconds is None:
        return None
    message = Duration()
    message.FromTimedelta(timedelta(seconds=seconds))
    return message
