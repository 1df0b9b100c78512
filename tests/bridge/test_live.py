"""The whole program through HTTP and WebSockets: real bridge, real server, real parser."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent, Stage
from tests.bridge.conftest import frames_until_close
from tests.docs.checking import digest
from tests.live import LiveServer
from tests.samples import hostile

pytestmark = pytest.mark.slow

FILES = Path(__file__).resolve().parents[1] / "samples" / "files"
UNKNOWN = "0190aaaa-0000-7000-8000-00000000dead"
UPLOAD = "/v1/resumes/upload"


@pytest.fixture
async def http(live: LiveServer) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the running program."""
    async with aiohttp.ClientSession(live.http_url) as session:
        yield session


async def upload(http: aiohttp.ClientSession, content: bytes, filename: str, **query: str) -> dict[str, Any]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", io.BytesIO(content), filename=filename)
    async with http.post(UPLOAD, data=form, params=query) as response:
        body: dict[str, Any] = await response.json()
        return {"http": response.status, **body}


async def followed(http: aiohttp.ClientSession, resume_id: str, after: int = 0) -> list[dict[str, Any]]:
    async with http.ws_connect(f"/ws/resumes/{resume_id}?after={after}") as socket:
        frames = await frames_until_close(socket, timeout_s=60)
    assert socket.close_code == 1000
    return [frame for frame in frames if "stage" in frame]


