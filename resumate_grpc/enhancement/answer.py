"""The answer's form: the parts of a result without confidences, every value a quote from the text."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import msgspec

from resumate_grpc.model.parsed import (
    Award,
    Education,
    PersonalInfo,
    Project,
    Publication,
    Skills,
    Volunteering,
    WorkExperience,
)

__all__ = ["LISTS", "SCHEMA", "Answer", "AnswerError", "decode_answer", "encode_like_answer"]

_PARTS: dict[str, type] = {"personal_info": PersonalInfo, "skills": Skills}
LISTS: dict[str, type] = {
    "work_experience": WorkExperience,
    "education": Education,
    "projects": Project,
    "publications": Publication,
    "awards": Award,
    "volunteering": Volunteering,
}
"""Parts that are lists of entries, in the order of the fields."""

_DEEPEST = 12
_MOST_LISTED = 100


class AnswerError(Exception):
    """The answer is no JSON of the form asked for; the message quotes nothing of it."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a language model says that the text says. Its strings are claims until they were found in the text."""

    personal_info: PersonalInfo = msgspec.field(default_factory=PersonalInfo)
    work_experience: tuple[WorkExperience, ...] = ()
    education: tuple[Education, ...] = ()
    skills: Skills = msgspec.field(default_factory=Skills)
    projects: tuple[Project, ...] = ()
    publications: tuple[Publication, ...] = ()
    awards: tuple[Award, ...] = ()
    volunteering: tuple[Volunteering, ...] = ()


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _schema_of(part: type) -> dict[str, Any]:
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    empty = part()
    return _object(
        {
            field.name: texts if isinstance(getattr(empty, field.name), tuple) else text
            for field in fields(part)
            if field.name != "confidence"
        }
    )


SCHEMA: dict[str, Any] = _object(
    {
        **{name: _schema_of(part) for name, part in _PARTS.items()},
        **{name: {"type": "array", "items": _schema_of(part)} for name, part in LISTS.items()},
    }
)
"""JSON Schema of an answer, in the subset that structured output of strict servers takes."""


def decode_answer(said: str) -> Answer:
    """Read an answer, also one between ``` marks or with words about it; raises `AnswerError`.

    What is null counts as not said; fields that we did not ask for are passed over; of a list the first 100 count.
    """
    first, last = said.find("{"), said.rfind("}")
    if first < 0 or last < first:
        raise AnswerError("the answer is no JSON object")
    try:
        found = json.loads(said[first : last + 1])
    except (ValueError, RecursionError):
        raise AnswerError("the answer is no JSON object") from None
    try:
        return msgspec.convert(_said_only(found, _DEEPEST), type=Answer)
    except (msgspec.ValidationError, UnicodeError):
        raise AnswerError("the answer has another form than asked for") from None


def _said_only(value: object, depth: int) -> object:
    """Drop nulls and claims of confidence, and what is nested too deep."""
    if depth == 0:
        return None
    if isinstance(value, dict):
        inner = {name: _said_only(part, depth - 1) for name, part in value.items() if name != "confidence"}
        return {name: part for name, part in inner.items() if part is not None}
    if isinstance(value, list):
        return [part for each in value[:_MOST_LISTED] if (part := _said_only(each, depth - 1)) is not None]
    return value


def encode_like_answer(answer: Answer) -> str:
    """Write an answer as a model would: without what is empty and without confidences."""
    return json.dumps(_stated(msgspec.to_builtins(answer)), ensure_ascii=False, separators=(",", ":"))


def _stated(value: object) -> object:
    if isinstance(value, dict):
        return {name: _stated(part) for name, part in value.items() if name != "confidence" and part}
    if isinstance(value, list):
        return [_stated(part) for part in value]
    return value
