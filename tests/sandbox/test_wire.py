"""Frames and their reader, without a process."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.errors import ErrorReason
from resumate_grpc.model.parsed import Box, Evidence, ParsedResume, PersonalInfo, Skills, WorkExperience
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.wire import (
    Advanced,
    Crashed,
    OutputTooLargeError,
    Parsed,
    ProtocolError,
    Ready,
    Refused,
    Reply,
    ReplyReader,
    decode_limits,
    encode_frame,
    encode_limits,
)

STEP = StageProgress(stage=Stage.NLP_PARSING, stage_percent=40, message="Reading “education”")
RESUME = ParsedResume(
    personal_info=PersonalInfo(full_name="Zoë Ünal"),
    work_experience=(WorkExperience(company="A", highlights=("b", "c"), confidence=0.25),),
    skills=Skills(technical=("x",)),
    evidence=(Evidence(field_path="skills", confidence=1.0, page=2, box=Box(x0=1, y0=2.5, x1=3, y1=4)),),
    text="\U0001d504 text",
)
REPLIES: list[Reply] = [
    Ready(peak_rss_bytes=5),
    Advanced(progress=STEP),
    Refused(reason=ErrorReason.NO_TEXT_FOUND, message="no text", retryable=True),
    Crashed(exception="KeyError", frames=("a.py:3 f",)),
    Parsed(resume=RESUME),
]


def read_all(reader: ReplyReader) -> list[Reply]:
    """Take every reply that is there."""
    replies = []
    while (reply := reader.next()) is not None:
        replies.append(reply)
    return replies


@given(st.lists(st.sampled_from(REPLIES), max_size=5), st.lists(st.integers(1, 60), min_size=1))
def test_replies_come_out_as_they_went_in_however_they_are_cut(replies: list[Reply], cuts: list[int]) -> None:
    """A pipe may cut anywhere; nothing is lost, repeated or changed."""
    data = b"".join(encode_frame(reply) for reply in replies)
    reader = ReplyReader(1 << 20)
    seen: list[Reply] = []
    turn = 0
    while data:
        size = cuts[turn % len(cuts)]
        reader.feed(data[:size])
        data, turn = data[size:], turn + 1
        seen += read_all(reader)
    assert seen == replies
    assert not reader.in_frame


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_protocol_error_at_worst(data: bytes) -> None:
    """No bytes make the reader raise anything but its own two errors."""
    reader = ReplyReader(1 << 10)
    try:
        reader.feed(data)
        read_all(reader)
    except (ProtocolError, OutputTooLargeError):
        pass


@pytest.mark.parametrize(
    "progress",
    [
        StageProgress(stage=Stage.COMPLETE, stage_percent=1, message=""),
        StageProgress(stage=Stage.NLP_PARSING, stage_percent=101, message=""),
        StageProgress(stage=Stage.NLP_PARSING, stage_percent=-1, message=""),
        StageProgress(stage=Stage.NLP_PARSING, stage_percent=1, message="x" * 2001),
    ],
)
def test_progress_out_of_range_is_refused(progress: StageProgress) -> None:
    """A worker cannot end a résumé by its progress, nor overflow a percentage."""
    reader = ReplyReader(1 << 20)
    reader.feed(encode_frame(Advanced(progress=progress)))
    with pytest.raises(ProtocolError):
        reader.next()


def test_a_pickle_is_garbage() -> None:
    """Nothing that a worker sends is ever unpickled."""
    body = pickle.dumps(RESUME)
    reader = ReplyReader(1 << 20)
    reader.feed(len(body).to_bytes(4, "big") + body)
    with pytest.raises(ProtocolError):
        reader.next()


def test_the_output_limit_counts_frames_together_and_starts_anew_with_each_document() -> None:
    """Many small frames are as bounded as one large one."""
    frame = encode_frame(Advanced(progress=STEP))
    reader = ReplyReader(3 * len(frame))
    for _ in range(3):
        reader.feed(frame)
    with pytest.raises(OutputTooLargeError):
        reader.feed(frame)
    reader.start()
    reader.feed(frame)


def test_a_frame_is_refused_by_its_header() -> None:
    """A giant's announcement is enough: nothing is set aside for it."""
    reader = ReplyReader(100)
    reader.feed(b"\x00\x00\x00\x65")
    with pytest.raises(OutputTooLargeError):
        reader.next()


def test_limits_survive_the_command_line() -> None:
    """The worker binds itself to exactly what the supervisor was given."""
    limits = Limits(wall_s=0.5, cpu_s=3, memory_bytes=1 << 28)
    assert decode_limits(encode_limits(limits)) == limits
