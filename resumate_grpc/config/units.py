"""From the text of a setting to its value: sizes, durations, addresses, yes and no, lists, paths.

Each reader raises `ValueError` whose message completes the sentence "RESUMATE_X …": it says what is taken.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

__all__ = [
    "Address",
    "choice",
    "read_address",
    "read_bool",
    "read_bytes",
    "read_count",
    "read_names",
    "read_path",
    "read_retention",
    "read_seconds",
    "read_text",
]

_SIZES = {"": 1, "B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_DURATIONS = {"": 1.0, "MS": 0.001, "S": 1.0, "M": 60.0, "MIN": 60.0, "H": 3600.0}
_DAY_S = 86_400.0
_LONGEST_RETENTION_S = 100 * 365 * _DAY_S
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", re.ASCII)
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_MAX_PORT = 65_535


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where to listen; port 0 lets the system choose a free one. IPv6 hosts are without brackets here."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it. A name other than `localhost` is taken as reachable from outside."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_text(text: str) -> str:
    """Take the text as it is, without white space around it."""
    return text.strip()


def read_path(text: str) -> Path:
    """Read a path; `~` stands for the home folder. The result is absolute, so that a later chdir changes nothing."""
    if not text.strip():
        raise ValueError("must be a path")
    return Path(text.strip()).expanduser().absolute()


def read_count(text: str) -> int:
    """Read a whole number, 0 or more."""
    if not re.fullmatch(r"\s*\d+\s*", text, re.ASCII):
        raise ValueError(f"must be a whole number such as 4, not {text!r}")
    return int(text)


def read_bytes(text: str) -> int:
    """Read a size: `10MiB`, `512KiB`, `1GB`; a bare number is in bytes."""
    number, unit = _quantity(text, _SIZES, "a size such as 10MiB, 512KiB or 10485760 (bytes)")
    return int(number * _SIZES[unit])


def read_seconds(text: str) -> float:
    """Read a duration: `30s`, `500ms`, `2m`, `1h`; a bare number is in seconds."""
    number, unit = _quantity(text, _DURATIONS, "a duration such as 30s, 500ms or 2m")
    return number * _DURATIONS[unit]


def read_retention(text: str) -> timedelta | None:
    """Read how long something is kept: `30d`, `12h`, `2w`; a bare number is in seconds, `off` is None: for ever."""
    if text.strip().lower() == "off":
        return None
    example = "a duration such as 30d, 12h or 2w, or off"
    number, unit = _quantity(text, _DURATIONS | {"D": _DAY_S, "W": 7 * _DAY_S}, example)
    seconds = number * (_DURATIONS | {"D": _DAY_S, "W": 7 * _DAY_S})[unit]
    if not 0 < seconds <= _LONGEST_RETENTION_S:
        raise ValueError(f"must be {example}, above 0 and at most 100 years, not {text!r}")
    return timedelta(seconds=seconds)


def _quantity(text: str, units: dict[str, int] | dict[str, float], example: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text)
    if not match or match[2].upper() not in units:
        raise ValueError(f"must be {example}, not {text!r}")
    return float(match[1]), match[2].upper()


def read_bool(text: str) -> bool:
    """Read yes or no: 1, true, yes, on; 0, false, no, off."""
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ValueError(f"must be true or false, not {text!r}")
    return word in _YES


def read_names(text: str) -> tuple[str, ...]:
    """Read a list parted by commas; empty text is an empty list."""
    return tuple(name for part in text.split(",") if (name := part.strip()))


def read_address(text: str) -> Address:
    """Read `host:port`; an IPv6 host stands in brackets, as in `[::1]:50051`."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not host or (":" in host and not bracketed) or any(sign in text for sign in "/ \t"):
        raise ValueError(f"must be host:port such as 127.0.0.1:50051 or [::1]:50051, not {text!r}")
    if not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > _MAX_PORT:
        raise ValueError(f"must end in a port from 0 (any free one) to {_MAX_PORT}, not {port!r}")
    return Address(host=host[1:-1] if bracketed else host, port=int(port))


def choice(*words: str) -> Callable[[str], str]:
    """Make a reader that takes one of the words, in any case."""

    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {text!r}")
        return word

    return read
