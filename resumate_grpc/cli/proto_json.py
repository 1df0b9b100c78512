"""Messages as JSON for programs: proto JSON, one object a line."""

from __future__ import annotations

import click
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message

__all__ = ["emit_json"]


def emit_json(message: Message) -> None:
    """Print a message to stdout: snake_case names, every field that has no presence there even if empty."""
    click.echo(
        MessageToJson(
            message,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
            indent=None,
            ensure_ascii=False,
        )
    )
