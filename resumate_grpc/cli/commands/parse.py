"""`resumate parse`: files in, structured data out, no server."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resumate_grpc.cli import options
from resumate_grpc.cli.bars import Bars, Step, bars
from resumate_grpc.cli.exit_codes import ExitCode
from resumate_grpc.cli.parsed_json import as_line, as_message, as_page
from resumate_grpc.cli.summary import parsed_lines
from resumate_grpc.cli.terminal import Output, complain, note, safe
from resumate_grpc.cli.writing import whole_file
from resumate_grpc.config import Settings, read_settings, usable_cores
from resumate_grpc.jobs.progress import AttemptProgress
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress

if TYPE_CHECKING:
    from resumate_grpc.app.local import LocalOutcome
    from resumate_grpc.parsing.explanation import Explanation

__all__ = ["parse_command"]


@click.command("parse")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print one ParsedResume a line, in the order of the files.")
@click.option(
    "--output-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write DIR/<the file's stem>.json for each file instead; made if it is not there.",
)
@click.option(
    "--explain",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PAGE.html",
    help="Write a page that shows one FILE as the parser sees it, with each value in its place.",
)
@click.option("--language", default="", metavar="TAG", help="Their language, BCP-47 such as `de`; default: detect.")
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="COUNT", help="Processes to use; default: one for each core."
)
@options.quiet
def parse_command(
    files: tuple[Path, ...],
    *,
    as_json: bool,
    output_dir: Path | None,
    explain: Path | None,
    language: str,
    workers: int | None,
    quiet: bool,
) -> int:
    """Parse files here, without a server, on all cores.

    A file that cannot be parsed is told on stderr with its reason, the others go on, and the exit status is 1; on
    stdout there is then nothing for it. With --explain and nothing else that asks for output, only the page is
    written. RESUMATE_MAX_FILE_BYTES, RESUMATE_PARSE_TIMEOUT_S and
    RESUMATE_PARSE_MEMORY_BYTES hold here too.
    """
    paths = list(dict.fromkeys(files))
    if explain is not None:
        _refuse_explaining(explain, paths)
    if output_dir is not None:
        _refuse_collisions(paths)
        output_dir.mkdir(parents=True, exist_ok=True)
    settings = read_settings(os.environ, only=("max_file_bytes", "parse_timeout_s", "parse_memory_bytes")).settings
    with Output() as output, bars(files=len(paths), quiet=quiet) as shown:
        results = _Results(
            output, shown, as_json=as_json, output_dir=output_dir, explain=explain, titled=len(paths) > 1
        )
        asyncio.run(_parse(paths, settings, workers or usable_cores(), language, results))
    return ExitCode.FAILED if results.failures else ExitCode.OK


def _refuse_collisions(paths: list[Path]) -> None:
    """Refuse files that would be written to the same place, before any work is done."""
    twice = [stem for stem, count in Counter(path.stem for path in paths).items() if count > 1]
    if twice:
        same = ", ".join(str(path) for path in paths if path.stem == twice[0])
        raise click.UsageError(f"{same} would all be written to {twice[0]}.json; parse them into different folders")


def _refuse_explaining(page: Path, paths: list[Path]) -> None:
    """Refuse several files, and a page that is likely a file whose page was forgotten to be named."""
    if page.suffix.lower() not in {".html", ".htm"}:
        raise click.UsageError(f"--explain takes the name of the page that it writes, such as out.html; got {page}")
    if len(paths) > 1:
        raise click.UsageError(f"--explain shows one file; got {len(paths)}")
    if page.resolve() == paths[0].resolve():
        raise click.UsageError(f"--explain would write its page over {page}, which is the file to parse")


async def _parse(paths: list[Path], settings: Settings, workers: int, language: str, results: _Results) -> None:
    # Here, not above: they bring the parser along, which no other client command needs.
    from resumate_grpc.app.local import explain_file, parse_files  # noqa: PLC0415
    from resumate_grpc.model.resume import ParseOptions  # noqa: PLC0415
    from resumate_grpc.sandbox.limits import Limits  # noqa: PLC0415

    options = ParseOptions(language=language)
    limits = Limits(wall_s=settings.parse_timeout_s, memory_bytes=settings.parse_memory_bytes)
    if results.explains:
        outcome = await explain_file(
            paths[0],
            options=options,
            limits=limits,
            max_file_bytes=settings.max_file_bytes,
            on_progress=results.advanced,
        )
        results.ended(outcome)
        return
    await parse_files(
        paths,
        workers=workers,
        options=options,
        limits=limits,
        max_file_bytes=settings.max_file_bytes,
        on_progress=results.advanced,
        on_outcome=results.ended,
    )


class _Results:
    """Shows progress and gives out results as they come; counts failures."""

    def __init__(
        self,
        output: Output,
        shown: Bars,
        *,
        as_json: bool,
        output_dir: Path | None,
        explain: Path | None,
        titled: bool,
    ) -> None:
        self.failures = 0
        self._output = output
        self._bars = shown
        self._as_json = as_json
        self._output_dir = output_dir
        self._explain = explain
        self._titled = titled
        self._attempts: dict[Path, AttemptProgress] = {}

    @property
    def explains(self) -> bool:
        """Whether a page is wanted that shows what the parser saw."""
        return self._explain is not None

    def advanced(self, path: Path, progress: StageProgress) -> None:
        """Show a step of a file's parsing, in percent of the whole as the service reckons it."""
        event = self._attempts.setdefault(path, AttemptProgress(None)).advance(progress)
        if event is not None:
            step = Step(stage=event.stage.value.lower(), percent=event.percent, message=event.message)
            self._bars.advanced(str(path), step)

    def ended(self, outcome: LocalOutcome) -> None:
        """Give out one file's result, or say why there is none."""
        label = str(outcome.path)
        if outcome.parsed is None:
            self.failures += 1
            self._bars.ended(label, "failed", well=False)
            complain(f"{outcome.message} [{outcome.reason}]", about=label)
            return
        self._bars.ended(label, "done", well=True)
        if self._explain is not None and outcome.explanation is not None:
            _write_page(self._explain, outcome.explanation, outcome.path)
        if not self.explains or self._as_json or self._output_dir is not None:
            self._give_out(outcome.path, outcome.parsed)

    def _give_out(self, path: Path, parsed: ParsedResume) -> None:
        if self._output_dir is not None:
            with whole_file(self._output_dir / f"{path.stem}.json") as file:
                file.write(as_page(parsed).encode())
            return
        if self._as_json:
            text = as_line(parsed)
        else:
            title = [f"== {safe(str(path), one_line=True)}"] if self._titled else []
            text = "\n".join([*title, *parsed_lines(as_message(parsed)), *([""] if self._titled else [])])
        self._output.emit(text)


def _write_page(target: Path, explanation: Explanation, source: Path) -> None:
    from resumate_grpc.explain.page import explain_page  # noqa: PLC0415 - as above

    with whole_file(target) as file:
        file.write(explain_page(explanation, filename=source.name).encode())
    note(f"wrote {target}: open it in a browser")
