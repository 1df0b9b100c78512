"""How honest the stated remaining time is: `python benchmarks/eta.py [--texts N] [--scans N] [--asked N] [--seed N]`.

A real `resumate serve` with one worker process for text and one for scans; a local endpoint stands for the language
model and answers piece by piece, at a pace of its own for each question. First other documents are uploaded, from which
the server learns. Then three rounds: one document at a time, all at once, and some with AI enhancement.

Each event that states a remaining time is held against the log: from the event's time to the terminal event's. Honest
is ± 30 %; the second figure also lets pass what was off by less than 0.1 s, which nobody sees. An event without an
estimate counts as neither, and is told by the column `stated`. How well time can be foretold at all on a
machine as busy as this one is told beside: how often the same document, uploaded again, took as long as before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING

import grpc.aio
from aiohttp import web
from eta_documents import Made, made
from report import print_machine, print_table

from resumate_grpc._gen.resumate.v1 import progress_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.live import live_server

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

Round = Callable[..., Awaitable[list["Statement"]]]

WITHIN = 0.3
UNSEEN_S = 0.1
TIMEOUT_S = 900.0
STATES = progress_pb2.State
ANSWER = {"personal_info": {"full_name": ""}, "work_experience": [], "education": []}


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One event before the end: what it stated, and what came of it, in seconds."""

    kind: str
    stage: str
    stated_s: float | None
    real_s: float

    @property
    def is_honest(self) -> bool:
        """Whether the end came within ± 30 % of what was stated."""
        return self.stated_s is not None and abs(self.real_s - self.stated_s) <= WITHIN * self.stated_s

    @property
    def is_fair(self) -> bool:
        """Whether it did, or nobody could see that it did not."""
        return self.is_honest or (self.stated_s is not None and abs(self.real_s - self.stated_s) <= UNSEEN_S)


async def statements(stub: ResumeServiceAsyncStub, document: Made, *, asked: bool) -> list[Statement]:
    """Upload a document, wait for its end, and read its log."""
    request = upload_pb2.UploadRequest(filename=document.name, content=document.content)
    request.options.ai_enhancement = asked
    resume_id = (await stub.Upload(request)).resume.id
    events: list[progress_pb2.ProgressEvent] = []
    async for response in stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume_id), timeout=TIMEOUT_S):
        events += [response.event] if response.WhichOneof("update") == "event" else []
    end = events[-1]
    if end.state != STATES.STATE_SUCCEEDED:
        raise SystemExit(f"{document.name} ended as {STATES.Name(end.state)}: {end.message}")
    ended_s = end.create_time.ToMicroseconds() / 1e6
    return [
        Statement(
            kind=document.kind + (" + AI" if asked else ""),
            stage=_stage(event),
            stated_s=event.estimated_remaining.ToMicroseconds() / 1e6
            if event.HasField("estimated_remaining")
            else None,
            real_s=ended_s - event.create_time.ToMicroseconds() / 1e6,
        )
        for event in events[:-1]
    ]


def _stage(event: progress_pb2.ProgressEvent) -> str:
    stage = progress_pb2.Stage.Name(event.stage).removeprefix("STAGE_").lower()
    return f"{stage}, waiting for OCR" if "waiting for OCR" in event.message else stage


async def one_at_a_time(stub: ResumeServiceAsyncStub, documents: Iterable[Made], *, asked: bool) -> list[Statement]:
    """Upload each after the one before has ended."""
    return [each for document in documents for each in await statements(stub, document, asked=asked)]


async def all_at_once(stub: ResumeServiceAsyncStub, documents: Iterable[Made], *, asked: bool) -> list[Statement]:
    """Upload all, in their order, without waiting."""
    told = await asyncio.gather(*(statements(stub, document, asked=asked) for document in documents))
    return [each for some in told for each in some]


