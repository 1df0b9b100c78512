"""Update by mask (AIP-134): which paths may be changed, and the pure merge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from resumate_grpc._gen.resumate.v1 import resume_pb2 as pb
from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.model.resume import Resume
from resumate_grpc.rpc.codec_parsed import check_dates, decode_parsed, encode_parsed

__all__ = ["merge_of"]

CHANGEABLE = ("filename", "parsed")
OF_THE_DOCUMENT = ("parsed.text", "parsed.evidence", "parsed.career", "parsed.normalized")
"""What the document says, and what is derived, cannot be set: a change would be dropped silently."""
MAX_PATHS = 200


def merge_of(source: pb.Resume, mask: FieldMask) -> Callable[[Resume], Resume]:
    """Return the change that sets the mask's paths to what `source` has there.

    Lists and messages named by a path are replaced whole; a path below an unset message clears its field. `*` is
    refused: a client that does not know every field would empty what it left out. Raises `InvalidFieldError` for an
    empty mask, for an unknown or unchangeable path, and for values that `decode_parsed` or `check_dates` refuses.
    """
    _check(mask)
    changes = pb.Resume()
    changes.CopyFrom(source)
    for path in mask.paths:
        _ensure_parents(changes, path)
    touches_parsed = any(path != "filename" for path in mask.paths)
    if touches_parsed:
        check_dates(decode_parsed(changes.parsed))  # refuse what cannot be kept before anything is read

    def change(resume: Resume) -> Resume:
        target = pb.Resume(filename=resume.filename, parsed=encode_parsed(resume.parsed) if resume.parsed else None)
        mask.MergeMessage(changes, target, replace_message_field=True, replace_repeated_field=True)
        parsed = decode_parsed(target.parsed) if touches_parsed else resume.parsed
        return replace(resume, filename=target.filename, parsed=parsed)

    return change


def _check(mask: FieldMask) -> None:
    if not mask.paths:
        raise InvalidFieldError(
            "update_mask is empty; name the fields to change, such as `filename`", field="update_mask"
        )
    if len(mask.paths) > MAX_PATHS:
        raise InvalidFieldError(f"update_mask has over {MAX_PATHS} paths; name a common parent", field="update_mask")
    for path in mask.paths:
        known = FieldMask(paths=[path]).IsValidForDescriptor(pb.Resume.DESCRIPTOR)
        if not known or path.split(".")[0] not in CHANGEABLE or ".".join(path.split(".")[:2]) in OF_THE_DOCUMENT:
            raise InvalidFieldError(
                f"update_mask has {path[:60]!r}; `filename`, `parsed` and what is below it can be changed, lists as a "
                "whole, but not `parsed.text`, `.evidence`, `.career` and `.normalized`: the document's, and derived",
                field="update_mask",
            )


def _ensure_parents(message: Message, path: str) -> None:
    """Set the messages above a path, because the merge skips a path whose parent is unset instead of clearing it."""
    for name in path.split(".")[:-1]:
        message = getattr(message, name)
        message.SetInParent()
