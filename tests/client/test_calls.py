"""The other calls: what they ask, and what they make of the answers."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from pathlib import Path

import grpc
import pytest
from google.protobuf.message import Message

from resumate_grpc._gen.resumate.v1.export_pb2 import DownloadFileResponse, FileHeader
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import (
    GetResumeResponse,
    ListResumesResponse,
    UpdateResumeResponse,
)
from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadChunksResponse
from resumate_grpc.client import (
    BusyError,
    CallError,
    Client,
    ClientClosedError,
    ConflictError,
    DamagedFileError,
    InvalidRequestError,
    NotFoundError,
    ParseOptions,
    Resending,
    Resume,
    State,
    UnreachableError,
)
from resumate_grpc.client.upload import UNEXPLAINED
from tests.client.running import use
from tests.scripted_server import EPOCH, ID, ScriptedServer, event, reason, retry_after

QUEUED = UploadChunksResponse(resume=Resume(id=ID, filename="cv.txt", state=State.STATE_QUEUED))
LOST: dict[str, tuple[grpc.StatusCode, tuple[Message, ...]]] = {
    "the server went away": (grpc.StatusCode.UNAVAILABLE, ()),
    "a proxy cancelled it": (grpc.StatusCode.CANCELLED, ()),
    "gRPC does not know": (grpc.StatusCode.INTERNAL, ()),
    "the queue is full": (grpc.StatusCode.RESOURCE_EXHAUSTED, (reason("QUEUE_FULL"), retry_after(0.05))),
}


@pytest.mark.parametrize("how", LOST)
def test_lost_answer_is_asked_for_again_under_the_same_request_id(scripted: ScriptedServer, how: str) -> None:
    """An upload whose answer was lost is sent again, whole and under the same request_id, so nothing is made twice."""
    code, details = LOST[how]
    content = bytes(300_000) + b"end"
    told: list[Resending] = []
    running = use(
        scripted,
        lambda client: client.upload(
            content,
            filename="cv.txt",
            batch_id="spring",
            options=ParseOptions(language="de"),
            on_resending=told.append,
        ),
    )
    first, _, refuse = scripted.upload()
    refuse(code, "gone" if code is not grpc.StatusCode.INTERNAL else UNEXPLAINED, *details)
    second, answer, _ = scripted.upload()
    answer(QUEUED)
    assert running.result(10) == QUEUED.resume
    header = first[0].header
    assert uuid.UUID(header.request_id).version == 4
    assert (header.filename, header.batch_id, header.options.language) == ("cv.txt", "spring", "de")
    assert header.size_bytes == len(content)
    assert second == first
    assert b"".join(message.chunk for message in second) == content
    assert [again.error.code for again in told] == [code.name]


def test_what_grpc_cannot_explain_is_tried_once_more(scripted: ScriptedServer) -> None:
    """An upload that grpc.aio ends without a reason twice is given up, and any other INTERNAL at once."""
    running = use(scripted, lambda client: client.upload(b"x"))
    for _ in range(2):
        scripted.upload()[2](grpc.StatusCode.INTERNAL, UNEXPLAINED)
    with pytest.raises(CallError, match=UNEXPLAINED):
        running.result(10)
    running = use(scripted, lambda client: client.upload(b"x"))
    scripted.upload()[2](grpc.StatusCode.INTERNAL, "a fault of the server")
    with pytest.raises(CallError, match="a fault of the server"):
        running.result(10)


def test_path_is_read_and_named(scripted: ScriptedServer, tmp_path: Path) -> None:
    """A file by its path bears its name, and how much was sent is told as it goes."""
    path = tmp_path / "Ada Beispiel.txt"
    path.write_bytes(bytes(600_000))
    sent: list[tuple[int, int]] = []
    wanted = str(uuid.uuid4())

    def note(so_far: int, total: int) -> None:
        sent.append((so_far, total))

    running = use(scripted, lambda client: client.upload(path, request_id=wanted, on_sent=note))
    messages, answer, _ = scripted.upload()
    answer(QUEUED)
    running.result(10)
    assert (messages[0].header.filename, messages[0].header.request_id) == ("Ada Beispiel.txt", wanted)
    assert sent[-1] == (600_000, 600_000)
    assert len(sent) == 3


def test_missing_file_is_not_sent(scripted: ScriptedServer, tmp_path: Path) -> None:
    """A file that cannot be read raises what the system says."""
    with pytest.raises(FileNotFoundError):
        use(scripted, lambda client: client.upload(tmp_path / "none.pdf")).result(10)


def test_refusal_is_raised_with_all_that_the_server_said(scripted: ScriptedServer) -> None:
    """A refused file is not sent again; its error has reason, message, metadata and the server."""
    running = use(scripted, lambda client: client.upload(b"MZ", filename="cv.exe"))
    _, _, refuse = scripted.upload()
    refuse(grpc.StatusCode.INVALID_ARGUMENT, "too large", reason("FILE_TOO_LARGE", max_bytes="10"))
    with pytest.raises(InvalidRequestError, match=r"too large \[FILE_TOO_LARGE\]") as raised:
        running.result(10)
    assert (raised.value.metadata, raised.value.server) == ({"max_bytes": "10"}, scripted.address)


@pytest.mark.slow
def test_full_queue_is_given_up(scripted: ScriptedServer) -> None:
    """After five tries a full queue is raised, with how long the server asked to wait."""
    running = use(scripted, lambda client: client.upload(b"x"))
    for _ in range(5):
        scripted.upload()[2](grpc.StatusCode.RESOURCE_EXHAUSTED, "full", reason("QUEUE_FULL"), retry_after(0.01))
    with pytest.raises(BusyError) as raised:
        running.result(30)
    assert raised.value.retry_after_s == 0.01


def test_wait_returns_the_whole_resume(scripted: ScriptedServer) -> None:
    """Waiting asks how far it is, watches from there, and returns what there is at the end."""
    running = use(scripted, lambda client: client.wait(ID))
    now = Resume(id=ID, state=State.STATE_PROCESSING)
    now.progress.sequence, now.progress.epoch = 4, EPOCH
    scripted.unary("GetResume")[1](GetResumeResponse(resume=now))
    stream = scripted.stream()
    stream.send(event(5, state=State.STATE_SUCCEEDED))
    stream.end()
    done = Resume(id=ID, state=State.STATE_SUCCEEDED)
    scripted.unary("GetResume")[1](GetResumeResponse(resume=done))
    done.parsed.personal_info.full_name = "Ada"
    scripted.unary("GetResume")[1](GetResumeResponse(resume=done))
    assert running.result(10).parsed.personal_info.full_name == "Ada"
    assert (stream.request.after_sequence, stream.request.epoch) == (4, EPOCH)


def test_list_goes_through_the_pages(scripted: ScriptedServer) -> None:
    """The list asks for page after page with the same filters."""

    async def ids(client: Client) -> list[str]:
        return [resume.id async for resume in client.list(states=[State.STATE_FAILED], text="go", page_size=2)]

    running = use(scripted, ids)
    tokens = []
    for names, following in ((["a", "b"], "next"), (["c"], "")):
        request, give, _ = scripted.unary("ListResumes")
        tokens.append((request.page_token, request.page_size, request.text, list(request.states)))
        give(ListResumesResponse(resumes=[Resume(id=name) for name in names], next_page_token=following))
    assert running.result(10) == ["a", "b", "c"]
    assert tokens == [(token, 2, "go", [State.STATE_FAILED]) for token in ("", "next")]


def test_update_is_safe_from_overwriting(scripted: ScriptedServer) -> None:
    """An update bears the etag that it builds on; where that is stale, it conflicts."""
    mine = Resume(id=ID, filename="new.pdf", etag="e1")
    running = use(scripted, lambda client: client.update(mine, "filename"))
    request, give, _ = scripted.unary("UpdateResume")
    give(UpdateResumeResponse(resume=mine))
    running.result(10)
    assert (list(request.update_mask.paths), request.etag, request.resume.filename) == (["filename"], "e1", "new.pdf")
    running = use(scripted, lambda client: client.update(mine, "filename"))
    scripted.unary("UpdateResume")[2](grpc.StatusCode.ABORTED, "changed", reason("ETAG_MISMATCH"))
    with pytest.raises(ConflictError):
        running.result(10)


@pytest.mark.parametrize("whole", [True, False])
def test_download_is_checked(scripted: ScriptedServer, whole: bool) -> None:  # noqa: FBT001 - both ways
    """A download returns the bytes that the server promised, or raises."""

    async def fetch(client: Client) -> tuple[str, bytes]:
        async with client.download(ID) as file:
            return file.filename, await file.read()

    running = use(scripted, fetch)
    stream = scripted.stream("DownloadFile")
    digest = hashlib.sha256(b"abcdef" if whole else b"abcdeg").hexdigest()
    stream.send(DownloadFileResponse(header=FileHeader(filename="cv.pdf", size_bytes=6, sha256=digest)))
    stream.send(DownloadFileResponse(chunk=b"abc"), DownloadFileResponse(chunk=b"def"))
    stream.end()
    if whole:
        assert running.result(10) == ("cv.pdf", b"abcdef")
    else:
        with pytest.raises(DamagedFileError):
            running.result(10)


def test_unknown_is_told(scripted: ScriptedServer) -> None:
    """What is not there is an error of its own kind."""
    running = use(scripted, lambda client: client.get(ID))
    scripted.unary("GetResume")[2](grpc.StatusCode.NOT_FOUND, "no résumé", reason("RESUME_NOT_FOUND"))
    with pytest.raises(NotFoundError):
        running.result(10)


async def test_nothing_answers() -> None:
    """Where no server is, a call says so in gRPC's plain words, and a closed client says that it is closed."""
    async with Client("127.0.0.1:1") as client:
        with pytest.raises(UnreachableError, match=r"^Failed to connect to remote host: Connection refused") as raised:
            await client.get(ID)
    assert (raised.value.code, raised.value.reason, raised.value.may_pass) == ("UNAVAILABLE", "", True)
    with pytest.raises(ClientClosedError):
        await client.get(ID)
    with pytest.raises(ClientClosedError):
        Client().watch(ID)


