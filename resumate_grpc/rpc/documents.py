"""Documents to take away: the parsed résumé in other formats, the original file, and pictures of its pages."""

from __future__ import annotations

from resumate_grpc._gen.resumate.v1 import export_pb2 as pb
from resumate_grpc._gen.resumate.v1 import page_pb2
from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import Box
from resumate_grpc.errors import WrongStateError
from resumate_grpc.export.formats import ExportFormat, export
from resumate_grpc.jobs.pages import Pages
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.model.page_image import PageWord
from resumate_grpc.rpc.call import Context, current_call
from resumate_grpc.rpc.codec_enums import EXPORT_FORMATS
from resumate_grpc.rpc.fields import checked_page_number, checked_resume_id, checked_width_pixels

__all__ = ["Documents"]


class Documents:
    """The rpcs that return files."""

    def __init__(self, resumes: Resumes, pages: Pages) -> None:
        self._resumes = resumes
        self._pages = pages

    async def export_resume(self, request: pb.ExportResumeRequest, _: Context) -> pb.ExportResumeResponse:
        """Return the parsed résumé in another format."""
        chosen = EXPORT_FORMATS.from_proto(request.format, field="format", unset=ExportFormat.JSON_RESUME)
        resume = await self._resumes.get(current_call().owner, checked_resume_id(request.resume_id), with_parsed=True)
        if resume.parsed is None:
            state = resume.state.value
            raise WrongStateError(f"the résumé is {state}: it can be exported once SUCCEEDED", state=state)
        exported = export(resume, resume.parsed, chosen)
        return pb.ExportResumeResponse(
            content=exported.content, media_type=exported.media_type, filename=exported.filename
        )

    async def download_file(self, request: pb.DownloadFileRequest, context: Context) -> None:
        """Write what the file is, then its bytes."""
        resume, pieces = await self._resumes.open_file(current_call().owner, checked_resume_id(request.resume_id))
        header: pb.FileHeader | None = pb.FileHeader(
            filename=resume.filename,
            media_type=resume.media_type.value,
            size_bytes=resume.size_bytes,
            sha256=resume.sha256,
        )
        async for piece in pieces:
            if header is not None:  # not before the first piece: a missing file has no header either
                await context.write(pb.DownloadFileResponse(header=header).SerializeToString())
                header = None
            await context.write(pb.DownloadFileResponse(chunk=piece).SerializeToString())

    async def render_page(self, request: page_pb2.RenderPageRequest, _: Context) -> page_pb2.RenderPageResponse:
        """Return a picture of one page, and where its words stand if that is wanted."""
        image = await self._pages.image(
            current_call().owner,
            checked_resume_id(request.resume_id),
            page=checked_page_number(request.page),
            width_pixels=checked_width_pixels(request.width_pixels),
            with_words=request.with_words,
        )
        return page_pb2.RenderPageResponse(
            content=image.png,
            media_type="image/png",
            width=image.width,
            height=image.height,
            page_count=image.page_count,
            lines=[page_pb2.PageLine(words=map(_page_word, line)) for line in image.lines],
        )


def _page_word(word: PageWord) -> page_pb2.PageWord:
    box = word.box
    return page_pb2.PageWord(text=word.text, box=Box(x0=box.x0, y0=box.y0, x1=box.x1, y1=box.y1))
