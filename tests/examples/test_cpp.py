"""The C++ example: built by its own Makefile, and held to the checker over a power cut.

It takes a minute of processor time, so an ordinary run leaves it out. CPP=1 asks for it; the packages that the
Makefile names must be there then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.examples.power_cut import watch_through_a_power_cut
from tests.examples.words import read_words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("CPP") != "1", reason="CPP=1 asks for the C++ example"),
]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the example, and beside it what writes down what its loop sees."""
    folder = tmp_path_factory.mktemp("cpp")
    shutil.copytree(ROOT / "docs" / "examples" / "cpp", folder, dirs_exist_ok=True)
    shutil.copy(Path(__file__).parent / "record.cc", folder)
    settings = [f"PROTOS={ROOT / 'protos'}", "CXXFLAGS=-O0 -Wall -Wextra", "-j2"]
    for program in ("watch", "record"):
        subprocess.run(["make", f"PROGRAM={program}", *settings], cwd=folder, check=True, timeout=1200)
    return folder / "record"


def test_cpp_watches_through_a_power_cut(tmp_path: Path, ada: bytes, recorder: Path) -> None:
    """The C++ loop verifies every event, once and in order, though the server is killed: so says the checker."""
    watch_through_a_power_cut(tmp_path, ada, [str(recorder)], read=read_words, feed=False)
