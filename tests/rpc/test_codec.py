"""Model ↔ proto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc._gen.resumate.v1 import (
    error_reason_pb2,
    export_pb2,
    parsed_resume_pb2,
    progress_pb2,
    resume_pb2,
    watch_pb2,
)
from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.jobs.updates import Beat, Counted, Drained, Occurred
from resumate_grpc.model import parsed as model
from resumate_grpc.model.career import Career, NormalizedName, Seniority
from resumate_grpc.model.progress import BatchCounts, Stage, State
from resumate_grpc.rpc.codec_enums import EXPORT_FORMATS, OCR_MODES, REASONS, STAGES, STATES, EnumTable
from resumate_grpc.rpc.codec_parsed import decode_parsed, encode_parsed
from resumate_grpc.rpc.codec_progress import encode_counts, encode_event
from resumate_grpc.rpc.codec_resume import decode_options, encode_options, encode_resume
from resumate_grpc.rpc.codec_watch import Frames
from tests.rpc.samples import CAREER, EVENT, FAILURE, PARSED, RESUME

COUNTS = BatchCounts(
    batch_id="b", queued=1, processing=2, succeeded=3, failed=4, cancelled=5, percent=66, feed_sequence=70
)
UNIT = st.floats(0, 1)
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
CASES: dict[type[Any], st.SearchStrategy[Any]] = {float: UNIT, str: WORDS}


def records(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a flat record."""
    lists = {name: st.lists(WORDS, max_size=3).map(tuple) for name, hint in hints(kind) if hint == "tuple[str, ...]"}
    units = {name: UNIT for name, hint in hints(kind) if hint == "float"}
    return st.builds(kind, **{**{name: WORDS for name, _ in hints(kind)}, **lists, **units})


def hints(kind: type[Any]) -> list[tuple[str, str]]:
    return list(kind.__annotations__.items())


def lists_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.lists(records(kind), max_size=3).map(tuple)


EVIDENCE = st.builds(
    lambda path, confidence, page, start, length, box: model.Evidence(
        field_path=path, confidence=confidence, page=page, start=start, end=start + length, box=box
    ),
    WORDS,
    UNIT,
    st.integers(0, 2**31 - 1),
    st.integers(0, 2**30 - 1),
    st.integers(0, 2**30 - 1),
    st.none() | st.builds(model.Box, x0=UNIT, y0=UNIT, x1=UNIT, y1=UNIT),
)
PARSED_RESUMES = st.builds(
    model.ParsedResume,
    personal_info=records(model.PersonalInfo),
    work_experience=lists_of(model.WorkExperience),
    education=lists_of(model.Education),
    skills=records(model.Skills),
    projects=lists_of(model.Project),
    publications=lists_of(model.Publication),
    awards=lists_of(model.Award),
    volunteering=lists_of(model.Volunteering),
    confidence_scores=records(model.ConfidenceScores),
    confidence_score=UNIT,
    evidence=st.lists(EVIDENCE, max_size=3).map(tuple),
    text=WORDS,
    language=WORDS,
    page_count=st.integers(0, 2**31 - 1),
    parser_version=WORDS,
    warnings=lists_of(model.ParseWarning),
    career=st.sampled_from([Career(), CAREER, *(replace(CAREER, seniority=level) for level in Seniority)]),
    normalized=lists_of(NormalizedName),
)


@given(PARSED_RESUMES)
def test_a_parsed_resume_survives_the_wire(parsed: model.ParsedResume) -> None:
    """What is encoded, serialised, read and decoded is what was there."""
    wire = encode_parsed(parsed).SerializeToString()
    assert decode_parsed(parsed_resume_pb2.ParsedResume.FromString(wire)) == parsed


def test_options_survive_the_wire() -> None:
    """Options come back as they went; unset ones come back as the defaults."""
    assert decode_options(encode_options(RESUME.options)) == RESUME.options
    assert decode_options(resume_pb2.ParseOptions()) == replace(RESUME.options).__class__()


