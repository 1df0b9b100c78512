"""Spawning a worker process: a new interpreter, two pipes, a clean environment, its own session."""

from __future__ import annotations

import os
import subprocess
import sys

from resumate_grpc.sandbox.channel import Channel, PipeEnds
from resumate_grpc.sandbox.environment import child_environment
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.wire import encode_limits

__all__ = ["spawn"]


def spawn(target: str, limits: Limits) -> tuple[int, Channel]:
    """Start a process that will run the module `target`; gives its id and our ends of its pipes.

    Call it in a thread that lives as long as the process should: Linux ends the children with the thread that spawned
    them. Raises `OSError` where the system has no room for another process or its pipes; then nothing is left open.
    """
    channel, ends = Channel.open()
    try:
        process = _start(target, limits, ends)
    except BaseException:
        channel.close()
        raise
    finally:
        ends.close()
    process.returncode = 0  # whoever watches its exit reaps it; this keeps Popen from doing it too
    return process.pid, channel


def _start(target: str, limits: Limits, ends: PipeEnds) -> subprocess.Popen[bytes]:
    # -P: a module lying in the directory that the server was started from must not shadow ours.
    command = [sys.executable, "-P", "-m", "resumate_grpc.sandbox.child"]
    command += [str(ends.task_fd), str(ends.reply_fd), str(os.getpid()), target, encode_limits(limits)]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(ends.task_fd, ends.reply_fd),
        env=child_environment(os.environ),
        start_new_session=True,  # Ctrl-C is the server's; and one killpg ends whatever the process started
    )
