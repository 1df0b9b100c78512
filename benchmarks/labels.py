"""Labelled résumés: what each one states, how it is to be scored, and to which groups it belongs.

The scorer is a Python file of the labelled set's own, loaded by path; what it offers is `Scorer`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import Any, Protocol, cast

__all__ = ["Counts", "Labelled", "Scorer", "labelled_in", "load_scorer"]

Counts = dict[str, list[int]]
"""By field: values found and right, found and wrong, missed."""

_LAYOUTS = (
    ("scan", r"\bscan"),
    ("two columns or sidebar", r"two[- ]column|sidebar"),
    ("rail or timeline", r"\brail\b|timeline"),
    ("tables", r"\btables\b"),
    ("designed", r"\bdesigned|infographic"),
)
_OTHER_LAYOUT = "one column"


class Scorer(Protocol):
    """What is used of the scorer's module; the names are its own."""

    FIELDS: Sequence[str]
    PI: Sequence[str]
    WORK: Sequence[str]
    EDU: Sequence[str]
    SK: Sequence[str]
    field_eq: Callable[[str, str, str], bool]
    skill_eq: Callable[[str, str], bool]
    align: Callable[[Any, Any, str], tuple[list[tuple[int, int]], list[int], list[int]]]
    score_file: Callable[[Any, Any, Any, Any], Counts]
    by_id: Callable[[Mapping[str, Any], str], Any]
    read_soft: Callable[[str], Mapping[str, Any]]
    read_optional: Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """One résumé's labels.

    `neutral_skills` and `optional` are the scorer's: values that are neither right nor wrong. `family` is the template
    or source that it shares with its like; both groups are "?" without a manifest.
    """

    stem: str
    truth: Mapping[str, Any]
    neutral_skills: Sequence[str]
    optional: Mapping[str, Any]
    format: str
    layout: str
    family: str


def load_scorer(path: Path) -> Scorer:
    """Import the scorer from its file."""
    spec = util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python module")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Scorer", module)


def labelled_in(gold: Path, files: Path, scorer: Scorer, manifest: Path | None) -> list[Labelled]:
    """Read the labels in `gold`, by file name; format and groups are those of the files and of the manifest.

    The manifest is a table (tab-separated, with a row of headings) whose columns `file`, `kind` (words on the layout)
    and `source_repo` are read.
    """
    formats = {path.stem: path.suffix.lower().strip(".") for path in files.iterdir()}
    neutral = scorer.read_soft(str(gold.parent / "NEUTRAL_SKILLS.tsv"))
    optional = scorer.read_optional(str(gold.parent / "OPTIONAL.json"))
    described = _described(manifest)
    labelled = []
    for path in sorted(gold.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        row = described.get(path.stem, {})
        labelled.append(
            Labelled(
                stem=path.stem,
                truth=truth.get("gold", truth),
                neutral_skills=scorer.by_id(neutral, path.stem) or (),
                optional=scorer.by_id(optional, path.stem) or {},
                format=formats.get(path.stem, "?"),
                layout=_layout(row["kind"]) if row else "?",
                family=row["source_repo"] if row else "?",
            )
        )
    return labelled


def _described(manifest: Path | None) -> dict[str, dict[str, str]]:
    if not manifest:
        return {}
    with manifest.open(encoding="utf-8", newline="") as file:
        return {Path(row["file"]).stem: row for row in csv.DictReader(file, delimiter="\t")}


def _layout(described: str) -> str:
    return next((name for name, pattern in _LAYOUTS if re.search(pattern, described, re.IGNORECASE)), _OTHER_LAYOUT)
