"""Servers, workers and bridges, several of each, on shared engines; gRPC and browsers come in through proxies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tests.bus.brokers import free_port
from tests.fire.many.engines import Engines
from tests.fire.programs import LOOK_S, Program
from tests.fire.tcp_proxy import TcpProxy, running_tcp_proxy, to_port

__all__ = ["LEASE_S", "EnvOf", "Fleet", "Size", "of_workers", "running_fleet"]

LEASE_S = 3.0
READY_WITHIN_S = 120.0
EnvOf: TypeAlias = Callable[[str, int], Mapping[str, str]]
"""Gives a program's own variables, by its role and number (1, 2, …)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How many of each."""

    servers: int = 2
    workers: int = 3
    bridges: int = 2


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The programs, by role and number, each kept alive; clients reach them at the proxies' ports."""

    servers: Sequence[Program]
    workers: Sequence[Program]
    bridges: Sequence[Program]
    to_servers: Sequence[TcpProxy]
    to_bridges: Sequence[TcpProxy]
    names: Mapping[Program, str] = field(default_factory=dict)
    inits: list[asyncio.Task[None]] = field(default_factory=list)
    """What keeps each alive."""

    @property
    def programs(self) -> Sequence[Program]:
        """All of them."""
        return [*self.servers, *self.workers, *self.bridges]

    @property
    def grpc_addresses(self) -> Sequence[str]:
        """Where clients reach the servers."""
        return [proxy.address for proxy in self.to_servers]

    @property
    def http_urls(self) -> Sequence[str]:
        """Where browsers reach the bridges."""
        return [f"http://{proxy.address}" for proxy in self.to_bridges]

    async def ready(self) -> None:
        """Wait until all of them are there. Raises `TimeoutError` with what they said, and what ended an init."""
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not all(program.ready.is_set() for program in self.programs):
                    for task in self.inits:
                        if task.done():
                            task.result()
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            missing = [
                f"{self.names[each]}, ended {each.deaths} times" for each in self.programs if not each.ready.is_set()
            ]
            raise TimeoutError(f"not there: {missing}; {error}\n{self.logs()}") from None

    async def killed(self, *programs: Program) -> None:
        """Kill them at once; returns when an init has started each anew."""
        deaths = {program: program.deaths for program in programs}
        for program in programs:
            program.signal(signal.SIGKILL)
        while any(program.deaths == before for program, before in deaths.items()):  # noqa: ASYNC110 - they tell nothing
            await asyncio.sleep(LOOK_S)
        for program in programs:
            await program.ready.wait()

    @asynccontextmanager
    async def stopped(self, *programs: Program) -> AsyncIterator[None]:
        """Let them stand still until the block ends."""
        pids = [program.pid for program in programs]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def logs(self) -> str:
        """Return what all have printed."""
        return "\n".join(f"— {self.names[program]}\n{program.log()}" for program in self.programs)


def of_workers(env: Mapping[str, str]) -> EnvOf:
    """Give these variables to workers alone."""
    return lambda role, _: env if role == "worker" else {}


@asynccontextmanager
async def running_fleet(
    folder: Path,
    engines: Engines,
    *,
    size: Size | None = None,
    code: Path | None = None,
    env: Mapping[str, str] | None = None,
    env_of: EnvOf = lambda _role, _number: {},
) -> AsyncIterator[Fleet]:
    """Run them until the block ends; `code` is the checkout that they begin with, None = this one.

    `env` is for all of them, `env_of` for each.
    """
    size = size or Size()
    shared = {
        **engines.environment,
        "RESUMATE_LEASE_S": str(LEASE_S),
        "RESUMATE_DRAIN_GRACE_S": "3",
        "RESUMATE_LOG_FORMAT": "json",
        "RESUMATE_OCR_WORKERS": "1",
        **(env or {}),
    }
    async with AsyncExitStack() as stack:

        async def program(
            role: str, number: int, listen: Mapping[str, int], more: Mapping[str, str] | None = None
        ) -> tuple[Program, TcpProxy | None]:
            places = {name: f"127.0.0.1:{port}" for name, port in listen.items()}
            own = {**shared, **places, **(more or {}), **env_of(role, number)}
            made = Program(role, folder / f"{role}{number}", own, code=code)
            names[made] = f"{role} {number}"
            proxies = [await stack.enter_async_context(running_tcp_proxy(to_port(port))) for port in listen.values()]
            return made, proxies[0] if proxies else None

        names: dict[Program, str] = {}
        servers = [
            await program("server", number, {"RESUMATE_GRPC_LISTEN": free_port()})
            for number in range(1, size.servers + 1)
        ]
        to_servers = [proxy for _, proxy in servers if proxy]
        target = {"RESUMATE_GRPC_TARGET": ",".join(proxy.address for proxy in to_servers)}
        bridges = [
            await program("bridge", number, {"RESUMATE_HTTP_LISTEN": free_port()}, target)
            for number in range(1, size.bridges + 1)
        ]
        workers = [await program("worker", number, {}) for number in range(1, size.workers + 1)]
        fleet = Fleet(
            servers=[made for made, _ in servers],
            workers=[made for made, _ in workers],
            bridges=[made for made, _ in bridges],
            to_servers=to_servers,
            to_bridges=[proxy for _, proxy in bridges if proxy],
            names=names,
        )
        fleet.inits.extend(asyncio.create_task(each.run(), name=names[each]) for each in fleet.programs)
        try:
            await fleet.ready()
            yield fleet
        finally:
            for task in fleet.inits:
                task.cancel()
            await asyncio.gather(*fleet.inits, return_exceptions=True)
