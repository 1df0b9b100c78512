"""A corpus of sheets: the n-th of a split is the same whenever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from synthetic import docx_writer, pdf_writer, text_writer
from synthetic.templates import Sheet, sheet_of
from synthetic.words import LANGUAGES

__all__ = ["Made", "made", "write_corpus"]

_WEIGHTS = (40, 12, 10, 9, 6, 6, 5, 6, 6)
_FORMATS = ("pdf", "pdf", "docx", "txt")


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """One résumé written to a file's bytes, and what it states."""

    name: str
    content: bytes
    sheet: Sheet


def made(split: str, count: int, *, first: int = 0, seed: int = 1) -> Iterator[Made]:
    """Yield `count` résumés of a split, from number `first` on."""
    for number in range(first, first + count):
        rng = Random(f"{seed} {split} {number}")
        language = rng.choices(LANGUAGES, _WEIGHTS)[0]
        sheet = sheet_of(split, language, rng)
        ending = rng.choice(_FORMATS)
        if ending == "pdf" and language not in pdf_writer.WRITABLE:
            ending = "docx"
        name = f"{split}_{number:04d}_{language}.{ending}"
        yield Made(name=name, content=_written(sheet, ending, rng), sheet=sheet)


def _written(sheet: Sheet, ending: str, rng: Random) -> bytes:
    if ending == "pdf":
        return pdf_writer.written(sheet.elements, font=rng.randint(0, 1))
    return docx_writer.written(sheet.elements) if ending == "docx" else text_writer.written(sheet.elements)


def write_corpus(folder: Path, split: str, count: int, *, seed: int = 1) -> None:
    """Write files, labels (`gold`) and a manifest, as `accuracy.py` reads them."""
    files, gold = folder / "files", folder / "gold"
    files.mkdir(parents=True, exist_ok=True)
    gold.mkdir(exist_ok=True)
    rows = ["file\tkind\tsource_repo"]
    for each in made(split, count, seed=seed):
        (files / each.name).write_bytes(each.content)
        truth = asdict(each.sheet.truth)
        label = {key: truth[key] for key in ("personal_info", "work_experience", "education", "skills")}
        target = gold / f"{Path(each.name).stem}.json"
        target.write_text(json.dumps(label, ensure_ascii=False, indent=1), encoding="utf-8")
        frame, work, study, *_ = each.sheet.template.split("; ")
        rows.append(f"{each.name}\t{frame}\t{work}, {study}")
    (folder / "MANIFEST.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
