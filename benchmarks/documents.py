"""The résumés that the benchmarks parse: folders named on the command line, or the project's own samples."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from resumate_grpc.errors import ResumateError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.sniff import sniff

__all__ = ["SAMPLES", "Document", "add_files_option", "documents_in"]

ENDINGS = frozenset({".pdf", ".docx", ".doc", ".rtf", ".txt", ".md"})
SAMPLES = Path(__file__).parents[1] / "tests" / "samples" / "files"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One file, read."""

    path: Path
    media_type: MediaType
    content: bytes


def add_files_option(parser: argparse.ArgumentParser) -> None:
    """Add `--files DIR …`."""
    parser.add_argument(
        "--files", metavar="DIR", nargs="+", type=Path, default=[SAMPLES], help="folders of résumés; default: samples"
    )


def documents_in(folders: Sequence[Path]) -> list[Document]:
    """Read the files of folders that have an ending of ours, in order of name. Ends the program where there is none."""
    documents: list[Document] = []
    for path in sorted(path for folder in folders for path in folder.iterdir() if path.suffix.lower() in ENDINGS):
        content = path.read_bytes()
        try:
            documents.append(Document(path=path, media_type=sniff(content, path.name), content=content))
        except ResumateError:
            print(f"left out: {path.name} is not what its name says")
    if not documents:
        raise SystemExit(f"no résumés in {', '.join(map(str, folders))}; name folders with --files")
    return documents