async def repeated(stub: ResumeServiceAsyncStub, documents: Iterable[Made]) -> None:
    """Upload each twice, and print how alike the two times were."""
    pairs = []
    for document in documents:
        first, second = [(await statements(stub, document, asked=False))[0].real_s for _ in range(2)]
        pairs.append((first, second))
    honest = sum(abs(first - second) <= WITHIN * first for first, second in pairs) / len(pairs)
    fair = sum(abs(first - second) <= max(WITHIN * first, UNSEEN_S) for first, second in pairs) / len(pairs)
    print(f"\nthe same document again took as long ± 30 % in {honest:.0%}, or ± 0.1 s in {fair:.0%}")


def report(title: str, told: Sequence[Statement], key: Callable[[Statement], str]) -> None:
    """Print a row for each value of `key`, and one for all."""
    rows = [_row(name, [each for each in told if key(each) == name]) for name in dict.fromkeys(map(key, told))]
    headings = ["events", "stated", "± 30 %", "or ± 0.1 s", "real / stated, median", "off by, median s"]
    print_table(title, headings, [*sorted(rows), _row("all", told)])


def _row(name: str, told: Sequence[Statement]) -> list[str]:
    stated = [each for each in told if each.stated_s is not None]
    if not stated:
        return [name, str(len(told)), "0%", "–", "–", "–", "–"]
    ratios = [each.real_s / max(each.stated_s or 0.0, 0.001) for each in stated]
    return [
        name,
        str(len(told)),
        f"{len(stated) / len(told):.0%}",
        f"{sum(each.is_honest for each in stated) / len(stated):.0%}",
        f"{sum(each.is_fair for each in stated) / len(stated):.0%}",
        f"{median(ratios):.2f}",
        f"{median(abs(each.real_s - (each.stated_s or 0.0)) for each in stated):.3f}",
    ]


@asynccontextmanager
async def language_model(seed: int) -> AsyncIterator[str]:
    """Serve answers of some seconds; yields the base URL."""
    rng = Random(seed)  # noqa: S311 - no secret

    async def answer(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        # Quotes of about all that the text says, as an answer is.
        said = json.dumps(ANSWER).ljust(round(len(asked["messages"][-1]["content"]) * rng.uniform(0.7, 1.2)))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(rng.uniform(0.3, 0.6))
        for at in range(0, len(said), 40):
            delta = {"choices": [{"delta": {"content": said[at : at + 40]}, "finish_reason": None}]}
            await response.write(f"data: {json.dumps(delta)}\n\n".encode())
            await asyncio.sleep(rng.uniform(0.05, 0.1))
        await response.write(b"data: [DONE]\n\n")
        return response

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=60, help="documents with text, in each of the first two rounds")
    parser.add_argument("--scans", type=int, default=12, help="scans likewise")
    parser.add_argument("--asked", type=int, default=12, help="documents with AI enhancement")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print_machine()
    seed = arguments.seed
    async with language_model(seed) as base_url:
        ai = {"RESUMATE_AI_BASE_URL": base_url, "RESUMATE_AI_MODEL": "local"}
        with (
            tempfile.TemporaryDirectory() as folder,
            live_server(data_dir=Path(folder) / "data", env={**ai, "RESUMATE_OCR_WORKERS": "1"}) as server,
        ):
            async with grpc.aio.insecure_channel(server.grpc_address) as channel:
                stub = ResumeServiceStub(channel)
                learnt = list(made(arguments.texts, seed=1000 + seed, scans=arguments.scans))
                await one_at_a_time(stub, learnt, asked=False)
                await one_at_a_time(stub, learnt[: arguments.asked], asked=True)
                firsts = list(made(arguments.texts, seed=2000 + seed, scans=arguments.scans))
                rounds: list[tuple[str, Round, Iterable[Made]]] = [
                    ("one at a time", one_at_a_time, firsts),
                    ("all at once", all_at_once, made(arguments.texts, seed=3000 + seed, scans=arguments.scans)),
                ]
                for title, upload, documents in rounds:
                    told = await upload(stub, list(documents), asked=False)
                    report(f"{title}, by stage", told, lambda each: each.stage)
                    report(f"{title}, by format", told, lambda each: each.kind)
                await repeated(stub, firsts)
                told = await one_at_a_time(stub, made(arguments.asked, seed=4000 + seed), asked=True)
                report("with a language model, by stage", told, lambda each: each.stage)


if __name__ == "__main__":
    asyncio.run(main())
