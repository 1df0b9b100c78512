"""Explanations of samples, and their pages as trees."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import lxml.html

from resumate_grpc.explain.page import explain_page
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.pipeline import explain
from resumate_grpc.parsing.sniff import sniff

FILES = Path(__file__).parents[1] / "samples" / "files"
SAMPLES = sorted(path.name for path in FILES.iterdir() if path.suffix != ".json")


def explained(content: bytes, filename: str) -> Explanation:
    """Explain a file, right here."""
    steps = explain(content, media_type=sniff(content, filename), options=ParseOptions())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            explanation: Explanation = end.value
            return explanation


@cache
def sample(name: str) -> Explanation:
    """Explain one of our samples."""
    return explained((FILES / name).read_bytes(), name)


def tree(explanation: Explanation, filename: str = "cv.pdf") -> lxml.html.HtmlElement:
    """Write the page and read it as a browser does."""
    return lxml.html.document_fromstring(explain_page(explanation, filename=filename))
