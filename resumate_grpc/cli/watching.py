"""Watching through interruptions: reconnects where it left off, so that every event comes once and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressRequest, WatchProgressResponse
from resumate_grpc.cli.backoff import Backoff
from resumate_grpc.cli.connection import Connection
from resumate_grpc.cli.failure import CallError

__all__ = ["Watch", "Watched"]

HEARTBEAT_S = 15
SILENT_HEARTBEATS = 2.5
TRIES = 12  # about a minute and a half, with pauses up to 15 s
MOST_PAUSE_S = 15.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """Whose events: one résumé's, one batch's, or with both empty all of the caller's."""

    resume_id: str = ""
    batch_id: str = ""


class Watch:
    """One watch, however many calls it takes; iterate over it once.

    Yields events (each once, in order), batch counts and heartbeats. `after` is the number of the last event already
    seen. A watch that has heard the server before is taken up again when the server goes away, with growing pauses;
    `on_lost` is told each time in a sentence. Raises `CallError` when the server refuses, or stays away.
    """

    def __init__(
        self,
        connection: Connection,
        watched: Watched,
        *,
        after: int = 0,
        follow: bool = False,
        on_lost: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._watched = watched
        self._after = after
        self._epoch = ""
        self._follow = follow
        self._on_lost = on_lost
        self._heard = False
        self._backoff = Backoff(tries=TRIES, first_s=0.2, most_s=MOST_PAUSE_S)

    def __iter__(self) -> Iterator[WatchProgressResponse]:
        asked_s: float | None = None
        while True:
            try:
                for update in self._connection.stream(
                    self._connection.stub.WatchProgress, self._request(), silence_s=HEARTBEAT_S * SILENT_HEARTBEATS
                ):
                    self._heard = True
                    self._backoff.success()
                    if update.WhichOneof("update") == "draining":
                        asked_s = update.draining.reconnect_after.ToTimedelta().total_seconds()
                    elif self._is_new(update):
                        yield update
            except CallError as error:
                self._wait_out(error, asked_s)
                asked_s = None
            else:
                return

    def _request(self) -> WatchProgressRequest:
        request = WatchProgressRequest(after_sequence=self._after, follow=self._follow, epoch=self._epoch)
        request.heartbeat_interval.FromSeconds(HEARTBEAT_S)
        if self._watched.resume_id:
            request.resume_id = self._watched.resume_id
        elif self._watched.batch_id:
            request.batch_id = self._watched.batch_id
        else:
            request.feed = True
        return request

    def _is_new(self, update: WatchProgressResponse) -> bool:
        if update.WhichOneof("update") == "heartbeat":
            self._epoch = update.heartbeat.epoch or self._epoch
            return True
        if update.WhichOneof("update") != "event":
            return True
        number = update.event.sequence if self._watched.resume_id else update.event.feed_sequence
        if number <= self._after:
            return False
        self._after, self._epoch = number, update.event.epoch
        return True

    def _wait_out(self, error: CallError, asked_s: float | None) -> None:
        """Pause before the next call, or raise the error if there should be none."""
        unheard = error.failure.code == "UNAVAILABLE" and not error.failure.reason and not self._heard
        if unheard or not error.may_pass or self._backoff.exhausted:
            raise error
        pause_s = self._backoff.pause_s(asked_s if asked_s is not None else error.failure.retry_after_s)
        self._on_lost(f"{error}; watching again after event {self._after} in {pause_s:.1f} s")
        if self._connection.wait(pause_s):
            raise error
