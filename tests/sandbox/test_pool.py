"""The pool in ordinary life: results, progress, cancelling, spares, retirement, start and end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from resumate_grpc.errors import ErrorReason
from resumate_grpc.jobs.ports import Parser
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import MediaType, OcrMode, ParseOptions
from resumate_grpc.sandbox.pool import SandboxPool
from tests.sandbox.pools import SMALL, TARGET, all_warm, failure, parse, pool_of

pytestmark = pytest.mark.slow  # each starts processes

uvloop.new_event_loop().close()  # libuv keeps one pipe for the life of the process, from its first loop on


def open_descriptors() -> int:
    """Count this process's open descriptors."""
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> list[int]:
    """List this process's child processes, zombies included."""
    tasks = Path("/proc/self/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text(encoding="ascii").split()]


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No test leaves a process, a zombie or a descriptor of a pool behind."""
    before, others = open_descriptors(), children()  # such as the live server that other tests share
    yield
    assert children() == others
    assert open_descriptors() <= before


async def test_a_document_goes_in_and_its_result_comes_out_with_all_its_parts() -> None:
    """Content, media type and options arrive in the worker; the result is the same value as the parser's."""
    async with pool_of() as pool:
        parser: Parser = pool
        options = ParseOptions(ocr=OcrMode.NEVER, language="de-AT")
        result = await parser.parse(
            b"echo J\xf6rg", media_type=MediaType.DOCX, options=options, on_progress=lambda _: None
        )
    assert result.text == "Jörg"
    assert result.personal_info.full_name == "DOCX de-AT"
    assert result.confidence_score == 0.5


async def test_a_document_of_the_largest_size_passes_whole() -> None:
    """Ten mebibytes, far over the pipe's size, arrive as they were sent."""
    content = b"length " + os.urandom(10 << 20)
    async with pool_of() as pool:
        assert (await parse(pool, content)).text == str(len(content) - 7)


async def test_progress_arrives_in_order_before_the_result() -> None:
    """Each step is reported once and in order, and the last of each stage is never lost."""
    seen: list[StageProgress] = []
    async with pool_of() as pool:
        await parse(pool, "steps 40", seen.append)
    assert [step.stage_percent for step in seen] == [*range(41), 100]
    assert [step.message for step in seen[-2:]] == ["step 40", "read"]
    assert seen[-1].stage is Stage.NLP_PARSING


async def test_a_flood_of_progress_is_thinned_but_ends_with_its_last_step() -> None:
    """Ten thousand steps become a few; what is left out is never the newest."""
    seen: list[StageProgress] = []
    async with pool_of() as pool:
        await parse(pool, "steps 10000", seen.append)
    assert 10 < len(seen) < 1000
    assert seen[-2].message == "step 10000"


async def test_an_exception_of_the_callback_passes_through_and_ends_the_process() -> None:
    """A callback that fails does not leave a process behind in the middle of a document."""

    def fail(_: StageProgress) -> None:
        raise KeyError("callback")

    async with pool_of() as pool:
        with pytest.raises(KeyError):
            await parse(pool, "sleep 30", fail)
        assert (await parse(pool, "echo next")).text == "next"


async def test_cancelling_kills_the_process_at_once() -> None:
    """A cancelled document's process goes with it; the next document finds a spare."""
    begun = asyncio.Event()
    async with pool_of() as pool:
        await all_warm(pool, 2)  # of those at rest the one used last is used next
        first = await parse(pool, "echo warm")
        task = asyncio.create_task(parse(pool, "hang", lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task  # "hang" has no end of its own
        second = await parse(pool, "echo next")
        assert second.page_count != first.page_count
        async with asyncio.timeout(20):
            while first.page_count in children():  # noqa: ASYNC110 - the kernel tells nobody
                await asyncio.sleep(0.01)
    assert dict(pool.restarts) == {"cancelled": 1}


async def test_cancelling_a_waiting_document_costs_no_process() -> None:
    """Who is cancelled in the queue leaves it; the document at work is not touched."""
    async with pool_of() as pool:
        working = asyncio.create_task(parse(pool, "sleep 0.3"))
        await asyncio.sleep(0.1)
        waiting = asyncio.create_task(parse(pool, "echo never"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await working
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await parse(pool, "echo next")).text == "next"
    assert not pool.restarts


async def test_no_more_documents_than_workers_run_at_once() -> None:
    """The spare is a replacement, not another worker."""
    running, most = 0, 0

    async def one(pool: SandboxPool) -> None:
        nonlocal running, most

        def begin(step: StageProgress) -> None:
            nonlocal running, most
            running += step.stage is Stage.TEXT_EXTRACTION
            most = max(most, running)

        await parse(pool, "sleep 0.2", begin)
        running -= 1

    async with pool_of(2) as pool:
        await asyncio.gather(*(one(pool) for _ in range(12)))
    assert most == 2


async def test_a_spare_takes_over_without_waiting_for_a_new_process() -> None:
    """After a crash the next document is parsed by a process that was already warm."""
    target = "tests.sandbox.slow_target"  # takes 0.7 s to warm up
    async with pool_of(target=target) as pool:
        await parse(pool, "echo warm")
        await all_warm(pool, 2)
        warm = children()
        await failure(pool, "abort")
        assert (await parse(pool, "echo next")).page_count in warm  # the target tells its process id here


async def test_entering_does_not_wait_for_the_processes() -> None:
    """A server is ready at once; documents wait for the first warm process."""
    async with pool_of(target="tests.sandbox.slow_target") as pool:
        assert pool.warm == 0
        assert (await parse(pool, "echo first")).text == "first"


async def test_a_process_is_retired_after_its_documents() -> None:
    """After `documents` a fresh process takes over, unnoticed."""
    async with pool_of(limits=replace(SMALL, documents=3)) as pool:
        served = [(await parse(pool, "echo x")).page_count for _ in range(9)]
        assert pool.restarts["retired"] == 3
    assert [served.count(pid) for pid in dict.fromkeys(served)] == [3, 3, 3]


async def test_a_process_that_stays_large_is_retired() -> None:
    """A leak costs one process, before it costs the machine."""
    async with pool_of(limits=replace(SMALL, growth_bytes=32 << 20)) as pool:
        first = await parse(pool, "echo small")
        assert (await parse(pool, "leak 10")).page_count == first.page_count
        assert (await parse(pool, "leak 60")).page_count == first.page_count
        assert (await parse(pool, "echo next")).page_count != first.page_count
    assert dict(pool.restarts) == {"retired": 1}


async def test_a_process_killed_while_idle_is_replaced_unnoticed() -> None:
    """Somebody's kill -9 of an idle process costs no document."""
    replaced = asyncio.Event()
    async with SandboxPool(workers=1, limits=SMALL, target=TARGET, on_restart=lambda _: replaced.set()) as pool:
        first = await parse(pool, "echo one")
        os.kill(first.page_count, signal.SIGKILL)
        await asyncio.wait_for(replaced.wait(), timeout=5)
        assert (await parse(pool, "echo two")).text == "two"
    assert dict(pool.restarts) == {"crashed": 1}


async def test_leaving_the_pool_ends_documents_at_work_and_in_the_queue() -> None:
    """Both get WORKER_LOST, to be taken up again by the next server."""
    async with pool_of() as pool:
        await parse(pool, "echo warm")
        tasks = [asyncio.create_task(failure(pool, "hang")) for _ in range(2)]
        await asyncio.sleep(0.1)
    for error in await asyncio.gather(*tasks):
        assert (error.parse_reason, error.retryable) == (ErrorReason.WORKER_LOST, True)


async def test_the_pool_may_be_left_before_a_process_is_warm() -> None:
    """A start that is given up leaves nothing."""
    async with pool_of(3, target="tests.sandbox.slow_target"):
        await asyncio.sleep(0.05)


async def test_the_bodys_own_error_leaves_the_pool_unwrapped() -> None:
    """The pool's task group does not turn its user's exception into a group."""
    with pytest.raises(ZeroDivisionError):
        async with pool_of():
            raise ZeroDivisionError


async def test_nothing_leaks_over_many_documents_and_deaths() -> None:
    """After 200 documents, every tenth of which kills its process, descriptors and children are what they were."""
    async with pool_of(2) as pool:
        await all_warm(pool, 3)
        before = (open_descriptors(), len(children()))
        for _ in range(20):
            await asyncio.gather(*(parse(pool, "echo x") for _ in range(9)), failure(pool, "abort"))
        await all_warm(pool, 3)
        assert (open_descriptors(), len(children())) == before
    assert pool.restarts.total() == 20


def test_the_pool_works_on_uvloop() -> None:
    """The server's event loop may be uvloop."""

    async def work() -> None:
        async with pool_of() as pool:
            assert (await parse(pool, "echo " + "x" * (1 << 20))).text == "x" * (1 << 20)
            assert (await failure(pool, "abort")).parse_reason is ErrorReason.WORKER_LOST
            assert (await parse(pool, "echo next")).text == "next"

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())


async def test_a_parser_that_cannot_start_is_told_and_tried_with_growing_pauses(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A broken install gives an error to each document and a log line to the operator, not a storm of processes."""
    heard: list[str] = []
    pool = SandboxPool(workers=1, limits=SMALL, target="tests.sandbox.no_such_target", on_restart=heard.append)
    async with pool:
        error = await failure(pool, "echo x")
        again = await failure(pool, "echo x")
        await asyncio.sleep(0.5)
    assert (error.parse_reason, error.retryable) == (ErrorReason.WORKER_LOST, True)
    assert again.message == error.message
    assert heard == ["start_failed"] * 3
    assert [record.__dict__["next_try_in_s"] for record in caplog.records] == [0.5, 1.0, 2.0]
    assert "no_such_target" in caplog.records[0].__dict__["why"]
    assert "ModuleNotFoundError" in capfd.readouterr().err


async def test_a_process_that_never_gets_warm_is_given_up() -> None:
    """A warm-up that hangs counts as a failed start."""
    heard: list[str] = []
    limits = replace(SMALL, warm_up_s=0.2)
    async with SandboxPool(
        workers=1, limits=limits, target="tests.sandbox.slow_target", on_restart=heard.append
    ) as pool:
        await failure(pool, "echo x")
    assert heard == ["start_failed"] * 3
