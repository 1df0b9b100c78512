"""What no honest page sends over a WebSocket: commands filled with nonsense, frames turned and torn, broken closes."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tests.bridge.raw_socket import CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, frame
from tests.fire.mutation import NASTY_NUMBERS, NASTY_REALS, NASTY_TEXT

__all__ = ["SocketMutator"]

COMMANDS: dict[str, tuple[str, ...]] = {
    "watch_resume": ("resume_id", "after", "epoch"),
    "unwatch_resume": ("resume_id",),
    "watch_feed": ("after", "epoch", "include_parsed"),
    "unwatch_feed": (),
    "join_room": ("room", "after", "epoch", "include_parsed"),
    "leave_room": ("room",),
    "ping": (),
}
TAME: dict[str, tuple[Any, ...]] = {
    "after": (0, 1, 2, 5),
    "epoch": ("",),
    "include_parsed": (True, False),
    "room": ("a", "b"),
}
NASTY_BYTES = (b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xff", b"\0", b"[" * 3000, b'{"type":')
CLOSE_CODES = (0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1011, 1012, 1014, 1015, 2000, 3000, 4999, 65535)
QUERIES = ("", "?after=0", "?after=2", "?after=-1", "?after=1e9", f"?after={2**70}", "?after=%00&after=1", "?epoch=x")
MOST_PIECES = 5
MOST_MESSAGES = 8


class SocketMutator:
    """Makes what one socket sends, out of a seed; `ids` are real résumés, so that some commands come far."""

    def __init__(self, seed: int) -> None:
        self.ids: list[str] = []
        self._rng = random.Random(seed)  # noqa: S311 - the same seed sends the same bytes
        self.chance = self._rng.random
        self.is_torn = False
        """Whether what was made last ends within a frame: then the other side waits for the rest of it."""

    def path(self) -> str:
        """Return what to open: the socket for many, or one of a résumé, some of them none."""
        rng = self._rng
        if rng.random() < 0.6:
            return "/ws"
        name = rng.choice(self.ids) if rng.random() < 0.7 else quote(rng.choice(NASTY_TEXT)[:500], safe="")
        return f"/ws/resumes/{name or 'x'}{rng.choice(QUERIES)}"

    def pieces(self) -> list[bytes]:
        """Return what to send, in the pieces in which it goes out."""
        self.is_torn = False
        whole = b"".join(self._message() for _ in range(self._rng.randrange(1, MOST_MESSAGES)))
        cuts = sorted(self._rng.randrange(len(whole) + 1) for _ in range(self._rng.randrange(MOST_PIECES)))
        return [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    def farewell(self) -> bytes:
        """Return a close frame, mostly one that the protocol allows."""
        code = 1000 if self._rng.random() < 0.6 else self._rng.choice(CLOSE_CODES)
        return frame(CLOSE, struct.pack(">H", code) + self._rng.choice((b"", b"bye", b"\xff")))

    def _message(self) -> bytes:
        rng = self._rng
        kind = rng.random()
        if kind < 0.7:
            return self._fragments(self._command())
        if kind < 0.8:
            return frame(rng.choice((PING, PONG)), rng.randbytes(rng.choice((0, 1, 125, 126))))
        if kind < 0.82:
            return self.farewell()
        first = rng.choice((0, FIN, FIN, FIN | 0x40, FIN | 0x10))
        size = rng.choice((0, 1, 125, 126, 2000, 17_000, 70_000))
        whole = frame(rng.randrange(16), rng.randbytes(size), first=first, masked=rng.random() < 0.9)
        if rng.random() < 0.9:
            return whole
        self.is_torn = True
        return whole[: rng.randrange(len(whole) + 1)]

    def _command(self) -> bytes:
        rng = self._rng
        if rng.random() < 0.1:
            return rng.choice((b"ping", *NASTY_BYTES))
        name = rng.choice(tuple(COMMANDS)) if rng.random() < 0.95 else rng.choice(NASTY_TEXT)
        body: dict[str, Any] = {"type": name}
        for key in COMMANDS.get(name, ()):
            if rng.random() < 0.9:
                body[key] = self._value(key)
        if rng.random() < 0.03:
            body[rng.choice(NASTY_TEXT)] = rng.choice((None, [], {}, 1))
        return json.dumps(body, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")

    def _value(self, key: str) -> Any:
        rng = self._rng
        if rng.random() < 0.93:
            return rng.choice(self.ids) if key == "resume_id" else rng.choice(TAME[key])
        return rng.choice((*NASTY_TEXT, *NASTY_NUMBERS, *NASTY_REALS, None, [], {}, True))

    def _fragments(self, payload: bytes) -> bytes:
        rng = self._rng
        if rng.random() < 0.7 or not payload:
            return frame(TEXT, payload)
        cuts = sorted(rng.randrange(len(payload) + 1) for _ in range(rng.randrange(1, MOST_PIECES)))
        parts: Sequence[bytes] = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
        sent = [frame(TEXT, parts[0], first=0)]
        for part in parts[1:-1]:
            sent += [frame(CONTINUATION, part, first=0), *([frame(PING, b"amid")] if rng.random() < 0.2 else [])]
        return b"".join([*sent, frame(CONTINUATION, parts[-1])])
