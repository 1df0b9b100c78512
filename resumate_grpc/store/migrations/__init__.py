"""Alembic's revisions. A new one is a file in `versions/` and its name in HEAD; tests compare them to `tables.py`."""

from __future__ import annotations

__all__ = ["HEAD", "WORKS_WITH"]

HEAD = "0012"
"""The newest revision, written down so that a start need not load Alembic to know that nothing is to be done."""

WORKS_WITH = ("0011", "0007", "0008")
"""Earlier revisions whose code works on HEAD's schema, the last release's among them: `tests/store/test_rolling.py`."""
