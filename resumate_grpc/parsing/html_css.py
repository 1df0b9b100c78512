"""The little of CSS that tells how a résumé looks: what is shown, how heavy, how large, what floats to the right."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Declarations", "StyleSheet", "declarations_of"]

Declarations = dict[str, str]
"""Values by property, both in lower case."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};@]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*|\*)?([.#][\w-]+)?", re.IGNORECASE)
_KNOWN = frozenset(
    {
        "display",
        "visibility",
        "opacity",
        "font-weight",
        "font-style",
        "font-size",
        "font-family",
        "float",
        "transition",
        "animation",
    }
)
_LONGEST_SHEET = 1 << 18


def declarations_of(text: str) -> Declarations:
    """Read the declarations of a rule or a style attribute, as far as they matter here; the last of a kind counts."""
    found = {}
    for part in text.lower().split(";"):
        name, colon, value = part.partition(":")
        if colon and name.strip() in _KNOWN:
            found[name.strip()] = value.removesuffix("!important").strip()
    return found


@dataclass(slots=True)
class StyleSheet:
    """Rules whose selector is a tag, a class, an id, or a tag with one of these; not those for print."""

    _rules: dict[str, Declarations] = field(default_factory=dict)
    _left: int = _LONGEST_SHEET

    def add(self, css: str) -> None:
        """Read a style element; what is beyond 256 Ki characters in all is left out."""
        css = css[: self._left]
        self._left -= len(css)
        for rule in _AT_RULE.sub("", _COMMENT.sub("", css)).split("}"):
            selectors, _, body = rule.partition("{")
            found = declarations_of(body)
            for selector in selectors.split(",") if found else ():
                if _SELECTOR.fullmatch(selector.strip()):
                    self._rules.setdefault(selector.strip().lower(), {}).update(found)

    def of(self, tag: str, classes: str, identity: str) -> Declarations:
        """Return what the rules say of an element, the more special ones last."""
        if not self._rules:
            return {}
        names = [f".{name}" for name in classes.lower().split()] + ([f"#{identity.lower()}"] if identity else [])
        found: Declarations = {}
        for selector in ("*", tag, *names, *(f"{tag}{name}" for name in names)):
            found.update(self._rules.get(selector, {}))
        return found
