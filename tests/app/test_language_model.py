"""A whole service with a language model behind it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.language_model.endpoint import served, streamed
from tests.live import LiveServer

pytestmark = pytest.mark.slow

TEXT = """Mira Example
mira@example.org

Zorbing Guild
Chief Zorber
Jan 2019 - Present
"""
ANSWER = {"personal_info": {"location": "Zorbing Guild"}, "skills": {"technical": ["Zorber", "Teleportation"]}}


def uploaded(server: LiveServer, path: Path, *options: str) -> dict[str, object]:
    """Upload by the command line, wait, and return the résumé."""
    command = [sys.executable, "-m", "resumate_grpc.cli", "upload", "-q", "--watch", "--json", *options, str(path)]
    environment = {**os.environ, "RESUMATE_SERVER": server.grpc_address}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    parsed: dict[str, object] = json.loads(done.stdout)["parsed"]
    return parsed


async def test_an_upload_that_asks_is_enhanced_and_another_is_not(tmp_path: Path) -> None:
    """From the flag through gRPC, queue, sandbox and endpoint, and back into the result, with page and span."""
    (tmp_path / "cv.txt").write_text(TEXT, encoding="utf-8")
    async with served(streamed(json.dumps(ANSWER))) as (endpoint, url):
        env = {"RESUMATE_AI_BASE_URL": url, "RESUMATE_AI_MODEL": "m", "RESUMATE_AI_API_KEY": "sk-hush"}
        server = LiveServer("serve", data_dir=tmp_path / "data", env=env)
        try:
            await asyncio.to_thread(server.ready)
            plain = await asyncio.to_thread(uploaded, server, tmp_path / "cv.txt")
            assert endpoint.bodies == []
            enhanced = await asyncio.to_thread(uploaded, server, tmp_path / "cv.txt", "--ai-enhancement")
        finally:
            await asyncio.to_thread(server.stop)
    assert [body["messages"][1]["content"] for body in endpoint.bodies] == [plain["text"]]
    assert "Zorber" in str(enhanced["skills"])
    assert "Zorber" not in str(plain["skills"])
    assert "Teleportation" not in str({**enhanced, "text": ""})
    assert "AI_VALUES_REFUSED" in str(enhanced["warnings"])
    assert "sk-hush" not in server.log()
    assert "Zorbing" not in server.log()
