"""Which versions' code works on the schema, told by the version that made it: they may run side by side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table; `migration.py` fills it after each upgrade."""
    op.create_table("works_with", sa.Column("revision", _TEXT, primary_key=True))
