"""Train the tagger that the package carries, from nothing but the generator's résumés.

Usage: train_tagger.py [--count 1200] [--epochs 6] [--processes 1] [--seed 1] [--output FOLDER]

Makes résumés of the splits train and dev, trains on the first (some minutes of one core), prints how much of the
second is labelled rightly, and writes the pipeline. The same command makes the same tagger on the same versions of
spaCy and thinc. What it is for, and what it adds: docs/decisions/0034-tagger.md.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from training.labelling import examples
from training.tagger import evaluated, trained

_SHIPPED = Path(__file__).parents[1] / "resumate_grpc" / "parsing" / "data" / "tagger"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1200, help="résumés to train on")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--processes", type=int, default=1, help="processes that make résumés")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=_SHIPPED)
    arguments = parser.parse_args()
    started = time.monotonic()
    train = examples("train", arguments.count, processes=arguments.processes)
    dev = examples("dev", 150, processes=arguments.processes)
    test = examples("test", 150, processes=arguments.processes)
    tokens = sum(len(each.tokens) for each in train)
    print(f"{len(train)} résumés, {tokens} tokens made in {time.monotonic() - started:.0f} s", flush=True)
    language = trained(train, dev, epochs=arguments.epochs, seed=arguments.seed)
    right, by_label = evaluated(language, test)
    print(f"test tokens right {right:.4f}; F1: {' '.join(f'{label} {f1:.3f}' for label, f1 in by_label.items())}")
    language.to_disk(arguments.output, exclude=["vocab"])
    print(f"written to {arguments.output} after {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
