"""The brokers that the tests of the bus share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bus.brokers import Broker, nats_server, redis_server


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One NATS for all tests that harm nothing."""
    with nats_server(tmp_path_factory.mktemp("nats")) as broker:
        yield broker


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One Redis for all tests that harm nothing."""
    with redis_server(tmp_path_factory.mktemp("redis")) as broker:
        yield broker
