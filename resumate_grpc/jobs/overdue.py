"""A stage that is at work longer than 99 of 100 others says so, and why."""

from __future__ import annotations

from resumate_grpc.model.progress import Stage

__all__ = ["Overdue"]

LEAST_S = 1.0
"""Below that nobody has begun to wonder."""
UNMEASURED_S = 15.0
"""Where too few like attempts were measured to say what is usual."""
AGAIN_AFTER = 2.0
"""Each notice comes after twice the time of the one before: so a stage of an hour has a dozen of them."""
WHAT = {
    Stage.TEXT_EXTRACTION: "the document has been read",
    Stage.NLP_PARSING: "the text has been parsed",
    Stage.AI_ENHANCEMENT: "the language model has not answered",
}


class Overdue:
    """Follows one attempt; times are of a clock that never goes back, in seconds."""

    def __init__(self, now: float) -> None:
        self._stage = Stage.TEXT_EXTRACTION
        self._entered_at = now
        self._limit_s = UNMEASURED_S
        self._told = 0
        self._what = WHAT[self._stage]
        self._since = now

    def enter(self, stage: Stage, *, limit_s: float | None, now: float) -> None:
        """Note a report of a stage, and what is usual for it; None = not known."""
        if stage is not self._stage:
            self._stage, self._entered_at, self._told = stage, now, 0
            self.does(WHAT[stage], now)
        elif stage is Stage.AI_ENHANCEMENT:
            self._since = now  # some of the answer has come
        self.usual(limit_s)

    def usual(self, limit_s: float | None) -> None:
        """Note what is usual for the stage at hand."""
        self._limit_s = UNMEASURED_S if limit_s is None else max(limit_s, LEAST_S)

    def does(self, what: str, now: float) -> None:
        """Note what is being done or waited for."""
        if what != self._what:
            self._what, self._since = what, now

    @property
    def due_at(self) -> float:
        """When the next notice is due, unless the stage ends before."""
        return self._entered_at + self._limit_s * AGAIN_AFTER**self._told

    def notice(self, now: float) -> str:
        """Return what is to be told, and be silent for twice the time."""
        self._told += 1
        return f"This takes longer than usual: {self._what} for {now - self._since:.0f} s"
