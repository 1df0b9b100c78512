"""JSON as it comes from clients (checked against types) and as it goes to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar

import msgspec

from resumate_bridge.proto_json import JsonObject, JsonValue
from resumate_bridge.refusal import Refusal, bad_field

__all__ = [
    "Command",
    "JoinRoom",
    "LeaveRoom",
    "Ping",
    "RetryBody",
    "SearchBody",
    "UnwatchFeed",
    "UnwatchResume",
    "UpdateBody",
    "WatchFeed",
    "WatchResume",
    "decode_command",
    "decode_retry",
    "decode_search",
    "decode_update",
    "encode",
]

_Body = TypeVar("_Body")


class _Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class WatchResume(_Command, frozen=True, tag="watch_resume"):
    """Watch one résumé until its terminal frame, from the event after `after`."""

    resume_id: str
    after: int = 0
    epoch: str = ""


class UnwatchResume(_Command, frozen=True, tag="unwatch_resume"):
    """Stop watching one résumé."""

    resume_id: str


class WatchFeed(_Command, frozen=True, tag="watch_feed"):
    """Watch all résumés of the caller from the event after `after` (a `feed_sequence`)."""

    after: int = 0
    epoch: str = ""
    include_parsed: bool = True


class UnwatchFeed(_Command, frozen=True, tag="unwatch_feed"):
    """Stop watching the feed."""


class JoinRoom(_Command, frozen=True, tag="join_room"):
    """Watch all résumés of a batch from the event after `after` (a `feed_sequence`)."""

    room: str
    after: int = 0
    epoch: str = ""
    include_parsed: bool = True


class LeaveRoom(_Command, frozen=True, tag="leave_room"):
    """Stop watching a batch."""

    room: str


class Ping(_Command, frozen=True, tag="ping"):
    """Ask for a pong."""


Command = WatchResume | UnwatchResume | WatchFeed | UnwatchFeed | JoinRoom | LeaveRoom | Ping


class UpdateBody(msgspec.Struct, frozen=True, kw_only=True):
    """Body of PATCH: the résumé's new values at the comma-separated paths of `update_mask`."""

    resume: msgspec.Raw
    update_mask: str
    etag: str = ""

    @property
    def resume_json(self) -> bytes:
        """The new values as JSON."""
        return bytes(self.resume)


class RetryBody(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a retry: `options` as in the proto; absent = as before."""

    options: msgspec.Raw = msgspec.Raw()

    @property
    def options_json(self) -> bytes:
        """The options as JSON; empty where there are none."""
        return bytes(self.options)


class SearchBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of a search: the parameters of the list, named alike; `state` is a list of names."""

    page_size: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    page_token: str = ""
    state: list[str] = []
    batch_id: str = ""
    text: str = ""
    order_by: str = ""
    view: str = ""


_COMMAND: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_UPDATE = msgspec.json.Decoder(UpdateBody)
_RETRY = msgspec.json.Decoder(RetryBody)
_SEARCH = msgspec.json.Decoder(SearchBody)


def decode_command(text: str) -> Command:
    """Read what a client sent over `/ws`; the bare word `ping` is a `Ping`. Raises `Refusal`."""
    if text == "ping":
        return Ping()
    return _decode(_COMMAND, text)


def decode_update(body: bytes) -> UpdateBody:
    """Read the body of a PATCH; raises `Refusal`."""
    return _decode(_UPDATE, body)


def decode_retry(body: bytes) -> RetryBody:
    """Read the body of a retry, which may be empty; raises `Refusal`."""
    return _decode(_RETRY, body or b"{}")


def decode_search(body: bytes) -> SearchBody:
    """Read the body of a search, which may be empty; raises `Refusal`."""
    return _decode(_SEARCH, body or b"{}")


def encode(value: JsonObject | Mapping[str, JsonValue]) -> bytes:
    """Return `value` as JSON in UTF-8."""
    return msgspec.json.encode(value)


def _decode(decoder: msgspec.json.Decoder[_Body], data: str | bytes) -> _Body:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _malformed(error) from error


def _malformed(error: Exception) -> Refusal:
    return bad_field("", f"the JSON is not understood: {error}")
