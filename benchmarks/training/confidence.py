"""Fitting the weights of `parsing/calibration.py`: a logistic regression, ridged towards what all fields share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resumate_grpc.parsing.calibration import Weights, features
from training.judging import Told

__all__ = ["crossed", "error_of", "fitted", "predicted"]

_Array = NDArray[np.float64]
_RIDGE_SHARED, _RIDGE_OWN = 0.5, 4.0
_STEPS = 40
_BINS = 10


def fitted(values: Sequence[Told]) -> Weights:
    """Fit weights by Newton's method; fields of few values stay near what all share."""
    fields = sorted({value.field for value in values})
    design = _design(values, fields)
    right = np.array([value.right for value in values], dtype=float)
    size = len(features(0.5))
    ridge = np.full(design.shape[1], _RIDGE_OWN)
    ridge[:size] = _RIDGE_SHARED
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (right - share) - ridge * weights
        bend = (design * (share * (1 - share))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 - no step any more
            break
    parts = weights.reshape(-1, size).round(4)
    return Weights(shared=parts[0].tolist(), own={field: parts[at + 1].tolist() for at, field in enumerate(fields)})


def predicted(values: Sequence[Told], weights: Weights) -> _Array:
    """Return the likelihood of each value under the weights."""
    told = np.array([features(value.confidence) for value in values])
    nothing = [0.0] * told.shape[1]
    total = np.array([weights.shared] * len(values)) + np.array([weights.own.get(v.field, nothing) for v in values])
    shares: _Array = np.clip(1 / (1 + np.exp(-(told * total).sum(axis=1))), 0.02, 0.995)
    return shares


def crossed(values: Sequence[Told]) -> _Array:
    """Return each value's likelihood under weights that were fitted without its template family."""
    result = np.zeros(len(values))
    families = np.array([value.family for value in values])
    for family in sorted(set(families)):
        out = families == family
        weights = fitted([value for value, left in zip(values, out, strict=True) if not left])
        result[out] = predicted([value for value, left in zip(values, out, strict=True) if left], weights)
    return result


def error_of(stated: _Array, values: Sequence[Told]) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    right = np.array([value.right for value in values], dtype=float)
    at = np.minimum(_BINS - 1, (stated * _BINS).astype(int))
    gaps = [abs((stated[at == each] - right[at == each]).sum()) for each in range(_BINS)]
    return float(sum(gaps) / max(1, len(values)))


def _design(values: Sequence[Told], fields: Sequence[str]) -> _Array:
    told = np.array([features(value.confidence) for value in values])
    size = told.shape[1]
    design = np.zeros((len(values), size * (1 + len(fields))))
    design[:, :size] = told
    for at, field in enumerate(fields):
        own = np.array([value.field == field for value in values])
        design[own, size * (at + 1) : size * (at + 2)] = told[own]
    return design
