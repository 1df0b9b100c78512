"""What traces are told of a résumé's way; adapter: `telemetry/tracing.py`. Nothing here waits, and nothing raises."""

from __future__ import annotations

from typing import Protocol

from resumate_grpc.jobs.ports import LanguageModel
from resumate_grpc.model.progress import ProgressEvent, Stage
from resumate_grpc.model.resume import Resume
from resumate_grpc.model.work import Claim

__all__ = ["AttemptTrace", "Traces", "Untraced"]


class AttemptTrace(Protocol):
    """One attempt at work, from its claim on."""

    def stage(self, stage: Stage) -> None:
        """Note that a stage reports; the one before has ended with the first report of another."""
        ...

    def over(self, model: LanguageModel) -> LanguageModel:
        """Return a model that does the same, and whose answers are part of the trace."""
        ...

    def ended(self, last: ProgressEvent | None) -> None:
        """Note that the attempt ended, `last` being the last event that it wrote (None = it wrote none).

        Its state is PROCESSING where the end was another's to tell: cancelled, deleted, or taken over.
        """
        ...


class Traces(Protocol):
    """All that is told of a résumé is one trace, whichever processes tell it."""

    def uploaded(self, resume: Resume, seconds: float) -> None:
        """Note that an upload is durable since now, which took `seconds`."""
        ...

    def attempt(self, claim: Claim) -> AttemptTrace:
        """Note that an attempt begins."""
        ...


class Untraced:
    """Tells nobody: what stands where no traces are wanted."""

    def uploaded(self, resume: Resume, seconds: float) -> None:
        """See `Traces.uploaded`."""

    def attempt(self, claim: Claim) -> AttemptTrace:  # noqa: ARG002 - the port's
        """See `Traces.attempt`."""
        return self

    def stage(self, stage: Stage) -> None:
        """See `AttemptTrace.stage`."""

    def over(self, model: LanguageModel) -> LanguageModel:
        """See `AttemptTrace.over`."""
        return model

    def ended(self, last: ProgressEvent | None) -> None:
        """See `AttemptTrace.ended`."""
