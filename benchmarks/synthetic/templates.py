"""Templates: a frame, looks, and a style for each part, drawn for a split; and the résumé that it then states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from resumate_grpc.model.parsed import ParsedResume
from synthetic import part_styles
from synthetic.part_styles import CONTACT_STYLES, LIST_STYLES
from synthetic.people import Person, person
from synthetic.printing import Printing, printing_of
from synthetic.sheet import Columns, Element, Grid, Line, Rail, headings_in, line
from synthetic.study_styles import STUDY_STYLES
from synthetic.words import Words, words_of
from synthetic.work_styles import WORK_STYLES

__all__ = ["FRAMES", "Sheet", "sheet_of"]

FRAMES = {
    "train": ("one column", "one column", "one column", "sidebar left", "headings in rail"),
    "dev": ("one column", "sidebar right"),
    "test": ("one column", "one column", "name in sidebar", "two halves", "table"),
}
_TINT = 0xE8EEF4
_SIDE = ("contact", "skills", "languages", "certifications", "interests")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One résumé to be written; `template` names its styles."""

    template: str
    frame: str
    language: str
    elements: tuple[Element, ...]
    truth: ParsedResume

    @property
    def headings(self) -> list[str]:
        """The sections' headings, as printed."""
        return list(headings_in(self.elements))


def sheet_of(split: str, language: str, rng: Random) -> Sheet:
    """Draw words, a person and a template of the split."""
    words = words_of(language, split)
    printing = printing_of(words, split, rng)
    work_name = rng.choice([name for name, style in WORK_STYLES.items() if style.split == split])
    study_name = rng.choice([name for name, style in STUDY_STYLES.items() if style.split == split])
    contact_name, contact = rng.choice(CONTACT_STYLES[split])
    list_name, listing = rng.choice(LIST_STYLES[split])
    frame = rng.choice(FRAMES[split])
    somebody = _stated(person(words, rng), work_name, study_name, contact_name, words, rng)
    parts: dict[str, list[Element]] = {
        "summary": part_styles.summary(somebody, printing),
        "experience": WORK_STYLES[work_name].build(somebody.resume.work_experience, printing),
        "education": STUDY_STYLES[study_name].build(somebody.resume.education, printing)
        if somebody.resume.education
        else [],
        "skills": _listed(listing, somebody.resume.skills.technical, printing),
        "languages": part_styles.language_list(somebody, printing),
        "certifications": _listed(listing, somebody.resume.skills.certifications, printing),
        "projects": part_styles.projects(somebody, printing),
        "awards": part_styles.awards(somebody, printing),
        "interests": part_styles.interests(somebody, printing),
    }
    head = contact(somebody, printing)
    elements = _FRAME_BUILDERS[frame](head, _order(parts, words, rng), printing)
    return Sheet(
        template=f"{frame}; {work_name}; {study_name}; {contact_name}; {list_name}; {printing.look}",
        frame=frame,
        language=language,
        elements=tuple(elements),
        truth=somebody.resume,
    )


def _stated(somebody: Person, work: str, study: str, contact: str, words: Words, rng: Random) -> Person:
    """Return the person as the template states them: what it does not print is not stated."""
    resume = somebody.resume
    posts = WORK_STYLES[work].stated(resume.work_experience)
    if work == "sentence":
        posts = tuple(replace(post, location=post.location or words.one("cities", rng).rstrip(", ")) for post in posts)
    info = resume.personal_info
    return replace(
        somebody,
        resume=replace(
            resume,
            personal_info=replace(info, portfolio_url="") if contact == "labelled" else info,
            work_experience=posts,
            education=STUDY_STYLES[study].stated(resume.education),
        ),
    )


def _listed(listing: Callable[..., list[Element]], items: Sequence[str], printing: Printing) -> list[Element]:
    return listing(items, printing) if items else []


def _order(parts: dict[str, list[Element]], words: Words, rng: Random) -> dict[str, list[Element]]:
    """Put the parts in one of the usual orders; a part without content, or without a heading's word, is left out."""
    order = ["summary", "experience", "education", "skills", "languages", "certifications", "projects", "awards",
             "interests"]  # fmt: skip
    if rng.random() < 0.25:
        order[1], order[2] = order[2], order[1]
    if rng.random() < 0.25:
        order.insert(1, order.pop(3))
    return {kind: parts[kind] for kind in order if parts[kind] and kind in words.headings}


Parts = dict[str, list[Element]]


def _headed(parts: Parts, printing: Printing) -> list[Element]:
    return [each for kind, own in parts.items() for each in (printing.heading(kind), *own)]


def _one_column(head: list[Element], parts: Parts, printing: Printing) -> list[Element]:
    return [*head, *_headed(parts, printing)]


def _divided(parts: Parts) -> tuple[Parts, Parts]:
    side = {kind: own for kind, own in parts.items() if kind in _SIDE}
    return side, {kind: own for kind, own in parts.items() if kind not in _SIDE}


def _sidebar(
    head: list[Element], parts: Parts, printing: Printing, *, right: bool = False, name_inside: bool = False
) -> list[Element]:
    side, main = _divided(parts)
    name, contact = head[:1], head[1:]
    narrow = [*name, *contact] if name_inside else [printing.heading("contact"), *contact]
    narrow += _headed(side, printing)
    wide = [*([] if name_inside else name), *_headed(main, printing)]
    left, other = (wide, narrow) if right else (narrow, wide)
    return [Columns(left=tuple(left), right=tuple(other), share=0.66 if right else 0.34, tint=_TINT)]


def _halves(head: list[Element], parts: Parts, printing: Printing) -> list[Element]:
    left = {kind: own for kind, own in parts.items() if kind in {"summary", "experience"}}
    right = {kind: own for kind, own in parts.items() if kind not in left}
    columns = Columns(left=tuple(_headed(left, printing)), right=tuple(_headed(right, printing)), share=0.55)
    return [*head, columns]


def _rail(head: list[Element], parts: Parts, printing: Printing) -> list[Element]:
    rails = [
        Rail(left=(printing.heading(kind),), right=tuple(each for each in own if isinstance(each, Line)))
        for kind, own in parts.items()
        if all(isinstance(each, Line) for each in own)
    ]
    others = {kind: own for kind, own in parts.items() if not all(isinstance(each, Line) for each in own)}
    return [*head, *rails, *_headed(others, printing)]


def _table(head: list[Element], parts: Parts, printing: Printing) -> list[Element]:
    """Put each part whose content is lines in a row of one table: heading left, content right."""
    rows, after = [], []
    for kind, own in parts.items():
        if all(isinstance(each, Line) for each in own):
            rows.append(((printing.heading(kind),), tuple(each for each in own if isinstance(each, Line))))
        else:
            after += [printing.heading(kind), *own]
    return [*head, *([Grid(rows=tuple(rows))] if rows else []), line(""), *after]


_FRAME_BUILDERS: dict[str, Callable[[list[Element], Parts, Printing], list[Element]]] = {
    "one column": _one_column,
    "sidebar left": _sidebar,
    "sidebar right": lambda head, parts, printing: _sidebar(head, parts, printing, right=True),
    "name in sidebar": lambda head, parts, printing: _sidebar(head, parts, printing, name_inside=True),
    "two halves": _halves,
    "headings in rail": _rail,
    "table": _table,
}
