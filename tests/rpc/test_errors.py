"""Every row of the error table, through a real client."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from resumate_grpc import errors
from resumate_grpc._gen.resumate.v1 import (
    error_reason_pb2,
    export_pb2,
    parsed_resume_pb2,
    resume_pb2,
    resume_service_pb2,
    upload_pb2,
    watch_pb2,
)
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.rpc.status import CODES, DOMAIN
from tests.rpc.conftest import MAX_FILE_BYTES, TEXT, OpenStation, Station, eventually
from tests.rpc.refusals import refused

UNKNOWN = "0198c5e4-9a3b-7c1d-8e2f-1a2b3c4d5e6f"
NINE: Any = 9  # a number that no enum has; a client of a later contract may send it
WITHOUT_CONFIDENCE = resume_pb2.Resume(parsed=parsed_resume_pb2.ParsedResume(confidence_score=float("nan")))
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(range(256)) * 8


class Doors:
    """An identity that lets callers in by name."""

    def owner(self, metadata: Mapping[str, str]) -> str:
        who = metadata.get("who", "")
        if not who:
            raise errors.UnauthenticatedError("say who you are")
        if who == "mallory":
            raise errors.PermissionDeniedError("not you")
        return who


def one(name: str, request: Any) -> Callable[[Station], Any]:
    """Return a call of an rpc with this request."""
    return lambda station: getattr(station.stub, name)(request)


def upload(**fields: Any) -> Callable[[Station], Any]:
    return one("Upload", upload_pb2.UploadRequest(**{"filename": "cv.txt", "content": TEXT, **fields}))


def listed(**fields: Any) -> Callable[[Station], Any]:
    return one("ListResumes", resume_service_pb2.ListResumesRequest(**fields))


def polled(**fields: Any) -> Callable[[Station], Any]:
    return one("ListProgress", watch_pb2.ListProgressRequest(**fields))


def watched(**fields: Any) -> Callable[[Station], Any]:
    return one("WatchProgress", watch_pb2.WatchProgressRequest(**fields))


def updated(*paths: str, **fields: Any) -> Callable[[Station], Any]:
    request = resume_service_pb2.UpdateResumeRequest(resume_id=UNKNOWN, **fields)
    request.update_mask.paths.extend(paths)
    return one("UpdateResume", request)


FILES: list[tuple[str, Callable[[Station], Any], str, str]] = [
    ("a program named .pdf", upload(filename="cv.pdf", content=EXE), "UNSUPPORTED_FORMAT", "content"),
    ("no bytes", upload(content=b""), "EMPTY_FILE", "content"),
    ("too large a file", upload(content=b"x" * (MAX_FILE_BYTES + 1)), "FILE_TOO_LARGE", "content"),
]
GET, EXPORT = resume_service_pb2.GetResumeRequest, export_pb2.ExportResumeRequest
FIELDS: list[tuple[str, Callable[[Station], Any], str]] = [
    ("an id that is none", one("GetResume", resume_service_pb2.GetResumeRequest(resume_id="42")), "resume_id"),
    ("no id", one("CancelResume", resume_service_pb2.CancelResumeRequest()), "resume_id"),
    ("an id with a path", one("DownloadFile", export_pb2.DownloadFileRequest(resume_id="../etc")), "resume_id"),
    ("a view from the future", one("GetResume", GET(resume_id=UNKNOWN, view=NINE)), "view"),
    ("a request id that is none", upload(request_id="again"), "request_id"),
    ("a label of 65 characters", upload(batch_id="b" * 65), "batch_id"),
    ("a label with a line break", upload(batch_id="a\nb"), "batch_id"),
    ("an unknown mode of OCR", upload(options=resume_pb2.ParseOptions(ocr=NINE)), "options.ocr"),
    ("a language that is none", upload(options=resume_pb2.ParseOptions(language="klingon!")), "options.language"),
    ("a negative page size", listed(page_size=-1), "page_size"),
    ("a page token that is none", listed(page_token="%%%"), "page_token"),
    ("a page token of other filters", listed(page_token="WzEsImFiYyIsIngiLCJ5Il0"), "page_token"),
    ("an unknown order", listed(order_by="size desc"), "order_by"),
    ("two orders", listed(order_by="filename, create_time"), "order_by"),
    ("an unset state", listed(states=[0]), "states"),
    ("a text with NUL", listed(text="a\0b"), "text"),
    ("no target", polled(), "target"),
    ("an empty label as target", polled(batch_id=""), "target"),
    ("a feed that is false", watched(feed=False), "target"),
    ("a negative sequence", watched(feed=True, after_sequence=-1), "after_sequence"),
    ("a future sequence", watched(feed=True, after_sequence=99), "after_sequence"),
    ("a future sequence, polled", polled(feed=True, after_sequence=99), "after_sequence"),
    ("a heartbeat of half a second", watched(feed=True, heartbeat_interval={"nanos": 5 * 10**8}), "heartbeat_interval"),
    ("a heartbeat of two hours", watched(feed=True, heartbeat_interval={"seconds": 7200}), "heartbeat_interval"),
    ("a heartbeat before time began", watched(feed=True, heartbeat_interval={"seconds": -5}), "heartbeat_interval"),
    ("an empty mask", updated(), "update_mask"),
    ("a star as mask", updated("*"), "update_mask"),
    ("a path that nobody knows", updated("parsed.shoe_size"), "update_mask"),
    ("a path that is the server's", updated("state"), "update_mask"),
    ("the document's text", updated("parsed.text"), "update_mask"),
    ("what is derived", updated("parsed.career"), "update_mask"),
    ("a part of what is derived", updated("parsed.career.months_min"), "update_mask"),
    ("the document's evidence", updated("parsed.evidence"), "update_mask"),
    ("a path into a list", updated("parsed.work_experience.company"), "update_mask"),
    (
        "a confidence that is no number",
        updated("parsed", resume=WITHOUT_CONFIDENCE),
        "resume.parsed",
    ),
    ("a format from the future", one("ExportResume", EXPORT(resume_id=UNKNOWN, format=NINE)), "format"),
]  # fmt: skip
STRANGERS: list[Callable[[Station], Any]] = [
    one("GetResume", resume_service_pb2.GetResumeRequest(resume_id=UNKNOWN)),
    one("DeleteResume", resume_service_pb2.DeleteResumeRequest(resume_id=UNKNOWN)),
    one("RetryResume", resume_service_pb2.RetryResumeRequest(resume_id=UNKNOWN)),
    one("CancelResume", resume_service_pb2.CancelResumeRequest(resume_id=UNKNOWN)),
    one("ExportResume", export_pb2.ExportResumeRequest(resume_id=UNKNOWN)),
    one("DownloadFile", export_pb2.DownloadFileRequest(resume_id=UNKNOWN)),
    updated("filename"),
    polled(resume_id=UNKNOWN),
    watched(resume_id=UNKNOWN),
]


@pytest.mark.parametrize(("what", "call", "reason", "field"), FILES, ids=[row[0] for row in FILES])
async def test_a_file_that_cannot_be_accepted(
    station: Station, what: str, call: Callable[[Station], Any], reason: str, field: str
) -> None:
    """A file of no use is INVALID_ARGUMENT with its reason, and the next upload works."""
    answer = await refused(call(station))
    assert (answer.code, answer.reason, answer.domain) == ("INVALID_ARGUMENT", reason, DOMAIN)
    assert answer.fields == (field,)
    assert answer.metadata == ({"max_bytes": str(MAX_FILE_BYTES)} if reason == "FILE_TOO_LARGE" else {})
    assert (await station.upload()).state == 1


@pytest.mark.parametrize(("what", "call", "field"), FIELDS, ids=[row[0] for row in FIELDS])
async def test_a_malformed_field(station: Station, what: str, call: Callable[[Station], Any], field: str) -> None:
    """A malformed field is INVALID_ARGUMENT, INVALID_FIELD, and named."""
    answer = await refused(call(station))
    assert (answer.code, answer.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert answer.fields == (field,)
    assert answer.message


@pytest.mark.parametrize("call", STRANGERS)
async def test_an_unknown_resume(station: Station, call: Callable[[Station], Any]) -> None:
    """Each rpc that names a résumé answers NOT_FOUND for one that is not there."""
    answer = await refused(call(station))
    assert (answer.code, answer.reason) == ("NOT_FOUND", "RESUME_NOT_FOUND")


async def test_another_owners_resume(open_station: OpenStation) -> None:
    """Another owner's résumé is NOT_FOUND to every rpc, and in no list, feed or batch."""
    async with open_station(identity=Doors()) as station:
        request = upload_pb2.UploadRequest(filename="cv.txt", content=TEXT, batch_id="b")
        mine = (await station.stub.Upload(request, metadata=(("who", "ada"),))).resume
        bob = (("who", "bob"),)
        for name, asked in (
            ("GetResume", resume_service_pb2.GetResumeRequest(resume_id=mine.id)),
            ("DeleteResume", resume_service_pb2.DeleteResumeRequest(resume_id=mine.id)),
            ("CancelResume", resume_service_pb2.CancelResumeRequest(resume_id=mine.id)),
            ("ListProgress", watch_pb2.ListProgressRequest(resume_id=mine.id)),
            ("WatchProgress", watch_pb2.WatchProgressRequest(resume_id=mine.id)),
            ("DownloadFile", export_pb2.DownloadFileRequest(resume_id=mine.id)),
        ):
            answer = await refused(getattr(station.stub, name)(asked, metadata=bob))
            assert (answer.code, answer.reason) == ("NOT_FOUND", "RESUME_NOT_FOUND"), name
        listing = await station.stub.ListResumes(resume_service_pb2.ListResumesRequest(), metadata=bob)
        feed = await station.stub.ListProgress(watch_pb2.ListProgressRequest(feed=True), metadata=bob)
        batch = await station.stub.ListProgress(watch_pb2.ListProgressRequest(batch_id="b"), metadata=bob)
    assert (mine.owner, listing.total_size, list(feed.events), list(batch.events)) == ("ada", 0, [], [])


