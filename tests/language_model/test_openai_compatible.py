"""The adapter against an endpoint that speaks the protocol, and against one that does not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from resumate_grpc.enhancement.question import Question
from resumate_grpc.jobs.ports import LanguageModel, LanguageModelError
from resumate_grpc.language_model import openai_compatible
from resumate_grpc.language_model.openai_compatible import Endpoint, open_language_model
from tests.language_model.endpoint import Reply, cut, refused, served, streamed, whole

pytestmark = pytest.mark.slow

QUESTION = Question(
    instructions="Copy.", text="Mira Example, mira@example.org", schema={"type": "object"}, expected_characters=100
)


async def ask(
    url: str, *, key: str = "sk-hush", times: int = 1, bounds: Endpoint | None = None
) -> tuple[str, list[int]]:
    """Ask, so many times; return the last answer and the characters that were told on the way to it."""
    endpoint = replace(bounds or Endpoint(base_url="", model=""), base_url=url, model="m-1", api_key=key)
    async with open_language_model(endpoint) as model:
        port: LanguageModel = model
        for _ in range(times):
            told: list[int] = []
            said = await port.answer(QUESTION, on_characters=told.append)
        return said, told


def within(*, timeout_s: float = 30.0, tokens: int = 100) -> Endpoint:
    """Return bounds."""
    return Endpoint(base_url="", model="", timeout_s=timeout_s, max_output_tokens=tokens)


async def complaint(*replies: Reply, bounds: Endpoint) -> str:
    """Ask an endpoint that must fail, and return why it did."""
    async with served(*replies) as (_, url):
        with pytest.raises(LanguageModelError) as caught:
            await ask(url, bounds=bounds)
    assert "sk-hush" not in str(caught.value)
    assert "Mira" not in str(caught.value)
    return str(caught.value)


async def test_text_instructions_and_schema_are_all_that_is_sent() -> None:
    """The request holds the model's name, what to do, the text and the schema; the key is in its header alone."""
    async with served(whole("{}")) as (endpoint, url):
        assert await ask(url) == ("{}", [])
    (body,) = endpoint.bodies
    assert body.pop("messages") == [
        {"role": "system", "content": "Copy."},
        {"role": "user", "content": "Mira Example, mira@example.org"},
    ]
    wanted = {"name": "resume", "strict": True, "schema": {"type": "object"}}
    assert body.pop("response_format") == {"type": "json_schema", "json_schema": wanted}
    assert body == {"model": "m-1", "max_tokens": 4096, "stream": True, "temperature": 0}
    assert endpoint.headers[0]["Authorization"] == "Bearer sk-hush"


async def test_without_a_key_none_is_sent() -> None:
    """Local servers need none."""
    async with served(whole("{}")) as (endpoint, url):
        await ask(url, key="")
    assert "Authorization" not in endpoint.headers[0]


async def test_a_streamed_answer_tells_how_far_it_is() -> None:
    """Characters are told as they come, never falling, and the pieces make the answer."""
    said = '{"personal_info": {"full_name": "Zoë 🂡 Example"}}' * 4
    async with served(streamed(said, pause_s=0.01)) as (_, url):
        answer, told = await ask(url)
    assert answer == said
    assert told == sorted(told)
    assert len({*told}) > 3
    assert told[-1] == len(said)


@pytest.mark.parametrize(
    ("words", "parameters"),
    [
        ("response_format type json_schema is not supported", {"response_format": {"type": "json_object"}}),
        ("Use max_completion_tokens instead of max_tokens", {"max_completion_tokens": 4096}),
        ("temperature does not support 0", {}),
        ("stream is not supported", {"stream": False}),
    ],
)
async def test_what_is_not_taken_is_left_out_and_remembered(words: str, parameters: dict[str, object]) -> None:
    """A refused parameter is replaced, and the next question begins with what was taken."""
    async with served(refused(400, words), whole("{}")) as (endpoint, url):
        await ask(url, times=2)
    assert len(endpoint.bodies) == 3
    assert endpoint.bodies[1] == endpoint.bodies[2] != endpoint.bodies[0]
    assert parameters.items() <= endpoint.bodies[1].items()
    assert ("temperature" in endpoint.bodies[1]) == ("temperature" not in words)


async def test_an_endpoint_without_any_json_mode_is_asked_in_words() -> None:
    """In the end the schema is in the instructions alone."""
    async with served(refused(400, "no"), refused(422, "no"), whole("{}")) as (endpoint, url):
        await ask(url)
    assert "response_format" not in endpoint.bodies[2]
    assert '{"type":"object"}' in endpoint.bodies[2]["messages"][0]["content"]


