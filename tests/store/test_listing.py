"""The contract of `ResumeStore.list`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.model.parsed import ParsedResume, PersonalInfo, WorkExperience
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Order, OrderField, Outcome, ResumePage, ResumeQuery
from resumate_grpc.store import SqlStore
from tests.store.conftest import OWNER, PLENTY, ManualClock, claim, create, new_resume

ALL_ORDERS = [Order(field=field, descending=descending) for field in OrderField for descending in (True, False)]


def ids(page: ResumePage) -> list[str]:
    return [resume.id for resume in page.resumes]


async def upload(store: SqlStore, *filenames: str) -> None:
    for number, filename in enumerate(filenames):
        await store.create(new_resume(f"r{number}", filename=filename), max_queued=PLENTY)


async def parse(store: SqlStore, name: str, text: str) -> None:
    parsed = ParsedResume(personal_info=PersonalInfo(full_name=name), text=text)
    await store.finish(await claim(store), Outcome(parsed=parsed))


async def test_filters_narrow_to_state_batch_and_owner(store: SqlStore) -> None:
    """Filters combine, and another owner's résumés are in no list."""
    await create(store, "r1", "r2", batch_id="b")
    await create(store, "r3")
    await create(store, "s1", owner="bob", batch_id="b")
    await store.cancel(OWNER, "r2")
    cancelled, queued = frozenset({State.CANCELLED}), frozenset({State.QUEUED})
    assert sorted(ids(await store.list(ResumeQuery(owner=OWNER)))) == ["r1", "r2", "r3"]
    assert sorted(ids(await store.list(ResumeQuery(owner=OWNER, batch_id="b")))) == ["r1", "r2"]
    assert ids(await store.list(ResumeQuery(owner=OWNER, states=cancelled))) == ["r2"]
    assert ids(await store.list(ResumeQuery(owner=OWNER, states=queued, batch_id="b"))) == ["r1"]
    assert len(ids(await store.list(ResumeQuery(owner=OWNER, states=queued | cancelled)))) == 3
    nobody = await store.list(ResumeQuery(owner="carol"))
    assert (nobody.resumes, nobody.total, nobody.next_after) == ((), 0, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["r0", "r1"]),
        ("CV", ["r0"]),
        ("jörg", ["r0"]),
        ("STRASSE", ["r0"]),
        ("data  engineer", ["r0"]),
        ("ÜBER", ["r1"]),
        ("u\u0308ber", ["r1"]),
        ("100%", ["r1"]),
        ("0%_", ["r1"]),
        ("%", ["r1"]),
        ("_", ["r1"]),
        ("c/v", []),
        ("\\", ["r1"]),
        ("'; DROP TABLE resumes; --", []),
        ("nobody", []),
    ],
)
async def test_text_is_searched_without_regard_to_case(store: SqlStore, text: str, found: list[str]) -> None:
    """File name, name and text match by substring, any alphabet's case alike, wildcards being plain characters."""
    await upload(store, "cv.pdf", "Über 100%_\\.pdf")
    await parse(store, "Jörg Groß", "Hauptstraße 1\nData\nEngineer\0")
    page = await store.list(ResumeQuery(owner=OWNER, text=text, order=Order(field=OrderField.CREATE_TIME)))
    assert (sorted(ids(page)), page.total) == (found, len(found))


@pytest.mark.parametrize("order", ALL_ORDERS, ids=str)
async def test_pages_follow_one_another_in_order(store: SqlStore, clock: ManualClock, order: Order) -> None:
    """Every résumé is on one page, pages are in order, ties are broken by id, and each page tells the total."""
    filenames = ["b.pdf", "a.pdf", "c.pdf", "a.pdf", "B.pdf", "a.pdf", "é.pdf"]
    await upload(store, *filenames)
    clock.advance(9)
    await store.update(OWNER, "r2", if_etag="", filename="c.pdf", parsed=None)
    resumes = (await store.list(ResumeQuery(owner=OWNER))).resumes
    keys = {
        OrderField.CREATE_TIME: lambda resume: (resume.create_time, resume.id),
        OrderField.UPDATE_TIME: lambda resume: (resume.update_time, resume.id),
        OrderField.FILENAME: lambda resume: (resume.filename, resume.id),
    }
    expected = [resume.id for resume in sorted(resumes, key=keys[order.field], reverse=order.descending)]
    seen: list[str] = []
    page = await store.list(ResumeQuery(owner=OWNER, order=order, limit=3))
    while True:
        seen += ids(page)
        assert page.total == len(filenames)
        if page.next_after is None:
            break
        page = await store.list(ResumeQuery(owner=OWNER, order=order, limit=3, after=page.next_after))
    assert seen == expected


