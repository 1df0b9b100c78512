"""JSON answers and refusals over HTTP."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from resumate_bridge.context import bridge_of
from resumate_bridge.json_body import encode
from resumate_bridge.proto_json import JsonObject
from resumate_bridge.refusal import Refusal

__all__ = ["answer", "refuse", "refusing"]

_CLIENT_CLOSED_REQUEST = 499  # not in the RFC, but what proxies write down for it

_log = logging.getLogger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(body: JsonObject, *, status: int = 200) -> web.Response:
    """Answer with a JSON object."""
    return web.Response(body=encode(body), status=status, content_type="application/json", charset="utf-8")


def refuse(refusal: Refusal, *, status: int | None = None) -> web.Response:
    """Answer `{"error": {"code", "message", "field"?}}`; `status` None = what the refusal's code and reason say."""
    error: JsonObject = {"code": refusal.name, "message": refusal.message}
    if refusal.field:
        error["field"] = refusal.field
    if refusal.metadata:
        error["metadata"] = dict(refusal.metadata)
    response = answer({"error": error}, status=status or refusal.http_status)
    if refusal.retry_after_s is not None:
        response.headers["Retry-After"] = str(math.ceil(refusal.retry_after_s))
    return response


@web.middleware
async def refusing(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Turn what goes wrong into JSON; what nobody foresaw is logged and told without its details."""
    try:
        return await handler(request)
    except Refusal as refusal:
        bridge_of(request).activity.refusals += 1
        return refuse(refusal)
    except web.HTTPException as error:
        if error.status < 400:  # noqa: PLR2004 - a redirect is no error
            raise
        return _refuse_http(request, error)
    except ConnectionError:
        _log.debug("browser is gone", extra={"method": request.method, "path": request.path})
        return web.Response(status=_CLIENT_CLOSED_REQUEST, reason="Client Closed Request")  # nobody will read it
    except Exception:  # noqa: BLE001 - a fault of ours must be JSON too
        _log.exception("request failed", extra={"method": request.method, "path": request.path})
        return refuse(Refusal("the bridge failed; its log says why", code="INTERNAL"), status=500)


def _refuse_http(request: web.Request, error: web.HTTPException) -> web.Response:
    code = error.reason.upper().replace(" ", "_")
    message = error.text or error.reason
    if isinstance(error, web.HTTPNotFound):
        message = f"there is nothing at {request.path}; docs/api.md lists the paths"
    elif isinstance(error, web.HTTPMethodNotAllowed):
        message = f"{request.path} takes {', '.join(sorted(error.allowed_methods))}, not {error.method}"
    response = refuse(Refusal(message, code=code), status=error.status)
    if allowed := error.headers.get(hdrs.ALLOW):
        response.headers[hdrs.ALLOW] = allowed  # RFC 9110, 15.5.6: a 405 must name them
    return response
