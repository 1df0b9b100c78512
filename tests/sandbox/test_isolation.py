"""What a worker process has and has not: secrets, files, descriptors, libraries; and how it dies with its server."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from resumate_grpc.sandbox import exit as exit_module
from resumate_grpc.sandbox.environment import child_environment
from tests.sandbox.pools import SMALL, parse, pool_of

pytestmark = pytest.mark.slow  # each starts processes

LANDLOCK_ABI = ctypes.CDLL(None).syscall(444, None, 0, 1) if sys.platform == "linux" else 0
needs_landlock = pytest.mark.skipif(LANDLOCK_ABI < 6, reason="the kernel has no Landlock with signal scopes")

SUPERVISOR = """
import asyncio, sys
from tests.sandbox.pools import parse, pool_of

async def main():
    async with pool_of(2) as pool:
        pids = {(await parse(pool, "echo x")).page_count}
        busy = [asyncio.create_task(parse(pool, document)) for document in ("burn", "hang")]
        while pool.warm < 3:
            await asyncio.sleep(0.01)
        from pathlib import Path
        print(*Path(f"/proc/self/task/{__import__('os').getpid()}/children").read_text().split(), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_the_servers_secrets_stay_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting and no credential of the environment reaches a process that reads strangers' files."""
    for name in ("RESUMATE_AI_API_KEY", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "DATABASE_URL", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "the-secret")
    async with pool_of() as pool:
        environment = (await parse(pool, "environment")).text
    assert "the-secret" not in environment
    assert "RESUMATE_" not in environment
    assert "OMP_NUM_THREADS=1" in environment


def test_modules_are_found_where_the_server_finds_them() -> None:
    """The search path is handed on in order, a relative entry made absolute; what is not on the list is not."""
    environment = child_environment({"LC_ALL": "C", "PATH": "/bin", "SECRET": "x"}, ["", "/some/where"])
    assert environment["PYTHONPATH"] == f"{Path.cwd()}:/some/where"
    assert environment["LC_ALL"] == "C"
    assert "SECRET" not in environment


async def test_a_process_cannot_write_a_file(tmp_path: Path) -> None:
    """A document that has taken its process over leaves nothing on the disk."""
    async with pool_of() as pool:
        result = await parse(pool, f"write_file {tmp_path / 'loot'}")
    assert result.text in {"OSError", "PermissionError"}  # the latter from kernels with Landlock
    assert not (tmp_path / "loot").exists() or (tmp_path / "loot").read_bytes() == b""


@needs_landlock
async def test_a_process_reaches_neither_the_servers_files_nor_its_network(tmp_path: Path) -> None:
    """Once a document is there, the database next door can be neither read nor unlinked, and nothing can be called."""
    secret = tmp_path / "records.db"
    secret.write_text("everybody's résumés", encoding="utf-8")
    async with pool_of() as pool:
        for attempt in ("read_file", "unlink_file", "write_file"):
            assert (await parse(pool, f"{attempt} {secret}")).text == "PermissionError", attempt
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert (await parse(pool, f"connect {server.getsockname()[1]}")).text == "PermissionError"
        assert (await parse(pool, f"signal {os.getpid()}")).text == "PermissionError"
        assert (await parse(pool, "read_file /usr/bin/env")).text != "PermissionError"
    assert secret.exists()


@needs_landlock
async def test_the_restriction_of_files_may_be_switched_off(tmp_path: Path) -> None:
    """An operator whose system keeps libraries in unheard-of places can do without."""
    (tmp_path / "font").write_text("glyphs", encoding="utf-8")
    async with pool_of(limits=replace(SMALL, restrict_files=False)) as pool:
        assert (await parse(pool, f"read_file {tmp_path / 'font'}")).text == "glyphs"


async def test_a_process_holds_its_own_pipes_only() -> None:
    """Descriptors of the server and of other workers are not inherited."""
    held = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(held, True)  # noqa: FBT003 - positional-only
    try:
        async with pool_of(2) as pool:
            await parse(pool, "echo warm")
            seen = (await parse(pool, "descriptors")).text.split()
    finally:
        os.close(held)
    assert len(seen) == 6  # standard three, task pipe, reply pipe, and the listing itself


async def test_a_process_knows_neither_grpc_nor_the_database() -> None:
    """Nothing of the server's libraries is loaded where documents are read."""
    async with pool_of() as pool:
        modules = set((await parse(pool, "modules")).text.splitlines())
    assert not modules & {"grpc", "sqlalchemy", "aiohttp", "asyncio", "structlog", "resumate_grpc.jobs"}


async def test_a_signal_to_the_whole_group_does_not_end_a_document() -> None:
    """A service manager sends SIGTERM to all; whether a parse may finish is the server's decision."""
    async with pool_of() as pool:
        pid = (await parse(pool, "echo warm")).page_count
        working = asyncio.create_task(parse(pool, "sleep 0.2"))
        await asyncio.sleep(0.05)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(pid, number)
        assert (await working).page_count == pid


def test_processes_end_with_a_server_that_is_killed() -> None:
    """After kill -9 of the server no worker lives on, idle or in the middle of a document."""
    command = [sys.executable, "-c", SUPERVISOR]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        server.kill()
    assert len(pids) == 3
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "a worker outlives its server"
        time.sleep(0.01)


def test_elsewhere_than_on_linux_a_thread_notices_the_servers_end() -> None:
    """A process in the middle of its work ends when the other end of its task pipe is closed."""
    read_fd, write_fd = os.pipe()
    code = (
        "import sys, threading, time; from resumate_grpc.sandbox.limits import exit_on_hangup;"
        "threading.Thread(target=exit_on_hangup, args=(int(sys.argv[1]),), daemon=True).start();"
        "print('up', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(read_fd)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, pass_fds=(read_fd,), env=environment) as process:
        os.close(read_fd)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        assert process.poll() is None
        os.close(write_fd)
        assert process.wait(timeout=5) == 0


@pytest.mark.parametrize("with_pidfd", [True, False])
async def test_an_exit_is_noticed_and_reaped(monkeypatch: pytest.MonkeyPatch, *, with_pidfd: bool) -> None:
    """With the kernel's process descriptors or, where there are none, with a thread."""
    if not with_pidfd:
        monkeypatch.delattr(os, "pidfd_open")
    process = subprocess.Popen([sys.executable, "-c", "import os; os._exit(7)"])  # noqa: ASYNC220 - as the pool does
    process.returncode = 0
    ended = await asyncio.wait_for(exit_module.watch_exit(process.pid), timeout=10)
    assert ended.code == 7
    assert ended.peak_rss_bytes > 1 << 20
    with pytest.raises(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)  # noqa: ASYNC222 - WNOHANG does not wait


async def test_the_pool_works_without_process_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system without pidfd a crash and a cancel end as they do with it."""
    monkeypatch.delattr(os, "pidfd_open")
    async with pool_of() as pool:
        first = await parse(pool, "echo one")
        task = asyncio.create_task(parse(pool, "hang"))
        await asyncio.sleep(0.05)
        task.cancel()
        assert (await parse(pool, "echo two")).page_count != first.page_count


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie that its new parent has not reaped yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
