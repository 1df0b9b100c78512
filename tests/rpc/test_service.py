"""Each rpc doing what it is for."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1 import (
    export_pb2,
    parsed_resume_pb2,
    progress_pb2,
    resume_pb2,
    resume_service_pb2,
    upload_pb2,
    watch_pb2,
)
from resumate_grpc.rpc.call import current_call, log_fields
from resumate_grpc.rpc.codec_parsed import encode_parsed
from resumate_grpc.rpc.resume_service import ResumeService
from tests.rpc.conftest import MAX_FILE_BYTES, TEXT, OpenStation, Station, eventually
from tests.rpc.refusals import refused
from tests.rpc.samples import PARSED

PIECE = 16 * 1024
FULL, BASIC = resume_pb2.RESUME_VIEW_FULL, resume_pb2.RESUME_VIEW_BASIC


async def get(station: Station, resume_id: str, view: resume_pb2.ResumeView.ValueType = FULL) -> resume_pb2.Resume:
    request = resume_service_pb2.GetResumeRequest(resume_id=resume_id, view=view)
    return (await station.stub.GetResume(request)).resume


async def pieces(header: upload_pb2.UploadHeader, *chunks: bytes) -> AsyncIterator[upload_pb2.UploadChunksRequest]:
    yield upload_pb2.UploadChunksRequest(header=header)
    for chunk in chunks:
        yield upload_pb2.UploadChunksRequest(chunk=chunk)


async def test_an_upload_is_known_at_once(station: Station) -> None:
    """Upload answers with the whole résumé, QUEUED, with its first event."""
    resume = await station.upload(filename="../My CV\u202e.txt", batch_id="spring")
    assert resume.state == progress_pb2.STATE_QUEUED
    assert (resume.filename, resume.media_type, resume.size_bytes) == ("My CV.txt", "text/plain", len(TEXT))
    assert resume.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert (resume.owner, resume.attempt, resume.batch_id) == ("local", 1, "spring")
    assert (resume.progress.sequence, resume.progress.stage) == (1, progress_pb2.STAGE_QUEUED)
    assert resume.progress.epoch == station.store.epoch
    assert await get(station, resume.id.upper()) == resume


async def test_an_upload_in_pieces(station: Station) -> None:
    """A file in pieces is the same file, and its options are kept."""
    header = upload_pb2.UploadHeader(filename="cv.txt", size_bytes=len(TEXT), options={"language": "de"})  # type: ignore[arg-type]  # a mapping will do
    answer = await station.stub.UploadChunks(pieces(header, TEXT[:7], b"", TEXT[7:]))
    assert answer.resume.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert (answer.resume.options.language, answer.deduplicated) == ("de", False)


@pytest.mark.parametrize(
    ("declared", "chunks", "reason", "field"),
    [
        (MAX_FILE_BYTES + 1, 0, "FILE_TOO_LARGE", "content"),
        (0, MAX_FILE_BYTES // PIECE + 1, "FILE_TOO_LARGE", "content"),
        (2 * PIECE, 3, "INVALID_FIELD", "header.size_bytes"),
        (-1, 0, "INVALID_FIELD", "header.size_bytes"),
    ],
    ids=["declared too large", "is too large", "more than declared", "negative"],
)
async def test_pieces_are_refused_early(station: Station, declared: int, chunks: int, reason: str, field: str) -> None:
    """A file in pieces is refused as soon as it is known to be refused, not after the last piece, which never comes."""

    async def requests() -> AsyncIterator[upload_pb2.UploadChunksRequest]:
        yield upload_pb2.UploadChunksRequest(header=upload_pb2.UploadHeader(filename="a.txt", size_bytes=declared))
        for _ in range(chunks):
            yield upload_pb2.UploadChunksRequest(chunk=b"x" * PIECE)
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        answer = await refused(station.stub.UploadChunks(requests()))
    assert (answer.code, answer.reason, answer.fields) == ("INVALID_ARGUMENT", reason, (field,))


async def test_fewer_bytes_than_declared(station: Station) -> None:
    """A file that ends before its declared size is refused: something was lost on the way."""
    header = upload_pb2.UploadHeader(filename="a.txt", size_bytes=len(TEXT) + 1)
    answer = await refused(station.stub.UploadChunks(pieces(header, TEXT)))
    assert (answer.reason, answer.fields) == ("INVALID_FIELD", ("header.size_bytes",))


async def test_pieces_of_the_wrong_type_are_refused_early(station: Station) -> None:
    """A program named .pdf is refused by its first bytes."""
    header = upload_pb2.UploadHeader(filename="cv.pdf")
    program = b"\x7fELF" + bytes(range(256)) * 64

    async def requests() -> AsyncIterator[upload_pb2.UploadChunksRequest]:
        yield upload_pb2.UploadChunksRequest(header=header)
        yield upload_pb2.UploadChunksRequest(chunk=program)
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        answer = await refused(station.stub.UploadChunks(requests()))
    assert (answer.reason, answer.fields) == ("UNSUPPORTED_FORMAT", ("content",))


@pytest.mark.parametrize("first", [None, upload_pb2.UploadChunksRequest(chunk=b"x"), upload_pb2.UploadChunksRequest()])
async def test_pieces_without_a_header(station: Station, first: upload_pb2.UploadChunksRequest | None) -> None:
    """Pieces begin with a header."""

    async def requests() -> AsyncIterator[upload_pb2.UploadChunksRequest]:
        if first is not None:
            yield first

    answer = await refused(station.stub.UploadChunks(requests()))
    assert (answer.reason, answer.fields) == ("INVALID_FIELD", ("header",))


async def test_a_second_header(station: Station) -> None:
    """After the header come chunks alone."""
    header = upload_pb2.UploadHeader(filename="cv.txt")

    async def requests() -> AsyncIterator[upload_pb2.UploadChunksRequest]:
        yield upload_pb2.UploadChunksRequest(header=header)
        yield upload_pb2.UploadChunksRequest(header=header)

    answer = await refused(station.stub.UploadChunks(requests()))
    assert answer.fields == ("chunk",)


async def test_half_a_file_is_no_file(station: Station) -> None:
    """A client that gives up between two pieces leaves nothing behind, though grpc says that its pieces ended."""
    header = upload_pb2.UploadChunksRequest(header=upload_pb2.UploadHeader(filename="cv.txt"))
    for number in range(40):
        async with grpc.aio.insecure_channel(station.address) as channel:
            call: Any = channel.stream_unary(
                "/resumate.v1.ResumeService/UploadChunks",
                request_serializer=upload_pb2.UploadChunksRequest.SerializeToString,
            )()
            await call.write(header)
            await call.write(upload_pb2.UploadChunksRequest(chunk=TEXT))
            await asyncio.sleep(0.002 * (number % 3))
            if number % 2:
                call.cancel()
    await eventually(lambda: not station.server._edge.running)  # noqa: SLF001 - nothing outside tells
    page = await station.stub.ListResumes(resume_service_pb2.ListResumesRequest())
    assert page.total_size == 0
    rendered = station.metrics.render().decode()
    assert 'code="CANCELLED",method="resumate.v1.ResumeService/UploadChunks"' in rendered
    assert 'code="OK",method="resumate.v1.ResumeService/UploadChunks"' not in rendered


async def test_pieces_of_nothing(station: Station) -> None:
    """A header without bytes is an empty file."""
    answer = await refused(station.stub.UploadChunks(pieces(upload_pb2.UploadHeader(filename="cv.txt"))))
    assert answer.reason == "EMPTY_FILE"


async def test_views(station: Station) -> None:
    """BASIC leaves the parsed data out; unset is FULL for one and BASIC for many."""
    resume = await station.parsed(PARSED)
    unset = resume_pb2.RESUME_VIEW_UNSPECIFIED
    assert (await get(station, resume.id)).parsed == encode_parsed(PARSED)
    assert (await get(station, resume.id, unset)).HasField("parsed")
    assert not (await get(station, resume.id, BASIC)).HasField("parsed")
    for view, has in ((unset, False), (BASIC, False), (FULL, True)):
        page = await station.stub.ListResumes(resume_service_pb2.ListResumesRequest(view=view))
        assert page.resumes[0].HasField("parsed") is has


async def test_lists_by_pages(station: Station) -> None:
    """Pages follow one another without a hole or a repeat, in the order asked for."""
    names = [f"{letter}.txt" for letter in "dbeac"]
    for name in names:
        await station.upload(filename=name, batch_id="b" if name < "d" else "")
    request = resume_service_pb2.ListResumesRequest(page_size=2, order_by="filename desc")
    seen: list[str] = []
    while True:
        page = await station.stub.ListResumes(request)
        seen += [resume.filename for resume in page.resumes]
        assert page.total_size == 5
        assert len(page.resumes) <= 2
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert seen == sorted(names, reverse=True)


async def test_lists_by_filter(station: Station) -> None:
    """A list is filtered by state, batch and text; a token of one filter is refused by another."""
    await station.parsed(PARSED, filename="done.txt")
    for name in ("one.txt", "two.txt"):
        await station.upload(filename=name, batch_id="b")

    async def names(**fields: Any) -> list[str]:
        page = await station.stub.ListResumes(resume_service_pb2.ListResumesRequest(order_by="filename", **fields))
        return [resume.filename for resume in page.resumes]

    assert await names(states=[progress_pb2.STATE_SUCCEEDED]) == ["done.txt"]
    assert await names(states=[progress_pb2.STATE_QUEUED, progress_pb2.STATE_FAILED]) == ["one.txt", "two.txt"]
    assert await names(batch_id="b", text="TWO") == ["two.txt"]
    assert await names(text="ada example") == ["done.txt"]
    first = await station.stub.ListResumes(resume_service_pb2.ListResumesRequest(page_size=1, batch_id="b"))
    other = resume_service_pb2.ListResumesRequest(page_size=1, page_token=first.next_page_token)
    assert (await refused(station.stub.ListResumes(other))).fields == ("page_token",)


async def test_corrections(station: Station) -> None:
    """UpdateResume changes the fields of its mask, gives a new etag, and takes the etag from either place."""
    resume = await station.parsed(PARSED)
    done = await get(station, resume.id)
    request = resume_service_pb2.UpdateResumeRequest(resume_id=resume.id, resume=done)
    request.resume.parsed.personal_info.full_name = "Grace Example"
    request.resume.filename = "a/b/grace.pdf"
    request.update_mask.paths.extend(["parsed.personal_info.full_name", "filename"])
    changed = (await station.stub.UpdateResume(request)).resume
    assert (changed.filename, changed.parsed.personal_info.full_name) == ("grace.pdf", "Grace Example")
    assert changed.parsed.personal_info.email == PARSED.personal_info.email
    assert changed.etag != done.etag
    assert (await get(station, resume.id)).parsed == changed.parsed
    assert (await refused(station.stub.UpdateResume(request))).reason == "ETAG_MISMATCH", "resume.etag is old now"


async def test_cancel_and_retry(station: Station) -> None:
    """A cancelled résumé is CANCELLED at once; a retry makes the next attempt, with the options given."""
    resume = await station.upload()
    cancelled = await station.stub.CancelResume(resume_service_pb2.CancelResumeRequest(resume_id=resume.id))
    again = resume_service_pb2.RetryResumeRequest(
        resume_id=resume.id, options=resume_pb2.ParseOptions(ocr=resume_pb2.OCR_MODE_NEVER)
    )
    retried = await station.stub.RetryResume(again)
    assert cancelled.resume.state == progress_pb2.STATE_CANCELLED
    assert cancelled.resume.HasField("complete_time")
    assert (retried.resume.state, retried.resume.attempt) == (progress_pb2.STATE_QUEUED, 2)
    assert retried.resume.options.ocr == resume_pb2.OCR_MODE_NEVER
    assert not retried.resume.HasField("complete_time")


async def test_delete(station: Station) -> None:
    """A deleted résumé is gone, and its watch ends with NOT_FOUND."""
    resume = await station.upload()
    watch = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume.id))
    await watch.read()
    await station.stub.DeleteResume(resume_service_pb2.DeleteResumeRequest(resume_id=resume.id, etag=resume.etag))
    assert (await refused(watch)).reason == "RESUME_NOT_FOUND"
    assert (
        await refused(station.stub.GetResume(resume_service_pb2.GetResumeRequest(resume_id=resume.id)))
    ).code == "NOT_FOUND"


@pytest.mark.embedded
async def test_a_deleted_resume_is_in_no_file(station: Station) -> None:
    """After DeleteResume neither its bytes nor a word of its data is in the database, its journal or the files."""
    secret = b"Zebulon Quarterstaff of Nowhere-upon-Sea"
    content, parsed = TEXT + secret, replace(PARSED, text=secret.decode())
    resume = await station.parsed(parsed, content=content)
    folder = station.database.parent

    def found() -> list[str]:
        needles = (secret, secret.lower())
        files = [file for file in folder.rglob("*") if file.is_file()]
        return [file.name for file in files if any(needle in file.read_bytes() for needle in needles)]

    assert {resume.sha256} <= set(found())
    assert any(name.startswith("resumate.db") for name in found())
    await station.stub.DeleteResume(resume_service_pb2.DeleteResumeRequest(resume_id=resume.id))
    await eventually(lambda: not found())
    assert not [file for file in folder.rglob("*") if resume.sha256 in file.name]


@pytest.mark.parametrize(
    ("chosen", "media_type", "filename", "holds"),
    [
        (export_pb2.EXPORT_FORMAT_UNSPECIFIED, "application/json", "ada.resume.json", b'"name": "Ada Example"'),
        (export_pb2.EXPORT_FORMAT_JSON_RESUME, "application/json", "ada.resume.json", b'"name": "Ada Example"'),
        (export_pb2.EXPORT_FORMAT_PLAIN_TEXT, "text/plain; charset=utf-8", "ada.resume.txt", b"Ada Example\n"),
        (export_pb2.EXPORT_FORMAT_CSV, "text/csv; charset=utf-8; header=present", "ada.resume.csv", b",Ada Example,"),
    ],
)
async def test_exports(
    station: Station, chosen: export_pb2.ExportFormat.ValueType, media_type: str, filename: str, holds: bytes
) -> None:
    """Each format has its media type, a name to save it under, and the values."""
    resume = await station.parsed(PARSED, filename="ada.txt")
    exported = await station.stub.ExportResume(export_pb2.ExportResumeRequest(resume_id=resume.id, format=chosen))
    assert (exported.media_type, exported.filename) == (media_type, filename)
    assert holds in exported.content
    if media_type == "application/json":
        assert json.loads(exported.content)["basics"]["email"] == PARSED.personal_info.email


async def test_downloads(station: Station) -> None:
    """A download is a header and the bytes as uploaded, in pieces of at most 64 KiB."""
    content = b"%PDF-1.7\n" + bytes(range(256)) * 1000
    resume = await station.upload(content, filename="big.pdf")
    first, *rest = [
        message async for message in station.stub.DownloadFile(export_pb2.DownloadFileRequest(resume_id=resume.id))
    ]
    assert (first.header.filename, first.header.media_type) == ("big.pdf", "application/pdf")
    assert (first.header.size_bytes, first.header.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert b"".join(message.chunk for message in rest) == content
    assert all(0 < len(message.chunk) <= 64 * 1024 for message in rest)


async def test_requests_bear_an_id(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    """The caller's request id comes back, also with a refusal; a strange one is replaced."""
    request = resume_service_pb2.ListResumesRequest()
    mine = station.stub.ListResumes(request, metadata=(("x-request-id", "trace-7"),))
    await mine
    strange = station.stub.ListResumes(request, metadata=(("x-request-id", "a b" * 90),))
    await strange
    broken = resume_service_pb2.GetResumeRequest(resume_id="x")
    answer = await refused(station.stub.GetResume(broken, metadata=(("x-request-id", "trace-8"),)))
    watch = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(feed=True), metadata=(("x-request-id", "t-9"),))
    assert dict(await mine.trailing_metadata())["x-request-id"] == "trace-7"
    assert len(str(dict(await strange.trailing_metadata())["x-request-id"])) == 32
    assert answer.trailing["x-request-id"] == "trace-8"
    assert dict(await watch.initial_metadata())["x-request-id"] == "t-9"
    watch.cancel()


