"""Parse a folder of résumés, write the predictions, and measure them against labels.

Usage: accuracy.py FILES PREDICTIONS [--gold GOLD --scorer SCORE.py [--manifest MANIFEST.tsv] [--diagram OUT.svg]]

Prints milliseconds a file by stage. With labels and their scorer (a Python file of the labelled set's own, see
`labels.py`) also, in Markdown: precision, recall and F1 by field; by format, layout and family; how far single families
move the figure; and whether stated confidence is honest (a calibrated parser is right as often as it says).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean, median
from typing import cast

import msgspec
from accuracy_tables import f1_of, field_table, group_table, markdown_table, spread
from judged import judged_values
from labels import labelled_in, load_scorer
from reliability import calibration_error, calibration_table, draw, field_calibration_table, floor_table

from resumate_grpc.errors import ResumateError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing import understanding
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.line_tags import EMPTY
from resumate_grpc.parsing.pipeline import warm_up
from resumate_grpc.parsing.sniff import sniff


def main() -> None:
    """Run the command."""
    arguments = _arguments()
    if arguments.rules_alone:
        understanding.line_tags = lambda *_: EMPTY  # type: ignore[attr-defined]
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
                    json.dumps(msgspec.to_builtins(resume), ensure_ascii=False, indent=1), encoding="utf-8"
                )
    _print_times(times)
    if arguments.gold and arguments.scorer:
        _measure(arguments, parsed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--gold", type=Path, help="folder of labels, FILE'S STEM.json")
    parser.add_argument("--scorer", type=Path, help="the labelled set's scorer, a Python file")
    parser.add_argument("--manifest", type=Path, help="table of the files' layouts and sources")
    parser.add_argument("--diagram", type=Path, help="where to write the reliability diagram (SVG)")
    parser.add_argument("--rules-alone", action="store_true", help="leave the tagger out")
    parser.add_argument("--ext", default="pdf,docx,doc,rtf,odt,html,txt,md")
    parser.add_argument("--verbose", action="store_true", help="also F1 by file")
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
    steps = understanding.understand(document, options=ParseOptions())
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            resume = cast("ParsedResume", stop.value)
            break
    pages = max(1, resume.page_count)
    times[f"{media_type.name} extraction"].append((extracted - started) * 1000)
    times[f"{media_type.name} understanding"].append((time.perf_counter() - extracted) * 1000)
    times[f"{media_type.name} understanding a page"].append((time.perf_counter() - extracted) * 1000 / pages)
    return resume


def _print_times(times: Mapping[str, list[float]]) -> None:
    rows = [
        [name, f"{median(values):.1f}", f"{fmean(values):.1f}", f"{max(values):.1f}"]
        for name, values in sorted(times.items())
    ]
    _print("Milliseconds a file", markdown_table(["stage", "median", "mean", "worst"], rows))


def _measure(arguments: argparse.Namespace, parsed: Mapping[str, ParsedResume]) -> None:
    scorer = load_scorer(arguments.scorer)
    labelled = labelled_in(arguments.gold, arguments.files, scorer, arguments.manifest)
    labelled = [each for each in labelled if each.format in arguments.ext.split(",")]
    scored, values = {}, []
    for each in labelled:
        resume = parsed.get(each.stem)
        prediction = dataclasses.asdict(resume) if resume else {}
        scored[each.stem] = dict(scorer.score_file(each.truth, prediction, each.neutral_skills, each.optional))
        values += judged_values(scorer, each, resume) if resume else []
    _print(f"By field, {len(labelled)} files", field_table(scorer.FIELDS, scored))
    _print("By format", group_table("format", labelled, scored, lambda each: each.format))
    if arguments.manifest:
        _print("By layout", group_table("layout", labelled, scored, lambda each: each.layout))
        _print("By family", spread(labelled, scored))
    if arguments.verbose:
        figures = {
            stem: f1_of([sum(column) for column in zip(*counts.values(), strict=True)])
            for stem, counts in scored.items()
        }
        rows = [[stem, f"{figures[stem][2]:.3f}"] for stem in sorted(figures, key=lambda stem: figures[stem][2])]
        _print("By file", markdown_table(["file", "F1"], rows))
    _print(f"Expected calibration error {calibration_error(values):.3f}", calibration_table(values))
    _print("Calibration by field", field_calibration_table(scorer.FIELDS, values))
    _print("If values below a floor were left empty", floor_table(values, scored.values()))
    if arguments.diagram:
        draw({"values": values}, arguments.diagram)


def _print(title: str, table: str) -> None:
    print(f"\n### {title}\n\n{table}")


if __name__ == "__main__":
    main()
