"""Fit the confidences that the package states, to nothing but the generator's résumés.

Usage: fit_confidence.py [--count 300] [--processes 1] [--output FILE]

Parses made résumés of the splits train and dev, fits (docs/decisions/0035-confidence.md), prints the calibration error
within, with each template family left out in turn, and on the test split, and writes the weights.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from synthetic.words import SPLITS
from training.confidence import crossed, error_of, fitted, predicted
from training.judging import Told, told_values

_SHIPPED = Path(__file__).parents[1] / "resumate_grpc" / "parsing" / "data" / "confidence.json"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="résumés of each split")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--output", type=Path, default=_SHIPPED)
    arguments = parser.parse_args()
    known: list[Told] = []
    test: list[Told] = []
    for split in SPLITS:
        values = told_values(split, arguments.count, processes=arguments.processes)
        (test if split == "test" else known).extend(values)
    weights = fitted(known)
    print(f"{len(known)} values of {len({value.family for value in known})} families, {len(test)} values to test")
    raw = np.array([value.confidence for value in known]), np.array([value.confidence for value in test])
    print(f"error before: {error_of(raw[0], known):.3f}, test {error_of(raw[1], test):.3f}")
    print(f"error fitted: {error_of(predicted(known, weights), known):.3f}")
    print(f"error, each family left out in turn: {error_of(crossed(known), known):.3f}")
    print(f"error on test: {error_of(predicted(test, weights), test):.3f}")
    arguments.output.write_text(json.dumps(weights.tolist()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
