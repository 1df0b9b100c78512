"""Notices as bytes between processes: MessagePack, read tolerantly, since old and new processes run side by side."""

from __future__ import annotations

import msgspec

from resumate_grpc.jobs.ports import Notice, Removed, Stopped, WorkAvailable
from resumate_grpc.model.progress import ProgressEvent

__all__ = ["decode", "encode"]

_VERSION = 1
_KINDS: dict[str, type[Notice]] = {
    "event": ProgressEvent,
    "work": WorkAvailable,
    "stopped": Stopped,
    "removed": Removed,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_DECODERS = {name: msgspec.msgpack.Decoder(kind) for name, kind in _KINDS.items()}
_ENCODER = msgspec.msgpack.Encoder()
_ENVELOPE = msgspec.msgpack.Decoder(tuple[int, bytes, str, msgspec.Raw])


def encode(notice: Notice, *, origin: bytes) -> bytes:
    """Return `[version, origin, kind, notice]`; `origin` names the process, so that it knows its own copies."""
    return _ENCODER.encode((_VERSION, origin, _NAMES[type(notice)], msgspec.Raw(_ENCODER.encode(notice))))


def decode(payload: bytes) -> tuple[bytes, Notice] | None:
    """Return origin and notice; None for what this version does not understand, which the log will tell anyway.

    Fields that are new to this version are left out.
    """
    try:
        version, origin, kind, raw = _ENVELOPE.decode(payload)
        decoder = _DECODERS.get(kind)
        if version != _VERSION or decoder is None:
            return None
        return origin, decoder.decode(raw)
    except msgspec.MsgspecError:
        return None
