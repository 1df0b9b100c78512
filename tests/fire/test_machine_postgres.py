"""Whatever happens in whatever order, on PostgreSQL too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fire.machine import Service
from tests.fire.truth import Truth
from tests.fire.world import World
from tests.postgres import Cluster


@pytest.mark.slow
def test_stories_keep_every_promise_on_postgresql(postgres: Cluster, postgres_template: str) -> None:
    """The same stories and the same checker on the other engine."""

    class PostgresWorld(World):
        def new_database(self, folder: Path) -> str:
            del folder
            postgres.empty(postgres_template)
            return postgres.url(postgres_template)

        def read_database(self) -> Truth:
            return asyncio.run(Truth.read_postgres(postgres.url(postgres_template)))

        async def turns(self) -> None:
            """Let all who wait for the database have their answers."""
            await super().turns()
            while (figures := self.store.pool()) is not None and figures.in_use:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0)
            await super().turns()

    class OnPostgres(Service):
        world_type: ClassVar[type[World]] = PostgresWorld

    run_state_machine_as_test(
        OnPostgres,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
