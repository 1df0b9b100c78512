"""`resumate get`: one résumé."""

from __future__ import annotations

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import resume_lines
from resumate_grpc.cli.terminal import emit
from resumate_grpc.client import Client

__all__ = ["get_command"]


@click.command("get")
@click.argument("resume_id", metavar="ID")
@options.as_json
@options.client
async def get_command(client: Client, resume_id: str, *, as_json: bool) -> None:
    """Show a résumé: its state and, once it is parsed, each value with confidence and place in the document."""
    resume = await client.get(resume_id)
    if as_json:
        emit(json_line(resume))
        return
    for line in resume_lines(resume):
        emit(line)
