"""Ways to print contact data and lists. Each belongs to one split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest

from synthetic.people import Person
from synthetic.printing import Printing
from synthetic.sheet import Element, Grid, Line, Run, line

__all__ = ["CONTACT_STYLES", "LIST_STYLES", "awards", "interests", "language_list", "projects", "summary"]

_NAME_SIZE = 20.0
Contact = Callable[[Person, Printing], list[Element]]
Listing = Callable[[Sequence[str], Printing], list[Element]]


def _name(person: Person, *, capitals: bool = False, centred: bool = False) -> Line:
    name = person.resume.personal_info.full_name
    return Line(runs=(Run(text=name.upper() if capitals else name, bold=True),), size=_NAME_SIZE, centred=centred)


def _data(person: Person) -> list[str]:
    own = person.resume.personal_info
    stated = (own.location, own.phone, own.email, own.linkedin_url, own.github_url, own.portfolio_url)
    return [value for value in stated if value]


def _one_row(person: Person, _: Printing) -> list[Element]:
    data = _data(person)
    rows = [data] if len(data) <= 3 else [data[:3], data[3:]]
    return [_name(person, centred=True), *(replace(line(" | ".join(row)), centred=True) for row in rows)]


def _stack(person: Person, _: Printing) -> list[Element]:
    return [_name(person), *(line(value) for value in _data(person))]


def _labelled(person: Person, printing: Printing) -> list[Element]:
    own = person.resume.personal_info
    values = {"name": own.full_name, "address": own.location, "phone": own.phone, "email": own.email}
    rows = [line(f"{printing.label(name)}: {value}") for name, value in values.items() if value]
    links = [line(value) for value in (own.linkedin_url, own.github_url, own.portfolio_url) if value]
    return [*rows, *links]


def _capitals_with_title(person: Person, printing: Printing) -> list[Element]:
    posts = person.resume.work_experience
    rows: list[Element] = [_name(person, capitals=True)]
    if posts:
        rows.append(replace(line(posts[0].title), color=printing.accent, size=12))
    return [*rows, line(" • ".join(_data(person)))]


def _right_block(person: Person, _: Printing) -> list[Element]:
    return [_name(person), *(line("", right=value) for value in _data(person))]


def _commas(items: Sequence[str], _: Printing) -> list[Element]:
    return [line(", ".join(items))]


def _items(items: Sequence[str], _: Printing) -> list[Element]:
    return [line(item, bullet=True, indent=1) for item in items]


def _pipes(items: Sequence[str], _: Printing) -> list[Element]:
    return [line(" | ".join(items))]


def _dots(items: Sequence[str], _: Printing) -> list[Element]:
    return [line(" · ".join(items))]


def _in_two(items: Sequence[str], _: Printing) -> list[Element]:
    half = (len(items) + 1) // 2
    pairs = zip_longest(items[:half], items[half:], fillvalue="")
    return [Grid(rows=tuple(((line(one),), (line(other),)) for one, other in pairs), ruled=False)]


def _plain_rows(items: Sequence[str], _: Printing) -> list[Element]:
    return [line(item) for item in items]


def _semicolons(items: Sequence[str], _: Printing) -> list[Element]:
    return [line("; ".join(items) + ".")]


def _slashes(items: Sequence[str], _: Printing) -> list[Element]:
    return [line(" / ".join(items))]


def _grouped(items: Sequence[str], printing: Printing) -> list[Element]:
    """Print the items in groups behind labels that are no items."""
    labels = printing.words.some("fields", printing.rng, 2, 3)
    size = max(1, -(-len(items) // len(labels)))
    groups = [items[at : at + size] for at in range(0, len(items), size)]
    return [line(f"{label}: {', '.join(group)}") for label, group in zip(labels, groups, strict=False)]


CONTACT_STYLES: dict[str, tuple[tuple[str, Contact], ...]] = {
    "train": (("one row", _one_row), ("stack", _stack), ("labelled", _labelled)),
    "dev": (("one row", _one_row), ("capitals with title", _capitals_with_title)),
    "test": (("capitals with title", _capitals_with_title), ("right block", _right_block)),
}
LIST_STYLES: dict[str, tuple[tuple[str, Listing], ...]] = {
    "train": (
        ("commas", _commas),
        ("items", _items),
        ("plain rows", _plain_rows),
        ("slashes", _slashes),
        ("grouped", _grouped),
    ),
    "dev": (("pipes", _pipes), ("commas", _commas)),
    "test": (("dots", _dots), ("in two", _in_two), ("semicolons", _semicolons), ("commas", _commas)),
}


def summary(person: Person, _: Printing) -> list[Element]:
    """Return the summary as running text."""
    text = person.resume.personal_info.summary
    return [line(text)] if text else []


def language_list(person: Person, printing: Printing) -> list[Element]:
    """Return the languages with their levels."""
    languages = person.resume.skills.languages
    if printing.tight:
        told = ", ".join(f"{name} ({level})" for name, level in zip(languages, person.levels, strict=True))
        return [line(told)] if told else []
    return [line(f"{name}: {level}") for name, level in zip(languages, person.levels, strict=True)]


def projects(person: Person, _: Printing) -> list[Element]:
    """Return the projects, each with a sentence."""
    return [
        part
        for project in person.resume.projects
        for part in (line(project.name, bold=True, before=3.0), line(project.description, bullet=True, indent=1))
    ]


def awards(person: Person, _: Printing) -> list[Element]:
    """Return the awards as list items."""
    return [line(award.title, bullet=True, indent=1) for award in person.resume.awards]


def interests(person: Person, _: Printing) -> list[Element]:
    """Return the interests in one row."""
    return [line(", ".join(person.interests))] if person.interests else []
