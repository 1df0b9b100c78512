"""What all handlers share."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from resumate_bridge.activity import Activity
from resumate_bridge.config import BridgeConfig
from resumate_bridge.relays import Relays
from resumate_bridge.upstream import Upstream

__all__ = ["BRIDGE", "Bridge", "bridge_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bridge:
    """One running bridge: no résumé and no position is kept here, only connections."""

    config: BridgeConfig
    upstream: Upstream
    relays: Relays
    activity: Activity


BRIDGE: web.AppKey[Bridge] = web.AppKey("bridge", Bridge)


def bridge_of(request: web.Request) -> Bridge:
    """Return the bridge that serves `request`."""
    return request.app[BRIDGE]
