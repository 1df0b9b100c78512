"""A parsed résumé's latest job title, so that lists can show it without reading the whole result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column and fill it from the results that are there."""
    op.add_column("parsed", sa.Column("headline", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE parsed SET headline = coalesce(json_extract(json, '$.work_experience[0].title'), '')")
