"""A client that changes things, and writes down what it asked for and what it was answered."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import grpc
import grpc.aio

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_pb2, resume_service_pb2, upload_pb2
from tests.fire.lines import Answered, Asked
from tests.fire.recording import Recorder
from tests.fire.watching import reason_of

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

__all__ = ["Caller"]

TRY_AGAIN = {"UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL"}
"""INTERNAL too: nobody knows whether the row was committed, and the request_id makes a second try harmless."""
PAUSE_S = 0.1
TRIES = 200


class Caller:
    """Calls until it is answered, as a careful client does: an upload keeps its request_id from try to try."""

    def __init__(self, stub: ResumeServiceAsyncStub, recorder: Recorder, *, timeout_s: float = 5.0) -> None:
        self._stub = stub
        self._recorder = recorder
        self._timeout_s = timeout_s

    async def upload(
        self, content: bytes, *, filename: str = "cv.txt", batch_id: str = "", request_id: str = ""
    ) -> str:
        """Upload until it is answered; returns the résumé's id, empty if it was refused."""
        request = upload_pb2.UploadRequest(
            filename=filename, content=content, batch_id=batch_id, request_id=request_id or str(uuid4())
        )
        sha256 = hashlib.sha256(content).hexdigest()
        for _ in range(TRIES):
            answered = await self._ask(
                Asked(id=self._recorder.new_id(), call="Upload", request_id=request.request_id, sha256=sha256),
                lambda: self._stub.Upload(request, timeout=self._timeout_s),
            )
            if answered.code not in TRY_AGAIN:
                return answered.resume_id
            await asyncio.sleep(PAUSE_S)
        raise AssertionError(f"an upload was never answered, at last {answered.code} {answered.message}")

    async def cancel(self, resume_id: str) -> Answered:
        """Cancel once; the answer may be a refusal, or none."""
        request = resume_service_pb2.CancelResumeRequest(resume_id=resume_id)
        return await self._change(
            resume_id, "CancelResume", lambda: self._stub.CancelResume(request, timeout=self._timeout_s)
        )

    async def retry(self, resume_id: str) -> Answered:
        """Retry once."""
        request = resume_service_pb2.RetryResumeRequest(resume_id=resume_id)
        return await self._change(
            resume_id, "RetryResume", lambda: self._stub.RetryResume(request, timeout=self._timeout_s)
        )

    async def delete(self, resume_id: str) -> Answered:
        """Delete once."""
        request = resume_service_pb2.DeleteResumeRequest(resume_id=resume_id)
        return await self._change(
            resume_id, "DeleteResume", lambda: self._stub.DeleteResume(request, timeout=self._timeout_s)
        )

    async def _change(self, resume_id: str, call: str, send: Callable[[], Awaitable[object]]) -> Answered:
        return await self._ask(Asked(id=self._recorder.new_id(), call=call, resume_id=resume_id), send)

    async def _ask(self, asked: Asked, send: Callable[[], Awaitable[object]]) -> Answered:
        self._recorder.write(asked)
        try:
            answered = _answer(asked, await send())
        except grpc.aio.AioRpcError as error:
            answered = Answered(
                id=asked.id, code=error.code().name, reason=reason_of(error), message=error.details() or ""
            )
        self._recorder.write(answered)
        return answered


def _answer(asked: Asked, response: object) -> Answered:
    resume: resume_pb2.Resume | None = getattr(response, "resume", None)
    if resume is None:
        return Answered(id=asked.id, code="OK")
    return Answered(
        id=asked.id,
        code="OK",
        resume_id=resume.id,
        state=progress_pb2.State.Name(resume.state).removeprefix("STATE_"),
        attempt=resume.attempt,
        sequence=resume.progress.sequence,
        deduplicated=bool(getattr(response, "deduplicated", False)),
    )
