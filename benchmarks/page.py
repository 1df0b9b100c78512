"""Measure the page in a real Chromium: its weight, its first paint, events on their way to the eye, a full dashboard.

Usage: python benchmarks/page.py [--loads N] [--sockets N] [--events N] [--resumes N] [--seconds S]

Server (`page_ours.py`), bridge (`bridge_ours.py`) and browser are processes of their own on this machine. Beside each
figure stands what the same machine does without us: the first paint of a bare text answer, a bare aiohttp WebSocket
(`bridge_bare.py`), the frames of a blank page. `CHROMIUM` names another browser.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import uvloop
from peer import Peer, started
from playwright.async_api import Browser, CDPSession, Page, ViewportSize
from report import p95, print_machine, print_table
from ws_reader import Socket, connect

from tests.bridge.browsing import browser

FOLDER = Path(__file__).parent
SCREEN: ViewportSize = {"width": 1280, "height": 860}
TIMEOUT_S = 30.0
AT_ONCE = 100
TOGETHER, BETWEEN_S = 20, 0.1
HEADINGS = ["ours", "beside", "ratio", "expected"]
FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  for (const {name, startTime} of list.getEntries()) if (name === "first-contentful-paint") resolve(startTime);
}).observe({type: "paint", buffered: true}))"""
# Notes when a frame that shows a new percent has been painted, in seconds of the wall clock.
NOTE_PAINTS = """() => {
  window.painted = {};
  const note = () => {
    const percent = document.querySelector(".processing [role=progressbar]")?.ariaValueNow;
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => (window.painted[percent] ??= (performance.timeOrigin + performance.now()) / 1000);
    requestAnimationFrame(() => port2.postMessage(null));
  };
  new MutationObserver(note).observe(document.querySelector(".processing [role=progressbar]"), {attributes: true});
}"""
# Scrolls down, three screens a second as a quick hand does, and returns the times between frames in milliseconds.
SCROLL = """(seconds) => new Promise((resolve) => {
  const times = [];
  const begun = performance.now();
  const frame = (now) => {
    times.push(now);
    const gone = (now - begun) / 1000;
    scrollTo(0, gone * 3 * innerHeight);
    if (gone < seconds) requestAnimationFrame(frame);
    else resolve(times.slice(1).map((time, index) => time - times[index]));
  };
  requestAnimationFrame(frame);
})"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scrolled:
    """Times between the frames of a page that was scrolled, and what its main thread had to do a frame, in ms."""

    frames: list[float]
    work_ms: float


def wall_at(monotonic: float) -> float:
    """Return the wall clock's time at a time of the monotonic clock, which all processes of a machine share."""
    return monotonic + time.time() - time.monotonic()


@asynccontextmanager
async def running(count: int) -> AsyncIterator[tuple[Peer, Peer, str]]:
    """Run a server with so many résumés at work and a bridge before it; gives both, and the page's address."""
    async with (
        started(FOLDER / "page_ours.py", str(count)) as server,
        started(FOLDER / "bridge_ours.py", f"127.0.0.1:{server.hello['port']}") as bridge,
    ):
        yield server, bridge, f"http://127.0.0.1:{bridge.hello['port']}"


async def weight(chromium: Browser, address: str) -> list[list[str]]:
    """Return rows: bytes of all files that the start page loads, and of those that a result's page loads besides."""
    rows = []
    sizes: dict[str, tuple[int, int]] = {}
    async with await chromium.new_context() as context:
        page = await context.new_page()
        await page.goto(address)
        for name, module in (("start page", "main"), ("and the page of a result", "review")):
            await page.evaluate("(module) => import(`/static/${module}.js`)", module)  # with all that it imports
            urls = await page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
            for url in {f"{address}/", *(url for url in urls if "/static/" in url)}:
                plain = await page.request.get(url, headers={"Accept-Encoding": "identity"})
                packed = await page.request.get(url, headers={"Accept-Encoding": "gzip"})
                sizes[url] = (len(await plain.body()), int(packed.headers["content-length"]))
            plain_kb, packed_kb = (sum(each[index] for each in sizes.values()) / 1000 for index in (0, 1))
            rows.append([name, f"{plain_kb:.1f} kB", f"{packed_kb:.1f} kB", str(len(sizes))])
    return rows


