"""The position of a watch: joins history and live events by number, so that each is seen once and in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from resumate_grpc.errors import HistoryGoneError
from resumate_grpc.model.digest import START, watch_chained
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import LogBounds, Target

__all__ = ["Cursor", "check_held"]


def check_held(bounds: LogBounds, *, after: int) -> None:
    """Raise `HistoryGoneError` if retention has taken events that come after a position."""
    first = bounds.first_available
    if after + 1 < first:
        raise HistoryGoneError(f"events before {first} were purged; start after {first - 1}", first_available=first)


class Cursor:
    """Knows the last number passed on and decides what a live event means; pure.

    `digest` is that of a résumé's log up to `after`.

    For a résumé it counts in `sequence`. For a batch or a feed it counts in the owner's `feed_sequence`, which has no
    holes, and passes on only the batch's events: so a missing number is noticed whoever's it was.
    """

    __slots__ = ("_batch_id", "_is_resume", "count", "digest", "reached", "sent")

    def __init__(self, target: Target, *, after: int, digest: bytes = START) -> None:
        self._is_resume = bool(target.resume_id)
        self._batch_id = target.batch_id
        self.reached = after
        """All numbers up to this one have been seen."""
        self.sent = after
        """Number of the last event passed on, or the position that the watch began at; what heartbeats tell."""
        self.count = after if target.resume_id else 0
        """How many events `digest` is over: all of the résumé's up to `sent`, else those passed on."""
        self.digest = digest if target.resume_id else START
        """Of a résumé's log up to `sent`; for a batch or feed, over the digests of the events passed on."""

    def number(self, event: ProgressEvent) -> int:
        """Return the event's number in this target's counting."""
        return event.sequence if self._is_resume else event.feed_sequence

    def live(self, event: ProgressEvent) -> bool | None:
        """Judge a live event: True = pass it on, False = drop it, None = some are missing before it."""
        number = event.sequence if self._is_resume else event.feed_sequence
        step = number - self.reached
        if step != 1:
            return None if step > 1 else False
        self.reached = number
        if not self._is_resume:
            return self._pass_on(event, number)
        self.sent, self.digest = number, event.digest
        self.count += 1
        return True

    def history(self, events: Iterable[ProgressEvent], *, complete_to: int) -> Sequence[ProgressEvent]:
        """Take events read from the log after `reached`; returns those to pass on.

        `complete_to` is a number up to which that reading certainly saw all of the target's events.
        """
        fresh = []
        for event in events:
            number = self.number(event)
            if number > self.reached:
                self.reached = number
                if self._pass_on(event, number):
                    fresh.append(event)
        self.reached = max(self.reached, complete_to)
        return fresh

    def _pass_on(self, event: ProgressEvent, number: int) -> bool:
        if self._is_resume:
            self.digest = event.digest
        elif self._batch_id and event.batch_id != self._batch_id:
            return False
        else:
            self.digest = watch_chained(self.digest, event.digest)
        self.sent = number
        self.count += 1
        return True
