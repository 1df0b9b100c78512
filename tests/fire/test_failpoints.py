"""Failpoints: they do what they say, cost nothing while off, and are nobody's secret while on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from resumate_grpc import failpoints
from resumate_grpc.failpoints import PLACES, VARIABLE, FailpointError
from tests.live import live_server

ROOT = Path(__file__).parents[2]
STAGES = ("text_extraction", "nlp_parsing", "ai_enhancement")
WAYS = {
    # A commit on SQLite; on PostgreSQL one of a body, and one of a statement by itself.
    "store.before-commit": 3,
    "store.after-commit": 3,
    # A frame that the relay writes to all who wait, and one that a socket takes for itself.
    "bridge.before-send": 2,
}


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.disarm()


def program(spec: str, hits: int) -> subprocess.Popen[str]:
    """Start a process that comes by a place `hits` times and says so each time."""
    source = (
        "import os, resumate_grpc.failpoints as f\nf.arm(os.environ['RESUMATE_FAILPOINTS'])\n"
        f"for n in range({hits}):\n f.hit('lease.before-renew'); print(n, flush=True)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", source], env={**os.environ, VARIABLE: spec}, stdout=subprocess.PIPE, text=True
    )


def test_nothing_happens_while_none_is_armed() -> None:
    """Off, a place is a call of one empty function, whoever armed something before."""
    off = failpoints.hit
    failpoints.arm("")
    assert failpoints.hit is off
    failpoints.arm("upload.after-put=error")
    failpoints.disarm()
    assert failpoints.hit is off
    failpoints.hit("upload.after-put")


def test_the_nth_time_alone() -> None:
    """`@n` counts, other places are left alone, and without it each time is one."""
    failpoints.arm("upload.after-put=error@2; upload.after-commit = error")
    failpoints.hit("upload.after-put")
    failpoints.hit("store.after-commit")
    with pytest.raises(FailpointError):
        failpoints.hit("upload.after-put")
    failpoints.hit("upload.after-put")
    for _ in range(2):
        with pytest.raises(FailpointError):
            failpoints.hit("upload.after-commit")
    assert failpoints.armed() == ("upload.after-commit", "upload.after-put")


def test_a_delay_delays() -> None:
    """The thread sleeps as long as was said."""
    failpoints.arm("upload.after-put=delay(0.05)")
    started = time.monotonic()
    failpoints.hit("upload.after-put")
    assert time.monotonic() - started >= 0.05


def test_a_kill_kills() -> None:
    """The process is gone at the second hit, as by `kill -9`."""
    killed = program("lease.before-renew=kill@2", 5)
    out, _ = killed.communicate(timeout=30)
    assert (killed.returncode, out.split()) == (-signal.SIGKILL, ["0"])


def test_a_stop_stops_until_it_is_continued() -> None:
    """The process stands still at the second hit, and goes on when told to."""
    stopped = program("lease.before-renew=stop@2", 3)
    _, status = os.waitpid(stopped.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    stopped.send_signal(signal.SIGCONT)
    out, _ = stopped.communicate(timeout=30)
    assert (stopped.returncode, out.split()) == (0, ["0", "1", "2"])


@pytest.mark.parametrize(
    "spec", ["upload.after-putt=kill", "upload.after-put", "upload.after-put=delay", "upload.after-put=kill(3)",
             "upload.after-put=kill@0", "upload.after-put=explode"]
)  # fmt: skip
def test_what_is_not_understood_is_refused(spec: str) -> None:
    """A misspelt failpoint would be a test that tests nothing."""
    with pytest.raises(ValueError, match=VARIABLE):
        failpoints.arm(spec)
    assert failpoints.armed() == ()


def test_every_place_is_in_the_code_and_in_the_reference() -> None:
    """Each name stands at one place of the code, or at one of each way there; docs/failpoints.md says what is there."""
    sources = [path for room in ("resumate_grpc", "bridge") for path in (ROOT / room).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    hits = re.findall(r'failpoints\.hit\("([^"]+)"\)', code)
    by_stage = {
        f"{owner}.{stage}" for owner in ("attempt", "parse") for stage in STAGES if f'f"{owner}.{{stage' in code
    }
    # The last stage runs in the worker itself: a parsing process knows nothing of it.
    places = Counter([*hits, *(by_stage - {"parse.ai_enhancement"})])
    assert places == {place: WAYS.get(place, 1) for place in PLACES}
    rows = re.findall(r"^\| `([a-z_.-]+)` \| (.+) \|$", (ROOT / "docs/failpoints.md").read_text("utf-8"), re.MULTILINE)
    assert dict(rows) | dict(PLACES) == dict(rows)
    assert set(PLACES) <= {name for name, _ in rows}


@pytest.mark.slow
def test_an_armed_program_warns(tmp_path: Path) -> None:
    """Whoever runs it with failpoints reads so in the log, with their names."""
    env = {VARIABLE: "bridge.before-send=error@1000", "RESUMATE_LOG_FORMAT": "json"}
    with live_server("server", data_dir=tmp_path, env=env, last_line="gRPC on") as server:
        pass
    warnings = [line for line in server.log().splitlines() if '"warning"' in line]
    assert len(warnings) == 1
    assert "failpoints are armed" in warnings[0]
    assert "bridge.before-send" in warnings[0]


@pytest.mark.slow
def test_a_program_with_a_misspelt_failpoint_does_not_start(tmp_path: Path) -> None:
    """The refusal names the variable and the places that there are."""
    refused = subprocess.run(
        [sys.executable, "-m", "resumate_grpc.cli", "server"],
        env={**os.environ, VARIABLE: "no.such=kill", "RESUMATE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert VARIABLE in refused.stderr
    assert "upload.after-put" in refused.stderr
