"""Messages as JSON for programs: proto JSON, one object a line."""

from __future__ import annotations

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message

__all__ = ["json_line"]


def json_line(message: Message) -> str:
    """Encode a message: snake_case names, every field that has no presence there even if empty."""
    return MessageToJson(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        indent=None,
        ensure_ascii=False,
    )
