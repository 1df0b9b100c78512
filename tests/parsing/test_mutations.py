"""Some broken files of each format through the real sandboxed parser; `mutations` tries thousands."""

from __future__ import annotations

import pytest

from resumate_grpc.sandbox.pool import SandboxPool
from tests.parsing.mutants import FORMATS, mutants
from tests.parsing.mutations import LIMITS, tried

pytestmark = pytest.mark.slow

EACH = 9


async def test_broken_files_end_in_results_or_errors() -> None:
    """No file breaks its process or meets a bug of the parser, and no process has to be replaced."""
    async with SandboxPool(workers=2, spares=0, limits=LIMITS) as pool:
        for name in FORMATS:
            findings = await tried(pool, name, mutants(name, EACH, seed=1), at_once=2)
            assert findings.broken == []
            assert findings.endings.total() == EACH
        assert dict(pool.restarts) == {}
