"""The bridge's composition root: routes, middlewares, and what lives as long as the application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

from aiohttp import web

from resumate_bridge import downloads, pictures, resumes, status, uploads
from resumate_bridge.activity import Activity
from resumate_bridge.answers import refusing
from resumate_bridge.config import BridgeConfig
from resumate_bridge.context import BRIDGE, Bridge
from resumate_bridge.guard import add_headers, guarding
from resumate_bridge.multiplex import multiplex_socket
from resumate_bridge.page_files import page_files, serving
from resumate_bridge.relays import Relays
from resumate_bridge.sockets import close_all, resume_socket
from resumate_bridge.upstream import Upstream

__all__ = ["create_app"]

_STATIC = Path(__file__).parent / "static"
_MAX_BODY_BYTES = 4 * 1024 * 1024  # of a PATCH; uploads are streamed and have their own limit


def create_app(config: BridgeConfig, *, metrics: Callable[[], bytes] | None = None) -> web.Application:
    """Build the bridge as an aiohttp application; nothing is opened before it starts.

    `metrics` returns Prometheus text that `/metrics` shows beside the bridge's own figures; None = there is none.
    """
    app = web.Application(middlewares=[refusing, guarding], client_max_size=_MAX_BODY_BYTES)
    upstream = Upstream(config)
    app[BRIDGE] = Bridge(
        config=config, upstream=upstream, relays=Relays(upstream=upstream, config=config), activity=Activity()
    )
    if metrics:
        app[status.EXTRA_METRICS] = metrics
    app.cleanup_ctx.append(_connected)
    app.on_shutdown.append(_drain)
    app.on_response_prepare.append(add_headers)
    app.add_routes(_routes())
    return app


def _routes() -> list[web.AbstractRouteDef]:
    one = "/v1/resumes/{resume_id}"
    files = page_files(_STATIC)
    return [
        web.get("/ws", multiplex_socket),
        web.get("/ws/status", status.socket_status),
        web.get("/ws/resumes/{resume_id}", resume_socket),
        web.post("/v1/resumes/upload", uploads.upload),
        web.get("/v1/resumes", resumes.list_resumes),
        web.post("/v1/resumes/search", resumes.search),
        web.get(one, resumes.get),
        web.patch(one, resumes.update),
        web.delete(one, resumes.delete),
        web.get(f"{one}/progress", resumes.list_progress),
        web.post(f"{one}/retry", resumes.retry),
        web.post(f"{one}/cancel", resumes.cancel),
        web.get(f"{one}/export", downloads.export),
        web.get(f"{one}/file", downloads.download_file),
        web.get(f"{one}/pages/{{page}}", pictures.page_picture),
        web.get(f"{one}/pages/{{page}}/words", pictures.page_words),
        web.get("/health", status.health),
        web.get("/metrics", status.metrics),
        web.get("/", serving(files, name="index.html")),
        web.get("/static/{path:.+}", serving(files)),
    ]


async def _connected(app: web.Application) -> AsyncIterator[None]:
    bridge = app[BRIDGE]
    async with bridge.upstream:
        yield
        await bridge.relays.close()


async def _drain(app: web.Application) -> None:
    await close_all(app[BRIDGE].activity)
