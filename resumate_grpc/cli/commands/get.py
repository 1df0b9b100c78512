"""`resumate get`: one résumé."""

from __future__ import annotations

import click

from resumate_grpc._gen.resumate.v1.resume_service_pb2 import GetResumeRequest
from resumate_grpc.cli import options
from resumate_grpc.cli.connection import Connection
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import resume_lines
from resumate_grpc.cli.terminal import emit

__all__ = ["get_command"]


@click.command("get")
@click.argument("resume_id", metavar="ID")
@options.as_json
@options.client
def get_command(connection: Connection, resume_id: str, *, as_json: bool) -> None:
    """Show a résumé: its state and, once it is parsed, each value with confidence and place in the document."""
    resume = connection.call(connection.stub.GetResume, GetResumeRequest(resume_id=resume_id)).resume
    if as_json:
        emit(json_line(resume))
        return
    for line in resume_lines(resume):
        emit(line)
