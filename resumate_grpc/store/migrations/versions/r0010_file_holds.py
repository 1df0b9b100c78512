"""Who holds a file that no lock of the file system reaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "file_holds",
        sa.Column("sha256", _TEXT, primary_key=True),
        sa.Column("holder", _TEXT, primary_key=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
