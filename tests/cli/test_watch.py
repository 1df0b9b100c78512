"""`resumate watch` through everything that can happen to a stream."""

from __future__ import annotations

import json

import grpc
import pytest

from resumate_grpc._gen.resumate.v1.error_reason_pb2 import ErrorReason
from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress, ParseError, State
from resumate_grpc._gen.resumate.v1.watch_pb2 import Draining, WatchProgressResponse
from tests.cli.script import EPOCH, ID, ScriptedCommands, event, heartbeat, log, reason, retry_after

pytestmark = pytest.mark.slow

DONE = State.STATE_SUCCEEDED
ENDINGS = {
    "the server was killed": (grpc.StatusCode.UNAVAILABLE, "Socket closed", ()),
    "the server drains": (
        grpc.StatusCode.UNAVAILABLE,
        "shutting down",
        (reason("SERVER_DRAINING"), retry_after(0.01)),
    ),
    "something between cancelled it": (grpc.StatusCode.CANCELLED, "RST_STREAM", ()),
    "a limit was reached": (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "too many watches",
        (reason("TOO_MANY_STREAMS"), retry_after(0.01)),
    ),
}


def numbers(output: str) -> list[int]:
    """Read the sequence of each printed event."""
    return [int(json.loads(line)["event"]["sequence"]) for line in output.splitlines()]


@pytest.mark.parametrize("ending", ENDINGS)
def test_resumes_after_the_last_event(server: ScriptedCommands, ending: str) -> None:
    """A watch that is interrupted goes on where it was, in the same epoch, and prints no event twice."""
    code, message, details = ENDINGS[ending]
    running = server.run("watch", ID, "--json")
    first = server.stream()
    first.send(event(1), event(2), heartbeat(2), event(3))
    first.end(code, message, *details)
    second = server.stream()
    second.send(event(3), event(4), event(5, state=DONE))
    second.end()
    result = running.result(10)
    assert (first.request.after_sequence, first.request.epoch) == (0, "")
    assert (second.request.after_sequence, second.request.epoch) == (3, EPOCH)
    assert numbers(result.stdout) == [1, 2, 3, 4, 5]
    assert "watching again after event 3" in result.stderr
    assert result.exit_code == 0


def test_draining_tells_how_long_to_stay_away(server: ScriptedCommands) -> None:
    """The pause before reconnecting is never shorter than the server asked for when it began to drain."""
    running = server.run("watch", ID)
    first = server.stream()
    draining = Draining(sequence=1)
    draining.reconnect_after.FromMilliseconds(300)
    first.send(event(1), WatchProgressResponse(draining=draining))
    first.end(grpc.StatusCode.UNAVAILABLE, "shutting down", reason("SERVER_DRAINING"))
    second = server.stream()
    second.send(event(2, state=DONE))
    second.end()
    stderr = running.result(10).stderr
    assert 0.3 <= float(stderr.rpartition(" in ")[2].split()[0]) <= 0.6


def test_unreachable_server_ends_the_watch_at_once(server: ScriptedCommands) -> None:
    """Where nothing has ever answered, the watch says how to start a server and exits with 3."""
    running = server.run("watch", ID)
    server.stream().end(grpc.StatusCode.UNAVAILABLE, "Connection refused")
    result = running.result(10)
    assert result.exit_code == 3
    assert f"nothing answers at {server.address}" in result.stderr
    assert "resumate serve" in result.stderr


def test_failed_parse_exits_with_1(server: ScriptedCommands) -> None:
    """A parse that failed is printed with its reason as data, and the exit status tells it too."""
    running = server.run("watch", ID)
    stream = server.stream()
    error = ParseError(reason=ErrorReason.PASSWORD_PROTECTED, message="the file is encrypted")
    stream.send(event(1, state=State.STATE_FAILED, error=error))
    stream.end()
    result = running.result(10)
    assert "the file is encrypted [PASSWORD_PROTECTED]" in result.stdout
    assert result.exit_code == 1


