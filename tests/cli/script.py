"""Running a command against answers that a test gives by hand."""

from __future__ import annotations

from concurrent.futures import Future

from click.testing import CliRunner, Result

from resumate_grpc.cli import main
from tests.scripted_server import (
    EPOCH,
    ID,
    ScriptedServer,
    event,
    heartbeat,
    in_background,
    log,
    reason,
    retry_after,
)

__all__ = ["EPOCH", "ID", "ScriptedCommands", "event", "heartbeat", "log", "reason", "retry_after"]


class ScriptedCommands(ScriptedServer):
    """One command at a time runs in a thread; the test takes its calls and answers them."""

    def run(self, *args: str) -> Future[Result]:
        """Start `resumate ARGS`."""
        environ = {"RESUMATE_SERVER": self.address}
        return in_background(CliRunner(env=environ).invoke, main, list(args), prog_name="resumate")
