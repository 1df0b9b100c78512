"""The commands that run the service, or a part of it."""

from __future__ import annotations

import os

import click

from resumate_grpc import failpoints
from resumate_grpc.cli.options import CLIENT_VARIABLES
from resumate_grpc.cli.terminal import note
from resumate_grpc.config import SETTINGS, Setting, Settings, read_settings
from resumate_grpc.errors import SettingsError

__all__ = ["bridge_command", "migrate_command", "serve_command", "server_command", "worker_command"]


class SettingsCommand(click.Command):
    """A command that has every setting as a flag, shown in its groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags group by group."""
        records = {param.name: record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))}
        for group in dict.fromkeys(described.group for described in SETTINGS):
            with formatter.section(group):
                names = [described.name for described in SETTINGS if described.group == group]
                formatter.write_dl([records.pop(name) for name in names])
        with formatter.section("Others"):
            formatter.write_dl(list(records.values()))


def _option(described: Setting) -> click.Option:
    default = f" [default: {described.default_text}]" if described.default_text else ""
    text = f"{described.help}{default} [{described.env}]"
    if described.is_switch:
        names = f"{described.flag}/--no-{described.flag.removeprefix('--')}"
        return click.Option([names, described.name], default=None, help=text)
    return click.Option([described.flag, described.name], metavar=described.metavar, help=text)


def _read(flags: dict[str, str | bool | None]) -> Settings:
    """Read flags and environment, and say on stderr what has no effect. Raises `SettingsError`."""
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in flags.items()}
    reading = read_settings(
        os.environ,
        {name: value for name, value in given.items() if value is not None},
        known=(*CLIENT_VARIABLES, failpoints.VARIABLE),
    )
    for warning in reading.warnings:
        note(f"warning: {warning}")
    try:
        failpoints.arm(os.environ.get(failpoints.VARIABLE, ""))
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return reading.settings


def _command(name: str, entry: str, text: str, *own: click.Option) -> click.Command:
    """Make a command that has every setting as a flag and runs the function `entry` of `resumate_grpc.app`.

    `own` are further options, which that function takes by name.
    """

    def run(**flags: str | bool | None) -> None:
        given = {option.name: flags.pop(option.name) for option in own if option.name}
        settings = _read(flags)
        # gRPC's core would write lines of its own, such as of failed TLS handshakes, into the JSON log.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        # Here, not above: it brings the database, the parser and the web server along.
        from resumate_grpc import app  # noqa: PLC0415

        app.run(getattr(app, entry)(settings, **given))

    return SettingsCommand(name, callback=run, help=text, params=[*map(_option, SETTINGS), *own])


serve_command = _command(
    "serve",
    "serve",
    "Run everything in one process: gRPC server, page, HTTP, WebSockets and workers. Ctrl-C ends it cleanly.",
)
server_command = _command("server", "run_server", "Run the gRPC server alone; `resumate worker` does the parsing.")
worker_command = _command("worker", "run_worker", "Run workers alone, on the database that a server fills.")
bridge_command = _command("bridge", "run_bridge", "Run the page, HTTP and WebSockets alone, as a client of a server.")
migrate_command = _command(
    "migrate",
    "migrate",
    "Bring the database to this version's schema, then end.",
    click.Option(
        ["--restored"],
        is_flag=True,
        help="The database was put back from a backup: give its log a new epoch, so that no watcher takes it for "
        "the one that it had been watching.",
    ),
)
