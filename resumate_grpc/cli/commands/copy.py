"""`resumate copy`: an installation on SQLite becomes one on PostgreSQL."""

from __future__ import annotations

import logging

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.exit_codes import ExitCode
from resumate_grpc.cli.steps import steps
from resumate_grpc.cli.terminal import complain, emit, note

__all__ = ["copy_command"]

_MOST_NAMED = 20


@click.command("copy")
@click.option("--from", "source", metavar="URL", required=True, help="The SQLite database: sqlite:///… or its file.")
@click.option(
    "--to",
    "target",
    metavar="URL",
    required=True,
    envvar="RESUMATE_DATABASE_URL",
    show_envvar=True,
    help="The PostgreSQL database, a new one: postgresql://user:password@host/database.",
)
@click.option(
    "--files-from",
    metavar="URL",
    default="",
    help="Where its files are: a folder or a URL.  [default: the folder `files` beside the database]",
)
@click.option(
    "--files-to",
    metavar="URL",
    default="",
    envvar="RESUMATE_FILES_URL",
    show_envvar=True,
    help="Where files are to be, such as s3://bucket/prefix; without it they stay where they are.",
)
@click.option("--check-files/--no-check-files", default=True, help="Read each file back at the end.  [default: check]")
@options.quiet
def copy_command(*, source: str, target: str, files_from: str, files_to: str, check_files: bool, quiet: bool) -> int:
    """Copy a SQLite installation, which nobody is at work on, into PostgreSQL, with its files.

    Ids, numbers, digests and the log's epoch stay what they are, so that watches go on where they were. Broken off, it
    leaves the database empty: run it again. What it needs of its target's settings may be in their usual variables.
    """
    # Here, not above: they bring the database along.
    from resumate_grpc import app  # noqa: PLC0415
    from resumate_grpc.app.copying import Installation, copy  # noqa: PLC0415

    # What goes wrong is said once, below, and not with a traceback as in a server's log.
    logging.getLogger("resumate_grpc").addHandler(logging.NullHandler())
    logging.getLogger("resumate_grpc").propagate = False
    with steps(quiet=quiet) as tell:
        report = app.run(
            copy(
                Installation(database_url=source, files_url=files_from),
                Installation(database_url=target, files_url=files_to),
                check_files=check_files,
                tell=tell,
            )
        )
    counts = ", ".join(f"{count:,} {name}" for name, count in report.rows.items())
    emit(
        f"{'Was there already, and equal' if report.found else 'Copied, and compared'}: {counts}; epoch {report.epoch}"
    )
    emit(f"Files: {report.files:,}" if files_to else "Files stay where they are")
    for missing in report.missing[:_MOST_NAMED]:
        complain(f"file {missing.sha256} {missing.what}; of {', '.join(missing.resume_ids)}")
    if report.missing:
        note(f"{len(report.missing)} file(s) could not be copied: their résumés are there and cannot be parsed again.")
        return ExitCode.FAILED
    note("Never start the two side by side: they have one epoch, and would give its numbers to different events.")
    return ExitCode.OK
