"""Calibration: what rules and tagger say of a value, turned into how often such a value is right.

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

__all__ = ["Weights", "calibrated", "features", "field_of", "load_weights"]

_LEAST, _MOST = 0.02, 0.995
_SUREST_RULE, _SUREST_TAGGER = 0.99, 0.9
"""How sure either is taken to be at the most: the tagger, sure of made résumés, may be wrong on real ones."""
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


def features(confidence: float, likelihood: float | None) -> tuple[float, ...]:
    """Return what the weights weigh: one, the rules' confidence, whether the tagger saw the value, its likelihood.

    Confidence and likelihood are 0..1 and enter as log odds; a likelihood of None as none at all.
    """
    return (
        1.0,
        _log_odds(confidence, _SUREST_RULE),
        0.0 if likelihood is None else 1.0,
        0.0 if likelihood is None else _log_odds(likelihood, _SUREST_TAGGER),
    )


def calibrated(path: str, confidence: float, likelihood: float | None) -> float:
    """Return the share (0..1) of values that are right among those of this field of which so much was said."""
    weights = load_weights()
    own = weights.own.get(field_of(path), ())
    told = features(confidence, likelihood)
    total = sum(weight * each for weight, each in zip(weights.shared, told, strict=True))
    total += sum(weight * each for weight, each in zip(own, told, strict=False))
    return min(_MOST, max(_LEAST, 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))))


def _log_odds(share: float, surest: float) -> float:
    held = min(surest, max(1 - surest, share))
    return math.log(held / (1 - held))
