"""A server that answers as the test's script says: for what the real one cannot be made to do at a given moment."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import chain

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from resumate_grpc._gen.resumate.v1 import (
    error_reason_pb2,
    export_pb2,
    page_pb2,
    parsed_resume_pb2,
    progress_pb2,
    resume_pb2,
    resume_service_pb2,
    upload_pb2,
    watch_pb2,
)
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import (
    ResumeServiceServicer,
    add_ResumeServiceServicer_to_server,
)
from resumate_grpc.model.digest import STAGE_NUMBERS, START, chained

ID = "0190aaaa-0000-7000-8000-000000000001"
EPOCH = "epoch-1"
MOMENT = Timestamp(seconds=1_767_323_045, nanos=678_000_000)  # 2026-01-02T03:04:05.678Z
Context = grpc.aio.ServicerContext[object, object]

_STATE_OF = {
    progress_pb2.STAGE_QUEUED: progress_pb2.STATE_QUEUED,
    progress_pb2.STAGE_COMPLETE: progress_pb2.STATE_SUCCEEDED,
    progress_pb2.STAGE_ERROR: progress_pb2.STATE_FAILED,
    progress_pb2.STAGE_CANCELLED: progress_pb2.STATE_CANCELLED,
}


_LINE = page_pb2.PageLine(
    words=[
        page_pb2.PageWord(text="Ada", box=parsed_resume_pb2.Box(x0=10, y0=20.128, x1=30, y1=32)),
        page_pb2.PageWord(text="Example", box=parsed_resume_pb2.Box(x0=33, y0=20.128, x1=70, y1=32)),
    ]
)
_STAGES = {number: stage for stage, number in STAGE_NUMBERS.items()}


def _chained(previous: bytes, event: progress_pb2.ProgressEvent) -> bytes:
    return chained(
        previous,
        resume_id=event.resume_id,
        sequence=event.sequence,
        attempt=event.attempt,
        stage=_STAGES[event.stage],
        stage_percent=event.stage_percent,
        percent=event.percent,
        create_time=event.create_time.ToDatetime(tzinfo=UTC),
        message=event.message,
    )


def parsed_resume(name: str = "Ada Example") -> parsed_resume_pb2.ParsedResume:
    return parsed_resume_pb2.ParsedResume(
        personal_info=parsed_resume_pb2.PersonalInfo(full_name=name), text=f"{name}\n", parser_version="test"
    )


@dataclass
class Scripted(ResumeServiceServicer):
    """Résumés of a few events each, and what is to go wrong: `refusals` are met in order by the next watches."""

    events: dict[str, list[progress_pb2.ProgressEvent]] = field(default_factory=dict)
    resumes: dict[str, resume_pb2.Resume] = field(default_factory=dict)
    pictures: list[bytes] = field(default_factory=list)
    refusals: list[tuple[grpc.StatusCode, str]] = field(default_factory=list)
    watches: list[watch_pb2.WatchProgressRequest] = field(default_factory=list)
    lists: list[watch_pb2.ListProgressRequest] = field(default_factory=list)
    updates: list[resume_service_pb2.UpdateResumeRequest] = field(default_factory=list)
    searches: list[resume_service_pb2.ListResumesRequest] = field(default_factory=list)
    uploads: list[tuple[upload_pb2.UploadHeader, bytes]] = field(default_factory=list)
    open_watches: int = 0
    counts: progress_pb2.BatchProgress | None = None
    parsed: parsed_resume_pb2.ParsedResume = field(default_factory=parsed_resume)
    file: tuple[str, bytes] = ("Lebenslauf.pdf", b"%PDF-1.7 invented")
    on_retry: progress_pb2.Stage.ValueType = progress_pb2.STAGE_UNSPECIFIED
    """The event with which a retry begins its attempt; none where it is unspecified."""
    queue_position: int = 0
    """What heartbeats say; one is sent when it has changed."""
    generation: int = 0
    """Rises with each `cut`; downloads break in the middle where it is not 0."""

    def __post_init__(self) -> None:
        self.news = asyncio.Condition()
        self.upload_begun = asyncio.Event()
        self.upload_ended = asyncio.Event()

    # --- the script's hand -------------------------------------------------------------------------------------

    async def add(
        self,
        stage: progress_pb2.Stage.ValueType,
        *,
        resume_id: str = ID,
        attempt: int = 1,
        percent: int = 0,
        batch_id: str = "",
        message: str = "Working",
    ) -> None:
        """Append the next event of a résumé's log."""
        log = self.events.setdefault(resume_id, [])
        event = progress_pb2.ProgressEvent(
            resume_id=resume_id,
            sequence=len(log) + 1,
            feed_sequence=sum(map(len, self.events.values())) + 1,
            attempt=attempt,
            stage=stage,
            stage_percent=percent,
            percent=percent,
            message=message,
            state=_STATE_OF.get(stage, progress_pb2.STATE_PROCESSING),
            create_time=MOMENT,
            epoch=EPOCH,
            batch_id=batch_id,
            count=len(log) + 1,
        )
        event.digest = _chained(log[-1].digest if log else START, event)
        if stage == progress_pb2.STAGE_COMPLETE:
            event.parsed.CopyFrom(self.parsed)
        if stage == progress_pb2.STAGE_ERROR:
            event.error.reason = error_reason_pb2.CORRUPT_FILE
            event.error.message = "The file is damaged; export it again."
        log.append(event)
        resume = self.resumes.setdefault(resume_id, resume_pb2.Resume(id=resume_id, filename="cv.pdf", size_bytes=1234))
        resume.ClearField("parsed")
        resume.state, resume.attempt = event.state, attempt
        resume.progress.CopyFrom(event)
        resume.progress.ClearField("parsed")
        resume.error.CopyFrom(event.error)
        if event.HasField("parsed"):
            resume.parsed.CopyFrom(event.parsed)
        async with self.news:
            self.news.notify_all()

    async def unwatched(self) -> None:
        """Wait until no watch is open."""
        async with asyncio.timeout(3), self.news:
            await self.news.wait_for(lambda: not self.open_watches)

    async def cut(self) -> None:
        """Break every open watch as a dying server does."""
        self.generation += 1
        async with self.news:
            self.news.notify_all()

    # --- the contract ------------------------------------------------------------------------------------------

    async def WatchProgress(  # noqa: N802
        self, request: watch_pb2.WatchProgressRequest, context: Context
    ) -> AsyncGenerator[watch_pb2.WatchProgressResponse, None]:
        self.watches.append(request)
        if self.refusals:
            code, reason = self.refusals.pop(0)
            await refuse(context, code, reason)
        if request.HasField("resume_id") and request.resume_id not in self.events:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND")
        self.open_watches += 1
        try:
            async for update in self._updates(request, context):
                yield update
        finally:
            self.open_watches -= 1
            async with self.news:
                self.news.notify_all()

    async def _updates(
        self, request: watch_pb2.WatchProgressRequest, context: Context
    ) -> AsyncIterator[watch_pb2.WatchProgressResponse]:
        position, generation, counts = request.after_sequence, self.generation, None
        place = self.queue_position
        for event in self._after(request, position):
            position = _number(request, event)
            yield watch_pb2.WatchProgressResponse(event=event)
        yield self._heartbeat(request, position)
        while True:
            if generation != self.generation:
                await refuse(context, grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
            events = self._after(request, position)
            for event in events:
                position = _number(request, event)
                yield watch_pb2.WatchProgressResponse(event=event)
            if place != self.queue_position:
                place = self.queue_position
                yield self._heartbeat(request, position)
            if self.counts is not counts and self.counts:
                counts = self.counts
                yield watch_pb2.WatchProgressResponse(batch=counts)
            if events:
                continue
            async with self.news:
                await self.news.wait()

    async def ListProgress(  # noqa: N802
        self, request: watch_pb2.ListProgressRequest, context: Context
    ) -> watch_pb2.ListProgressResponse:
        self.lists.append(request)
        if request.resume_id not in self.events:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND")
        if request.after_sequence > len(self.events[request.resume_id]):
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", field="after_sequence")
        events = self._after(request, request.after_sequence)
        size = request.page_size or 100
        shown = events[:size]
        return watch_pb2.ListProgressResponse(
            events=shown,
            next_after_sequence=_number(request, shown[-1]) if shown else request.after_sequence,
            has_more=len(events) > size,
            epoch=EPOCH,
        )

    async def UploadChunks(  # noqa: N802
        self, request_iterator: AsyncIterator[upload_pb2.UploadChunksRequest], context: Context
    ) -> upload_pb2.UploadChunksResponse:
        self.upload_begun.set()
        try:
            header, content = await self._received(request_iterator, context)
            # A client that gave up reads like one that is done, but this never comes back to it.
            await context.send_initial_metadata(())
        finally:
            self.upload_ended.set()
        if not content:
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "EMPTY_FILE", field="content")
        self.uploads.append((header, content))
        resume = resume_pb2.Resume(
            id=ID,
            filename=header.filename,
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            state=progress_pb2.STATE_QUEUED,
            etag="e1",
        )
        resume.estimated_duration.FromMilliseconds(2500)
        self.resumes[ID] = resume
        return upload_pb2.UploadChunksResponse(resume=resume)

    async def _received(
        self, messages: AsyncIterator[upload_pb2.UploadChunksRequest], context: Context
    ) -> tuple[upload_pb2.UploadHeader, bytes]:
        header, content = upload_pb2.UploadHeader(), b""
        async for message in messages:
            if message.HasField("header"):
                header = message.header
                if header.filename.endswith(".exe"):
                    await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "UNSUPPORTED_FORMAT", field="content")
            content += message.chunk
        return header, content

    async def GetResume(  # noqa: N802
        self, request: resume_service_pb2.GetResumeRequest, context: Context
    ) -> resume_service_pb2.GetResumeResponse:
        return resume_service_pb2.GetResumeResponse(resume=await self._known(request.resume_id, context))

    async def ListResumes(  # noqa: N802
        self, request: resume_service_pb2.ListResumesRequest, context: Context
    ) -> resume_service_pb2.ListResumesResponse:
        self.searches.append(request)
        shown = [item for item in self.resumes.values() if not request.states or item.state in request.states]
        return resume_service_pb2.ListResumesResponse(resumes=shown, total_size=len(shown))

    async def UpdateResume(  # noqa: N802
        self, request: resume_service_pb2.UpdateResumeRequest, context: Context
    ) -> resume_service_pb2.UpdateResumeResponse:
        resume = await self._known(request.resume_id, context)
        self.updates.append(request)
        if request.etag and request.etag != resume.etag:
            await refuse(context, grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
        return resume_service_pb2.UpdateResumeResponse(resume=resume)

    async def DeleteResume(  # noqa: N802
        self, request: resume_service_pb2.DeleteResumeRequest, context: Context
    ) -> resume_service_pb2.DeleteResumeResponse:
        await self._known(request.resume_id, context)
        del self.resumes[request.resume_id]
        return resume_service_pb2.DeleteResumeResponse()

    async def RetryResume(  # noqa: N802
        self, request: resume_service_pb2.RetryResumeRequest, context: Context
    ) -> resume_service_pb2.RetryResumeResponse:
        if self.refusals:
            await refuse(context, *self.refusals.pop(0))
        if self.on_retry:
            await self.add(self.on_retry, attempt=2)
        return resume_service_pb2.RetryResumeResponse(resume=await self._known(request.resume_id, context))

    async def CancelResume(  # noqa: N802
        self, request: resume_service_pb2.CancelResumeRequest, context: Context
    ) -> resume_service_pb2.CancelResumeResponse:
        if self.refusals:
            await refuse(context, *self.refusals.pop(0))
        return resume_service_pb2.CancelResumeResponse(resume=await self._known(request.resume_id, context))

    async def ExportResume(  # noqa: N802
        self, request: export_pb2.ExportResumeRequest, context: Context
    ) -> export_pb2.ExportResumeResponse:
        await self._known(request.resume_id, context)
        return export_pb2.ExportResumeResponse(
            content=export_pb2.ExportFormat.Name(request.format).encode(), media_type="text/csv", filename="ada.csv"
        )

    async def DownloadFile(  # noqa: N802
        self, request: export_pb2.DownloadFileRequest, context: Context
    ) -> AsyncGenerator[export_pb2.DownloadFileResponse, None]:
        await self._known(request.resume_id, context)
        filename, content = self.file
        header = export_pb2.FileHeader(
            filename=filename,
            media_type="application/pdf",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        yield export_pb2.DownloadFileResponse(header=header)
        for start in range(0, len(content), 4):
            yield export_pb2.DownloadFileResponse(chunk=content[start : start + 4])
            if self.generation:
                await refuse(context, grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")

    async def RenderPage(  # noqa: N802
        self, request: page_pb2.RenderPageRequest, context: Context
    ) -> page_pb2.RenderPageResponse:
        await self._known(request.resume_id, context)
        if request.page > len(self.pictures):
            await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, "NO_PICTURE")
        return page_pb2.RenderPageResponse(
            content=self.pictures[request.page - 1],
            media_type="image/png",
            width=612,
            height=792,
            page_count=len(self.pictures),
            lines=[_LINE] if request.with_words else [],
        )

    Upload = None  # type: ignore[assignment] # the bridge streams its uploads

    async def _known(self, resume_id: str, context: Context) -> resume_pb2.Resume:
        if resume_id not in self.resumes:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND")
        return self.resumes[resume_id]

    def _heartbeat(self, request: watch_pb2.WatchProgressRequest, position: int) -> watch_pb2.WatchProgressResponse:
        beat = watch_pb2.Heartbeat(sequence=position, caught_up=True, epoch=EPOCH)
        if request.resume_id and position:
            latest = self.events[request.resume_id][position - 1]
            beat.count, beat.digest = position, latest.digest
            if latest.state == progress_pb2.STATE_QUEUED:  # however often it is watched anew
                beat.queue_position = self.queue_position
        return watch_pb2.WatchProgressResponse(heartbeat=beat)

    def _after(
        self, request: watch_pb2.WatchProgressRequest | watch_pb2.ListProgressRequest, position: int
    ) -> list[progress_pb2.ProgressEvent]:
        if request.HasField("resume_id"):
            return self.events.get(request.resume_id, [])[position:]
        everything = sorted(chain(*self.events.values()), key=lambda event: event.feed_sequence)
        newer = [event for event in everything if event.feed_sequence > position]
        return [event for event in newer if not request.batch_id or event.batch_id == request.batch_id]


async def refuse(context: Context, code: grpc.StatusCode, reason: str, *, field: str = "") -> None:
    """End a call as the real server does: with ErrorInfo, BadRequest and RetryInfo."""
    details: list[Message] = [ErrorInfo(reason=reason, domain="resumate.v1")]
    if field:
        details.append(BadRequest(field_violations=[BadRequest.FieldViolation(field=field)]))
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        retry = RetryInfo()
        retry.retry_delay.FromMilliseconds(1500)
        details.append(retry)
    status = Status(code=code.value[0], message=f"refused: {reason}")
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    trailer = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(code, status.message, trailing_metadata=trailer)


def _number(
    request: watch_pb2.WatchProgressRequest | watch_pb2.ListProgressRequest, event: progress_pb2.ProgressEvent
) -> int:
    return event.sequence if request.HasField("resume_id") else event.feed_sequence


@asynccontextmanager
async def serving(script: Scripted) -> AsyncIterator[str]:
    """Serve `script` on a port of its own; gives the address."""
    server = grpc.aio.server()
    add_ResumeServiceServicer_to_server(script, server)
    health_servicer = health.aio.HealthServicer()
    await health_servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)
