"""Alembic's revisions. A new one is a file in `versions/` and its name in HEAD; tests compare them to `tables.py`."""

from __future__ import annotations

__all__ = ["HEAD"]

HEAD = "0011"
"""The newest revision, written down so that a start need not load Alembic to know that nothing is to be done."""
