"""The command `resumate`: which commands there are, and what becomes of an error that one of them raises."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from resumate_grpc import __version__
from resumate_grpc.cli.exit_codes import EPILOG, ExitCode
from resumate_grpc.cli.terminal import complain
from resumate_grpc.errors import ResumateError, SettingsError

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "serve": ("serve", "Run everything in one process: gRPC, page and workers."),
    "server": ("serve", "Run the gRPC server alone."),
    "worker": ("serve", "Run workers alone."),
    "bridge": ("serve", "Run the page, HTTP and WebSockets alone."),
    "migrate": ("serve", "Bring the database to this version's schema."),
    "copy": ("copy", "Copy a SQLite installation into PostgreSQL, files included."),
    "parse": ("parse", "Parse files here, without a server."),
    "upload": ("upload", "Upload files, and watch them with --watch."),
    "watch": ("watch", "Watch a résumé, a batch or everything, live."),
    "get": ("get", "Show a résumé."),
    "list": ("list", "List résumés."),
    "retry": ("change", "Parse a résumé again."),
    "cancel": ("change", "Stop a résumé that waits or is being parsed."),
    "delete": ("change", "Remove résumés with their files and history."),
    "export": ("export", "Write a parsed résumé as JSON Resume, text or CSV."),
    "download": ("export", "Fetch the file as it was uploaded."),
    "completion": ("completion", "Print the shell's completion script."),
}
"""Each command's module, which is imported only to run it, and its line in `resumate --help`."""


class Commands(click.Group):
    """Imports a command's module when the command is run, and turns errors into words and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"resumate_grpc.cli.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the table, without importing what it names."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whoever stops reading our output hears no complaint (click itself would exit with 1)."""
        try:
            outcome = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Python flushes stdout once more at its end; that must not complain either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(ExitCode.PIPE_CLOSED)
        return outcome

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run a command and exit with its `ExitCode`."""
        named["standalone_mode"] = False
        try:
            outcome = super().main(args, *rest, **named)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(ExitCode.INTERRUPTED)
        except SettingsError as error:
            complain(str(error))
            sys.exit(ExitCode.USAGE)
        except OSError as error:
            complain(_said(error))
            sys.exit(ExitCode.FAILED)
        except ResumateError as error:
            complain(str(error))
            sys.exit(ExitCode.FAILED)
        sys.exit(outcome if isinstance(outcome, int) else ExitCode.OK)


def _said(error: OSError) -> str:
    """Say what the system refused, without its number: `cannot write here: No space left on device`."""
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else f"cannot read or write: {what}"


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="resumate")
def main() -> None:
    """Turn résumés into structured data: run the service, use it, or parse files right here."""
