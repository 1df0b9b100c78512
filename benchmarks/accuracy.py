"""Parse a folder of résumés, write the predictions, and measure them against labels.

Usage: accuracy.py FILES PREDICTIONS [--gold GOLD --scorer SCORE.py] [--ext pdf,docx,…] [--verbose]

Prints milliseconds a file by stage; with labels and their scorer also the scorer's table and, by bucket of stated
confidence, how many of the values were right (a calibrated parser is right as often as it says).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib import util
from pathlib import Path
from statistics import fmean, median
from typing import Protocol, cast

from resumate_grpc.errors import ResumateError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.pipeline import warm_up
from resumate_grpc.parsing.sniff import sniff
from resumate_grpc.parsing.understanding import understand


class _Scorer(Protocol):
    """What is used of the scorer's module."""

    PI: Sequence[str]
    WORK: Sequence[str]
    EDU: Sequence[str]
    SK: Sequence[str]
    field_eq: Callable[[str, str, str], bool]
    skill_eq: Callable[[str, str], bool]
    align: Callable[..., tuple[list[tuple[int, int]], list[int], list[int]]]


def main() -> None:
    """Run the command."""
    arguments = _arguments()
    warm_up()
    arguments.predictions.mkdir(parents=True, exist_ok=True)
    times: dict[str, list[float]] = defaultdict(list)
    parsed: dict[str, ParsedResume] = {}
    for path in sorted(arguments.files.iterdir()):
        if path.suffix.lower().strip(".") in arguments.ext.split(","):
            resume = _parse(path, times)
            if resume:
                parsed[path.stem] = resume
                target = arguments.predictions / f"{path.stem}.json"
                target.write_text(
                    json.dumps(dataclasses.asdict(resume), ensure_ascii=False, indent=1), encoding="utf-8"
                )
    _print_times(times)
    if arguments.gold and arguments.scorer:
        _score(arguments)
        _print_calibration(_load_scorer(arguments.scorer), parsed, arguments.gold)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--ext", default="pdf,docx,doc,rtf,odt,html,txt,md")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def _parse(path: Path, times: dict[str, list[float]]) -> ParsedResume | None:
    content = path.read_bytes()
    started = time.perf_counter()
    try:
        media_type = sniff(content, path.name)
        reading = extract(content, media_type=media_type, options=ParseOptions())
        while True:
            try:
                next(reading)
            except StopIteration as stop:
                document = stop.value
                break
    except ResumateError as error:
        print(f"# {path.name}: {error}")
        return None
    extracted = time.perf_counter()
    understanding = understand(document, options=ParseOptions())
    while True:
        try:
            next(understanding)
        except StopIteration as stop:
            resume = cast("ParsedResume", stop.value)
            break
    pages = max(1, resume.page_count)
    times[f"{media_type.name} extraction"].append((extracted - started) * 1000)
    times[f"{media_type.name} understanding"].append((time.perf_counter() - extracted) * 1000)
    times[f"{media_type.name} understanding a page"].append((time.perf_counter() - extracted) * 1000 / pages)
    return resume


def _print_times(times: dict[str, list[float]]) -> None:
    print(f"{'milliseconds a file':<36}{'median':>8}{'mean':>8}{'worst':>8}")
    for name, values in sorted(times.items()):
        print(f"{name:<36}{median(values):>8.1f}{fmean(values):>8.1f}{max(values):>8.1f}")


def _score(arguments: argparse.Namespace) -> None:
    command = [
        sys.executable, str(arguments.scorer), str(arguments.gold), str(arguments.predictions),
        "--ext", arguments.ext, "--files", str(arguments.files),
    ]  # fmt: skip
    subprocess.run([*command, *(["--verbose"] if arguments.verbose else [])], check=True)


def _load_scorer(path: Path) -> _Scorer:
    spec = util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python module")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("_Scorer", module)


def _print_calibration(scorer: _Scorer, parsed: dict[str, ParsedResume], gold: Path) -> None:
    buckets: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    by_field: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for stem, resume in parsed.items():
        label = gold / f"{stem}.json"
        if not label.exists():
            continue
        truth = json.loads(label.read_text(encoding="utf-8"))
        confidences = {item.field_path: item.confidence for item in resume.evidence}
        for path, right in _judged(scorer, dataclasses.asdict(resume), truth.get("gold", truth)):
            if path in confidences:
                buckets[min(9, int(confidences[path] * 10))].append((confidences[path], right))
                by_field[_field(path)].append((confidences[path], right))
    print("\nconfidence   values  stated   right")
    for bucket in sorted(buckets):
        _print_row(f"{bucket / 10:.1f}-{bucket / 10 + 0.1:.1f}", buckets[bucket])
    print("\nfield        values  stated   right")
    for name in sorted(by_field):
        _print_row(name, by_field[name])
    total = [pair for pairs in buckets.values() for pair in pairs]
    gaps = [len(pairs) * abs(fmean(c for c, _ in pairs) - fmean(r for _, r in pairs)) for pairs in buckets.values()]
    if total:
        print(f"expected calibration error {sum(gaps) / len(total):.3f} over {len(total)} values")


def _print_row(name: str, pairs: Sequence[tuple[float, bool]]) -> None:
    print(f"{name:<28}{len(pairs):>6}{fmean(c for c, _ in pairs):>8.2f}{fmean(r for _, r in pairs):>8.2f}")


def _field(path: str) -> str:
    return "".join(part.partition("]")[2] if "]" in part else part for part in path.split("["))


def _judged(scorer: _Scorer, prediction: dict[str, object], truth: dict[str, object]) -> list[tuple[str, bool]]:
    judged: list[tuple[str, bool]] = []
    own, true = _part(prediction, "personal_info"), _part(truth, "personal_info")
    judged += [
        (f"personal_info.{name}", _same(scorer, name, true.get(name), own[name])) for name in scorer.PI if own.get(name)
    ]
    for key, kind, names in (("work_experience", "work", scorer.WORK), ("education", "edu", scorer.EDU)):
        gold, found = _entries(truth, key), _entries(prediction, key)
        pairs, _, _ = scorer.align(gold, found, kind)
        partner = {j: gold[i] for i, j in pairs}
        for index, entry in enumerate(found):
            other = partner.get(index, {})
            judged += [
                (f"{key}[{index}].{name}", _same(scorer, f"{kind}.{name}", other.get(name), entry[name]))
                for name in names
                if entry.get(name)
            ]
    own, true = _part(prediction, "skills"), _part(truth, "skills")
    for name in scorer.SK:
        known = cast("Sequence[str]", true.get(name) or ())
        items = cast("Sequence[str]", own.get(name) or ())
        judged += [
            (f"skills.{name}[{n}]", any(scorer.skill_eq(g, item) for g in known)) for n, item in enumerate(items)
        ]
    return judged


def _part(resume: dict[str, object], key: str) -> dict[str, object]:
    return cast("dict[str, object]", resume.get(key) or {})


def _entries(resume: dict[str, object], key: str) -> list[dict[str, object]]:
    return list(cast("Sequence[dict[str, object]]", resume.get(key) or ()))


def _same(scorer: _Scorer, field: str, truth: object, value: object) -> bool:
    return bool(truth) and scorer.field_eq(field, str(truth), str(value))


if __name__ == "__main__":
    main()
