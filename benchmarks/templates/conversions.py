"""Other formats of what was printed, by pandoc and LibreOffice."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["by_libreoffice", "by_pandoc"]

_TIMEOUT_S = 180


def by_pandoc(html: str, ending: str) -> bytes:
    """Turn a page into `docx`, `odt`, `md` or `txt`."""
    writers = {"txt": "plain", "md": "gfm-raw_html"}
    with TemporaryDirectory() as folder:
        page, target = Path(folder, "page.html"), Path(folder, f"page.{ending}")
        page.write_text(html, encoding="utf-8")
        command = ["pandoc", "--from", "html", "--to", writers.get(ending, ending), "--output", str(target), str(page)]
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S, cwd=folder)
        return target.read_bytes()


def by_libreoffice(content: bytes, source: str, ending: str) -> bytes:
    """Turn a document (`source` is its ending) into `doc`, `docx`, `odt`, `rtf` or `pdf` with LibreOffice Writer."""
    with TemporaryDirectory() as folder:
        Path(folder, f"page.{source}").write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", folder, f"page.{source}"]
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S, cwd=folder)
        return Path(folder, f"page.{ending}").read_bytes()
