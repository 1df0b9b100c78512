"""Attempts that ask a language model: a real endpoint over HTTP, a real database."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace

import pytest

from resumate_grpc.jobs.resumes import Upload
from resumate_grpc.language_model import openai_compatible
from resumate_grpc.language_model.openai_compatible import Endpoint, open_language_model
from resumate_grpc.model.progress import Stage, State
from resumate_grpc.model.resume import ParseOptions, Resume
from resumate_grpc.model.work import Target
from tests.jobs.conftest import OWNER, PARSED, World
from tests.jobs.test_worker import ended
from tests.language_model.endpoint import Reply, cut, refused, served, streamed, whole

ANSWER = json.dumps({"personal_info": {"full_name": "Ada Example"}, "skills": {"technical": ["Example"]}})
INVENTED = json.dumps({"personal_info": {"full_name": "Eva Invented"}, "skills": {"technical": ["COBOL"]}})


async def uploaded(world: World, *, asked: bool = True) -> Resume:
    """Upload a résumé that asks for enhancement, or does not."""
    upload = Upload(filename="secret-name.txt", content=b"Ada Example", options=ParseOptions(ai_enhancement=asked))
    return (await world.resumes.upload(OWNER, upload))[0]


async def outcome(world: World, *replies: Reply, asked: bool = True, timeout_s: float = 5.0) -> tuple[Resume, int]:
    """Parse one résumé with a model behind the worker; return it, and how often the model was asked."""
    async with served(*replies) as (script, url):
        endpoint = Endpoint(base_url=url, model="m", api_key="sk-hush", timeout_s=timeout_s)
        async with open_language_model(endpoint) as model:
            world.ports = replace(world.ports, language_model=model)
            resume = await uploaded(world, asked=asked)
            async with world.working():
                done = await ended(world, resume.id)
        assert all("secret-name" not in json.dumps(body) for body in script.bodies)
        return done, len(script.bodies)


async def messages(world: World, resume: Resume) -> list[tuple[int, str]]:
    """Return percent and words of the events of the AI stage."""
    history = await world.store.history(Target(owner=OWNER, resume_id=resume.id), after=0, limit=1000)
    return [(event.stage_percent, event.message) for event in history if event.stage is Stage.AI_ENHANCEMENT]


async def test_an_answer_is_merged_and_its_progress_told(world: World) -> None:
    """The stage moves with the answer, and the result has the quoted values with evidence."""
    done, asked = await outcome(world, streamed(ANSWER, pause_s=0.05))
    assert (done.state, asked) == (State.SUCCEEDED, 1)
    assert done.parsed is not None
    assert done.parsed.skills.technical == ("Example",)
    assert done.parsed.warnings == ()
    assert "skills.technical[0]" in {item.field_path for item in done.parsed.evidence}
    told = await messages(world, done)
    assert told[0] == (0, "Asking the language model")
    assert told[-1] == (100, "Added 1 and corrected 0 of 2 quoted values")
    assert any(0 < percent < 100 for percent, _ in told)
    times = await world.store.stage_times(limit=1)
    assert times[0].ai_enhancement_s > 0


async def test_a_model_that_nobody_asked_for_hears_nothing(world: World) -> None:
    """Configured is not asked for: without the option the text stays here."""
    done, asked = await outcome(world, whole(ANSWER), asked=False)
    assert (asked, done.parsed) == (0, PARSED)
    assert await messages(world, done) == [(100, "Skipped: not asked for")]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (refused(429, retry_after="999"), "too many requests"),
        (refused(503), "HTTP 503"),
        (streamed(ANSWER, stalls=True), "no answer within 1 s"),
        (streamed(ANSWER, ends=False), "broke off"),
        (whole("I would rather not."), "the answer is no JSON object"),
        (whole('{"work_experience": 3}'), "another form than asked for"),
        (whole(INVENTED), "nothing of its answer stands in the text"),
        (cut(b"x" * 65536, repeat=100), "longer than any could be"),
    ],
)
async def test_no_fault_of_a_model_fails_a_parse(
    world: World, reply: Reply, why: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is ours, with a warning that says why; logs hold neither text, answer nor key."""
    monkeypatch.setattr(openai_compatible, "FIRST_PAUSE_S", 0.01)
    with caplog.at_level(logging.DEBUG):
        done, _ = await outcome(world, reply, timeout_s=1.0)
    assert (done.state, done.error) == (State.SUCCEEDED, None)
    assert done.parsed is not None
    assert replace(done.parsed, warnings=()) == PARSED
    (warning,) = done.parsed.warnings
    assert warning.reason == "AI_UNAVAILABLE"
    assert why in warning.message
    assert (await messages(world, done))[-1] == (
        100,
        f"Without the language model: {warning.message.partition(': ')[2]}",
    )
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert not [secret for secret in ("Ada", "Eva Invented", "sk-hush", "rather not") if secret in logged]


async def test_refused_values_are_told(world: World) -> None:
    """Where some of an answer stands in the text and some does not, the result says how much was refused."""
    answer = json.dumps({"personal_info": {"full_name": "Ada Example"}, "skills": {"technical": ["COBOL"]}})
    done, _ = await outcome(world, whole(answer))
    assert done.parsed is not None
    assert [warning.reason for warning in done.parsed.warnings] == ["AI_VALUES_REFUSED"]
    assert done.parsed.skills.technical == ()


async def test_cancelling_ends_the_call_at_once(world: World) -> None:
    """A résumé that is cancelled while the model thinks lets go of the endpoint, and of the slot."""
    async with (
        served(streamed(ANSWER, stalls=True)) as (script, url),
        open_language_model(Endpoint(base_url=url, model="m")) as model,
    ):
        world.ports = replace(world.ports, language_model=model)
        async with world.working():
            resume = await uploaded(world)
            await asyncio.wait_for(script.started.wait(), 5)
            cancelled = await world.resumes.cancel(OWNER, resume.id)
            await asyncio.wait_for(script.left.wait(), 5)
            assert cancelled.state is State.CANCELLED
            assert (await ended(world, (await uploaded(world, asked=False)).id)).state is State.SUCCEEDED
