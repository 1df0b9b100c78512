"""Explanations come out of the same sandbox as results."""

from __future__ import annotations

import pytest

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.sandbox.pool import SandboxPool
from tests.sandbox.pools import pool_of
from tests.sandbox.test_real_parser import as_pdf

pytestmark = pytest.mark.slow


async def explain(pool: SandboxPool, content: bytes, media_type: MediaType = MediaType.TXT) -> Explanation:
    """Explain one document."""
    return await pool.explain(content, media_type=media_type, options=ParseOptions(), on_progress=lambda _: None)


async def test_the_parser_explains_itself_within_its_limits() -> None:
    """The picture of a page, its words and sections come whole out of a sealed process."""
    async with SandboxPool(workers=1, spares=0) as pool:
        explanation = await explain(pool, as_pdf(), MediaType.PDF)
    assert explanation.parsed.personal_info.email == "mira@example.org"
    assert explanation.pictures[0].png.startswith(b"\x89PNG")
    assert explanation.parsed.text == explanation.document.text
    assert [word.text for line in explanation.document.lines for word in line.words][:2] == ["Mira", "Example"]
    assert not pool.restarts


async def test_a_result_instead_of_an_explanation_ends_the_process() -> None:
    """A process that answers what it was not asked is replaced, and the document gets an error."""
    async with pool_of() as pool:
        with pytest.raises(ParsingError) as caught:
            await explain(pool, b"plain x")
        assert caught.value.parse_reason is ErrorReason.WORKER_LOST
        assert (await explain(pool, b"echo y")).parsed.text == "y"


async def test_a_refusal_is_told_as_in_parsing() -> None:
    """A document that cannot be read cannot be explained either, for the same reason."""
    async with pool_of() as pool:
        with pytest.raises(ParsingError) as caught:
            await explain(pool, b"refuse locked")
    assert caught.value.parse_reason is ErrorReason.PASSWORD_PROTECTED
