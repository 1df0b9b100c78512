from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import aiohttp
import aiohttp.test_utils
import grpc
import pytest
from resumate_bridge import BridgeConfig, create_app

from resumate_grpc._gen.resumate.v1.progress_pb2 import (
    STAGE_COMPLETE,
    STAGE_ERROR,
    STAGE_QUEUED,
    STATE_SUCCEEDED,
    ProgressEvent,
)
from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume
from tests.bridge.conftest import Client, StartBridge
from tests.bridge.scripted import ID, Scripted, parsed_resume

ONE = f"/v1/resumes/{ID}"


@pytest.fixture
def known(script: Scripted) -> Resume:
    """A résumé that the server has."""
    resume = Resume(
        id=ID,
        filename="ada.pdf",
        size_bytes=3_000_000_000,
        state=STATE_SUCCEEDED,
        etag="e1",
        parsed=parsed_resume(),
        progress=ProgressEvent(sequence=7, feed_sequence=9),
    )
    script.resumes[ID] = resume
    return resume


async def test_get(client: Client, known: Resume) -> None:
    """A résumé is the proto's message in snake_case, empty values included, numbers as numbers."""
    response = await client.get(ONE)
    resume = (await response.json())["resume"]
    assert response.headers["ETag"] == '"e1"'
    assert (resume["state"], resume["size_bytes"]) == ("STATE_SUCCEEDED", 3_000_000_000)
    assert (resume["progress"]["sequence"], resume["progress"]["feed_sequence"]) == (7, 9)
    assert resume["parsed"]["personal_info"]["email"] == ""
    assert resume["parsed"]["work_experience"] == []


async def test_list_filters(client: Client, known: Resume) -> None:
    """Filters reach the server; short and full names of states both do."""
    both = await (await client.get("/v1/resumes?state=succeeded,STATE_FAILED&page_size=5&order_by=filename")).json()
    none = await (await client.get("/v1/resumes?state=queued&state=failed")).json()
    assert [resume["id"] for resume in both["resumes"]] == [ID]
    assert (both["next_page_token"], both["total_size"]) == ("", 1)
    assert none["resumes"] == []


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"state": ["succeeded", "STATE_FAILED"], "text": "ada & co", "page_size": 5, "order_by": "filename"},
        {"state": ["queued"], "batch_id": "b1", "page_token": "next", "view": "full"},
    ],
)
async def test_a_search_asks_what_a_query_asks(
    client: Client, script: Scripted, known: Resume, wanted: dict[str, Any]
) -> None:
    """A body and a query of the same names reach the server as the same request, and answer alike."""
    found = await (await client.post("/v1/resumes/search", json=wanted)).json()
    listed = await (await client.get("/v1/resumes", params=wanted)).json()
    assert found == listed
    by_body, by_query = script.searches
    assert by_body == by_query
    assert (by_body.text, by_body.page_size) == (wanted.get("text", ""), wanted.get("page_size", 0))
    assert len(found["resumes"]) == (0 if wanted.get("state") == ["queued"] else 1)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"state": ["cooked"]}', "state"),
        ('{"state": "queued"}', "$.state"),
        ('{"status": ["failed"]}', "status"),
        ('{"page_size": -1}', "$.page_size"),
        ('{"page_size": 99999999999}', "$.page_size"),
        ('{"view": "all"}', "view"),
        ('{"text": "ada"', "JSON"),
    ],
)
async def test_malformed_searches(client: Client, body: str, told: str) -> None:
    """What is malformed is 400 and says where."""
    response = await client.post("/v1/resumes/search", data=body)
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (400, "INVALID_FIELD")
    assert told in error["message"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/resumes?state=cooked", "state"),
        ("/v1/resumes?state=unspecified", "state"),
        ("/v1/resumes?status=failed", "status"),
        ("/v1/resumes?page_size=-1", "page_size"),
        ("/v1/resumes?page_size=99999999999", "page_size"),
        ("/v1/resumes?view=all", "view"),
        (f"{ONE}/progress?after=x", "after"),
        (f"{ONE}/export?format=docx", "format"),
    ],
)
async def test_malformed_queries(client: Client, path: str, field: str) -> None:
    """What is malformed is 400 and names the parameter."""
    response = await client.get(path)
    error = (await response.json())["error"]
    assert (response.status, error["code"], error["field"]) == (400, "INVALID_FIELD", field)


