"""Evidence: where each value stands, on which page and in which box, and how sure it is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from statistics import fmean

from resumate_grpc.model.parsed import Box, Evidence
from resumate_grpc.parsing.calibration import calibrated, field_of
from resumate_grpc.parsing.document import Document, Word
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.line_tags import LineTags, Tag

__all__ = ["Doubts", "Ledger", "Places"]

Doubts = dict[str, tuple[float, float | None]]
"""By path of a value: how sure the rules are of it, and how likely the tagger holds it for what it is taken for."""

_TAG_OF = {
    "personal_info.full_name": Tag.NAME,
    "personal_info.location": Tag.PLACE,
    "work_experience.company": Tag.COMPANY,
    "work_experience.title": Tag.TITLE,
    "work_experience.location": Tag.PLACE,
    "education.institution": Tag.INSTITUTION,
    "education.degree": Tag.DEGREE,
    "education.field_of_study": Tag.FIELD,
    "education.location": Tag.PLACE,
    "skills.technical": Tag.SKILL,
    "skills.languages": Tag.LANGUAGE,
    "skills.certifications": Tag.CERTIFICATE,
}


_SURE = 0.9
"""What Tesseract gives words that it reads rightly; what is above says no more about them."""


class Places:
    """Where the spans of a document's text stand on its pages, and how well they can be read there."""

    def __init__(self, document: Document) -> None:
        placed = [
            (word, page.number)
            for page in document.pages
            for block in page.blocks
            for line in block.lines
            for word in line.words
        ]
        placed.sort(key=lambda pair: pair[0].start)
        self._words = [word for word, _ in placed]
        self._pages = [page for _, page in placed]
        self._ends = [word.end for word in self._words]
        self._starts = [word.start for word in self._words]
        self._recognised = any(word.confidence < 1 for word in self._words)
        self._icons = [link for link in document.links if link.start == link.end and link.box]

    def at(self, start: int, end: int, *, uri: str = "") -> tuple[int, Box | None]:
        """Return the page on which the span begins, and what its words cover there.

        An empty span is where a link lies on a picture or an icon: then the link's own, of several there that to `uri`.
        """
        if start == end:
            here = [link for link in self._icons if link.start == start]
            icon = next((link for link in here if link.uri == uri), here[0] if here else None)
            return (icon.page, icon.box) if icon else (0, None)
        low, high = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if low >= high:
            return 0, None
        page = self._pages[low]
        return page, _around(
            [word for word, number in zip(self._words[low:high], self._pages[low:high], strict=True) if number == page]
        )

    def legibility(self, start: int, end: int) -> float:
        """Return by how much, 0..1, OCR's doubts lessen the confidence in what stands in a span."""
        if not self._recognised:
            return 1.0
        words = self._words[bisect_right(self._ends, start) : bisect_left(self._starts, end)]
        return min(1.0, min((word.confidence for word in words), default=1.0) / _SURE)


class Ledger:
    """Turns findings into plain values and keeps one `Evidence` for each, with calibrated confidence.

    Of words that OCR read, a value is no surer than the one that OCR is least sure of.

    `doubts`, where given, is filled with what the confidence was made of.
    """

    def __init__(self, document: Document, tags: LineTags, doubts: Doubts | None = None) -> None:
        self._tags = tags
        self._doubts = doubts
        self._places = Places(document)
        self._evidence: list[Evidence] = []
        self._confidences: dict[str, float] = {}

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that was noted, in order."""
        return tuple(self._evidence)

    def note(self, path: str, finding: Finding | None) -> str:
        """Note the finding under its proto path and return its text; empty, and nothing noted, for None."""
        if finding is None:
            return ""
        tag = _TAG_OF.get(field_of(path))
        likelihood = self._tags.likelihood(tag, finding.start, finding.end) if tag else None
        if self._doubts is not None:
            self._doubts[path] = finding.confidence, likelihood
        likely = calibrated(finding.confidence, likelihood)
        confidence = round(likely * self._places.legibility(finding.start, finding.end), 3)
        self._confidences[path] = confidence
        page, box = self._places.at(finding.start, finding.end, uri=finding.text)
        self._evidence.append(
            Evidence(
                field_path=path,
                confidence=confidence,
                page=page,
                start=finding.start,
                end=finding.end,
                box=box,
            )
        )
        return finding.text

    def note_all(self, path: str, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Note each finding under `path[0]`, `path[1]` … and return their texts."""
        return tuple(self.note(f"{path}[{index}]", finding) for index, finding in enumerate(findings))

    def mean(self, path: str, *names: str) -> float:
        """Return the mean confidence of an entry's values of these names, of all below `path` without names; else 0."""
        if names:
            known = [self._confidences[own] for name in names if (own := f"{path}.{name}") in self._confidences]
        else:
            known = [confidence for own, confidence in self._confidences.items() if own.startswith(path)]
        return round(fmean(known), 3) if known else 0.0


def _around(words: Sequence[Word]) -> Box | None:
    boxes = [word.box for word in words if word.box]
    if not boxes:
        return None
    return Box(
        x0=min(box.x0 for box in boxes),
        y0=min(box.y0 for box in boxes),
        x1=max(box.x1 for box in boxes),
        y1=max(box.y1 for box in boxes),
    )
