"""Two versions on one database: what a release may not do to the schema, so that the one before it goes on working."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from resumate_grpc.errors import SettingsError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.work import Outcome
from resumate_grpc.store import SqlStore, migrate
from resumate_grpc.store.migrations import HEAD, WORKS_WITH
from resumate_grpc.store.tables import metadata
from tests.postgres import Cluster
from tests.store.conftest import ManualClock, claim, create, progress
from tests.store.released import described, released


def test_the_last_releases_code_works_on_this_schema() -> None:
    """No column of it is gone or changed, none is new that must be given, and the database refuses nothing new.

    A column goes in two releases: the first no longer uses it, the second drops it. Where this fails rightly, because
    the release before is not to run beside this one, `released.json` is made anew and the changelog says so.
    """
    before, now = released(), described(metadata, HEAD)
    assert before["revision"] == HEAD or before["revision"] in WORKS_WITH
    for name, old in before["tables"].items():
        new = now["tables"][name]
        for column, is_ in old["columns"].items():
            assert new["columns"][column]["type"] == is_["type"], (name, column)
            assert new["columns"][column]["may_be_left_out"] or not is_["may_be_left_out"], (name, column)
            assert new["columns"][column]["may_be_null"] or not is_["may_be_null"], (name, column)
        for column in new["columns"].keys() - old["columns"].keys():
            assert new["columns"][column]["may_be_left_out"], (name, column)
        assert set(new["refuses"]) <= set(old["refuses"]), name


async def of_a_later_version(url: str, clock: ManualClock, *, works: bool) -> None:
    """Make the database one that a later version has migrated, which works with this one or does not; use it."""
    await asyncio.to_thread(migrate, url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        if not works:
            connection.execute(text("DELETE FROM works_with"))
    engine.dispose()
    async with SqlStore.open(url, clock=clock) as store:
        await create(store, "r")
        held = await claim(store)
        await store.append(held, [progress(1)])
        await store.finish(held, Outcome(parsed=ParsedResume()))
    assert (await asyncio.to_thread(migrate, url)).after == "9999"


async def test_a_version_starts_on_the_next_ones_schema(tmp_path: Path, clock: ManualClock) -> None:
    """In a rolling upgrade a program of the old version may be started anew on a schema that it does not know."""
    await of_a_later_version(f"sqlite:///{tmp_path}/resumate.db", clock, works=True)


async def test_a_version_that_does_not_work_with_the_schema_is_refused(tmp_path: Path, clock: ManualClock) -> None:
    """With a sentence that says which one to install."""
    with pytest.raises(SettingsError, match="9999"):
        await of_a_later_version(f"sqlite:///{tmp_path}/resumate.db", clock, works=False)


@pytest.mark.slow
async def test_on_postgresql_too(postgres: Cluster, clock: ManualClock) -> None:
    """The old program finds itself among those that the schema works with."""
    name = postgres.create()
    url = postgres.url(name)
    await asyncio.to_thread(migrate, url)
    postgres.sql("UPDATE alembic_version SET version_num = '9999'", name)
    async with SqlStore.open(url, clock=clock) as store:
        await create(store, "r")
    postgres.sql("DELETE FROM works_with", name)
    with pytest.raises(SettingsError, match="9999"):
        async with SqlStore.open(url, clock=clock):
            pass