async def test_update(client: Client, script: Scripted, known: Resume) -> None:
    """A PATCH carries values, mask and etag to the server, the etag also by If-Match."""
    body = {"resume": {"filename": "b.pdf"}, "update_mask": "filename, parsed.skills", "etag": "e1"}
    response = await client.patch(ONE, json=body)
    assert response.status == 200
    sent = script.updates[-1]
    assert (sent.resume.filename, list(sent.update_mask.paths), sent.etag) == (
        "b.pdf",
        ["filename", "parsed.skills"],
        "e1",
    )
    await client.patch(ONE, json=body | {"etag": ""}, headers={"If-Match": '"e1"'})
    assert script.updates[-1].etag == "e1"


async def test_stale_etag(client: Client, known: Resume) -> None:
    """A stale etag is 409 in the body's form and 412 in HTTP's."""
    body = {"resume": {}, "update_mask": "filename", "etag": "old"}
    assert (await client.patch(ONE, json=body)).status == 409
    response = await client.patch(ONE, json=body, headers={"If-Match": '"old"'})
    assert (response.status, (await response.json())["error"]["code"]) == (412, "ETAG_MISMATCH")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"resume": {}}',
        '{"resume": 1, "update_mask": "filename"}',
        '{"resume": {"no_such": 1}, "update_mask": "filename"}',
        '{"resume": {"parsed": {"text": 5}}, "update_mask": "parsed.text"}',
        '{"resume": ' + "[" * 100_000 + "]" * 100_000 + ', "update_mask": "filename"}',
        b'{"resume": {"filename": "\xff"}, "update_mask": "filename"}',
    ],
)
async def test_malformed_json(client: Client, known: Resume, body: str | bytes) -> None:
    """A body that is not the JSON asked for is 400, however it is broken, and the next request works."""
    response = await client.patch(ONE, data=body)
    assert (response.status, (await response.json())["error"]["code"]) == (400, "INVALID_FIELD")
    assert (await client.get(ONE)).status == 200


async def test_body_too_large(client: Client, known: Resume) -> None:
    """A body past the limit is 413."""
    response = await client.patch(ONE, data=io.BytesIO(b" " * (5 * 1024 * 1024)))
    assert response.status == 413
    assert "error" in await response.json()


async def test_delete(client: Client, known: Resume) -> None:
    """A deleted résumé is gone: 204, then 404."""
    assert (await client.delete(ONE)).status == 204
    response = await client.get(ONE)
    assert (response.status, (await response.json())["error"]["code"]) == (404, "RESUME_NOT_FOUND")


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        (grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE", 409),
        (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", 401),
        (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED", 403),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL", 429),
        (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING", 503),
        (grpc.StatusCode.CANCELLED, "", 502),
        (grpc.StatusCode.INTERNAL, "", 502),
    ],
)
async def test_refusals(
    client: Client, script: Scripted, known: Resume, code: grpc.StatusCode, reason: str, status: int
) -> None:
    """The server's refusal is an HTTP status, its reason the error's code, its delay a Retry-After."""
    script.refusals.append((code, reason))
    response = await client.post(f"{ONE}/retry")
    assert response.status == status
    assert (await response.json())["error"]["code"] == (reason or code.name)
    assert response.headers.get("Retry-After") == ("2" if status == 429 else None)


async def test_retry_and_cancel(client: Client, known: Resume) -> None:
    """Retry answers 202, with or without options; cancel 200; both give the résumé."""
    assert (await client.post(f"{ONE}/retry")).status == 202
    retried = await client.post(f"{ONE}/retry", json={"options": {"ocr": "OCR_MODE_ALWAYS"}})
    assert (await retried.json())["resume"]["id"] == ID
    assert (await client.post(f"{ONE}/retry", json={"options": {"ocr": "SOMETIMES"}})).status == 400
    assert (await client.post(f"{ONE}/cancel")).status == 200


async def test_progress_polling(client: Client, script: Scripted) -> None:
    """Polling brings the frames of a WebSocket, and only the log's last event can be an end."""
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_ERROR)
    await script.add(STAGE_QUEUED, attempt=2)
    await script.add(STAGE_COMPLETE, attempt=2)
    page = await (await client.get(f"{ONE}/progress?after=1")).json()
    assert [event["type"] for event in page["events"]] == ["progress_update", "progress_update", "complete"]
    assert (page["next_after"], page["has_more"], page["epoch"]) == (4, False, "epoch-1")
    cut = await (await client.get(f"{ONE}/progress?after=0&page_size=2")).json()
    assert ([event["type"] for event in cut["events"]], cut["has_more"]) == (["progress_update"] * 2, True)


