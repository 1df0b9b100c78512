"""Options that several commands share: which server, and how output is wanted."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from resumate_grpc.config.units import read_address, read_seconds
from resumate_grpc.errors import SettingsError

if TYPE_CHECKING:
    import grpc

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

Command = TypeVar("Command", bound=Callable[..., Any])
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
    """Give a command the options of a client, and an open `Connection` as its first argument.

    A test passes a channel of its own as the context's object.
    """

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
        from resumate_grpc.cli.connection import Connection, Endpoint, open_channel  # noqa: PLC0415

        _check(server, cert, key)
        given: grpc.Channel | None = click.get_current_context().obj
        secure = tls or ca is not None or cert is not None
        channel = given or open_channel(Endpoint(address=server, tls=secure, ca=ca, cert=cert, key=key))
        with Connection(channel, server=server, timeout_s=timeout) as connection:
            return command(connection, **rest)

    return functools.reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), run)


def _check(server: str, cert: Path | None, key: Path | None) -> None:
    try:
        read_address(server)
    except ValueError as error:
        raise SettingsError(f"RESUMATE_SERVER (--server) {error}") from None
    if (cert is None) != (key is None):
        raise SettingsError("a client certificate needs its key: give both --cert and --key, or neither")
