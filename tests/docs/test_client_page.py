"""docs/client.md: its examples run, and it names all that the package gives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from resumate_grpc import client
from resumate_grpc.client import Client
from tests.live import LiveServer

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
METHODS = [name for name in vars(Client) if not name.startswith("_")]


@pytest.mark.parametrize("name", client.__all__)
def test_every_name_is_on_the_page(name: str) -> None:
    """Whatever can be imported from the package is spoken of."""
    assert re.search(rf"`{name}\b", PAGE)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_on_the_page(name: str) -> None:
    """Each method of the client is in the table."""
    assert f"`{name}(" in PAGE


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_runs(live: LiveServer, ada: bytes, tmp_path: Path, number: int) -> None:
    """Each example does what it says, as it stands there, against a real server (at the address that it has)."""
    (tmp_path / "cv.pdf").write_bytes(ada)
    program = EXAMPLES[number].replace('"127.0.0.1:50051"', f'"{live.grpc_address}"')
    program = program.replace("Client()", f'Client("{live.grpc_address}")')
    command = [sys.executable, "-W", "error", "-c", program]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
