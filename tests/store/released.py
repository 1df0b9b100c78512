"""The schema as the last release had it: `python -m tests.store.released > tests/store/released.json` at a release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from resumate_grpc.store.migrations import HEAD
from resumate_grpc.store.tables import metadata

__all__ = ["described", "released"]


def released() -> dict[str, Any]:
    """Return what the last release had."""
    read: dict[str, Any] = json.loads(Path(__file__).with_name("released.json").read_text(encoding="utf-8"))
    return read


def described(tables: MetaData, revision: str) -> dict[str, Any]:
    """Return what a program of another version has to know: columns, and what the database refuses."""
    return {
        "revision": revision,
        "tables": {
            table.name: {
                "columns": {
                    column.name: {
                        "type": str(column.type),
                        "may_be_left_out": column.nullable
                        or column.server_default is not None
                        or (column.primary_key and str(column.type) == "INTEGER"),
                        "may_be_null": column.nullable,
                    }
                    for column in table.columns
                },
                "refuses": sorted(
                    [*(str(constraint.name) for constraint in table.constraints)]
                    + [str(index.name) for index in table.indexes if index.unique]
                ),
            }
            for table in tables.sorted_tables
        },
    }


if __name__ == "__main__":
    print(json.dumps(described(metadata, HEAD), indent=1, sort_keys=True))  # noqa: T201 - a command
