"""Every view of the page under axe-core, in both themes and on a small screen, before the real program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from resumate_grpc._gen.resumate.v1.resume_service_pb2 import ListResumesRequest
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadRequest
from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressRequest
from tests.bridge.axe import violations
from tests.bridge.browsing import browser, page_of
from tests.live import LiveServer, live_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.node,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
]

FILES = Path(__file__).resolve().parents[1] / "samples" / "files"
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (360, "dark")]
DOUBTFUL = (
    b"Ada Fernwick\nSomewhere 12\nWork\nEngineer 2019 - 2020\nLead, Acme 2022 to 2024\nSkills: Go, Rust, Cooking\n"
)
READ = {
    "sidebar_en.pdf": (FILES / "sidebar_en.pdf").read_bytes(),
    "doubtful.txt": DOUBTFUL,
    "broken.pdf": b"%PDF-1.7 no more",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A program that has read some documents, and whose parser stands still at the next."""
    data_dir = tmp_path_factory.mktemp("accessible") / "data"
    with live_server(data_dir=data_dir) as running, running.client() as client:
        for name, content in READ.items():
            resume_id = upload(client, name, content)
            list(client.WatchProgress(WatchProgressRequest(resume_id=resume_id), timeout=60))
    env = {"RESUMATE_FAILPOINTS": "parse.nlp_parsing=stop", "RESUMATE_PARSE_TIMEOUT_S": "600"}
    with live_server(data_dir=data_dir, env=env) as running:
        try:
            yield running
        finally:
            running.kill()  # what stands still would be waited for


@pytest.fixture(scope="module")
def ids(server: LiveServer) -> dict[str, str]:
    """Ids of results, a failure, one at work and one that waits, by their files' names."""
    with server.client() as client:
        upload(client, "atwork.txt", b"Ada Fernwick\nat@work.example\n")
        upload(client, "waiting.txt", b"Ada Fernwick\nwaiting@example.org\n")
        return {resume.filename: resume.id for resume in client.ListResumes(ListResumesRequest(), timeout=30).resumes}


def upload(client: ResumeServiceStub, name: str, content: bytes) -> str:
    """Upload a file; returns its résumé's id."""
    return client.Upload(UploadRequest(filename=name, content=content), timeout=30).resume.id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all of this module."""
    async with browser() as running:
        yield running


@pytest_asyncio.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}", loop_scope="module")
async def page(request: pytest.FixtureRequest, chromium: Browser) -> AsyncIterator[Page]:
    """A page of some width and theme, in which nothing is on its way while axe looks."""
    width, scheme = request.param
    context = await chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    async with context, page_of(context) as page:
        yield page


async def test_empty_start_page(page: Page, server: LiveServer) -> None:
    """The start page before anything was uploaded, with files refused and the link gone."""
    await page.route(
        "**/v1/resumes/search",
        lambda route: route.fulfill(json={"resumes": [], "next_page_token": "", "total_size": 0}),
    )
    await page.goto(server.http_url)
    await expect(page.locator(".empty ol li")).to_have_count(3)
    program: FilePayload = {"name": "program.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90" + bytes(5000)}
    await page.set_input_files("#files", program)
    await expect(page.locator(".uploads .refused")).to_have_count(1)
    assert await violations(page) == []
    await page.context.set_offline(True)
    await expect(page.locator("#banner")).to_contain_text("You are offline")
    assert await violations(page) == []


async def test_dashboard(page: Page, server: LiveServer, ids: dict[str, str]) -> None:
    """The list with all states, something at work, a search without an answer, and a deletion that can be undone."""
    await page.goto(server.http_url)
    await expect(page.locator(".rows li[data-state=succeeded]")).to_have_count(2)
    await expect(page.locator(".strip li[data-state=processing]")).to_have_count(1)
    await expect(page.locator(".rows li")).to_have_count(len(ids))
    assert await violations(page) == []
    await page.locator(".rows").get_by_role("button", name="Delete waiting.txt").click()
    await expect(page.locator(".toast")).to_have_count(1)
    assert await violations(page) == []
    await page.keyboard.press("Control+z")
    await page.get_by_label("Search").fill("nobody has this")
    await expect(page.locator(".empty")).to_be_visible()
    assert await violations(page) == []


@pytest.mark.parametrize("name", ["atwork.txt", "waiting.txt", "broken.pdf", "no such"])
async def test_waiting_and_failing(page: Page, server: LiveServer, ids: dict[str, str], name: str) -> None:
    """One at work, one in line, one that could not be read, and one that is not there."""
    await page.goto(f"{server.http_url}/#/resumes/{ids.get(name, 'none')}")
    told = {"atwork.txt": ".stages [data-course=done]", "waiting.txt": ".message"}
    await expect(page.locator(told.get(name, "[role=alert]"))).to_be_visible(timeout=15_000)
    if name == "waiting.txt":
        await expect(page.locator(".message")).to_have_text("Next in line")
    assert await violations(page) == []


async def test_review(page: Page, server: LiveServer, ids: dict[str, str]) -> None:
    """The result as it comes, and with all that can be open: menus, an editor that objects, the text, a conflict."""
    await page.goto(f"{server.http_url}/#/resumes/{ids['sidebar_en.pdf']}")
    await expect(page.locator(".words text").first).to_be_attached(timeout=15_000)
    assert await violations(page) == []
    await page.locator("summary", has_text="Export").click()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.locator("[data-entry='work_experience[0]'] summary").click()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    if not await page.locator(".pane").evaluate("pane => pane.open"):
        await page.locator(".pane > summary").click()
    await page.get_by_role("button", name="Text", exact=True).click()
    await page.locator("[data-path='work_experience[0].start_date'].value").dblclick()
    await page.locator(".editor input").fill("last summer")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("2024-05")
    assert await violations(page) == []
    await page.keyboard.press("Escape")


async def test_doubts_and_conflict(page: Page, server: LiveServer, ids: dict[str, str]) -> None:
    """A result with doubtful values, of a format without pages, that two people correct at once."""
    address = f"{server.http_url}/v1/resumes/{ids['doubtful.txt']}"
    await page.goto(f"{server.http_url}/#/resumes/{ids['doubtful.txt']}")
    name = page.locator("[data-path='personal_info.full_name'].value")
    await expect(name).to_be_visible(timeout=15_000)
    await expect(page.locator(".doubts")).to_be_visible()
    size = await page.evaluate("innerWidth")
    theirs = {"parsed": {"personal_info": {"full_name": f"Ada Theirs {size}"}}}
    changed = await page.request.patch(
        address, data={"resume": theirs, "update_mask": "parsed.personal_info.full_name"}
    )
    assert changed.ok
    await name.dblclick()
    await page.locator(".editor input").fill(f"Ada Mine {size}")
    await page.keyboard.press("Enter")
    await expect(page.locator(".conflicts li")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Theirs").click()
    await expect(page.locator(".savebar")).to_have_attribute("data-state", "saved")
