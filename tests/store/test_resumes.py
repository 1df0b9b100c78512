"""The contract of `ResumeStore`, but for listing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from resumate_grpc.errors import (
    ErrorReason,
    EtagMismatchError,
    ExhaustedError,
    RequestIdReusedError,
    ResumeNotFoundError,
    WrongStateError,
)
from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.parsed import ParsedResume, PersonalInfo
from resumate_grpc.model.progress import ParseFailure, Stage, State
from resumate_grpc.model.resume import OcrMode, ParseOptions
from resumate_grpc.model.work import Outcome, Target
from resumate_grpc.store import SqlStore
from tests.store.conftest import OWNER, PLENTY, ManualClock, claim, create, new_resume, progress

PARSED = ParsedResume(personal_info=PersonalInfo(full_name="Ada Example"), text="Ada Example, engineer")
FAILURE = ParseFailure(
    reason=ErrorReason.CORRUPT_FILE, message="The file is damaged", stage=Stage.TEXT_EXTRACTION, retryable=False
)


async def bring_to(store: SqlStore, state: State) -> str:
    """Make a résumé `r` that is in a state."""
    await create(store, "r")
    if state is State.CANCELLED:
        await store.cancel(OWNER, "r")
    elif state is not State.QUEUED:
        held = await claim(store)
        if state is State.SUCCEEDED:
            await store.finish(held, Outcome(parsed=PARSED))
        elif state is State.FAILED:
            await store.finish(held, Outcome(failure=FAILURE, percent=40))
    assert (await store.get(OWNER, "r", with_parsed=False)).state is state
    return "r"


async def test_an_upload_is_queued_with_its_first_event(store: SqlStore, clock: ManualClock) -> None:
    """What was uploaded comes back QUEUED, in its first attempt, with event 1 as its progress."""
    options = ParseOptions(ocr=OcrMode.ALWAYS, ai_enhancement=True, language="de")
    resume, event = await store.create(new_resume("r", batch_id="b", options=options), max_queued=PLENTY)
    assert event is not None
    assert (event.sequence, event.feed_sequence, event.attempt, event.batch_id) == (1, 1, 1, "b")
    assert (event.stage, event.state, event.percent, event.create_time) == (Stage.QUEUED, State.QUEUED, 0, clock.now())
    assert resume.progress == event
    assert (resume.state, resume.attempt, resume.options, resume.create_time) == (
        State.QUEUED,
        1,
        options,
        clock.now(),
    )
    assert await store.get(OWNER, "r", with_parsed=True) == resume


async def test_a_repeated_request_id_returns_the_first_resume(store: SqlStore) -> None:
    """The second upload under a request_id makes nothing, even when the queue is full."""
    first, _ = await store.create(new_resume("r1", sha256="same", request_id="q"), max_queued=1)
    again, event = await store.create(new_resume("r2", sha256="same", request_id="q"), max_queued=1)
    assert (again, event) == (first, None)
    assert (await store.counts())[State.QUEUED] == 1


async def test_a_request_id_with_other_content_is_refused(store: SqlStore) -> None:
    """A request_id belongs to one file, of one owner, until its résumé is deleted."""
    await store.create(new_resume("r1", sha256="one", request_id="q"), max_queued=PLENTY)
    with pytest.raises(RequestIdReusedError):
        await store.create(new_resume("r2", sha256="two", request_id="q"), max_queued=PLENTY)
    other, event = await store.create(new_resume("r3", owner="bob", request_id="q"), max_queued=PLENTY)
    assert (other.id, event is None) == ("r3", False)
    await store.delete(OWNER, "r1", if_etag="")
    again, _ = await store.create(new_resume("r4", sha256="two", request_id="q"), max_queued=PLENTY)
    assert again.id == "r4"


async def test_a_full_queue_refuses_uploads_and_retries(store: SqlStore) -> None:
    """Only what waits fills the queue; the refusal says when to try again."""
    await create(store, "r1", "r2")
    await store.cancel(OWNER, "r2")
    for refused in (
        store.create(new_resume("r3"), max_queued=1),
        store.retry(OWNER, "r2", options=None, max_queued=1),
    ):
        with pytest.raises(ExhaustedError) as caught:
            await refused
        assert caught.value.specific_reason is ErrorReason.QUEUE_FULL
        assert caught.value.retry_after_s > 0
    await claim(store)
    await store.create(new_resume("r3"), max_queued=1)


@pytest.mark.parametrize("owner", [OWNER, "bob"])
@pytest.mark.parametrize("method", ["get", "update", "delete", "cancel", "retry", "bounds"])
async def test_what_is_not_there_or_not_yours_is_not_found(store: SqlStore, method: str, owner: str) -> None:
    """Another owner's résumé answers as one that never was."""
    await create(store, "r")
    resume_id = "r" if owner == "bob" else "unknown"
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "get": lambda: store.get(owner, resume_id, with_parsed=True),
        "update": lambda: store.update(owner, resume_id, if_etag="", filename="x", parsed=None),
        "delete": lambda: store.delete(owner, resume_id, if_etag=""),
        "cancel": lambda: store.cancel(owner, resume_id),
        "retry": lambda: store.retry(owner, resume_id, options=None, max_queued=PLENTY),
        "bounds": lambda: store.bounds(Target(owner=owner, resume_id=resume_id)),
    }
    with pytest.raises(ResumeNotFoundError):
        await calls[method]()
    assert (await store.get(OWNER, "r", with_parsed=False)).state is State.QUEUED


