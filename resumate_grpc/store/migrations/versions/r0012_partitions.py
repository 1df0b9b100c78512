"""On PostgreSQL events lie by kind and by time: ends of attempts in one table, the rest in a table for each period.

Ends, of which each attempt has one, stay in a table of their own for ever, where an index of the database keeps them
single. All others lie by their résumé's id, which begins with the time of its upload, so that what is old can be
dropped as a table. What there was becomes the first of those tables; only the ends are moved.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0008"

_ENDS = "'SUCCEEDED', 'FAILED', 'CANCELLED'"
_DAY_MS = 24 * 3600 * 1000
_FIRST_PERIOD_MS = 28 * _DAY_MS
_TABLES = f"""
ALTER TABLE events RENAME TO events_first;
CREATE TABLE events (LIKE events_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY LIST (state);

CREATE TABLE events_ended PARTITION OF events FOR VALUES IN ({_ENDS});
INSERT INTO events_ended SELECT * FROM events_first WHERE state IN ({_ENDS});
ALTER TABLE events_ended ADD CONSTRAINT pk_events_ended PRIMARY KEY (resume_id, sequence);
ALTER TABLE events_ended ADD CONSTRAINT uq_events_ended_feed UNIQUE (owner, feed_sequence);
CREATE UNIQUE INDEX uq_events_ended_attempt ON events_ended (resume_id, attempt);
CREATE INDEX ix_events_ended_batch ON events_ended (owner, batch_id, feed_sequence) WHERE batch_id IS NOT NULL;
DELETE FROM events_first WHERE state IN ({_ENDS});
DROP INDEX uq_events_terminal;

CREATE TABLE events_under_way PARTITION OF events FOR VALUES IN ('QUEUED', 'PROCESSING')
    PARTITION BY RANGE (resume_id);
ALTER TABLE events_under_way ADD CONSTRAINT pk_events_under_way PRIMARY KEY (resume_id, sequence);
CREATE TABLE events_rest (LIKE events_first INCLUDING ALL);
"""  # noqa: S608 - constants
_PERIODS = """
INSERT INTO events_rest SELECT * FROM events_first WHERE resume_id >= '{0}';
DELETE FROM events_first WHERE resume_id >= '{0}';
ALTER TABLE events_under_way ATTACH PARTITION events_first FOR VALUES FROM (MINVALUE) TO ('{0}');
CREATE TABLE events_{0} (LIKE events_first INCLUDING ALL);
ALTER TABLE events_under_way ATTACH PARTITION "events_{0}" FOR VALUES FROM ('{0}') TO ('{1}');
INSERT INTO "events_{0}" SELECT * FROM events_rest WHERE resume_id >= '{0}' AND resume_id < '{1}';
DELETE FROM events_rest WHERE resume_id >= '{0}' AND resume_id < '{1}';
ALTER TABLE events_under_way ATTACH PARTITION events_rest DEFAULT;
"""
# A number that was given is not given again, whatever index could not see it.
_COUNTERS = """
CREATE FUNCTION resumate_counts_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'last_sequence of % would go back from % to %', TG_TABLE_NAME, OLD.last_sequence, NEW.last_sequence
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER counts_on AFTER UPDATE OF last_sequence ON feeds
    FOR EACH ROW WHEN (NEW.last_sequence < OLD.last_sequence) EXECUTE FUNCTION resumate_counts_on();
CREATE TRIGGER counts_on AFTER UPDATE OF last_sequence ON resumes
    FOR EACH ROW WHEN (NEW.last_sequence < OLD.last_sequence) EXECUTE FUNCTION resumate_counts_on();
"""


def upgrade() -> None:
    """Divide the table, on PostgreSQL."""
    if op.get_context().dialect.name != "postgresql":
        return
    now_ms = round(time.time() * 1000)
    bounds = (_id_prefix(now_ms), _id_prefix(now_ms + _FIRST_PERIOD_MS))
    for script in (
        _TABLES,
        _PERIODS.replace("events_{0} ", '"events_{0}" ').format(*bounds),
        _COUNTERS,
        "ANALYZE events",
    ):
        for statement in _statements(script):
            op.execute(sa.text(statement.replace(":", r"\:")))


def _id_prefix(milliseconds: int) -> str:
    """Return what ids begin with that were made at a time (UUIDv7)."""
    digits = f"{milliseconds:012x}"
    return f"{digits[:8]}-{digits[8:]}"


def _statements(script: str) -> list[str]:
    """Part a script: asyncpg prepares one statement at a time."""
    if "$$" in script:
        head, body, tail = script.split("$$")
        return [f"{head}$${body}$$", *_statements(tail.lstrip(";\n"))]
    return [statement for part in script.split(";") if (statement := part.strip())]