async def test_an_unknown_model_fails_and_spoils_nothing() -> None:
    """After a failure the next question begins with the most again."""
    async with (
        served(*[refused(404, "no such model")] * 3, whole("{}")) as (endpoint, url),
        open_language_model(Endpoint(base_url=url, model="m")) as model,
    ):
        with pytest.raises(LanguageModelError, match="HTTP 404"):
            await model.answer(QUESTION, on_characters=lambda _: None)
        await model.answer(QUESTION, on_characters=lambda _: None)
    assert endpoint.bodies[3]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_endpoint_is_asked_again(status: int) -> None:
    """After the time that it asks for, in seconds or as a date."""
    soon = format_datetime(datetime.now(UTC) - timedelta(seconds=1), usegmt=True)
    replies = [refused(status, retry_after="0"), refused(status, retry_after=soon), whole("{}")]
    async with served(*replies) as (endpoint, url):
        assert (await ask(url))[0] == "{}"
    assert len(endpoint.bodies) == 3


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (refused(429, retry_after="3600"), "too many requests, HTTP 429, for 3600 s more"),
        (refused(500), "it answered HTTP 500"),
        (refused(401), "RESUMATE_AI_API_KEY"),
        (refused(307, location="http://127.0.0.1:9/"), "it is elsewhere, HTTP 307"),
        (cut(b"<html>"), "not of the protocol"),
        (cut(b"[1]"), "not of the protocol"),
        (cut(b"{}"), "not of the protocol"),
        (cut(b'{"choices": [{"message": {"content": null, "refusal": "no"}}]}'), "refused to answer"),
        (cut(b"[" * 100_000), "not of the protocol"),
        (cut(b"data: nonsense\n\n", "text/event-stream"), "not of the protocol"),
        (cut(b'data: {"error": {"message": "overloaded"}}\n\n', "text/event-stream"), "an error while answering"),
        (streamed("{}", ends=False), "broke off"),
        (whole("{", finish="length"), "RESUMATE_AI_MAX_OUTPUT_TOKENS"),
        (whole("", finish="content_filter"), "refused to answer"),
        (cut(b"x" * 65536, repeat=64), "longer than any could be"),
        (cut(b"data: " + b"x" * 65536, "text/event-stream", repeat=64), "longer than any could be"),
        (streamed("{}" * 20, stalls=True), "no answer within 1 s"),
    ],
)
async def test_every_fault_has_its_sentence(reply: Reply, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the endpoint does, one kind of error comes of it, in time, which tells neither text nor key."""
    monkeypatch.setattr(openai_compatible, "FIRST_PAUSE_S", 0.01)
    assert said in await complaint(reply, bounds=within(timeout_s=1.0))


async def test_silence_is_noticed_before_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that says nothing more is given up."""
    monkeypatch.setattr(openai_compatible, "STALL_S", 0.2)
    assert "fell silent" in await complaint(streamed("{}" * 20, stalls=True), bounds=within())


async def test_nobody_there() -> None:
    """A refused connection is told at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LanguageModelError, match="cannot be reached"):
        await ask(f"http://127.0.0.1:{port}/v1")


def make_certificate(folder: Path) -> None:
    """Make a certificate for this machine that only itself vouches for."""
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2")
    subprocess.run(["openssl", *made, *subject], check=True, capture_output=True, cwd=folder)


async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    """An endpoint that cannot prove who it is hears nothing; with its authority named, it is asked."""
    await asyncio.to_thread(make_certificate, tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with served(whole("{}"), tls=tls) as (endpoint, url):
        with pytest.raises(LanguageModelError, match="certificate is not trusted"):
            await ask(url)
        assert endpoint.bodies == []
        trusting = Endpoint(base_url=url, model="m", ca=tmp_path / "cert.pem")
        async with open_language_model(trusting) as model:
            assert await model.answer(QUESTION, on_characters=lambda _: None) == "{}"


async def test_cancelling_closes_the_connection() -> None:
    """The endpoint sees its client go and can stop working."""
    async with served(streamed("{}" * 50, stalls=True)) as (endpoint, url):
        asking = asyncio.create_task(ask(url))
        await asyncio.wait_for(endpoint.started.wait(), 5)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(endpoint.left.wait(), 5)


async def test_so_many_questions_at_a_time() -> None:
    """Past the concurrency, questions wait for their turn."""
    async with (
        served(streamed("{}" * 10, pause_s=0.02)) as (endpoint, url),
        open_language_model(Endpoint(base_url=url, model="m", concurrency=2)) as model,
    ):
        await asyncio.gather(*(model.answer(QUESTION, on_characters=lambda _: None) for _ in range(6)))
    assert endpoint.most_at_once == 2


async def test_the_days_budget_is_kept() -> None:
    """What a question may cost is set aside, what it did not cost is given back, and past the budget none is asked."""
    async with served(whole("{}", tokens=900)) as (endpoint, url):
        with pytest.raises(LanguageModelError, match="RESUMATE_AI_DAILY_TOKENS"):
            await ask(url, times=3, bounds=replace(within(tokens=1000), daily_tokens=2000))
    assert len(endpoint.bodies) == 2
