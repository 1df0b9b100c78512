"""What the store asks of a database engine: to run transaction bodies, and appends, which have ways of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from resumate_grpc.jobs.ports import Expectation
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import Claim, Lane
from resumate_grpc.store.append import Append
from resumate_grpc.store.transaction import Body

__all__ = ["Asked", "Claimed", "Claiming", "Engine", "Keeping", "Pool", "PoolFigures", "Reading", "Writing"]

T = TypeVar("T")

Claimed = tuple[Claim | None, Sequence[ProgressEvent]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolFigures:
    """Connections to the database: how many are in use, and how many there may be."""

    in_use: int
    limit: int


class Writing(Protocol):
    """Runs what writes. Each future resolves after the commit; a caller that gives up loses no half transaction."""

    def submit(self, body: Body[T], *, scrub: bool = False) -> asyncio.Future[T]:
        """Run a body; `scrub` has deleted content taken out of the journal soon, where the engine has one."""
        ...

    def append(self, append: Append) -> asyncio.Future[Sequence[ProgressEvent]]:
        """Run an append, together with others that wait."""
        ...


class Reading(Protocol):
    """Runs what reads, side by side, each on one snapshot."""

    async def read(self, body: Body[T]) -> T:
        """Return what the body returns."""
        ...


class Pool(Protocol):
    """Tells of the connections."""

    def figures(self) -> PoolFigures:
        """Return the figures of this moment."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a slot asks for when it claims, see `WorkQueue.claim`."""

    worker: str
    lease_s: float
    max_attempts: int
    lane: Lane
    expected: Expectation


class Claiming(Protocol):
    """Serves claims in a way of its own."""

    def claim(self, asked: Asked) -> asyncio.Future[Claimed]:
        """Claim what is next; the future resolves after the commit."""
        ...


class Keeping(Protocol):
    """Keeps tables of periods."""

    async def keep(self, kept: timedelta | None) -> timedelta:
        """See `Expiry.keep_periods`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """An open database.

    `shared`: processes that do not know of each other may use it, on several machines. `pool` is None where there are
    no connections worth counting, `periods` where events are not divided by time, `claims` where
    claiming is a body like others.
    """

    writer: Writing
    readers: Reading
    pool: Pool | None = None
    shared: bool = False
    periods: Keeping | None = None
    claims: Claiming | None = None
