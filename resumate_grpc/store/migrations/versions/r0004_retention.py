"""What retention has taken from a résumé, and the indexes by which it finds the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, as of a database from which nothing was ever taken, and the indexes."""
    for name, kind, default in (
        ("first_sequence", sa.BigInteger(), "1"),
        ("purged_feed_sequence", sa.BigInteger(), "0"),
        ("has_file", sa.Integer(), "1"),
    ):
        op.add_column("resumes", sa.Column(name, kind, server_default=sa.text(default), nullable=False))
    _index("ix_resumes_purge", ["complete_time"], where="complete_time IS NOT NULL AND first_sequence < last_sequence")
    _index("ix_resumes_file", ["complete_time"], where="complete_time IS NOT NULL AND has_file = 1")
    _index("ix_resumes_expire_time", ["expire_time"], where="expire_time IS NOT NULL")
    _index("ix_resumes_purged", ["owner", "batch_id", "purged_feed_sequence"], where="purged_feed_sequence > 0")


def _index(name: str, columns: list[str], *, where: str) -> None:
    op.create_index(
        name, "resumes", columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
