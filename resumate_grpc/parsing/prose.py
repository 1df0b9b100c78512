"""Running text told from the lines that name an entry."""

from __future__ import annotations

import re

from resumate_grpc.parsing.fragments import Row

__all__ = ["LONG", "is_prose"]

LONG = 88
"""Characters from which a line is running text, unless it is bold."""

_SENTENCE_WORDS = 2
_SHORT_NAME = 2
_RAIL = 24
_LOUDER = 1.05
"""How much larger than the running text a name in small letters is printed."""
_ABBREVIATED = re.compile(r"\b(?:inc|ltd|co|corp|llc|s\.a|b\.v|gmbh|e\.v|u\.s\.a|sr|jr|dept|univ|\w)\.$", re.IGNORECASE)
_TASKS = re.compile(
    r"^(?:key |main |roles? (?:and|&) )?(?:responsibilit(?:y|ies)|duties|tasks|achievements|accomplishments|highlights|"
    r"technologies(?: used)?|tools(?: used)?|environment|description|aufgaben|missions?|funciones|logros|atividades|"
    r"обязанности|достижения|工作内容|职责)\b.{0,20}[:：]?$",
    re.IGNORECASE,
)
_ASKED_TASKS = re.compile(
    r"(?:[^\W\d_]+ ){0,4}(?:responsibilities|duties|tasks|achievements|accomplishments|highlights|activities|"
    r"aufgaben|tätigkeiten|missions|funciones|logros|actividades|atividades|mansioni|attività|taken)\b[^.:]{0,20}:",
    re.IGNORECASE,
)
"""A label of a few words for what was done: "Current activities and responsibilities:"."""


def is_prose(row: Row, above: Row | None = None) -> bool:
    """Whether the row is body text, no part of an entry's header; `above` is the row before, where that is body."""
    text = row.text
    louder = row.bold and not (above and above.bold)
    louder = louder or (above is not None and row.size > above.size * _LOUDER)
    if row.bullet or (text[:1].islower() and not louder and (above is not None or not _may_be_name(row))):
        return True
    if len(row.fragments) > 1:
        return len(row.fragments) == 2 and len(row.fragments[1].text) > LONG and len(row.fragments[0].text) < _RAIL  # noqa: PLR2004
    if len(text) > LONG and not row.bold:
        return True
    if _TASKS.match(text) or _ASKED_TASKS.fullmatch(text) or _is_sentence(text):
        return True
    return above is not None and _continues(row, above)


def _may_be_name(row: Row) -> bool:
    """Whether a row in small letters may still be a firm's name: a word or two."""
    return len(row.fragments[0].text.split()) <= _SHORT_NAME and not row.text.endswith((".", ","))


def _is_sentence(text: str) -> bool:
    """Whether the text ends in a full stop and is not mostly names."""
    words = text.split()
    small = sum(word[0].islower() for word in words)
    return (
        text.endswith(".")
        and len(words) >= _SENTENCE_WORDS
        and small * 3 >= len(words)
        and not _ABBREVIATED.search(text)
    )


def _continues(row: Row, above: Row) -> bool:
    """Whether the row carries on the body row above: indented like it, of its weight, and not set apart."""
    if row.spaced or row.bold != above.bold or row.size != above.size or row.block != above.block:
        return False
    if not row.size:
        return False
    unfinished = len(above.text) > LONG * 0.7 and not above.text.endswith((".", "!", "?", ":"))
    return unfinished or (above.bullet and row.left > above.left + 1)
