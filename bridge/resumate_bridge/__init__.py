"""ResuMate for browsers: WebSockets, JSON and a page, as one more gRPC client that keeps no state."""

from __future__ import annotations

from resumate_bridge.app import create_app
from resumate_bridge.config import BridgeConfig

__all__ = ["BridgeConfig", "create_app"]
