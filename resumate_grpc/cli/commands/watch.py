"""`resumate watch`: events as they come, through restarts of the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing, contextmanager

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.exit_codes import ExitCode
from resumate_grpc.cli.failure import sentence
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.terminal import emit, note, safe
from resumate_grpc.cli.words import error_text, stage_word
from resumate_grpc.client import (
    BatchProgress,
    Client,
    Interruption,
    ProgressEvent,
    State,
    Verification,
    VerificationError,
    WatchProgressResponse,
)

__all__ = ["interruption_text", "watch_command"]


@click.command("watch")
@click.argument("resume_id", metavar="[ID]", required=False)
@click.option("--batch", "batch_id", metavar="LABEL", help="Watch a batch, until all its résumés have ended.")
@click.option("--feed", is_flag=True, help="Watch all your résumés, until interrupted.")
@click.option(
    "--after",
    default=0,
    metavar="N",
    type=click.IntRange(min=0),
    help="Start after this event: its sequence, or for a batch or feed its feed_sequence.",
)
@click.option("--follow", is_flag=True, help="Stay after the end, for retries and new members.")
@click.option("--verify", is_flag=True, help="Check by digests that what arrives is what the server's log holds.")
@options.as_json
@options.client
async def watch_command(
    client: Client,
    resume_id: str | None,
    *,
    batch_id: str | None,
    feed: bool,
    after: int,
    follow: bool,
    verify: bool,
    as_json: bool,
) -> int:
    """Print the events of a résumé, a batch or everything: first what has been, then what comes.

    Each is printed once and in order, also when the server goes away in between. With --json each line is a
    WatchProgressResponse, `{"event": …}` or `{"batch": …}`.
    """
    if sum((resume_id is not None, batch_id is not None, feed)) != 1:
        raise click.UsageError("name one: an ID, --batch LABEL or --feed")
    watch = client.watch(
        resume_id or "",
        batch=batch_id or "",
        feed=feed,
        after=after,
        follow=follow,
        verify=verify,
        on_interruption=lambda interruption: note(interruption_text(interruption)),
    )
    ended = _Ended(batch=batch_id is not None and not follow, after=after)
    with _told_in_the_end(watch.verification):
        async with aclosing(watch.updates()) as updates:
            async for update in updates:
                if update.WhichOneof("update") != "heartbeat":
                    _show(update, as_json=as_json, with_id=resume_id is None)
                if ended.by(update):
                    break
    return ExitCode.FAILED if ended.badly else ExitCode.OK


@contextmanager
def _told_in_the_end(verification: Verification | None) -> Iterator[None]:
    """Say how many events were verified, also where the watch was interrupted; not where something differed."""
    try:
        yield
    except VerificationError:
        raise
    except BaseException:
        _tell(verification)
        raise
    _tell(verification)


def _tell(verification: Verification | None) -> None:
    if verification is None:
        return
    trusted = f"; {verification.trusted} taken as they are, for want of what came before them"
    note(f"verified {verification.verified} events" + (trusted if verification.trusted else ""))


def interruption_text(interruption: Interruption) -> str:
    """Say that a watch was cut off and when it goes on."""
    return (
        f"{sentence(interruption.error)}; watching again after event {interruption.position} "
        f"in {interruption.pause_s:.1f} s"
    )


class _Ended:
    """Tells when a watch has seen what it came for, and whether anything failed."""

    def __init__(self, *, batch: bool, after: int) -> None:
        self.badly = False
        self._batch = batch
        self._seen = after
        self._counts: BatchProgress | None = None
        self._states: dict[str, State.ValueType] = {}

    def by(self, update: WatchProgressResponse) -> bool:
        """Take note of an update; True once a batch's counts say that all have ended and their events were seen."""
        if update.HasField("event"):
            self._seen = update.event.feed_sequence
            self._states[update.event.resume_id] = update.event.state
        elif update.HasField("batch"):
            self._counts = update.batch
        bad = {State.STATE_FAILED, State.STATE_CANCELLED}
        counts = self._counts
        self.badly = any(state in bad for state in self._states.values()) or (
            counts is not None and counts.failed + counts.cancelled > 0
        )
        if not self._batch or counts is None or counts.total == 0:
            return False
        return counts.queued + counts.processing == 0 and self._seen >= counts.feed_sequence


def _show(update: WatchProgressResponse, *, as_json: bool, with_id: bool) -> None:
    if as_json:
        emit(json_line(update))
    elif update.HasField("batch"):
        emit(_batch_line(update.batch))
    else:
        emit(_event_line(update.event, with_id=with_id))


def _event_line(event: ProgressEvent, *, with_id: bool) -> str:
    number = event.feed_sequence if with_id else event.sequence
    message = error_text(event.error) if event.HasField("error") else event.message
    attempt = f" (attempt {event.attempt})" if event.attempt > 1 else ""
    whose = f"{event.resume_id}  " if with_id else ""
    return safe(f"{number:>4}  {whose}{stage_word(event.stage):<15} {event.percent:>3}%  {message}{attempt}").replace(
        "\n", " "
    )


def _batch_line(batch: BatchProgress) -> str:
    parts = [
        f"{count} {word}"
        for word in ("queued", "processing", "succeeded", "failed", "cancelled")
        if (count := getattr(batch, word))
    ]
    return safe(f"      {batch.batch_id}: {batch.percent}% of {batch.total}: {', '.join(parts)}", one_line=False)
