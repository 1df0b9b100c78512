"""Logs that tell what happened and nothing out of a résumé."""

from __future__ import annotations

import ast
import errno
import io
import json
import logging
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import resumate_grpc
from resumate_grpc.errors import SettingsError
from resumate_grpc.telemetry.logs import SAFE_KEYS, configure_logs

SECRET = "Ada Example, born 1815"  # noqa: S105 - what would come out of a document


@pytest.fixture
def logged() -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Configure JSON logs; calling it returns the lines so far. Afterwards logging is as it was."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level

    def lines(**settings: Any) -> list[dict[str, Any]]:
        if settings:
            configure_logs(**{"log_format": "json", "level": "info", "stream": stream, **settings})
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    lines(level="info")
    yield lines
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


Lines = Callable[..., list[dict[str, Any]]]


def test_a_line_is_an_object(logged: Lines) -> None:
    """Each line has time, level, logger, event and the values given with it."""
    logging.getLogger("resumate_grpc.rpc").info("rpc", extra={"method": "Upload", "duration_ms": 1.5})
    [line] = logged()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "rpc",
        "level": "info",
        "logger": "resumate_grpc.rpc",
        "method": "Upload",
        "duration_ms": 1.5,
    }


def test_values_that_are_not_known_to_be_safe(logged: Lines) -> None:
    """A value whose key is not on the list is not shown."""
    logging.getLogger("x").warning("parsed", extra={"full_name": SECRET, "uploaded_name": SECRET, "resume_id": "r1"})
    assert SECRET not in str(logged())
    assert logged()[0]["resume_id"] == "r1"


def test_errors_without_their_words(logged: Lines) -> None:
    """An exception is shown by its type and the code that it passed: its message may quote the document."""

    def fails(text: str) -> int:
        return int(text)

    try:
        fails(SECRET)
    except ValueError:
        logging.getLogger("x").exception("could not be read")
    [line] = logged()
    assert SECRET not in str(line)
    assert line["error_type"] == "ValueError"
    assert "in fails" in line["stack"]


def test_a_group_of_errors_tells_what_is_in_it(logged: Lines) -> None:
    """A task group's failure is shown as the errors that it holds, and what the system refused in its words."""
    group = ExceptionGroup("group", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), SECRET), ValueError(SECRET)])
    logging.getLogger("x").error("it failed", exc_info=group)
    [line] = logged()
    assert line["error_type"] == "OSError, ValueError"
    assert line["why"] == os.strerror(errno.ENOSPC)
    assert SECRET not in str(line)


def test_what_the_database_refused_is_named(logged: Lines) -> None:
    """SQLite's own name of the error, without the statement and its values."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (x UNIQUE)")
    try:
        database.execute("INSERT INTO t VALUES (?)", (SECRET,))
        database.execute("INSERT INTO t VALUES (?)", (SECRET,))
    except sqlite3.IntegrityError:
        logging.getLogger("x").exception("it failed")
    database.close()
    [line] = logged()
    assert line["why"] == "SQLITE_CONSTRAINT_UNIQUE"
    assert SECRET not in str(line)


def test_what_every_line_bears(logged: Lines) -> None:
    """The request under way is on each line; what the line itself says wins."""
    logged(context=lambda: {"request_id": "q1", "resume_id": "r1"})
    logging.getLogger("x").info("first")
    logging.getLogger("x").info("second", extra={"resume_id": "r2"})
    assert [(line["request_id"], line["resume_id"]) for line in logged()] == [("q1", "r1"), ("q1", "r2")]


def test_levels(logged: Lines) -> None:
    """Lines below the level are not written."""
    logged(level="WARNING")
    logging.getLogger("x").info("quiet")
    logging.getLogger("x").warning("loud")
    assert [line["event"] for line in logged()] == ["loud"]


def test_warnings_are_lines_too(logged: Lines) -> None:
    """A Python warning becomes a line."""
    logged(level="warning")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old thing", stacklevel=1)
    assert "old thing" in logged()[0]["event"]


def test_lines_for_people() -> None:
    """The console form has the event and its values on one line, without colours where nobody sees them."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs(log_format="console", level="info", stream=stream)
        logging.getLogger("x").info("worker started", extra={"slot": 2, "secret": SECRET})
    finally:
        root.handlers[:], root.level = handlers, level
        logging.captureWarnings(capture=False)
    assert "worker started" in stream.getvalue()
    assert "slot=2" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize(
    ("log_format", "level", "setting"), [("xml", "info", "RESUMATE_LOG_FORMAT"), ("json", "loud", "RESUMATE_LOG_LEVEL")]
)
def test_bad_settings(log_format: str, level: str, setting: str) -> None:
    """An unknown format or level is refused by the name of its setting."""
    with pytest.raises(SettingsError, match=setting):
        configure_logs(log_format=log_format, level=level)


@pytest.mark.slow
def test_no_line_loses_a_value_unnoticed() -> None:
    """Every key that the project logs is on the list, or is listed here as one that must not be shown."""
    withheld = {"error"}  # another library's message, which may quote what it could not read
    root = Path(resumate_grpc.__file__).parent
    keys = {key for path in root.rglob("*.py") if "_gen" not in path.parts for key in logged_keys(path)}
    assert keys - withheld <= SAFE_KEYS
    assert "method" in keys


def logged_keys(path: Path) -> Iterator[str]:
    """Name the literal keys of `extra={…}` in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "extra" and isinstance(node.value, ast.Dict):
            yield from (str(key.value) for key in node.value.keys if isinstance(key, ast.Constant))
