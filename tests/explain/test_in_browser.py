"""The page in a real browser: it works offline and within its own policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from resumate_grpc.explain.page import explain_page
from tests.bridge.browsing import browser, page_of
from tests.explain.explained import sample

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["sidebar_en.pdf", "table_layout_de.docx"])
async def test_pointing_at_a_value_shows_where_it_was_read(name: str, tmp_path: Path) -> None:
    """Row, place on the page and stretch of text light up together, and a click keeps them lit."""
    target = tmp_path / "out.html"
    target.write_text(explain_page(sample(name), filename=name), encoding="utf-8")
    async with browser() as chromium, await chromium.new_context(offline=True) as context, page_of(context) as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        await page.goto(target.as_uri())
        row = page.locator("aside tr", has=page.locator("th[title='personal_info.email']"))
        number = await row.get_attribute("data-v")
        await row.hover()
        lit = page.locator(".hot")
        assert await lit.count() >= 3
        assert await page.locator(f"main .hot[data-v='{number}']").count() == 1
        await row.click()
        await page.locator("h1").hover()
        assert await page.locator(f"main .hot[data-v='{number}']").count() == 1
        await page.locator("h1").click()
        assert await lit.count() == 0
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


async def test_layers_are_switched(tmp_path: Path) -> None:
    """Words and lines are hidden at first, and shown by their switches."""
    target = tmp_path / "out.html"
    target.write_text(explain_page(sample("sidebar_en.pdf"), filename="cv.pdf"), encoding="utf-8")
    async with browser() as chromium, await chromium.new_context() as context, page_of(context) as page:
        await page.goto(target.as_uri())
        word = page.locator("svg .words rect").first
        assert not await word.is_visible()
        await page.get_by_label("words", exact=True).check()
        assert await word.is_visible()
