"""What a transaction's body is given: a connection inside a transaction, and the time at which it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

__all__ = ["Body", "Transaction"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """One transaction and its time, in microseconds.

    `now` counts since 1970 UTC and is what the clock says, but grows from one writing transaction to the next; on
    PostgreSQL it is the database's, so that the clocks of several hosts turn nothing round. `lease_now` is for leases
    alone: it is the same for all processes on one database. On SQLite it passes evenly, so that setting the clock
    neither ends a lease nor prolongs it (`LeaseClock`); on PostgreSQL it is the database's clock.

    Bodies are synchronous and free of asyncio, so that a thread of the SQLite runner and `AsyncConnection.run_sync`
    can both run them. They neither commit nor roll back: returning commits, raising undoes what they wrote. They may be
    run again after a rollback, so they change nothing but the database.
    """

    connection: Connection
    now: int
    lease_now: int


Body = Callable[[Transaction], T]
"""A transaction's body."""
