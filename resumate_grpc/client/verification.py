"""Checking that nothing was lost, repeated, reordered or changed on the way: recomputes the log's digests. Pure.

The digest is specified in protos/resumate/v1/progress.proto, and what heartbeats bear in watch.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent, Stage, State
from resumate_grpc._gen.resumate.v1.watch_pb2 import Heartbeat, WatchProgressResponse
from resumate_grpc.client.errors import VerificationError
from resumate_grpc.client.target import Target

__all__ = ["START", "Verification", "canonical", "chained"]

START = bytes(32)
"""The digest of no events."""

_LENGTH = struct.Struct(">q")
_NUMBERS = struct.Struct(">qqqqqq")
_END_STATES = {
    Stage.STAGE_COMPLETE: State.STATE_SUCCEEDED,
    Stage.STAGE_ERROR: State.STATE_FAILED,
    Stage.STAGE_CANCELLED: State.STATE_CANCELLED,
}


def canonical(event: ProgressEvent) -> bytes:
    """Return the bytes of an event that its digest is over."""
    identity, words = event.resume_id.encode(), event.message.encode()
    milliseconds = event.create_time.seconds * 1000 + event.create_time.nanos // 1_000_000
    numbers = _NUMBERS.pack(
        event.sequence, event.attempt, event.stage, event.stage_percent, event.percent, milliseconds
    )
    return b"".join((_LENGTH.pack(len(identity)), identity, numbers, _LENGTH.pack(len(words)), words))


def chained(previous: bytes, event: ProgressEvent) -> bytes:
    """Return a résumé's digest up to an event, given that up to the event before (`START`: there was none)."""
    return sha256(previous + canonical(event)).digest()


class _Difference(Exception):  # noqa: N818 - it never leaves this module
    """What arrived is not what was sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """The last event known of a résumé, and the digest up to it."""

    sequence: int
    digest: bytes


class Verification:
    """Checks what one watch of a résumé (`resume_id`), or with it empty of a batch or feed, brings.

    `after` is the position that the watch begins at, `digest` that of the résumé's event there if it is known. Where it
    is not, and for each résumé that a batch or feed shows from its middle, the first event's digest is taken as it is
    and counts as `trusted` instead of `verified`.

    Say `begin` before each call, over which the watch goes on, `take` with every message, before it is used for
    anything, and `end` where the stream ends with OK. They raise `VerificationError`, after which it is of no use.

    The digest covers what the proto says it does: not estimates, results and errors. That an event's state is the one
    that its stage calls for, and its log the same as before, is checked too.
    """

    def __init__(self, *, resume_id: str = "", after: int = 0, digest: bytes | None = None) -> None:
        self.verified = 0
        """How many events were found to be the log's."""
        self.trusted = 0
        """How many were taken as they are, since what came before them is not known."""
        self._target = Target(resume_id=resume_id)
        self._from_the_first = after == 0
        self._position = after
        self._epoch = ""
        self._chains: dict[str, _Link] = {}
        if resume_id and (digest or not after):
            self._chains[resume_id] = _Link(sequence=after, digest=digest or START)
        self._sent = 0
        self._sent_digest = START
        self._said_where = False

    def begin(self) -> None:
        """Note that a new call begins, after the last event taken."""
        self._sent = 0
        self._sent_digest = START
        self._said_where = False

    def take(self, update: WatchProgressResponse) -> None:
        """Check a message."""
        with self._telling():
            match update.WhichOneof("update"):
                case "event":
                    self._take_event(update.event)
                case "heartbeat":
                    self._take_heartbeat(update.heartbeat)

    def end(self) -> None:
        """Check that a stream that ends with OK may end here: after a terminal event, or at a heartbeat's word."""
        with self._telling():
            if not self._said_where:
                raise _Difference(f"the stream ended after event {self._position} without having said all")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except _Difference as difference:
            raise VerificationError(str(difference), events=self.verified) from None

    def _take_event(self, event: ProgressEvent) -> None:
        number = self._target.number(event)
        name = f"event {number}"
        if not self._target.resume_id:
            name += f" ({event.sequence} of {event.resume_id})"
        if number <= self._position:
            raise _Difference(f"{name} came after event {self._position}")
        self._check_consistent(event, name)
        self._check_chain(event, name)
        self._chains[event.resume_id] = _Link(sequence=event.sequence, digest=event.digest)
        self._position = number
        self._sent += 1
        self._sent_digest = sha256(self._sent_digest + event.digest).digest()
        self._said_where = event.stage in _END_STATES

    def _check_consistent(self, event: ProgressEvent, name: str) -> None:
        if len(event.digest) != len(START):
            raise _Difference(f"{name} has no digest: this server cannot be verified")
        if self._target.resume_id and event.resume_id != self._target.resume_id:
            raise _Difference(f"{name} is of another résumé, {event.resume_id}")
        if event.count != event.sequence:
            raise _Difference(f"{name} counts {event.count} events up to it, and is number {event.sequence}")
        ended = event.state in _END_STATES.values()
        if event.stage in _END_STATES or ended:
            wanted = _END_STATES.get(event.stage)
            if event.state != wanted:
                raise _Difference(f"{name} has a state that its stage contradicts")
        self._check_epoch(event.epoch, name)

    def _check_chain(self, event: ProgressEvent, name: str) -> None:
        known = self._chains.get(event.resume_id)
        if known is None and event.sequence > 1:
            if self._from_the_first:
                raise _Difference(f"{name} came without those before it")
            self.trusted += 1
            return
        before = known or _Link(sequence=0, digest=START)
        if event.sequence != before.sequence + 1:
            raise _Difference(f"{name} came after {before.sequence}, not after {event.sequence - 1}")
        if chained(before.digest, event) != event.digest:
            raise _Difference(f"{name} is not the one in the log: its digest differs")
        self.verified += 1

    def _take_heartbeat(self, heartbeat: Heartbeat) -> None:
        self._check_epoch(heartbeat.epoch, "a heartbeat")
        if heartbeat.sequence != self._position:
            raise _Difference(f"event {heartbeat.sequence} was sent last, and event {self._position} arrived last")
        if self._target.resume_id:
            known = self._chains.get(self._target.resume_id)
            count, digest = self._position, known.digest if known else heartbeat.digest
            self._chains[self._target.resume_id] = _Link(sequence=count, digest=digest)
        else:
            count, digest = self._sent, self._sent_digest
        if len(heartbeat.digest) != len(START):
            raise _Difference("a heartbeat has no digest: this server cannot be verified")
        if heartbeat.count != count:
            raise _Difference(f"{heartbeat.count} events were sent, and {count} arrived")
        if heartbeat.digest != digest:
            raise _Difference(f"the events up to {self._position} are not those that were sent: their digest differs")
        self._said_where = True

    def _check_epoch(self, epoch: str, name: str) -> None:
        if self._epoch and epoch != self._epoch:
            raise _Difference(f"{name} is of another log")
        self._epoch = epoch
