"""What the service under test stands on: SQLite and one process, or with `--scaled-out` PostgreSQL and NATS.

An installation is a data folder. Scaled out, each has a database and a broker of its own, made when it is first used,
so that what starts again in the same folder finds what it left there, and installations never hear each other.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from resumate_grpc.store import migrate
from tests.bus.brokers import nats_server
from tests.postgres import Cluster

__all__ = ["ScaledOut", "bus_url", "database_url", "environment", "scaled_out", "standing"]


@dataclass(kw_only=True)
class _Installation:
    database_url: str
    bus_url: str
    broker: ExitStack


@dataclass(kw_only=True)
class ScaledOut:
    """A cluster for all installations, and the template of their databases."""

    cluster: Cluster
    template: str
    installations: dict[Path, _Installation] = field(default_factory=dict)

    def of(self, data_dir: Path) -> _Installation:
        """Return what belongs to a folder."""
        data_dir = data_dir.absolute()
        if data_dir not in self.installations:
            name = self.cluster.create(template=self.template)
            broker = ExitStack()
            folder = Path(tempfile.mkdtemp(prefix="resumate-nats-"))
            broker.callback(shutil.rmtree, folder)
            bus_url = broker.enter_context(nats_server(folder)).url
            self.installations[data_dir] = _Installation(
                database_url=self.cluster.url(name), bus_url=bus_url, broker=broker
            )
        return self.installations[data_dir]

    @contextmanager
    def ending_new_ones(self) -> Iterator[None]:
        """End brokers of installations that the block has made, and drop their databases."""
        before = set(self.installations)
        try:
            yield
        finally:
            for data_dir in self.installations.keys() - before:
                made = self.installations.pop(data_dir)
                made.broker.close()
                self.cluster.drop(made.database_url.partition("@/")[2].partition("?")[0])


_standing: list[ScaledOut] = []


def standing() -> ScaledOut | None:
    """Return what tests stand on; None = SQLite and one process."""
    return _standing[-1] if _standing else None


def database_url(data_dir: Path) -> str:
    """Return the URL of an installation's database; empty = the file in its folder."""
    on = standing()
    return on.of(data_dir).database_url if on else ""


def bus_url(data_dir: Path) -> str:
    """Return the URL of an installation's bus; empty = within the process."""
    on = standing()
    return on.of(data_dir).bus_url if on else ""


def environment(data_dir: Path) -> dict[str, str]:
    """Return the variables that lead a program there."""
    if standing() is None:
        return {}
    return {"RESUMATE_DATABASE_URL": database_url(data_dir), "RESUMATE_BUS_URL": bus_url(data_dir)}


@contextmanager
def scaled_out(cluster: Cluster) -> Iterator[ScaledOut]:
    """Let tests stand on PostgreSQL and NATS until the block ends."""
    template = cluster.create()
    migrate(cluster.url(template))
    on = ScaledOut(cluster=cluster, template=template)
    _standing.append(on)
    try:
        with on.ending_new_ones():
            yield on
    finally:
        _standing.pop()
