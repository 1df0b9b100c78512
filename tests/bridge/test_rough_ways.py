"""What networks and people do to a page: offline, blocked, killed, left and come back to, fifty files, two tabs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FilePayload, Locator, Page, Response, WebSocketRoute, expect

from tests.bridge.browsing import browser, page_of
from tests.live import LiveServer, live_server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

FILE = Path(__file__).resolve().parents[1] / "samples" / "files" / "sidebar_en.pdf"
SLOWLY = {"RESUMATE_FAILPOINTS": "parse.result=delay(4)"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A program that takes four seconds more for each document."""
    with live_server(data_dir=tmp_path_factory.mktemp("rough") / "data", env=SLOWLY) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all of this module."""
    async with browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A window of its own for each test."""
    async with await chromium.new_context() as context:
        yield context


def hear(page: Page) -> dict[str, list[int]]:
    """Note the sequence of each event that comes over any socket of the page, or is polled, by résumé."""
    heard: dict[str, list[int]] = defaultdict(list)

    def note(frame: dict[str, Any]) -> None:
        if frame.get("stage") and "feed_sequence" not in frame and "close_code" not in frame["data"]:
            heard[frame["resume_id"]].append(frame["sequence"])

    async def note_polled(response: Response) -> None:
        if "/progress?" in response.url and response.ok:
            for frame in (await response.json())["events"]:
                note(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", lambda payload: note(json.loads(payload))))
    page.on("response", note_polled)
    return heard


async def begun(page: Page, server: LiveServer, name: str) -> str:
    """Upload a file and wait until its text has been read; returns its id."""
    await page.goto(server.http_url)
    sent: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": FILE.read_bytes()}
    await page.set_input_files("#files", sent)
    await expect(page.locator(".stages li").first).to_have_attribute("data-course", "done", timeout=20_000)
    return page.url.rpartition("/")[2]


async def ended_well(page: Page) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text("Priya Venkataraman", timeout=30_000)


async def test_offline_and_online(context: BrowserContext, server: LiveServer) -> None:
    """Offline is told at once; online again, the page goes on after the last event and reaches the end."""
    async with page_of(context) as page:
        heard = hear(page)
        resume_id = await begun(page, server, "offline.pdf")
        await context.set_offline(True)
        await expect(page.locator("#connection")).to_have_text("Offline")
        await expect(page.locator("#banner")).to_contain_text("goes on by itself")
        await context.set_offline(False)
        await expect(page.locator("#connection")).to_have_text("Live")
        await expect(page.locator("#banner")).to_be_hidden()
        await ended_well(page)
        assert heard[resume_id] == list(range(1, len(heard[resume_id]) + 1))


async def test_killed_while_somebody_watches(context: BrowserContext, tmp_path: Path) -> None:
    """A program that is killed in the middle and comes back: the page loses no event, sees none twice, and its end."""
    data_dir = tmp_path / "data"
    with live_server(data_dir=data_dir, env=SLOWLY) as first:
        address = urlsplit(first.http_url)
        async with page_of(context) as page:
            heard = hear(page)
            resume_id = await begun(page, first, "killed.pdf")
            first.kill()
            await expect(page.locator("#connection")).to_have_text("Reconnecting…")
            await expect(page.locator(".figure")).not_to_have_text("0%")
            env = {"RESUMATE_HTTP_LISTEN": address.netloc, "RESUMATE_LEASE_S": "1"}
            with live_server(data_dir=data_dir, env=env):
                await ended_well(page)
                sequences = heard[resume_id]
                assert sequences == list(range(1, len(sequences) + 1))
                answer = await page.request.get(f"{first.http_url}/v1/resumes/{resume_id}/progress")
                assert [event["sequence"] for event in (await answer.json())["events"]] == sequences


async def test_blocked_and_let_through_again(context: BrowserContext, server: LiveServer) -> None:
    """Where WebSockets break the page polls; as soon as they work again it is live, and the end comes over them."""
    is_blocked = True

    async def pass_or_block(route: WebSocketRoute) -> None:
        if is_blocked:
            await route.close()
        else:
            route.connect_to_server()

    await context.route_web_socket("**/ws", pass_or_block)
    async with page_of(context) as page:
        await page.goto(server.http_url)
        await expect(page.locator("#connection")).to_contain_text("checking every 2 s", timeout=20_000)
        await begun(page, server, "blocked.pdf")
        await expect(page.locator("#connection")).to_contain_text("checking every 2 s", timeout=20_000)
        is_blocked = False
        await expect(page.locator("#connection")).to_have_text("Live", timeout=35_000)
        await expect(page.locator("#banner")).to_be_hidden()
        await ended_well(page)


async def test_left_and_come_back_to(context: BrowserContext, server: LiveServer) -> None:
    """Back, forward and reload in the middle lead to the true state each time, and to the end."""
    async with page_of(context) as page:
        await begun(page, server, "left.pdf")
        await page.go_back()
        row = page.locator(".rows li", has_text="left.pdf")
        await expect(row).to_have_attribute("data-state", "processing")
        await page.go_forward()
        await expect(page.locator(".stages li").first).to_have_attribute("data-course", "done")
        await page.reload()
        await expect(page.locator(".stages li").first).to_have_attribute("data-course", "done")
        await ended_well(page)
        await page.go_back()
        await expect(row).to_have_attribute("data-state", "succeeded")


async def test_two_tabs_of_one_result(context: BrowserContext, server: LiveServer) -> None:
    """A correction shows in the other tab; two that meet are joined or asked about; a deletion is told."""
    async with page_of(context) as page, page_of(context) as other:
        await begun(page, server, "tabs.pdf")
        await ended_well(page)
        await other.goto(page.url)
        await ended_well(other)
        await write(page, "personal_info.email", "first@example.org")
        await expect(at(other, "personal_info.email")).to_contain_text("first@example.org")
        # While a value is being written, what another tab saves waits; then the two meet.
        await at(other, "personal_info.phone").dblclick()
        await write(page, "personal_info.phone", "+1 555 010 0001")
        await expect(page.locator(".savebar")).to_have_attribute("data-state", "saved")
        await other.locator(".editor input").fill("+1 555 010 0002")
        await other.keyboard.press("Enter")
        await expect(other.locator(".conflicts li")).to_contain_text("Contact, Phone")
        await other.get_by_role("button", name="Yours: +1 555 010 0002").click()
        await expect(at(page, "personal_info.phone")).to_contain_text("+1 555 010 0002")
        await page.goto(server.http_url)
        await page.locator(".rows").get_by_role("button", name="Delete tabs.pdf").click()
        await expect(page.locator(".toast")).to_have_count(0)
        await expect(other.get_by_role("heading", level=1)).to_have_text("There is no such résumé")


def at(page: Page, path: str) -> Locator:
    """Return the value at a path."""
    return page.locator(f"[data-path='{path}'].value")


async def write(page: Page, path: str, text: str) -> None:
    """Write a value anew where it stands."""
    await page.locator(f"[data-path='{path}'].value").dblclick()
    await page.locator(".editor input").fill(text)
    await page.keyboard.press("Enter")


async def test_fifty_files_at_once(context: BrowserContext, live: LiveServer) -> None:
    """Fifty files are taken at once, each is told of once, and each reaches its end by itself."""
    names = [f"fifty-{number}.txt" for number in range(50)]
    files: list[FilePayload] = [
        {"name": name, "mimeType": "text/plain", "buffer": f"Ada Fernwick\n{name}\n".encode()} for name in names
    ]
    async with page_of(context) as page:
        await page.goto(live.http_url)
        await page.set_input_files("#files", files)
        await expect(page.locator(".uploads li")).to_have_count(0, timeout=60_000)
        rows = page.locator(".rows li")
        await expect(page.get_by_label("Search")).to_be_visible()
        await page.get_by_label("Search").fill("fifty")
        await expect(rows).to_have_count(50, timeout=30_000)
        await expect(page.locator(".rows li[data-state=succeeded]")).to_have_count(50, timeout=60_000)
        listed = await page.request.get(f"{live.http_url}/v1/resumes?text=fifty&page_size=200")
        assert sorted(resume["filename"] for resume in (await listed.json())["resumes"]) == sorted(names)


async def test_more_at_work_than_there_is_room_for(context: BrowserContext, server: LiveServer) -> None:
    """Of fifteen that are at work twelve are shown and the others counted; who stops gives room to the next."""
    async with page_of(context) as page:
        await page.goto(server.http_url)
        files: list[FilePayload] = [
            {"name": f"line-{number}.txt", "mimeType": "text/plain", "buffer": f"Ada {number}\n".encode()}
            for number in range(15)
        ]
        await page.set_input_files("#files", files)
        at_work = page.locator(".strip li:is([data-state=queued], [data-state=processing])")
        await expect(at_work).to_have_count(12)
        await expect(page.locator(".strip .hint")).to_contain_text("more in line")
        await expect(page.locator(".strip li")).to_have_count(12)
        for _ in range(4):
            waiting = await page.locator(".strip li[data-state=queued] .name").all_text_contents()
            one = max(
                waiting, key=lambda name: int(name.removeprefix("line-").removesuffix(".txt"))
            )  # it waits longest
            stop = page.locator(".strip").get_by_role("button", name=f"Stop {one}")
            await stop.click()
            await expect(stop).to_be_hidden()  # shown as stopped, or no longer: others need the room
        await expect(page.locator(".strip .hint")).to_be_hidden(timeout=15_000)
        await expect(page.locator(".strip li")).to_have_count(12)
