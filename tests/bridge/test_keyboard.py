"""The whole job without a mouse, before the real program: where the focus goes, and that one can see it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.bridge.browsing import browser, has_visible_focus, page_of
from tests.live import LiveServer, live_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILE = Path(__file__).resolve().parents[1] / "samples" / "files" / "sidebar_en.pdf"
MOST_STOPS = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A program that takes eight seconds more for each document: time to stop it, on a busy machine too."""
    env = {"RESUMATE_FAILPOINTS": "parse.result=delay(8)"}
    with live_server(data_dir=tmp_path_factory.mktemp("keyboard") / "data", env=env) as running:
        yield running


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser's window without motion."""
    async with browser() as running, await running.new_context(reduced_motion="reduce") as context:
        yield context


async def tab_to(page: Page, name: str, *, role: str = "", back: bool = False) -> None:
    """Press Tab until the control of this name has the focus; at each stop one must see where it is."""
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        stop = await focused(page)
        if stop["tag"] != "BODY":  # the browser's own controls are stops too
            assert await has_visible_focus(page), stop
        if name in stop["name"] and role in stop["tag"]:
            return
    raise AssertionError(f"no Tab leads to {name}")


async def focused(page: Page) -> dict[str, str]:
    """Return the tag of what has the focus, and what it is called."""
    told: dict[str, str] = await page.evaluate("""() => {
      const {tagName, textContent, id, labels} = document.activeElement;
      const label = document.activeElement.getAttribute("aria-label") ?? labels?.[0]?.textContent;
      return {tag: tagName, name: label || textContent.trim() || id};
    }""")
    return told


async def kept(page: Page) -> dict[str, Any]:
    """Return what the service has of the résumé on the page."""
    origin, _, resume_id = page.url.partition("/#/resumes/")
    answer = await page.request.get(f"{origin}/v1/resumes/{resume_id}")
    parsed: dict[str, Any] = (await answer.json())["resume"]["parsed"]
    return parsed


async def saved(page: Page) -> None:
    await expect(page.locator(".savebar")).to_have_attribute("data-state", "saved")


async def test_the_whole_job(context: BrowserContext, server: LiveServer) -> None:
    """Upload, stop, try again, correct, move, undo, export, delete and undo: by keys, the focus always where one is."""
    async with page_of(context) as page:
        # From now on choosers are caught: asked for with the key that opens one, the browser may be told too late.
        page.on("filechooser", lambda _: None)
        await page.goto(server.http_url)
        await upload_stop_and_try_again(page)
        await correct_and_undo(page)
        await move_and_undo(page)
        await export(page)
        await delete_and_undo(page)


async def upload_stop_and_try_again(page: Page) -> None:
    await tab_to(page, "Skip to content")
    await tab_to(page, "Choose files", role="INPUT")
    async with page.expect_file_chooser() as choosing:
        await page.keyboard.press("Enter")
    await (await choosing.value).set_files(FILE)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(page.get_by_role("progressbar", name="sidebar_en.pdf")).to_be_visible()
    await tab_to(page, "Stop")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Stopped before it was read")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await tab_to(page, "Try again")
    await page.keyboard.press("Enter")
    await expect(page.locator(".savebar")).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()


async def correct_and_undo(page: Page) -> None:
    before = await kept(page)
    await tab_to(page, "Export")
    await tab_to(page, "Original")
    await tab_to(page, "Parse again")
    await tab_to(page, "Name: Priya Venkataraman")
    await page.keyboard.press("F2")
    await page.keyboard.type("Priya V.")
    await page.keyboard.press("Enter")
    await saved(page)
    assert (await focused(page))["name"].startswith("Name: Priya V.")
    assert (await kept(page))["personal_info"]["full_name"] == "Priya V."
    await page.keyboard.press("Control+z")
    await saved(page)
    assert (await kept(page))["personal_info"] == before["personal_info"]
    await tab_to(page, "Edit Name")
    await page.keyboard.press("Enter")
    await expect(page.locator(".editor input")).to_be_focused()
    await page.keyboard.press("Escape")
    assert (await focused(page))["name"].startswith("Name: ")


async def move_and_undo(page: Page) -> None:
    first, second = [post["company"] for post in (await kept(page))["work_experience"]]
    await tab_to(page, "Move Experience 1 down")
    await page.keyboard.press("Enter")
    await saved(page)
    assert [post["company"] for post in (await kept(page))["work_experience"]] == [second, first]
    assert (await focused(page))["name"] == "Move Experience 2 up"
    await page.keyboard.press("Control+z")
    await saved(page)
    assert [post["company"] for post in (await kept(page))["work_experience"]] == [first, second]
    # The dates decide what the career is: taking them back must be savable too.
    await tab_to(page, "From: Jun 2020", back=True)
    await page.keyboard.press("F2")
    await page.keyboard.type("2021-01")
    await page.keyboard.press("Enter")
    await expect(page.locator(".career")).to_contain_text("7 months without a post")
    await saved(page)
    await page.keyboard.press("Control+z")
    await expect(page.locator(".career")).not_to_contain_text("without a post")
    await saved(page)
    assert (await kept(page))["career"]["gaps"] == []


async def export(page: Page) -> None:
    await tab_to(page, "Export", back=True)
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    assert (await focused(page))["name"].startswith("JSON Resume")
    await page.keyboard.press("Escape")
    assert (await focused(page))["name"] == "Export"
    await page.keyboard.press("Enter")
    for _ in range(4):
        await page.keyboard.press("ArrowDown")
    assert (await focused(page))["name"].startswith("Redacted JSON Resume")
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    content = await asyncio.to_thread((await (await download.value).path()).read_text, encoding="utf-8")
    assert json.loads(content)["work"]
    assert "Priya" not in content
    assert "priya" not in content


async def delete_and_undo(page: Page) -> None:
    await tab_to(page, "ResuMate", back=True)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(page.locator(".rows li")).to_have_count(1)
    await tab_to(page, "Delete sidebar_en.pdf")
    await page.keyboard.press("Enter")
    await expect(page.locator(".rows li")).to_have_count(0)
    assert await has_visible_focus(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Control+z")
    await expect(page.locator(".rows li")).to_have_count(1)
    await tab_to(page, "Delete sidebar_en.pdf")
    await page.keyboard.press("Enter")
    await tab_to(page, "Undo")
    await page.keyboard.press("Enter")
    await expect(page.locator(".rows li")).to_have_count(1)
