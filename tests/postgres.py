"""A real PostgreSQL from the system's package, in a temporary folder, on a Unix socket; and databases in it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

__all__ = ["Cluster", "found", "running_cluster"]

START_TIMEOUT_S = 30.0
_EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid();
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') || ' RESTART IDENTITY' FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'log')
); END $$;
UPDATE log SET epoch = md5(random()::text);
"""
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    # Tests end servers and never the machine, so what the system has been given is as good as on disk.
    "fsync": "off",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "5s",
    "log_min_messages": "warning",
    # However the machine is set, tests see the same words.
    "lc_messages": "C",
}


def found() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs; None where there is none."""
    on_path = shutil.which("postgres")
    installed = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")),
        key=lambda folder: int(folder.parent.name),
    )
    return Path(on_path).resolve().parent if on_path else (installed[-1] if installed else None)


class Cluster:
    """A server that can be stopped, killed and started again."""

    def __init__(self, folder: Path, programs: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self._settings = {**_SETTINGS, **settings}
        self._programs = programs
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.as_user = _unprivileged(folder)
        (folder / "socket").mkdir()
        self._own()
        self._run("initdb", "--auth=trust", "--username=resumate", "--encoding=UTF8", "--no-sync", f"{folder}/data")

    @property
    def pid(self) -> int:
        """Process of the server."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """Return a database's URL."""
        return f"postgresql://resumate@/{database}?host={self.folder}/socket"

    def start(self) -> None:
        """Start the server; returns once it takes connections."""
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        command: list[str | Path] = [
            self._programs / "postgres",
            "-D",
            f"{self.folder}/data",
            "-k",
            f"{self.folder}/socket",
            *settings,
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*self.as_user, *command], stdout=subprocess.DEVNULL, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT_S
        while subprocess.run(
            [self._programs / "pg_isready", "-q", "-h", f"{self.folder}/socket"], check=False
        ).returncode:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise TimeoutError((self.folder / "log").read_text())
            time.sleep(0.02)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `fast` ends connections in order, `immediate` as a crash would."""
        if self._process is not None:
            self._run("pg_ctl", "stop", "-D", f"{self.folder}/data", "-m", mode, "-w")
            self._process.wait(START_TIMEOUT_S)
            self._process = None

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement; returns its rows as text."""
        return self._run("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", statement)

    def create(self, *, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"test_{next(self._names)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def empty(self, database: str) -> None:
        """Remove all rows but those of migrations, and whoever is still connected; the log is a new one."""
        self.sql(_EMPTY, database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [*self.as_user, self._programs / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def _own(self) -> None:
        if self.as_user:
            owner = pwd.getpwnam(self.as_user[2])
            for path in (self.folder, self.folder / "socket"):
                os.chown(path, owner.pw_uid, owner.pw_gid)


def _unprivileged(folder: Path) -> list[str]:
    """Return what makes a command run as a user that PostgreSQL accepts, which is anybody but root."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return ["runuser", "-u", name, "--"]
    raise RuntimeError(f"no user to run PostgreSQL as in {folder}")


@contextmanager
def running_cluster(programs: Path, **settings: str) -> Iterator[Cluster]:
    """Run a server until the block ends. Its folder has a short name: that of a socket may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="resumate-pg-") as folder:
        cluster = Cluster(Path(folder), programs, settings)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
