"""Two processes on one database and one directory."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CONTENT = b"Ada Example, engineer"
PROGRAM = """
import asyncio, sys
from resumate_grpc.app.clock import SystemClock
from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.files import ObjectFileStore
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.resumes import Resumes, Upload
from resumate_grpc.store import SqlStore
from resumate_grpc.telemetry.metrics import PrometheusMetrics

async def main(folder, rounds):
    clock = SystemClock()
    async with SqlStore.open(folder + "/db", clock=clock) as store, ObjectFileStore.open(folder + "/files") as files:
        resumes = Resumes(
            store=store, files=files, bus=InProcessBus(), clock=clock, metrics=PrometheusMetrics(),
            estimator=Estimator(statistics=store, clock=clock, workers=1), max_file_bytes=10**6, max_queued=1000,
        )
        for _ in range(rounds):
            resume, _ = await resumes.upload("local", Upload(filename="cv.txt", content=CONTENT))
            _, pieces = await resumes.open_file("local", resume.id)
            assert b"".join([piece async for piece in pieces]) == CONTENT
            await resumes.delete("local", resume.id, etag="")

CONTENT = sys.argv[3].encode()
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_a_deletion_takes_no_bytes_that_another_process_has_just_uploaded(tmp_path: Path) -> None:
    """The same bytes come and go by two processes at once: what was answered can be read until it is deleted."""
    await _run(tmp_path, rounds=0)  # makes the database
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(_run(tmp_path, rounds=150))
    left = [file for file in (tmp_path / "files").glob("??/*") if len(file.name) == 64]
    assert not left


async def _run(folder: Path, *, rounds: int) -> None:
    program = (sys.executable, "-c", PROGRAM, str(folder), str(rounds), CONTENT.decode())
    process = await asyncio.create_subprocess_exec(*program, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
