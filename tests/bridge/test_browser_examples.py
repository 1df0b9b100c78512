"""The examples of docs/browser.md, in a real browser, before the real program, under its Content-Security-Policy."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect

from resumate_grpc.client import Client
from tests.bridge.browsing import browser, page_of
from tests.bridge.npm import install
from tests.live import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "bridge" / "resumate_bridge" / "static"
DOCUMENT = (ROOT / "docs" / "browser.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```(js|html|jsx)\n(.+?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
CALLBACKS, ITERATOR, ELEMENT, HOOK = (text for _, text in EXAMPLES)


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser's window."""
    async with browser() as running, await running.new_context() as context:
        yield context


async def opened(page: Page, live: LiveServer, body: str, script: str = "") -> None:
    """Open a page of the bridge's own origin and policy, with this body and this module."""
    with await asyncio.to_thread(urlopen, live.http_url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy

    async def give_page(route: Route) -> None:
        html = f'<!doctype html><meta charset="utf-8">{body}<script type="module" src="/example.js"></script>'
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
        await route.fulfill(body=html, headers=headers)

    async def give_script(route: Route) -> None:
        await route.fulfill(body=script, headers={"Content-Type": "text/javascript"})

    await page.route("**/example.html", give_page)
    await page.route("**/example.js", give_script)
    await page.goto(f"{live.http_url}/example.html")


async def uploaded(live: LiveServer, content: bytes) -> str:
    """Upload a résumé; returns its id."""
    async with Client(live.grpc_address) as client:
        return (await client.upload(content, filename="ada.txt")).id


async def test_callbacks(context: BrowserContext, live: LiveServer) -> None:
    """Ten lines upload a file, show how far it is and what came of it."""
    async with page_of(context) as page:
        await opened(page, live, '<p id="out"></p>', CALLBACKS)
        await expect(page.locator("#out")).to_have_text("Ada Fernwick", timeout=30_000)


async def test_iterator(context: BrowserContext, live: LiveServer) -> None:
    """The loop sees 1, 2, 3 … and ends with the résumé."""
    async with page_of(context) as page:
        await opened(page, live, '<p id="out"></p>', ITERATOR)
        await expect(page.locator("#out")).to_have_text(re.compile(r"^1 2 3 .*done$"), timeout=30_000)
        *numbers, done = (await page.locator("#out").inner_text()).split()
        assert (numbers, done) == ([str(number) for number in range(1, len(numbers) + 1)], "done")


async def test_custom_element(context: BrowserContext, live: LiveServer, ada: bytes) -> None:
    """The element shows the end, tells it by an event, and follows its attribute to another résumé."""
    first, second = await uploaded(live, ada), await uploaded(live, ada + b"\nmore\n")
    async with page_of(context) as page:
        noting = 'addEventListener("complete", (event) => (document.title = event.detail.resume_id));'
        await opened(page, live, ELEMENT.replace("RESUME_ID", first), noting)
        element = page.locator("resumate-progress")
        await expect(element).to_have_attribute("data-state", "succeeded", timeout=30_000)
        await expect(element.locator("progress")).to_have_js_property("value", 100)
        await expect(page).to_have_title(first)
        await element.evaluate("(element, id) => element.setAttribute('resume-id', id)", second)
        await expect(page).to_have_title(second, timeout=30_000)


@pytest.mark.node
async def test_react_hook(context: BrowserContext, live: LiveServer, ada: bytes, tmp_path: Path) -> None:
    """With React and a bundler from the registry, the hook renders the end of a real parse."""
    script = HOOK.replace('"/static/react.js"', f'"{STATIC / "react.js"}"')
    bundled = await asyncio.to_thread(bundle, tmp_path, script)
    resume_id = await uploaded(live, ada)
    async with page_of(context) as page:
        await opened(page, live, f'<div id="out" data-resume-id="{resume_id}"></div>', bundled)
        await expect(page.locator("#out p")).to_contain_text("succeeded: 100%", timeout=30_000)


def bundle(folder: Path, script: str) -> str:
    """Bundle a module with React, as a front-end project does."""
    (folder / "example.jsx").write_text(script, encoding="utf-8")
    install(folder, "react@19", "react-dom@19", "esbuild@0.25")
    command = ["npx", "esbuild", "example.jsx", "--bundle", "--format=esm", "--jsx=automatic", "--outfile=out.js"]
    subprocess.run(
        [*command, "--define:process.env.NODE_ENV='production'"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "out.js").read_text(encoding="utf-8")


USE = """
import { connect, WatchError, type Frame, type Watch } from "./static/client.js";
import { resumeProgressHook } from "./static/react.js";
import { shareClient } from "./static/element.js";

const client = connect({ base: "https://bridge.example" });
shareClient(client);
const stop: () => void = client.onState(({ name, retryAt }) => console.log(name, retryAt?.toFixed()));
const watch: Watch = client.watchResume("r", { after: 3, onError: (error: WatchError) => console.log(error.code) });
client.unwatch(watch);
client.unwatch("r");
for await (const frame of client.watchFeed({ includeParsed: true })) {
  const seen: Frame = frame;
  console.log(seen.feed_sequence?.toFixed(), seen.stage === "nlp_parsing");
}
const { resume_id } = await client.upload(new File([], "cv.pdf"), { onUploadProgress: ({ sent }) => sent.toFixed() });
const element = document.querySelector("resumate-progress");
console.log(resume_id, element?.progress.percent);
const use = resumeProgressHook({ useCallback() {}, useMemo() {}, useSyncExternalStore() {} });
console.log(use("r").stages.nlp_parsing.course, use(null).failure?.retryable);
stop();
"""
MISUSE = """
import { connect } from "./static/client.js";
connect().watchResume(7);
connect().watchResume("r", { onProgres: () => {} });
connect().state.name === "alive";
"""


@pytest.mark.node
def test_types(tmp_path: Path) -> None:
    """The declarations hold under tsc --strict: ordinary use passes, misuse does not."""
    install(tmp_path, "typescript@5")
    shutil.copytree(STATIC, tmp_path / "static", ignore=shutil.ignore_patterns("package.json"))
    (tmp_path / "use.ts").write_text(USE, encoding="utf-8")
    (tmp_path / "misuse.ts").write_text(MISUSE, encoding="utf-8")
    options = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--moduleDetection", "force"]
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")

    def errors(file: str) -> list[object]:
        command = ["npx", "tsc", *options, file]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False).stdout
        return re.findall(r"^(\S+)\((\d+),", told, re.MULTILINE) or [told] * bool(told)

    assert errors("use.ts") == []
    assert errors("misuse.ts") == [("misuse.ts", "3"), ("misuse.ts", "4"), ("misuse.ts", "5")]


EXPORTS = {"client.js": {"connect", "Client", "UploadError", "WatchError"}, "react.js": {"resumeProgressHook"}}


@pytest.mark.parametrize("module", EXPORTS)
def test_declarations_name_what_there_is(module: str) -> None:
    """Whatever a module exports is declared, and whatever is declared is exported."""
    script = (STATIC / module).read_text(encoding="utf-8")
    types = (STATIC / module.replace(".js", ".d.ts")).read_text(encoding="utf-8")
    given = set(re.findall(r"^export (?:function|class) (\w+)", script, re.MULTILINE))
    given |= set(re.findall(r"^export \{ (\w+) \} from", script, re.MULTILINE))
    assert given == EXPORTS[module]
    assert set(re.findall(r"^export declare (?:function|class) (\w+)", types, re.MULTILINE)) == given