@pytest.mark.parametrize(
    ("message", "apart"),
    [
        (encode_parsed(PARSED), set()),
        (encode_resume(RESUME, epoch="e"), set()),
        (encode_event(EVENT, epoch="e", parsed=PARSED), set()),
        (encode_counts(COUNTS), set()),
    ],
    ids=["ParsedResume", "Resume", "ProgressEvent", "BatchProgress"],
)
def test_every_field_is_mapped(message: Message, apart: set[str]) -> None:
    """A value with every field set has no field unset on the wire, at any depth: a new proto field fails here."""
    assert set(unset(message)) == apart


def test_a_resume_says_what_the_model_says() -> None:
    """The fields that have another form on the wire, one by one."""
    message = encode_resume(RESUME, epoch="e1")
    assert message.media_type == "application/pdf"
    assert message.state == progress_pb2.STATE_SUCCEEDED
    assert message.create_time.ToDatetime(UTC) == RESUME.create_time
    assert message.complete_time.ToDatetime(UTC) == RESUME.complete_time
    assert message.expire_time.ToDatetime(UTC) == datetime(2026, 2, 2, 3, 4, 7, tzinfo=UTC)
    assert message.estimated_duration.ToMilliseconds() == 2500
    assert message.options.ocr == resume_pb2.OCR_MODE_ALWAYS
    assert message.error.reason == error_reason_pb2.TOO_MANY_PAGES
    assert (message.error.message, message.error.retryable) == (FAILURE.message, True)
    assert message.progress == encode_event(EVENT, epoch="e1")


def test_an_event_says_what_the_model_says() -> None:
    """The fields of an event, one by one."""
    message = encode_event(EVENT, epoch="e1")
    assert (message.resume_id, message.sequence, message.feed_sequence) == (EVENT.resume_id, 7, 70)
    assert (message.attempt, message.stage_percent, message.percent) == (2, 40, 60)
    assert (message.stage, message.state) == (progress_pb2.STAGE_NLP_PARSING, progress_pb2.STATE_PROCESSING)
    assert message.create_time.ToDatetime(UTC) == EVENT.create_time
    assert message.estimated_remaining.ToMilliseconds() == 1250
    assert (message.epoch, message.batch_id, message.message) == ("e1", "spring", EVENT.message)
    assert not message.HasField("parsed")


def test_what_is_not_known_is_unset() -> None:
    """None becomes an unset field, not a zero."""
    event = replace(EVENT, estimated_remaining_s=None, error=None)
    resume = replace(RESUME, progress=None, parsed=None, error=None, complete_time=None, estimated_duration_s=None)
    encoded = encode_event(event, epoch="e")
    assert not encoded.HasField("estimated_remaining")
    assert not encoded.HasField("error")
    message = encode_resume(resume, epoch="e")
    for name in ("progress", "parsed", "error", "complete_time", "estimated_duration"):
        assert not message.HasField(name), name


def test_counts_add_up() -> None:
    """The total of a batch is the sum of its states."""
    assert encode_counts(COUNTS).total == 15


@pytest.mark.parametrize(
    ("table", "numbers", "prefix"),
    [
        (STATES, progress_pb2.State, "STATE_"),
        (STAGES, progress_pb2.Stage, "STAGE_"),
        (OCR_MODES, resume_pb2.OcrMode, "OCR_MODE_"),
        (EXPORT_FORMATS, export_pb2.ExportFormat, "EXPORT_FORMAT_"),
        (REASONS, error_reason_pb2.ErrorReason, ""),
    ],
)
def test_enums_are_complete_both_ways(table: EnumTable[Any, Any], numbers: Any, prefix: str) -> None:
    """Every value of the proto but UNSPECIFIED has a member, and every member comes back."""
    assert set(table.to_proto.values()) == set(numbers.values()) - {0}
    for member, number in table.to_proto.items():
        assert isinstance(member, Enum)
        assert numbers.Name(number) == prefix + member.name
        assert table.from_proto(number, field="f") is member


