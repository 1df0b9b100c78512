"""The résumé as a resource: its file, its state, its latest progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ParseFailure, ProgressEvent, State

__all__ = ["PICTURES", "MediaType", "OcrMode", "ParseOptions", "Resume"]


class MediaType(Enum):
    """Formats that we read, by their registered media types."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    DOC = "application/msword"
    WORD_XML = "application/xml"  # Word 2003's; no type of its own was ever registered
    RTF = "application/rtf"
    ODT = "application/vnd.oasis.opendocument.text"
    HTML = "text/html"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    TXT = "text/plain"
    MARKDOWN = "text/markdown"


PICTURES = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.TIFF})
"""Formats that hold pictures of pages and no text."""


class OcrMode(Enum):
    """When to read a page by OCR."""

    AUTO = "AUTO"
    NEVER = "NEVER"
    ALWAYS = "ALWAYS"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseOptions:
    """How a résumé is to be parsed; `language` is BCP-47, empty = detect."""

    ocr: OcrMode = OcrMode.AUTO
    ai_enhancement: bool = False
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    """One uploaded résumé. Times are aware UTC; `parsed` is None unless SUCCEEDED and asked for.

    `person_name` and `headline` (the latest job title) are the result's, also where `parsed` was not asked for.
    `queue_position` is its place in line, 1 = next, and 0 unless it is QUEUED and its place was asked for.
    `has_file` is False once its original bytes have expired.
    """

    id: str
    owner: str
    filename: str
    media_type: MediaType
    size_bytes: int
    sha256: str
    state: State
    attempt: int
    batch_id: str
    etag: str
    create_time: datetime
    update_time: datetime
    options: ParseOptions = field(default_factory=ParseOptions)
    progress: ProgressEvent | None = None
    estimated_duration_s: float | None = None
    error: ParseFailure | None = None
    parsed: ParsedResume | None = None
    complete_time: datetime | None = None
    expire_time: datetime | None = None
    queue_position: int = 0
    person_name: str = ""
    headline: str = ""
    has_file: bool = True
