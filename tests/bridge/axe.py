"""axe-core, the accessibility checker that browsers' own audits use, run in a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page

from tests.bridge.npm import install

__all__ = ["violations"]

PACKAGE = "axe-core@4.14.1"
RUN = """async () => {
  const found = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"],
  });
  return {
    passed: found.passes.length,
    violations: found.violations.flatMap(({id, nodes}) =>
      nodes.map(({html, failureSummary}) => `${id}: ${html}\\n${failureSummary}`)),
  };
}"""
FEWEST_RULES = 10
"""A view of ours answers to more rules than that: fewer, and axe has not seen it."""


@cache
def _script() -> str:
    with TemporaryDirectory() as folder:
        install(Path(folder), PACKAGE)
        return (Path(folder) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page as it stands, one line a place; the best practices included."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(_script())
    found = await page.evaluate(RUN)
    assert found["passed"] >= FEWEST_RULES
    told: list[str] = found["violations"]
    return told
