"""Named places at which a test may kill, stop, delay or fail a process; nothing happens there otherwise.

    RESUMATE_FAILPOINTS='attempt.committed=kill@2;lease.before-renew=delay(3)'

What happens at a place is `action`, `action(argument)`, and `@n` for its nth time only (each time without). Actions:
`kill` (SIGKILL), `stop` (SIGSTOP; who wants it to go on sends SIGCONT), `term` (SIGTERM), `delay(seconds)` (the whole
thread, as a stalled disk does), `error` (raises `FailpointError`). `docs/failpoints.md` says what each place is.
"""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["PLACES", "VARIABLE", "FailpointError", "arm", "armed", "disarm", "hit"]

VARIABLE = "RESUMATE_FAILPOINTS"
PLACES: Mapping[str, str] = {
    "upload.after-put": "the bytes are stored, their row is not",
    "upload.after-commit": "the row is committed, neither bus nor client know",
    "store.before-commit": "a group of writes has run, its commit has not",
    "store.after-commit": "a group of writes is committed, none of its callers know",
    "claim.committed": "a worker holds a résumé, and has not begun",
    "attempt.text_extraction": "the worker heard that text extraction has begun",
    "attempt.nlp_parsing": "the worker heard that NLP parsing has begun",
    "attempt.ai_enhancement": "the worker has come to AI enhancement",
    "attempt.committed": "progress or an ending is committed, the bus does not know",
    "lease.before-renew": "a lease is about to be renewed",
    "parse.start": "a parsing process has been given a document",
    "parse.text_extraction": "a parsing process has begun with text extraction",
    "parse.nlp_parsing": "a parsing process has begun with NLP parsing",
    "parse.result": "a parsing process has its result, and has not sent it",
    "watch.before-send": "a watch is about to send what the bus or the log told it",
    "bridge.before-send": "the bridge has read an event, and has not sent it to a browser",
}
"""Every place there is, and what has and has not happened there."""
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP, "term": signal.SIGTERM}
_FORM = re.compile(r"(?P<action>kill|stop|term|error|delay)(\((?P<seconds>[0-9.]+)\))?(@(?P<nth>[1-9][0-9]*))?")


class FailpointError(Exception):
    """What the action `error` raises."""


def _nothing(_place: str) -> None:
    """Do what is done at every place while none is armed."""


hit: Callable[[str], None] = _nothing
"""Called at each place, as `failpoints.hit(…)`, so that arming reaches everybody."""


@dataclass(kw_only=True)
class _Trap:
    action: str
    seconds: float
    nth: int
    hits: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spring(self, place: str) -> None:
        with self.lock:
            self.hits += 1
            due = self.nth in (0, self.hits)
        if not due:
            return
        match self.action:
            case "kill" | "stop" | "term":
                os.kill(os.getpid(), SIGNALS[self.action])
            case "delay":
                time.sleep(self.seconds)
            case _:
                raise FailpointError(f"failpoint {place}")


_traps: dict[str, _Trap] = {}


def arm(text: str) -> None:
    """Set what is to happen where; empty text changes nothing. Raises `ValueError`, naming what is not understood."""
    traps = dict(_trap(part) for part in text.split(";") if part.strip())
    if not traps:
        return
    _traps.update(traps)
    globals()["hit"] = _spring


def armed() -> tuple[str, ...]:
    """Return the names of the places at which something may happen."""
    return tuple(sorted(_traps))


def disarm() -> None:
    """Let nothing happen anywhere."""
    _traps.clear()
    globals()["hit"] = _nothing


def _spring(place: str) -> None:
    trap = _traps.get(place)
    if trap is not None:
        trap.spring(place)


def _trap(text: str) -> tuple[str, _Trap]:
    place, _, action = (part.strip() for part in text.partition("="))
    found = _FORM.fullmatch(action)
    if place not in PLACES:
        raise ValueError(f"{VARIABLE}: there is no failpoint {place!r}; known are {', '.join(PLACES)}")
    if found is None or (found["seconds"] is None) == (found["action"] == "delay"):
        raise ValueError(f"{VARIABLE}: {place} is {action!r}; it must be kill, stop, term, error or delay(seconds), @n")
    return place, _Trap(action=found["action"], seconds=float(found["seconds"] or 0), nth=int(found["nth"] or 0))
