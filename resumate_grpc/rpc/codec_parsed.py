"""`ParsedResume`, model ↔ proto. Records bear the same field names on both sides; a test holds that."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import Message

from resumate_grpc._gen.resumate.v1 import parsed_resume_pb2 as pb
from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.model import parsed as model
from resumate_grpc.rpc.codec_career import decode_career, decode_name, encode_career, encode_name

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["check_dates", "decode_parsed", "encode_parsed"]

P = TypeVar("P", bound=Message)
R = TypeVar("R", bound="DataclassInstance")

LISTS: tuple[tuple[str, type[Any], type[Any]], ...] = (
    ("work_experience", model.WorkExperience, pb.WorkExperience),
    ("education", model.Education, pb.Education),
    ("projects", model.Project, pb.Project),
    ("publications", model.Publication, pb.Publication),
    ("awards", model.Award, pb.Award),
    ("volunteering", model.Volunteering, pb.Volunteering),
    ("warnings", model.ParseWarning, pb.ParseWarning),
)
SINGLES: tuple[tuple[str, type[Any], type[Any]], ...] = (
    ("personal_info", model.PersonalInfo, pb.PersonalInfo),
    ("skills", model.Skills, pb.Skills),
    ("confidence_scores", model.ConfidenceScores, pb.ConfidenceScores),
)
DATES = ("start_date", "end_date", "date")
DATE_FORM = re.compile(r"([0-9]{4}(-(0[1-9]|1[0-2]))?|present)?")
SCALARS = ("confidence_score", "text", "language", "page_count", "parser_version")


def encode_parsed(parsed: model.ParsedResume) -> pb.ParsedResume:
    """Return the message of a parsed résumé, every field of it."""
    message = pb.ParsedResume(
        career=encode_career(parsed.career),
        normalized=[encode_name(name) for name in parsed.normalized],
        evidence=[_encode_evidence(evidence) for evidence in parsed.evidence],
        **{name: getattr(parsed, name) for name in SCALARS},
        **{name: _encode(getattr(parsed, name), kind) for name, _, kind in SINGLES},
    )
    for name, _, kind in LISTS:
        getattr(message, name).extend(_encode(entry, kind) for entry in getattr(parsed, name))
    return message


def decode_parsed(message: pb.ParsedResume) -> model.ParsedResume:
    """Return the parsed résumé of a message that a client sent.

    Raises `InvalidFieldError` where a number could not be kept or shown: a confidence outside 0 to 1, a coordinate
    that is not finite, a negative page or span.
    """
    parsed = model.ParsedResume(
        career=decode_career(message.career),
        normalized=tuple(decode_name(name) for name in message.normalized),
        evidence=tuple(_decode_evidence(evidence) for evidence in message.evidence),
        **_scalars(message),
        **{name: _decode(getattr(message, name), record) for name, record, _ in SINGLES},
        **_lists(message),
    )
    _check(parsed)
    return parsed


def check_dates(parsed: model.ParsedResume) -> None:
    """Raise `InvalidFieldError` for a date that is not as the contract has it."""
    for path, date in _dates(parsed):
        if not DATE_FORM.fullmatch(date):
            raise InvalidFieldError(
                f"{path} is {date[:40]!r}; it must be YYYY-MM, YYYY, `present` or empty", field=f"resume.parsed.{path}"
            )


def _scalars(message: pb.ParsedResume) -> dict[str, Any]:
    return {name: getattr(message, name) for name in SCALARS}


def _lists(message: pb.ParsedResume) -> dict[str, Any]:
    return {name: tuple(_decode(entry, record) for entry in getattr(message, name)) for name, record, _ in LISTS}


def _encode(record: DataclassInstance, kind: type[P]) -> P:
    return kind(**{name: getattr(record, name) for name in _names(type(record))})


def _decode(message: Message, record: type[R]) -> R:
    values = ((name, getattr(message, name)) for name in _names(record))
    return record(**{name: value if isinstance(value, str | float) else tuple(value) for name, value in values})


def _encode_evidence(evidence: model.Evidence) -> pb.Evidence:
    return pb.Evidence(
        field_path=evidence.field_path,
        confidence=evidence.confidence,
        page=evidence.page,
        start=evidence.start,
        end=evidence.end,
        box=_encode(evidence.box, pb.Box) if evidence.box else None,
    )


def _decode_evidence(message: pb.Evidence) -> model.Evidence:
    return model.Evidence(
        field_path=message.field_path,
        confidence=message.confidence,
        page=message.page,
        start=message.start,
        end=message.end,
        box=_decode(message.box, model.Box) if message.HasField("box") else None,
    )


@cache
def _names(record: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _check(parsed: model.ParsedResume) -> None:
    for value in _confidences(parsed):
        if not 0 <= value <= 1:
            raise InvalidFieldError(f"a confidence is {value}; it must be from 0 to 1", field="resume.parsed")
    for evidence in parsed.evidence:
        box = evidence.box or model.Box(x0=0, y0=0, x1=0, y1=0)
        finite = all(math.isfinite(edge) for edge in (box.x0, box.y0, box.x1, box.y1))
        if not finite or evidence.page < 0 or not 0 <= evidence.start <= evidence.end:
            raise InvalidFieldError(
                f"the place of {evidence.field_path[:80]!r} must have page >= 0, 0 <= start <= end, and a finite box",
                field="resume.parsed.evidence",
            )


def _confidences(parsed: model.ParsedResume) -> Iterable[float]:
    yield parsed.confidence_score
    yield parsed.career.seniority_confidence
    yield parsed.skills.confidence
    yield from (getattr(parsed.confidence_scores, name) for name in _names(model.ConfidenceScores))
    yield from (evidence.confidence for evidence in parsed.evidence)
    for name, _, _ in LISTS:
        yield from (entry.confidence for entry in getattr(parsed, name) if hasattr(entry, "confidence"))


def _dates(parsed: model.ParsedResume) -> Iterable[tuple[str, str]]:
    for name, _, _ in LISTS:
        for index, entry in enumerate(getattr(parsed, name)):
            yield from ((f"{name}[{index}].{date}", getattr(entry, date)) for date in DATES if hasattr(entry, date))
