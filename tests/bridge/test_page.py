"""The page in a real browser, before a scripted server that stops where the test wants to look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import Evidence, ParsedResume, PersonalInfo, Skills
from resumate_grpc._gen.resumate.v1.progress_pb2 import (
    STAGE_AI_ENHANCEMENT,
    STAGE_COMPLETE,
    STAGE_ERROR,
    STAGE_NLP_PARSING,
    STAGE_QUEUED,
    STAGE_TEXT_EXTRACTION,
)
from tests.bridge.browsing import SCREENSHOTS, browser, page_of
from tests.bridge.conftest import Client
from tests.bridge.scripted import ID, Scripted

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROUTE = f"/#/resumes/{ID}"
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser."""
    async with browser() as running:
        yield running


@pytest.fixture
async def page(chromium: Browser, client: Client) -> AsyncIterator[Page]:
    """A page of the bridge's origin."""
    context = await chromium.new_context(base_url=str(client.make_url("/")), viewport={"width": 1280, "height": 860})
    async with context, page_of(context) as opened:
        yield opened


async def half_way(script: Scripted) -> None:
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_TEXT_EXTRACTION, percent=20)
    await script.add(STAGE_NLP_PARSING, percent=60, message="Reading education")


async def finish(script: Scripted) -> None:
    await script.add(STAGE_AI_ENHANCEMENT, percent=100, message="Skipped: no model is configured")
    await script.add(STAGE_COMPLETE, percent=100, message="Done")


async def test_wait_reload_and_result(page: Page, script: Scripted) -> None:
    """A page that is reloaded in the middle shows the true state at once, goes on live, and leads to the result."""
    await half_way(script)
    for _ in range(2):
        await page.goto(ROUTE)
        await page.reload()
        await expect(page.locator(".figure")).to_have_text("60%")
        await expect(page.locator(".message")).to_have_text("Reading education")
        courses = page.locator(".stages li")
        await expect(courses.nth(0)).to_have_attribute("data-course", "done")
        await expect(courses.nth(1)).to_have_attribute("data-course", "running")
        await expect(courses.nth(2)).to_have_attribute("data-course", "waiting")
    await expect(page.locator("#connection")).to_have_text("Live")
    await finish(script)
    await expect(courses.nth(2)).to_have_attribute("data-course", "skipped")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada Example")


async def test_server_restarts_while_watched(page: Page, script: Scripted) -> None:
    """A server that goes and comes back is not noticed by who watches."""
    await half_way(script)
    await page.goto(ROUTE)
    await expect(page.locator("#connection")).to_have_text("Live")
    await script.cut()
    await finish(script)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada Example")


async def test_failure_and_another_try(page: Page, script: Scripted) -> None:
    """A failure says what happened and what to do; Try again starts a new attempt that may succeed."""
    await half_way(script)
    await page.goto(ROUTE)
    await expect(page.locator(".figure")).to_have_text("60%")
    await script.add(STAGE_ERROR)
    await expect(page.get_by_role("alert")).to_have_text("The file is damaged; export it again.")
    script.on_retry = STAGE_QUEUED
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".figure")).to_have_text("0%")
    await script.add(STAGE_COMPLETE, attempt=2, percent=100)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada Example")


async def test_hostile_words_stay_words(page: Page, script: Scripted) -> None:
    """What a résumé or a file name says is text, whatever it looks like; a link in it cannot be followed."""
    text = f"{HOSTILE}\njavascript:alert(2)\n"
    info = PersonalInfo(full_name=HOSTILE, portfolio_url="javascript:alert(2)", summary="x" * 100_000)
    skills = Skills(technical=[HOSTILE, "W" * 100_000])
    script.parsed = ParsedResume(personal_info=info, skills=skills, text=text)
    script.parsed.evidence.append(
        Evidence(field_path="personal_info.full_name", confidence=0.9, page=1, start=0, end=len(HOSTILE))
    )
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_COMPLETE, message=HOSTILE)
    script.resumes[ID].filename = HOSTILE
    await page.goto("/")
    await expect(page.locator(".rows .name")).to_have_text(HOSTILE)
    await page.locator(".rows a").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    await page.locator(".value").first.click()
    await expect(page.locator("mark.chosen")).to_have_text(HOSTILE)
    assert await page.locator("main img").count() == 0
    assert await page.locator("a[href^=javascript]").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= 1280


async def test_names_from_right_to_left(page: Page, script: Scripted) -> None:
    """A name that is read from right to left keeps to itself: what stands around it stays where it is."""
    name = "\u05e2\u05d3\u05d4 \u05dc\u05d1\u05dc\u05d9\u05d9\u05e1"
    script.parsed = ParsedResume(personal_info=PersonalInfo(full_name=name), text=f"{name}\n")
    await half_way(script)
    script.resumes[ID].filename = f"{name}.pdf"
    await page.goto("/")
    await expect(page.locator(".rows .name")).to_have_text(f"{name}.pdf")
    await expect(page.locator(".rows .name")).to_have_attribute("dir", "auto")
    await finish(script)
    toast = page.locator(".toast")
    await expect(toast).to_have_text(f"{name}.pdf is ready")
    await expect(toast.locator("bdi")).to_have_text(f"{name}.pdf")
    # The sentence itself stays from left to right: its words stand after the name.
    after = await toast.locator("a").evaluate("""link => {
      const range = document.createRange();
      range.selectNodeContents(link.lastChild);
      return range.getBoundingClientRect().left >= link.querySelector("bdi").getBoundingClientRect().right - 1;
    }""")
    assert after
    await page.locator(".rows a").click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(name)
    assert await heading.evaluate("heading => getComputedStyle(heading).direction") == "rtl"


