"""`resumate list`: many résumés."""

from __future__ import annotations

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import local_time
from resumate_grpc.cli.terminal import emit, note, safe
from resumate_grpc.cli.words import STATES, state_word
from resumate_grpc.client import Client, Resume

__all__ = ["list_command"]

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
async def list_command(
    client: Client,
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
    pages = client.pages(
        states=[STATES[word.lower()] for word in states],
        batch=batch_id,
        text=text,
        order_by=order_by,
        limit=None if unlimited else limit,
    )
    shown = total = 0
    async for page in pages:
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


def _row(resume: Resume) -> str:
    percent = f"{resume.progress.percent}%" if resume.HasField("progress") else ""
    uploaded, filename = local_time(resume.create_time), safe(resume.filename, one_line=True)
    return f"{resume.id:<36}  {state_word(resume.state):<10}  {percent:>4}  {uploaded:<16}  {filename}"
