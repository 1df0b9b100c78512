"""Upload a résumé, watch it through restarts of the server, read the result.

    python upload_watch_get.py cv.pdf [host:port]

Needs grpcio, protobuf and the stubs of this package; in a project of your own, generate them from protos/.
"""

from __future__ import annotations

import random
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import grpc

from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent, State
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import GetResumeRequest
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadRequest
from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressRequest

RECONNECT = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


def upload(service: ResumeServiceStub, path: Path) -> str:
    """Upload a file; the request_id makes it safe to send it again when the answer was lost."""
    request = UploadRequest(filename=path.name, content=path.read_bytes(), request_id=str(uuid.uuid4()))
    for attempt in range(4):
        try:
            return service.Upload(request, timeout=30).resume.id
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            time.sleep(random.uniform(0, 0.2 * 2**attempt))
    return service.Upload(request, timeout=30).resume.id


def watch(service: ResumeServiceStub, resume_id: str) -> Iterator[ProgressEvent]:
    """Yield each event once and in order, reconnecting with the last number seen."""
    seen, epoch, failures = 0, "", 0
    while True:
        request = WatchProgressRequest(resume_id=resume_id, after_sequence=seen, epoch=epoch)
        try:
            for update in service.WatchProgress(request):
                failures = 0
                if update.HasField("event"):
                    seen, epoch = update.event.sequence, update.event.epoch
                    yield update.event
        except grpc.RpcError as error:
            failures += 1
            if error.code() not in RECONNECT or failures > 8:
                raise
            time.sleep(random.uniform(0, min(10, 0.2 * 2**failures)))
        else:
            return  # the attempt has ended, and so has the stream


def main() -> int:
    path = Path(sys.argv[1])
    address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1:50051"
    with grpc.insecure_channel(address) as channel:
        service = ResumeServiceStub(channel)
        resume_id = upload(service, path)
        for event in watch(service, resume_id):
            print(f"{event.sequence:>3} {event.percent:>3}% {event.message}", file=sys.stderr)
        resume = service.GetResume(GetResumeRequest(resume_id=resume_id), timeout=30).resume
    if resume.state != State.STATE_SUCCEEDED:
        print(f"{State.Name(resume.state)}: {resume.error.message}", file=sys.stderr)
        return 1
    who = resume.parsed.personal_info
    print(f"{who.full_name} <{who.email}>")
    for job in resume.parsed.work_experience:
        print(f"{job.title}, {job.company} ({job.start_date} to {job.end_date})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
