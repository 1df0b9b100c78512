"""Records, queue and history in SQL: the adapter of `ResumeStore`, `EventLog`, `WorkQueue` and `Statistics`."""

from resumate_grpc.store.migration import Migrated, migrate
from resumate_grpc.store.sql_store import SqlStore
from resumate_grpc.store.urls import shown

__all__ = ["Migrated", "SqlStore", "migrate", "shown"]
