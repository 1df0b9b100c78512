"""Copying a SQLite installation's database into PostgreSQL: nothing that a client has seen becomes another."""

from resumate_grpc.store.copying.copy import Copied, copy_database
from resumate_grpc.store.copying.source import Source, Stored, opened_source

__all__ = ["Copied", "Source", "Stored", "copy_database", "opened_source"]