async def test_each_rpc_is_logged_and_counted(open_station: OpenStation, caplog: pytest.LogCaptureFixture) -> None:
    """An rpc leaves a line with method, code and owner, and counts by method and code; no content is in either."""
    with caplog.at_level("INFO", logger="resumate_grpc"):
        async with open_station() as station:
            resume = await station.upload(filename="secret-name.txt")
            await refused(station.stub.GetResume(resume_service_pb2.GetResumeRequest(resume_id="x")))
            await get(station, resume.id)
            await eventually(lambda: len([line for line in caplog.records if line.msg == "rpc"]) == 3)
            rendered = station.metrics.render().decode()
    lines = [line.__dict__ for line in caplog.records if line.msg == "rpc"]
    service = "resumate.v1.ResumeService"
    assert [(line["method"], line["code"]) for line in lines] == [
        (f"{service}/Upload", "OK"),
        (f"{service}/GetResume", "INVALID_ARGUMENT"),
        (f"{service}/GetResume", "OK"),
    ]
    assert lines[1]["reason"] == "INVALID_FIELD"
    assert lines[0]["owner"] == "local"
    assert "secret-name" not in str(lines)
    assert f'resumate_rpcs_total{{code="OK",method="{service}/GetResume"}} 1.0' in rendered
    assert f'resumate_rpcs_total{{code="INVALID_ARGUMENT",method="{service}/GetResume"}} 1.0' in rendered
    assert f'resumate_rpc_seconds_count{{method="{service}/GetResume"}} 2.0' in rendered


