"""Raw bytes at every rpc: `python -m tests.fire.fuzz [--calls N] [--seed N]`.

Whatever is sent, the answer is a refusal that a client can act on (never INTERNAL or UNKNOWN), the server lives, and
whoever else watches sees what it should.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import grpc.aio
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from resumate_grpc._gen.resumate.v1 import resume_service_pb2 as pb
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.fire.calling import Caller
from tests.fire.checker import check
from tests.fire.databases import truth_of
from tests.fire.lines import Asked
from tests.fire.mutation import Mutator
from tests.fire.recording import Recorder, Target
from tests.fire.watching import CHANNEL_OPTIONS, Watcher, grpc_stream, watching
from tests.live import live_server

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

__all__ = ["Fuzzing", "Method", "fuzz"]

FAULTS = {"INTERNAL", "UNKNOWN", "UNAVAILABLE", "UNIMPLEMENTED", "CANCELLED", "DATA_LOSS"}
UNARY_DEADLINE_S = 20.0
STREAM_DEADLINE_S = 0.3
AT_ONCE = 32
SEEDS = 8
DELETED_EACH = 10
MOST_SHOWN = 5
CLIENT_FAULT = "Internal error from Core"
"""What grpc.aio's client makes of a write that fails before it has read the server's refusal: no answer of ours."""
CLIENT_FAULT_TRIES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """One rpc, as raw bytes see it."""

    path: str
    request: type[Message]
    client_streams: bool
    server_streams: bool

    @property
    def name(self) -> str:
        """Its last part."""
        return self.path.rpartition("/")[2]


SERVICE = pb.DESCRIPTOR.services_by_name["ResumeService"]
METHODS = tuple(
    Method(
        path=f"/{SERVICE.full_name}/{method.name}",
        request=GetMessageClass(method.input_type),
        client_streams=method.client_streaming,
        server_streams=method.server_streaming,
    )
    for method in SERVICE.methods
)


@dataclass(kw_only=True)
class Fuzzing:
    """What was answered: how often each code by rpc, and the requests that were answered with a fault."""

    answers: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def note(self, method: Method, code: str, requests: Sequence[bytes], details: str) -> None:
        """Count an answer."""
        self.answers.setdefault(method.name, Counter())[code] += 1
        if code in FAULTS or (code == "DEADLINE_EXCEEDED" and not method.server_streams):
            self.faults.append(f"{method.name}: {code} {details!r} for {[request.hex() for request in requests]}")


async def fuzz(folder: Path, *, calls: int, seed: int) -> Fuzzing:
    """Send `calls` requests to a server of its own. Raises `AssertionError` where somebody else was harmed."""
    found, recorder, mutator = Fuzzing(), Recorder(), Mutator(seed)
    with live_server("serve", data_dir=folder / "data") as server:
        async with AsyncExitStack() as stack:
            channel = await stack.enter_async_context(
                grpc.aio.insecure_channel(server.grpc_address, options=CHANNEL_OPTIONS)
            )
            stub = ResumeServiceStub(channel)
            caller, feed = Caller(stub, recorder), Watcher("feed", Target(), recorder)
            await stack.enter_async_context(watching(grpc_stream(stub), feed))
            for number in range(SEEDS):
                mutator.ids.append(await caller.upload(b"Ada Fernwick, number %d" % number, batch_id="a"))
            mutator.tokens.append(await _page_token(stub))
            done = [Watcher(f"of-{name}", Target(resume_id=name), recorder, follow=False) for name in mutator.ids]
            async with asyncio.timeout(60), watching(grpc_stream(stub), *done):
                await asyncio.gather(*(watcher.done.wait() for watcher in done))
            await _storm(channel, mutator, found, calls)
            await caller.upload(b"Ada Fernwick, afterwards")
            async with asyncio.timeout(60):
                await feed.caught_up()
            for event in list(recorder.recording().events):  # any of them may have been deleted
                recorder.write(Asked(id=recorder.new_id(), call="DeleteResume", resume_id=event.resume_id))
            check(recorder.recording(), truth_of(folder / "data", files=False))
    log = server.log()
    if "Traceback" in log or "failed unexpectedly" in log:
        found.faults.append(log[max(0, log.find("failed unexpectedly") - 500) :][:2000])
    return found


async def _storm(channel: grpc.aio.Channel, mutator: Mutator, found: Fuzzing, calls: int) -> None:
    todo = iter(range(calls))

    async def lane() -> None:
        for number in todo:
            method = METHODS[number % len(METHODS)]
            if method.name == "DeleteResume" and number // len(METHODS) % DELETED_EACH:
                continue  # or nothing would be left for the others
            requests = [mutator.request(method.request) for _ in range(1 + 2 * method.client_streams)]
            code, details = await _send(channel, method, requests)
            for _ in range(CLIENT_FAULT_TRIES):
                if details != CLIENT_FAULT:
                    break
                code, details = await _send(channel, method, requests)
            found.note(method, code, requests, details)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(lane())


async def _send(channel: grpc.aio.Channel, method: Method, requests: Sequence[bytes]) -> tuple[str, str]:
    deadline_s = STREAM_DEADLINE_S if method.server_streams else UNARY_DEADLINE_S
    try:
        if method.client_streams:
            uploading: grpc.aio.StreamUnaryMultiCallable[bytes, bytes] = channel.stream_unary(method.path)
            call = uploading(timeout=deadline_s)
            with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):  # refused meanwhile: the call knows why
                for request in requests:
                    await call.write(request)
                await call.done_writing()
            await call
        elif method.server_streams:
            reading: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(method.path)
            async for _ in reading(requests[0], timeout=deadline_s):
                pass
        else:
            calling: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method.path)
            await calling(requests[0], timeout=deadline_s)
    except grpc.aio.AioRpcError as error:
        return error.code().name, error.details() or ""
    return "OK", ""


async def _page_token(stub: ResumeServiceAsyncStub) -> str:
    return (await stub.ListResumes(pb.ListResumesRequest(page_size=1))).next_page_token


def main() -> int:
    """Run the command."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fire.fuzz", description=__doc__)
    arguments.add_argument("--calls", type=int, default=100_000, help="requests to send (100,000)")
    arguments.add_argument("--seed", type=int, default=1, help="the same seed sends the same requests")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="resumate-fuzz-") as folder:
        found = asyncio.run(fuzz(Path(folder), calls=given.calls, seed=given.seed))
    for name, answers in found.answers.items():
        print(f"{name:15} {dict(answers)}")  # noqa: T201 - a command
    for fault in found.faults[:MOST_SHOWN]:
        print(f"FAULT {fault}")  # noqa: T201 - a command
    print(f"{len(found.faults)} faults")  # noqa: T201 - a command
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