def test_an_unknown_number_is_refused_by_name() -> None:
    """A number without a member is refused, naming the field; 0 only where there is no default."""
    with pytest.raises(InvalidFieldError, match="states is 77") as caught:
        STATES.from_proto(77, field="states")
    assert caught.value.field == "states"
    assert STATES.from_proto(0, field="states", unset=State.QUEUED) is State.QUEUED


@pytest.mark.parametrize(
    "broken",
    [
        {"confidence_score": 1.5},
        {"confidence_score": float("nan")},
        {"awards": [{"confidence": -0.1}]},
        {"skills": {"confidence": float("inf")}},
        {"confidence_scores": {"education": 2}},
        {"evidence": [{"start": 5, "end": 4}]},
        {"evidence": [{"page": -1}]},
        {"evidence": [{"box": {"x0": float("inf")}}]},
    ],
)
def test_numbers_that_cannot_be_kept(broken: dict[str, Any]) -> None:
    """Parsed data with a number out of its range is refused before it is stored."""
    with pytest.raises(InvalidFieldError):
        decode_parsed(parsed_resume_pb2.ParsedResume(**broken))


def test_each_update_has_its_frame() -> None:
    """Events, counts, heartbeats and farewells are told apart and say what they know."""
    frames = Frames("e1")
    time = datetime(2026, 1, 2, tzinfo=UTC)

    def read(update: Occurred | Counted | Beat | Drained) -> watch_pb2.WatchProgressResponse:
        return watch_pb2.WatchProgressResponse.FromString(frames.encode(update))

    beat = read(Beat(sequence=9, time=time, caught_up=True, count=5, digest=bytes(range(32)))).heartbeat
    drained = read(Drained(sequence=8, reconnect_after_s=1.5)).draining
    assert read(Occurred(event=EVENT)).event == encode_event(EVENT, epoch="e1")
    assert read(Counted(counts=COUNTS)).batch == encode_counts(COUNTS)
    assert (beat.sequence, beat.caught_up, beat.epoch, beat.time.ToDatetime(UTC)) == (9, True, "e1", time)
    assert (beat.count, beat.digest) == (5, bytes(range(32)))
    assert (drained.sequence, drained.reconnect_after.ToMilliseconds()) == (8, 1500)


def test_an_event_is_serialised_once() -> None:
    """All who watch an event get the same bytes; with the result attached it is made anew, for results change."""
    frames = Frames("e1")
    first = frames.encode(Occurred(event=EVENT))
    assert frames.encode(Occurred(event=replace(EVENT))) is first
    assert frames.encode(Occurred(event=replace(EVENT, sequence=8, stage=Stage.COMPLETE))) is not first
    with_result = watch_pb2.WatchProgressResponse.FromString(frames.encode(Occurred(event=EVENT), parsed=PARSED))
    assert with_result.event.parsed == encode_parsed(PARSED)
    assert frames.encode(Occurred(event=EVENT)) is first


def unset(message: Message, path: str = "") -> Iterator[str]:
    """Name the fields that are not set, at any depth, each oneof counting as one."""
    present = {field.name: value for field, value in message.ListFields()}
    for field in message.DESCRIPTOR.fields:
        name = f"{path}{field.name}"
        if field.name not in present:
            if not _may_be_absent(name):
                yield name
        elif field.message_type is not None:
            value = present[field.name]
            for child in [value[0]] if field.is_repeated else [value]:
                yield from unset(child, f"{name}.")


def _may_be_absent(name: str) -> bool:
    """A latest event has no result of its own; whole seconds have no fraction, and a fraction may have no seconds."""
    return name.endswith((".nanos", ".seconds")) or name == "progress.parsed"
