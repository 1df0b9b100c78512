"""A résumé for people to read in a terminal: each value with its confidence and where it stands in the document."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from datetime import UTC

import click
from google.protobuf.timestamp_pb2 import Timestamp

from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import ParsedResume
from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume
from resumate_grpc.cli.career import career_lines
from resumate_grpc.cli.places import Places, aside
from resumate_grpc.cli.sections import sections
from resumate_grpc.cli.terminal import safe
from resumate_grpc.cli.words import error_text, state_word

__all__ = ["headline", "local_time", "parsed_lines", "resume_lines"]

PERSONAL = ("email", "phone", "location", "linkedin_url", "github_url", "portfolio_url")
SKILLS = ("technical", "soft_skills", "languages", "certifications")


def local_time(time: Timestamp) -> str:
    """Write a time in the zone of whoever reads it, to the minute."""
    return time.ToDatetime(UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def headline(resume: Resume) -> str:
    """Sum up a résumé on one line: id, state, file, and who it is about once that is known."""
    who = resume.parsed.personal_info
    known = [part for part in (who.full_name, who.email) if part]
    if resume.HasField("error"):
        known = [error_text(resume.error)]
    elif known:
        known.append(f"{resume.parsed.confidence_score:.0%} sure")
    parts = [resume.id, f"{state_word(resume.state):<10}", resume.filename, " · ".join(known)]
    return "  ".join(safe(part, one_line=part != parts[1]) for part in parts if part)


def resume_lines(resume: Resume) -> Iterator[str]:
    """Write a résumé as lines: its file, its state, and what it says if it was parsed."""
    yield click.style(safe(resume.filename, one_line=True), bold=True) + f"  {state_word(resume.state)}"
    facts = [resume.id, resume.media_type, f"{resume.size_bytes:,} bytes", f"uploaded {local_time(resume.create_time)}"]
    facts += [f"attempt {resume.attempt}"] if resume.attempt > 1 else []
    facts += [f"batch {resume.batch_id}"] if resume.batch_id else []
    yield safe(" · ".join(facts), one_line=True)
    if resume.HasField("error"):
        yield safe(error_text(resume.error), one_line=True)
    elif resume.HasField("parsed"):
        yield ""
        yield from parsed_lines(resume.parsed)
    elif resume.HasField("progress"):
        yield safe(f"{resume.progress.percent}% {resume.progress.message}", one_line=True)


def parsed_lines(parsed: ParsedResume) -> Iterator[str]:
    """Write what a résumé says as lines."""
    places = Places(parsed)
    yield from _person(parsed, places)
    for title, path, entries in sections(parsed):
        if entries:
            yield ""
            yield click.style(title, bold=True)
        for number, entry in enumerate(entries):
            yield places.line(entry.name, f"{path}[{number}]", label="  ")
            if entry.details:
                yield f"    {safe(entry.details, one_line=True)}"
            yield from _wrapped(entry.prose, indent="    ")
            for highlight in entry.highlights:
                yield from _wrapped(f"• {highlight}", indent="    ")
    yield from _skills(parsed)
    yield from career_lines(parsed)
    for warning in parsed.warnings:
        yield ""
        yield safe(f"note: {warning.message} [{warning.reason}]", one_line=True)


def _person(parsed: ParsedResume, places: Places) -> Iterator[str]:
    who = parsed.personal_info
    yield places.line(who.full_name or "(no name found)", "personal_info.full_name", bold=True)
    for name in PERSONAL:
        if value := getattr(who, name):
            yield places.line(value, f"personal_info.{name}", label=f"  {name.removesuffix('_url'):<10} ")
    if who.summary:
        yield ""
        yield from _wrapped(who.summary, indent="  ")


def _skills(parsed: ParsedResume) -> Iterator[str]:
    if not any(getattr(parsed.skills, name) for name in SKILLS):
        return
    yield ""
    yield click.style("Skills", bold=True) + aside(parsed.skills.confidence)
    for name in SKILLS:
        if values := getattr(parsed.skills, name):
            yield from _wrapped(f"{name.replace('_', ' ')}: {', '.join(values)}", indent="  ")


def _wrapped(text: str, *, indent: str) -> Iterator[str]:
    width = max(40, shutil.get_terminal_size().columns)
    for paragraph in safe(text).splitlines():
        yield from textwrap.wrap(paragraph, width, initial_indent=indent, subsequent_indent=indent)
