"""A real Chromium, where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.conftest import missing

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What is expected is waited for; on a machine that does much else a page may be given its turn late.
expect.set_options(timeout=20_000)
PATIENCE_MS = 60_000
SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"


def chromium() -> str:
    """Return where Chromium is; skips the test where it is not, or fails it under REQUIRE_ALL=1."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if not found:
        missing("Chromium (apt-get install chromium), without which the page is not tried in a browser,")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Run a browser until the block ends."""
    path = chromium()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield running
        finally:
            await running.close()


async def has_visible_focus(page: Page) -> bool:
    """Tell whether one can see where the focus is: an outline around what has it, or around its label."""
    return bool(
        await page.evaluate("""() => {
          const focused = document.activeElement;
          if (!focused || focused === document.body) return false;
          const seen = [focused, ...(focused.labels ?? [])];
          return seen.some((element) => {
            const {outlineStyle, outlineWidth} = getComputedStyle(element);
            return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
          });
        }""")
    )


@asynccontextmanager
async def page_of(context: BrowserContext) -> AsyncIterator[Page]:
    """Open a page that must not raise, ask, or break its own Content-Security-Policy."""
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    yield page
    assert complaints == []
