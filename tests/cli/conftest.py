"""What the command line's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.script import ScriptedCommands


@pytest.fixture
def server() -> Iterator[ScriptedCommands]:
    """Give a server whose answers the test writes."""
    scripted = ScriptedCommands()
    yield scripted
    scripted.close()
