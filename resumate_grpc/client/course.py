"""How far a watch is: judges each message by its number, so that every event is passed on once and in order. Pure."""

from __future__ import annotations

from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress, State
from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressResponse
from resumate_grpc.client.target import Target

__all__ = ["Course", "HoleError"]

_ENDED = frozenset({State.STATE_SUCCEEDED, State.STATE_FAILED, State.STATE_CANCELLED})


class HoleError(Exception):
    """Events are missing between the last one and this message; never leaves the package."""


class Course:
    """The position of a watch, over however many calls it takes."""

    def __init__(self, target: Target, *, after: int, epoch: str) -> None:
        self._target = target
        self.position = after
        """Number of the last event passed on, or where the watch began."""
        self.epoch = epoch
        """Identity of the log that `position` counts in; empty until something was heard."""
        self.caught_up = False
        """Whether all history has been delivered and what comes is live; of the call under way."""
        self.counts: BatchProgress | None = None
        """A batch's latest counts."""
        self._state: State.ValueType | None = None

    def begin(self) -> None:
        """Note that a new call begins, at `position`."""
        self.caught_up = False

    def take(self, update: WatchProgressResponse) -> bool:
        """Judge a message: whether to pass it on. Raises `HoleError` where events before it are missing."""
        match update.WhichOneof("update"):
            case "event":
                return self._take_event(update)
            case "heartbeat":
                # A heartbeat is never ahead of what was sent: if it is, something sent has not arrived.
                if update.heartbeat.sequence > self.position:
                    raise HoleError(f"event {update.heartbeat.sequence} was sent and has not arrived")
                self.epoch = update.heartbeat.epoch or self.epoch
                self.caught_up = self.caught_up or update.heartbeat.caught_up
            case "batch":
                self.counts = update.batch
            case _:  # an update of a newer server's
                return False
        return True

    def _take_event(self, update: WatchProgressResponse) -> bool:
        number = self._target.number(update.event)
        if number <= self.position:
            return False
        # A batch's numbers, and those of a feed from which a résumé was deleted, have holes of their own.
        if self._target.resume_id and number > self.position + 1:
            raise HoleError(f"event {number} came after {self.position}")
        self.position = number
        self.epoch = update.event.epoch or self.epoch
        self._state = update.event.state
        return True

    @property
    def at_end(self) -> bool:
        """Whether a stream that ends with OK here has said all: a résumé's does after its terminal event."""
        return bool(self._target.resume_id) and self._state in _ENDED

    @property
    def may_be_after_end(self) -> bool:
        """Whether a stream that ends with OK here had perhaps nothing to say: a résumé's that began after its end."""
        return bool(self._target.resume_id) and self._state is None
