"""One validator a promise; all of them read a recording and, if there is one, the database."""

from __future__ import annotations

from tests.fire.promises import database, logs, streams
from tests.fire.promises.breach import Promise, Validator

__all__ = ["PROMISES", "Promise"]

_VALIDATORS: tuple[Validator, ...] = (
    streams.ordered,
    streams.gapless,
    streams.unique,
    streams.resumable,
    streams.never_ahead,
    streams.one_log,
    streams.ended_rightly,
    streams.drained_cleanly,
    logs.one_ending,
    logs.fenced,
    logs.never_falls,
    logs.immutable,
    logs.digest_right,
    database.no_phantoms,
    database.complete,
    database.log_whole,
    database.accepted_is_kept,
    database.idempotent,
    database.answered_holds,
    database.counted_rightly,
    database.all_ended,
)
PROMISES = {promise.name: promise for promise in map(Promise, _VALIDATORS)}
