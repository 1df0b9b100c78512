"""Derive the shipped word lists from open gazetteers.

Usage: `python -m resumate_grpc.parsing.data.build FOLDER`, where FOLDER holds

- `world-cities.csv` (datasets/world-cities, from GeoNames, CC BY 4.0),
- `world_universities_and_domains.json` (Hipo/university-domains-list, MIT),
- `ms_skills.json` (microsoft/SkillsExtractorCognitiveSearch, MIT).

Writes cities.txt, regions.txt, universities.txt, skills.txt and skill_names.tsv beside itself; NOTICE.md credits the
sources.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from resumate_grpc.parsing.folding import fold, squeeze

_HERE = Path(__file__).parent
_SHORTEST_NAME = 3
_LONGEST_ABBREVIATION = 8
_SELF_TELLING = re.compile(
    r"univ|colleg|institu|school|academ|polyte|hochschule|politec|facult|ecole|escuela|escola|istituto|seminar"
)


def _write(name: str, source: str, lines: Iterable[str]) -> None:
    body = "\n".join(sorted({squeeze(fold(line)) for line in lines} - {""}))
    (_HERE / name).write_text(f"# Derived by build.py from {source}.\n{body}\n", encoding="utf-8")


def _places(folder: Path) -> None:
    with (folder / "world-cities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    credit = "GeoNames (CC BY 4.0) by way of datasets/world-cities"
    _write("cities.txt", credit, (row["name"] for row in rows if len(row["name"]) >= _SHORTEST_NAME))
    _write("regions.txt", credit, (row[key] for row in rows for key in ("country", "subcountry") if row[key]))


def _universities(folder: Path) -> None:
    entries = json.loads((folder / "world_universities_and_domains.json").read_text(encoding="utf-8"))
    names = (entry["name"] for entry in entries if not _SELF_TELLING.search(fold(entry["name"])))
    labels = (domain.split(".")[0] for entry in entries for domain in entry["domains"])
    abbreviations = (name for name in labels if _SHORTEST_NAME <= len(name) <= _LONGEST_ABBREVIATION and name.isalpha())
    _write("universities.txt", "Hipo/university-domains-list (MIT)", [*names, *abbreviations])


def _skills(folder: Path) -> None:
    entries = json.loads((folder / "ms_skills.json").read_text(encoding="utf-8"))
    names = (source["displayName"] for entry in entries.values() for source in entry["sources"])
    aliases = (alias for entry in entries.values() for alias in entry["aliases"])
    _write("skills.txt", "microsoft/SkillsExtractorCognitiveSearch (MIT)", [*entries, *names, *aliases])
    _skill_names(entries)


def _skill_names(entries: dict[str, Any]) -> None:
    """Write each skill's usual name, its id in the list, and its other spellings, parted by tabs."""
    lines = []
    for key, entry in sorted(entries.items()):
        names = [squeeze(source["displayName"]) for source in entry["sources"]]
        spellings = dict.fromkeys([*names[1:], key.replace("-", " "), *map(squeeze, entry["aliases"])])
        plain = fold(names[0]).replace(" ", "")
        others = [spelling for spelling in spellings if spelling and fold(spelling).replace(" ", "") != plain]
        lines.append("\t".join([names[0], entry["sources"][0]["id"], *others]))
    head = "# Derived by build.py from microsoft/SkillsExtractorCognitiveSearch (MIT): name, id, spellings."
    (_HERE / "skill_names.tsv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    """Write the derived lists from the gazetteers in `folder`."""
    _places(folder)
    _universities(folder)
    _skills(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
