"""What a reader of one format hands over: words in reading order, not yet placed in one text.

The readers (`pdf`, `docx`, `doc`, `plain`, …) write drafts; `assemble` turns them into a `Document` with spans.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.document import BlockKind, Style

__all__ = [
    "PLAIN_STYLE",
    "DraftBlock",
    "DraftLine",
    "DraftLink",
    "DraftPage",
    "DraftWord",
    "ReadStep",
    "join_hyphenated",
]

PLAIN_STYLE = Style()


class DraftWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word and what stands between it and the word before: "", " " or, where the gap is wide, a tab.

    `uri` is the target of the hyperlink that it bears, empty where it bears none. `confidence` is that of `Word`.
    """

    text: str
    gap: str = " "
    style: Style = PLAIN_STYLE
    box: Box | None = None
    uri: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftLine:
    """Words of one line; the other fields are those of `document.Line`."""

    words: tuple[DraftWord, ...]
    heading_level: int = 0
    bullet: bool = False
    indent: float = 0.0

    @property
    def text(self) -> str:
        """The line as it will be printed."""
        return "".join((word.gap if i else "") + word.text for i, word in enumerate(self.words))


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftBlock:
    """Lines that belong together; the fields are those of `document.Block`."""

    lines: tuple[DraftLine, ...]
    kind: BlockKind = BlockKind.TEXT
    column: int = 0
    table: int = -1
    row: int = -1
    cell: int = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftLink:
    """A hyperlink that covers no word (it lies on a picture or an icon)."""

    uri: str
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftPage:
    """One page, its blocks in reading order, and the links that no word bears; `skew` is that of `Page`."""

    number: int = 0
    width: float = 0.0
    height: float = 0.0
    blocks: tuple[DraftBlock, ...] = ()
    loose_links: tuple[DraftLink, ...] = ()
    skew: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadStep:
    """How far a reader of pages is: `done` of `total` pages are read, and what it does now or did last."""

    done: int
    total: int
    message: str


_BROKEN_ADDRESS = re.compile(r"(?:https?://|www\.|\w\.[a-z]{2,10}/)[^\s()]*[/-]$", re.IGNORECASE)
_ADDRESS_END = re.compile(r"[a-z0-9%_~-][\w%.~/-]*$")
"""A web address goes on over a line end after a slash or hyphen, in small letters and digits."""
_OPENING = "(\"'“\u2018"
_COMPOUNDS = frozenset(
    "back co cross data de e end ex full front hands high in long low multi next non off on open out part post pre "  # noqa: SIM905 - reads better
    "problem real results right self short single team third time top user up well world".split()
)
"""First parts that English joins with a hyphen which must survive a line end ("full-" + "stack")."""
_COMPOUND_ENDS = frozenset(
    "aware based class centric driven end facing first free friendly grade half house language level like line made "  # noqa: SIM905 - as above
    "oriented party person powered quality ready related scale service side site specific step style term time up "
    "wide year".split()
)
"""Second parts that are joined so ("community-" + "driven")."""


def join_hyphenated(lines: Sequence[DraftLine]) -> list[DraftLine]:
    """Put words that were broken at a line end together again, on the line where they begin.

    A trailing soft hyphen always joins. A hyphen joins where both halves are lower case; it is kept in the word where
    one of the halves usually forms compounds.
    """
    joined: list[DraftLine] = []
    for line in lines:
        if joined and joined[-1].words and line.words and not line.bullet:
            word = _joined_word(joined[-1].words[-1], line.words[0])
            if word is not None:
                joined[-1] = replace(joined[-1], words=(*joined[-1].words[:-1], word))
                rest = line.words[1:]
                if not rest:
                    continue
                joined.append(replace(line, words=rest))
                continue
        joined.append(line)
    return joined


def _joined_word(first: DraftWord, second: DraftWord) -> DraftWord | None:
    head, tail = first.text, second.text
    if head.endswith("\u00ad"):
        return msgspec.structs.replace(first, text=head.rstrip("\u00ad") + tail)
    if _BROKEN_ADDRESS.search(head) and _ADDRESS_END.match(tail):
        return msgspec.structs.replace(first, text=head + tail)
    stem = head[:-1].rpartition("-")[2].lstrip(_OPENING)
    letters = tail.rstrip(".,;:!?)\"'”’")
    if not head.endswith(("-", "\u2010")) or len(stem) < 2 or len(letters) < 2:  # noqa: PLR2004 - initials are no halves
        return None
    if not (stem[1:].islower() and letters.islower() and stem.isalpha() and letters.isalpha()):
        return None
    if stem.lower() in _COMPOUNDS or letters.lower() in _COMPOUND_ENDS:
        return msgspec.structs.replace(first, text=head + tail)
    return msgspec.structs.replace(first, text=head[:-1] + tail)