async def test_get_shows_the_latest_event_and_the_result_when_asked(store: SqlStore) -> None:
    """`progress` is the log's last event; `parsed` only comes when asked for."""
    await create(store, "r")
    held = await claim(store)
    (_, second) = await store.append(held, [progress(10), progress(20)])
    assert (await store.get(OWNER, "r", with_parsed=True)).progress == second
    end = await store.finish(held, Outcome(parsed=PARSED))
    with_result = await store.get(OWNER, "r", with_parsed=True)
    assert (with_result.progress, with_result.parsed) == (end, PARSED)
    assert (await store.get(OWNER, "r", with_parsed=False)).parsed is None


async def test_an_update_builds_on_its_etag(store: SqlStore, clock: ManualClock) -> None:
    """A changed résumé has a new etag, and an update that builds on the old one changes nothing."""
    before = await store.get(OWNER, await bring_to(store, State.SUCCEEDED), with_parsed=True)
    clock.advance(5)
    corrected = replace(PARSED, language="en")
    after = await store.update(OWNER, "r", if_etag=before.etag, filename="new.pdf", parsed=corrected)
    assert (after.filename, after.parsed, after.update_time) == ("new.pdf", corrected, clock.now())
    assert after.etag != before.etag
    assert await store.get(OWNER, "r", with_parsed=True) == after
    with pytest.raises(EtagMismatchError):
        await store.update(OWNER, "r", if_etag=before.etag, filename="late.pdf", parsed=PARSED)
    assert await store.get(OWNER, "r", with_parsed=True) == after


async def test_an_update_without_a_result_keeps_it(store: SqlStore) -> None:
    """Renaming needs neither etag nor result, and leaves the result as it is."""
    await bring_to(store, State.SUCCEEDED)
    renamed = await store.update(OWNER, "r", if_etag="", filename="new.pdf", parsed=None)
    assert (renamed.filename, renamed.parsed) == ("new.pdf", PARSED)


@pytest.mark.parametrize("state", [State.QUEUED, State.PROCESSING, State.FAILED, State.CANCELLED])
async def test_only_a_parsed_resume_has_a_result_to_change(store: SqlStore, state: State) -> None:
    """Giving a result to what was not parsed is refused, its file name included."""
    await bring_to(store, state)
    with pytest.raises(WrongStateError):
        await store.update(OWNER, "r", if_etag="", filename="new.pdf", parsed=PARSED)
    assert (await store.get(OWNER, "r", with_parsed=False)).filename == "cv.pdf"


async def test_progress_leaves_the_etag_and_every_change_of_state_renews_it(store: SqlStore) -> None:
    """An etag in a client's hand outlives progress, not a change of state."""
    resume, _ = await store.create(new_resume("r"), max_queued=PLENTY)
    held = await claim(store)
    await store.append(held, [progress(10)])
    assert (await store.get(OWNER, "r", with_parsed=False)).etag == held.resume.etag
    await store.finish(held, Outcome(parsed=PARSED))
    finished = await store.get(OWNER, "r", with_parsed=False)
    queued, _ = await store.retry(OWNER, "r", options=None, max_queued=PLENTY)
    cancelled, _ = await store.cancel(OWNER, "r")
    etags = [resume.etag, held.resume.etag, finished.etag, queued.etag, cancelled.etag]
    assert len(set(etags)) == len(etags)


