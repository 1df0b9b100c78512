"""`resumate export` and `download`: a résumé's data in another format, and its original file."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from resumate_grpc._gen.resumate.v1.export_pb2 import (
    DownloadFileRequest,
    DownloadFileResponse,
    ExportFormat,
    ExportResumeRequest,
)
from resumate_grpc.cli import options
from resumate_grpc.cli.connection import Connection
from resumate_grpc.cli.terminal import note
from resumate_grpc.cli.writing import write_whole

__all__ = ["download_command", "export_command"]

FORMATS = {
    "json-resume": ExportFormat.EXPORT_FORMAT_JSON_RESUME,
    "text": ExportFormat.EXPORT_FORMAT_PLAIN_TEXT,
    "csv": ExportFormat.EXPORT_FORMAT_CSV,
    "redacted-json": ExportFormat.EXPORT_FORMAT_REDACTED_JSON,
    "redacted-text": ExportFormat.EXPORT_FORMAT_REDACTED_TEXT,
}
DOWNLOAD_SILENCE_S = 60.0


@click.command("export")
@click.argument("resume_id", metavar="ID")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="json-resume", show_default=True)
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; `-`, the default, is stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@options.client
def export_command(connection: Connection, resume_id: str, *, format_name: str, output: str, force: bool) -> None:
    """Write what a résumé says as JSON Resume 1.0.0, plain text or CSV, or redacted for blind screening."""
    request = ExportResumeRequest(resume_id=resume_id, format=FORMATS[format_name])
    _write([connection.call(connection.stub.ExportResume, request).content], output, force=force)


@click.command("download")
@click.argument("resume_id", metavar="ID")
@click.option("-o", "--output", metavar="FILE", help="Where to write it; default: its own name, here; `-` is stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@options.client
def download_command(connection: Connection, resume_id: str, *, output: str | None, force: bool) -> None:
    """Fetch a résumé's file as it was uploaded, and check that it arrived whole."""
    answers = connection.stream(
        connection.stub.DownloadFile, DownloadFileRequest(resume_id=resume_id), silence_s=DOWNLOAD_SILENCE_S
    )
    with contextlib.closing(answers):
        header = next(answers).header
        _write(_checked(answers, header.sha256), output or _own_name(header.filename), force=force)


def _checked(answers: Iterator[DownloadFileResponse], sha256: str) -> Iterator[bytes]:
    """Pass on the bytes; raises `OSError` at their end if they are not what the header promised."""
    digest = hashlib.sha256()
    for answer in answers:
        digest.update(answer.chunk)
        yield answer.chunk
    if digest.hexdigest() != sha256:
        raise OSError("the file did not arrive whole: its checksum differs; fetch it again")


def _own_name(filename: str) -> str:
    """Reduce the server's name for a file to one that stays in this folder and shows in a listing."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", filename.replace("\\", "/").rpartition("/")[2]).lstrip(".")
    return name or "resume"


def _write(pieces: Iterable[bytes], output: str, *, force: bool) -> None:
    """Write to stdout for `-`, else to a file that appears whole or not at all."""
    if output == "-":
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    target = Path(output)
    if target.exists() and not force:
        raise click.UsageError(f"{target} is there already; give another name by -o, or --force")
    write_whole(target, pieces)
    note(f"wrote {target}")
