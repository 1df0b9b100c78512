"""Fitting the weights of `parsing/calibration.py`: a logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resumate_grpc.parsing.calibration import features
from training.judging import Told

__all__ = ["crossed", "error_of", "fitted", "predicted"]

_Array = NDArray[np.float64]
_RIDGE = 0.5
_STEPS = 40
_BINS = 10


def fitted(values: Sequence[Told]) -> _Array:
    """Fit the weights by Newton's method."""
    design = _design(values)
    right = np.array([value.right for value in values], dtype=float)
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (right - share) - _RIDGE * weights
        bend = (design * (share * (1 - share))[:, None]).T @ design + np.eye(design.shape[1]) * _RIDGE
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 - no step any more
            break
    return weights.round(4)


def predicted(values: Sequence[Told], weights: _Array) -> _Array:
    """Return the likelihood of each value under the weights."""
    shares: _Array = np.clip(1 / (1 + np.exp(-_design(values) @ weights)), 0.02, 0.995)
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


def _design(values: Sequence[Told]) -> _Array:
    return np.array([features(value.confidence, value.likelihood) for value in values])
