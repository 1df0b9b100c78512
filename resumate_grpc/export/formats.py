"""Which formats there are: one table of format → function, media type and extension."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from resumate_grpc.export.csv_table import to_csv
from resumate_grpc.export.json_resume import to_json_resume
from resumate_grpc.export.plain_text import to_plain_text
from resumate_grpc.export.redaction import redact
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import Resume

__all__ = ["FORMATS", "ExportFormat", "Exported", "Format", "export"]

MAX_STEM_CHARACTERS = 100
EXTENSION = re.compile(r"(?<=.)\.\w{1,10}$")
UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


class ExportFormat(Enum):
    """What a parsed résumé can be exported as."""

    JSON_RESUME = "JSON_RESUME"
    PLAIN_TEXT = "PLAIN_TEXT"
    CSV = "CSV"
    REDACTED_JSON = "REDACTED_JSON"
    REDACTED_TEXT = "REDACTED_TEXT"


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """How one format is made; `extension` is without its dot. One that is `blind` tells nobody whose résumé it is."""

    write: Callable[[Resume, ParsedResume], bytes]
    media_type: str
    extension: str
    blind: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """A document ready to be saved under `filename`."""

    content: bytes
    media_type: str
    filename: str


FORMATS: Mapping[ExportFormat, Format] = {
    ExportFormat.JSON_RESUME: Format(write=to_json_resume, media_type="application/json", extension="json"),
    ExportFormat.PLAIN_TEXT: Format(write=to_plain_text, media_type="text/plain; charset=utf-8", extension="txt"),
    ExportFormat.CSV: Format(write=to_csv, media_type="text/csv; charset=utf-8; header=present", extension="csv"),
    ExportFormat.REDACTED_JSON: Format(
        write=to_json_resume, media_type="application/json", extension="json", blind=True
    ),
    ExportFormat.REDACTED_TEXT: Format(
        write=to_plain_text, media_type="text/plain; charset=utf-8", extension="txt", blind=True
    ),
}


def export(resume: Resume, parsed: ParsedResume, export_format: ExportFormat) -> Exported:
    """Return the document of a parsed résumé; a blind one is called by the résumé's id, in its name and in the file."""
    chosen = FORMATS[export_format]
    if chosen.blind:
        nameless = redact(parsed)
        candidate = replace(nameless, personal_info=replace(nameless.personal_info, full_name=f"Candidate {resume.id}"))
        content = chosen.write(replace(resume, filename=""), candidate)
        name = f"candidate-{resume.id}.redacted.{chosen.extension}"
    else:
        content, name = chosen.write(resume, parsed), _filename(resume.filename, chosen.extension)
    return Exported(content=content, media_type=chosen.media_type, filename=name)


def _filename(uploaded: str, extension: str) -> str:
    """Return a name that every file system takes and that is not the upload's own, so that neither overwrites."""
    stem = UNSAFE.sub("_", EXTENSION.sub("", uploaded))
    safe = stem.strip(" .")[:MAX_STEM_CHARACTERS].rstrip(" .") or "document"
    return f"{safe}.resume.{extension}"
