"""The corpus of a half: its people, each printed by some of its templates, with what each file states."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pdfplumber
import pypdfium2

from templates import conversions, latex_classes, typst_themes, web_themes
from templates.people import PROBE, JsonResume, people_of
from templates.printed import Page, Prints, labels_of, prints_of

__all__ = ["Tools", "write_corpus"]

_NO_WORD = re.compile(r"\W+")
_PEOPLE_PER_TEMPLATE = 3
_BY_LIBREOFFICE = ("doc", "rtf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """Where the templates are: a folder of npm's packages, and rendercv's command."""

    packages: Path
    rendercv: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    ending: str
    content: bytes
    page: Page


@dataclass(frozen=True, slots=True)
class _Template:
    name: str
    kind: str
    print: Callable[[JsonResume], _File]


def write_corpus(folder: Path, half: str, tools: Tools, *, only: str = "") -> None:
    """Write files, labels and a manifest; says on standard output which templates failed, and why."""
    for name in ("files", "gold"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    people = people_of(half)
    rows, neutral = ["file\tkind\tsource_repo"], []
    for number, template in enumerate(_templates(half, tools)):
        if not re.search(only, template.name):
            continue
        try:
            prints = prints_of(template.print(PROBE).page)
        except (subprocess.SubprocessError, OSError, StopIteration) as error:
            print(f"{template.name}: left out, {_reason(error)}")
            continue
        for each in range(_PEOPLE_PER_TEMPLATE):
            at = (number * _PEOPLE_PER_TEMPLATE + each * 5) % len(people)
            stem = f"{_NO_WORD.sub('_', template.name)}_{at:02d}"
            try:
                file = template.print(people[at])
            except (subprocess.SubprocessError, OSError, StopIteration) as error:
                print(f"{template.name}, person {at}: left out, {_reason(error)}")
                continue
            _write(folder, stem, file, people[at], prints)
            groups = [group for skill in people[at]["skills"] if (group := skill["name"])]
            neutral.append(f"{stem}\t{json.dumps(groups, ensure_ascii=False)}")
            rows.append(f"{stem}.{file.ending}\t{template.kind}\t{template.name}")
    (folder / "MANIFEST.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "NEUTRAL_SKILLS.tsv").write_text("\n".join(neutral) + "\n", encoding="utf-8")


def _write(folder: Path, stem: str, file: _File, resume: JsonResume, prints: Prints) -> None:
    (folder / "files" / f"{stem}.{file.ending}").write_bytes(file.content)
    labels = json.dumps(labels_of(resume, file.page, prints), ensure_ascii=False, indent=1)
    (folder / "gold" / f"{stem}.json").write_text(labels, encoding="utf-8")


def _reason(error: Exception) -> str:
    output = getattr(error, "stdout", b"") or b""
    told = (getattr(error, "stderr", b"") or b"") + output
    lines = [line for line in told.decode("utf-8", "replace").splitlines() if re.search(r"^!|rror", line)]
    return lines[0][:160] if lines else f"{type(error).__name__}: {error}"[:160]


def _templates(half: str, tools: Tools) -> Iterator[_Template]:
    """Yield the templates of a half, each time in the same order: whom a template prints hangs on it."""
    for theme in web_themes.OF_HALF[half]:
        yield _Template(f"jsonresume-theme-{theme}", "PDF of a web page", _web(theme, tools))
    for theme in typst_themes.OF_HALF[half]:
        yield _Template(f"rendercv {theme}", "PDF by Typst", _typst(theme, tools))
    for name in latex_classes.OF_HALF[half]:
        yield _Template(f"latex {name}", "PDF by LaTeX", _latex(name))
    for ending, theme in web_themes.CONVERTED_OF_HALF[half].items():
        convert = _word if ending in _BY_LIBREOFFICE else _converted
        name = f"jsonresume-theme-{theme} to {ending}"
        yield _Template(name, f"{ending} of a web page", convert(theme, ending, tools))
    for theme in typst_themes.MARKDOWN_OF_HALF[half]:
        yield _Template(f"rendercv {theme} to md", "Markdown", _typst_markdown(theme, tools))


def _web(theme: str, tools: Tools) -> Callable[[JsonResume], _File]:
    return lambda resume: _pdf(web_themes.pdf_of_html(web_themes.html_of(resume, theme, tools.packages)))


def _typst(theme: str, tools: Tools) -> Callable[[JsonResume], _File]:
    return lambda resume: _pdf(typst_themes.printed_by(theme, resume, tools.rendercv)[0])


def _typst_markdown(theme: str, tools: Tools) -> Callable[[JsonResume], _File]:
    def printed(resume: JsonResume) -> _File:
        text = typst_themes.printed_by(theme, resume, tools.rendercv)[1]
        return _File(ending="md", content=text.encode(), page=_plain(text))

    return printed


def _latex(name: str) -> Callable[[JsonResume], _File]:
    return lambda resume: _pdf(latex_classes.pdf_by(name, resume))


def _converted(theme: str, ending: str, tools: Tools) -> Callable[[JsonResume], _File]:
    def printed(resume: JsonResume) -> _File:
        html = web_themes.html_of(resume, theme, tools.packages)
        content = html.encode() if ending == "html" else conversions.by_pandoc(html, ending)
        return _File(ending=ending, content=content, page=_plain(_text_of(html, linked=ending != "txt")))

    return printed


def _word(theme: str, ending: str, tools: Tools) -> Callable[[JsonResume], _File]:
    def printed(resume: JsonResume) -> _File:
        html = web_themes.html_of(resume, theme, tools.packages)
        content = conversions.by_libreoffice(conversions.by_pandoc(html, "docx"), "docx", ending)
        return _File(ending=ending, content=content, page=_plain(_text_of(html, linked=True)))

    return printed


def _text_of(html: str, *, linked: bool) -> str:
    """Return what pandoc reads in a page; with the targets of its links where the format keeps them."""
    content = conversions.by_pandoc(html, "md" if linked else "txt")
    return content.decode()


def _plain(text: str) -> Page:
    bare = re.sub(r"\\(?=[^\w\s])|\*\*|__", "", text)
    return Page(text=re.sub(r"\]\([^)]*\)|\[", "", bare), links=tuple(re.findall(r"\]\(([^)\s]+)", bare)))


def _pdf(content: bytes) -> _File:
    return _File(ending="pdf", content=content, page=_page_of(content))


def _page_of(content: bytes) -> Page:
    document = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    text = text.replace("\r", "").replace("\ufffe\n", "").replace("\ufffe", "")
    return Page(text=text, links=tuple(_links(content)))


def _links(content: bytes) -> Sequence[str]:
    with pdfplumber.open(BytesIO(content)) as pdf:
        return [link["uri"] for page in pdf.pages for link in page.hyperlinks if link.get("uri")]