async def test_answer_that_does_not_come(scripted: ScriptedServer) -> None:
    """A server that does not answer in time is told as unreachable, by code DEADLINE_EXCEEDED."""
    async with Client(scripted.address, timeout_s=0.2) as client:
        with pytest.raises(UnreachableError) as raised:
            await client.get(ID)
    assert raised.value.code == "DEADLINE_EXCEEDED"


async def test_closing_the_client_ends_its_watches(scripted: ScriptedServer) -> None:
    """A watch of a client that is closed ends with an error instead of coming back for ever."""

    async def look() -> None:
        async for _ in client.watch(ID):
            heard.set()

    heard = asyncio.Event()
    async with Client(scripted.address) as client:
        task = asyncio.create_task(look())
        stream = await asyncio.to_thread(scripted.stream)
        stream.send(event(1))
        await heard.wait()
    with pytest.raises(ClientClosedError):
        await task


def test_errors_say_whether_another_try_may_help() -> None:
    """Only what may pass by itself is tried again."""
    assert not CallError("fault", code="INTERNAL").may_pass
    assert UnreachableError("gone", code="UNAVAILABLE").may_pass
    assert BusyError("full", code="RESOURCE_EXHAUSTED", retry_after_s=1).may_pass
    assert not BusyError("message larger than max", code="RESOURCE_EXHAUSTED").may_pass
