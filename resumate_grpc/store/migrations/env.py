"""Runs revisions on the connection, and in the transaction, that `migration.py` passes; Alembic executes this file."""

from __future__ import annotations

from alembic import context

from resumate_grpc.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table: a revision copies it instead.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
