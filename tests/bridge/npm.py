"""Packages for tests alone, from npm's registry."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.conftest import missing

__all__ = ["install"]


def install(folder: Path, *packages: str) -> None:
    """Fetch packages from the registry into a folder."""
    if not shutil.which("npm"):
        missing("Node with npm")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *packages]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    if installed.returncode != 0:
        missing(f"what `npm install` fetches ({installed.stderr.strip().splitlines()[-1:]})")