async def test_credentials(open_station: OpenStation) -> None:
    """Without credentials an rpc is UNAUTHENTICATED, with the wrong ones PERMISSION_DENIED."""
    async with open_station(identity=Doors()) as station:
        request = resume_service_pb2.ListResumesRequest()
        nobody = await refused(station.stub.ListResumes(request))
        mallory = await refused(station.stub.ListResumes(request, metadata=(("who", "mallory"),)))
    assert (nobody.code, nobody.reason) == ("UNAUTHENTICATED", "UNAUTHENTICATED")
    assert (mallory.code, mallory.reason) == ("PERMISSION_DENIED", "PERMISSION_DENIED")


async def test_a_stale_etag(station: Station) -> None:
    """A change that builds on an old etag is ABORTED, whether it updates or deletes."""
    resume = await station.upload()
    request = resume_service_pb2.UpdateResumeRequest(resume_id=resume.id, resume=resume_pb2.Resume(filename="new.txt"))
    request.update_mask.paths.append("filename")
    request.etag = resume.etag
    changed = (await station.stub.UpdateResume(request)).resume
    update = await refused(station.stub.UpdateResume(request))
    delete = await refused(
        station.stub.DeleteResume(resume_service_pb2.DeleteResumeRequest(resume_id=resume.id, etag=resume.etag))
    )
    assert changed.filename == "new.txt"
    assert changed.etag != resume.etag
    assert {(answer.code, answer.reason) for answer in (update, delete)} == {("ABORTED", "ETAG_MISMATCH")}


