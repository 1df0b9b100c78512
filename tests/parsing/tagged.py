"""Line tags as a test wants them: who says what of which words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.fragments import rows_of
from resumate_grpc.parsing.line_tags import LineTags, Tag
from resumate_grpc.parsing.line_tokens import line_tokens
from resumate_grpc.parsing.nlp import terms_of

__all__ = ["tagged"]


def tagged(document: Document, said: Mapping[str, Tag], *, likelihood: float = 0.95) -> LineTags:
    """Tag the words of each phrase with this likelihood; all other words are OTHER for certain."""
    tokens = line_tokens(rows_of(document), find_dates(document.text), terms_of(document.text))
    tags = list(Tag)
    scores = np.zeros((len(tokens), len(tags)), dtype=np.float32)
    scores[:, tags.index(Tag.OTHER)] = 1.0
    for phrase, tag in said.items():
        start = document.text.index(phrase)
        for at, token in enumerate(tokens):
            if not token.is_mark and start <= token.start and token.end <= start + len(phrase):
                scores[at] = (1 - likelihood) / (len(tags) - 1)
                scores[at, tags.index(tag)] = likelihood
    return LineTags(tokens, scores, [token.start for token in tokens])
