"""The first schema: résumés, their results, the log, measured times."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Compared byte by byte on every database: PostgreSQL would go by a language's rules, which change with its libraries.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, and the log's identity."""
    _resumes()
    _resumes_indexes()
    _parsed()
    _events()
    _feeds_and_log()
    _stage_times()


def _resumes() -> None:
    op.create_table(
        "resumes",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("filename", _TEXT, nullable=False),
        sa.Column("filename_search", _TEXT, nullable=False),
        sa.Column("media_type", _TEXT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", _TEXT, nullable=False),
        sa.Column("options", _TEXT, nullable=False),
        sa.Column("request_id", _TEXT, nullable=True),
        sa.Column("batch_id", _TEXT, nullable=True),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("error", _TEXT, nullable=True),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.Column("complete_time", sa.BigInteger(), nullable=True),
        sa.Column("expire_time", sa.BigInteger(), nullable=True),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_event_time", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("queue_rank", sa.Integer(), nullable=False),
        sa.Column("queue_time", sa.BigInteger(), nullable=False),
        sa.Column("lease", _TEXT, nullable=True),
        sa.Column("lease_worker", _TEXT, nullable=True),
        sa.Column("lease_expires", sa.BigInteger(), nullable=True),
        sa.Column("lost_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('QUEUED', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED')", name=op.f("ck_resumes_state")
        ),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_resumes_attempt")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_resumes_percent")),
        sa.CheckConstraint("(state = 'PROCESSING') = (lease IS NOT NULL)", name=op.f("ck_resumes_lease")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resumes")),
        sa.UniqueConstraint("owner", "request_id", name=op.f("uq_resumes_owner_request_id")),
    )


def _resumes_indexes() -> None:
    op.create_index(
        "ix_resumes_batch",
        "resumes",
        ["owner", "batch_id", "state"],
        unique=False,
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_index("ix_resumes_create_time", "resumes", ["owner", "create_time", "id"], unique=False)
    op.create_index("ix_resumes_filename", "resumes", ["owner", "filename", "id"], unique=False)
    op.create_index(
        "ix_resumes_lease",
        "resumes",
        ["lease_expires"],
        unique=False,
        sqlite_where=sa.text("lease_expires IS NOT NULL"),
        postgresql_where=sa.text("lease_expires IS NOT NULL"),
    )
    op.create_index("ix_resumes_queue", "resumes", ["state", "queue_rank", "queue_time", "id"], unique=False)
    op.create_index("ix_resumes_sha256", "resumes", ["sha256"], unique=False)
    op.create_index("ix_resumes_update_time", "resumes", ["owner", "update_time", "id"], unique=False)


def _parsed() -> None:
    op.create_table(
        "parsed",
        sa.Column("resume_id", _TEXT, nullable=False),
        sa.Column("json", _TEXT, nullable=False),
        sa.Column("person_name", _TEXT, nullable=False),
        sa.Column("search", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["resume_id"], ["resumes.id"], name=op.f("fk_parsed_resume_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resume_id", name=op.f("pk_parsed")),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("resume_id", _TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("feed_sequence", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", _TEXT, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("stage_percent", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("estimated_remaining_s", sa.Float(), nullable=True),
        sa.Column("error", _TEXT, nullable=True),
        sa.CheckConstraint(
            "state IN ('QUEUED', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED')", name=op.f("ck_events_state")
        ),
        sa.CheckConstraint("sequence >= 1 AND feed_sequence >= 1 AND attempt >= 1", name=op.f("ck_events_numbers")),
        sa.CheckConstraint(
            "percent BETWEEN 0 AND 100 AND stage_percent BETWEEN 0 AND 100", name=op.f("ck_events_percent")
        ),
        sa.CheckConstraint("(state = 'FAILED') = (error IS NOT NULL)", name=op.f("ck_events_error")),
        *_events_foreign_key(),
        sa.PrimaryKeyConstraint("resume_id", "sequence", name=op.f("pk_events")),
        sa.UniqueConstraint("owner", "feed_sequence", name=op.f("uq_events_owner_feed_sequence")),
    )
    op.create_index(
        "ix_events_batch",
        "events",
        ["owner", "batch_id", "feed_sequence"],
        unique=False,
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_index(
        "uq_events_terminal",
        "events",
        ["resume_id", "attempt"],
        unique=True,
        sqlite_where=sa.text("state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')"),
        postgresql_where=sa.text("state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')"),
    )


def _events_foreign_key() -> list[sa.ForeignKeyConstraint]:
    # On PostgreSQL it would look each event's résumé up, which the statement that inserts it has just changed.
    if op.get_context().dialect.name != "sqlite":
        return []
    key = sa.ForeignKeyConstraint(["resume_id"], ["resumes.id"], name=op.f("fk_events_resume_id"), ondelete="CASCADE")
    return [key]


def _feeds_and_log() -> None:
    op.create_table(
        "feeds",
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_feeds")),
    )
    log = op.create_table(
        "log", sa.Column("epoch", _TEXT, nullable=False), sa.PrimaryKeyConstraint("epoch", name=op.f("pk_log"))
    )
    op.bulk_insert(log, [{"epoch": uuid4().hex}])


def _stage_times() -> None:
    op.create_table(
        "stage_times",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("media_type", _TEXT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("text_extraction_s", sa.Float(), nullable=False),
        sa.Column("nlp_parsing_s", sa.Float(), nullable=False),
        sa.Column("ai_enhancement_s", sa.Float(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_times")),
    )
    op.create_index("ix_stage_times_media_type", "stage_times", ["media_type", "id"], unique=False)
