"""`resumate retry`, `cancel` and `delete`: what changes a résumé's state, or ends it."""

from __future__ import annotations

import sys

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.bars import bars
from resumate_grpc.cli.commands.upload import see_through
from resumate_grpc.cli.exit_codes import ExitCode, worst
from resumate_grpc.cli.failure import exit_code, failure_lines
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import headline
from resumate_grpc.cli.terminal import complain, emit, note
from resumate_grpc.client import CallError, Client, State

__all__ = ["cancel_command", "delete_command", "retry_command"]


@click.command("retry")
@click.argument("resume_id", metavar="ID")
@click.option("-w", "--watch", is_flag=True, help="Wait until it is parsed, showing how far it is.")
@options.as_json
@options.quiet
@options.client
async def retry_command(client: Client, resume_id: str, *, watch: bool, as_json: bool, quiet: bool) -> int:
    """Parse a résumé again that has ended, as its next attempt."""
    resume = await client.retry(resume_id)
    if watch:
        # Without the event before this attempt's first, the watch would end at the last attempt's.
        after = max(0, resume.progress.sequence - 1)
        with bars(files=1, quiet=quiet) as shown:
            resume = await see_through(client, resume.id, shown, label=resume.filename, after=after)
    if as_json:
        emit(json_line(resume))
    else:
        emit(headline(resume))
    return ExitCode.FAILED if resume.state in {State.STATE_FAILED, State.STATE_CANCELLED} else ExitCode.OK


@click.command("cancel")
@click.argument("resume_id", metavar="ID")
@options.as_json
@options.client
async def cancel_command(client: Client, resume_id: str, *, as_json: bool) -> None:
    """Stop a résumé that waits or is being parsed."""
    resume = await client.cancel(resume_id)
    if as_json:
        emit(json_line(resume))
    else:
        emit(headline(resume))


@click.command("delete")
@click.argument("resume_ids", metavar="ID…", nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@options.client
async def delete_command(client: Client, resume_ids: tuple[str, ...], *, yes: bool) -> int:
    """Remove résumés with their files, data and history. There is no way back."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("there is nobody to ask; say --yes if you mean it")
        click.confirm(f"Remove {len(resume_ids)} résumé(s) for good?", abort=True, err=True)
    return worst([await _delete(client, resume_id) for resume_id in resume_ids])


async def _delete(client: Client, resume_id: str) -> ExitCode:
    try:
        await client.delete(resume_id)
    except CallError as error:
        complain(failure_lines(error), about=resume_id)
        return exit_code(error)
    note(f"{resume_id} removed")
    return ExitCode.OK
