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

    def __init__(self, target: Target, *, after: int, digest: bytes = START) -> None:
        self._target = target
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
        return event.sequence if self._target.resume_id else event.feed_sequence

    def live(self, event: ProgressEvent) -> bool | None:
        """Judge a live event: True = pass it on, False = drop it, None = some are missing before it."""
        number = self.number(event)
        if number <= self.reached:
            return False
        if number > self.reached + 1:
            return None
        self.reached = number
        return self._pass_on(event)

    def history(self, events: Iterable[ProgressEvent], *, complete_to: int) -> Sequence[ProgressEvent]:
        """Take events read from the log after `reached`; returns those to pass on.

        `complete_to` is a number up to which that reading certainly saw all of the target's events.
        """
        fresh = []
        for event in events:
            number = self.number(event)
            if number > self.reached:
                self.reached = number
                if self._pass_on(event):
                    fresh.append(event)
        self.reached = max(self.reached, complete_to)
        return fresh

    def _pass_on(self, event: ProgressEvent) -> bool:
        if self._target.batch_id and event.batch_id != self._target.batch_id:
            return False
        self.sent = self.number(event)
        self.count += 1
        self.digest = event.digest if self._target.resume_id else watch_chained(self.digest, event.digest)
        return True
