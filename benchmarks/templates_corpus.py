"""Write résumés of invented people, printed by templates that others made, with their labels.

Usage: templates_corpus.py FOLDER --packages node_modules --rendercv .../bin/rendercv [--half HALF] [--only REGEX]

Writes FOLDER/files (PDF, DOCX, ODT, DOC, HTML, Markdown, text), FOLDER/gold, FOLDER/NEUTRAL_SKILLS.tsv and
FOLDER/MANIFEST.tsv, for `accuracy.py`. Templates and people are parted: of `look` and `opened` every file may be
read to mend a rule, of `fresh` only the figures. What is needed, and how labels come about: decision 48.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from templates.corpus import Tools, write_corpus
from templates.people import HALVES


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packages", type=Path, required=True, help="node_modules with jsonresume-theme-*")
    parser.add_argument("--rendercv", type=Path, required=True, help="the command rendercv, 2.3")
    parser.add_argument("--half", choices=HALVES, default="look")
    parser.add_argument("--only", default="", help="regular expression of template names")
    arguments = parser.parse_args()
    tools = Tools(packages=arguments.packages, rendercv=arguments.rendercv)
    write_corpus(arguments.folder, arguments.half, tools, only=arguments.only)


if __name__ == "__main__":
    main()
