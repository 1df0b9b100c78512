"""What all tests share: one live server, and what to do about missing components."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from resumate_grpc.store import migrate
from tests.components import missing
from tests.live import LiveServer, live_server
from tests.postgres import Cluster, found, running_cluster
from tests.surroundings import scaled_out, standing

# Neither a deadline nor "too slow": a busy machine must not fail a test.
_WHOLE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("whole", _WHOLE)
settings.register_profile("quick", _WHOLE, max_examples=15)
"""For `make check`; `make test` tries hypothesis's own hundred."""
settings.load_profile("whole")

# What is started in the background of a script ignores Ctrl-C, and so would every program that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

__all__ = ["missing"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say on what the service under test stands."""
    parser.addoption(
        "--scaled-out",
        action="store_true",
        help="run the service under test on PostgreSQL and NATS; what is of SQLite alone is left out",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has no meaning on PostgreSQL and NATS."""
    if config.getoption("--scaled-out"):
        embedded = [item for item in items if item.get_closest_marker("embedded")]
        config.hook.pytest_deselected(items=embedded)
        items[:] = [item for item in items if item not in embedded]


@pytest.fixture(scope="session", autouse=True)
def engines(request: pytest.FixtureRequest) -> Iterator[None]:
    """PostgreSQL and NATS for the service under test, where they are asked for."""
    if not request.config.getoption("--scaled-out"):
        yield
        return
    with scaled_out(request.getfixturevalue("postgres")):
        yield


@pytest.fixture(autouse=True)
def installations(engines: None) -> Iterator[None]:
    """Leave no broker of a test's own running."""
    on = standing()
    if on is None:
        yield
        return
    with on.ending_new_ones():
        yield


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One PostgreSQL for all tests; what a test does in it, it does in a database of its own."""
    programs = found()
    if programs is None:
        missing("PostgreSQL")
    with running_cluster(programs) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster) -> str:
    """A migrated database, emptied for each test."""
    name = postgres.create()
    migrate(postgres.url(name))
    return name


@pytest.fixture
def postgres_url(postgres: Cluster, postgres_template: str) -> str:
    """A migrated database without rows, on which nobody else is at work: emptying one is quicker than making one."""
    postgres.empty(postgres_template)
    return postgres.url(postgres_template)


@pytest.fixture
def ada() -> bytes:
    """The text of an invented person's résumé."""
    return (Path(__file__).parent / "ada.txt").read_bytes()
