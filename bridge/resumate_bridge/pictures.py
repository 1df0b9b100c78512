"""Pictures of a résumé's pages, and the words on them."""

from __future__ import annotations

from aiohttp import hdrs, web

from resumate_bridge.answers import answer
from resumate_bridge.context import bridge_of
from resumate_bridge.proto_json import JsonValue
from resumate_bridge.queries import known_only, number
from resumate_bridge.refusal import bad_field
from resumate_grpc._gen.resumate.v1.page_pb2 import PageWord, RenderPageRequest

__all__ = ["page_picture", "page_words"]

# The original never changes; a day bounds what stays in a browser of a résumé that was deleted.
_KEPT = "private, max-age=86400, immutable"
_SMALLEST_PIXELS = 64  # of a picture that nobody will see


async def page_picture(request: web.Request) -> web.Response:
    """`GET /v1/resumes/{resume_id}/pages/{page}?width=N`: a PNG; the page's size in points and the count as headers."""
    known_only(request.query, frozenset({"width"}))
    drawn = await bridge_of(request).upstream.render_page(
        RenderPageRequest(
            resume_id=request.match_info["resume_id"], page=_page(request), width_pixels=number(request.query, "width")
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


async def page_words(request: web.Request) -> web.Response:
    """`GET /v1/resumes/{resume_id}/pages/{page}/words`: `width`, `height`, and `lines` of `[text, x0, y0, x1, y1]`."""
    known_only(request.query, frozenset())
    wanted = RenderPageRequest(
        resume_id=request.match_info["resume_id"],
        page=_page(request),
        width_pixels=_SMALLEST_PIXELS,
        with_words=True,
    )
    drawn = await bridge_of(request).upstream.render_page(wanted)
    response = answer(
        {"width": drawn.width, "height": drawn.height, "lines": [[*map(_word, line.words)] for line in drawn.lines]}
    )
    response.headers[hdrs.CACHE_CONTROL] = _KEPT
    return response


def _word(word: PageWord) -> list[JsonValue]:
    box = word.box
    return [word.text, *(round(edge, 2) for edge in (box.x0, box.y0, box.x1, box.y1))]


def _page(request: web.Request) -> int:
    page = request.match_info["page"]
    if not page.isascii() or not page.isdigit() or len(page) > 6:  # noqa: PLR2004 - any page there may be
        raise bad_field("page", "page must be a number from 1")
    return int(page)