REFUSALS = {
    "NOT_FOUND": (grpc.StatusCode.NOT_FOUND, reason("RESUME_NOT_FOUND"), 4, "resumate list"),
    "OUT_OF_RANGE": (grpc.StatusCode.OUT_OF_RANGE, reason("HISTORY_GONE", first_available="41"), 5, "--after 40"),
    "FAILED_PRECONDITION": (grpc.StatusCode.FAILED_PRECONDITION, reason("EPOCH_MISMATCH"), 5, "from the start"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_says_what_to_do(server: ScriptedCommands, name: str) -> None:
    """A watch that the server refuses names the reason and the way out, and is not tried again."""
    code, detail, exit_code, advice = REFUSALS[name]
    running = server.run("watch", ID, "--after", "7")
    stream = server.stream()
    stream.end(code, "no", detail)
    result = running.result(10)
    assert stream.request.after_sequence == 7
    assert f"no [{detail.reason}]" in result.stderr
    assert advice in result.stderr
    assert result.exit_code == exit_code
    assert result.stdout == ""


def test_batch_ends_with_its_last_member(server: ScriptedCommands) -> None:
    """A batch watch ends once the counts say that all have ended and their events were printed."""
    running = server.run("watch", "--batch", "spring")
    stream = server.stream()
    stream.send(
        WatchProgressResponse(batch=BatchProgress(batch_id="spring", total=2, processing=2, feed_sequence=0)),
        event(4, state=DONE),
        event(9, state=State.STATE_FAILED, resume_id="other"),
        WatchProgressResponse(
            batch=BatchProgress(batch_id="spring", total=2, succeeded=1, failed=1, percent=100, feed_sequence=9)
        ),
    )
    result = running.result(10)
    assert stream.request.batch_id == "spring"
    assert result.stdout.splitlines()[-1].strip() == "spring: 100% of 2: 1 succeeded, 1 failed"
    assert result.exit_code == 1


def test_feed_counts_in_feed_sequence(server: ScriptedCommands) -> None:
    """A feed watch goes on by feed_sequence, which has nothing to do with each résumé's own numbers."""
    running = server.run("watch", "--feed", "--json")
    first = server.stream()
    late = event(12)
    late.event.sequence = 1
    first.send(event(11), late)
    first.end(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    second = server.stream()
    second.end(grpc.StatusCode.PERMISSION_DENIED, "no more", reason("PERMISSION_DENIED"))
    running.result(10)
    assert first.request.feed
    assert second.request.after_sequence == 12


def test_control_characters_stay_out_of_the_terminal(server: ScriptedCommands) -> None:
    """Text from a document cannot bring escape sequences or direction marks to the terminal."""
    running = server.run("watch", ID)
    stream = server.stream()
    tricky = event(1, state=DONE)
    tricky.event.message = "a\x1b[2Jb\u202ec\rd"
    stream.send(tricky)
    stream.end()
    assert "a[2Jbc d" in running.result(10).stdout


def test_verified_events_are_counted_over_a_new_connection(server: ScriptedCommands) -> None:
    """--verify says at the end how many events were the log's, all calls together."""
    updates = log(4)
    running = server.run("watch", ID, "--verify")
    first = server.stream()
    first.send(*updates[:2])
    first.end(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    second = server.stream()
    second.send(*updates[2:])
    second.end()
    result = running.result(10)
    assert result.stderr.splitlines()[-1] == "verified 4 events"
    assert result.exit_code == 0


def test_what_differs_exits_with_6(server: ScriptedCommands) -> None:
    """--verify stops at the first event that is not the log's and says which."""
    updates = log(4)
    updates[2].event.message = "All is well"
    running = server.run("watch", "--feed", "--verify")
    server.stream().send(*updates)
    result = running.result(10)
    assert result.exit_code == 6
    assert f"event 3 (3 of {ID}) is not the one in the log" in result.stderr
    assert "All is well" not in result.stdout
    assert "verified 4" not in result.stderr
