"""The list of résumés before the real program: search, filter, order, dealing with them, two tabs, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, FilePayload, Page, expect

from tests.bridge.browsing import SCREENSHOTS, browser, page_of
from tests.live import LiveServer, live_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILES = Path(__file__).resolve().parents[1] / "samples" / "files"
SAMPLES: list[FilePayload] = [
    {"name": name, "mimeType": "application/octet-stream", "buffer": (FILES / name).read_bytes()}
    for name in ("sidebar_en.pdf", "left_rail_de.pdf", "plain_en.txt")
]


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser's window."""
    async with browser() as running, await running.new_context() as context:
        yield context


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    """A program of this test's own, whose list is empty."""
    with live_server(data_dir=tmp_path / "data") as running:
        yield running


@pytest.fixture
async def page(context: BrowserContext, server: LiveServer) -> AsyncIterator[Page]:
    """The start page, after three samples and a file that cannot be read were uploaded and have ended."""
    async with page_of(context) as page:
        await page.goto(server.http_url)
        broken: FilePayload = {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 no more"}
        for sent in (*SAMPLES, broken):
            await upload(page, server, sent)
        await page.reload()
        await expect(page.locator(".rows li[data-state=succeeded]")).to_have_count(3, timeout=60_000)
        await expect(page.locator(".rows li[data-state=failed]")).to_have_count(1)
        yield page


async def upload(page: Page, server: LiveServer, sent: FilePayload) -> None:
    """Upload without the page, which would go on to the result."""
    answer = await page.request.post(f"{server.http_url}/v1/resumes/upload", multipart={"file": sent})
    assert answer.status == 202


async def names(page: Page) -> list[str]:
    """Return the files in the list, in its order."""
    return [text or "" for text in await page.locator(".rows .name").all_text_contents()]


async def test_found_filtered_and_ordered(page: Page) -> None:
    """The search looks into the documents; filters and orders are the service's own; an empty answer says so."""
    await page.get_by_label("Search").fill("Tandem Bicycle")
    await expect(page.locator(".rows li")).to_have_count(1)
    assert "sidebar_en.pdf" in (await page.locator(".rows li").text_content() or "")
    await page.get_by_label("Search").fill("")
    await page.get_by_role("button", name="Not read").click()
    await expect(page.locator(".rows li")).to_have_count(1)
    await page.get_by_role("button", name="All").click()
    await page.get_by_label("Order").select_option("filename")
    await expect(page.locator(".rows .card-tools").first).to_contain_text("×")
    await expect(page.locator(".rows li").first).to_contain_text("broken.pdf")
    await expect(page.locator(".total")).to_have_text("4 résumés")
    await page.get_by_label("Search").fill("nobody has this")
    await expect(page.get_by_text("No résumé fits this search.")).to_be_visible()


async def test_no_address_tells_what_is_looked_for(page: Page) -> None:
    """What is typed into the search goes in a body: addresses stay in logs, histories and other people's proxies."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    async with page.expect_request(lambda request: "Venkataraman" in (request.post_data or "")):
        await page.get_by_label("Search").fill("Venkataraman")
    await expect(page.locator(".rows li")).to_have_count(1)
    await page.locator(".rows li a").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Priya Venkataraman")
    addresses = [*asked, page.url]
    assert any(address.endswith("/v1/resumes/search") for address in addresses)
    assert [address for address in addresses if "venkataraman" in address.lower() or "sidebar" in address] == []


async def test_deleted_unless_undone(page: Page, context: BrowserContext) -> None:
    """A deletion can be undone; one that is not happens, and another tab learns of it."""
    async with page_of(context) as other:
        await other.goto(page.url)
        await expect(other.locator(".rows li")).to_have_count(4)
        await page.locator(".rows").get_by_role("button", name="Delete broken.pdf").click()
        await expect(page.locator(".rows li")).to_have_count(3)
        await page.get_by_role("button", name="Undo").click()
        await expect(page.locator(".rows li")).to_have_count(4)
        await expect(other.locator(".rows li")).to_have_count(4)
        await page.locator(".rows").get_by_role("button", name="Delete broken.pdf").click()
        await expect(other.locator(".rows li")).to_have_count(3)
    await page.reload()
    await expect(page.locator(".rows li")).to_have_count(3)


async def test_leaving_makes_a_deletion_final(page: Page) -> None:
    """Who deletes and closes the page has deleted."""
    await page.locator(".rows").get_by_role("button", name="Delete broken.pdf").click()
    await page.reload()
    await expect(page.locator(".rows li")).to_have_count(3)


async def test_tried_again_from_the_list(page: Page) -> None:
    """A résumé that could not be read can be tried again where it is listed; its end is told."""
    await page.get_by_role("button", name="Try broken.pdf again").first.click()
    await expect(page.locator(".toast", has_text="broken.pdf could not be read")).to_be_visible(timeout=15_000)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / "dashboard.png", full_page=True)


async def test_what_goes_on_is_in_a_strip(page: Page, server: LiveServer) -> None:
    """What is being read stands apart, its end is told, and five minutes later it leaves."""
    await page.clock.install()
    await page.reload()
    await expect(page.locator(".rows li")).to_have_count(4)
    await expect(page.locator(".strip")).to_be_hidden()
    for number in range(30):
        content = f"Ada {number}\nSkills: Go\n".encode()
        await upload(page, server, {"name": f"strip-{number}.txt", "mimeType": "text/plain", "buffer": content})
    await expect(page.locator(".strip li").first).to_be_visible()
    await expect(page.locator(".toast", has_text="is ready").first).to_be_visible()
    await expect(page.locator(".rows li[data-state=succeeded]")).to_have_count(33, timeout=60_000)
    await page.clock.fast_forward(200_000)
    await expect(page.locator(".strip")).to_be_visible()
    async with asyncio.timeout(60):
        while await page.locator(".strip").is_visible():  # the strip may hear of an end later than the list
            await page.clock.fast_forward(301_000)
    await expect(page.locator(".rows li")).to_have_count(34)
