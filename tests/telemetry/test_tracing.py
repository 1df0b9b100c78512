"""Traces from upload through worker to the last event, as a collector gets them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_pb2, resume_service_pb2_grpc, upload_pb2
from resumate_grpc.errors import SettingsError
from resumate_grpc.jobs.ids import new_resume_id
from resumate_grpc.jobs.traces import Untraced
from resumate_grpc.model.progress import State
from resumate_grpc.model.resume import MediaType, Resume
from resumate_grpc.model.work import Claim
from resumate_grpc.telemetry.tracing import open_tracing
from tests.app.test_serve import watch
from tests.bus.brokers import free_port
from tests.language_model.endpoint import served, streamed
from tests.live import LiveServer
from tests.telemetry.collector import attributes, collector

pytestmark = pytest.mark.slow

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""A `traceparent`, as a traced client sends it."""
ANSWER = json.dumps({"skills": {"technical": ["Kubernetes"]}})


def a_resume(resume_id: str = "") -> Resume:
    now = datetime.now(UTC)
    return Resume(
        id=resume_id or new_resume_id(now),
        owner="local",
        filename="private name.pdf",
        media_type=MediaType.PDF,
        size_bytes=1,
        sha256="",
        state=State.QUEUED,
        attempt=1,
        batch_id="",
        etag="",
        create_time=now,
        update_time=now,
    )


def a_claim(resume: Resume) -> Claim:
    return Claim(resume=resume, attempt=1, lease="")


def upload(server: LiveServer, content: bytes) -> str:
    with grpc.insecure_channel(server.grpc_address) as channel:
        request = upload_pb2.UploadRequest(
            filename="ada.txt", content=content, options=resume_pb2.ParseOptions(ai_enhancement=True)
        )
        client = resume_service_pb2_grpc.ResumeServiceStub(channel)
        return client.Upload(request, timeout=30, metadata=(("traceparent", CALLER),)).resume.id


@pytest.mark.slow
async def test_one_trace_from_upload_to_the_last_event(tmp_path: Path, ada: bytes) -> None:
    """Server and worker are processes that tell each other nothing of it, and yet it is one tree."""
    with collector() as found:
        async with served(streamed(ANSWER)) as (_, url):
            env = {
                "OTEL_EXPORTER_OTLP_ENDPOINT": found.url,
                "OTEL_BSP_SCHEDULE_DELAY": "100",
                "RESUMATE_AI_BASE_URL": url,
                "RESUMATE_AI_MODEL": "m",
            }
            events, resume_id, log = await asyncio.to_thread(parsed_in_two_processes, tmp_path / "data", env, ada)
    assert found.paths == {"/v1/traces"}
    assert events[-1].state == progress_pb2.STATE_SUCCEEDED

    (root,) = found.named("upload")
    (attempt,) = found.named("attempt")
    assert root.parent_span_id == b""
    assert (attempt.trace_id, attempt.parent_span_id) == (root.trace_id, root.span_id)
    assert attributes(root)["resume.id"] == attributes(attempt)["resume.id"] == resume_id
    assert attributes(attempt)["resume.state"] == "SUCCEEDED"
    assert attributes(attempt)["resume.last_sequence"] == events[-1].sequence
    assert root.start_time_unix_nano < attempt.start_time_unix_nano < attempt.end_time_unix_nano

    stages = [found.named(name)[0] for name in ("text_extraction", "nlp_parsing", "ai_enhancement")]
    assert {stage.parent_span_id for stage in stages} == {attempt.span_id}
    assert_one_after_the_other(attempt, stages)
    (asked,) = found.named("language_model")
    assert asked.parent_span_id == stages[-1].span_id
    assert {span.trace_id for span in (*stages, asked)} == {root.trace_id}

    (rpc,) = found.named("resumate.v1.ResumeService/Upload")
    assert (rpc.trace_id.hex(), rpc.parent_span_id.hex()) == tuple(CALLER.split("-")[1:3])
    assert attributes(rpc)["resume.id"] == resume_id
    assert [(link.trace_id, link.span_id) for link in root.links] == [(rpc.trace_id, rpc.span_id)]
    (watched,) = found.named("resumate.v1.ResumeService/WatchProgress")
    assert attributes(watched)["rpc.grpc.status_code"] == "OK"

    sent = b"".join(found.bodies)
    assert not [word for word in (b"Ada", b"ada.txt", b"fernwick", b"Northgate", b"Kubernetes") if word in sent]
    assert "Traceback" not in log