async def got(http: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with http.get(path) as response:
        body: dict[str, Any] = await response.json()
        return {"http": response.status, **body}


def recomputed(frames: list[dict[str, Any]]) -> list[str]:
    """Return the digests that a browser computes from the messages alone."""
    digests, before = [], bytes(32)
    for frame in frames:
        event = ProgressEvent(
            resume_id=frame["resume_id"],
            sequence=frame["sequence"],
            attempt=frame["attempt"],
            stage=Stage.Value(f"STAGE_{frame['stage'].upper()}"),
            stage_percent=frame["progress"],
            percent=frame["overall_progress"],
            message=frame["status"],
        )
        event.create_time.FromJsonString(frame["timestamp"])
        before = digest([event], before)
        digests.append(before.hex())
    return digests


async def test_a_resume_through_the_browser_side(http: aiohttp.ClientSession) -> None:
    """Upload, watch, read: every event once and in order, one end, the result with places in the text."""
    content = (FILES / "sidebar_en.pdf").read_bytes()
    accepted = await upload(http, content, "sidebar.pdf")
    assert (accepted["http"], accepted["file_hash"]) == (202, hashlib.sha256(content).hexdigest())
    assert accepted["websocket_url"] == f"ws://{http._base_url.authority}/ws/resumes/{accepted['resume_id']}"  # type: ignore[union-attr] # noqa: SLF001
    frames = await followed(http, accepted["resume_id"])
    assert [frame["sequence"] for frame in frames] == list(range(1, len(frames) + 1))
    overall = [frame["overall_progress"] for frame in frames]
    assert overall == sorted(overall)
    assert [frame["digest"] for frame in frames] == recomputed(frames)
    assert [frame["type"] for frame in frames] == ["progress_update"] * (len(frames) - 1) + ["complete"]
    parsed = frames[-1]["data"]
    name = parsed["personal_info"]["full_name"]
    place = next(item for item in parsed["evidence"] if item["field_path"] == "personal_info.full_name")
    assert parsed["text"][place["start"] : place["end"]].lower() == name.lower()
    for after in (1, len(frames) - 1, len(frames)):
        rest = await followed(http, accepted["resume_id"], after)
        assert [frame["sequence"] for frame in rest] == list(range(after + 1, len(frames) + 1))
    polled = await got(http, f"/v1/resumes/{accepted['resume_id']}/progress?after=1")
    assert polled["events"] == frames[1:]


async def test_correct_export_delete(http: aiohttp.ClientSession) -> None:
    """A result can be corrected under its etag, exported, fetched as it was uploaded, and removed for good."""
    content = (FILES / "plain_en.txt").read_bytes()
    one = f"/v1/resumes/{(await upload(http, content, 'plain.txt'))['resume_id']}"
    await followed(http, one.rpartition("/")[2])
    resume = (await got(http, one))["resume"]
    change = {"resume": {"parsed": {"personal_info": {"full_name": "Somebody Else"}}}}
    mask = {"update_mask": "parsed.personal_info.full_name"}
    async with http.patch(one, json=change | mask, headers={"If-Match": f'"{resume["etag"]}"'}) as response:
        assert (response.status, (await response.json())["resume"]["etag"] != resume["etag"]) == (200, True)
    async with http.patch(one, json=change | mask | {"etag": resume["etag"]}) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (409, "ETAG_MISMATCH")
    async with http.get(f"{one}/export?format=json_resume") as response:
        assert (await response.json(content_type=None))["basics"]["name"] == "Somebody Else"
    async with http.get(f"{one}/file") as response:
        assert await response.read() == content
    async with http.delete(one) as response:
        assert response.status == 204
    assert (await got(http, one))["error"]["code"] == "RESUME_NOT_FOUND"
    async with http.ws_connect(f"/ws/resumes/{one.rpartition('/')[2]}") as socket:
        assert await frames_until_close(socket) == []
    assert socket.close_code == 4404


async def test_a_batch_in_a_room(http: aiohttp.ClientSession) -> None:
    """A room brings the events of all its members and counts that end with all of them done."""
    async with http.ws_connect("/ws") as socket:
        await socket.send_json({"type": "join_room", "room": "room-of-three", "include_parsed": False})
        ids = {
            (await upload(http, f"Person {number}\n".encode(), "p.txt", batch_id="room-of-three"))["resume_id"]
            for number in range(3)
        }
        ended: set[str] = set()
        counts: dict[str, Any] = {}
        while ended != ids or counts.get("succeeded", 0) + counts.get("failed", 0) < len(ids):
            frame = await socket.receive_json(timeout=60)
            if frame["type"] in {"complete", "error"}:
                ended.add(frame["resume_id"])
            if frame["type"] == "notification":
                counts = frame["data"]
    assert (counts["total"], counts["percent"]) == (3, 100)


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.pdf", b"", 400, "EMPTY_FILE"),
        ("huge.txt", b"x" * (10 * 1024 * 1024 + 1), 413, "FILE_TOO_LARGE"),
        ("program.pdf", b"MZ\x90\x00" + bytes(2000), 415, "UNSUPPORTED_FORMAT"),
    ],
)
async def test_refused_files(http: aiohttp.ClientSession, name: str, content: bytes, status: int, code: str) -> None:
    """What cannot be a résumé is refused with the status that says why."""
    refused = await upload(http, content, name)
    assert (refused["http"], refused["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: hostile.truncated((FILES / "sidebar_en.pdf").read_bytes()), "CORRUPT_FILE"),
        (lambda: hostile.encrypted_pdf(for_its_reader=True), "PASSWORD_PROTECTED"),
        (hostile.picture_only_pdf, "NO_TEXT_FOUND"),
    ],
)
async def test_unreadable_files_end_in_one_error(http: aiohttp.ClientSession, make: Any, code: str) -> None:
    """A file that is accepted and then cannot be read ends in one error frame; a retry is a real second attempt."""
    resume_id = (await upload(http, make(), "cv.pdf"))["resume_id"]
    frames = await followed(http, resume_id)
    assert (frames[-1]["type"], frames[-1]["data"]["error_code"]) == ("error", code)
    async with http.post(f"/v1/resumes/{resume_id}/retry") as response:
        assert (response.status, (await response.json())["resume"]["attempt"]) == (202, 2)
    again = await followed(http, resume_id)
    assert [frame["sequence"] for frame in again] == list(range(1, len(again) + 1))
    assert [frame["type"] for frame in again if frame["type"] != "progress_update"] == ["error"]
    assert again[-1]["attempt"] == 2


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\u202etxt.exe.txt", None),
        ("x" * 300 + ".txt", None),
        ("Bewerbung Müller 履歴書.txt", "Bewerbung Müller 履歴書.txt"),
    ],
)
async def test_odd_names(http: aiohttp.ClientSession, filename: str, kept: str | None) -> None:
    """A name with paths, control or direction characters, or of any length does no harm and comes back safe."""
    accepted = await upload(http, b"Somebody\n", filename)
    assert accepted["http"] == 202
    resume = (await got(http, f"/v1/resumes/{accepted['resume_id']}"))["resume"]
    assert len(resume["filename"]) <= 255
    assert "\u202e" not in resume["filename"]
    if kept:
        assert resume["filename"] == kept
    async with http.get(f"/v1/resumes/{accepted['resume_id']}/file") as response:
        disposition = response.headers["Content-Disposition"]
        assert disposition.startswith("attachment; ")
        assert "/" not in disposition


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/v1/resumes/{UNKNOWN}", 404, "RESUME_NOT_FOUND"),
        ("/v1/resumes/not-an-id", 400, "INVALID_FIELD"),
        ("/v1/resumes?page_token=of-another-call", 400, "INVALID_FIELD"),
        (f"/v1/resumes/{UNKNOWN}/progress?after=5", 404, "RESUME_NOT_FOUND"),
        (f"/v1/resumes/{UNKNOWN}/export", 404, "RESUME_NOT_FOUND"),
    ],
)
async def test_bad_requests(http: aiohttp.ClientSession, path: str, status: int, code: str) -> None:
    """What is malformed or unknown is told as JSON with the contract's reason."""
    answer = await got(http, path)
    assert (answer["http"], answer["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("path", "close_code"),
    [(UNKNOWN, 4404), ("not-an-id", 4400), (f"{UNKNOWN}?after=-1", 4400)],
)
async def test_close_codes(http: aiohttp.ClientSession, path: str, close_code: int) -> None:
    """A socket that cannot be served closes with the code that says why."""
    async with http.ws_connect(f"/ws/resumes/{path}") as socket:
        assert await frames_until_close(socket) == []
    assert socket.close_code == close_code


async def test_future_position(http: aiohttp.ClientSession) -> None:
    """A position that was never given closes with 4400."""
    resume_id = (await upload(http, b"Somebody\n", "a.txt"))["resume_id"]
    await followed(http, resume_id)
    async with http.ws_connect(f"/ws/resumes/{resume_id}?after=99999") as socket:
        assert await frames_until_close(socket) == []
    assert socket.close_code == 4400


async def test_operators_pages(http: aiohttp.ClientSession) -> None:
    """Health, figures of bridge and server, and the page are there."""
    assert (await got(http, "/health"))["server"] == "serving"
    async with http.get("/metrics") as response:
        text = await response.text()
    assert "resumate_bridge_open_sockets" in text
    assert text.count("# TYPE") > 10
    async with http.get("/") as response:
        assert "<title>ResuMate</title>" in await response.text()
