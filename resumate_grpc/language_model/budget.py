"""A budget of tokens a day, so that a flood of uploads cannot cost more than was meant."""

from __future__ import annotations

from datetime import date

from resumate_grpc.jobs.ports import LanguageModelError

__all__ = ["Budget", "tokens_of"]

_CHARACTERS_A_TOKEN = 3


def tokens_of(characters: int) -> int:
    """Estimate tokens from characters, rather too many than too few: European languages have 3 to 5 a token."""
    return -(-characters // _CHARACTERS_A_TOKEN)


class Budget:
    """Tokens that may be used on one UTC day by this process; `a_day` 0 = no limit.

    What a question may cost at most is set aside before it is asked; what it did cost is settled afterwards.
    """

    def __init__(self, a_day: int) -> None:
        self._a_day = a_day
        self._day: date | None = None
        self._used = 0

    def set_aside(self, tokens: int, today: date) -> None:
        """Take tokens out of the day's budget; raises `LanguageModelError` where it does not hold that many."""
        if today != self._day:
            self._day, self._used = today, 0
        if self._a_day and self._used + tokens > self._a_day:
            raise LanguageModelError("today's budget (RESUMATE_AI_DAILY_TOKENS) is used up")
        self._used += tokens

    def settle(self, set_aside: int, cost: int) -> None:
        """Give back what a question did not cost."""
        self._used = max(0, self._used - set_aside + cost)
