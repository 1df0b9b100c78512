"""The page's own files and the pictures' words, as browsers get them."""

from __future__ import annotations

import pytest
from aiohttp import hdrs

from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume
from tests.bridge.conftest import Client
from tests.bridge.scripted import ID, Scripted

PLAIN = {hdrs.ACCEPT_ENCODING: "identity"}


KINDS = {"/": "text/html", "/static/main.js": "text/javascript", "/static/app.css": "text/css"}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
async def test_packed_for_who_takes_it(client: Client, path: str, kind: str) -> None:
    """A file comes in gzip to who takes that, is the same without, and is not sent again to who has it."""
    async with client.session.get(client.make_url(path), headers=PLAIN) as plain:
        body, plain_tag = await plain.read(), plain.headers[hdrs.ETAG]
        assert (plain.status, plain.content_type, hdrs.CONTENT_ENCODING in plain.headers) == (200, kind, False)
    async with client.session.get(client.make_url(path), headers={hdrs.ACCEPT_ENCODING: "br, gzip"}) as packed:
        assert packed.headers[hdrs.CONTENT_ENCODING] == "gzip"
        assert hdrs.ACCEPT_ENCODING in packed.headers[hdrs.VARY]
        assert int(packed.headers[hdrs.CONTENT_LENGTH]) < len(body)
        assert await packed.read() == body  # the client unpacks it
        assert packed.headers[hdrs.ETAG] != plain_tag
    async with client.session.get(client.make_url(path), headers=PLAIN | {hdrs.IF_NONE_MATCH: plain_tag}) as again:
        assert (again.status, await again.read(), again.headers[hdrs.CACHE_CONTROL]) == (304, b"", "no-cache")


async def test_the_words_of_a_page(client: Client, script: Scripted) -> None:
    """The words come as lines of text and place, rounded; a page that is not there says so; odd ones are refused."""
    script.resumes[ID] = Resume(id=ID)
    script.pictures = [b"PNG"]
    answer = await client.get(f"/v1/resumes/{ID}/pages/1/words")
    assert await answer.json() == {
        "width": 612.0,
        "height": 792.0,
        "lines": [[["Ada", 10.0, 20.13, 30.0, 32.0], ["Example", 33.0, 20.13, 70.0, 32.0]]],
    }
    assert answer.headers[hdrs.CACHE_CONTROL].startswith("private")
    assert (await client.get(f"/v1/resumes/{ID}/pages/2/words")).status == 409
    assert (await client.get(f"/v1/resumes/{ID}/pages/one/words")).status == 400
    assert (await client.get(f"/v1/resumes/{ID}/pages/1/words?width=5")).status == 400
