"""Holds of files in an object service, which no lock reaches: rows that run out, in the time of leases."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, text

from resumate_grpc.store.tables import file_holds
from resumate_grpc.store.transaction import Transaction

__all__ = ["hold", "release"]

HELD_MICROS = 120 * 1_000_000
"""Longer than any call of a file store may take; a program that dies with a hold keeps others waiting for so long."""


def hold(tx: Transaction, sha256: str, holder: str, *, alone: bool) -> bool:
    """Take a hold; False where another's does not allow it. Many may keep a file, and one alone remove it."""
    connection = tx.connection
    if connection.dialect.name == "postgresql":  # else two could look at once, and each see none of the other
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:file))"), {"file": sha256})
    connection.execute(delete(file_holds).where(file_holds.c.sha256 == sha256, file_holds.c.until < tx.lease_now))
    held = connection.execute(select(file_holds.c.alone).where(file_holds.c.sha256 == sha256)).scalars().all()
    if any(held) or (alone and held):
        return False
    until = tx.lease_now + HELD_MICROS
    connection.execute(insert(file_holds).values(sha256=sha256, holder=holder, alone=alone, until=until))
    return True


def release(tx: Transaction, sha256: str, holder: str) -> None:
    """Let a hold go; what has run out is no error."""
    mine = (file_holds.c.sha256 == sha256) & (file_holds.c.holder == holder)
    tx.connection.execute(delete(file_holds).where(mine))
