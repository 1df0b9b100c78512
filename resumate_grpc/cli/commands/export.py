"""`resumate export` and `download`: a résumé's data in another format, and its original file."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.terminal import note
from resumate_grpc.cli.writing import whole_file
from resumate_grpc.client import Client, ExportFormat

__all__ = ["download_command", "export_command"]

FORMATS = {
    "json-resume": ExportFormat.EXPORT_FORMAT_JSON_RESUME,
    "text": ExportFormat.EXPORT_FORMAT_PLAIN_TEXT,
    "csv": ExportFormat.EXPORT_FORMAT_CSV,
    "redacted-json": ExportFormat.EXPORT_FORMAT_REDACTED_JSON,
    "redacted-text": ExportFormat.EXPORT_FORMAT_REDACTED_TEXT,
}


@click.command("export")
@click.argument("resume_id", metavar="ID")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="json-resume", show_default=True)
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; `-`, the default, is stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@options.client
async def export_command(client: Client, resume_id: str, *, format_name: str, output: str, force: bool) -> None:
    """Write what a résumé says as JSON Resume 1.0.0, plain text or CSV, or redacted for blind screening."""
    exported = await client.export(resume_id, format=FORMATS[format_name])
    await _write(_whole(exported.content), output, force=force)


@click.command("download")
@click.argument("resume_id", metavar="ID")
@click.option("-o", "--output", metavar="FILE", help="Where to write it; default: its own name, here; `-` is stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@options.client
async def download_command(client: Client, resume_id: str, *, output: str | None, force: bool) -> None:
    """Fetch a résumé's file as it was uploaded, and check that it arrived whole."""
    async with client.download(resume_id) as file:
        await _write(aiter(file), output or _own_name(file.filename), force=force)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _own_name(filename: str) -> str:
    """Reduce the server's name for a file to one that stays in this folder and shows in a listing."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", filename.replace("\\", "/").rpartition("/")[2]).lstrip(".")
    return name or "resume"


async def _write(pieces: AsyncIterator[bytes], output: str, *, force: bool) -> None:
    """Write to stdout for `-`, else to a file that appears whole or not at all."""
    if output == "-":
        async for piece in pieces:
            click.echo(piece, nl=False)
        return
    with whole_file(_free(Path(output), force=force)) as file:
        async for piece in pieces:
            file.write(piece)
    note(f"wrote {output}")


def _free(target: Path, *, force: bool) -> Path:
    if target.exists() and not force:
        raise click.UsageError(f"{target} is there already; give another name by -o, or --force")
    return target
