"""Checks of fields, page tokens and masks, without a server."""

from __future__ import annotations

import uuid

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc._gen.resumate.v1 import parsed_resume_pb2, resume_pb2
from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Order, OrderField, ResumeQuery
from resumate_grpc.rpc.codec_parsed import encode_parsed
from resumate_grpc.rpc.fields import checked_page_size, checked_resume_id
from resumate_grpc.rpc.masks import merge_of
from resumate_grpc.rpc.paging import decode_order, decode_page_token, encode_page_token
from tests.rpc.samples import PARSED, RESUME

QUERY = ResumeQuery(owner="local", states=frozenset({State.QUEUED, State.FAILED}), text="ada", limit=5)
PAIRS = st.tuples(st.text(max_size=60), st.uuids().map(str))


@given(st.uuids())
def test_any_uuid_is_an_id(value: uuid.UUID) -> None:
    """A UUID of any version, in capitals or without hyphens, is the id in its canonical form."""
    assert checked_resume_id(str(value).upper()) == str(value)
    assert checked_resume_id(value.hex) == str(value)


@given(st.text())
def test_no_other_text_is_an_id(text: str) -> None:
    """Whatever else is refused, naming the field."""
    with pytest.raises(InvalidFieldError) as caught:
        checked_resume_id(text + "x")
    assert caught.value.field == "resume_id"


@pytest.mark.parametrize(("asked", "given_"), [(0, 50), (1, 1), (1000, 1000), (1001, 1000), (2**31 - 1, 1000)])
def test_page_sizes(asked: int, given_: int) -> None:
    """0 is the default, and what is over the maximum is the maximum."""
    assert checked_page_size(asked, default=50) == given_


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", Order()),
        ("create_time", Order(field=OrderField.CREATE_TIME, descending=False)),
        (" filename  desc ", Order(field=OrderField.FILENAME, descending=True)),
        ("update_time asc", Order(field=OrderField.UPDATE_TIME, descending=False)),
    ],
)
def test_orders(text: str, order: Order) -> None:
    """An order is a field and a direction."""
    assert decode_order(text) == order


@given(PAIRS)
def test_a_page_token_comes_back(after: tuple[str, str]) -> None:
    """A token gives back the position that it was made of, for the same filters, whatever the page size."""
    token = encode_page_token(QUERY, after)
    assert token.isascii()
    assert decode_page_token(ResumeQuery(owner="local", states=QUERY.states, text="ada", limit=9), token) == after


@pytest.mark.parametrize(
    "other",
    [
        ResumeQuery(owner="local", states=QUERY.states, text="bob"),
        ResumeQuery(owner="local", states=frozenset({State.QUEUED}), text="ada"),
        ResumeQuery(owner="local", states=QUERY.states, text="ada", batch_id="b"),
        ResumeQuery(owner="local", states=QUERY.states, text="ada", order=Order(descending=False)),
    ],
)
def test_a_page_token_of_another_list(other: ResumeQuery) -> None:
    """A token of other filters or another order is refused."""
    token = encode_page_token(QUERY, ("a", str(uuid.uuid4())))
    with pytest.raises(InvalidFieldError, match="page_token"):
        decode_page_token(other, token)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")) | st.just("[" * 4000))
def test_a_page_token_of_no_list(token: str) -> None:
    """Whatever else is given for a token is refused, never more."""
    if token:
        with pytest.raises(InvalidFieldError):
            decode_page_token(QUERY, token)


@pytest.mark.parametrize("content", ["W10", "bnVsbA", "WzEsMiwzLDRd", "MQ", "eyJhIjoxfQ"])
def test_a_page_token_of_other_json(content: str) -> None:
    """JSON of another shape is no token."""
    with pytest.raises(InvalidFieldError):
        decode_page_token(QUERY, content)


def test_the_last_page_has_no_token() -> None:
    """No position, no token; no token, the first page."""
    assert encode_page_token(QUERY, None) == ""
    assert decode_page_token(QUERY, "") is None


def merged(source: resume_pb2.Resume, *paths: str) -> resume_pb2.Resume:
    """Return the parts of the changed résumé that may change."""
    changed = merge_of(source, FieldMask(paths=paths))(RESUME)
    assert changed.parsed is not None
    return resume_pb2.Resume(filename=changed.filename, parsed=encode_parsed(changed.parsed))


def test_a_mask_changes_nothing_else() -> None:
    """Only the named fields change; what else the client sent is not looked at."""
    source = resume_pb2.Resume(filename="new.pdf", etag="x", owner="mallory")
    source.parsed.personal_info.full_name = "Grace Example"
    source.parsed.personal_info.email = "not asked for"
    after = merged(source, "parsed.personal_info.full_name")
    assert after.filename == RESUME.filename
    assert after.parsed.personal_info.full_name == "Grace Example"
    assert after.parsed.personal_info.email == PARSED.personal_info.email
    assert len(after.parsed.work_experience) == 1


def test_a_mask_replaces_lists() -> None:
    """A list that a path names is replaced, not added to."""
    source = resume_pb2.Resume()
    source.parsed.skills.technical.extend(["Rust"])
    after = merged(source, "parsed.skills.technical", "parsed.work_experience")
    assert list(after.parsed.skills.technical) == ["Rust"]
    assert list(after.parsed.skills.languages) == ["English", "French"]
    assert list(after.parsed.work_experience) == []


def test_a_mask_clears() -> None:
    """A named field that the client left out becomes empty, also where its parent was left out."""
    after = merged(resume_pb2.Resume(), "parsed.personal_info.phone", "parsed.skills", "filename")
    assert (after.parsed.personal_info.phone, after.filename) == ("", "")
    assert after.parsed.personal_info.full_name == PARSED.personal_info.full_name
    assert after.parsed.skills == parsed_resume_pb2.Skills()


def test_a_merge_leaves_its_source_alone() -> None:
    """A change can be applied again, to another state of the résumé, with the same effect."""
    source = resume_pb2.Resume()
    change = merge_of(source, FieldMask(paths=["parsed.personal_info.phone"]))
    assert change(RESUME) == change(RESUME)
    assert source == resume_pb2.Resume()


@pytest.mark.parametrize("date", ["January 2020", "2020-13", "2020-1", "Present", "2020-01-02", "٢٠٢٠"])
def test_a_date_in_another_form_is_refused(date: str) -> None:
    """Whoever reads corrected data may rely on the forms that the contract names."""
    source = resume_pb2.Resume()
    source.parsed.work_experience.add(company="Example", start_date=date)
    with pytest.raises(InvalidFieldError) as caught:
        merge_of(source, FieldMask(paths=["parsed.work_experience"]))
    assert caught.value.field == "resume.parsed.work_experience[0].start_date"
