"""Identifiers of résumés."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

__all__ = ["new_resume_id"]


def new_resume_id(now: datetime) -> str:
    """Make a UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random; sorts by time."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | secrets.randbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return str(uuid.UUID(int=value))
