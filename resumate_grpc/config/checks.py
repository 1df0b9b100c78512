"""Defaults that depend on the machine, and checks of single values: what is wrong with one, None if nothing is."""

from __future__ import annotations

import os
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

import platformdirs

from resumate_grpc.config.units import read_address

__all__ = [
    "above_zero",
    "at_least",
    "data_folder",
    "default_data_dir",
    "default_ocr_workers",
    "default_workers",
    "listens",
    "may_listen",
    "of_scheme",
    "one_of",
    "readable",
    "servers",
    "usable_cores",
]


def default_data_dir() -> Path:
    """Name the user's folder for data: `$XDG_DATA_HOME/resumate`, mostly `~/.local/share/resumate`."""
    return platformdirs.user_data_path("resumate", appauthor=False).absolute()


def usable_cores() -> int:
    """Count the cores that this process may use: fewer than the machine has where an affinity is set."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else (os.cpu_count() or 1)


def default_ocr_workers() -> int:
    """Half the cores that this process may use, at least 1."""
    return max(1, usable_cores() // 2)


def default_workers() -> int:
    """Count the usable cores, less one for the server, at least 1."""
    return max(1, usable_cores() - 1)


def at_least(least: float, text: str) -> Callable[[float], str | None]:
    """Make a check for numbers; `text` is the least one as one would write it."""
    return lambda value: None if value >= least else f"must be at least {text}"


def above_zero(value: float) -> str | None:
    """Check that a duration is one."""
    return None if value > 0 else "must be longer than 0"


def one_of(*words: str) -> Callable[[str], str | None]:
    """Make a check for a word out of a few."""
    return lambda value: None if value in words else f"must be one of {', '.join(words)}"


def listens(value: str) -> str | None:
    """Check `host:port`."""
    try:
        read_address(value)
    except ValueError as error:
        return str(error)
    return None


def may_listen(value: str) -> str | None:
    """Check `host:port`, or nothing."""
    return listens(value) if value else None


def servers(value: str) -> str | None:
    """Check `host:port`, several IPv4 addresses with ports parted by commas, or nothing."""
    parts = value.split(",")
    if len(parts) > 1 and not all(_is_ipv4(part.rpartition(":")[0]) for part in parts):
        return "must be one host:port, or IPv4 addresses such as 10.0.0.1:50051,10.0.0.2:50051"
    return next((problem for part in parts if (problem := may_listen(part))), None)


def _is_ipv4(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True


def of_scheme(*schemes: str, instead: str, may_be_empty: bool = False) -> Callable[[str], str | None]:
    """Make a check for URLs of these schemes, with or without a driver (`scheme+driver://`); `instead` names one.

    What was given is not repeated: such a URL may hold a password.
    """

    def check(value: str) -> str | None:
        scheme = value.partition("://")[0].partition("+")[0] if "://" in value else None
        return None if scheme in schemes or (may_be_empty and not value) else f"must be {instead}"

    return check


def data_folder(value: Path) -> str | None:
    """Check a folder that is there or can be made, and can stand in a URL."""
    if "?" in str(value) or "#" in str(value):  # they would end the path inside database_url
        return "must not contain ? or #"
    return None if not value.exists() or value.is_dir() else f"must be a folder; {value} is a file"


def readable(value: Path | None) -> str | None:
    """Check a file that must be there, or None."""
    return None if value is None or value.is_file() else f"must be a file that can be read; there is none at {value}"
