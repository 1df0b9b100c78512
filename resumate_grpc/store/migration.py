"""Bringing a database to this version's schema, by Alembic."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, inspect, select, text, update

from resumate_grpc.errors import SettingsError
from resumate_grpc.store.migrations import HEAD, WORKS_WITH
from resumate_grpc.store.sqlite import connect, database_path, explained, prepare_file
from resumate_grpc.store.tables import log, works_with
from resumate_grpc.store.urls import is_postgres

__all__ = ["Migrated", "migrate", "upgrade"]

_MIGRATION_LOCK = 7_245_093
"""Any number that no other program takes as its lock in this database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Migrated:
    """What a migration did: the revision before (empty: a new database) and after.

    `epoch` is the log's new one, empty where it kept the one that it had.
    """

    before: str
    after: str
    epoch: str = ""


def migrate(database_url: str, *, restored: bool = False) -> Migrated:
    """Bring the database of a URL or path to the newest schema, making it where it is missing.

    One that a later version has migrated is left as it is, if that version has said that this one works on it.

    `restored` says that it was put back from a backup: the log gets a new epoch, so that whoever watched what came
    after the backup is told that those numbers mean other events now.

    Raises `SettingsError` if it cannot be opened or was written by a newer version, and where nothing was restored.
    """
    if is_postgres(database_url):
        return asyncio.run(_migrate_postgres(database_url, restored=restored))
    path = database_path(database_url)
    prepare_file(path)
    engine = connect(path, writer=True)
    try:
        with explained(path), engine.begin() as connection:
            return upgrade(connection, restored=restored)
    finally:
        engine.dispose()


async def _migrate_postgres(database_url: str, *, restored: bool) -> Migrated:
    from resumate_grpc.store.postgres import connecting  # noqa: PLC0415 - SQLite has no use for the driver

    async with connecting.explained(database_url):
        pooler = await connecting.with_pooler(database_url)
    engine = connecting.connect(database_url, pooler=pooler, connections=None)
    try:
        async with engine.connect() as connection:
            before = await connection.run_sync(_revision)
        if before == HEAD and not restored:
            return Migrated(before=before, after=HEAD)
        async with engine.begin() as connection:
            # Of several programs that start at once, one migrates and the others find it done.
            await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            return await connection.run_sync(partial(upgrade, restored=restored))
    finally:
        await engine.dispose()


def upgrade(connection: Connection, *, restored: bool = False) -> Migrated:
    """Do what `migrate` does, in the connection's transaction. Raises `SettingsError`."""
    before = _revision(connection)
    if restored and not before:
        raise SettingsError("the database is empty: put the backup back first, then run this again")
    after = HEAD
    if before != HEAD:
        if _works_on_a_later_one(connection):
            after = before
        else:
            _run_alembic(connection, before)
            connection.execute(delete(works_with))
            connection.execute(insert(works_with), [{"revision": revision} for revision in (*WORKS_WITH, HEAD)])
    return Migrated(before=before, after=after, epoch=_new_epoch(connection) if restored else "")


def _new_epoch(connection: Connection) -> str:
    epoch = uuid4().hex
    connection.execute(update(log).values(epoch=epoch))
    return epoch


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")


def _works_on_a_later_one(connection: Connection) -> bool:
    """Whether a later version has migrated the database and said that this one works on it."""
    if not inspect(connection).has_table(works_with.name):
        return False
    mine = select(works_with.c.revision).where(works_with.c.revision == HEAD)
    return connection.execute(mine).one_or_none() is not None


def _run_alembic(connection: Connection, before: str) -> None:
    # Imported here: it takes a tenth of a second, for which a start with nothing to migrate need not wait.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "resumate_grpc.store:migrations")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before and before not in known:
        raise SettingsError(
            f"the database has schema {before}, which this version does not know: it was written by a newer version; "
            "install that one, or use another RESUMATE_DATABASE_URL"
        )
    command.upgrade(config, HEAD)
