from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from resumate_bridge.page_files import page_files

from tests.conftest import missing

FOLDER = Path(__file__).parent / "js"
FOR_OTHER_PAGES = {"element.js", "react.js"}
LOADED = {".js", ".css", ".html", ".svg"}
STATIC = Path(__file__).resolve().parents[2] / "bridge" / "resumate_bridge" / "static"


@pytest.mark.node
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.test.js")), ids=lambda path: path.name)
def test_pure_parts_of_the_page(path: Path) -> None:
    """The page's arithmetic and its client hold under Node's own runner."""
    node = shutil.which("node") or missing("Node (node)")
    run = subprocess.run([node, "--test", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_page_is_light() -> None:
    """All that the whole page can load is under 150 kB as it is served, and every module is within its own folder."""
    files = {name: file for name, file in page_files(STATIC).items() if Path(name).suffix in LOADED}
    assert sum(len(file.body) for name, file in files.items() if name not in FOR_OTHER_PAGES) < 150_000
    for name, file in files.items():
        text = file.body.decode()
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", ""), name
        assert "https://" not in text, name
        assert "innerHTML" not in text, name


def test_comments_alone_are_left_out() -> None:
    """What is served is the source without its whole-line comments, each line where it was."""
    for name, file in page_files(STATIC).items():
        source, served = (STATIC / name).read_text(encoding="utf-8").split("\n"), file.body.decode().split("\n")
        assert len(source) == len(served), name
        for before, after in zip(source, served, strict=True):
            assert after in {before, ""}, name
        if Path(name).suffix == ".js":
            gone = [line.strip() for line, kept in zip(source, served, strict=True) if line and not kept]
            assert all(line.startswith(("/*", "*", "//")) for line in gone), name


@pytest.mark.slow
def test_what_the_page_says_is_in_one_place() -> None:
    """No module of the page but strings.js holds words for people."""
    for path in STATIC.glob("*.js"):
        if path.name in FOR_OTHER_PAGES | {"strings.js", "client.js"}:
            continue
        code = page_files(STATIC)[path.name].body.decode()
        said = [
            text
            for text in re.findall(r'"([^"\n]*)"', code)
            if re.search(r"[A-Z][a-z]+ [a-z]+|[a-z]{3,} [a-z]{3,} [a-z]{3,}", text)
        ]
        assert said == [], path.name
        labels = re.findall(r'"?(?:aria-label|title|placeholder|alt)"?: "([^"]+)"', code)
        assert labels == [], path.name
