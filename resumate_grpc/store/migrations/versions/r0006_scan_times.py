"""Measured times tell of lane, pages read by OCR, and answer asked of a model; those from before count as texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns, and drop the times of scans: without their pages they say nothing."""
    op.add_column("stage_times", sa.Column("lane", _TEXT, server_default="TEXT", nullable=False))
    for name in ("scanned_pages", "asked_characters"):
        op.add_column("stage_times", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(
        "DELETE FROM stage_times WHERE media_type IN ('image/jpeg', 'image/png', 'image/tiff')"
        " OR (media_type = 'application/pdf' AND text_extraction_s > 0.5 * page_count)"
    )
