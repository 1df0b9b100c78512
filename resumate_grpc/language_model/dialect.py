"""What an OpenAI-compatible endpoint takes: servers differ, and say so by refusing."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from resumate_grpc.enhancement.question import Question

__all__ = ["Dialect", "Form", "request_body"]

_AS_JSON = "\n\nThe JSON object has this JSON Schema:\n"


class Form(IntEnum):
    """How an answer's form is asked for, the surest first."""

    SCHEMA = 0
    JSON = 1
    WORDS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """The parameters that an endpoint was found to take; the most is tried first."""

    form: Form = Form.SCHEMA
    length: str = "max_tokens"
    temperature: bool = True
    stream: bool = True

    def without(self, complaint: str) -> Dialect | None:
        """Return what to try after a refusal, told by the words of the complaint; None when all was tried.

        A complaint that names no parameter is taken to be about the answer's form, where servers differ most.
        """
        said = complaint.lower()
        if self.length == "max_tokens" and "max_completion_tokens" in said:
            return replace(self, length="max_completion_tokens")
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if self.stream and "stream" in said:
            return replace(self, stream=False)
        if self.form is Form.WORDS:
            return None
        return replace(self, form=Form(self.form + 1))


def request_body(question: Question, dialect: Dialect, *, model: str, max_output_tokens: int) -> dict[str, Any]:
    """Write a request for `/chat/completions`. It holds instructions, schema and the text, and nothing else."""
    instructions = question.instructions
    if dialect.form is not Form.SCHEMA:
        instructions += _AS_JSON + json.dumps(question.schema, separators=(",", ":"))
    body: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": "system", "content": instructions},
            {"role": "user", "content": question.text},
        ],
        dialect.length: max_output_tokens,
        "stream": dialect.stream,
    }
    if dialect.temperature:
        body["temperature"] = 0
    if dialect.form is Form.SCHEMA:
        wanted = {"name": "resume", "strict": True, "schema": question.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    elif dialect.form is Form.JSON:
        body["response_format"] = {"type": "json_object"}
    return body