async def test_the_wrong_state(station: Station) -> None:
    """What the state does not allow is FAILED_PRECONDITION and tells the state."""
    waiting = await station.upload()
    ended = await station.parsed(ParsedResume())  # takes up the one that waits: the oldest
    retry = resume_service_pb2.RetryResumeRequest(resume_id=ended.id)
    cancel = resume_service_pb2.CancelResumeRequest(resume_id=waiting.id)
    export = export_pb2.ExportResumeRequest(resume_id=ended.id)
    change = resume_service_pb2.UpdateResumeRequest(
        resume_id=ended.id, resume=resume_pb2.Resume(parsed=parsed_resume_pb2.ParsedResume(text="x"))
    )
    change.update_mask.paths.append("parsed")
    for call, state in (
        (station.stub.RetryResume(retry), "QUEUED"),
        (station.stub.CancelResume(cancel), "SUCCEEDED"),
        (station.stub.ExportResume(export), "QUEUED"),
        (station.stub.UpdateResume(change), "QUEUED"),
    ):
        answer = await refused(call)
        assert (answer.code, answer.reason) == ("FAILED_PRECONDITION", "WRONG_STATE")
        assert answer.metadata == {"state": state}


async def test_another_epoch(station: Station) -> None:
    """A position of another log is FAILED_PRECONDITION and tells this log's epoch."""
    for call in (watched(feed=True, epoch="old"), polled(feed=True, epoch="old")):
        answer = await refused(call(station))
        assert (answer.code, answer.reason) == ("FAILED_PRECONDITION", "EPOCH_MISMATCH")
        assert answer.metadata == {"epoch": station.store.epoch}


