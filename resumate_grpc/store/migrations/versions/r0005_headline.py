"""A parsed résumé's name and latest job title beside its row, so that lists can show them without the whole result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns and fill them from the results that are there."""
    for name in ("person_name", "headline"):
        op.add_column("resumes", sa.Column(name, _TEXT, server_default="", nullable=False))
    if op.get_context().dialect.name != "sqlite":
        return  # no database of another kind is older than this
    op.execute(
        "UPDATE resumes SET person_name = parsed.person_name,"
        " headline = coalesce(json_extract(parsed.json, '$.work_experience[0].title'), '')"
        " FROM parsed WHERE parsed.resume_id = resumes.id"
    )
