"""How soon a cancelled parse is over: `python benchmarks/cancel.py [--rounds N]`.

From CancelResume's answer to the end of the parsing process, which reads a scan in native code and hears nothing:
`resumate serve`, where the bus tells the worker, and `resumate server` beside `resumate worker`, where the lease does.
Beside it, in the same rounds, how long the call itself took.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from report import print_machine, print_table

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2
from tests.fire.stuck import is_gone, reading_process, scan
from tests.fire.test_cancel import Setting, all_in_one, apart, upload, watch
from tests.scripted_server import in_background

LOOK_S = 0.001
PROMISED_S = 1.0
SETTINGS: dict[str, Setting] = {"serve": all_in_one, "server and worker apart": apart}


def measured(setting: Setting, rounds: int) -> tuple[list[float], list[float]]:
    """Return how long the call and then the process's end took, in seconds, round by round."""
    calls, ends = [], []
    with tempfile.TemporaryDirectory() as folder, setting(Path(folder) / "data") as (server, worker):
        for number in range(rounds):
            with server.client() as client:
                name = upload(client, f"cv-{number}.png", scan())
                seen: list[progress_pb2.ProgressEvent] = []
                watching = in_background(watch, server, name, seen)
                process = reading_process(worker.process.pid, seen)
                asked = time.perf_counter()
                client.CancelResume(resume_service_pb2.CancelResumeRequest(resume_id=name), timeout=30)
                answered = time.perf_counter()
                while not is_gone(process):
                    time.sleep(LOOK_S)
                ends.append(time.perf_counter() - answered)
                calls.append(answered - asked)
                watching.result(30)
                if seen[-1].state != progress_pb2.STATE_CANCELLED:
                    raise SystemExit("the parse was over before it was cancelled: the figures would say nothing")
    return calls, ends


def main() -> None:
    """Print a row for each way to run the service."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    print_machine()
    rows = []
    for name, setting in SETTINGS.items():
        calls, ends = measured(setting, rounds)
        rows.append([name, *(f"{1000 * s:.0f}" for s in (median(calls), median(ends), max(ends)))])
    print_table(f"{rounds} cancellations", ["call p50 ms", "process gone p50 ms", "at most ms"], rows)
    print(f"promised: gone within {1000 * PROMISED_S:.0f} ms")


if __name__ == "__main__":
    main()
