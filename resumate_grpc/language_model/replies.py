"""Reading replies: a whole one, or server-sent events piece by piece. Pure: fed with bytes, gives what was said."""

from __future__ import annotations

import json
from typing import Any

from resumate_grpc.jobs.ports import LanguageModelError

__all__ = ["StreamedReply", "said_in"]

_CUT_OFF = "its answer was cut off at RESUMATE_AI_MAX_OUTPUT_TOKENS"
_UNREADABLE = "its reply is not of the protocol"


class StreamedReply:
    """Server-sent events of one answer: `feed` bytes, read `said`; `done` once the endpoint has said so.

    Raises `LanguageModelError` for events that are none of the protocol, an error within the stream, or a cut answer.
    """

    def __init__(self) -> None:
        self.said = ""
        self.tokens = 0
        self.done = False
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take bytes as they come."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line.strip())

    def _line(self, line: bytes) -> None:
        if not line.startswith(b"data:") or self.done:
            return  # comments, event names and blank lines say nothing here
        payload = line[5:].strip()
        if payload == b"[DONE]":
            self.done = True
            return
        event = _decoded(payload)
        if "error" in event:
            raise LanguageModelError("it reported an error while answering")
        self.tokens = _tokens(event) or self.tokens
        for choice in _choices(event)[:1]:
            delta = choice.get("delta")
            piece = delta.get("content") if isinstance(delta, dict) else None
            self.said += piece if isinstance(piece, str) else ""
            _check_end(choice)


def said_in(reply: bytes) -> tuple[str, int]:
    """Return what a whole reply says, and its tokens (0 where it does not tell). Raises as `StreamedReply`."""
    found = _decoded(reply)
    choices = _choices(found)
    if not choices:
        raise LanguageModelError(_UNREADABLE)
    message = choices[0].get("message")
    said = message.get("content") if isinstance(message, dict) else None
    if not isinstance(said, str):
        raise LanguageModelError("it refused to answer")
    _check_end(choices[0])
    return said, _tokens(found)


def _decoded(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        raise LanguageModelError(_UNREADABLE) from None
    if not isinstance(found, dict):
        raise LanguageModelError(_UNREADABLE)
    return found


def _choices(found: dict[str, Any]) -> list[dict[str, Any]]:
    choices = found.get("choices")
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def _check_end(choice: dict[str, Any]) -> None:
    if choice.get("finish_reason") == "length":
        raise LanguageModelError(_CUT_OFF)
    if choice.get("finish_reason") == "content_filter":
        raise LanguageModelError("it refused to answer")


def _tokens(found: dict[str, Any]) -> int:
    usage = found.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) and total > 0 else 0
