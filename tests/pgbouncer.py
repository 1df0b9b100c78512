"""A real PgBouncer in transaction mode before a cluster, on a Unix socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import Cluster

__all__ = ["found_pgbouncer", "running_pgbouncer"]

START_TIMEOUT_S = 10.0
_INI = """
[databases]
* = host={cluster}/socket user=resumate
[pgbouncer]
unix_socket_dir = {folder}
listen_addr =
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
server_round_robin = 1
logfile = {folder}/log
"""


def found_pgbouncer() -> str | None:
    """Return the program; None where there is none."""
    return shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")


@contextmanager
def running_pgbouncer(program: str, cluster: Cluster, *, connections: int) -> Iterator[str]:
    """Run it until the block ends, with so many connections to the server; yields what to put for `?host=…`.

    Transactions go round over the connections, so that what a session keeps is missed at once.
    """
    with tempfile.TemporaryDirectory(prefix="resumate-pool-") as name:
        folder = Path(name)
        ini = folder / "pgbouncer.ini"
        ini.write_text(_INI.format(cluster=cluster.folder, folder=folder, connections=connections))
        if cluster.as_user:
            owner = pwd.getpwnam(cluster.as_user[2])
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        process = subprocess.Popen(
            [*cluster.as_user, program, "-q", ini], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(folder / ".s.PGSQL.6432", process)
            yield f"{folder}&port=6432"
        finally:
            process.terminate()
            process.wait(START_TIMEOUT_S)


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(path))
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return
