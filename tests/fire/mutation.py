"""Requests that no honest client sends: fields filled with what breaks programs, then bytes turned and torn."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

__all__ = ["Mutator"]

NASTY_TEXT = (
    "",
    "\0",
    " ",
    "a" * 300,
    "ж" * 70_000,
    "../../etc/passwd",
    "%s%n{0}{}",
    "'; DROP TABLE resumes; --",
    "\u202e\u200b\ufeff",
    "\U0010ffff\ud7ff",
    "filename desc, id",
    "filename desc",
    "create_time  asc",
    "null",
    "-1",
    "1e999",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "ffffffffffffffffffffffffffffffff",
    "٣٣٣٣٣٣٣٣-3333-3333-3333-333333333333",
    "x-klingon-Latn-u-co-phonebk",
    "2020-13",
    "present",
)
NASTY_NUMBERS = (0, 1, -1, 2, 7, 255, 1000, 2**31 - 1, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63))
NASTY_REALS = (0.0, -0.0, 1.5, -1.0, float("inf"), float("-inf"), float("nan"), 5e-324, 1.7e308)
NASTY_PATHS = (
    "*", "", ".", "..", "parsed", "parsed.", "parsed..text", "parsed.text", "parsed.evidence", "filename", "state",
    "resume.filename", "parsed.personal_info.full_name", "parsed.personal_info.*", "parsed.work_experience",
    "parsed.work_experience[0].company", "parsed.skills.technical", "parsed.confidence_scores.skills", "options",
    "parsed." + ".".join(["a"] * 500), "\0", "owner", "parsed.personal_info",
)  # fmt: skip
NASTY_TOKENS: tuple[Any, ...] = (
    [], {}, None, 1, [1], [1, 2, 3, 4], [1, "", "", ""], [1, "x", None, "y"], [True, "a", "b", "c"], [1, [], {}, 0.5],
    [1e308, "a", "b", "c"], "text", [[[[[[]]]]]],
)  # fmt: skip
TAME: Mapping[str, tuple[Any, ...]] = {
    "filename": ("cv.txt", "résumé.pdf"),
    "content": (b"Ada Fernwick\nada@example.org", b"Ada Fernwick\n\nExperience\nEngineer, Works, 2020 - present"),
    "chunk": (b"Ada Fernwick\nada@example.org",),
    "request_id": ("",),
    "batch_id": ("", "a", "b"),
    "language": ("", "en"),
    "order_by": ("", "filename desc", "create_time", "update_time desc"),
    "page_token": ("",),
    "page_size": (0, 1, 3),
    "text": ("", "ada"),
    "etag": ("",),
    "epoch": ("",),
    "after_sequence": (0, 1, 2),
    "paths": ("filename", "parsed", "parsed.personal_info", "parsed.skills.technical", "parsed.work_experience"),
    "start_date": ("2020", "2020-05", ""),
    "end_date": ("present", "2021-12", ""),
    "size_bytes": (0,),
}
"""What an honest client puts there."""
LARGEST_STRAY = 40
REAL = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}
LIMITS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


class Mutator:
    """Makes requests out of a seed; `ids` and `tokens` are real ones, so that some requests come far."""

    def __init__(self, seed: int) -> None:
        self.ids: list[str] = []
        self.tokens: list[str] = []
        self._tameness = 0.0
        self._rng = random.Random(seed)  # noqa: S311 - the same seed gives the same requests

    def request(self, kind: type[Message]) -> bytes:
        """Return the bytes of a request of this type: of a message, of a mutilated one, or of nothing known."""
        rng = self._rng
        if rng.random() < 0.05:
            return rng.randbytes(rng.randrange(200))
        message = kind()
        self._tameness = rng.choice((0.0, 0.8, 0.95, 1.0))
        self.fill(message)
        whole = message.SerializeToString()
        return self._torn(whole) if rng.random() < 0.25 else whole

    def fill(self, message: Message, depth: int = 0) -> None:
        """Set some of its fields."""
        if isinstance(message, Duration):
            if self._is_tame():
                message.seconds = 5
                return
            message.seconds = self._rng.choice((0, 1, 15, 3600, 315_576_000_000, -1, 2**62))
            message.nanos = self._rng.choice((0, 1, 999_999_999, -1, 2**31 - 1))
            return
        if isinstance(message, FieldMask):
            known = TAME["paths"] if self._is_tame() else NASTY_PATHS
            message.paths.extend(self._rng.choices(known, k=self._rng.choice((0, 1, 1, 1, 2, 40))))
            return
        for described in message.DESCRIPTOR.fields:
            if self._rng.random() < 0.6 and depth < 5:
                self._set(message, described, depth)
        if "resume_id" in message.DESCRIPTOR.fields_by_name and self.ids and self._is_tame():
            setattr(message, "resume_id", self._rng.choice(self.ids))  # noqa: B010 - not every message has it

    def _is_tame(self) -> bool:
        return self._rng.random() < self._tameness

    def _set(self, message: Message, described: Any, depth: int) -> None:
        field: FieldDescriptor = described
        if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
            inner = getattr(message, field.name)
            for _ in range(self._rng.choice((0, 1, 2, 30)) if field.is_repeated else 1):
                self.fill(inner.add() if field.is_repeated else inner, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(self._value(field) for _ in range(self._rng.choice((0, 1, 3, 50))))
        else:
            setattr(message, field.name, self._value(field))

    def _value(self, field: FieldDescriptor) -> Any:
        rng = self._rng
        is_enum = field.cpp_type == FieldDescriptor.CPPTYPE_ENUM
        if (is_enum or field.name in TAME) and self._is_tame():
            return rng.choice(TAME.get(field.name, (0, 1, 2)))
        if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return rng.random() < 0.5
        if field.cpp_type in REAL:
            return rng.choice(NASTY_REALS)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return rng.choice((b"", b"%PDF-1.7\n%", b"PK\3\4", b"Ada Fernwick\nada@example.org", rng.randbytes(500)))
        if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            return self._text(field.name)
        low, high = LIMITS[field.cpp_type]
        return max(low, min(high, rng.choice(NASTY_NUMBERS)))

    def _text(self, name: str) -> str:
        rng = self._rng
        if name in {"resume_id", "request_id", "id"} and self.ids and rng.random() < 0.7:
            return rng.choice(self.ids)
        if name == "page_token" and rng.random() < 0.8:
            return self._token()
        if name == "filename" and rng.random() < 0.5:
            return "cv.txt"
        return rng.choice(NASTY_TEXT)

    def _token(self) -> str:
        rng = self._rng
        if self.tokens and rng.random() < 0.5:
            token = rng.choice(self.tokens)
            content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            content[rng.randrange(len(content))] = rng.choice((*NASTY_TEXT, *NASTY_NUMBERS, *NASTY_REALS, None, [], {}))
        else:
            content = rng.choice(NASTY_TOKENS)
        text = "[" * 5000 if rng.random() < 0.03 else json.dumps(content)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip(rng.choice(("=", "")))

    def _torn(self, whole: bytes) -> bytes:
        rng, torn = self._rng, bytearray(whole)
        tears: Sequence[Callable[[], None]] = (
            lambda: torn.__setitem__(slice(*self._span(torn)), b""),
            lambda: torn.__setitem__(slice(*self._span(torn)), rng.randbytes(rng.randrange(LARGEST_STRAY))),
            lambda: torn.extend(torn[slice(*self._span(torn))]),
            lambda: torn.extend(b"\xff" * 11),
            lambda: torn.insert(rng.randrange(len(torn) + 1), rng.randrange(256)),
        )
        for _ in range(rng.choice((1, 1, 2, 8))):
            rng.choice(tears)()
        return bytes(torn)

    def _span(self, content: bytearray) -> tuple[int, int]:
        start = self._rng.randrange(len(content) + 1)
        return start, min(len(content), start + self._rng.randrange(LARGEST_STRAY))