async def test_the_last_page_names_no_next_one_even_when_full(store: SqlStore) -> None:
    """A page that ends with the last résumé says so."""
    await create(store, "r1", "r2")
    assert (await store.list(ResumeQuery(owner=OWNER, limit=2))).next_after is None


async def test_what_comes_while_paging_shifts_nothing(store: SqlStore) -> None:
    """New and deleted résumés neither repeat nor hide others on the following pages."""
    await create(store, "r1", "r2", "r3", "r4")
    first = await store.list(ResumeQuery(owner=OWNER, limit=2))
    await create(store, "r5")
    await store.delete(OWNER, "r3", if_etag="")
    second = await store.list(ResumeQuery(owner=OWNER, limit=2, after=first.next_after))
    assert (ids(first), ids(second)) == (["r4", "r3"], ["r2", "r1"])


async def test_a_list_bears_results_when_asked(store: SqlStore) -> None:
    """Each listed résumé is as `get` would return it, with or without its result, also when text is searched."""
    await create(store, "r1", "r2")
    await parse(store, "Ada Example", "engineer")
    for with_parsed in (True, False):
        for text in ("", "engineer"):
            page = await store.list(ResumeQuery(owner=OWNER, text=text, with_parsed=with_parsed))
            for resume in page.resumes:
                assert resume == await store.get(OWNER, resume.id, with_parsed=with_parsed)


async def test_a_corrected_result_is_what_is_searched(store: SqlStore) -> None:
    """After an update only the new name is found."""
    await create(store, "r")
    await parse(store, "Ada Exmaple", "")
    corrected = ParsedResume(personal_info=PersonalInfo(full_name="Ada Example"))
    await store.update(OWNER, "r", if_etag="", filename="cv.pdf", parsed=corrected)
    assert ids(await store.list(ResumeQuery(owner=OWNER, text="ada example"))) == ["r"]
    assert ids(await store.list(ResumeQuery(owner=OWNER, text="exmaple"))) == []


async def test_text_has_a_longest_length(store: SqlStore) -> None:
    """A thousand characters can be searched for, however long folding makes them; more is the caller's mistake."""
    await create(store, "r")
    assert ids(await store.list(ResumeQuery(owner=OWNER, text="\ufdfa%_" * 333))) == []
    with pytest.raises(InvalidFieldError):
        await store.list(ResumeQuery(owner=OWNER, text="x" * 1001))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (OrderField.CREATE_TIME, ""),
        (OrderField.CREATE_TIME, "yesterday"),
        (OrderField.UPDATE_TIME, "2026-13-01T00:00:00+00:00"),
        (OrderField.UPDATE_TIME, "0001-01-01T00:00:00+14:00"),
        (OrderField.FILENAME, "half a pair \ud800"),
    ],
)
async def test_a_position_that_cannot_be_is_an_invalid_field(store: SqlStore, field: OrderField, value: str) -> None:
    """A page token that somebody made up is the caller's mistake."""
    with pytest.raises(InvalidFieldError):
        await store.list(ResumeQuery(owner=OWNER, order=Order(field=field), after=(value, "r1")))


async def test_a_list_tells_whose_resumes_they_are(store: SqlStore) -> None:
    """Name and latest title come in every view, as parsed and as corrected, without the whole result."""
    await store.create(new_resume("r1"), max_queued=PLENTY)
    await store.create(new_resume("r2"), max_queued=PLENTY)
    result = ParsedResume(
        personal_info=PersonalInfo(full_name="Ada Example"), work_experience=(WorkExperience(title="Engineer"),)
    )
    await store.finish(await claim(store), Outcome(parsed=result))
    page = await store.list(ResumeQuery(owner=OWNER))
    assert {(resume.id, resume.person_name, resume.headline) for resume in page.resumes} == {
        ("r1", "Ada Example", "Engineer"),
        ("r2", "", ""),
    }
    corrected = replace(result, work_experience=(WorkExperience(title="Head of Engines"),))
    await store.update(OWNER, "r1", if_etag="", filename="a.txt", parsed=corrected)
    got = await store.get(OWNER, "r1", with_parsed=False)
    assert (got.person_name, got.headline, got.parsed) == ("Ada Example", "Head of Engines", None)
