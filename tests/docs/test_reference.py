"""The reference pages name everything that there is, and nothing that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aiohttp import web
from resumate_bridge.app import _routes

from resumate_grpc._gen.resumate.v1 import resume_service_pb2
from resumate_grpc._gen.resumate.v1.error_reason_pb2 import ErrorReason
from resumate_grpc.cli.exit_codes import MEANINGS
from resumate_grpc.cli.program import COMMANDS
from resumate_grpc.errors import ResumateError
from resumate_grpc.rpc.status import CODES

DOCS = Path(__file__).parents[2] / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")
RPCS = [method.name for method in resume_service_pb2.DESCRIPTOR.services_by_name["ResumeService"].methods]
REASONS = [name for name in ErrorReason.keys() if name != "ERROR_REASON_UNSPECIFIED"]  # noqa: SIM118 - an enum, no dict


@pytest.mark.parametrize("rpc", RPCS)
def test_rpc_is_in_the_reference(rpc: str) -> None:
    """Each rpc has a row in docs/api.md."""
    assert f"\n| `{rpc}` | " in API


@pytest.mark.parametrize("reason", REASONS)
def test_reason_is_in_the_reference(reason: str) -> None:
    """Each error reason is explained in docs/api.md."""
    assert f"`{reason}`" in API


@pytest.mark.parametrize("kind", CODES, ids=lambda kind: kind.__name__)
def test_reason_has_its_code(kind: type[ResumateError]) -> None:
    """The error table of docs/api.md gives each reason the code that the server gives it."""
    row = next((row for row in API.splitlines() if row.startswith(f"| `{kind.reason.value}` |")), "")
    assert f"| {CODES[kind].name} |" in row


def test_every_route_is_in_the_reference() -> None:
    """Each path of the bridge is in docs/api.md, and each path there is one of the bridge's."""
    routes = {f"{route.method} {route.path}" for route in _routes() if isinstance(route, web.RouteDef)}
    documented = set(re.findall(r"^\| `((?:GET|POST|PATCH|DELETE) [^`]+)`", API, re.MULTILINE))
    assert documented == routes


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_in_the_reference(command: str) -> None:
    """Each command is in the table of docs/cli.md."""
    rows = [row for row in CLI.splitlines() if row.startswith("| `")]
    assert any(re.search(rf"`{command}[ `]", row) for row in rows)


def test_exit_codes_are_in_the_reference() -> None:
    """docs/cli.md gives each exit status the meaning that `--help` gives it."""
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", CLI, re.MULTILINE)
    assert rows == [(str(code.value), meaning) for code, meaning in MEANINGS.items()]
