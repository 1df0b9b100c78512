"""The checking functions of docs/api.md, as a client's author would copy them: knows nothing of our own digest code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["API", "digest", "watch_digest"]

API = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
_BLOCK = next(block for block in re.findall(r"```python\n(.*?)```", API, re.DOTALL) if "def canonical" in block)
_names: dict[str, Any] = {}
exec(compile(_BLOCK, "docs/api.md", "exec"), _names)  # noqa: S102 - our own documentation

digest: Callable[..., bytes] = _names["digest"]
watch_digest: Callable[..., bytes] = _names["watch_digest"]
