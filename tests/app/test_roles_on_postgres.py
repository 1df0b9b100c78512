"""Two servers and two workers on one PostgreSQL, each a program with a data folder of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.app.test_serve import upload
from tests.app.test_serve_postgres import assert_done
from tests.live import LiveServer, live_server
from tests.postgres import Cluster

pytestmark = pytest.mark.slow

IN_PARSING = "parse.text_extraction"


@contextmanager
def programs(folder: Path, url: str, **workers: str) -> Iterator[tuple[list[LiveServer], list[LiveServer]]]:
    """Run two of each; `workers` are further settings of the workers."""
    shared = {
        "RESUMATE_DATABASE_URL": url,
        "RESUMATE_FILES_URL": (folder / "files").as_uri(),
        "RESUMATE_LEASE_S": "3s",
    }
    with ExitStack() as stack:

        def started(role: str, number: int, last_line: str, env: dict[str, str]) -> LiveServer:
            running = live_server(role, data_dir=folder / f"{role}{number}", env=env, last_line=last_line)
            return stack.enter_context(running)

        servers = [started("server", number, "start `resumate worker`", shared) for number in range(2)]
        yield servers, [started("worker", number, "worker(s) on", {**shared, **workers}) for number in range(2)]


def test_uploads_at_one_are_watched_at_the_other(tmp_path: Path, postgres_url: str, ada: bytes) -> None:
    """Whichever worker parses them: every event once and in order, at whichever server."""
    with programs(tmp_path, postgres_url) as (servers, _):
        ids = [upload(servers[number % 2], ada + str(number).encode()) for number in range(8)]
        for number, resume_id in enumerate(ids):
            assert_done(servers[1 - number % 2], resume_id)


def test_a_killed_worker_and_a_killed_server_take_nothing_along(
    tmp_path: Path, postgres: Cluster, postgres_url: str, ada: bytes
) -> None:
    """What the dead worker held is taken up by the other one once its lease has run out; the other server answers."""
    slow = {"RESUMATE_FAILPOINTS": f"{IN_PARSING}=delay(0.5)"}
    with programs(tmp_path, postgres_url, **slow) as (servers, workers):
        ids = [upload(servers[0], ada + str(number).encode()) for number in range(6)]
        held = "SELECT count(*) FROM resumes WHERE state = 'PROCESSING'"
        database = postgres_url.partition("@/")[2].partition("?")[0]
        while int(postgres.sql(held, database)) < 2:
            time.sleep(0.02)
        workers[0].kill()
        servers[0].kill()
        for resume_id in ids:
            assert_done(servers[1], resume_id)
