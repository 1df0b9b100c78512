"""The use cases of a résumé as a resource: upload, read, change, retry, cancel, delete, download."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from resumate_grpc import failpoints
from resumate_grpc.errors import EmptyFileError, EtagMismatchError, FileMissingError, FileTooLargeError, WrongStateError
from resumate_grpc.jobs.changes import Changes
from resumate_grpc.jobs.edits import keep_matching_evidence
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.filenames import clean_filename
from resumate_grpc.jobs.ids import new_resume_id
from resumate_grpc.jobs.ports import (
    Clock,
    EventBus,
    FileStore,
    Forecast,
    Metrics,
    Removed,
    ResumeStore,
    Stopped,
    WorkAvailable,
)
from resumate_grpc.jobs.traces import Traces, Untraced
from resumate_grpc.model.progress import State
from resumate_grpc.model.resume import PICTURES, ParseOptions, Resume
from resumate_grpc.model.work import Lane, NewResume, ResumePage, ResumeQuery
from resumate_grpc.parsing.sniff import sniff

__all__ = ["Resumes", "Upload"]

DOWNLOAD_CHUNK_BYTES = 64 * 1024
UNCHECKED_UPDATE_TRIES = 5
_CONTAINERS = (b"PK", b"\xd0\xcf\x11\xe0")
"""Zip and OLE files tell what they hold only when they are whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file as it came from a client; `request_id` and `batch_id` empty = none."""

    filename: str
    content: bytes
    request_id: str = ""
    batch_id: str = ""
    options: ParseOptions = field(default_factory=ParseOptions)


class Resumes:
    """Every method takes the owner first and knows no other owner's résumés."""

    def __init__(  # noqa: PLR0913 - what it stands on, and its limits
        self,
        *,
        store: ResumeStore,
        files: FileStore,
        bus: EventBus,
        estimator: Estimator,
        clock: Clock,
        metrics: Metrics,
        max_file_bytes: int,
        max_queued: int,
        expire_after_s: float | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._store = store
        self._files = files
        self._bus = bus
        self._estimator = estimator
        self._clock = clock
        self._metrics = metrics
        self._traces = traces or Untraced()
        self._max_file_bytes = max_file_bytes
        self._max_queued = max_queued
        self._expire_after_s = expire_after_s
        self._changes = Changes()

    def check_upload(self, *, filename: str, size_bytes: int, head: bytes) -> None:
        """Refuse an upload before it is complete: `size_bytes` as declared or received so far, `head` its first bytes.

        Raises `FileTooLargeError`, and `UnsupportedFormatError` once there is a head to judge by.
        """
        if size_bytes > self._max_file_bytes:
            limit = self._max_file_bytes
            raise FileTooLargeError(
                f"the file is over {limit:,} bytes; send a smaller one", field="content", max_bytes=limit
            )
        if head and not head.startswith(_CONTAINERS):
            sniff(head, filename)

    async def upload(self, owner: str, upload: Upload) -> tuple[Resume, bool]:
        """Keep the file and queue it; both are on disk when this returns. The flag tells a repeated `request_id`.

        Raises `EmptyFileError`, `FileTooLargeError`, `UnsupportedFormatError`, `RequestIdReusedError`,
        `ExhaustedError`.
        """
        if not upload.content:
            raise EmptyFileError("the file has no bytes; send the file's content", field="content")
        began = self._clock.monotonic()
        self.check_upload(filename=upload.filename, size_bytes=len(upload.content), head=b"")
        media_type = sniff(upload.content, upload.filename)
        sha256 = await asyncio.to_thread(lambda: hashlib.sha256(upload.content).hexdigest())
        new = NewResume(
            id=new_resume_id(self._clock.now()),
            owner=owner,
            filename=clean_filename(upload.filename),
            media_type=media_type,
            size_bytes=len(upload.content),
            sha256=sha256,
            request_id=upload.request_id,
            batch_id=upload.batch_id,
            options=upload.options,
            lane=Lane.OCR if media_type in PICTURES else Lane.TEXT,
            expire_after_s=self._expire_after_s,
        )
        forecast = await self._estimator.forecast(
            media_type, new.size_bytes, asked=upload.options.ai_enhancement, joins=True
        )
        keeping = self._keep(new, upload.content, forecast)
        resume, deduplicated = await self._changes.through(keeping, name=f"upload {new.id}")
        if not deduplicated:
            self._traces.uploaded(resume, self._clock.monotonic() - began)
        return await self._estimated(resume), deduplicated

    async def get(self, owner: str, resume_id: str, *, with_parsed: bool) -> Resume:
        """Return one résumé. Raises `ResumeNotFoundError`."""
        return await self._estimated(await self._store.get(owner, resume_id, with_parsed=with_parsed))

    async def list(self, query: ResumeQuery) -> ResumePage:
        """Return a page of résumés."""
        return await self._store.list(query)

    async def update(self, owner: str, resume_id: str, *, etag: str, change: Callable[[Resume], Resume]) -> Resume:
        """Apply `change` to the résumé, of which file name and parsed data are kept; empty `etag` = no check.

        Raises `ResumeNotFoundError`, `EtagMismatchError`, `WrongStateError` for parsed data of an unparsed résumé.
        """
        for _ in range(UNCHECKED_UPDATE_TRIES):
            before = await self._store.get(owner, resume_id, with_parsed=True)
            after = change(before)
            parsed = after.parsed
            if before.parsed is None and parsed is not None:
                state = before.state.value
                raise WrongStateError(f"the résumé is {state}: parsed data can be changed once SUCCEEDED", state=state)
            if before.parsed is not None and parsed is not None:
                parsed = keep_matching_evidence(before.parsed, parsed)
            try:
                return await self._store.update(
                    owner,
                    resume_id,
                    if_etag=etag or before.etag,
                    filename=clean_filename(after.filename),
                    parsed=parsed,
                )
            except EtagMismatchError:
                if etag:
                    raise
        raise EtagMismatchError("the résumé is being changed by others; read it again and repeat")

    async def delete(self, owner: str, resume_id: str, *, etag: str) -> None:
        """Remove a résumé, its data, its history, and its file unless another has the same bytes.

        Raises `ResumeNotFoundError`, `EtagMismatchError`.
        """
        await self._changes.through(self._remove(owner, resume_id, etag), name=f"delete {resume_id}")

    async def retry(self, owner: str, resume_id: str, *, options: ParseOptions | None) -> Resume:
        """Queue the next attempt; None = the options of the last one.

        Raises `ResumeNotFoundError`, `WrongStateError`, `FileMissingError` if its file has expired, `ExhaustedError`.
        """
        queueing = self._queue_again(owner, resume_id, options)
        return await self._estimated(await self._changes.through(queueing, name=f"retry {resume_id}"))

    async def cancel(self, owner: str, resume_id: str) -> Resume:
        """End the running attempt; durable when this returns. Raises `ResumeNotFoundError`, `WrongStateError`."""
        return await self._changes.through(self._end(owner, resume_id), name=f"cancel {resume_id}")

    async def settled(self) -> None:
        """Wait until every change is through, also those whose caller went away; call it before the store closes."""
        await self._changes.settled()

    async def open_file(self, owner: str, resume_id: str) -> tuple[Resume, AsyncIterator[bytes]]:
        """Return the résumé and its original bytes in pieces of at most 64 KiB.

        Raises `ResumeNotFoundError`, and `FileMissingError` for a file that has expired; the iterator raises the latter
        before its first piece where the file is gone for another reason.
        """
        resume = await self._store.get(owner, resume_id, with_parsed=False)
        if not resume.has_file:
            raise FileMissingError("the original file has expired; upload it again")
        return resume, self._files.stream(resume.sha256, chunk_bytes=DOWNLOAD_CHUNK_BYTES)

    async def drop_if_orphaned(self, sha256: str) -> None:
        """Remove a file that no résumé has, of whatever owner, and that no upload is about to have."""
        if await self._store.references(sha256):
            return  # nor wait for the hold of a server that died with it, whose client asks again elsewhere
        async with self._files.removing(sha256):
            if not await self._store.references(sha256):
                await self._files.delete(sha256)

    async def _keep(self, new: NewResume, content: bytes, forecast: Forecast) -> tuple[Resume, bool]:
        """Put the bytes first, then the row: a row without bytes must never be seen."""
        resume = event = None
        try:
            async with self._files.keeping(new.sha256):
                await self._files.put(new.sha256, content)
                failpoints.hit("upload.after-put")
                resume, event = await self._store.create(new, max_queued=self._max_queued, forecast=forecast)
        finally:
            if event is None:  # refused, or the résumé of an earlier request, whose own file may have expired
                await self.drop_if_orphaned(new.sha256)
        failpoints.hit("upload.after-commit")
        if event is not None:
            self._bus.publish(event)
            self._bus.publish(WorkAvailable())
        return resume, event is None

    async def _remove(self, owner: str, resume_id: str, etag: str) -> None:
        deleted = await self._store.delete(owner, resume_id, if_etag=etag)
        self._bus.publish(Removed(owner=owner, resume_id=resume_id, batch_id=deleted.batch_id))
        await self.drop_if_orphaned(deleted.sha256)

    async def _queue_again(self, owner: str, resume_id: str, options: ParseOptions | None) -> Resume:
        before = await self._store.get(owner, resume_id, with_parsed=False)
        resume, event = await self._store.retry(
            owner,
            resume_id,
            options=options,
            max_queued=self._max_queued,
            forecast=await self._estimator.forecast(
                before.media_type, before.size_bytes, asked=(options or before.options).ai_enhancement, joins=True
            ),
            expire_after_s=self._expire_after_s,
        )
        self._bus.publish(event)
        self._bus.publish(WorkAvailable())
        return resume

    async def _end(self, owner: str, resume_id: str) -> Resume:
        resume, event = await self._store.cancel(owner, resume_id)
        self._bus.publish(Stopped(owner=owner, resume_id=resume_id))
        self._bus.publish(event)
        self._metrics.attempt_ended(State.CANCELLED, "")
        return resume

    async def _estimated(self, resume: Resume) -> Resume:
        if resume.state is State.QUEUED:
            ahead = await self._estimator.waiting_ahead(resume.id)
            forecast = await self._estimator.forecast(
                resume.media_type, resume.size_bytes, asked=resume.options.ai_enhancement
            )
            return replace(resume, estimated_duration_s=forecast(ahead), queue_position=ahead + 1)
        if resume.state is State.PROCESSING and resume.progress is not None:
            stated_s = resume.progress.estimated_remaining_s
            passed_s = max(0.0, (self._clock.now() - resume.progress.create_time).total_seconds())
            return replace(resume, estimated_duration_s=None if stated_s is None else max(0.0, stated_s - passed_s))
        return resume
