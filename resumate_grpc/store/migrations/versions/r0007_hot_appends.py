"""Appends touch no index of `resumes`: whether there is history to purge is a column of its own, not a comparison.

The index for purging compared `first_sequence` with `last_sequence`. PostgreSQL then writes every index of the table
anew with each append, since an append moves `last_sequence`; without it the row changes in place.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0011"

_DUE = sa.text("complete_time IS NOT NULL AND has_history = 1")
_HANDED_OVER = sa.text("state = 'PROCESSING' AND lease_expires IS NULL")


def upgrade() -> None:
    """Add the column, change the index; on PostgreSQL leave room in pages for rows that change in place."""
    op.add_column("resumes", sa.Column("has_history", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.execute("UPDATE resumes SET has_history = 0 WHERE complete_time IS NOT NULL AND first_sequence = last_sequence")
    op.drop_index("ix_resumes_purge", "resumes")
    op.create_index(
        "ix_resumes_purge", "resumes", ["complete_time"], unique=False, sqlite_where=_DUE, postgresql_where=_DUE
    )
    op.create_index(
        "ix_resumes_handed_over",
        "resumes",
        ["lane"],
        unique=False,
        sqlite_where=_HANDED_OVER,
        postgresql_where=_HANDED_OVER,
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE resumes SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)")
        op.execute("ALTER TABLE feeds SET (fillfactor = 10)")
