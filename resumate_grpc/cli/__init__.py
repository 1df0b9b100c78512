"""The command line: `resumate`. Outermost layer; nothing imports it."""

from __future__ import annotations

from resumate_grpc.cli.program import main

__all__ = ["main"]
