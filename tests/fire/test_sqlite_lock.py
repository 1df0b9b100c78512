"""The matrix's instrument: who holds SQLite's one lock for writing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fire.sqlite_lock import writing_process

STEPS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in ("PRAGMA journal_mode = WAL", "CREATE TABLE t (a)", "BEGIN IMMEDIATE", "COMMIT"):
    connection.execute(statement)
    print(statement, flush=True)
    input()
"""


@pytest.mark.embedded
def test_the_process_with_a_writing_transaction_is_named(tmp_path: Path) -> None:
    """From BEGIN IMMEDIATE to COMMIT it is that process, before and afterwards nobody."""
    database = tmp_path / "a.db"
    assert writing_process(database) == 0
    command = [sys.executable, "-c", STEPS, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        writing = {}
        for line in process.stdout:
            writing[line.strip()] = writing_process(database)
            process.stdin.write("\n")
            process.stdin.flush()
    assert writing == {
        "PRAGMA journal_mode = WAL": 0,
        "CREATE TABLE t (a)": 0,
        "BEGIN IMMEDIATE": process.pid,
        "COMMIT": 0,
    }
