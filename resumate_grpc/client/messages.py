"""The contract's messages and enums, under a name that does not change. Each field is described in protos/."""

from __future__ import annotations

from resumate_grpc._gen.resumate.v1.error_reason_pb2 import ErrorReason
from resumate_grpc._gen.resumate.v1.export_pb2 import ExportFormat, ExportResumeResponse
from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import (
    Education,
    Evidence,
    ParsedResume,
    PersonalInfo,
    Skills,
    WorkExperience,
)
from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress, ParseError, ProgressEvent, Stage, State
from resumate_grpc._gen.resumate.v1.resume_pb2 import OcrMode, ParseOptions, Resume, ResumeView
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import ListResumesResponse
from resumate_grpc._gen.resumate.v1.watch_pb2 import Heartbeat, WatchProgressResponse

__all__ = [
    "BatchProgress",
    "Education",
    "ErrorReason",
    "Evidence",
    "ExportFormat",
    "ExportResumeResponse",
    "Heartbeat",
    "ListResumesResponse",
    "OcrMode",
    "ParseError",
    "ParseOptions",
    "ParsedResume",
    "PersonalInfo",
    "ProgressEvent",
    "Resume",
    "ResumeView",
    "Skills",
    "Stage",
    "State",
    "WatchProgressResponse",
    "WorkExperience",
]
