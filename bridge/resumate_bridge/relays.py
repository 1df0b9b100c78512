"""The upstream watches of this process, one a target."""

from __future__ import annotations

import asyncio

from resumate_bridge.config import BridgeConfig
from resumate_bridge.refusal import Refusal
from resumate_bridge.relay import Relay
from resumate_bridge.target import WatchTarget
from resumate_bridge.upstream import Upstream

__all__ = ["Relays"]


class Watching:
    """A watcher's hold on a relay; a class, because a generator for each of ten thousand sockets is memory."""

    __slots__ = ("_after", "_epoch", "_relay", "_relays", "_target")

    def __init__(self, relays: Relays, target: WatchTarget, after: int, epoch: str) -> None:
        self._relays = relays
        self._target = target
        self._after = after
        self._epoch = epoch
        self._relay: Relay | None = None

    async def __aenter__(self) -> Relay:
        try:
            return await self._confirmed()
        except BaseException:
            self._let_go()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._let_go()

    async def _confirmed(self) -> Relay:
        while True:
            relay = self._relay = self._relays.join(self._target, self._after)
            try:
                await relay.confirmed()
                break
            except Refusal:
                if relay.started_after == self._after:
                    raise
            # It was refused for the position of who came first; ours may be a better one.
            self._let_go()
        if self._epoch and relay.epoch and self._epoch != relay.epoch:
            raise _other_epoch()
        return relay

    def _let_go(self) -> None:
        relay, self._relay = self._relay, None
        if relay is not None:
            self._relays.leave(relay)


class Relays:
    """Starts a relay with its first watcher and ends it with its last."""

    def __init__(self, *, upstream: Upstream, config: BridgeConfig) -> None:
        self._upstream = upstream
        self._config = config
        self._relays: dict[WatchTarget, Relay] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._relays)

    def watching(self, target: WatchTarget, *, after: int, epoch: str = "") -> Watching:
        """Give the confirmed relay of `target`, for `async with`, and let it go on leaving.

        `epoch` is that of the positions already seen; empty = don't check. Raises `Refusal` where the server refuses
        the watch or `epoch` is another than the log's.
        """
        return Watching(self, target, after, epoch)

    async def close(self) -> None:
        """End all watches and wait until their calls are cancelled."""
        for relay in list(self._relays.values()):
            self._end(relay)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def join(self, target: WatchTarget, after: int) -> Relay:
        """Return the relay of a target, begun where there is none, with one watcher more."""
        relay = self._relays.get(target)
        if relay is None or relay.refusal:
            relay = Relay(target, after=after, upstream=self._upstream, config=self._config)
            self._relays[target] = relay
        relay.watchers += 1
        return relay

    def leave(self, relay: Relay) -> None:
        """Take a watcher off a relay, and end it with its last one."""
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
