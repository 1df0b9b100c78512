"""Where an owner's or a batch's last waiting résumé stands, so that the next one finds its turn at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_WAITING = sa.text("state = 'QUEUED'")


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_resumes_turn",
        "resumes",
        ["lane", "queue_rank", "owner", "batch_id", "queue_time"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
