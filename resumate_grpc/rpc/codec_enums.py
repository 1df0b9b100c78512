"""Enums, model ↔ proto: one table each, built from the names, which are the same but for the proto's prefix."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Generic, Protocol, TypeVar

from resumate_grpc._gen.resumate.v1 import error_reason_pb2, export_pb2, progress_pb2, resume_pb2
from resumate_grpc.errors import ErrorReason, InvalidFieldError
from resumate_grpc.export.formats import ExportFormat
from resumate_grpc.model.progress import Stage, State
from resumate_grpc.model.resume import OcrMode

__all__ = ["EXPORT_FORMATS", "OCR_MODES", "REASONS", "STAGES", "STATES", "EnumTable"]

M = TypeVar("M", bound=Enum)
V_co = TypeVar("V_co", bound=int, covariant=True)


class _Numbers(Protocol[V_co]):
    """The part of a generated enum that is used here."""

    def Value(self, name: str, /) -> V_co:  # noqa: N802 - protobuf's name
        """Return the number of a name; raises ValueError if there is none."""
        ...


class EnumTable(Generic[M, V_co]):
    """Both directions of one enum. Building it fails where a member of the model has no number in the proto."""

    def __init__(self, members: type[M], numbers: _Numbers[V_co], *, prefix: str) -> None:
        self.to_proto: Mapping[M, V_co] = {member: numbers.Value(prefix + member.name) for member in members}
        self._to_model: Mapping[int, M] = {number: member for member, number in self.to_proto.items()}

    def from_proto(self, number: int, *, field: str, unset: M | None = None) -> M:
        """Return the member of a number; `unset` stands for 0. Raises `InvalidFieldError` naming `field`."""
        member = unset if number == 0 else self._to_model.get(number)
        if member is None:
            known = ", ".join(f"{value.name} ({count})" for count, value in self._to_model.items())
            raise InvalidFieldError(f"{field} is {number}; known are {known}", field=field)
        return member


STATES = EnumTable(State, progress_pb2.State, prefix="STATE_")
STAGES = EnumTable(Stage, progress_pb2.Stage, prefix="STAGE_")
OCR_MODES = EnumTable(OcrMode, resume_pb2.OcrMode, prefix="OCR_MODE_")
EXPORT_FORMATS = EnumTable(ExportFormat, export_pb2.ExportFormat, prefix="EXPORT_FORMAT_")
REASONS = EnumTable(ErrorReason, error_reason_pb2.ErrorReason, prefix="")
