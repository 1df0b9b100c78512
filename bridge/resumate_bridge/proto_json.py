"""Protobuf messages as JSON objects with the proto's own field names, and back."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from google.protobuf.message import Message

from resumate_bridge.refusal import bad_field
from resumate_grpc._gen.resumate.v1.resume_pb2 import ParseOptions, Resume

__all__ = ["JsonObject", "JsonValue", "message_object", "parse_options", "parse_resume", "resume_object"]

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, JsonValue]

_MessageT = TypeVar("_MessageT", bound=Message)


def message_object(message: Message) -> JsonObject:
    """Return `message` as a JSON object; empty strings, lists and zeros are there, unset messages are not."""
    result: JsonObject = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return result


def resume_object(resume: Resume) -> JsonObject:
    """Return `resume` as a JSON object whose 64-bit numbers are numbers, and whose event's digest is hexadecimal.

    Canonical proto JSON writes numbers as strings; ours stay far below 2^53, and proto JSON readers take both.
    """
    result = message_object(resume)
    result["size_bytes"] = resume.size_bytes
    progress = result.get("progress")
    if isinstance(progress, dict):
        progress["sequence"] = resume.progress.sequence
        progress["feed_sequence"] = resume.progress.feed_sequence
        progress["count"] = resume.progress.count
        progress["digest"] = resume.progress.digest.hex()
    return result


def parse_resume(text: bytes) -> Resume:
    """Read a `Resume` from JSON; raises `Refusal` for what is no résumé."""
    return _parse(text, Resume(), field="resume")


def parse_options(text: bytes) -> ParseOptions:
    """Read `ParseOptions` from JSON; raises `Refusal` for what is none."""
    return _parse(text, ParseOptions(), field="options")


def _parse(text: bytes, message: _MessageT, *, field: str) -> _MessageT:
    try:
        return Parse(text, message)
    except (ParseError, RecursionError, UnicodeDecodeError) as error:
        # Its first line says what is wrong; then it lists the fields that there are, by other names than the protos'.
        first_line = str(error).partition("\n")[0]
        raise bad_field(field, f"{field} is not understood: {first_line}") from error
