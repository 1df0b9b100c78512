"""Tables of accuracy by field, format, layout and family, in Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean

from labels import Counts, Labelled

__all__ = ["f1_of", "field_table", "group_table", "markdown_table", "spread"]

_NONE = "–"


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table: the first column to the left, the others to the right."""
    lines = [headings, ["---", *("---:" for _ in headings[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def f1_of(counts: Sequence[int]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of (right, wrong, missed); 0 where nothing was found or stated."""
    right, wrong, missed = counts
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    return precision, recall, 2 * right / (2 * right + wrong + missed) if right else 0.0


def field_table(fields: Sequence[str], scored: Mapping[str, Counts]) -> str:
    """Return precision, recall and F1 by field over all files, then micro (all values) and macro (mean of fields)."""
    rows, f1s = [], []
    for field in fields:
        counts = _sum(scored.values(), {field})
        if any(counts):
            rows.append([f"`{field}`", *_figures(counts), str(counts[0] + counts[2])])
            if counts[0] + counts[2]:
                f1s.append(f1_of(counts)[2])
    whole = _sum(scored.values())
    rows.append(["**micro, all values**", *_figures(whole), str(whole[0] + whole[2])])
    rows.append(["**macro, mean of fields**", "", "", f"{fmean(f1s):.3f}" if f1s else _NONE, ""])
    return markdown_table(["field", "precision", "recall", "F1", "stated"], rows)


def group_table(
    name: str, labelled: Sequence[Labelled], scored: Mapping[str, Counts], group: Callable[[Labelled], str]
) -> str:
    """Return micro figures, and by part of the résumé F1, for each group of files."""
    members: dict[str, list[Counts]] = defaultdict(list)
    for each in labelled:
        members[group(each)].append(scored[each.stem])
    rows = []
    for key in sorted(members, key=lambda key: (-len(members[key]), key)):
        whole = _sum(members[key])
        parts = [_sum(members[key], prefix=prefix) for prefix in ("", "work.", "edu.", "skills.")]
        f1s = (f"{f1_of(part)[2]:.3f}" if any(part) else _NONE for part in parts)
        rows.append([key, str(len(members[key])), *_figures(whole), *f1s])
    return markdown_table(
        [name, "files", "precision", "recall", "F1", "F1 contact", "F1 work", "F1 education", "F1 skills"], rows
    )


def spread(labelled: Sequence[Labelled], scored: Mapping[str, Counts]) -> str:
    """Return how much the figures hang on single families.

    Leaving a family out tells how far it alone moves the figure; the mean over families counts each as one, however
    many files it has.
    """
    families: dict[str, list[Counts]] = defaultdict(list)
    for each in labelled:
        families[each.family].append(scored[each.stem])
    own = sorted(f1_of(_sum(counts))[2] for counts in families.values())
    without = sorted(
        f1_of(_sum([count for other, counts in families.items() if other != name for count in counts]))[2]
        for name in families
    )
    rows = [
        ["micro F1, all files", f"{f1_of(_sum(scored[each.stem] for each in labelled))[2]:.3f}"],
        ["mean over families of micro F1", f"{fmean(own):.3f}"],
        ["worst family", f"{own[0]:.3f}"],
        ["lower quartile of families", f"{own[len(own) // 4]:.3f}"],
        ["median family", f"{own[len(own) // 2]:.3f}"],
        ["lowest with one family left out", f"{without[0]:.3f}"],
        ["highest with one family left out", f"{without[-1]:.3f}"],
    ]
    return markdown_table([f"{len(own)} families", "F1"], rows)


def _figures(counts: Sequence[int]) -> list[str]:
    return [f"{figure:.3f}" for figure in f1_of(counts)]


def _sum(scored: Iterable[Counts], fields: set[str] | None = None, *, prefix: str | None = None) -> list[int]:
    total = [0, 0, 0]
    for counts in scored:
        for field, figures in counts.items():
            if (fields is None or field in fields) and (prefix is None or _is_of(field, prefix)):
                total = [one + other for one, other in zip(total, figures, strict=True)]
    return total


def _is_of(field: str, prefix: str) -> bool:
    return field.startswith(prefix) if prefix else "." not in field