async def test_history_that_is_gone(station: Station) -> None:
    """A position before what is held is OUT_OF_RANGE and tells, twice, what is still there."""
    resume = await station.upload(batch_id="b")
    await station.advance(await station.claim())
    await station.stub.CancelResume(resume_service_pb2.CancelResumeRequest(resume_id=resume.id))
    await station.store.purge_events(ended_before=datetime.max.replace(tzinfo=UTC), limit=2)
    for target in ({"resume_id": resume.id}, {"feed": True}, {"batch_id": "b"}):
        for call in (watched(**target, after_sequence=1), polled(**target)):
            answer = await refused(call(station))
            assert (answer.code, answer.reason) == ("OUT_OF_RANGE", "HISTORY_GONE")
            assert answer.metadata == {"first_available": "3"}
            assert answer.trailing["first-available"] == "3"
        page = await polled(**target, after_sequence=2)(station)
        assert [event.sequence for event in page.events] == [3, 4]


async def test_a_request_id_that_comes_again(station: Station) -> None:
    """The same request id gives the first résumé; with another file it is ALREADY_EXISTS."""
    request_id = str(uuid.uuid4())
    first = await station.upload(request_id=request_id)
    again = await station.stub.Upload(
        upload_pb2.UploadRequest(filename="cv.txt", content=TEXT, request_id=request_id.upper())
    )
    answer = await refused(upload(content=b"something else", request_id=request_id)(station))
    assert (again.resume.id, again.deduplicated) == (first.id, True)
    assert (answer.code, answer.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")


async def test_a_full_queue(open_station: OpenStation) -> None:
    """When too many wait, Upload and RetryResume are RESOURCE_EXHAUSTED and say when to come again."""
    async with open_station(max_queued=1) as station:
        await station.upload()
        answer = await refused(upload()(station))
    assert (answer.code, answer.reason) == ("RESOURCE_EXHAUSTED", "QUEUE_FULL")
    assert answer.retry_after_s is not None
    assert answer.retry_after_s > 0


async def test_too_many_watches(open_station: OpenStation) -> None:
    """A watch over the limit is RESOURCE_EXHAUSTED; closing one makes room."""
    async with open_station(max_watches=1) as station:
        first = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(feed=True))
        await first.read()
        answer = await refused(watched(feed=True)(station))
        first.cancel()
        await eventually(lambda: b"resumate_open_watches 0.0" in station.metrics.render())
        second = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(feed=True))
        await second.read()
        second.cancel()
    assert (answer.code, answer.reason) == ("RESOURCE_EXHAUSTED", "TOO_MANY_STREAMS")
    assert answer.retry_after_s == 5.0


