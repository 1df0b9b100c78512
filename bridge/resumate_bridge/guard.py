"""Who may use the bridge: hosts it answers to, origins whose pages may act, and what pages of ours may load."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from aiohttp import hdrs, web
from yarl import URL

from resumate_bridge.config import BridgeConfig
from resumate_bridge.context import bridge_of
from resumate_bridge.refusal import Refusal

__all__ = ["add_headers", "guarding"]

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
_METHODS = "GET, POST, PATCH, DELETE"
_REQUEST_HEADERS = "Content-Type, If-Match"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@web.middleware
def guarding(request: web.Request, handler: _Handler) -> Awaitable[web.StreamResponse]:
    """Refuse what comes by a foreign name, and acts that another site's page started.

    A name that resolves to this machine only now (DNS rebinding) makes a stranger's page same-origin, hence the list of
    hosts. Reading needs no origin check: browsers do not hand our answers to other origins. WebSockets do need it,
    because browsers connect them anywhere.

    No coroutine of its own: it would be there, and be memory, as long as a socket is open.
    """
    config = bridge_of(request).config
    if request.path != "/health":  # probes address whatever IP they know; it tells nothing
        _check_host(request, config)
    if request.method not in _SAFE_METHODS or request.headers.get(hdrs.UPGRADE):
        _check_origin(request, config)
    if request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers:
        return _preflight(request, config)
    return handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add to every answer what keeps browsers safe, and CORS for allowed origins; they mean nothing to WebSockets."""
    if isinstance(response, web.WebSocketResponse):
        return
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")  # what a résumé says is kept nowhere
    config = bridge_of(request).config
    if config.allowed_origins:
        response.headers.add(hdrs.VARY, hdrs.ORIGIN)
        origin = request.headers.get(hdrs.ORIGIN, "")
        if origin in config.allowed_origins:
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _check_host(request: web.Request, config: BridgeConfig) -> None:
    name = _host_name(request.headers.get(hdrs.HOST, ""))
    if "*" in config.allowed_hosts or name in config.allowed_hosts or _is_loopback(name):
        return
    raise Refusal(
        f"this address is not allowed: {name!r}; add it to the allowed hosts", code="PERMISSION_DENIED", field="host"
    )


def _check_origin(request: web.Request, config: BridgeConfig) -> None:
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None:
        # No browser, or one that says where the request comes from in another way.
        if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:
            return
    elif origin in config.allowed_origins or _is_same_origin(origin, request):
        return
    raise Refusal(
        f"pages of {origin or 'another site'} may not do this; add the origin to the allowed origins",
        code="PERMISSION_DENIED",
        field="origin",
    )


def _is_same_origin(origin: str, request: web.Request) -> bool:
    # The scheme is not compared: behind a proxy that ends TLS ours is http whatever the browser's is.
    _, separator, authority = origin.partition("://")
    return bool(separator) and authority.lower() == request.headers.get(hdrs.HOST, "").lower()


async def _preflight(request: web.Request, config: BridgeConfig) -> web.StreamResponse:
    if request.headers.get(hdrs.ORIGIN) not in config.allowed_origins:
        raise Refusal("pages of this origin may not use the bridge", code="PERMISSION_DENIED", field="origin")
    return web.Response(
        status=204,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: _METHODS,
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _REQUEST_HEADERS,
            hdrs.ACCESS_CONTROL_MAX_AGE: "600",
        },
    )


def _host_name(host: str) -> str:
    try:
        return (URL(f"http://{host}").host or "").lower().rstrip(".")
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