async def test_lines_within_an_rpc(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is logged while an rpc runs bears its request id and its résumé; outside there is none."""
    seen: list[dict[str, str]] = []
    resume = await station.upload()
    get_of_store = station.store.get

    async def looking(owner: str, resume_id: str, *, with_parsed: bool) -> Any:
        seen.append(dict(log_fields()))
        return await get_of_store(owner, resume_id, with_parsed=with_parsed)

    monkeypatch.setattr(station.store, "get", looking)
    request = resume_service_pb2.GetResumeRequest(resume_id=resume.id)
    await station.stub.GetResume(request, metadata=(("x-request-id", "q1"),))
    assert seen == [{"request_id": "q1", "resume_id": resume.id}]
    assert log_fields() == {}
    with pytest.raises(LookupError):
        current_call()


async def test_a_client_that_gives_up(station: Station) -> None:
    """A call past its deadline counts as CANCELLED, and nothing of it is left."""
    watch = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(feed=True), timeout=0.2)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in watch:
            pass
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    method = "resumate.v1.ResumeService/WatchProgress"
    await eventually(
        lambda: f'resumate_rpcs_total{{code="CANCELLED",method="{method}"}} 1.0'.encode() in station.metrics.render()
    )
    assert b"resumate_open_watches 0.0" in station.metrics.render()


def test_every_rpc_has_a_handler() -> None:
    """Each rpc of the contract is there, by its name."""
    service = resume_service_pb2.DESCRIPTOR.services_by_name["ResumeService"]
    names = {method.name for method in service.methods}
    assert {name for name in names if callable(getattr(ResumeService, name, None))} == set()
    assert set(vars(ResumeService(None, Nothing(), None))) == names  # type: ignore[arg-type]  # nothing is called


class Nothing:
    """Watches of an empty log."""

    epoch = "e"


def test_parsed_of_the_wire_is_that_of_the_model() -> None:
    """The sample's message reads back to the same bytes, so the comparisons above compare something."""
    wire = encode_parsed(PARSED).SerializeToString()
    assert parsed_resume_pb2.ParsedResume.FromString(wire).SerializeToString() == wire
    assert len(wire) > 500