async def test_a_missing_file(station: Station) -> None:
    """A résumé whose bytes are gone from the file store is NOT_FOUND, FILE_MISSING, to a download."""
    resume = await station.upload()
    await station.files.delete(resume.sha256)
    answer = await refused(station.stub.DownloadFile(export_pb2.DownloadFileRequest(resume_id=resume.id)))
    assert (answer.code, answer.reason) == ("NOT_FOUND", "FILE_MISSING")


@pytest.mark.parametrize(
    "method", ["Upload", "GetResume", "WatchProgress", "UploadChunks"], ids=["unary", "lookup", "stream", "chunks"]
)
@pytest.mark.parametrize("raw", [b"\xff\xff\xff", b"\x0a\x02\xc3\x28", b"\x0a\x7f"], ids=["junk", "no UTF-8", "cut"])
async def test_bytes_that_are_no_message(station: Station, method: str, raw: bytes) -> None:
    """Bytes that are no message are INVALID_ARGUMENT on every kind of rpc, and harm nobody."""
    path = f"/resumate.v1.ResumeService/{method}"
    answer = await refused(raw_call(station, path, raw))
    assert (answer.code, answer.reason, answer.fields) == ("INVALID_ARGUMENT", "INVALID_FIELD", ("request",))
    assert (await station.upload()).state == 1


async def test_a_method_that_nobody_has(station: Station) -> None:
    """An unknown method is UNIMPLEMENTED."""
    answer = await refused(raw_call(station, "/resumate.v1.ResumeService/Promote", b""))
    assert answer.code == "UNIMPLEMENTED"


@pytest.mark.slow
async def test_a_message_over_the_receive_limit(station: Station) -> None:
    """A message over 16 MiB is RESOURCE_EXHAUSTED by gRPC itself, and the connection goes on."""
    answer = await refused(upload(content=b"x" * (17 * 1024 * 1024))(station))
    assert answer.code == "RESOURCE_EXHAUSTED"
    assert (await station.upload()).state == 1


async def test_a_fault_of_ours(
    station: Station, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception is INTERNAL with a number that is in the log; what it says is told to nobody."""
    content = f"Ada lives in {TEXT[:3].decode()} Street"  # made here: a log may well show the code that failed

    async def broken(*_: object, **__: object) -> None:
        raise ValueError(content)

    monkeypatch.setattr(type(station.store), "get", broken)
    answer = await refused(STRANGERS[0](station))
    assert answer.code == "INTERNAL"
    record = next(record for record in caplog.records if record.levelname == "ERROR")
    assert record.__dict__["error_id"] in answer.message
    assert record.__dict__["error_type"] == "ValueError"
    assert content not in answer.message + caplog.text + str([record.__dict__ for record in caplog.records])


def test_the_table_knows_every_error() -> None:
    """Each error class has a status code, but for those that never end an rpc."""
    never = {
        errors.ResumateError, errors.InvalidInputError, errors.SettingsError, errors.ParsingError, errors.CopyError,
    }  # fmt: skip
    assert set(subclasses(errors.ResumateError)) - never == set(CODES) - never


def test_reasons_are_those_of_the_contract() -> None:
    """Each reason that an error bears is one of the proto's."""
    wire = set(error_reason_pb2.ErrorReason.keys()) - {"ERROR_REASON_UNSPECIFIED"}
    assert {reason.value for reason in errors.ErrorReason} == wire


def subclasses(kind: type[Exception]) -> Iterable[type[Exception]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def raw_call(station: Station, path: str, raw: bytes) -> Any:
    """Send bytes as they are."""

    async def once() -> Any:
        yield raw

    channel: Any = station.channel  # its stubs have no call without serializers
    if path.endswith("UploadChunks"):
        return channel.stream_unary(path)(once())
    if path.endswith("WatchProgress"):
        return channel.unary_stream(path)(raw)
    return channel.unary_unary(path)(raw)
