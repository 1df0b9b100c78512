"""The two lanes: text, which is quick and never waits for OCR, and scans, whose pages are read side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.jobs.ports import unheard
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import Doing, Stage, StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.recognised import RecognisedPage, ScansFoundError
from resumate_grpc.sandbox.pool import SandboxPool

__all__ = ["SCAN_NICENESS", "ScanLane", "TextLane"]

SCAN_NICENESS = 10
"""OCR fills every core it is given: text then still gets one at once."""
READ_PERCENT = 95

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class TextLane:
    """Parses what has text; implements `jobs.ports.Parser`. A document with scans raises `ScansFoundError` at once."""

    pool: SandboxPool

    async def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> ParsedResume:
        """Parse one document, as `jobs.ports.Parser` says."""
        return await self.pool.parse(
            content,
            media_type=media_type,
            options=options,
            on_progress=on_progress,
            on_doing=on_doing,
            recognised=(),
        )

    async def explain(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        pictures: bool,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> Explanation:
        """Parse one document and keep what was seen, as `jobs.ports.Parser` says."""
        return await self.pool.explain(
            content,
            media_type=media_type,
            options=options,
            pictures=pictures,
            on_progress=on_progress,
            on_doing=on_doing,
            recognised=(),
        )


@dataclass(frozen=True, slots=True)
class ScanLane:
    """Parses any document; implements `jobs.ports.Parser`. Each scanned page is a piece of work of its own.

    Pages of all documents wait for processes in order of arrival; the limits of time hold for a page.
    """

    pool: SandboxPool

    async def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> ParsedResume:
        """Parse one document, as `jobs.ports.Parser` says."""

        async def parse(recognised: Sequence[RecognisedPage], told: Callable[[StageProgress], None]) -> ParsedResume:
            return await self.pool.parse(
                content,
                media_type=media_type,
                options=options,
                on_progress=told,
                on_doing=on_doing,
                recognised=recognised,
            )

        return await self._in_two(content, media_type, options, _Ears(on_progress, on_doing), parse)

    async def explain(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        pictures: bool,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> Explanation:
        """Parse one document and keep what was seen, as `jobs.ports.Parser` says."""

        async def explain(recognised: Sequence[RecognisedPage], told: Callable[[StageProgress], None]) -> Explanation:
            return await self.pool.explain(
                content,
                media_type=media_type,
                options=options,
                pictures=pictures,
                on_progress=told,
                on_doing=on_doing,
                recognised=recognised,
            )

        return await self._in_two(content, media_type, options, _Ears(on_progress, on_doing), explain)

    async def _in_two(
        self,
        content: bytes,
        media_type: MediaType,
        options: ParseOptions,
        ears: _Ears,
        work: Callable[[Sequence[RecognisedPage], Callable[[StageProgress], None]], Awaitable[Result]],
    ) -> Result:
        """Do the work without scans; where there are some, read them and do it with them."""
        looking = _Filter(ears.on_progress, range(1, READ_PERCENT + 1))  # it looks at pages without reading them
        try:
            return await work((), looking.pass_on)
        except ScansFoundError as found:
            wanted = found.pages
        pages = await self._recognised(content, media_type, options, wanted, ears)
        try:
            return await work(pages, _Filter(ears.on_progress, range(READ_PERCENT + 1)).pass_on)
        except ScansFoundError:
            raise ParsingError(
                ErrorReason.WORKER_LOST, "the parser asked for other pages the second time; please report it"
            ) from None

    async def _recognised(
        self,
        content: bytes,
        media_type: MediaType,
        options: ParseOptions,
        wanted: tuple[int, ...],
        ears: _Ears,
    ) -> list[RecognisedPage]:
        """Read all pages that are wanted, as many at a time as there are processes.

        A damaged page of several is told as its problem. What breaks a process or a limit ends the document.
        """
        report = _Report(pages=wanted, ears=ears)
        report.waits()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(
                        self._page(content, media_type, options, page, report, at=place), name=f"ocr page {page}"
                    )
                    for place, page in enumerate(wanted, start=1)
                ]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        pages = [task.result() for task in tasks]
        damaged = [page for page in pages if isinstance(page, ParsingError)]
        if len(damaged) == len(pages):
            raise damaged[0]
        return [
            RecognisedPage(number=number, width=0, height=0, words=(), problem=page.message, damaged=True)
            if isinstance(page, ParsingError)
            else page
            for number, page in zip(wanted, pages, strict=True)
        ]

    async def _page(
        self, content: bytes, media_type: MediaType, options: ParseOptions, page: int, report: _Report, *, at: int
    ) -> RecognisedPage | ParsingError:
        try:
            read = await self.pool.recognise(
                content, media_type=media_type, options=options, page=page, on_start=lambda: report.begins(at)
            )
        except ParsingError as error:
            if error.parse_reason is not ErrorReason.CORRUPT_FILE:
                raise
            return error
        finally:
            report.leaves(at)
        report.ends()
        return read


@dataclass(frozen=True, slots=True)
class _Ears:
    """Who is told of a document."""

    on_progress: Callable[[StageProgress], None]
    on_doing: Callable[[Doing], None]


@dataclass(frozen=True, slots=True)
class _Filter:
    """Passes progress on, but for percents of text extraction that only the reading of pages may claim."""

    on_progress: Callable[[StageProgress], None]
    held_back: range

    def pass_on(self, progress: StageProgress) -> None:
        """Take one report."""
        if progress.stage is not Stage.TEXT_EXTRACTION or progress.stage_percent not in self.held_back:
            self.on_progress(progress)


@dataclass(slots=True)
class _Report:
    """Tells of pages as they are begun and done; `pages` are the numbers of those that OCR reads."""

    pages: tuple[int, ...]
    ears: _Ears
    done: int = field(default=0)
    at_work: list[int] = field(default_factory=list)

    def waits(self) -> None:
        """Tell that no page has found a process yet."""
        self._tell_doing()

    def begins(self, place: int) -> None:
        """Tell that the page at this place among the scanned ones, from 1, is being read."""
        self.at_work.append(place)
        self._tell(f"Reading page {place} of {len(self.pages)} by OCR")
        self._tell_doing()

    def leaves(self, place: int) -> None:
        """Note that the page is no longer being read, if it was."""
        if place in self.at_work:
            self.at_work.remove(place)
            self._tell_doing()

    def ends(self) -> None:
        """Tell that one more page has been read."""
        self.done += 1
        self._tell(f"Read {self.done} of {len(self.pages)} page{'' if len(self.pages) == 1 else 's'} by OCR")

    def _tell(self, message: str) -> None:
        self.ears.on_progress(
            StageProgress(
                stage=Stage.TEXT_EXTRACTION, stage_percent=READ_PERCENT * self.done // len(self.pages), message=message
            )
        )

    def _tell_doing(self) -> None:
        numbers = [str(self.pages[place - 1]) for place in self.at_work]
        if not numbers:
            what = "no OCR process has been free"
        elif len(numbers) == 1:
            what = f"page {numbers[0]} has been read by OCR"
        else:
            what = f"pages {', '.join(numbers[:-1])} and {numbers[-1]} have been read by OCR"
        self.ears.on_doing(Doing(what=what, scanned_pages=len(self.pages)))
