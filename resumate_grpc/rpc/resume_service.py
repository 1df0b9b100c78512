"""`ResumeService`: each rpc with the handler of its noun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import grpc.aio

from resumate_grpc._gen.resumate.v1 import resume_service_pb2_grpc
from resumate_grpc.jobs.pages import Pages
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.rpc.documents import Documents
from resumate_grpc.rpc.management import Management
from resumate_grpc.rpc.uploads import Uploads
from resumate_grpc.rpc.watches import Progress

__all__ = ["ByName", "ResumeService", "add_resume_service"]


class ResumeService:
    """The servicer. A name that the contract has and this lacks fails at start, in the generated registration."""

    def __init__(self, resumes: Resumes, watches: Watches, pages: Pages) -> None:
        uploads = Uploads(resumes, epoch=watches.epoch)
        self.Upload = uploads.upload
        self.UploadChunks = uploads.upload_chunks

        progress = Progress(watches, resumes)
        self.WatchProgress = progress.watch_progress
        self.ListProgress = progress.list_progress

        management = Management(resumes, epoch=watches.epoch)
        self.GetResume = management.get_resume
        self.ListResumes = management.list_resumes
        self.UpdateResume = management.update_resume
        self.DeleteResume = management.delete_resume
        self.RetryResume = management.retry_resume
        self.CancelResume = management.cancel_resume

        documents = Documents(resumes, pages)
        self.ExportResume = documents.export_resume
        self.DownloadFile = documents.download_file
        self.RenderPage = documents.render_page


def add_resume_service(server: grpc.aio.Server, resumes: Resumes, watches: Watches, pages: Pages) -> None:
    """Register the service."""
    # The generated base class knows no handlers that write, only ones that yield.
    servicer = cast("resume_service_pb2_grpc.ResumeServiceServicer", ResumeService(resumes, watches, pages))
    by_name = cast("grpc.aio.Server", ByName(server))
    resume_service_pb2_grpc.add_ResumeServiceServicer_to_server(servicer, by_name)


class ByName:
    """A server that looks methods up by name alone.

    For each method that is registered beforehand grpc.aio keeps a request of its own to core, and waits for all of them
    anew whenever a call comes: measured, a third of what opening a watch costs.
    """

    def __init__(self, server: grpc.aio.Server) -> None:
        self.add_generic_rpc_handlers = server.add_generic_rpc_handlers

    def add_registered_method_handlers(self, service_name: str, method_handlers: Mapping[str, object]) -> None:
        """Do nothing: they are among the generic handlers too."""
