"""Lists whose items are counted: "1. Levelled forty sites", "2. Trained nine colleagues"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from resumate_grpc.parsing.document import Document, Line
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["NUMBER", "numbered_items"]

NUMBER = re.compile(r"\s*(\d{1,2})(?:[.)]\s+|[、．]\s*)(?=\S)")
"""The number of an item and what parts it from the words."""
_LONGEST_ITEM = 4
"""Lines that an item takes at most."""


def numbered_items(document: Document) -> frozenset[int]:
    """Return where the lines start that are items of a list counted from 1 on; headings that are counted are none."""
    found: set[int] = set()
    for run in _runs(document):
        plain = not any(line.words[0].style.bold or line.heading_level or line.text.isupper() for line in run)
        if len(run) > 1 and plain and not any(heading_key(NUMBER.sub("", line.text)) in headings() for line in run):
            found.update(line.start for line in run)
    return frozenset(found)


def _runs(document: Document) -> Iterator[list[Line]]:
    """Yield lines that count 1, 2, 3 with no more between two of them than an item has lines."""
    run: list[Line] = []
    since = 0
    for line in (line for page in document.pages for block in page.blocks for line in block.lines):
        match = NUMBER.match(line.text) if line.words and not line.bullet else None
        since += 1
        if match and int(match[1]) == len(run) + 1 and since <= _LONGEST_ITEM:
            run.append(line)
        elif match or since > _LONGEST_ITEM:
            yield run
            run = [line] if match and int(match[1]) == 1 else []
        else:
            continue
        since = 0
    yield run
