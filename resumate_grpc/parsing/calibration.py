"""Calibration: what rules and tagger say of a value, turned into how often such a value is right.

The weights in `data/confidence.json` are fitted by `benchmarks/fit_confidence.py` to made résumés alone.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from importlib.resources import files

__all__ = ["calibrated", "features", "field_of", "load_weights"]

_LEAST, _MOST = 0.02, 0.995
_LEAST_LIKELY = 0.2
"""The tagger knows made names alone, and a real employer may be like none of them: it may doubt, but not condemn."""
_INDEX = re.compile(r"\[\d+\]")


@cache
def load_weights() -> tuple[float, ...]:
    """Read the fitted weights of `features`, once a process; the same for every field."""
    return tuple(json.loads((files("resumate_grpc.parsing.data") / "confidence.json").read_text(encoding="utf-8")))


def field_of(path: str) -> str:
    """Return a value's path without indices: `work_experience.company`, `skills.technical`."""
    return _INDEX.sub("", path)


def features(confidence: float, likelihood: float | None) -> tuple[float, ...]:
    """Return what the weights weigh: one, the rules' confidence, whether the tagger saw the value, its likelihood.

    Confidence and likelihood are 0..1 and enter as log odds, a likelihood as 0.2 at least; None as none at all.
    """
    return (
        1.0,
        _log_odds(confidence),
        0.0 if likelihood is None else 1.0,
        0.0 if likelihood is None else _log_odds(max(_LEAST_LIKELY, likelihood)),
    )


def calibrated(confidence: float, likelihood: float | None) -> float:
    """Return the share (0..1) of values that are right among those of which so much was said."""
    total = sum(weight * each for weight, each in zip(load_weights(), features(confidence, likelihood), strict=True))
    return min(_MOST, max(_LEAST, 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))))


def _log_odds(share: float) -> float:
    held = min(0.99, max(0.01, share))
    return math.log(held / (1 - held))