def parsed_in_two_processes(
    data_dir: Path, env: dict[str, str], content: bytes
) -> tuple[list[progress_pb2.ProgressEvent], str, str]:
    server = LiveServer("server", data_dir=data_dir, env=env).ready("gRPC on")
    worker = LiveServer("worker", data_dir=data_dir, env=env).ready("worker(s) on")
    try:
        resume_id = upload(server, content)
        events = watch(server, resume_id)
    finally:
        assert [worker.stop(), server.stop()] == [0, 0]
    return events, resume_id, server.log() + worker.log()


def assert_one_after_the_other(whole: Span, parts: list[Span]) -> None:
    times = [whole.start_time_unix_nano]
    for part in parts:
        times += [part.start_time_unix_nano, part.end_time_unix_nano]
    assert [*times, whole.end_time_unix_nano] == sorted([*times, whole.end_time_unix_nano])


async def test_half_of_the_traces_is_whole_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sampling picks about as many as it is told, and upload and attempt of one résumé are picked together."""
    with collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
        resumes = [a_resume() for _ in range(200)]
        async with open_tracing() as server:
            for resume in resumes:
                server.resumes.uploaded(resume, 0.001)
        async with open_tracing() as worker:  # as in another process: nothing is left of the first
            for resume in resumes:
                worker.resumes.attempt(a_claim(resume)).ended(None)
    uploaded = {attributes(span)["resume.id"]: span for span in found.named("upload")}
    attempted = {attributes(span)["resume.id"]: span for span in found.named("attempt")}
    assert uploaded.keys() == attempted.keys()
    assert all(attempted[each].parent_span_id == uploaded[each].span_id for each in uploaded)
    assert 60 <= len(uploaded) <= 140  # six standard deviations of 200 coins


async def test_failures_say_why_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """An rpc that failed by our fault is an error, a refusal is not; the service has its name and version."""
    with collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        async with open_tracing() as tracing:
            assert tracing.rpcs is not None
            for code in ("INTERNAL", "NOT_FOUND"):
                tracing.rpcs.rpc("resumate.v1.ResumeService/GetResume", {})(code, str(uuid.uuid4()))
    by_code = {attributes(span)["rpc.grpc.status_code"]: span.status.code for span in found.spans}
    assert by_code == {"INTERNAL": Status.STATUS_CODE_ERROR, "NOT_FOUND": Status.STATUS_CODE_UNSET}
    (resource,) = {request.resource_spans[0].resource.SerializeToString() for request in found.requests}
    assert b"service.name" in resource
    assert b"resumate" in resource


async def test_a_collector_that_is_away_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be sent is dropped; the program ends all the same."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"http://127.0.0.1:{free_port()}/v1/traces")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    async with open_tracing() as tracing:
        tracing.resumes.uploaded(a_resume(), 0.001)


async def test_it_is_off_unless_a_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable, or with the standard switch, nobody is told."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    async with open_tracing() as tracing:
        assert (type(tracing.resumes), tracing.rpcs) == (Untraced, None)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    async with open_tracing() as tracing:
        assert (type(tracing.resumes), tracing.rpcs) == (Untraced, None)


def test_off_it_is_not_even_imported() -> None:
    """A program that tells nobody pays for no import of OpenTelemetry."""
    code = "import sys, resumate_grpc.app, resumate_bridge.app; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for traces and has not installed them is told at start, not by their absence."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "resumate_grpc.telemetry.otlp", None)
    with pytest.raises(SettingsError, match=r"pip install 'resumate-grpc\[tracing\]'"):
        async with open_tracing():
            pass
