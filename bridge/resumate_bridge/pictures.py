"""Pictures of a résumé's pages."""

from __future__ import annotations

from aiohttp import hdrs, web

from resumate_bridge.context import bridge_of
from resumate_bridge.queries import known_only, number
from resumate_bridge.refusal import bad_field
from resumate_grpc._gen.resumate.v1.page_pb2 import RenderPageRequest

__all__ = ["page_picture"]

# The original never changes; a day bounds what stays in a browser of a résumé that was deleted.
_KEPT = "private, max-age=86400, immutable"


async def page_picture(request: web.Request) -> web.Response:
    """`GET /v1/resumes/{resume_id}/pages/{page}?width=N`: a PNG; the page's size in points and the count as headers."""
    known_only(request.query, frozenset({"width"}))
    page = request.match_info["page"]
    if not page.isascii() or not page.isdigit() or len(page) > 6:  # noqa: PLR2004 - any page there may be
        raise bad_field("page", "page must be a number from 1")
    drawn = await bridge_of(request).upstream.render_page(
        RenderPageRequest(
            resume_id=request.match_info["resume_id"], page=int(page), width_pixels=number(request.query, "width")
        )
    )
    headers = {
        hdrs.CONTENT_TYPE: drawn.media_type,
        hdrs.CACHE_CONTROL: _KEPT,
        "X-Page-Width": f"{drawn.width:g}",
        "X-Page-Height": f"{drawn.height:g}",
        "X-Page-Count": str(drawn.page_count),
    }
    return web.Response(body=drawn.content, headers=headers)
