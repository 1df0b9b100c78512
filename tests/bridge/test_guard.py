from __future__ import annotations

from dataclasses import replace

import pytest
from resumate_bridge import BridgeConfig

from resumate_grpc._gen.resumate.v1.progress_pb2 import STAGE_QUEUED
from tests.bridge.conftest import Client, StartBridge
from tests.bridge.scripted import ID, Scripted

ELSEWHERE = "https://elsewhere.example"
CANCEL = f"/v1/resumes/{ID}/cancel"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080"])
async def test_loopback_names_are_allowed(client: Client, host: str) -> None:
    """Whatever name of this machine is used, the page answers."""
    response = await client.get("/", headers={"Host": host})
    assert response.status == 200


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "localhost.elsewhere.example", "192.0.2.7", "", "["]
)
@pytest.mark.parametrize("path", ["/", "/v1/resumes", "/ws", "/metrics", "/static/app.css"])
async def test_foreign_names_are_refused(client: Client, host: str, path: str) -> None:
    """A name that merely resolves here (DNS rebinding) gets nothing."""
    response = await client.get(path, headers={"Host": host})
    assert response.status == 403
    assert (await response.json())["error"]["field"] == "host"


async def test_configured_names(config: BridgeConfig, start_bridge: StartBridge) -> None:
    """Names that the operator allows are answered, others are not; probes may use any."""
    client = await start_bridge(replace(config, allowed_hosts=("resumes.example",)))
    assert (await client.get("/", headers={"Host": "resumes.example:443"})).status == 200
    assert (await client.get("/", headers={"Host": "other.example"})).status == 403
    assert (await client.get("/health", headers={"Host": "10.1.2.3:8080"})).status == 200
    anywhere = await start_bridge(replace(config, allowed_hosts=("*",)))
    assert (await anywhere.get("/", headers={"Host": "other.example"})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ELSEWHERE},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_other_sites_cannot_act(client: Client, script: Scripted, headers: dict[str, str]) -> None:
    """A page of another origin can neither change anything nor open a WebSocket."""
    await script.add(STAGE_QUEUED)
    for method, path in (("POST", CANCEL), ("POST", "/v1/resumes/upload"), ("DELETE", f"/v1/resumes/{ID}")):
        assert (await client.request(method, path, headers=headers)).status == 403
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    for path in ("/ws", f"/ws/resumes/{ID}"):
        assert (await client.get(path, headers=headers | upgrade | key)).status == 403
    assert script.watches == []


async def test_own_page_may_act(client: Client) -> None:
    """Our own page's origin is the address that it was loaded from."""
    origin = str(client.make_url("/")).rstrip("/")
    response = await client.post(CANCEL, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    assert response.status == 404  # it was let through, and the server knows no such résumé


async def test_cors_is_off_by_default(client: Client) -> None:
    """Nobody's page may read our answers unless the operator allows it."""
    response = await client.get("/v1/resumes", headers={"Origin": ELSEWHERE})
    assert "Access-Control-Allow-Origin" not in response.headers
    preflight = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "PATCH"}
    assert (await client.options(CANCEL, headers=preflight)).status == 403


async def test_allowed_origin(config: BridgeConfig, start_bridge: StartBridge) -> None:
    """An allowed origin may read, act and connect; others still may not."""
    client = await start_bridge(replace(config, allowed_origins=(ELSEWHERE,)))
    headers = {"Origin": ELSEWHERE}
    response = await client.get("/v1/resumes", headers=headers)
    assert response.headers["Access-Control-Allow-Origin"] == ELSEWHERE
    preflight = await client.options(CANCEL, headers=headers | {"Access-Control-Request-Method": "POST"})
    assert preflight.status == 204
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert (await client.post(CANCEL, headers=headers)).status == 404
    async with client.ws_connect("/ws", origin=ELSEWHERE) as socket:
        assert (await socket.receive_json())["type"] == "connection_established"
    assert (await client.post(CANCEL, headers={"Origin": "https://third.example"})).status == 403


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/v1/resumes", "/no/such/path", f"/v1/resumes/{ID}"])
async def test_every_answer_is_armoured(client: Client, path: str) -> None:
    """Pages, data and errors alike forbid inline code, sniffing and framing."""
    headers = (await client.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
