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
from tests.examples.power_cut import watch_through_a_power_cut
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


def test_python_watches_through_a_power_cut(tmp_path: Path, ada: bytes) -> None:
    """The Python client verifies every event, once and in order, though the server is killed: so says the checker."""
    watch_through_a_power_cut(tmp_path, ada, [sys.executable, "-m", "tests.examples.record"])


@pytest.fixture(scope="module")
def with_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the examples' folder with the Node packages that they need, from the registry, beside the protos."""
    if not shutil.which("node") or not shutil.which("npm"):
        missing("Node with npm")
    root = tmp_path_factory.mktemp("node")
    copy = root / "docs" / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(ROOT / "protos", root / "protos")
    installed = run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", cwd=copy)
    if installed.returncode != 0:
        missing(f"what `npm install` fetches ({installed.stderr.strip().splitlines()[-1:]})")
    return copy


@pytest.mark.node
def test_node_verification() -> None:
    """The Node example's check has the specification's own figure and notices what was tampered with."""
    if not shutil.which("node"):
        missing("Node")
    result = run("node", "--test", Path(__file__).parent / "verification.test.mjs", cwd=ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.node
def test_node(live: LiveServer, cv: Path, with_packages: Path) -> None:
    """The Node example, with packages from the registry and the protos of this project, does the same."""
    result = run("node", "upload_watch_get.mjs", cv, live.grpc_address, cwd=with_packages)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == WHO
    assert "100% " in result.stderr
    assert "verified " in result.stderr


@pytest.mark.node
def test_node_watches_through_a_power_cut(tmp_path: Path, ada: bytes, with_packages: Path) -> None:
    """The Node loop sees and verifies every event once and in order though the server is killed, says the checker."""
    watch_through_a_power_cut(tmp_path, ada, ["node", str(Path(__file__).parent / "record.mjs"), str(with_packages)])


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
