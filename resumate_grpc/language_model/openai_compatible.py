"""Any endpoint that speaks OpenAI's chat completions, by aiohttp."""

from __future__ import annotations

import asyncio
import email.utils
import logging
import random
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from resumate_grpc.enhancement.question import Question
from resumate_grpc.jobs.ports import LanguageModelError
from resumate_grpc.language_model.budget import Budget, tokens_of
from resumate_grpc.language_model.dialect import Dialect, request_body
from resumate_grpc.language_model.replies import StreamedReply, said_in

__all__ = ["Endpoint", "OpenAiCompatible", "open_language_model"]

logger = logging.getLogger(__name__)

STALL_S = 30.0
CONNECT_S = 10.0
FIRST_PAUSE_S = 0.5
MOST_TRIES = 8
UNBIDDEN_TRIES = 3
"""An endpoint that fails without saying when to come again is asked so often."""
BYTES_A_TOKEN = 32
"""Of a reply: characters, JSON escapes and the wrapping of one token in an event; more is a flood."""
BYTES_ANYWAY = 256 << 10
COMPLAINT_BYTES = 4096
TRY_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504})
OTHER_PARAMETERS = frozenset({400, 404, 415, 422})


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Which model to ask, and within which bounds.

    `base_url` is what `/chat/completions` is put after. `timeout_s` bounds an answer as a whole: waiting for a turn,
    trying again and reading included. At most `concurrency` questions are asked at a time. `daily_tokens` 0 = no limit.
    `ca` names authorities to trust instead of the system's.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_s: float = 60.0
    max_output_tokens: int = 4096
    max_input_characters: int = 40_000
    concurrency: int = 4
    daily_tokens: int = 0
    ca: Path | None = None


class _RefusedError(Exception):
    """The endpoint answered with an error; `retry_after_s` is None where it does not say when to come again."""

    def __init__(self, status: int, complaint: str, retry_after_s: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.complaint = complaint
        self.retry_after_s = retry_after_s


@asynccontextmanager
async def open_language_model(endpoint: Endpoint) -> AsyncIterator[OpenAiCompatible]:
    """Hold connections to an endpoint until the block ends; nothing is sent before the first question."""
    context = ssl.create_default_context(cafile=str(endpoint.ca)) if endpoint.ca else True
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=STALL_S)
    connector = aiohttp.TCPConnector(limit=endpoint.concurrency, ssl=context)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        yield OpenAiCompatible(endpoint, session)


