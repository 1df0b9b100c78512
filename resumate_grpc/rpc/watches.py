"""Progress: streamed, and by pages for who polls."""

from __future__ import annotations

from resumate_grpc import failpoints
from resumate_grpc._gen.resumate.v1 import watch_pb2 as pb
from resumate_grpc.errors import InvalidFieldError, ResumeNotFoundError
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.jobs.updates import Beat, Occurred, Update
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import Target
from resumate_grpc.rpc.call import Context, current_call, unbroken
from resumate_grpc.rpc.codec_progress import encode_event
from resumate_grpc.rpc.codec_watch import Frames
from resumate_grpc.rpc.fields import (
    checked_batch_id,
    checked_heartbeat_s,
    checked_page_size,
    checked_resume_id,
    checked_sequence,
)

__all__ = ["Progress"]

DEFAULT_PAGE_EVENTS = 100
MAX_PAGE_EVENTS = 1000
MAX_PAGE_EVENTS_WITH_RESULTS = 100
"""Results are some 30 KB each, and clients receive 4 MiB a message unless told otherwise."""


class Progress:
    """The rpcs that tell how far a résumé is."""

    def __init__(self, watches: Watches, resumes: Resumes) -> None:
        self._watches = watches
        self._resumes = resumes
        self._frames = Frames(watches.epoch)

    async def watch_progress(self, request: pb.WatchProgressRequest, context: Context) -> None:
        """Write updates until the watch ends; frames are serialised already, which costs a quarter less a message."""
        watching = self._watches.watch(
            _target(request),
            after=checked_sequence(request.after_sequence),
            epoch=request.epoch,
            follow=request.follow,
            heartbeat_s=checked_heartbeat_s(
                request.heartbeat_interval if request.HasField("heartbeat_interval") else None
            ),
        )
        include_parsed = request.include_parsed
        del request  # a watch may be open for days
        encode, write = self._frames.encode, context.write
        async with watching as watcher:
            is_opening = True
            while updates := await watcher.next():
                for update in updates:
                    parsed = await self._result_of_update(update) if include_parsed else None
                    failpoints.hit("watch.before-send")
                    if is_opening:  # who looks once and leaves does so while history is being written
                        await unbroken(write(encode(update, parsed=parsed)))
                        is_opening = not isinstance(update, Beat)
                    else:
                        await write(encode(update, parsed=parsed))

    async def list_progress(self, request: pb.ListProgressRequest, _: Context) -> pb.ListProgressResponse:
        """Return a page of events."""
        most = MAX_PAGE_EVENTS_WITH_RESULTS if request.include_parsed else MAX_PAGE_EVENTS
        page = await self._watches.page(
            _target(request),
            after=checked_sequence(request.after_sequence),
            limit=checked_page_size(request.page_size, default=DEFAULT_PAGE_EVENTS, most=most),
            epoch=request.epoch,
        )
        results = [await self._result(event) if request.include_parsed else None for event in page.events]
        epoch = self._watches.epoch
        return pb.ListProgressResponse(
            events=[
                encode_event(event, epoch=epoch, parsed=parsed)
                for event, parsed in zip(page.events, results, strict=True)
            ],
            next_after_sequence=page.next_after,
            has_more=page.has_more,
            epoch=epoch,
        )

    async def _result_of_update(self, update: Update) -> ParsedResume | None:
        return await self._result(update.event) if isinstance(update, Occurred) else None

    async def _result(self, event: ProgressEvent) -> ParsedResume | None:
        """Return the result that the event ended with; None if a later attempt has replaced it."""
        if event.state is not State.SUCCEEDED:
            return None
        try:
            resume = await self._resumes.get(event.owner, event.resume_id, with_parsed=True)
        except ResumeNotFoundError:
            return None  # deleted meanwhile; the watch learns of it by itself
        return resume.parsed if resume.attempt == event.attempt else None


def _target(request: pb.WatchProgressRequest | pb.ListProgressRequest) -> Target:
    owner = current_call().owner
    match request.WhichOneof("target"):
        case "resume_id":
            return Target(owner=owner, resume_id=checked_resume_id(request.resume_id))
        case "batch_id" if request.batch_id:
            return Target(owner=owner, batch_id=checked_batch_id(request.batch_id))
        case "feed" if request.feed:
            return Target(owner=owner)
    raise InvalidFieldError("set one of resume_id, batch_id (not empty) or feed (true)", field="target")
