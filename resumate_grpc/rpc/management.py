"""Résumés as resources: get, list, update, delete, retry, cancel."""

from __future__ import annotations

from dataclasses import replace

from resumate_grpc._gen.resumate.v1 import resume_pb2
from resumate_grpc._gen.resumate.v1 import resume_service_pb2 as pb
from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.model.resume import Resume
from resumate_grpc.model.work import ResumeQuery
from resumate_grpc.rpc.call import Context, current_call
from resumate_grpc.rpc.codec_enums import STATES
from resumate_grpc.rpc.codec_resume import decode_options, encode_resume
from resumate_grpc.rpc.fields import checked_batch_id, checked_page_size, checked_resume_id, checked_text
from resumate_grpc.rpc.masks import merge_of
from resumate_grpc.rpc.paging import decode_order, decode_page_token, encode_page_token

__all__ = ["Management"]

DEFAULT_PAGE_RESUMES = 50
MAX_PAGE_RESUMES = 1000
MAX_PAGE_RESUMES_FULL = 100
"""Parsed data is some 30 KB a résumé, and clients receive 4 MiB a message unless told otherwise."""


class Management:
    """The rpcs that read and change résumés."""

    def __init__(self, resumes: Resumes, *, epoch: str) -> None:
        self._resumes = resumes
        self._epoch = epoch

    async def get_resume(self, request: pb.GetResumeRequest, _: Context) -> pb.GetResumeResponse:
        """Return one résumé."""
        with_parsed = _is_full(request.view, unset=True)
        resume = await self._resumes.get(
            current_call().owner, checked_resume_id(request.resume_id), with_parsed=with_parsed
        )
        return pb.GetResumeResponse(resume=self._encode(resume))

    async def list_resumes(self, request: pb.ListResumesRequest, _: Context) -> pb.ListResumesResponse:
        """Return a page of résumés."""
        query = _query(request)
        query = replace(query, after=decode_page_token(query, request.page_token))
        page = await self._resumes.list(query)
        return pb.ListResumesResponse(
            resumes=[self._encode(resume) for resume in page.resumes],
            next_page_token=encode_page_token(query, page.next_after),
            total_size=page.total,
        )

    async def update_resume(self, request: pb.UpdateResumeRequest, _: Context) -> pb.UpdateResumeResponse:
        """Change fields by mask."""
        resume = await self._resumes.update(
            current_call().owner,
            checked_resume_id(request.resume_id),
            etag=request.etag or request.resume.etag,
            change=merge_of(request.resume, request.update_mask),
        )
        return pb.UpdateResumeResponse(resume=self._encode(resume))

    async def delete_resume(self, request: pb.DeleteResumeRequest, _: Context) -> pb.DeleteResumeResponse:
        """Remove a résumé."""
        await self._resumes.delete(current_call().owner, checked_resume_id(request.resume_id), etag=request.etag)
        return pb.DeleteResumeResponse()

    async def retry_resume(self, request: pb.RetryResumeRequest, _: Context) -> pb.RetryResumeResponse:
        """Start a new attempt."""
        options = decode_options(request.options) if request.HasField("options") else None
        resume = await self._resumes.retry(current_call().owner, checked_resume_id(request.resume_id), options=options)
        return pb.RetryResumeResponse(resume=self._encode(resume))

    async def cancel_resume(self, request: pb.CancelResumeRequest, _: Context) -> pb.CancelResumeResponse:
        """Stop a résumé that waits or is being parsed."""
        resume = await self._resumes.cancel(current_call().owner, checked_resume_id(request.resume_id))
        return pb.CancelResumeResponse(resume=self._encode(resume))

    def _encode(self, resume: Resume) -> resume_pb2.Resume:
        return encode_resume(resume, epoch=self._epoch)


def _query(request: pb.ListResumesRequest) -> ResumeQuery:
    is_full = _is_full(request.view, unset=False)
    most = MAX_PAGE_RESUMES_FULL if is_full else MAX_PAGE_RESUMES
    return ResumeQuery(
        owner=current_call().owner,
        states=frozenset(STATES.from_proto(state, field="states") for state in request.states),
        batch_id=checked_batch_id(request.batch_id),
        text=checked_text(request.text),
        order=decode_order(request.order_by),
        limit=checked_page_size(request.page_size, default=DEFAULT_PAGE_RESUMES, most=most),
        with_parsed=is_full,
    )


def _is_full(view: resume_pb2.ResumeView.ValueType, *, unset: bool) -> bool:
    known = {
        resume_pb2.RESUME_VIEW_UNSPECIFIED: unset,
        resume_pb2.RESUME_VIEW_BASIC: False,
        resume_pb2.RESUME_VIEW_FULL: True,
    }
    if view not in known:
        raise InvalidFieldError(f"view is {view}; known are BASIC (1) and FULL (2)", field="view")
    return known[view]
