"""Checks of single request fields. Each raises `InvalidFieldError` naming the field as the proto has it."""

from __future__ import annotations

import re
import unicodedata

from google.protobuf.duration_pb2 import Duration

from resumate_grpc.errors import InvalidFieldError

__all__ = [
    "checked_batch_id",
    "checked_heartbeat_s",
    "checked_page_number",
    "checked_page_size",
    "checked_request_id",
    "checked_resume_id",
    "checked_sequence",
    "checked_text",
    "checked_width_pixels",
]

MAX_LABEL_CHARACTERS = 64
MAX_TEXT_CHARACTERS = 256
MAX_PAGE_SIZE = 1000
MIN_WIDTH_PIXELS = 64
MAX_WIDTH_PIXELS = 2400
DEFAULT_WIDTH_PIXELS = 1200
DEFAULT_HEARTBEAT_S = 15.0
MIN_HEARTBEAT_S = 1.0
MAX_HEARTBEAT_S = 3600.0
UUID_FORM = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


def checked_resume_id(value: str, *, field: str = "resume_id") -> str:
    """Return the id in its canonical form: lower case, with hyphens. Any version of UUID is well formed."""
    lowered = value.strip().lower()
    if not UUID_FORM.fullmatch(lowered):
        raise InvalidFieldError(f"{field} must be a UUID such as 0198c5e4-9a3b-7c1d-8e2f-1a2b3c4d5e6f", field=field)
    digits = lowered.replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def checked_request_id(value: str) -> str:
    """Return the request id in canonical form; empty stays empty."""
    return checked_resume_id(value, field="request_id") if value else ""


def checked_batch_id(value: str) -> str:
    """Return the label; empty stays empty."""
    if len(value) > MAX_LABEL_CHARACTERS or any(unicodedata.category(char) in {"Cc", "Cs"} for char in value):
        raise InvalidFieldError(
            f"batch_id must have at most {MAX_LABEL_CHARACTERS} characters, none of them a control character",
            field="batch_id",
        )
    return value


def checked_text(value: str) -> str:
    """Return the text to search for; empty stays empty."""
    if len(value) > MAX_TEXT_CHARACTERS or "\0" in value:
        raise InvalidFieldError(f"text must have at most {MAX_TEXT_CHARACTERS} characters and no NUL", field="text")
    return value


def checked_page_size(value: int, *, default: int, most: int = MAX_PAGE_SIZE) -> int:
    """Return how many to list: the default for 0, never more than `most` (AIP-158: too large a size is cut)."""
    if value < 0:
        raise InvalidFieldError(
            f"page_size is {value}; it must be 1 to {MAX_PAGE_SIZE}, or 0 for {default}", field="page_size"
        )
    return min(value or default, most)


def checked_sequence(value: int) -> int:
    """Return a position; whether it lies in the future is the log's to say."""
    if value < 0:
        raise InvalidFieldError(
            f"after_sequence is {value}; it must be 0 or the last number seen", field="after_sequence"
        )
    return value


def checked_heartbeat_s(value: Duration | None) -> float:
    """Return the heartbeat interval in seconds, 1 to 3600; 15 if unset."""
    if value is None:
        return DEFAULT_HEARTBEAT_S
    seconds = value.seconds + value.nanos / 1e9
    if not MIN_HEARTBEAT_S <= seconds <= MAX_HEARTBEAT_S:
        raise InvalidFieldError(
            f"heartbeat_interval is {seconds:g} s; it must be 1 s to 1 h", field="heartbeat_interval"
        )
    return seconds


def checked_page_number(value: int) -> int:
    """Return the number of a document's page."""
    if value < 1:
        raise InvalidFieldError("page must be 1 or more", field="page")
    return value


def checked_width_pixels(value: int) -> int:
    """Return the width of a picture; 0 = 1200."""
    if value == 0:
        return DEFAULT_WIDTH_PIXELS
    if not MIN_WIDTH_PIXELS <= value <= MAX_WIDTH_PIXELS:
        raise InvalidFieldError(
            f"width_pixels must be between {MIN_WIDTH_PIXELS} and {MAX_WIDTH_PIXELS}, or 0 for {DEFAULT_WIDTH_PIXELS}",
            field="width_pixels",
        )
    return value
