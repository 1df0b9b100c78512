"""Characters: which are glyphs of bullets, which are icons, and how text is normalised."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["BULLETS", "is_bullet", "is_ruler", "normalise", "normalise_uri", "whole"]

BULLETS = frozenset("•●○◦▪▫■□◆◇❖➢➤►▶▸▹‣⁃∙⋅◘◙★☆✓✔✦✧❯›»·∗⬤⦁⚫")
"""Glyphs that begin a list item."""

_SYMBOL_BULLETS = re.compile("[\uf0a7\uf0b7\uf0d8\uf0fc\uf076]")  # where Symbol and Wingdings have them

_DASHES = frozenset("-–—*+−‐⁻")
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\u1680]")
_UNSEEN = re.compile(
    "["
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f"  # controls, save tab and newline
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff"  # zero-width, direction marks, byte order marks
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use: icon fonts
    "\ufffc\ufffd"
    "]"
)
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LIGATURE = re.compile("[ﬀ-ﬆ]")
_RULER = re.compile(r"\s*([-=_*~#+.·─━═—–])(?:\s?\1){2,}\s*")
_EMOJI_JOINERS = re.compile("[\ufe0e\ufe0f]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def is_bullet(word: str, *, dashes: bool = True) -> bool:
    """Tell whether a word that begins a line is a list item's glyph; `dashes` admits -, –, * and +."""
    return bool(word) and (all(char in BULLETS for char in word) or (dashes and len(word) == 1 and word in _DASHES))


def is_ruler(text: str) -> bool:
    """Tell whether a line is drawn with characters (-----, ═════, _ _ _) and says nothing."""
    return _RULER.fullmatch(text) is not None


def normalise(text: str) -> str:
    """Bring text to NFC without what cannot be seen: odd spaces become a space, wide bars a bar, icons and controls go.

    Tabs, newlines and soft hyphens are kept (a soft hyphen at a line's end joins it to the next). Lengths may change.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _SYMBOL_BULLETS.sub("•", _SPACES.sub(" ", text)).replace("\uff5c", "|")
    text = _LIGATURE.sub(lambda match: _LIGATURES[match[0]], text)
    text = _EMOJI_JOINERS.sub("", _UNSEEN.sub("", text))
    return unicodedata.normalize("NFC", text)


def normalise_uri(uri: str) -> str:
    """Trim a hyperlink's target; empty where it leads nowhere outside the document or is unsafe to show."""
    uri = _UNSEEN.sub("", uri).strip()
    if not uri or uri.startswith("#"):
        return ""
    if _SCHEME.match(uri) and not uri.lower().startswith(
        ("http:", "https:", "mailto:", "tel:", "callto:", "ftp:", "skype:")
    ):
        # A host with a port ("example.org:8080") looks like a scheme; a script or a local file is no contact.
        return uri if re.match(r"[\w.-]+\.\w+:\d", uri) else ""
    return uri


def whole(text: str) -> str:
    """Join the halves of surrogate pairs; one that stands alone becomes the replacement character."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")
