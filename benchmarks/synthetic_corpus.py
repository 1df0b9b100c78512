"""Write résumés of invented people with their labels: a test set of layouts and words that nothing was fitted to.

Usage: synthetic_corpus.py FOLDER [--split test] [--count 200] [--seed 1] [--scanned]

Writes FOLDER/files (PDF, DOCX, text), FOLDER/gold and FOLDER/MANIFEST.tsv, for `accuracy.py`. The same command
writes the same résumés. With `--scanned` the PDFs are printed and scanned, each another way, and the rest is left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from synthetic.corpus import write_corpus
from synthetic.words import SPLITS

from tests.samples.scans import Scanner, as_pdf

_SCANNERS = (
    Scanner(),
    Scanner(askew=1.5),
    Scanner(dpi=150, askew=-1.0, grain=10),
    Scanner(shadow=60, grain=10, quality=40),
    Scanner(dpi=120, quality=35),
)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scanned", action="store_true", help="scans of the PDFs alone")
    arguments = parser.parse_args()
    write_corpus(arguments.folder, arguments.split, arguments.count, seed=arguments.seed)
    if arguments.scanned:
        _scan(arguments.folder)


def _scan(folder: Path) -> None:
    """Put scans in the place of the PDFs, and take all other files away."""
    for number, path in enumerate(sorted((folder / "files").iterdir())):
        if path.suffix == ".pdf":
            scanner = _SCANNERS[number % len(_SCANNERS)]
            path.write_bytes(as_pdf(*scanner.jpegs(path.read_bytes()), dpi=scanner.dpi))
        else:
            path.unlink()
            (folder / "gold" / f"{path.stem}.json").unlink()


if __name__ == "__main__":
    main()