async def first_paints(chromium: Browser, address: str, *, loads: int) -> tuple[list[float], list[float]]:
    """Return first contentful paints in ms, each in a window that has nothing cached: ours, and of `/health`."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(loads):
        for path, times in zip(("/", "/health"), found, strict=True):
            async with await chromium.new_context(viewport=SCREEN) as context:
                page = await context.new_page()
                await page.goto(address + path)
                times.append(await page.evaluate(FIRST_PAINT))
    return found


async def openings(port: int, paths: list[str], *, sockets: int) -> list[float]:
    """Open sockets until there are so many, then as many again one by one; returns what those waited for, in ms."""
    opened: list[Socket] = []
    first: dict[int, asyncio.Future[float]] = {}

    def arrived(socket: Socket, beginning: bytes, now: float) -> None:
        if beginning.startswith(b'{"type":"connection_') and not first[socket.name].done():
            first[socket.name].set_result(now)

    async def open_one(number: int) -> float:
        first[number] = asyncio.get_running_loop().create_future()
        begun = time.monotonic()
        opened.append(await connect(port, paths[number % len(paths)], number, arrived))
        return (await asyncio.wait_for(first[number], TIMEOUT_S) - begun) * 1e3

    try:
        for start in range(0, sockets, AT_ONCE):
            await asyncio.gather(*(open_one(start + number) for number in range(min(AT_ONCE, sockets - start))))
        return [await open_one(sockets + number) for number in range(sockets)]
    finally:
        for socket in opened:
            socket.close()


async def paints(chromium: Browser, server: Peer, address: str, *, events: int) -> list[float]:
    """Return the waits in ms from an event's commit to the frame that shows it, one event after the other."""
    waits: list[float] = []
    async with await chromium.new_context(viewport=SCREEN, reduced_motion="reduce") as context:
        page = await context.new_page()
        for topic in range(-(-events // 90)):
            await page.goto(f"{address}/#/resumes/{server.hello['ids'][topic]}")
            await page.locator(".processing").wait_for()
            await page.locator("#connection[data-state=live]").wait_for()
            await page.evaluate(NOTE_PAINTS)
            for percent in range(1, min(90, events - len(waits)) + 1):
                (stamp,) = (await server.ask({"do": "step", "topics": [topic], "percent": percent}))["stamps"]
                seen = await page.wait_for_function("(percent) => window.painted[percent]", arg=percent)
                waits.append((float(await seen.json_value()) - wall_at(stamp)) * 1e3)
    return waits


async def frames(
    chromium: Browser, server: Peer, address: str, *, resumes: int, seconds: float
) -> tuple[Scrolled, Scrolled, float]:
    """Scroll a full dashboard, first while nothing happens, then while it is updated; also returns updates a second."""
    async with await chromium.new_context(viewport=SCREEN) as context:
        page = await context.new_page()
        await page.goto(address)
        while await page.locator(".rows li").count() < resumes:
            await page.get_by_role("button", name="Show more").click()
            await page.wait_for_timeout(50)
        still = await scrolled(page, seconds=seconds)
        scrolling = asyncio.create_task(scrolled(page, seconds=seconds))
        updates = await _updates(server, range(resumes), until=scrolling)
        return await scrolling, still, updates / seconds


async def scrolled(page: Page, *, seconds: float) -> Scrolled:
    """Scroll a page; its processor time is what its main thread used, whatever else the machine did."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await _busy_s(session)
    times: list[float] = await page.evaluate(SCROLL, seconds)
    return Scrolled(frames=times, work_ms=(await _busy_s(session) - before) * 1e3 / len(times))


async def _busy_s(session: CDPSession) -> float:
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


async def _updates(server: Peer, topics: range, *, until: asyncio.Task[Scrolled]) -> int:
    """Move twenty résumés on ten times a second, those that stand first (the newest) as often as the last."""
    done, percents = 0, dict.fromkeys(topics, 0)
    while not until.done():
        percent = 1 + min(percents.values())
        group = [topic for topic in reversed(topics) if percents[topic] < percent][:TOGETHER]
        await server.ask({"do": "step", "topics": group, "percent": min(99, percent)})
        percents |= dict.fromkeys(group, percent)
        done += len(group)
        await asyncio.sleep(BETWEEN_S)
    return done


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", type=int, default=15, help="loads of the page for its first paint")
    parser.add_argument("--sockets", type=int, default=1000, help="sockets that are open while others are opened")
    parser.add_argument("--events", type=int, default=180, help="events from commit to painted bar")
    parser.add_argument("--resumes", type=int, default=1000, help="résumés on the dashboard")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long it is scrolled and updated")
    arguments = parser.parse_args()
    print_machine()
    async with browser() as chromium, running(arguments.resumes) as (server, bridge, address):
        rows = await weight(chromium, address)
        print_table("weight", ["as it stands", "gzip", "files"], rows)
        print("expected: all of it under 150 kB as it stands")
        ours, bare = await first_paints(chromium, address, loads=arguments.loads)
        rows = [_row("first contentful paint, ms p50 / p95", ours, bare, "p50 < 500")]
        paths = [f"/ws/resumes/{resume_id}" for resume_id in server.hello["ids"][:20]]
        ours = await openings(bridge.hello["port"], paths, sockets=arguments.sockets)
        async with started(FOLDER / "bridge_bare.py") as peer:
            bare = await openings(peer.hello["port"], [f"/{topic}" for topic in range(20)], sockets=arguments.sockets)
        rows.append(
            _row(f"open → established at {arguments.sockets:,}, ms p50 / p99", ours, bare, "p99 < 100", tail=99)
        )
        waits = await paints(chromium, server, address, events=arguments.events)
        blank = await chromium.new_page()
        empty = await scrolled(blank, seconds=arguments.seconds)
        rows.append(_row("commit → painted bar, ms p50 / p95", waits, empty.frames, "p95 < 100"))
        moving, still, updates = await frames(
            chromium, server, address, resumes=arguments.resumes, seconds=arguments.seconds
        )
        for name, found in (("scrolled", still), (f"and updated {updates:.0f} times a second", moving)):
            rows.append(_row(f"{name}: frame, ms p50 / p95", found.frames, empty.frames, "p95 < 33"))
            ratio = f"{found.work_ms / empty.work_ms:.1f}"
            cells = [f"{found.work_ms:.1f}", f"{empty.work_ms:.1f}", ratio, "< 16.7"]
            rows.append([f"{name}: work of the main thread a frame, ms", *cells])
    print_table("in Chromium", HEADINGS, rows)
    print(f"beside: a bare text answer; a bare aiohttp WebSocket; a blank page; {arguments.resumes:,} résumés")


def _row(name: str, ours: list[float], beside: list[float], expected: str, *, tail: int = 95) -> list[str]:
    def tail_of(values: list[float]) -> float:
        return p95(values) if tail == 95 else quantiles(values, n=100)[98]  # noqa: PLR2004 - a percentile

    told = [f"{median(values):.1f} / {tail_of(values):.1f}" for values in (ours, beside)]
    return [name, *told, f"{median(ours) / median(beside):.1f}", expected]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
