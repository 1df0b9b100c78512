"""Documents that break their process: each gets its error, the process is replaced, nobody else notices."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from resumate_grpc.errors import ErrorReason
from tests.sandbox.pools import SMALL, failure, parse, pool_of

pytestmark = pytest.mark.slow  # each starts processes

LOST, LIMIT = ErrorReason.WORKER_LOST, ErrorReason.RESOURCE_LIMIT

DEATHS = [
    ("abort", LOST, True, "crashed"),
    ("segfault", LOST, True, "crashed"),
    ("exit 0", LOST, True, "crashed"),
    ("exit 3", LOST, True, "crashed"),
    ("killed", LOST, True, "crashed"),
    ("bloat", LIMIT, False, "memory"),
    ("swallow_bloat", LIMIT, False, "memory"),
    ("abort_when_full", LIMIT, False, "memory"),
    ("announce", LIMIT, False, "output"),
    ("flood", LIMIT, False, "output"),
    ("garbage", LOST, True, "protocol"),
    ("twice", LOST, True, "protocol"),
    ("afterwards", LOST, True, "protocol"),
]


# The peak that the system tells of a process includes its parent's size: half the limit must be above pytest's own.
ROOMY = replace(SMALL, memory_bytes=1 << 30)


@pytest.mark.parametrize(("document", "reason", "retryable", "cause"), DEATHS, ids=[row[0] for row in DEATHS])
async def test_a_document_that_breaks_its_process_gets_the_error_and_the_next_one_works(
    document: str, reason: ErrorReason, *, retryable: bool, cause: str
) -> None:
    """Every way to die has its reason, and the process is replaced."""
    async with pool_of(limits=ROOMY) as pool:
        before = await parse(pool, "echo before")
        error = await failure(pool, document)
        after = await parse(pool, "echo after")
    assert (error.parse_reason, error.retryable) == (reason, retryable), error.message
    assert dict(pool.restarts) == {cause: 1}
    assert (before.text, after.text) == ("before", "after")
    assert before.page_count != after.page_count  # the target tells its process id here


async def test_a_hang_ends_at_the_wall_clock() -> None:
    """A document that sleeps for ever is PARSE_TIMEOUT once its time is up."""
    async with pool_of(limits=replace(SMALL, wall_s=0.3)) as pool:
        await parse(pool, "echo warm")
        error = await failure(pool, "hang")  # which has no end of its own
        assert error.parse_reason is ErrorReason.PARSE_TIMEOUT
        assert "0.3 s" in error.message
        assert (await parse(pool, "echo next")).text == "next"
    assert dict(pool.restarts) == {"timeout": 1}


async def test_a_loop_ends_at_the_cpu_limit() -> None:
    """A document that burns its processor time is RESOURCE_LIMIT, each document with a budget of its own."""
    async with pool_of(limits=replace(SMALL, cpu_s=1)) as pool:
        for _ in range(2):
            error = await failure(pool, "burn")
            assert error.parse_reason is LIMIT
            assert "processor time" in error.message
    assert dict(pool.restarts) == {"cpu": 2}


@pytest.mark.parametrize(("document", "told"), [("stall", "middle of a frame"), ("hang_up", "closed its pipe")])
async def test_a_process_that_falls_silent_in_mid_speech_is_killed(document: str, told: str) -> None:
    """Half a frame, or a closed pipe of a process that lives on, does not wait for the wall clock."""
    async with pool_of(limits=replace(SMALL, stall_s=0.2)) as pool:
        error = await failure(pool, document)
        assert (error.parse_reason, error.retryable) == (LOST, True)
        assert told in error.message
        assert (await parse(pool, "echo next")).text == "next"


async def test_a_process_that_does_not_take_its_document_is_killed() -> None:
    """A stopped process with a full pipe is given up after the stall time, not held for ever."""
    async with pool_of(limits=replace(SMALL, stall_s=0.2)) as pool:
        first = await parse(pool, "echo warm")
        os.kill(first.page_count, signal.SIGSTOP)
        error = await failure(pool, "echo " + "x" * (3 << 20))
        assert (error.parse_reason, error.retryable) == (LOST, True)
        assert "did not take" in error.message


async def test_stray_prints_harm_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """What a library prints about a document reaches neither the protocol nor the server's output."""
    async with pool_of() as pool:
        first = await parse(pool, "print")
        second = await parse(pool, "echo still here")
    assert second.text == "still here"
    assert first.page_count == second.page_count
    assert "stray" not in "".join(capfd.readouterr())


async def test_the_parsers_own_refusal_passes_through_and_the_process_stays() -> None:
    """`ParsingError` keeps its reason and message, and costs no process."""
    async with pool_of() as pool:
        before = await parse(pool, "echo a")
        error = await failure(pool, "refuse it is locked")
        after = await parse(pool, "echo b")
    assert error.parse_reason is ErrorReason.PASSWORD_PROTECTED
    assert (error.message, error.retryable) == ("it is locked", False)
    assert before.page_count == after.page_count


async def test_a_bug_in_the_parser_is_told_and_logged_without_the_documents_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither the error nor the log quotes the exception's message; both name its type, the log its place."""
    async with pool_of() as pool:
        error = await failure(pool, "bug Jane Doe, 12 Elm Street")
    (record,) = caplog.records
    assert (error.parse_reason, error.retryable) == (LOST, False)
    assert "ValueError" in error.message
    assert record.__dict__["exception"] == "ValueError"
    assert any(frame.startswith("target.py:") and frame.endswith("_bug") for frame in record.__dict__["frames"])
    assert "Elm" not in f"{error}{record.__dict__}"


async def test_a_result_over_the_limit_is_refused_by_the_process_itself() -> None:
    """An honest process says that its result is too large, and stays."""
    async with pool_of() as pool:
        error = await failure(pool, f"large {5 << 20}")
        assert error.parse_reason is LIMIT
        assert not pool.restarts


async def test_half_a_surrogate_pair_is_the_parsers_bug_not_a_death() -> None:
    """Text that no wire can carry fails its document alone."""
    async with pool_of() as pool:
        error = await failure(pool, "surrogate")
        assert "UnicodeEncodeError" in error.message
        assert not pool.restarts


async def test_one_broken_document_among_many_harms_no_other() -> None:
    """While others are parsed on all workers, three that break touch only themselves."""
    async with pool_of(3) as pool:
        good = [asyncio.create_task(parse(pool, f"echo {number}")) for number in range(60)]
        bad = [asyncio.create_task(failure(pool, document)) for document in ("abort", "garbage", "exit 1")]
        await asyncio.gather(*bad)
        results = await asyncio.gather(*good)
    assert [result.text for result in results] == [str(number) for number in range(60)]
    assert pool.restarts.total() == len(bad)
