"""The rolling digest: as the contract specifies it, number by number."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc._gen.resumate.v1 import progress_pb2 as pb
from resumate_grpc.model.digest import STAGE_NUMBERS, START, chained, watch_chained
from resumate_grpc.model.progress import Stage
from tests.docs.checking import API, digest, watch_digest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBERS = st.integers(0, 2**31 - 1)


def test_stages_have_the_contracts_numbers() -> None:
    """A stage's number in the digest is its number on the wire."""
    assert {f"STAGE_{stage.name}": number for stage, number in STAGE_NUMBERS.items()} == {
        name: number for name, number in pb.Stage.items() if number
    }


@given(
    previous=st.binary(min_size=32, max_size=32),
    resume_id=st.text(),
    numbers=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    stage=st.sampled_from(Stage),
    micros=st.integers(-(10**15), 10**16),
    message=st.text(),
)
def test_the_digest_is_the_documented_one(
    previous: bytes, resume_id: str, numbers: tuple[int, int, int, int], stage: Stage, micros: int, message: str
) -> None:
    """For any event, what the store writes is what docs/api.md has a client compute."""
    sequence, attempt, stage_percent, percent = numbers
    moment = EPOCH + timedelta(microseconds=micros)
    event = pb.ProgressEvent(
        resume_id=resume_id,
        sequence=sequence,
        attempt=attempt,
        stage=STAGE_NUMBERS[stage],  # type: ignore[arg-type] # a number of the enum
        stage_percent=stage_percent,
        percent=percent,
        message=message,
    )
    event.create_time.FromDatetime(moment)
    ours = chained(
        previous,
        resume_id=resume_id,
        sequence=sequence,
        attempt=attempt,
        stage=stage,
        stage_percent=stage_percent,
        percent=percent,
        create_time=moment,
        message=message,
    )
    assert ours == digest([event], previous)


@given(st.lists(st.binary(min_size=32, max_size=32)))
def test_a_watchs_digest_is_the_documented_one(digests: list[bytes]) -> None:
    """For any events sent, a batch's or feed's heartbeat says what docs/api.md has a client compute."""
    value = START
    for event_digest in digests:
        value = watch_chained(value, event_digest)
    assert value == watch_digest([pb.ProgressEvent(digest=event_digest) for event_digest in digests])


def test_the_documented_vector_is_right() -> None:
    """The example with which docs/api.md lets others try their own version."""
    value = chained(
        START,
        resume_id="r",
        sequence=1,
        attempt=1,
        stage=Stage.QUEUED,
        stage_percent=0,
        percent=0,
        create_time=EPOCH + timedelta(microseconds=1999),
        message="é",
    )
    documented = re.findall(r"`([0-9a-f]{64})`", API)
    assert documented == [value.hex()]
