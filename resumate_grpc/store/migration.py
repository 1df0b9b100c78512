"""Bringing a database to this version's schema, by Alembic."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

from resumate_grpc.errors import SettingsError
from resumate_grpc.store.migrations import HEAD
from resumate_grpc.store.sqlite import connect, database_path, explained, prepare_file

__all__ = ["Migrated", "migrate", "upgrade"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Migrated:
    """What a migration did: the revision before (empty: a new database) and after."""

    before: str
    after: str


def migrate(database_url: str) -> Migrated:
    """Bring the database of a URL or path to the newest schema, making it where it is missing.

    Raises `SettingsError` if it cannot be opened or was written by a newer version.
    """
    path = database_path(database_url)
    prepare_file(path)
    engine = connect(path, writer=True)
    try:
        with explained(path), engine.begin() as connection:
            return upgrade(connection)
    finally:
        engine.dispose()


def upgrade(connection: Connection) -> Migrated:
    """Bring a database to the newest schema, in the connection's transaction. Raises `SettingsError`."""
    before = _revision(connection)
    if before != HEAD:
        _run_alembic(connection, before)
    return Migrated(before=before, after=HEAD)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")


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
