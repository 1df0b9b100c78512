"""A parsed résumé as the JSON of its proto message, without grpc or a message in between.

The model's dataclasses have the proto's field names; a test holds that the two encodings agree.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from google.protobuf.json_format import ParseDict

from resumate_grpc._gen.resumate.v1 import parsed_resume_pb2
from resumate_grpc.model.parsed import ParsedResume

__all__ = ["as_line", "as_message", "as_page"]


def as_line(parsed: ParsedResume) -> str:
    """Encode on one line: snake_case, every field there; only an unset `box` is left out, as in proto JSON."""
    return json.dumps(_builtins(parsed), ensure_ascii=False)


def as_page(parsed: ParsedResume) -> str:
    """Encode likewise, indented for people, ended by a newline."""
    return json.dumps(_builtins(parsed), ensure_ascii=False, indent=2) + "\n"


def as_message(parsed: ParsedResume) -> parsed_resume_pb2.ParsedResume:
    """Turn the value into its proto message."""
    return ParseDict(_builtins(parsed), parsed_resume_pb2.ParsedResume())


def _builtins(parsed: ParsedResume) -> dict[str, Any]:
    encoded: dict[str, Any] = msgspec.to_builtins(parsed)
    for evidence in encoded["evidence"]:
        if evidence["box"] is None:
            del evidence["box"]
    return encoded
