"""What is copied: which tables, in which order, how many rows at a time, and what a row becomes on PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import LargeBinary, Table

from resumate_grpc.errors import CopyError
from resumate_grpc.store import tables

__all__ = ["COPIED", "LEFT_OUT", "CopiedTable", "Row"]

Row = tuple[object, ...]


LEFT_OUT = ("file_holds", "works_with", "log")
"""Holds of programs that have ended; what the target's migration has written; the epoch, which is set by itself."""
_CLEANED = {"filename", "filename_search", "person_name", "headline", "search"}
"""What is shown or searched and bears no digest: a NUL, which PostgreSQL's text cannot hold, becomes a blank there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CopiedTable:
    """A table, the columns that its rows are ordered by, and how many rows are handed over together."""

    table: Table
    page_rows: int

    @property
    def name(self) -> str:
        """Its name."""
        return self.table.name

    @property
    def columns(self) -> list[str]:
        """Its columns' names."""
        return [column.name for column in self.table.columns]

    @property
    def key(self) -> list[str]:
        """The columns of its primary key."""
        return [column.name for column in self.table.primary_key.columns]

    def select(self) -> str:
        """Return the statement that reads all rows in the order of their keys, which both databases sort alike."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        order = ", ".join(f'"{name}"' for name in self.key)
        return f"SELECT {names} FROM {self.name} ORDER BY {order}"  # noqa: S608 - names of our own tables

    def converted(self, row: Row) -> Row:
        """Return a row of SQLite's as PostgreSQL holds it. Raises `CopyError` for text that it cannot hold."""
        return tuple(
            self._value(row, column.name, is_bytes=isinstance(column.type, LargeBinary), value=value)
            for column, value in zip(self.table.columns, row, strict=True)
        )

    def _value(self, row: Row, column: str, *, is_bytes: bool, value: object) -> object:
        if not isinstance(value, str):
            return value
        if is_bytes:  # SQLite gives a column's default in the type that the default has
            return value.encode()
        if "\0" not in value:
            return value
        if column in _CLEANED:
            return value.replace("\0", " ")
        key = row[: len(self.key)]
        raise CopyError(f"{self.name} {key} has a NUL character in {column}, which PostgreSQL cannot hold")


# `parsed` holds whole documents; of events there are the most.
COPIED = (
    CopiedTable(table=tables.resumes, page_rows=1000),
    CopiedTable(table=tables.parsed, page_rows=100),
    CopiedTable(table=tables.feeds, page_rows=1000),
    CopiedTable(table=tables.events, page_rows=5000),
    CopiedTable(table=tables.stage_times, page_rows=5000),
)
