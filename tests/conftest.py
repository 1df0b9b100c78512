"""What all tests share: one live server, and what to do about missing components."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from resumate_grpc.store import migrate
from tests.live import LiveServer, live_server

# Neither a deadline nor "too slow": a busy machine must not fail a test.
_WHOLE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("whole", _WHOLE)
settings.register_profile("quick", _WHOLE, max_examples=25)
"""For `make check`; `make test` tries hypothesis's own hundred."""
settings.load_profile("whole")

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One `resumate serve` for all tests that harm nothing."""
    with live_server(data_dir=tmp_path_factory.mktemp("live") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "resumate.db"
    migrate(f"sqlite:///{path}")
    return path


def missing(component: str) -> NoReturn:
    """Skip the test because a component is missing, or fail it where everything is required."""
    if REQUIRE_ALL:
        pytest.fail(f"{component} is missing, and REQUIRE_ALL=1 requires it")
    pytest.skip(f"{component} is missing")


@pytest.fixture
def ada() -> bytes:
    """The text of an invented person's résumé."""
    return (Path(__file__).parent / "ada.txt").read_bytes()
