"""`resumate list`: many résumés."""

from __future__ import annotations

from collections.abc import Iterator

import click

from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import ListResumesRequest, ListResumesResponse
from resumate_grpc.cli import options
from resumate_grpc.cli.connection import Connection
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import local_time
from resumate_grpc.cli.terminal import emit, note, safe
from resumate_grpc.cli.words import STATES, state_word

__all__ = ["list_command"]

LARGEST_PAGE = 500
ORDERS = [f"{name}{way}" for name in ("create_time", "update_time", "filename") for way in ("", " desc")]


@click.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(list(STATES), case_sensitive=False),
    help="Only those in this state; may be given several times.",
)
@click.option("--batch", "batch_id", default="", metavar="LABEL", help="Only those of this batch.")
@click.option("--text", default="", help="Only those whose file name, person's name or text contains this.")
@click.option("--order-by", type=click.Choice(ORDERS), default="create_time desc", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@click.option("--all", "unlimited", is_flag=True, help="All that match, however many.")
@options.as_json
@options.client
def list_command(
    connection: Connection,
    *,
    states: tuple[str, ...],
    batch_id: str,
    text: str,
    order_by: str,
    limit: int,
    unlimited: bool,
    as_json: bool,
) -> None:
    """List résumés, the newest first unless told otherwise."""
    filters = ListResumesRequest(
        states=[STATES[word.lower()] for word in states], batch_id=batch_id, text=text, order_by=order_by
    )
    shown = total = 0
    for page in _pages(connection, filters, limit=None if unlimited else limit):
        if not shown and page.resumes and not as_json:
            emit(f"{'ID':<36}  {'STATE':<10}  {'':>4}  {'UPLOADED':<16}  FILE")
        for resume in page.resumes:
            if as_json:
                emit(json_line(resume))
            else:
                emit(_row(resume))
        shown, total = shown + len(page.resumes), page.total_size
    if shown < total:
        note(f"{shown} of {total}; --all lists all")
    elif not total:
        note("no résumé matches" if states or batch_id or text else "no résumés yet; `resumate upload FILE` adds one")


def _pages(connection: Connection, filters: ListResumesRequest, *, limit: int | None) -> Iterator[ListResumesResponse]:
    """Fetch page after page until `limit` résumés have been given, None = all."""
    given, token = 0, ""
    while limit is None or given < limit:
        wanted = ListResumesRequest(page_token=token)
        wanted.MergeFrom(filters)
        wanted.page_size = min(LARGEST_PAGE, limit - given if limit is not None else LARGEST_PAGE)
        page = connection.call(connection.stub.ListResumes, wanted)
        yield page
        given, token = given + len(page.resumes), page.next_page_token
        if not token:
            return


def _row(resume: Resume) -> str:
    percent = f"{resume.progress.percent}%" if resume.HasField("progress") else ""
    uploaded, filename = local_time(resume.create_time), safe(resume.filename, one_line=True)
    return f"{resume.id:<36}  {state_word(resume.state):<10}  {percent:>4}  {uploaded:<16}  {filename}"
