"""JSON Resume's themes from npm: JSON to HTML by the theme's own code, HTML to PDF by Chromium."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from templates.people import JsonResume

__all__ = ["CONVERTED_OF_HALF", "OF_HALF", "html_of", "pdf_of_html"]

OF_HALF: Mapping[str, Sequence[str]] = {
    "look": ("actual", "elegant", "flat", "kwan", "microdata", "onepage", "short", "spartan"),
    "opened": ("caffeine", "classy", "even", "kendall", "macchiato", "modern", "paper", "slick", "stackoverflow"),
    "fresh": (
        "colophon", "compact", "crisp", "eloquent", "folio", "jacrys", "lucide", "mantra", "minyma",
        "onepage-plus", "onepage-simplified", "paper-plus-plus", "pumpkin", "spartacus", "srt", "standard-resume",
        "straightforward", "student-onepage",
    ),
}  # fmt: skip
CONVERTED_OF_HALF: Mapping[str, Mapping[str, str]] = {
    "look": {"docx": "elegant", "odt": "flat", "md": "kwan", "txt": "microdata", "html": "onepage", "doc": "flat"},
    "opened": {"docx": "even", "odt": "kendall", "md": "macchiato", "txt": "modern", "html": "paper", "doc": "kendall"},
    "fresh": {
        "docx": "lucide", "odt": "jacrys", "md": "straightforward", "txt": "eloquent", "html": "folio",
        "doc": "pumpkin", "rtf": "standard-resume",
    },
}  # fmt: skip
"""Themes whose pages are turned into another format, by its ending."""
_TIMEOUT_S = 120
_RENDER = """
const fs = require("fs"), path = require("path");
const [, , folder, input, output] = process.argv;
(async () => {
  let theme;
  try { theme = require(folder); }
  catch { const name = fs.existsSync(path.join(folder, "dist/index.js")) ? "dist/index.js" : "index.js";
          theme = await import(path.join(folder, name)); }
  const render = theme.render || theme.default.render;
  fs.writeFileSync(output, String(await render(JSON.parse(fs.readFileSync(input, "utf-8")))));
})().catch((error) => { console.error(error); process.exit(1); });
"""


def html_of(resume: JsonResume, theme: str, packages: Path) -> str:
    """Render a résumé by a theme; raises `CalledProcessError` where the theme cannot."""
    with TemporaryDirectory() as folder:
        script, source, target = (Path(folder, name) for name in ("render.cjs", "resume.json", "resume.html"))
        script.write_text(_RENDER, encoding="utf-8")
        source.write_text(json.dumps(resume, ensure_ascii=False), encoding="utf-8")
        package = packages.resolve() / f"jsonresume-theme-{theme}"
        command = ["node", *map(str, (script, package, source, target))]
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
        return target.read_text(encoding="utf-8")


def pdf_of_html(html: str) -> bytes:
    """Print a page with headless Chromium, without its header and footer."""
    with TemporaryDirectory() as folder:
        page, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                   f"--user-data-dir={folder}/profile", "--virtual-time-budget=4000",
                   f"--print-to-pdf={target}", page.as_uri()]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
        return target.read_bytes()
