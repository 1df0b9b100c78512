"""PostgreSQL, NATS and an S3-speaking server, all real, each behind a proxy that can harm its connections."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import obstore
from obstore.store import S3Store

from resumate_grpc.store import migrate
from tests.bus.brokers import Broker, nats_server
from tests.components import missing
from tests.files.services import ObjectService, object_service
from tests.fire.databases import postgres_truth
from tests.fire.tcp_proxy import TcpProxy, running_tcp_proxy, to_port, to_socket
from tests.fire.truth import Truth
from tests.postgres import Cluster, found, running_cluster

__all__ = ["Engines", "running_engines"]

SHA256_CHARACTERS = 64


@dataclass(frozen=True, kw_only=True)
class Engines:
    """What servers and workers stand on; `environment` leads them there, through the proxies."""

    postgres: Cluster
    database: str
    nats: Broker
    nats_folder: Path
    objects: ObjectService
    bucket: str
    to_postgres: TcpProxy
    to_nats: TcpProxy
    to_objects: TcpProxy

    @property
    def environment(self) -> dict[str, str]:
        """The three URLs, and the variables that S3 needs."""
        return {
            "RESUMATE_DATABASE_URL": f"postgresql://resumate@{self.to_postgres.address}/{self.database}?sslmode=disable",
            "RESUMATE_BUS_URL": f"nats://{self.to_nats.address}",
            "RESUMATE_FILES_URL": f"{self.bucket}/files",
            **self.objects.environment,
            "AWS_ENDPOINT_URL": f"http://{self.to_objects.address}",
        }

    async def truth(self) -> Truth:
        """Return what database and bucket hold, past the proxies."""
        truth = await postgres_truth(self.postgres.url(self.database))
        return Truth(**{**vars(truth), "files": await asyncio.to_thread(self._files)})

    async def rows(self, statement: str) -> list[asyncpg.Record]:
        """Ask the database, past the proxies. Raises what asyncpg does while it is away."""
        connection = await asyncpg.connect(self.postgres.url(self.database))
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    def wipe_nats(self) -> None:
        """Remove what a broker that was killed has left."""
        shutil.rmtree(self.nats_folder)
        self.nats_folder.mkdir()

    def _files(self) -> dict[str, str]:
        store = S3Store(
            urlsplit(self.bucket).netloc,
            endpoint=self.objects.endpoint,
            access_key_id="test",
            secret_access_key="test",
            region="us-east-1",
            client_options={"allow_http": True},
        )
        paths = [entry["path"] for piece in store.list("files") for entry in piece]
        return {
            name: hashlib.sha256(bytes(obstore.get(store, path).bytes())).hexdigest()
            for path in paths
            if len(name := path.rpartition("/")[2]) == SHA256_CHARACTERS
        }


@asynccontextmanager
async def running_engines(folder: Path, *, migrated: bool = True) -> AsyncIterator[Engines]:
    """Run all of them until the block ends; the database is empty, and `migrated` by the code here."""
    programs = found() or missing("PostgreSQL")
    nats_folder = folder / "nats"
    nats_folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(running_cluster(programs))
        nats = stack.enter_context(nats_server(nats_folder))
        objects = stack.enter_context(object_service())
        database = postgres.create()
        if migrated:
            await asyncio.to_thread(migrate, postgres.url(database))
        socket = postgres.folder / "socket" / ".s.PGSQL.5432"
        object_port = urlsplit(objects.endpoint).port
        assert object_port is not None
        yield Engines(
            postgres=postgres,
            database=database,
            nats=nats,
            nats_folder=nats_folder,
            objects=objects,
            bucket=objects.new_bucket(),
            to_postgres=await stack.enter_async_context(running_tcp_proxy(to_socket(socket))),
            to_nats=await stack.enter_async_context(running_tcp_proxy(to_port(nats.port))),
            to_objects=await stack.enter_async_context(running_tcp_proxy(to_port(object_port))),
        )
