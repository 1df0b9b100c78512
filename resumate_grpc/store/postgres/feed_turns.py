"""Taking numbers of owners' feeds, as part of a statement that writes events."""

from __future__ import annotations

__all__ = ["feed_turns"]


def feed_turns(source: str) -> str:
    """Return the expressions `turn` and `feed` of a statement that writes an event for each row of `source`.

    `source` has a column `owner`. `feed` gives for each of them the number `before` its first event's. The feed's row
    is locked until the commit, so that numbers come in the order of commits.
    """
    return f"""turn AS (
    -- Always in the same order, so that two who want the feeds of the same owners do not wait for each other.
    SELECT f.owner, c.count
    FROM feeds AS f JOIN (SELECT owner, count(*) AS count FROM {source} GROUP BY owner) AS c ON c.owner = f.owner
    ORDER BY f.owner
    FOR UPDATE OF f
), feed AS (
    UPDATE feeds AS f SET last_sequence = f.last_sequence + t.count FROM turn AS t
    WHERE f.owner = t.owner
    RETURNING f.owner, f.last_sequence - t.count AS before
)"""  # noqa: S608 - names of our own expressions
