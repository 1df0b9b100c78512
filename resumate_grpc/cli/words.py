"""Enum values as people and the browser's JSON read them, and what the command line's words stand for."""

from __future__ import annotations

from resumate_grpc._gen.resumate.v1.error_reason_pb2 import ErrorReason
from resumate_grpc._gen.resumate.v1.progress_pb2 import ParseError, Stage, State

__all__ = ["ENDED", "STATES", "error_text", "stage_word", "state_word"]

STATES = {name.removeprefix("STATE_").lower(): value for name, value in State.items() if value}
"""`queued`, `processing`, … by their word."""

ENDED = frozenset({State.STATE_SUCCEEDED, State.STATE_FAILED, State.STATE_CANCELLED})


def state_word(state: State.ValueType) -> str:
    """Name a state; one that a newer server knows and we do not is shown by its number."""
    return State.Name(state).removeprefix("STATE_").lower() if state in State.values() else f"state {state}"


def stage_word(stage: Stage.ValueType) -> str:
    """Name a stage, likewise."""
    return Stage.Name(stage).removeprefix("STAGE_").lower() if stage in Stage.values() else f"stage {stage}"


def error_text(error: ParseError) -> str:
    """Say why a parse failed, with the reason that programs switch on, and whether another try may help."""
    name = ErrorReason.Name(error.reason) if error.reason in ErrorReason.values() else str(error.reason)
    return f"{error.message} [{name}]" + ("; `resumate retry` may help" if error.retryable else "")
