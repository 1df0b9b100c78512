"""What the command line's tests share."""

from __future__ import annotations

import pytest

from tests.cli.script import ScriptedServer


@pytest.fixture
def server() -> ScriptedServer:
    """Give a server whose answers the test writes."""
    return ScriptedServer()
