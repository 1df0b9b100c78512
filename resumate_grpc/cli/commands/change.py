"""`resumate retry`, `cancel` and `delete`: what changes a résumé's state, or ends it."""

from __future__ import annotations

import sys

import click

from resumate_grpc._gen.resumate.v1.progress_pb2 import State
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import (
    CancelResumeRequest,
    DeleteResumeRequest,
    RetryResumeRequest,
)
from resumate_grpc.cli import options
from resumate_grpc.cli.bars import bars
from resumate_grpc.cli.commands.upload import see_through
from resumate_grpc.cli.connection import Connection
from resumate_grpc.cli.exit_codes import ExitCode, worst
from resumate_grpc.cli.failure import CallError
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import headline
from resumate_grpc.cli.terminal import complain, emit, failure_lines, note

__all__ = ["cancel_command", "delete_command", "retry_command"]


@click.command("retry")
@click.argument("resume_id", metavar="ID")
@click.option("-w", "--watch", is_flag=True, help="Wait until it is parsed, showing how far it is.")
@options.as_json
@options.quiet
@options.client
def retry_command(connection: Connection, resume_id: str, *, watch: bool, as_json: bool, quiet: bool) -> int:
    """Parse a résumé again that has ended, as its next attempt."""
    resume = connection.call(connection.stub.RetryResume, RetryResumeRequest(resume_id=resume_id)).resume
    if watch:
        # Without the event before this attempt's first, the watch would end at the last attempt's.
        after = max(0, resume.progress.sequence - 1)
        with bars(files=1, quiet=quiet) as shown:
            resume = see_through(connection, resume.id, shown, label=resume.filename, after=after)
    if as_json:
        emit(json_line(resume))
    else:
        emit(headline(resume))
    return ExitCode.FAILED if resume.state in {State.STATE_FAILED, State.STATE_CANCELLED} else ExitCode.OK


@click.command("cancel")
@click.argument("resume_id", metavar="ID")
@options.as_json
@options.client
def cancel_command(connection: Connection, resume_id: str, *, as_json: bool) -> None:
    """Stop a résumé that waits or is being parsed."""
    resume = connection.call(connection.stub.CancelResume, CancelResumeRequest(resume_id=resume_id)).resume
    if as_json:
        emit(json_line(resume))
    else:
        emit(headline(resume))


@click.command("delete")
@click.argument("resume_ids", metavar="ID…", nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@options.client
def delete_command(connection: Connection, resume_ids: tuple[str, ...], *, yes: bool) -> int:
    """Remove résumés with their files, data and history. There is no way back."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("there is nobody to ask; say --yes if you mean it")
        click.confirm(f"Remove {len(resume_ids)} résumé(s) for good?", abort=True, err=True)
    return worst([_delete(connection, resume_id) for resume_id in resume_ids])


def _delete(connection: Connection, resume_id: str) -> ExitCode:
    try:
        connection.call(connection.stub.DeleteResume, DeleteResumeRequest(resume_id=resume_id))
    except CallError as error:
        complain(failure_lines(error.failure), about=resume_id)
        return error.failure.exit_code
    note(f"{resume_id} removed")
    return ExitCode.OK
