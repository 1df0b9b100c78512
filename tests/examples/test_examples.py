"""The examples of docs/examples, run as they are written against a real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.live import LiveServer

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
WHO = "Ada Fernwick <ada.fernwick@example.org>"


@pytest.fixture
def cv(tmp_path: Path, ada: bytes) -> Path:
    """Write the résumé of an invented person."""
    path = tmp_path / "ada.txt"
    path.write_bytes(ada)
    return path


def run(*command: str | Path, cwd: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run an example to its end; `path` is a folder to look for programs in first."""
    environ = {**os.environ, "PATH": os.pathsep.join(filter(None, (path, os.environ.get("PATH", ""))))}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def test_python(live: LiveServer, cv: Path) -> None:
    """The Python example prints who the résumé is about, and its posts."""
    result = run(sys.executable, EXAMPLES / "upload_watch_get.py", cv, live.grpc_address, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == WHO
    assert "Northgate Freight" in result.stdout
    assert "100% " in result.stderr


@pytest.mark.node
def test_node(live: LiveServer, cv: Path, tmp_path: Path) -> None:
    """The Node example, with packages from the registry and the protos of this project, does the same."""
    if not shutil.which("node") or not shutil.which("npm"):
        missing("Node with npm")
    copy = tmp_path / "docs" / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    installed = run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", cwd=copy)
    if installed.returncode != 0:
        missing(f"what `npm install` fetches ({installed.stderr.strip().splitlines()[-1:]})")
    result = run("node", "upload_watch_get.mjs", cv, live.grpc_address, cwd=copy)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == WHO
    assert "100% " in result.stderr


def test_buf(live: LiveServer, cv: Path) -> None:
    """The shell example needs nothing but buf and the server's reflection."""
    beside = Path(sys.executable).parent
    if not shutil.which("bash"):
        missing("bash")
    if not (beside / "buf").exists() and not shutil.which("buf"):
        missing("buf")
    result = run("bash", EXAMPLES / "upload_watch_get.sh", cv, live.grpc_address, cwd=ROOT, path=str(beside))
    assert result.returncode == 0, result.stderr
    resume = json.loads(result.stdout)["resume"]
    assert resume["parsed"]["personalInfo"]["email"] == "ada.fernwick@example.org"
    assert "STAGE_COMPLETE" in result.stderr
