"""Options that several commands share: which server, and how output is wanted."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from resumate_grpc.cli.terminal import complain
from resumate_grpc.config.units import read_address, read_seconds
from resumate_grpc.errors import SettingsError

__all__ = ["CLIENT_VARIABLES", "Duration", "as_json", "client", "quiet"]

CLIENT_VARIABLES = (
    "RESUMATE_SERVER",
    "RESUMATE_CLIENT_TLS",
    "RESUMATE_CLIENT_CA",
    "RESUMATE_CLIENT_CERT",
    "RESUMATE_CLIENT_KEY",
    "RESUMATE_CLIENT_TIMEOUT",
)
"""Variables of the client commands; the server has no use for them and does not warn about them."""

Command = TypeVar("Command", bound=Callable[..., Coroutine[Any, Any, Any]])
WATCH_PATIENCE_S = 90.0
"""How long a server that was heard before may stay away from a watch."""
_PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


class Duration(click.ParamType[float]):
    """`30s`, `500ms`, `2m`, or a bare number of seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, float):
            return value
        try:
            return read_seconds(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print proto JSON, one object a line, with snake_case names."
)
quiet = click.option("-q", "--quiet", is_flag=True, help="Show no progress on stderr.")

_OPTIONS = (
    click.option(
        "--server",
        metavar="HOST:PORT",
        envvar="RESUMATE_SERVER",
        default="127.0.0.1:50051",
        show_default=True,
        show_envvar=True,
        help="The server's gRPC address.",
    ),
    click.option("--tls", is_flag=True, envvar="RESUMATE_CLIENT_TLS", show_envvar=True, help="Connect over TLS."),
    click.option(
        "--ca",
        type=_PEM,
        envvar="RESUMATE_CLIENT_CA",
        show_envvar=True,
        help="Trust these authorities instead of the system's, PEM; implies --tls.",
    ),
    click.option(
        "--cert",
        type=_PEM,
        envvar="RESUMATE_CLIENT_CERT",
        show_envvar=True,
        help="Show the server this certificate, PEM; implies --tls.",
    ),
    click.option(
        "--key", type=_PEM, envvar="RESUMATE_CLIENT_KEY", show_envvar=True, help="Private key of the certificate, PEM."
    ),
    click.option(
        "--timeout",
        type=Duration(),
        envvar="RESUMATE_CLIENT_TIMEOUT",
        default="30s",
        show_default=True,
        show_envvar=True,
        help="Longest wait for one answer; a watch has no end.",
    ),
)


def client(command: Command) -> Callable[..., Any]:
    """Give a command, a coroutine function, the options of a client and an open `Client` as its first argument."""

    @functools.wraps(command)
    def run(
        *,
        server: str,
        tls: bool,
        ca: Path | None,
        cert: Path | None,
        key: Path | None,
        timeout: float,
        **rest: object,
    ) -> object:
        # gRPC's core would write what it thinks to stderr, beside the error that the call ends with.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        # Here, not above: `resumate --help`, completion and the server's commands have no use for a client.
        from resumate_grpc.cli.failure import exit_code, failure_lines  # noqa: PLC0415
        from resumate_grpc.client import Client, ClientError, Reconnection, Tls  # noqa: PLC0415

        _check(server, cert, key)
        secure = tls or ca is not None or cert is not None
        opened = Client(
            server,
            tls=Tls(ca=ca, cert=cert, key=key) if secure else None,
            timeout_s=timeout,
            # Where nothing has ever answered, say so at once: most often it was never started.
            reconnection=Reconnection(patience_s=WATCH_PATIENCE_S, waits_for_first=False),
            user_agent="resumate-cli",
        )

        async def with_client() -> object:
            async with opened as connected:
                return await command(connected, **rest)

        try:
            return asyncio.run(with_client())
        except ClientError as error:
            complain(failure_lines(error))
            return exit_code(error)

    return functools.reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), run)


def _check(server: str, cert: Path | None, key: Path | None) -> None:
    try:
        read_address(server)
    except ValueError as error:
        raise SettingsError(f"RESUMATE_SERVER (--server) {error}") from None
    if (cert is None) != (key is None):
        raise SettingsError("a client certificate needs its key: give both --cert and --key, or neither")