class OpenAiCompatible:
    """Implements `jobs.ports.LanguageModel`. What an endpoint does not take is remembered for the next question.

    Logs tell of statuses and counts: never of texts, answers or keys.
    """

    def __init__(self, endpoint: Endpoint, session: aiohttp.ClientSession) -> None:
        self._endpoint = endpoint
        self._session = session
        self._turns = asyncio.Semaphore(endpoint.concurrency)
        self._budget = Budget(endpoint.daily_tokens)
        self._dialect = Dialect()

    @property
    def max_input_characters(self) -> int:
        """Most characters of text that a question may have."""
        return self._endpoint.max_input_characters

    async def answer(self, question: Question, *, on_characters: Callable[[int], None]) -> str:
        """Ask, as `jobs.ports.LanguageModel` says."""
        try:
            async with asyncio.timeout(self._endpoint.timeout_s), self._turns:
                return await self._within_budget(question, on_characters)
        except TimeoutError:
            raise LanguageModelError(
                f"no answer within {self._endpoint.timeout_s:g} s (RESUMATE_AI_TIMEOUT_S)"
            ) from None

    async def _within_budget(self, question: Question, on_characters: Callable[[int], None]) -> str:
        asked = tokens_of(len(question.instructions) + len(question.text) + len(str(question.schema)))
        most = asked + self._endpoint.max_output_tokens
        self._budget.set_aside(most, datetime.now(UTC).date())
        cost = most  # of an answer that broke off nobody knows what it cost
        try:
            said, tokens = await self._persistently(question, on_characters)
            cost = tokens or asked + tokens_of(len(said))
        finally:
            self._budget.settle(most, cost)
        logger.info("language model answered", extra={"tokens": cost})
        return said

    async def _persistently(self, question: Question, on_characters: Callable[[int], None]) -> tuple[str, int]:
        """Ask until there is an answer: with other parameters where those are refused, later where it is busy."""
        dialect, unbidden = self._dialect, 0
        for _ in range(MOST_TRIES):
            try:
                answer = await self._once(question, dialect, on_characters)
            except _RefusedError as refused:
                logger.info("language model refused", extra={"status": refused.status})
                if refused.status in OTHER_PARAMETERS and (other := dialect.without(refused.complaint)):
                    dialect = other
                    continue
                unbidden += refused.retry_after_s is None
                if refused.status not in TRY_AGAIN or unbidden == UNBIDDEN_TRIES:
                    raise LanguageModelError(_told(refused.status)) from None
                await self._wait(refused, unbidden)
            else:
                self._dialect = dialect
                return answer
        raise LanguageModelError("it refused again and again")

    async def _wait(self, refused: _RefusedError, unbidden: int) -> None:
        """Wait as long as the endpoint asks for, or a growing while; not at all where it asks for too long."""
        if refused.retry_after_s is None:
            await asyncio.sleep(FIRST_PAUSE_S * 2**unbidden * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            return
        if refused.retry_after_s >= self._endpoint.timeout_s:
            raise LanguageModelError(f"{_told(refused.status)}, for {refused.retry_after_s:.0f} s more")
        await asyncio.sleep(refused.retry_after_s)

    async def _once(
        self, question: Question, dialect: Dialect, on_characters: Callable[[int], None]
    ) -> tuple[str, int]:
        endpoint = self._endpoint
        body = request_body(question, dialect, model=endpoint.model, max_output_tokens=endpoint.max_output_tokens)
        headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
        url = f"{endpoint.base_url.rstrip('/')}/chat/completions"
        try:
            # A redirect would take text and key to a place that nobody configured.
            async with self._session.post(url, json=body, headers=headers, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's OK
                    raise await _refusal(response)
                return await self._read(response, on_characters)
        except aiohttp.ClientConnectorCertificateError:
            raise LanguageModelError("its certificate is not trusted (RESUMATE_AI_CA)") from None
        except aiohttp.ClientConnectorError:
            raise LanguageModelError("it cannot be reached") from None
        except aiohttp.SocketTimeoutError:
            raise LanguageModelError(f"it fell silent for {STALL_S:g} s") from None
        except (aiohttp.ClientError, ValueError, UnicodeError):
            raise LanguageModelError("the connection to it broke") from None

    async def _read(self, response: aiohttp.ClientResponse, on_characters: Callable[[int], None]) -> tuple[str, int]:
        streamed = StreamedReply() if response.content_type == "text/event-stream" else None
        limit = BYTES_ANYWAY + BYTES_A_TOKEN * self._endpoint.max_output_tokens * (16 if streamed else 1)
        taken = 0
        whole = bytearray()
        async for data in response.content.iter_any():
            taken += len(data)
            if taken > limit:
                raise LanguageModelError("its answer is longer than any could be")
            if streamed is None:
                whole += data
                continue
            streamed.feed(data)
            on_characters(len(streamed.said))
            if streamed.done:
                break
        if streamed is None:
            return said_in(bytes(whole))
        if not streamed.done:
            raise LanguageModelError("its answer broke off")
        return streamed.said, streamed.tokens


async def _refusal(response: aiohttp.ClientResponse) -> _RefusedError:
    complaint = (await response.content.read(COMPLAINT_BYTES)).decode("utf-8", errors="replace")
    return _RefusedError(response.status, complaint, _seconds(response.headers.get("Retry-After", "")))


def _seconds(retry_after: str) -> float | None:
    """Read Retry-After, seconds or a date (RFC 9110, 10.2.3); None where it says neither."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(retry_after)
        return max(0.0, until.timestamp() - datetime.now(UTC).timestamp())
    except (TypeError, ValueError):
        return None


def _told(status: int) -> str:
    if status in {401, 403}:
        return f"it refused the credentials (RESUMATE_AI_API_KEY), HTTP {status}"
    if status == 429:  # noqa: PLR2004 - HTTP's Too Many Requests
        return "it has too many requests, HTTP 429"
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's redirections
        return f"it is elsewhere, HTTP {status}; set RESUMATE_AI_BASE_URL to its own address"
    return f"it answered HTTP {status}"
