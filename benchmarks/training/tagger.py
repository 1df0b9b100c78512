"""The tagger: a spaCy pipeline of one part over line tokens, its training and its measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example as SpacyExample
from spacy.util import minibatch
from thinc.api import Config, fix_random_seed

from training.labelling import LABELS, Example

__all__ = ["evaluated", "trained"]

_CONFIG = """
[model]
@architectures = "spacy.Tagger.v2"
nO = null
normalize = true

[model.tok2vec]
@architectures = "spacy.Tok2Vec.v2"

[model.tok2vec.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 64
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE", "LEMMA", "TAG"]
rows = [3000, 600, 2000, 500, 300, 500]
include_static_vectors = false

[model.tok2vec.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 64
window_size = 2
maxout_pieces = 2
depth = 3
"""
_UNKNOWN_WORD, _UNKNOWN_LIST, _PLAIN_PRINT = 0.3, 0.15, 0.35
"""How often, in training, a word is hidden, what lists say of it is hidden, and a résumé loses bold and italics: so
that the tagger learns to do without each."""
_BATCH = 24
_FASTEST, _SLOWEST = 0.002, 0.0002
_COOLED = 8
"""Epochs after which learning is at its slowest."""
_DROPOUT = 0.2


def trained(train: Sequence[Example], dev: Sequence[Example], *, epochs: int, seed: int) -> Language:
    """Train on `train`, printing how much of `dev` is right after each epoch; return the last epoch's pipeline."""
    fix_random_seed(seed)
    rng = Random(seed)
    language = spacy.blank("xx")
    tagger = language.add_pipe("tagger", config={"model": Config().from_str(_CONFIG)["model"]})
    for label in LABELS:
        tagger.add_label(label)  # type: ignore[attr-defined]
    language.initialize(lambda: [_spacy_example(language, each, rng, altered=False) for each in train[:50]])
    optimizer = language.create_optimizer()  # type: ignore[no-untyped-call]
    for epoch in range(epochs):
        optimizer.learn_rate = _SLOWEST + _FASTEST * max(0.0, 1 - epoch / _COOLED)
        order = list(train)
        rng.shuffle(order)
        losses: dict[str, float] = {}
        for batch in minibatch(order, _BATCH):  # type: ignore[no-untyped-call]
            altered = [_spacy_example(language, each, rng, altered=True) for each in batch]
            language.update(altered, sgd=optimizer, drop=_DROPOUT, losses=losses)
        right, by_label = evaluated(language, dev)
        told = " ".join(f"{label} {f1:.3f}" for label, f1 in by_label.items())
        print(f"epoch {epoch + 1}: loss {losses['tagger']:.0f}, dev tokens right {right:.4f}; F1: {told}", flush=True)
    return language


def _spacy_example(language: Language, example: Example, rng: Random, *, altered: bool) -> SpacyExample:
    words, known, prints = _features(example, rng, altered=altered)
    predicted = Doc(language.vocab, words=words, lemmas=known, tags=prints)
    return SpacyExample(predicted, Doc(language.vocab, words=words, tags=list(example.labels)))


def _features(example: Example, rng: Random, *, altered: bool) -> tuple[list[str], list[str], list[str]]:
    words = [token.word for token in example.tokens]
    known = [token.known for token in example.tokens]
    prints = [token.print for token in example.tokens]
    if altered:
        words = [
            _hidden(token.word) if token.word.isalpha() and rng.random() < _UNKNOWN_WORD else token.word
            for token in example.tokens
        ]
        known = ["" if not token.is_mark and rng.random() < _UNKNOWN_LIST else token.known for token in example.tokens]
        if rng.random() < _PLAIN_PRINT:
            prints = ["".join(mark for mark in each if mark not in "bi") for each in prints]
    return words, known, prints


def _hidden(word: str) -> str:
    """Return a word of the same shape that says nothing."""
    return "".join("X" if char.isupper() else "x" for char in word)


def evaluated(language: Language, examples: Sequence[Example]) -> tuple[float, dict[str, float]]:
    """Return the share of tokens that are labelled rightly (marks aside), and F1 by label."""
    counts = {label: [0, 0, 0] for label in LABELS}
    right = total = 0
    for example, guessed in zip(examples, _guesses(language, examples), strict=True):
        for token, label, guess in zip(example.tokens, example.labels, guessed, strict=True):
            if token.is_mark:
                continue
            total += 1
            right += label == guess
            if label == guess:
                counts[label][0] += 1
            else:
                counts[guess][1] += 1
                counts[label][2] += 1
    f1s = {label: 2 * tp / max(1, 2 * tp + fp + fn) for label, (tp, fp, fn) in counts.items() if label != "other"}
    return right / max(1, total), f1s


def _guesses(language: Language, examples: Sequence[Example]) -> Iterator[list[str]]:
    tagger = language.get_pipe("tagger")
    labels = tagger.labels  # type: ignore[attr-defined]
    rng = Random(0)
    for example in examples:
        words, known, prints = _features(example, rng, altered=False)
        doc = Doc(language.vocab, words=words, lemmas=known, tags=prints)
        (scores,) = tagger.model.predict([doc])  # type: ignore[attr-defined]
        yield [labels[at] for at in np.asarray(scores).argmax(axis=1)]
