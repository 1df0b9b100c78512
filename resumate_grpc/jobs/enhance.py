"""AI enhancement of one result: ask, check every claim against the text, merge. It never fails a parse."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from resumate_grpc.enhancement.answer import AnswerError, decode_answer
from resumate_grpc.enhancement.merge import Enhanced, merge
from resumate_grpc.enhancement.question import question_for
from resumate_grpc.errors import ErrorReason
from resumate_grpc.jobs.ports import LanguageModel, LanguageModelError, unheard
from resumate_grpc.model.parsed import ParsedResume, ParseWarning
from resumate_grpc.model.progress import Doing, Stage, StageProgress
from resumate_grpc.parsing.explanation import Explanation

__all__ = ["enhanced", "not_enhanced"]

logger = logging.getLogger(__name__)

LAST_PERCENT_BEFORE_ANSWER = 95
UNANSWERED = "the language model has not answered"
REFUSED_VALUES = "AI_VALUES_REFUSED"

Report = Callable[[StageProgress], None]


async def enhanced(
    explanation: Explanation, model: LanguageModel, report: Report, note: Callable[[Doing], None] = unheard
) -> ParsedResume:
    """Return the result with what the model's answer adds; on any failure as it was, with the warning AI_UNAVAILABLE.

    Progress is the part of the answer that has come, measured by what our own parser found; a model that answers at
    once goes from 0 to 100.
    """
    parsed = explanation.parsed
    question = question_for(parsed, max_characters=model.max_input_characters)
    note(Doing(what=UNANSWERED, asked_characters=question.expected_characters))
    report(_step(0, "Asking the language model"))

    def told(characters: int) -> None:
        percent = min(LAST_PERCENT_BEFORE_ANSWER, 100 * characters // question.expected_characters)
        report(_step(percent, "The language model is answering"))

    try:
        answer = decode_answer(await model.answer(question, on_characters=told))
        # In a thread: a long answer takes a long text many searches, and the event loop serves everybody.
        merged = await asyncio.to_thread(merge, parsed, answer, explanation.document)
    except (LanguageModelError, AnswerError) as error:
        return _without(parsed, str(error), report)
    except Exception as error:  # noqa: BLE001 - whatever it was
        # A model's answer is foreign input: whatever it makes us stumble over must not cost the parse.
        # Its message may quote what it stumbled over, so it is not told.
        logger.error("an answer broke the merge", extra={"error_type": type(error).__name__})  # noqa: TRY400
        return _without(parsed, "its answer could not be used", report)
    if merged.refused and not merged.quoted:
        return _without(parsed, "nothing of its answer stands in the text", report)
    report(_step(100, _said(merged)))
    return _warned(merged)


def not_enhanced(parsed: ParsedResume, *, why: str, asked: bool, report: Report) -> ParsedResume:
    """Skip the stage; a warning says so where it was asked for."""
    report(_step(100, f"Skipped: {why}"))
    if not asked:
        return parsed
    return _with_warning(parsed, ErrorReason.AI_UNAVAILABLE.value, f"AI enhancement was asked for, but {why}")


def _step(percent: int, message: str) -> StageProgress:
    return StageProgress(stage=Stage.AI_ENHANCEMENT, stage_percent=percent, message=message)


def _without(parsed: ParsedResume, why: str, report: Report) -> ParsedResume:
    logger.warning("no enhancement", extra={"why": why})
    report(_step(100, f"Without the language model: {why}"))
    return _with_warning(parsed, ErrorReason.AI_UNAVAILABLE.value, f"The language model was of no help: {why}")


def _said(merged: Enhanced) -> str:
    return f"Added {merged.added} and corrected {merged.corrected} of {merged.quoted} quoted values"


def _warned(merged: Enhanced) -> ParsedResume:
    if not merged.refused:
        return merged.parsed
    total = merged.refused + merged.quoted
    message = f"{merged.refused} of {total} values of the language model were refused: the text does not say them"
    return _with_warning(merged.parsed, REFUSED_VALUES, message)


def _with_warning(parsed: ParsedResume, reason: str, message: str) -> ParsedResume:
    return replace(parsed, warnings=(*parsed.warnings, ParseWarning(reason=reason, message=message)))
