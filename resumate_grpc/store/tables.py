"""The tables. Times are integer microseconds since 1970 UTC; an absent label is NULL; JSON is text, see `codec.py`.

The migrations make these tables, this file only describes them to the queries; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = ["events", "feeds", "log", "metadata", "parsed", "resumes", "stage_times", "works_with"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Compared byte by byte on every database: PostgreSQL would go by a language's rules, which change with its libraries.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_STATES = "state IN ('QUEUED', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED')"

resumes = Table(
    "resumes",
    metadata,
    Column("id", _TEXT, primary_key=True),
    Column("owner", _TEXT, nullable=False),
    Column("filename", _TEXT, nullable=False),
    Column("filename_search", _TEXT, nullable=False),
    Column("media_type", _TEXT, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", _TEXT, nullable=False),
    Column("options", _TEXT, nullable=False),
    Column("request_id", _TEXT),
    Column("batch_id", _TEXT),
    Column("state", _TEXT, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("error", _TEXT),
    Column("create_time", BigInteger, nullable=False),
    Column("update_time", BigInteger, nullable=False),
    Column("complete_time", BigInteger),
    Column("expire_time", BigInteger),
    # The end of its log, so that an append needs no look at the events.
    Column("last_sequence", BigInteger, nullable=False),
    Column("last_event_time", BigInteger, nullable=False),
    Column("percent", Integer, nullable=False),
    # Its place in the queue, see `line.py`: given back (0) before single uploads (1) before bulk (2), then by its turn.
    Column("queue_rank", Integer, nullable=False),
    Column("queue_time", BigInteger, nullable=False),
    # Who holds it: set while PROCESSING, NULL otherwise.
    Column("lease", _TEXT),
    Column("lease_worker", _TEXT),
    Column("lease_expires", BigInteger),
    Column("lost_count", Integer, nullable=False),
    # Which workers take it up.
    Column("lane", _TEXT, nullable=False, server_default="TEXT"),
    # What retention has taken: events before `first_sequence`, the last of which had this number in the feed; the file.
    Column("first_sequence", BigInteger, nullable=False, server_default=text("1")),
    Column("purged_feed_sequence", BigInteger, nullable=False, server_default=text("0")),
    Column("has_file", Integer, nullable=False, server_default=text("1")),
    # Of the result; beside the row, so that lists need not read the results.
    Column("person_name", _TEXT, nullable=False, server_default=""),
    Column("headline", _TEXT, nullable=False, server_default=""),
    # 0 once retention has left nothing but the last event. No index may look at `last_sequence`, which appends move.
    Column("has_history", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("owner", "request_id"),
    CheckConstraint(_STATES, name="state"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    CheckConstraint("(state = 'PROCESSING') = (lease IS NOT NULL)", name="lease"),
    Index("ix_resumes_queue", "state", "queue_rank", "queue_time", "id"),
    Index("ix_resumes_lane", "lane", "state", "queue_rank", "queue_time", "id"),
    Index("ix_resumes_create_time", "owner", "create_time", "id"),
    Index("ix_resumes_update_time", "owner", "update_time", "id"),
    Index("ix_resumes_filename", "owner", "filename", "id"),
    Index("ix_resumes_sha256", "sha256"),
)
Index(
    "ix_resumes_batch",
    resumes.c.owner,
    resumes.c.batch_id,
    resumes.c.state,
    sqlite_where=resumes.c.batch_id.is_not(None),
    postgresql_where=resumes.c.batch_id.is_not(None),
)
_waits = resumes.c.state == "QUEUED"
Index(
    "ix_resumes_turn",
    resumes.c.lane,
    resumes.c.queue_rank,
    resumes.c.owner,
    resumes.c.batch_id,
    resumes.c.queue_time,
    sqlite_where=_waits,
    postgresql_where=_waits,
)
Index(
    "ix_resumes_lease",
    resumes.c.lease_expires,
    sqlite_where=resumes.c.lease_expires.is_not(None),
    postgresql_where=resumes.c.lease_expires.is_not(None),
)

for _name, _columns, _where in (
    ("handed_over", ("lane",), "state = 'PROCESSING' AND lease_expires IS NULL"),
    ("purge", ("complete_time",), "complete_time IS NOT NULL AND has_history = 1"),
    ("file", ("complete_time",), "complete_time IS NOT NULL AND has_file = 1"),
    ("expire_time", ("expire_time",), "expire_time IS NOT NULL"),
    ("purged", ("owner", "batch_id", "purged_feed_sequence"), "purged_feed_sequence > 0"),
):
    Index(
        f"ix_resumes_{_name}",
        *(resumes.c[_column] for _column in _columns),
        sqlite_where=text(_where),
        postgresql_where=text(_where),
    )

parsed = Table(
    "parsed",
    metadata,
    Column("resume_id", _TEXT, ForeignKey("resumes.id", ondelete="CASCADE"), primary_key=True),
    Column("json", _TEXT, nullable=False),
    Column("person_name", _TEXT, nullable=False),
    Column("search", _TEXT, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("resume_id", _TEXT, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", _TEXT, nullable=False),
    Column("feed_sequence", BigInteger, nullable=False),
    Column("batch_id", _TEXT),
    Column("attempt", Integer, nullable=False),
    Column("stage", _TEXT, nullable=False),
    Column("stage_percent", Integer, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("message", _TEXT, nullable=False),
    Column("state", _TEXT, nullable=False),
    Column("create_time", BigInteger, nullable=False),
    Column("estimated_remaining_s", Float),
    Column("error", _TEXT),
    # Of the résumé's log up to here; the default is what a migration has to begin with.
    Column("digest", LargeBinary, nullable=False, server_default=""),
    # On PostgreSQL it would look each event's résumé up, which the statement that inserts it has just changed.
    ForeignKeyConstraint(["resume_id"], ["resumes.id"], ondelete="CASCADE").ddl_if(dialect="sqlite"),
    UniqueConstraint("owner", "feed_sequence"),
    CheckConstraint(_STATES, name="state"),
    CheckConstraint("sequence >= 1 AND feed_sequence >= 1 AND attempt >= 1", name="numbers"),
    CheckConstraint("percent BETWEEN 0 AND 100 AND stage_percent BETWEEN 0 AND 100", name="percent"),
    CheckConstraint("(state = 'FAILED') = (error IS NOT NULL)", name="error"),
)
_ended = events.c.state.in_(["SUCCEEDED", "FAILED", "CANCELLED"])
# However wrong a worker or this program may be, an attempt ends once.
Index(
    "uq_events_terminal",
    events.c.resume_id,
    events.c.attempt,
    unique=True,
    sqlite_where=_ended,
    postgresql_where=_ended,
)
Index(
    "ix_events_batch",
    events.c.owner,
    events.c.batch_id,
    events.c.feed_sequence,
    sqlite_where=events.c.batch_id.is_not(None),
    postgresql_where=events.c.batch_id.is_not(None),
)

feeds = Table(
    "feeds",
    metadata,
    Column("owner", _TEXT, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
    # Lowest number that retention has kept; deleting a résumé does not move it.
    Column("first_sequence", BigInteger, nullable=False),
)

# Revisions whose code works on this schema.
works_with = Table("works_with", metadata, Column("revision", _TEXT, primary_key=True))

log = Table("log", metadata, Column("epoch", _TEXT, primary_key=True))

stage_times = Table(
    "stage_times",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("media_type", _TEXT, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("text_extraction_s", Float, nullable=False),
    Column("nlp_parsing_s", Float, nullable=False),
    Column("ai_enhancement_s", Float, nullable=False),
    Column("create_time", BigInteger, nullable=False),
    Column("lane", _TEXT, nullable=False, server_default="TEXT"),
    Column("scanned_pages", Integer, nullable=False, server_default=text("0")),
    Column("asked_characters", Integer, nullable=False, server_default=text("0")),
    Index("ix_stage_times_media_type", "media_type", "id"),
)

file_holds = Table(
    "file_holds",
    metadata,
    Column("sha256", _TEXT, primary_key=True),
    Column("holder", _TEXT, primary_key=True),
    Column("alone", Boolean, nullable=False),
    Column("until", BigInteger, nullable=False),
)
