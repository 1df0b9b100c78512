"""Write résumés of invented people with their labels: a test set of layouts and words that nothing was fitted to.

Usage: synthetic_corpus.py FOLDER [--split test] [--count 200] [--seed 1]

Writes FOLDER/files (PDF, DOCX, text), FOLDER/gold and FOLDER/MANIFEST.tsv, for `accuracy.py`. The same command
writes the same résumés.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from synthetic.corpus import write_corpus
from synthetic.words import SPLITS


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write_corpus(arguments.folder, arguments.split, arguments.count, seed=arguments.seed)


if __name__ == "__main__":
    main()
