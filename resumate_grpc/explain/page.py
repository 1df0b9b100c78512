"""The page: what was read at the right, where it was read at the left, warnings above."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby

from resumate_grpc.explain.flow import flow_page, marked_text
from resumate_grpc.explain.marks import Marks, Value
from resumate_grpc.explain.markup import Html, element, joined
from resumate_grpc.explain.picture import page_drawing
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.heading_names import SectionKind

__all__ = ["explain_page"]

_LAYERS = (
    ("values", "values", True),
    ("sections", "sections", True),
    ("blocks", "blocks and their order", True),
    ("lines", "lines and their order", False),
    ("words", "words", False),
    ("links", "links", False),
)
_PRIVATE = "This page holds the whole résumé. Share it only where its owner would want it to be."


def explain_page(explanation: Explanation, *, filename: str) -> str:
    """Write the page: one file that loads nothing and whose only script and style are its own.

    Everything that the document or its name says is escaped; a content security policy forbids all but the page's own
    script, style and pictures.
    """
    style, script = _own("page.css"), _own("page.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    marks = Marks(explanation)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}"/>'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{filename} as ResuMate reads it"),
        element("style", Html(style)),
    )
    body = element(
        "body",
        _header(explanation, marks, filename),
        element("main", *_pages(explanation, marks)),
        element("aside", _values(marks), _text(explanation, marks)),
        element("script", Html(script)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _own(name: str) -> str:
    return files("resumate_grpc.explain").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _header(explanation: Explanation, marks: Marks, filename: str) -> Html:
    parsed = explanation.parsed
    count = parsed.page_count
    facts = [
        explanation.document.media_type.name,
        f"{count} page{'' if count == 1 else 's'}" if count else "no pages",
        f"language {parsed.language or 'unknown'}",
        f"{len(marks.values)} values",
        f"{parsed.confidence_score:.0%} sure overall",
        f"ResuMate {parsed.parser_version}",
    ]
    warnings = [element("li", element("code", item.reason), f" {item.message}") for item in parsed.warnings]
    return element(
        "header",
        element("h1", filename),
        element("p", " · ".join(facts), class_="facts"),
        element("ul", *warnings, class_="warnings") if warnings else Html(),
        _legend(explanation),
        element("p", _PRIVATE, class_="private"),
    )


def _legend(explanation: Explanation) -> Html:
    present = {section.kind for section in explanation.sections if section.spans}
    sections = [element("span", _name(kind), class_=f"chip s-{kind.value}") for kind in SectionKind if kind in present]
    trusts = [
        element("span", "80 % sure and more", class_="chip value high"),
        element("span", "50 to 80 %", class_="chip value middling"),
        element("span", "less", class_="chip value low"),
    ]
    switches = [
        element("label", element("input", type="checkbox", name=name, checked=shown), f" {words}")
        for name, words, shown in _LAYERS
    ]
    return element(
        "div",
        element("div", *switches, class_="switches"),
        element("div", *sections, class_="chips"),
        element("div", *trusts, class_="chips"),
        class_="legend",
    )


def _name(kind: SectionKind) -> str:
    return "before any heading" if kind is SectionKind.HEAD else kind.value.replace("_", " ")


def _pages(explanation: Explanation, marks: Marks) -> Iterator[Html]:
    numbers = {line.start: number for number, line in enumerate(explanation.document.lines, 1)}
    for page in explanation.document.pages:
        drawn = page_drawing if page.width > 0 and page.height > 0 else flow_page
        yield drawn(explanation, page, marks, numbers)


def _values(marks: Marks) -> Html:
    parts: list[Html] = []
    for owner, values in groupby(marks.values, key=lambda value: value.path.rpartition(".")[0]):
        parts.append(element("h3", element("code", owner)))
        parts.append(element("table", element("tbody", *(_value_row(value) for value in values))))
    empty = element("p", "Nothing was read.") if not parts else Html()
    return element("section", element("h2", "What was read"), empty, *parts, class_="read")


def _value_row(value: Value) -> Html:
    evidence = value.evidence
    place = ""
    if evidence is None:
        place = "no evidence"
    elif evidence.page:
        place = f"p. {evidence.page}"
    if evidence and evidence.start == evidence.end:
        place = f"{place} link".strip()
    return element(
        "tr",
        element("th", value.path.rpartition(".")[2], scope="row", title=value.path),
        element("td", value.text, class_="said"),
        element("td", f"{value.confidence:.0%}" if evidence else "", class_=f"sure {value.trust}"),
        element("td", place, class_="place"),
        data_v=value.number,
        tabindex=0,
    )


def _text(explanation: Explanation, marks: Marks) -> Html:
    sections = [
        element("li", f"{_name(section.kind)}: “{section.title}” ({section.confidence:.0%})")
        for section in explanation.sections
        if section.title
    ]
    return joined(
        element("section", element("h2", "Headings"), element("ol", *sections)) if sections else Html(),
        element("section", element("h2", "The text"), marked_text(explanation, marks), class_="whole"),
    )