async def test_deletion_removes_row_result_and_events(store: SqlStore, clock: ManualClock) -> None:
    """Nothing of a deleted résumé is found, and the feed's numbers are not given out again."""
    await bring_to(store, State.SUCCEEDED)
    gone = await store.delete(OWNER, "r", if_etag="")
    assert (gone.resume_id, gone.owner, gone.sha256, gone.orphaned) == ("r", OWNER, "sha-of-r", True)
    assert gone.delete_time >= clock.now()
    assert await store.history(Target(owner=OWNER), after=0, limit=100) == []
    assert await store.history(Target(owner=OWNER, resume_id="r"), after=0, limit=100) == []
    with pytest.raises(ResumeNotFoundError):
        await store.delete(OWNER, "r", if_etag="")
    _, event = await store.create(new_resume("r2"), max_queued=PLENTY)
    assert event is not None
    assert event.feed_sequence == 4


async def test_bytes_that_another_resume_has_are_not_orphaned(store: SqlStore) -> None:
    """The last deletion of equal files, whoever owns them, is the one that orphans them."""
    await store.create(new_resume("r1", sha256="same"), max_queued=PLENTY)
    await store.create(new_resume("r2", sha256="same", owner="bob"), max_queued=PLENTY)
    assert await store.references("same") == 2
    assert not (await store.delete(OWNER, "r1", if_etag="")).orphaned
    assert await store.references("same") == 1
    assert (await store.delete("bob", "r2", if_etag="")).orphaned
    assert await store.references("same") == 0


async def test_a_stale_etag_does_not_delete(store: SqlStore) -> None:
    """A deletion that builds on an old etag changes nothing; with the new one it works, also while being parsed."""
    resume, _ = await store.create(new_resume("r"), max_queued=PLENTY)
    held = await claim(store)
    with pytest.raises(EtagMismatchError):
        await store.delete(OWNER, "r", if_etag=resume.etag)
    await store.delete(OWNER, "r", if_etag=held.resume.etag)
    with pytest.raises(LeaseLostError):
        await store.append(held, [progress(10)])


@pytest.mark.parametrize("state", [State.QUEUED, State.PROCESSING])
async def test_cancelling_ends_the_attempt(store: SqlStore, clock: ManualClock, state: State) -> None:
    """A cancelled résumé has a terminal event at its last percent, and whoever held it cannot write any more."""
    await create(store, "r")
    held = None
    if state is State.PROCESSING:
        held = await claim(store)
        await store.append(held, [progress(35)])
    clock.advance(1)
    resume, event = await store.cancel(OWNER, "r")
    assert (event.stage, event.state, event.attempt) == (Stage.CANCELLED, State.CANCELLED, 1)
    assert event.percent == (0 if held is None else 35)
    assert (resume.state, resume.progress, resume.complete_time) == (State.CANCELLED, event, clock.now())
    if held is not None:
        with pytest.raises(LeaseLostError):
            await store.append(held, [progress(36)])
    assert await store.claim("worker-2", lease_s=30, max_attempts=3) == (None, [])


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.CANCELLED])
async def test_what_has_ended_cannot_be_cancelled_but_retried(store: SqlStore, state: State) -> None:
    """A retry goes on with the sequence in the next attempt; result, error and end time are cleared."""
    await bring_to(store, state)
    before = await store.bounds(Target(owner=OWNER, resume_id="r"))
    with pytest.raises(WrongStateError):
        await store.cancel(OWNER, "r")
    options = ParseOptions(language="fr")
    resume, event = await store.retry(OWNER, "r", options=options, max_queued=PLENTY)
    assert (event.sequence, event.attempt, event.stage) == (before.last + 1, 2, Stage.QUEUED)
    assert (resume.state, resume.attempt, resume.options) == (State.QUEUED, 2, options)
    assert (resume.error, resume.complete_time, resume.progress) == (None, None, event)
    assert (await store.get(OWNER, "r", with_parsed=True)).parsed is None
    assert (await claim(store)).attempt == 2


@pytest.mark.parametrize("state", [State.QUEUED, State.PROCESSING])
async def test_what_has_not_ended_cannot_be_retried(store: SqlStore, state: State) -> None:
    """A retry of an attempt under way is refused."""
    await bring_to(store, state)
    with pytest.raises(WrongStateError):
        await store.retry(OWNER, "r", options=None, max_queued=PLENTY)


async def test_a_retry_without_options_keeps_them(store: SqlStore) -> None:
    """None means: as the last time."""
    options = ParseOptions(ocr=OcrMode.NEVER)
    await store.create(new_resume("r", options=options), max_queued=PLENTY)
    await store.cancel(OWNER, "r")
    resume, _ = await store.retry(OWNER, "r", options=None, max_queued=PLENTY)
    assert resume.options == options
