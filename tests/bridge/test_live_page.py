"""The page before the real program: upload to review, real failures, a server that is killed and comes back."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, FilePayload, Page, Route, expect

from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadRequest
from tests.bridge.browsing import browser, page_of
from tests.live import LiveServer, live_server
from tests.samples import hostile

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILES = Path(__file__).resolve().parents[1] / "samples" / "files"


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser's window."""
    async with browser() as running, await running.new_context() as context:
        yield context


@pytest.fixture
async def page(context: BrowserContext, live: LiveServer) -> AsyncIterator[Page]:
    """The start page of the running program."""
    async with page_of(context) as page:
        await page.goto(live.http_url)
        yield page


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture
def expected() -> dict[str, Any]:
    """What the sample says."""
    values: dict[str, Any] = json.loads((FILES / "sidebar_en.pdf.json").read_text(encoding="utf-8"))
    return values


# The processing view gives way to the review after 1.5 s, which a busy machine may spend without looking.
RECORD = """
window.recorded = {courses: [], figures: []};
const note = (list, value) => value && list.at(-1) !== value && list.push(value);
new MutationObserver(() => {
  const stages = [...document.querySelectorAll(".stages li")].map((stage) => stage.dataset.course);
  note(window.recorded.courses, stages.join(" "));
  note(window.recorded.figures, document.querySelector(".figure")?.textContent);
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
"""


async def test_from_file_to_review(page: Page, expected: dict[str, Any]) -> None:
    """A file that is chosen is uploaded, its stages are seen, and its values are shown with their places."""
    await page.evaluate(RECORD)
    await page.set_input_files("#files", FILES / "sidebar_en.pdf")
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        expected["personal_info"]["full_name"], timeout=30_000
    )
    recorded = await page.evaluate("window.recorded")
    assert recorded["courses"][-1].split()[-1] == "skipped"
    assert all(len(courses.split()) == 3 for courses in recorded["courses"])
    percents = [int(figure.rstrip("%")) for figure in recorded["figures"] if figure.endswith("%")]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    email = page.locator("[data-path='personal_info.email'].value")
    await expect(email.locator(".confidence")).to_contain_text("%")
    await email.click()
    await page.get_by_role("button", name="Text", exact=True).click()  # once its pictures are there, they are in front
    await expect(page.locator("mark.chosen")).to_have_text(expected["personal_info"]["email"])
    async with page.expect_download() as download:
        await page.locator("summary", has_text="Export").click()
        await page.get_by_role("link", name="JSON Resume").first.click()
    exported = json.loads(await asyncio.to_thread((await (await download.value).path()).read_bytes))
    assert exported["basics"]["email"] == expected["personal_info"]["email"]
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text(expected["personal_info"]["full_name"])
    await page.go_back()
    await expect(page.locator(".rows li", has_text="sidebar_en.pdf").first).to_be_visible()


async def test_a_failure_can_be_tried_again(page: Page, live: LiveServer) -> None:
    """A file that cannot be read says why; Try again is a real second attempt."""
    await page.set_input_files("#files", payload("scan.pdf", hostile.picture_only_pdf()))
    await expect(page.get_by_role("alert")).to_contain_text("text")
    resume_id = page.url.rpartition("/")[2]
    async with page.expect_response("**/retry"):
        await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".processing")).to_have_count(0)
    await expect(page.get_by_role("alert")).to_contain_text("text")
    response = await page.request.get(f"{live.http_url}/v1/resumes/{resume_id}")
    assert (await response.json())["resume"]["attempt"] == 2


async def test_refused_files_say_why(page: Page) -> None:
    """A file that page or server refuses stays on the start page with the reason; the others go on."""
    await page.set_input_files(
        "#files",
        [
            payload("empty.pdf", b""),
            payload("program.pdf", b"MZ\x90" + bytes(5000)),
            payload("archive.docx", b"PK\x03\x04" + bytes(5000)),
            payload("good.txt", b"Somebody Good\n"),
        ],
    )
    await expect(page.locator(".uploads .refused")).to_have_count(3)
    await expect(page.locator(".uploads li", has_text="program.pdf")).to_contain_text("no document, text or scan")
    await expect(page.locator(".uploads li", has_text="archive.docx")).to_contain_text("archive")
    await expect(page.locator(".rows li", has_text="good.txt").first).to_be_visible()
    await page.get_by_role("button", name="Dismiss empty.pdf").click()
    await expect(page.locator(".uploads .refused")).to_have_count(2)


async def test_many_files_at_once(page: Page) -> None:
    """Twenty files are taken at once, and each row reaches its end by itself."""
    names = [f"many-{number}.txt" for number in range(20)]
    await page.set_input_files("#files", [payload(name, name.encode()) for name in names])
    rows = page.locator(".rows li", has_text="many-")
    await expect(rows).to_have_count(20, timeout=20_000)
    await expect(page.locator(".rows li[data-state=queued], .rows li[data-state=processing]")).to_have_count(
        0, timeout=30_000
    )


async def test_a_list_that_is_older_than_the_events(context: BrowserContext, live: LiveServer) -> None:
    """A row whose end came while the list was asked for does not wait for ever."""
    ended = asyncio.Event()

    def hear(frame: str | bytes) -> None:
        if '"type":"complete"' in str(frame):
            ended.set()

    async def answer_late(route: Route) -> None:
        response = await route.fetch()
        body = await response.json()
        for resume in body["resumes"]:
            if resume["filename"] == "late.txt":  # as it was when the answer was made
                resume["state"] = "STATE_QUEUED"
                resume["progress"].update(sequence=1, stage="STAGE_QUEUED", state="STATE_QUEUED", percent=0)
        await asyncio.wait_for(ended.wait(), 20)
        await route.fulfill(response=response, json=body)

    async with page_of(context) as page:
        page.on("websocket", lambda socket: socket.on("framereceived", hear))
        await page.goto(live.http_url)
        await expect(page.locator("#connection")).to_have_text("Live")
        await expect(page.locator(".recent")).to_be_visible()
        await page.route(re.compile(r"/v1/resumes(\?.*)?$"), answer_late)
        with live.client() as client:
            upload = UploadRequest(filename="late.txt", content=b"Ada Fernwick\nlate@example.org")
            await asyncio.to_thread(client.Upload, upload, timeout=30)
        row = page.locator(".rows li", has_text="late.txt")
        await expect(row).to_have_attribute("data-state", "succeeded", timeout=20_000)


async def test_a_killed_program_that_comes_back(context: BrowserContext, tmp_path: Path) -> None:
    """The page says that the link is gone, comes back by itself, and its list is true again."""
    data_dir = tmp_path / "data"
    with live_server(data_dir=data_dir) as first:
        address = urlsplit(first.http_url)
        async with page_of(context) as page:
            await page.goto(first.http_url)
            await expect(page.locator("#connection")).to_have_text("Live")
            first.kill()
            await expect(page.locator("#connection")).to_have_text("Reconnecting…")
            with live_server(data_dir=data_dir, env={"RESUMATE_HTTP_LISTEN": address.netloc}):
                await expect(page.locator("#connection")).to_have_text("Live", timeout=30_000)
                await page.set_input_files("#files", FILES / "plain_en.txt")
                await expect(page.locator(".review")).to_have_count(1, timeout=20_000)
