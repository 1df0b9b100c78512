"""Correcting a result on the page, before the real program: saved by field, undone, and joined with others' changes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from pypdfium2 import PdfDocument

from tests.bridge.browsing import SCREENSHOTS, browser, page_of
from tests.live import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILES = Path(__file__).resolve().parents[1] / "samples" / "files"


@pytest.fixture
async def page(live: LiveServer) -> AsyncIterator[Page]:
    """The result of a sample, read by the running program."""
    async with browser() as running, await running.new_context() as context, page_of(context) as page:
        await page.goto(live.http_url)
        await page.set_input_files("#files", FILES / "sidebar_en.pdf")
        await expect(page.locator(".savebar")).to_be_visible(timeout=30_000)
        yield page


async def kept(page: Page) -> dict[str, Any]:
    """Return the résumé as the service has it now."""
    answer = await page.request.get(_address(page))
    resume: dict[str, Any] = (await answer.json())["resume"]
    return resume


def _address(page: Page) -> str:
    origin, _, resume_id = page.url.partition("/#/resumes/")
    return f"{origin}/v1/resumes/{resume_id}"


async def change_as_somebody_else(page: Page, parsed: dict[str, Any], mask: str) -> None:
    """Correct the résumé as another person would who has it open too."""
    answer = await page.request.patch(_address(page), data={"resume": {"parsed": parsed}, "update_mask": mask})
    assert answer.ok


async def write(page: Page, path: str, text: str) -> None:
    """Write a value anew where it stands."""
    await page.locator(f"[data-path='{path}'].value").dblclick()
    await page.locator(".editor :is(input, textarea)").fill(text)
    await page.keyboard.press("Enter")


async def saved(page: Page) -> None:
    """Wait until the page says that all is saved."""
    await expect(page.locator(".savebar")).to_have_attribute("data-state", "saved")


async def test_a_value_is_corrected_where_it_stands(page: Page) -> None:
    """A corrected value is kept without a place; the others keep theirs; undo and redo are kept too."""
    before = await kept(page)
    await write(page, "personal_info.email", "priya@example.org")
    await expect(page.locator(".savebar .state")).to_have_text("All corrections are saved.")
    after = await kept(page)
    assert after["parsed"]["personal_info"]["email"] == "priya@example.org"
    assert after["etag"] != before["etag"]
    paths = {found["field_path"] for found in after["parsed"]["evidence"]}
    assert "personal_info.email" not in paths
    assert "personal_info.full_name" in paths
    await page.keyboard.press("Control+z")
    await saved(page)
    assert (await kept(page))["parsed"]["personal_info"] == before["parsed"]["personal_info"]
    await page.get_by_role("button", name="Redo").click()
    await saved(page)
    assert (await kept(page))["parsed"]["personal_info"]["email"] == "priya@example.org"


async def test_entries_move_go_and_come(page: Page) -> None:
    """Entries are moved with their places, removed, and added; skills too."""
    before = (await kept(page))["parsed"]
    first, second = before["work_experience"][:2]
    entries = page.locator("[data-entry='work_experience[0]']")
    await entries.get_by_role("button", name=re.compile("down")).click()
    await saved(page)
    moved = (await kept(page))["parsed"]
    assert [post["company"] for post in moved["work_experience"][:2]] == [second["company"], first["company"]]
    places = {found["field_path"]: found for found in moved["evidence"]}
    old = {found["field_path"]: found for found in before["evidence"]}
    assert places["work_experience[1].company"]["start"] == old["work_experience[0].company"]["start"]
    await entries.get_by_role("button", name=re.compile("Remove")).click()
    await saved(page)
    assert (await kept(page))["parsed"]["work_experience"][0]["company"] == first["company"]
    await page.get_by_role("button", name="Add to Technical").click()
    await page.keyboard.type("Ceramics")
    await page.keyboard.press("Enter")
    await saved(page)
    assert (await kept(page))["parsed"]["skills"]["technical"] == [*before["skills"]["technical"], "Ceramics"]


async def test_what_cannot_stand_is_said_at_once(page: Page) -> None:
    """A date that is none is refused while it is written; Escape leaves everything as it was."""
    before = await kept(page)
    await page.locator("[data-path='work_experience[0].start_date'].value").dblclick()
    await page.locator(".editor input").fill("last summer")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("2024-05")
    await page.keyboard.press("Escape")
    await expect(page.locator(".editor")).to_have_count(0)
    assert (await kept(page)) == before


async def test_two_people_correct_the_same(page: Page) -> None:
    """What only the other changed is taken in; what both changed is asked, and then saved as decided."""
    theirs = (await kept(page))["parsed"]
    theirs["personal_info"] |= {"email": "theirs@example.org", "phone": "+1 555 010 9999"}
    await change_as_somebody_else(page, theirs, "parsed.personal_info")
    await write(page, "personal_info.email", "mine@example.org")
    await expect(page.locator(".conflicts li")).to_contain_text("Contact, E-mail")
    await expect(page.locator("[data-path='personal_info.phone'].value")).to_contain_text("+1 555 010 9999")
    assert (await kept(page))["parsed"]["personal_info"]["email"] == "theirs@example.org"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / "conflict.png")
    await page.get_by_role("button", name="Yours: mine@example.org").click()
    await saved(page)
    info = (await kept(page))["parsed"]["personal_info"]
    assert (info["email"], info["phone"]) == ("mine@example.org", "+1 555 010 9999")


async def test_by_keyboard_alone(page: Page) -> None:
    """A value is corrected with F2, and its tools follow it in the order of the keyboard."""
    value = page.locator("[data-path='personal_info.full_name'].value")
    await value.focus()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Edit Name")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("F2")
    await page.keyboard.type("Priya V.")
    await page.keyboard.press("Enter")
    await saved(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Priya V.")
    await expect(page.locator("[data-path='personal_info.full_name'].value")).to_be_focused()


async def test_pages_and_values_light_each_other(page: Page) -> None:
    """The page is shown as it looks; a value lights its place on it, a place its value, and the text is beside."""
    await expect(page.locator(".sheet img")).to_have_js_property("complete", value=True)
    assert await page.locator(".sheet img").evaluate("image => image.naturalWidth") == 1200
    email = page.locator("[data-path='personal_info.email'].value")
    place = page.locator(".mark[data-path='personal_info.email']")
    await email.hover()
    await expect(place).to_have_class("mark hinted")
    await place.hover(force=True)  # the page's words lie over it, and it answers all the same
    await expect(email).to_have_class("value plain hinted")
    await place.click(force=True)
    await expect(email).to_have_attribute("aria-pressed", "true")
    await expect(place).to_have_class("mark hinted chosen")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / "pages.png")
    await page.get_by_role("button", name="Text", exact=True).click()
    await expect(page.locator("mark.chosen")).to_have_text("priya.v@example.com")


async def test_words_can_be_selected_on_the_picture(page: Page) -> None:
    """Whoever drags over the picture has selected its words, in their order and with their blanks."""
    await expect(page.locator(".words text").first).to_be_attached()
    sheet = page.locator(".sheet")
    await sheet.scroll_into_view_if_needed()
    box = await sheet.bounding_box()
    answer = await page.request.get(f"{_address(page)}/pages/1/words")
    told = await answer.json()
    assert box is not None
    scale = box["width"] / told["width"]
    line = next(line for line in told["lines"] if line[0][0] == "Lead")
    middle = box["y"] + (line[0][2] + line[0][4]) / 2 * scale
    await page.mouse.move(box["x"] + line[0][1] * scale + 1, middle)
    await page.mouse.down()
    await page.mouse.move(box["x"] + line[2][3] * scale - 0.5, middle, steps=5)
    await page.mouse.up()
    assert (await page.evaluate("getSelection().toString()")).strip() == "Lead Product Designer"


async def test_the_print_view(page: Page) -> None:
    """On paper there are the values and nothing to press."""
    await page.emulate_media(media="print")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    for name in (".savebar", "aside", ".entry-tools >> nth=0", ".bar"):
        await expect(page.locator(name)).to_be_hidden()
    document = PdfDocument(await page.pdf(format="A4"))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    for said in ("Priya Venkataraman", "Tandem Bicycle Software", "Experience", "Bachelor of Fine Arts"):
        assert said in text
    assert "Add" not in text
    assert len(document) <= 2
