"""Traces over OTLP: the only file that knows OpenTelemetry, imported only where a collector is named.

A résumé's trace has an id made of the résumé's, and so has the span of its upload: every process that works on it finds
them by itself, and nothing need be carried along (decision 63). No span says a word out of a document.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from resumate_grpc import __version__
from resumate_grpc.enhancement.question import Question
from resumate_grpc.jobs.ports import LanguageModel
from resumate_grpc.model.progress import ProgressEvent, Stage
from resumate_grpc.model.resume import Resume
from resumate_grpc.model.work import Claim

__all__ = ["OtlpTraces"]

_FAULTS = frozenset({"DATA_LOSS", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "UNIMPLEMENTED", "UNKNOWN"})
"""Codes that OpenTelemetry counts as errors of a server; the others are answers."""


class _Ids(RandomIdGenerator):
    """Random ids, save where they have been decided."""

    _decided: tuple[int, int] | None = None

    @contextmanager
    def decided(self, trace_id: int, span_id: int) -> Iterator[None]:
        """Give these to the span that is begun in the block, which must not wait for anything."""
        self._decided = trace_id, span_id
        try:
            yield
        finally:
            self._decided = None

    def generate_trace_id(self) -> int:
        """Return the id of a new trace."""
        return self._decided[0] if self._decided else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Return the id of a new span."""
        return self._decided[1] if self._decided else super().generate_span_id()


class OtlpTraces:
    """`jobs.traces.Traces` and `rpc.edge.RpcTraces`; spans are sent by a thread of their own."""

    def __init__(self) -> None:
        self._ids = _Ids()
        self._provider = TracerProvider(resource=_resource(), id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("resumate", __version__)
        self._carried = TraceContextTextMapPropagator()

    def close(self) -> None:
        """Send what has not been sent. Blocks while the collector takes its time."""
        self._provider.shutdown()

    def rpc(self, method: str, metadata: Mapping[str, str]) -> Callable[[str, str], None]:
        """See `RpcTraces.rpc`: a child of the caller's span where its metadata name one."""
        service, _, name = method.rpartition("/")
        span = self._tracer.start_span(
            method,
            context=self._carried.extract(metadata, context=Context()),
            kind=SpanKind.SERVER,
            attributes={"rpc.system": "grpc", "rpc.service": service, "rpc.method": name},
        )
        context.attach(set_span_in_context(span))  # for the rest of the rpc's task, which ends with it

        def ended(code: str, resume_id: str) -> None:
            span.set_attribute("rpc.grpc.status_code", code)
            if resume_id:
                span.set_attribute("resume.id", resume_id)
            if code in _FAULTS:
                span.set_status(StatusCode.ERROR)
            span.end()

        return ended

    def uploaded(self, resume: Resume, seconds: float) -> None:
        """See `Traces.uploaded`: the root of the résumé's trace, linked with the rpc that it came by."""
        rpc = get_current_span().get_span_context()
        now = time.time_ns()
        with self._ids.decided(*_ids_of(resume.id)):
            span = self._tracer.start_span(
                "upload",
                context=Context(),
                start_time=now - int(seconds * 1e9),
                links=[Link(rpc)] if rpc.is_valid else [],
                attributes={
                    "resume.id": resume.id,
                    "resume.media_type": resume.media_type.name,
                    "resume.size_bytes": resume.size_bytes,
                },
            )
        span.end(now)

    def attempt(self, claim: Claim) -> _AttemptTrace:
        """See `Traces.attempt`: a child of the upload, wherever that was."""
        resume = claim.resume
        span = self._tracer.start_span(
            "attempt",
            context=self._after_upload(resume.id),
            kind=SpanKind.CONSUMER,
            attributes={
                "resume.id": resume.id,
                "resume.attempt": claim.attempt,
                "resume.lane": claim.lane.value,
                "resume.media_type": resume.media_type.name,
            },
        )
        return _AttemptTrace(span, self._child)

    def _after_upload(self, resume_id: str) -> Context:
        """Return the upload's context, as its own process has it: sampled by the same rule from the same id."""
        trace_id, span_id = _ids_of(resume_id)
        decision = self._provider.sampler.should_sample(None, trace_id, "upload").decision
        flags = TraceFlags(TraceFlags.SAMPLED if decision is Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT)
        parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)
        return set_span_in_context(NonRecordingSpan(parent), Context())

    def _child(self, name: str, parent: Span) -> Span:
        within = set_span_in_context(parent, Context())
        return self._tracer.start_span(name, context=within)


class _AttemptTrace:
    """`AttemptTrace`: a span, and one for each stage below it."""

    def __init__(self, span: Span, child: Callable[[str, Span], Span]) -> None:
        self._span = span
        self._child = child
        self._stage: Stage | None = None
        self._stage_span: Span | None = None

    def stage(self, stage: Stage) -> None:
        """See `AttemptTrace.stage`."""
        if stage is self._stage:
            return
        self._end_stage()
        self._stage, self._stage_span = stage, self._child(stage.name.lower(), self._span)

    def over(self, model: LanguageModel) -> LanguageModel:
        """See `AttemptTrace.over`."""
        return _TracedModel(model, lambda: self._child("language_model", self._stage_span or self._span))

    def ended(self, last: ProgressEvent | None) -> None:
        """See `AttemptTrace.ended`."""
        self._end_stage()
        if last is not None:
            self._span.set_attributes({"resume.state": last.state.value, "resume.last_sequence": last.sequence})
            if last.error is not None:
                self._span.set_status(StatusCode.ERROR, last.error.reason.value)
        self._span.end()

    def _end_stage(self) -> None:
        if self._stage_span is not None:
            self._stage_span.end()
            self._stage_span = None


class _TracedModel:
    """A language model whose every answer is a span."""

    def __init__(self, model: LanguageModel, begin: Callable[[], Span]) -> None:
        self._model = model
        self._begin = begin

    @property
    def max_input_characters(self) -> int:
        """See `LanguageModel.max_input_characters`."""
        return self._model.max_input_characters

    async def answer(self, question: Question, *, on_characters: Callable[[int], None]) -> str:
        """See `LanguageModel.answer`. The span knows how much was answered, and not what."""
        span = self._begin()
        try:
            answer = await self._model.answer(question, on_characters=on_characters)
        except BaseException as error:
            span.set_status(StatusCode.ERROR, type(error).__name__)  # its message may quote the answer
            raise
        else:
            span.set_attribute("answer.characters", len(answer))
            return answer
        finally:
            span.end()


def _ids_of(resume_id: str) -> tuple[int, int]:
    """Return the ids of a résumé's trace and of its upload's span: 16 and 8 bytes of the SHA-256 of its id.

    Not the id itself: of a UUIDv7 the upper bits of each half are always the same, and samplers go by them.
    """
    digest = hashlib.sha256(resume_id.encode("ascii")).digest()
    return int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:24], "big")


def _resource() -> Resource:
    """Say which program this is; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before."""
    given = Resource.create({"service.version": __version__})
    is_named = not str(given.attributes.get("service.name", "")).startswith("unknown_service")
    return given if is_named else given.merge(Resource({"service.name": "resumate"}))
