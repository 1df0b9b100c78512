"""HTML that is escaped by its type: a `str` among the children is text, only `Html` is markup."""

from __future__ import annotations

import re
from html import escape

__all__ = ["Html", "element", "joined"]

_VOID = frozenset({"input", "meta", "image", "rect"})
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What no page may hold, and marks with which a document could turn the order of the words about it."""


class Html(str):
    """Markup that may stand in a page as it is."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: object) -> Html:
    """Write an element; children that are no `Html` and all attributes are escaped.

    `class_` and `data_value` become `class` and `data-value`. An attribute of None or False is left out, True stands
    without a value. Numbers have at most two decimals: points on a page need no more.
    """
    opening = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID and not children:
        return Html(f"<{name}{opening}/>")
    return Html(f"<{name}{opening}>{joined(*children)}</{name}>")


def joined(*children: str) -> Html:
    """Put pieces beside each other, escaping those that are text."""
    return Html("".join(child if isinstance(child, Html) else _text(child) for child in children))


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    shown = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f' {name}="{_text(shown)}"'


def _text(text: str) -> str:
    return escape(_UNSHOWN.sub("\ufffd", text))