async def test_the_place_in_line(page: Page, script: Scripted) -> None:
    """Who waits is told the place in line, until it is their turn."""
    script.queue_position = 3
    await script.add(STAGE_QUEUED, message="Waiting for a worker")
    await page.goto(ROUTE)
    await expect(page.locator(".message")).to_have_text("Number 3 in line")
    script.queue_position = 1
    async with script.news:
        script.news.notify_all()
    await expect(page.locator(".message")).to_have_text("Next in line")
    script.queue_position = 0
    await script.add(STAGE_TEXT_EXTRACTION, percent=20, message="Reading page 1")
    await expect(page.locator(".message")).to_have_text("Reading page 1")


async def test_events_that_were_changed_on_the_way(page: Page, script: Scripted) -> None:
    """Events whose digest is not what follows are not believed; asked for again in vain, the page says so."""
    await half_way(script)
    script.events[ID][1].message = "Said by somebody else"
    script.resumes[ID].progress.sequence = 0  # the page knows none of them yet
    await page.goto(ROUTE)
    await expect(page.get_by_role("alert")).to_contain_text("digest differs")
    assert "somebody else" not in await page.locator("main").inner_text()


async def test_places_and_values_find_each_other(page: Page, script: Scripted) -> None:
    """Choosing a value shows its place in the text, beyond emoji too; choosing a place shows the value."""
    text = "🙂🙂 Ada Example\nada@example.org\n"
    info = PersonalInfo(full_name="Ada Example", email="ada@example.org")
    script.parsed = ParsedResume(personal_info=info, text=text)
    for name, start, end in (("full_name", 3, 14), ("email", 15, 30)):
        script.parsed.evidence.append(
            Evidence(field_path=f"personal_info.{name}", confidence=0.55, page=1, start=start, end=end)
        )
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_COMPLETE)
    await page.goto(ROUTE)
    full_name = page.locator("[data-path='personal_info.full_name'].value")
    await expect(full_name.locator(".confidence")).to_have_text("55%")
    await expect(full_name.locator(".confidence")).to_have_attribute("data-grade", "low")
    await expect(full_name.locator(".place")).to_have_text("Page 1 · 🙂🙂 Ada Example")
    await full_name.click()
    await expect(page.locator("mark.chosen")).to_have_text("Ada Example")
    await page.locator("mark", has_text="ada@example.org").click()
    email = page.locator("[data-path='personal_info.email'].value")
    await expect(email).to_have_attribute("aria-pressed", "true")
    await expect(email).to_be_focused()


async def test_list_is_live(page: Page, script: Scripted) -> None:
    """The start page's list follows every résumé, also those that come from elsewhere."""
    await half_way(script)
    await page.goto("/")
    await expect(page.locator(".rows .state")).to_have_text("Reading, 60%")
    await finish(script)
    await expect(page.locator(".rows .state")).to_have_text("Ready")
    await script.add(STAGE_QUEUED, resume_id=ID.replace("1", "2"))
    await expect(page.locator(".rows li")).to_have_count(2)


async def test_blocked_websockets(page: Page, script: Scripted) -> None:
    """Where WebSockets are blocked the page polls, says so, and still reaches the result."""
    await page.add_init_script(
        "WebSocket = class { constructor() { setTimeout(() => this.onclose(), 10); } close() {} }"
    )
    await half_way(script)
    await page.goto(ROUTE)
    await expect(page.locator("#connection")).to_contain_text("checking every 2 s")
    await finish(script)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada Example")


async def test_unknown_resume(page: Page) -> None:
    """An address that leads nowhere says so and leads back."""
    await page.goto(ROUTE)
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is no such résumé")
    await page.get_by_role("link", name="To the start page").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Turn résumés into data")


async def test_keyboard_alone(page: Page, script: Scripted) -> None:
    """Files can be chosen and a résumé opened without a mouse."""
    await half_way(script)
    await page.goto("/")
    await expect(page.locator(".rows li")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.locator("#files")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".figure")).to_have_text("60%")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
async def test_every_width_and_theme(
    chromium: Browser, client: Client, script: Scripted, width: int, scheme: Literal["light", "dark"]
) -> None:
    """No view is wider than the screen, at three widths in both themes; pictures of them are kept to be looked at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await half_way(script)
    context = await chromium.new_context(
        base_url=str(client.make_url("/")), viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    async with context, page_of(context) as page:
        for name, address in (("start", "/"), ("processing", ROUTE)):
            await page.goto(address)
            await expect(page.locator(".figure, .rows li")).to_have_count(1)
            await expect(page.locator("#connection")).to_have_text("Live")
            await page.wait_for_timeout(250)  # until the bars have moved
            await page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png")
            assert await page.evaluate("document.documentElement.scrollWidth") == width
        await finish(script)
        await expect(page.locator(".review")).to_have_count(1)
        await page.screenshot(path=SCREENSHOTS / f"review-{width}-{scheme}.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth") == width
