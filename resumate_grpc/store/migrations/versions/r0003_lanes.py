"""Lanes: scans wait in a line of their own. What waits at the time of the migration goes through the text lane."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column, and the index that claims go by."""
    op.add_column("resumes", sa.Column("lane", _TEXT, server_default="TEXT", nullable=False))
    op.create_index("ix_resumes_lane", "resumes", ["lane", "state", "queue_rank", "queue_time", "id"])
