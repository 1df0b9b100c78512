"""A client for ResuMate: upload, watch through interruptions, wait, read; see docs/client.md.

from resumate_grpc.client import Client

async with Client("127.0.0.1:50051") as client:
resume = await client.upload("cv.pdf")
async for event in client.watch(resume.id):
print(event.percent, event.message)
resume = await client.wait(resume.id)
"""

from __future__ import annotations

from resumate_grpc.client.backoff import Reconnection
from resumate_grpc.client.channel import Tls
from resumate_grpc.client.client import Client
from resumate_grpc.client.download import Download
from resumate_grpc.client.errors import (
    BusyError,
    CallError,
    ClientClosedError,
    ClientError,
    ConflictError,
    DamagedFileError,
    DeniedError,
    EpochChangedError,
    HistoryGoneError,
    InvalidRequestError,
    NotFoundError,
    UnreachableError,
    VerificationError,
    WrongStateError,
)
from resumate_grpc.client.messages import (
    BatchProgress,
    ErrorReason,
    ExportFormat,
    ParsedResume,
    ParseError,
    ParseOptions,
    ProgressEvent,
    Resume,
    ResumeView,
    Stage,
    State,
    WatchProgressResponse,
)
from resumate_grpc.client.upload import Resending
from resumate_grpc.client.verification import Verification
from resumate_grpc.client.watch import Interruption, Watch

__all__ = [
    "BatchProgress",
    "BusyError",
    "CallError",
    "Client",
    "ClientClosedError",
    "ClientError",
    "ConflictError",
    "DamagedFileError",
    "DeniedError",
    "Download",
    "EpochChangedError",
    "ErrorReason",
    "ExportFormat",
    "HistoryGoneError",
    "Interruption",
    "InvalidRequestError",
    "NotFoundError",
    "ParseError",
    "ParseOptions",
    "ParsedResume",
    "ProgressEvent",
    "Reconnection",
    "Resending",
    "Resume",
    "ResumeView",
    "Stage",
    "State",
    "Tls",
    "UnreachableError",
    "Verification",
    "VerificationError",
    "Watch",
    "WatchProgressResponse",
    "WrongStateError",
]
