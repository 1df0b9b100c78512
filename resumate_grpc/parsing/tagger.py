"""The trained tagger at work: spaCy's network over hash embeddings, worked out by numpy alone.

spaCy takes twice the time for the same likelihoods: it makes a `Doc`, of which nothing else is asked, and hashes and
adds up the traits of every token, where those of every different word will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embedding", "Layer", "Tagger"]

_Floats = NDArray[np.float32]
_LEAST_VARIANCE = 1e-8


@dataclass(frozen=True, slots=True)
class Embedding:
    """One trait of a token by what it adds to the first layer's products: rows of a table, shape (rows, products).

    `trait` makes the trait of a string, `rows` says of n traits which rows are theirs, shape (n, 4).
    """

    table: _Floats
    trait: Callable[[str], str]
    rows: Callable[[Sequence[str]], NDArray[np.uint32]]

    def of(self, strings: Sequence[str]) -> _Floats:
        """Return what n strings add, shape (n, products); equal ones are looked up once."""
        different, at = _numbered(map(self.trait, strings))
        added: _Floats = self.table[self.rows(different)].sum(axis=1)[at]
        return added


@dataclass(frozen=True, slots=True)
class Layer:
    """Of each unit the greatest of its pieces, then normalised over the units.

    The products of inputs and `weights`, shape (inputs, pieces * units), stand piece after piece, as `bias` does;
    `gain` and `shift` have the shape (units).
    """

    weights: _Floats
    bias: _Floats
    gain: _Floats
    shift: _Floats

    @classmethod
    def of(cls, weights: _Floats, bias: _Floats, gain: _Floats, shift: _Floats) -> Self:
        """Take weights of shape (units, pieces, inputs) and bias (units, pieces), as thinc keeps them."""
        inputs = weights.shape[-1]
        return cls(np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(inputs, -1)), bias.T.ravel(), gain, shift)

    def values(self, products: _Floats) -> _Floats:
        """Return the units' values, shape (n, units), of products of shape (n, pieces * units)."""
        products += self.bias
        units = len(self.gain)
        values: _Floats = reduce(np.maximum, np.split(products, len(self.bias) // units, axis=1))
        values -= values.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", values, values) / np.float32(units) + np.float32(_LEAST_VARIANCE)
        values /= np.sqrt(variance)[:, None]
        values *= self.gain
        values += self.shift
        return values


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagger:
    """What each token of a résumé is likely part of.

    The first layer mixes a word's own traits, what lists say of it and its print into one vector; each of the windows
    then looks `reach` tokens to either side. `weights`, shape (units, labels), and `bias` make odds of it.
    """

    labels: tuple[str, ...]
    of_words: Sequence[Embedding]
    of_known: Embedding
    of_prints: Embedding
    first: Layer
    windows: Sequence[Layer]
    reach: int
    weights: _Floats
    bias: _Floats

    def scores(self, words: Sequence[str], known: Sequence[str], prints: Sequence[str]) -> _Floats:
        """Return how likely each label is for each token, shape (tokens, labels); rows sum to 1."""
        if not words:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        margin = self.reach * len(self.windows)  # as in training: empty tokens about the document, which windows fill
        vectors = np.pad(self.first.values(self._products(words, known, prints)), ((margin, margin), (0, 0)))
        for window in self.windows:
            vectors += window.values(self._around(vectors) @ window.weights)
        odds = vectors[margin:-margin] @ self.weights + self.bias
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        scores: _Floats = shares / shares.sum(axis=1, keepdims=True)
        return scores

    def _products(self, words: Sequence[str], known: Sequence[str], prints: Sequence[str]) -> _Floats:
        different, at = _numbered(words)
        own: _Floats = reduce(np.add, [embedding.of(different) for embedding in self.of_words])
        products = own[at]
        products += self.of_known.of(known)
        products += self.of_prints.of(prints)
        return products

    def _around(self, vectors: _Floats) -> _Floats:
        """Return beside each vector those that it sees, shape (n, (2 * reach + 1) * width)."""
        count = len(vectors)
        edged = np.pad(vectors, ((self.reach, self.reach), (0, 0)))
        return np.concatenate([edged[at : at + count] for at in range(2 * self.reach + 1)], axis=1)


def _numbered(strings: Iterable[str]) -> tuple[list[str], list[int]]:
    """Return the different strings, and for each string its place among them."""
    places: dict[str, int] = {}
    at = [places.setdefault(string, len(places)) for string in strings]
    return list(places), at
