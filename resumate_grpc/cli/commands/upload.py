"""`resumate upload`: send files, several at once, and see them through."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent, State
from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import GetResumeRequest
from resumate_grpc.cli import options
from resumate_grpc.cli.bars import Bars, Step, bars
from resumate_grpc.cli.connection import Connection
from resumate_grpc.cli.exit_codes import ExitCode, worst
from resumate_grpc.cli.failure import CallError
from resumate_grpc.cli.proto_json import json_line
from resumate_grpc.cli.summary import headline
from resumate_grpc.cli.terminal import Output, complain, failure_lines
from resumate_grpc.cli.uploading import FileToUpload, upload
from resumate_grpc.cli.watching import Watch, Watched
from resumate_grpc.cli.words import error_text, stage_word, state_word

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
def upload_command(  # noqa: PLR0913 - its options
    connection: Connection,
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
    wanted = [
        FileToUpload(
            path=path,
            request_id=request_id or str(uuid.uuid4()),
            batch_id=batch_id,
            language=language,
            ai_enhancement=ai_enhancement,
        )
        for path in dict.fromkeys(files)
    ]
    codes = []
    with Output() as output, bars(files=len(wanted), quiet=quiet) as shown:
        for sent in _send_all(connection, wanted, shown, watch=watch):
            if sent.resume is not None:
                output.emit(json_line(sent.resume) if as_json else headline(sent.resume))
            if sent.problem:
                complain(sent.problem, about=sent.label)
            codes.append(sent.exit_code)
    return worst(codes)


def _send_all(connection: Connection, files: list[FileToUpload], shown: Bars, *, watch: bool) -> Iterator[Sent]:
    """Send files, a few at once; gives their outcomes in order. Interrupted, it ends what is under way."""
    pool = ThreadPoolExecutor(min(AT_ONCE, len(files)), thread_name_prefix="resumate-upload")
    try:
        for future in [pool.submit(_send, connection, file, shown, watch=watch) for file in files]:
            yield future.result()
    except BaseException:
        connection.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _send(connection: Connection, file: FileToUpload, shown: Bars, *, watch: bool) -> Sent:
    label = str(file.path)
    resume: Resume | None = None
    try:
        resume = upload(
            connection,
            file,
            on_sent=lambda sent, total: shown.sent(label, sent, total),
            on_lost=lambda text: shown.said(label, text),
        ).resume
        if watch:
            resume = see_through(connection, resume.id, shown, label=label)
    except CallError as error:
        shown.ended(label, "failed", well=False)
        return Sent(label=label, resume=resume, problem=failure_lines(error.failure), exit_code=error.failure.exit_code)
    except OSError as error:
        shown.ended(label, "failed", well=False)
        return Sent(label=label, resume=resume, problem=str(error), exit_code=ExitCode.USAGE)
    shown.ended(label, state_word(resume.state), well=resume.state == State.STATE_SUCCEEDED)
    if resume.state in {State.STATE_FAILED, State.STATE_CANCELLED}:
        problem = error_text(resume.error) if resume.HasField("error") else "cancelled"
        return Sent(label=label, resume=resume, problem=problem, exit_code=ExitCode.FAILED)
    return Sent(label=label, resume=resume)


def _step(event: ProgressEvent) -> Step:
    remaining = event.estimated_remaining.ToTimedelta().total_seconds()
    return Step(
        stage=stage_word(event.stage),
        percent=event.percent,
        message=event.message,
        attempt=event.attempt,
        remaining_s=remaining if event.HasField("estimated_remaining") else None,
    )


def see_through(connection: Connection, resume_id: str, shown: Bars, *, label: str, after: int = 0) -> Resume:
    """Watch a résumé to its end and return it, whole. Raises `CallError`."""
    watch = Watch(connection, Watched(resume_id=resume_id), after=after, on_lost=lambda text: shown.said(label, text))
    for update in watch:
        if update.WhichOneof("update") == "event":
            shown.advanced(label, _step(update.event))
    return connection.call(connection.stub.GetResume, GetResumeRequest(resume_id=resume_id)).resume