async def test_export(client: Client, known: Resume) -> None:
    """An export is a download under its own name and type."""
    response = await client.get(f"{ONE}/export?format=csv")
    assert await response.read() == b"EXPORT_FORMAT_CSV"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="ada.csv"')
    assert response.headers["Content-Type"] == "text/csv"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("cv.pdf", "attachment; filename=\"cv.pdf\"; filename*=UTF-8''cv.pdf"),
        ("Résumé.pdf", "attachment; filename=\"Resume.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9.pdf"),
        ("履歴書.pdf", "attachment; filename=\".pdf\"; filename*=UTF-8''%E5%B1%A5%E6%AD%B4%E6%9B%B8.pdf"),
        ('a"\r\nX-Evil: 1.pdf', "attachment; filename=\"a___X-Evil: 1.pdf\"; filename*=UTF-8''a___X-Evil%3A%201.pdf"),
        ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd\"; filename*=UTF-8''_.._etc_passwd"),
        ("cv\u202efdp.exe", "attachment; filename=\"cv_fdp.exe\"; filename*=UTF-8''cv_fdp.exe"),
        ("", "attachment; filename=\"file\"; filename*=UTF-8''file"),
    ],
)
async def test_download(client: Client, script: Scripted, known: Resume, name: str, header: str) -> None:
    """The original comes back whole, as an attachment, under a name that can harm neither header nor disk."""
    script.file = (name, b"\x00\x01original bytes")
    response = await client.get(f"{ONE}/file")
    assert await response.read() == b"\x00\x01original bytes"
    assert response.headers["Content-Disposition"] == header
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_broken_download_is_not_taken_for_whole(client: Client, script: Scripted, known: Resume) -> None:
    """A download that breaks in the middle breaks the connection."""
    script.generation = 1
    response = await client.get(f"{ONE}/file")
    with pytest.raises(aiohttp.ClientPayloadError):
        await response.read()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "NOT_FOUND"),
        ("PUT", "/v1/resumes", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/static/../app.py", 404, "NOT_FOUND"),
        ("GET", "/static/%2e%2e/app.py", 404, "NOT_FOUND"),
        ("GET", f"{ONE}/file", 404, "RESUME_NOT_FOUND"),
    ],
)
async def test_unknown_paths(client: Client, method: str, path: str, status: int, code: str) -> None:
    """What is not there is told in the same JSON as every other error."""
    response = await client.request(method, path)
    assert (response.status, (await response.json())["error"]["code"]) == (status, code)


async def test_a_method_that_a_path_does_not_take(client: Client) -> None:
    """A 405 names those that it takes, in the header too (RFC 9110, 15.5.6)."""
    response = await client.request("PUT", ONE)
    assert response.status == 405
    assert response.headers["Allow"] == "DELETE,GET,HEAD,PATCH"
    assert "takes DELETE, GET, HEAD, PATCH, not PUT" in (await response.json())["error"]["message"]


async def test_an_unknown_field_is_named_and_no_others(client: Client, known: Resume) -> None:
    """The refusal is one line and does not list fields under names that this interface does not take."""
    response = await client.patch(ONE, data='{"resume": {"no_such": 1}, "update_mask": "filename"}')
    message = (await response.json())["error"]["message"]
    assert "no_such" in message
    assert "\n" not in message
    assert "mediaType" not in message


async def test_health(client: Client, config: BridgeConfig, start_bridge: StartBridge) -> None:
    """The bridge is healthy where its server is."""
    assert await (await client.get("/health")).json() == {"status": "ok", "server": "serving"}
    alone = await start_bridge(BridgeConfig(grpc_target="127.0.0.1:1"))
    response = await alone.get("/health")
    assert (response.status, await response.json()) == (503, {"status": "unavailable", "server": "unavailable"})


async def test_status_and_metrics(client: Client, script: Scripted) -> None:
    """Whoever runs the bridge sees its sockets and upstream watches."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(f"/ws/resumes/{ID}") as socket:
        await socket.receive_json()
        status = await (await client.get("/ws/status")).json()
        text = await (await client.get("/metrics")).text()
    assert (status["open_sockets"], status["upstream_watches"]) == (1, 1)
    assert "resumate_bridge_open_sockets 1.0" in text


async def test_metrics_of_the_whole_process(config: BridgeConfig) -> None:
    """Figures of the program around the bridge stand beside its own."""
    figures: Callable[[], bytes] = lambda: b"resumate_queue_depth 3\n"  # noqa: E731
    async with aiohttp.test_utils.TestClient(
        aiohttp.test_utils.TestServer(create_app(config, metrics=figures))
    ) as client:
        text = await (await client.get("/metrics")).text()
    assert text.endswith("resumate_queue_depth 3\n")
    assert "resumate_bridge_uploads_total 0.0" in text
