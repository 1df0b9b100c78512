"""What to do where a component that a test needs is missing on this machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

__all__ = ["missing"]

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


def missing(component: str) -> NoReturn:
    """Skip the test because a component is missing, or fail it where everything is required."""
    if REQUIRE_ALL:
        pytest.fail(f"{component} is missing, and REQUIRE_ALL=1 requires it")
    pytest.skip(f"{component} is missing")
