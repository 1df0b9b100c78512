from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import missing

FOLDER = Path(__file__).parent / "js"
FOR_OTHER_PAGES = {"element.js", "react.js"}
STATIC = Path(__file__).resolve().parents[2] / "bridge" / "resumate_bridge" / "static"


@pytest.mark.node
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.test.js")), ids=lambda path: path.name)
def test_pure_parts_of_the_page(path: Path) -> None:
    """The page's arithmetic and its client hold under Node's own runner."""
    node = shutil.which("node") or missing("Node (node)")
    run = subprocess.run([node, "--test", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_page_is_light() -> None:
    """All that a browser loads is under 150 kB as it stands, and every module is within its own folder."""
    files = [path for path in STATIC.rglob("*") if path.suffix in {".js", ".css", ".html", ".svg"}]
    loaded = [path for path in files if path.name not in FOR_OTHER_PAGES]
    assert sum(path.stat().st_size for path in loaded) < 150_000
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", ""), path.name
        assert "https://" not in text, path.name
        assert "innerHTML" not in text, path.name
