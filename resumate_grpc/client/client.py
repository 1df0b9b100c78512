"""The client: everything that the service does, each call as one method."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from google.protobuf.field_mask_pb2 import FieldMask

from resumate_grpc._gen.resumate.v1 import resume_service_pb2 as service
from resumate_grpc._gen.resumate.v1.export_pb2 import ExportFormat, ExportResumeRequest, ExportResumeResponse
from resumate_grpc._gen.resumate.v1.progress_pb2 import State
from resumate_grpc._gen.resumate.v1.resume_pb2 import ParseOptions, Resume, ResumeView
from resumate_grpc.client.backoff import Reconnection
from resumate_grpc.client.calls import Calls
from resumate_grpc.client.channel import Tls, open_channel
from resumate_grpc.client.download import Download, download
from resumate_grpc.client.errors import ClientClosedError
from resumate_grpc.client.target import Target
from resumate_grpc.client.upload import Outgoing, Resending, upload
from resumate_grpc.client.watch import Interruption, Watch, WatchOptions

__all__ = ["Client"]

_LARGEST_PAGE = 500
_ENDED = frozenset({State.STATE_SUCCEEDED, State.STATE_FAILED, State.STATE_CANCELLED})


class Client:
    """A client of one server, for `async with`; tasks of one event loop may share it.

    `server` is `host:port` (or any gRPC target). `tls` None = plain text. `metadata` goes with every call, such as
    `[("authorization", "Bearer …")]`. `timeout_s` is how long one answer may take; a watch has no end. `reconnection`
    is how watches come back. Methods raise `CallError` of the kind that fits, and nothing of grpc's.

    Reading calls are repeated by themselves when the server is briefly away, and so are uploads. Calls that change
    something else are not: whether to is yours to say.
    """

    def __init__(
        self,
        server: str = "127.0.0.1:50051",
        *,
        tls: Tls | None = None,
        metadata: Sequence[tuple[str, str]] = (),
        timeout_s: float = 30.0,
        reconnection: Reconnection | None = None,
        user_agent: str = "",
    ) -> None:
        self.server = server
        self._tls = tls
        self._metadata = tuple(metadata)
        self._timeout_s = timeout_s
        self._reconnection = reconnection or Reconnection()
        self._user_agent = user_agent
        self._open_calls: Calls | None = None

    async def __aenter__(self) -> Self:
        """Open the channel; it connects with the first call. Raises `OSError` where a PEM file cannot be read."""
        channel = open_channel(self.server, tls=self._tls, user_agent=self._user_agent)
        self._open_calls = Calls(channel, server=self.server, timeout_s=self._timeout_s, metadata=self._metadata)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all calls and watches."""
        await self._calls.close()

    @property
    def _calls(self) -> Calls:
        if self._open_calls is None:
            raise ClientClosedError("open the client first: async with Client(…) as client")
        return self._open_calls

    async def upload(
        self,
        content: bytes | str | os.PathLike[str],
        *,
        filename: str = "",
        request_id: str = "",
        batch_id: str = "",
        options: ParseOptions | None = None,
        on_sent: Callable[[int, int], None] | None = None,
        on_resending: Callable[[Resending], None] | None = None,
    ) -> Resume:
        """Upload a file, by its path or as bytes; returns once it is durable at the server, before it is parsed.

        A lost answer is asked for again under the same `request_id`, so no file is taken twice. Give one of your own (a
        UUID) to have that also over restarts of your program; with another file it raises `ConflictError`. `filename`
        is the path's unless given. `on_sent` is told bytes sent and bytes in all, `on_resending` of each further try.
        Raises `InvalidRequestError` where the server does not take the file, `OSError` where it cannot be read.
        """
        path = None if isinstance(content, bytes) else Path(content)
        outgoing = Outgoing(
            content=content if isinstance(content, bytes) else Path(content),
            filename=filename or (path.name if path else ""),
            request_id=request_id or str(uuid.uuid4()),
            batch_id=batch_id,
            options=options or ParseOptions(),
        )
        return (await upload(self._calls, outgoing, on_sent=on_sent, on_resending=on_resending)).resume

    def watch(  # noqa: PLR0913 - they are the request's fields, by their names
        self,
        resume_id: str = "",
        *,
        batch: str = "",
        feed: bool = False,
        after: int = 0,
        epoch: str = "",
        follow: bool = False,
        include_parsed: bool = False,
        verify: bool = False,
        heartbeat_s: float = 15.0,
        on_interruption: Callable[[Interruption], None] | None = None,
    ) -> Watch:
        """Watch one résumé, one batch, or with `feed` all of yours: first what has been, then what comes.

        `after` is the number of the last event already seen and `epoch` the log that it counts in, as `Watch.position`
        and `Watch.epoch` tell them. `follow` stays after a résumé's end, for its retries. `include_parsed` brings the
        result with the event of success. `verify` checks that what arrives is what the log holds. `heartbeat_s` (1 to
        3600) is the longest silence of a server that is alive; two of them missing, and the watch comes back over a new
        call. `on_interruption` is told each time that it does. Raises `ValueError` where not exactly one target is
        named; errors of the watch are raised by iterating.
        """
        if sum((bool(resume_id), bool(batch), feed)) != 1:
            raise ValueError("name one target: a resume_id, batch=… or feed=True")
        options = WatchOptions(
            after=after,
            epoch=epoch,
            follow=follow,
            include_parsed=include_parsed,
            verify=verify,
            heartbeat_s=heartbeat_s,
            on_interruption=on_interruption,
        )
        return Watch(self._calls, Target(resume_id=resume_id, batch_id=batch), options, self._reconnection)

    async def wait(self, resume_id: str) -> Resume:
        """Wait until no attempt is under way and return the résumé, whole.

        A parse that failed or was cancelled is a result like any other: look at `state`, then at `parsed` or `error`.
        For a limit of time put `asyncio.timeout` around it.
        """
        resume = await self.get(resume_id, view=ResumeView.RESUME_VIEW_BASIC)
        while resume.state not in _ENDED:
            async for _ in self.watch(resume_id, after=resume.progress.sequence, epoch=resume.progress.epoch):
                pass
            resume = await self.get(resume_id, view=ResumeView.RESUME_VIEW_BASIC)
        return await self.get(resume_id)

    async def get(self, resume_id: str, *, view: ResumeView.ValueType = ResumeView.RESUME_VIEW_FULL) -> Resume:
        """Return a résumé; in view BASIC without its parsed data."""
        request = service.GetResumeRequest(resume_id=resume_id, view=view)
        return (await self._calls.unary(self._calls.stub.GetResume, request)).resume

    async def list(
        self,
        *,
        states: Sequence[State.ValueType] = (),
        batch: str = "",
        text: str = "",
        order_by: str = "",
        view: ResumeView.ValueType = ResumeView.RESUME_VIEW_BASIC,
        page_size: int = _LARGEST_PAGE,
    ) -> AsyncGenerator[Resume, None]:
        """Yield your résumés, as `pages` does."""
        async for page in self.pages(
            states=states, batch=batch, text=text, order_by=order_by, view=view, page_size=page_size
        ):
            for resume in page.resumes:
                yield resume

    async def pages(
        self,
        *,
        states: Sequence[State.ValueType] = (),
        batch: str = "",
        text: str = "",
        order_by: str = "",
        view: ResumeView.ValueType = ResumeView.RESUME_VIEW_BASIC,
        page_size: int = _LARGEST_PAGE,
        limit: int | None = None,
    ) -> AsyncGenerator[service.ListResumesResponse, None]:
        """Yield your résumés by pages, the newest first unless `order_by` says otherwise (as in ListResumesRequest).

        Only those in one of `states`, of `batch`, and whose file name, person's name or text contains `text`; what is
        empty matches all. `page_size` is 1 to 1000. Ends after `limit` résumés, None = all.
        """
        given, token = 0, ""
        while limit is None or given < limit:
            request = service.ListResumesRequest(
                states=states, batch_id=batch, text=text, order_by=order_by, view=view, page_token=token
            )
            request.page_size = page_size if limit is None else min(page_size, limit - given)
            page = await self._calls.unary(self._calls.stub.ListResumes, request)
            yield page
            given, token = given + len(page.resumes), page.next_page_token
            if not token:
                return

    async def update(self, resume: Resume, *paths: str, etag: str | None = None) -> Resume:
        """Set what `paths` name (`filename`, `parsed.personal_info.email`, …) to what `resume` has there.

        `etag` None = the résumé's own, so that what somebody else changed meanwhile raises `ConflictError`; empty = no
        check. Returns the résumé as it is then.
        """
        wanted = Resume()
        wanted.CopyFrom(resume)
        wanted.etag = resume.etag if etag is None else etag
        request = service.UpdateResumeRequest(
            resume_id=resume.id, resume=wanted, update_mask=FieldMask(paths=paths), etag=wanted.etag
        )
        return (await self._calls.unary(self._calls.stub.UpdateResume, request)).resume

    async def retry(self, resume_id: str) -> Resume:
        """Parse a résumé again that has ended, as its next attempt; `WrongStateError` where it has not."""
        request = service.RetryResumeRequest(resume_id=resume_id)
        return (await self._calls.unary(self._calls.stub.RetryResume, request)).resume

    async def cancel(self, resume_id: str) -> Resume:
        """Stop a résumé that waits or is being parsed; `WrongStateError` where it has ended."""
        request = service.CancelResumeRequest(resume_id=resume_id)
        return (await self._calls.unary(self._calls.stub.CancelResume, request)).resume

    async def delete(self, resume_id: str, *, etag: str = "") -> None:
        """Remove a résumé with its file, data and history; there is no way back. `etag` empty = whatever it is now."""
        request = service.DeleteResumeRequest(resume_id=resume_id, etag=etag)
        await self._calls.unary(self._calls.stub.DeleteResume, request)

    async def export(
        self,
        resume_id: str,
        *,
        format: ExportFormat.ValueType = ExportFormat.EXPORT_FORMAT_JSON_RESUME,  # noqa: A002
    ) -> ExportResumeResponse:
        """Return what a résumé says as a document: `content`, `media_type` and a safe `filename`."""
        request = ExportResumeRequest(resume_id=resume_id, format=format)
        return await self._calls.unary(self._calls.stub.ExportResume, request)

    def download(self, resume_id: str) -> AbstractAsyncContextManager[Download]:
        """Fetch the file as it was uploaded: `async with client.download(id) as file: await file.read()`."""
        return download(self._calls, resume_id)
