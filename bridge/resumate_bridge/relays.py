"""The upstream watches of this process, one a target."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from resumate_bridge.config import BridgeConfig
from resumate_bridge.refusal import Refusal
from resumate_bridge.relay import Relay
from resumate_bridge.target import WatchTarget
from resumate_bridge.upstream import Upstream

__all__ = ["Relays"]


class Relays:
    """Starts a relay with its first watcher and ends it with its last."""

    def __init__(self, *, upstream: Upstream, config: BridgeConfig) -> None:
        self._upstream = upstream
        self._config = config
        self._relays: dict[WatchTarget, Relay] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._relays)

    @asynccontextmanager
    async def watching(self, target: WatchTarget, *, after: int, epoch: str = "") -> AsyncIterator[Relay]:
        """Give the confirmed relay of `target`, and let it go on leaving.

        `epoch` is that of the positions already seen; empty = don't check. Raises `Refusal` where the server refuses
        the watch or `epoch` is another than the log's.
        """
        relay = self._join(target, after)
        try:
            while True:
                try:
                    await relay.confirmed()
                    break
                except Refusal:
                    if relay.started_after == after:
                        raise
                # It was refused for the position of who came first; ours may be a better one.
                self._leave(relay)
                relay = self._join(target, after)
            if epoch and relay.epoch and epoch != relay.epoch:
                raise _other_epoch()
            yield relay
        finally:
            self._leave(relay)

    async def close(self) -> None:
        """End all watches and wait until their calls are cancelled."""
        for relay in list(self._relays.values()):
            self._end(relay)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _join(self, target: WatchTarget, after: int) -> Relay:
        relay = self._relays.get(target)
        if relay is None or relay.refusal:
            relay = Relay(target, after=after, upstream=self._upstream, config=self._config)
            self._relays[target] = relay
        relay.watchers += 1
        return relay

    def _leave(self, relay: Relay) -> None:
        relay.watchers -= 1
        if relay.watchers == 0:
            self._end(relay)

    def _end(self, relay: Relay) -> None:
        # Not awaited: a socket's clean-up may itself be cancelled, and the task cancels its call by itself.
        if self._relays.get(relay.target) is relay:
            del self._relays[relay.target]
        self._ending.add(relay.task)
        relay.task.add_done_callback(self._ending.discard)
        relay.task.cancel()


def _other_epoch() -> Refusal:
    return Refusal(
        "the log was replaced since these events were seen; start again with after=0",
        code="FAILED_PRECONDITION",
        reason="EPOCH_MISMATCH",
    )
