"""`resumate upload`: send files, several at once, and see them through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.bars import Bars, Step, bars
from resumate_grpc.cli.commands.watch import interruption_text
from resumate_grpc.cli.exit_codes import ExitCode, worst
from resumate_grpc.cli.failure import exit_code, failure_lines, sentence
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import headline
from resumate_grpc.cli.terminal import Output, complain
from resumate_grpc.cli.words import error_text, stage_word, state_word
from resumate_grpc.client import Client, ClientError, ParseOptions, ProgressEvent, Resending, Resume, State

__all__ = ["see_through", "upload_command"]

AT_ONCE = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of a file: its résumé, or None and why not."""

    label: str
    resume: Resume | None = None
    problem: str = ""
    exit_code: ExitCode = ExitCode.OK


@click.command("upload")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("-w", "--watch", is_flag=True, help="Wait until they are parsed, showing how far they are.")
@click.option("--batch-id", default="", metavar="LABEL", help="Put them in a batch, to be watched and listed by it.")
@click.option("--language", default="", metavar="TAG", help="Their language, BCP-47 such as `de`; default: detect.")
@click.option(
    "--ai-enhancement", is_flag=True, help="Let the server's language model improve values; it is sent their text."
)
@click.option(
    "--request-id", metavar="UUID", help="With one file: the same id again returns the first upload's résumé."
)
@options.as_json
@options.quiet
@options.client
async def upload_command(  # noqa: PLR0913 - its options
    client: Client,
    files: tuple[Path, ...],
    *,
    watch: bool,
    batch_id: str,
    language: str,
    ai_enhancement: bool,
    request_id: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Upload files; print a line for each résumé, in the order given.

    A file that is refused is told on stderr, and the others go on.
    """
    if request_id and len(files) > 1:
        raise click.UsageError("--request-id names one upload; give one file with it")
    options = ParseOptions(language=language, ai_enhancement=ai_enhancement)
    sending = [
        _Sending(client, path, request_id=request_id or "", batch_id=batch_id, options=options, watch=watch)
        for path in dict.fromkeys(files)
    ]
    codes = []
    with Output() as output, bars(files=len(sending), quiet=quiet) as shown:
        async with aclosing(_all_sent(sending, shown)) as outcomes:
            async for sent in outcomes:
                if sent.resume is not None:
                    output.emit(json_line(sent.resume) if as_json else headline(sent.resume))
                if sent.problem:
                    complain(sent.problem, about=sent.label)
                codes.append(sent.exit_code)
    return worst(codes)


async def _all_sent(sending: Sequence[_Sending], shown: Bars) -> AsyncGenerator[Sent, None]:
    """Send files, a few at once; gives their outcomes in order. Interrupted, it ends what is under way."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def in_turn(one: _Sending) -> Sent:
        async with turn:
            return await one.run(shown)

    tasks = [asyncio.create_task(in_turn(one), name=f"upload {one.label}") for one in sending]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Sending:
    """One file on its way, and how it is to be sent."""

    def __init__(
        self, client: Client, path: Path, *, request_id: str, batch_id: str, options: ParseOptions, watch: bool
    ) -> None:
        self.label = str(path)
        self._client = client
        self._path = path
        self._request_id = request_id
        self._batch_id = batch_id
        self._options = options
        self._watch = watch
        self._resume: Resume | None = None

    async def run(self, shown: Bars) -> Sent:
        """Send it, and see it through if it is to be watched. Raises nothing of what may happen to one file."""
        try:
            resume = await self._sent(shown)
        except ClientError as error:
            shown.ended(self.label, "failed", well=False)
            return self._outcome(failure_lines(error), exit_code(error))
        except OSError as error:
            shown.ended(self.label, "failed", well=False)
            return self._outcome(str(error), ExitCode.USAGE)
        shown.ended(self.label, state_word(resume.state), well=resume.state == State.STATE_SUCCEEDED)
        if resume.state in {State.STATE_FAILED, State.STATE_CANCELLED}:
            return self._outcome(error_text(resume.error) if resume.HasField("error") else "cancelled", ExitCode.FAILED)
        return self._outcome()

    async def _sent(self, shown: Bars) -> Resume:
        self._resume = await self._client.upload(
            self._path,
            request_id=self._request_id,
            batch_id=self._batch_id,
            options=self._options,
            on_sent=lambda sent, total: shown.sent(self.label, sent, total),
            on_resending=lambda resending: shown.said(self.label, _resending_text(resending)),
        )
        if self._watch:
            self._resume = await see_through(self._client, self._resume.id, shown, label=self.label)
        return self._resume

    def _outcome(self, problem: str = "", code: ExitCode = ExitCode.OK) -> Sent:
        return Sent(label=self.label, resume=self._resume, problem=problem, exit_code=code)


def _resending_text(resending: Resending) -> str:
    return f"{sentence(resending.error)}; sending it again in {resending.pause_s:.1f} s"


def _step(event: ProgressEvent) -> Step:
    remaining = event.estimated_remaining.ToTimedelta().total_seconds()
    return Step(
        stage=stage_word(event.stage),
        percent=event.percent,
        message=event.message,
        attempt=event.attempt,
        remaining_s=remaining if event.HasField("estimated_remaining") else None,
    )


async def see_through(client: Client, resume_id: str, shown: Bars, *, label: str, after: int = 0) -> Resume:
    """Watch a résumé to its end and return it, whole. Raises `ClientError`."""
    watch = client.watch(
        resume_id,
        after=after,
        on_interruption=lambda interruption: shown.said(label, interruption_text(interruption)),
    )
    async for event in watch:
        shown.advanced(label, _step(event))
    return await client.get(resume_id)
