"""What the client's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rpc.conftest import open_station, station
from tests.scripted_server import ScriptedServer

__all__ = ["open_station", "scripted", "station"]


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """Give a server whose answers the test writes."""
    server = ScriptedServer()
    yield server
    server.close()
