"""Structured logs on standard error: JSON for programs, or lines for people.

Code logs through the standard library, with `extra` for values. A value is shown only if its key is on the list here,
so that a résumé's content cannot reach the log by way of a new `extra`. Errors are shown by type and place, without
their message, which may quote what could not be parsed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from resumate_grpc.errors import SettingsError

__all__ = ["SAFE_KEYS", "configure_logs"]

SAFE_KEYS = frozenset(
    {
        # what structlog itself puts in
        "event", "level", "logger", "timestamp",
        # who and what
        "attempt", "batch_size", "epoch", "lease", "media_type", "owner", "pid", "request_id", "resume_id", "sequence",
        "sha256", "slot", "stage", "state", "worker",
        # how it went
        "cause", "code", "count", "duration_ms", "duration_s", "error_id", "error_type", "exception", "exit_code",
        "failures", "frames", "limit", "method", "next_try_in_s", "page", "page_count", "queued", "reason", "table",
        "retry_after_s", "signal", "size_bytes", "stack", "status", "target", "tokens", "version",
        "why",
        # the installation
        "address", "failpoints", "port", "setting",
    }
)  # fmt: skip
"""Keys that may be logged. None of them may ever hold a file's name or anything out of a file."""

LEVELS = ("debug", "info", "warning", "error", "critical")


def configure_logs(
    *,
    log_format: str,
    level: str,
    context: Callable[[], Mapping[str, str]] = dict,
    stream: TextIO | None = None,
) -> None:
    """Send all logging of this process to `stream` (None: standard error), as `json` or `console`.

    `context` is called at each line for what the line should bear besides its own values, such as the request id.
    Raises `SettingsError` for an unknown format or level.
    """
    target = stream or sys.stderr
    renderers: dict[str, Callable[[], Processor]] = {
        "json": structlog.processors.JSONRenderer,
        "console": lambda: structlog.dev.ConsoleRenderer(colors=target.isatty(), sort_keys=False),
    }
    _check("RESUMATE_LOG_FORMAT", log_format, tuple(renderers))
    _check("RESUMATE_LOG_LEVEL", level.lower(), LEVELS)
    handler = logging.StreamHandler(target)
    handler.setFormatter(_formatter(renderers[log_format](), context))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its steps are no news to who runs the service
    logging.getLogger("grpc").setLevel(logging.WARNING)  # a line each time that it looks for the event loop
    logging.captureWarnings(capture=True)


def _formatter(renderer: Processor, context: Callable[[], Mapping[str, str]]) -> logging.Formatter:
    def with_context(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {**context(), **event}

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ExtraAdder(),
            with_context,
        ],
        processors=[_error_without_message, _only_safe_keys, renderer],
    )


def _error_without_message(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace exception information by the error's type and the lines of code that it passed."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[1] is not None:
        leaves = tuple(_leaves(info[1]))
        event["error_type"] = ", ".join(type(leaf).__qualname__ for leaf in leaves)
        event["stack"] = "".join(line for leaf in leaves for line in traceback.format_tb(leaf.__traceback__))
        if why := ", ".join(filter(None, map(_why, leaves))):
            event["why"] = why
    return event


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors of a group, or the error itself: that a task group failed says nothing."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def _why(error: BaseException) -> str:
    """Say what the system or the database refused (`No space left on device`, `SQLITE_FULL`): fixed words of theirs."""
    if isinstance(error, OSError):
        return error.strerror or ""
    return str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))


def _only_safe_keys(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key in SAFE_KEYS}


def _check(setting: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SettingsError(f"{setting} is {value!r}; it must be one of {', '.join(known)}")
