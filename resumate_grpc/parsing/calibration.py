"""Calibration: how sure the rules are of a value, turned into how often such a value is right.

The weights in `data/confidence.json` are fitted by `benchmarks/fit_confidence.py` to made résumés alone.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Weights", "calibrated", "features", "field_of", "is_below_floor", "load_weights"]

_LEAST, _MOST = 0.02, 0.995
_SUREST = 0.99
_FLOOR = 0.5
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Weights of `features`: `shared` for every field, `own` added to them for single fields."""

    shared: Sequence[float]
    own: Mapping[str, Sequence[float]]


@cache
def load_weights() -> Weights:
    """Read the fitted weights, once a process."""
    raw = json.loads((files("resumate_grpc.parsing.data") / "confidence.json").read_text(encoding="utf-8"))
    return Weights(shared=raw["shared"], own=raw["own"])


def field_of(path: str) -> str:
    """Return a value's path without indices: `work_experience.company`, `skills.technical`."""
    return _INDEX.sub("", path)


def features(confidence: float) -> tuple[float, float]:
    """Return what the weights weigh: one, and the log odds of the rules' confidence (0..1)."""
    held = min(_SUREST, max(1 - _SUREST, confidence))
    return 1.0, math.log(held / (1 - held))


def calibrated(path: str, confidence: float) -> float:
    """Return the share (0..1) of values that are right among those of this field of which so much was said."""
    weights = load_weights()
    own = weights.own.get(field_of(path), ())
    told = features(confidence)
    total = sum(weight * each for weight, each in zip(weights.shared, told, strict=True))
    total += sum(weight * each for weight, each in zip(own, told, strict=False))
    return min(_MOST, max(_LEAST, 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))))


def is_below_floor(path: str, likely: float) -> bool:
    """Whether a value of a field that was fitted is likelier wrong than right: such a value is left empty."""
    return likely < _FLOOR and field_of(path) in load_weights().own
