"""The rpcs that name résumés, as JSON: requests by query, path and body, answers as the proto's messages."""

from __future__ import annotations

from aiohttp import hdrs, web

from resumate_bridge.answers import answer, refuse
from resumate_bridge.context import bridge_of
from resumate_bridge.frames import event_frames
from resumate_bridge.json_body import decode_retry, decode_search, decode_update
from resumate_bridge.proto_json import parse_options, parse_resume, resume_object
from resumate_bridge.queries import known_only, number, position, resume_view, states
from resumate_bridge.refusal import Refusal
from resumate_bridge.target import TargetKind, WatchTarget
from resumate_grpc._gen.resumate.v1 import resume_service_pb2 as pb
from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume

__all__ = ["cancel", "delete", "get", "list_progress", "list_resumes", "retry", "search", "update"]

_PRECONDITION_FAILED = 412
_LIST_PARAMETERS = frozenset({"page_size", "page_token", "state", "batch_id", "text", "order_by", "view"})


async def list_resumes(request: web.Request) -> web.Response:
    """`GET /v1/resumes`: a page, filtered by `state` (repeated or with commas), `batch_id` and `text`."""
    query = request.query
    known_only(query, _LIST_PARAMETERS)
    wanted = pb.ListResumesRequest(
        page_size=number(query, "page_size"),
        page_token=query.get("page_token", ""),
        states=states(query.getall("state", [])),
        batch_id=query.get("batch_id", ""),
        text=query.get("text", ""),
        order_by=query.get("order_by", ""),
        view=resume_view(query.get("view", "")),
    )
    return await _page(request, wanted)


async def search(request: web.Request) -> web.Response:
    """`POST /v1/resumes/search`: the same by a body, so that what is looked for stands in no address and no log."""
    body = decode_search(await request.read())
    wanted = pb.ListResumesRequest(
        page_size=body.page_size,
        page_token=body.page_token,
        states=states(body.state),
        batch_id=body.batch_id,
        text=body.text,
        order_by=body.order_by,
        view=resume_view(body.view),
    )
    return await _page(request, wanted)


async def get(request: web.Request) -> web.Response:
    """`GET /v1/resumes/{resume_id}`: one résumé, whole unless `view=basic`; its etag also as a header."""
    got = await bridge_of(request).upstream.get_resume(
        pb.GetResumeRequest(resume_id=_resume_id(request), view=resume_view(request.query.get("view", "")))
    )
    return _resume_answer(got.resume)


async def update(request: web.Request) -> web.Response:
    """`PATCH /v1/resumes/{resume_id}`: the fields of `update_mask`; a stale `If-Match` is 412, a stale `etag` 409."""
    body = decode_update(await request.read())
    if_match = _if_match(request)
    change = pb.UpdateResumeRequest(
        resume_id=_resume_id(request), resume=parse_resume(body.resume_json), etag=if_match or body.etag
    )
    change.update_mask.paths.extend(path.strip() for path in body.update_mask.split(",") if path.strip())
    try:
        updated = await bridge_of(request).upstream.update_resume(change)
    except Refusal as refusal:
        return _stale_or_raise(refusal, if_match=if_match)
    return _resume_answer(updated.resume)


async def delete(request: web.Request) -> web.Response:
    """`DELETE /v1/resumes/{resume_id}`: 204; with `If-Match` only if nobody changed it since."""
    if_match = _if_match(request)
    try:
        await bridge_of(request).upstream.delete_resume(
            pb.DeleteResumeRequest(resume_id=_resume_id(request), etag=if_match or request.query.get("etag", ""))
        )
    except Refusal as refusal:
        return _stale_or_raise(refusal, if_match=if_match)
    return web.Response(status=204)


async def retry(request: web.Request) -> web.Response:
    """`POST /v1/resumes/{resume_id}/retry`: 202, a new attempt; body `{"options": …}` or none."""
    body = decode_retry(await request.read())
    again = pb.RetryResumeRequest(resume_id=_resume_id(request))
    if body.options_json:
        again.options.CopyFrom(parse_options(body.options_json))
    retried = await bridge_of(request).upstream.retry_resume(again)
    return _resume_answer(retried.resume, status=202)


async def cancel(request: web.Request) -> web.Response:
    """`POST /v1/resumes/{resume_id}/cancel`: stops the attempt."""
    cancelled = await bridge_of(request).upstream.cancel_resume(pb.CancelResumeRequest(resume_id=_resume_id(request)))
    return _resume_answer(cancelled.resume)


async def list_progress(request: web.Request) -> web.Response:
    """`GET /v1/resumes/{resume_id}/progress?after=N`: the frames that a WebSocket would bring, for who polls."""
    query = request.query
    target = WatchTarget(kind=TargetKind.RESUME, name=_resume_id(request))
    page = await bridge_of(request).upstream.list_progress(
        target, after=position(query), page_size=number(query, "page_size"), epoch=query.get("epoch", "")
    )
    frames = event_frames(list(page.events), target, has_more=page.has_more)
    return answer(
        {
            "events": [frame.body for frame in frames],
            "next_after": page.next_after_sequence,
            "has_more": page.has_more,
            "epoch": page.epoch,
        }
    )


async def _page(request: web.Request, wanted: pb.ListResumesRequest) -> web.Response:
    page = await bridge_of(request).upstream.list_resumes(wanted)
    return answer(
        {
            "resumes": [resume_object(resume) for resume in page.resumes],
            "next_page_token": page.next_page_token,
            "total_size": page.total_size,
        }
    )


def _resume_answer(resume: Resume, *, status: int = 200) -> web.Response:
    response = answer({"resume": resume_object(resume)}, status=status)
    if resume.etag:
        response.headers[hdrs.ETAG] = f'"{resume.etag}"'
    return response


def _resume_id(request: web.Request) -> str:
    return request.match_info["resume_id"]


def _if_match(request: web.Request) -> str:
    value = request.headers.get(hdrs.IF_MATCH, "").strip()
    return "" if value == "*" else value.removeprefix("W/").strip('"')


def _stale_or_raise(refusal: Refusal, *, if_match: str) -> web.Response:
    if if_match and refusal.reason == "ETAG_MISMATCH":
        return refuse(refusal, status=_PRECONDITION_FAILED)
    raise refusal
