"""Ways to print posts. Each belongs to one split, so that no way that is tested was ever trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from resumate_grpc.model.parsed import WorkExperience
from synthetic.printing import Printing
from synthetic.sheet import Element, Grid, Line, Rail, Run, line

__all__ = ["WORK_STYLES", "WorkStyle"]

Posts = Sequence[WorkExperience]
_BREAK = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkStyle:
    """`omits` are the fields that it does not print; `shares` gives neighbouring posts one employer."""

    split: str
    build: Callable[[Posts, Printing], list[Element]]
    omits: frozenset[str] = frozenset()
    shares: bool = False

    def stated(self, posts: Posts) -> tuple[WorkExperience, ...]:
        """Return the posts as a résumé in this style states them."""
        if self.shares:
            posts = [
                replace(post, company=posts[at - at % 2].company, location=posts[at - at % 2].location)
                for at, post in enumerate(posts)
            ]
        return tuple(
            replace(
                post,
                location="" if "location" in self.omits else post.location,
                highlights=() if "highlights" in self.omits else post.highlights,
            )
            for post in posts
        )


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)


def _bullets(post: WorkExperience, *, bullet: bool = True, indent: int = 1) -> Iterator[Line]:
    return (line(text, bullet=bullet, indent=indent) for text in post.highlights)


def _each(build: Callable[[WorkExperience, Printing], list[Element]]) -> Callable[[Posts, Printing], list[Element]]:
    return lambda posts, printing: [part for post in posts for part in build(post, printing)]


def _title_first(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        line(post.title, bold=True, right=printing.post_dates(post), before=_BREAK),
        line(_joined(", ", post.company, post.location)),
        *_bullets(post),
    ]


def _company_first(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        line(post.company, bold=True, right=post.location, before=_BREAK),
        line(post.title, italic=True, right=printing.post_dates(post)),
        *_bullets(post),
    ]


def _pipes(post: WorkExperience, printing: Printing) -> list[Element]:
    whole = _joined(" | ", post.title, post.company, post.location, printing.post_dates(post))
    return [line(whole, bold=True, before=_BREAK), *_bullets(post)]


def _in_brackets(post: WorkExperience, printing: Printing) -> list[Element]:
    return [line(f"{post.title}, {post.company} ({printing.post_dates(post)})", before=_BREAK), *_bullets(post)]


def _rail(post: WorkExperience, printing: Printing) -> list[Element]:
    right = [line(post.title, bold=True), line(_joined(", ", post.company, post.location)), *_bullets(post, indent=0)]
    return [Rail(left=(line(printing.post_dates(post), before=_BREAK),), right=tuple(right))]


def _stacked(post: WorkExperience, printing: Printing) -> list[Element]:
    rows = [line(post.title, bold=True, before=_BREAK), line(post.company)]
    rows += [line(post.location)] if post.location else []
    return [*rows, line(printing.post_dates(post), italic=True), *_bullets(post)]


def _at(post: WorkExperience, printing: Printing) -> list[Element]:
    link = printing.words.lists["at"][0]
    whole = f"{post.title} {link} {post.company}"
    return [line(whole, bold=True, right=printing.post_dates(post), before=_BREAK), *_bullets(post)]


def _under_employer(posts: Posts, printing: Printing) -> list[Element]:
    parts: list[Element] = []
    for company, own in groupby(posts, key=lambda post: (post.company, post.location)):
        parts.append(line(company[0], bold=True, right=company[1], before=_BREAK))
        for post in own:
            parts.append(line(post.title, italic=True, right=printing.post_dates(post), before=2.0))
            parts += _bullets(post)
    return parts


def _form(post: WorkExperience, printing: Printing) -> list[Element]:
    values = {"dates": printing.post_dates(post), "title": post.title, "company": post.company, "place": post.location}
    rows = [line(f"{printing.label(name)}: {value}") for name, value in values.items() if value]
    return [replace(rows[0], before=_BREAK), *rows[1:], *_bullets(post)]


def _grid(posts: Posts, printing: Printing) -> list[Element]:
    head = tuple((line(printing.label(name), bold=True),) for name in ("dates", "company", "title"))
    rows = [((line(printing.post_dates(post)),), (line(post.company),), (line(post.title),)) for post in posts]
    return [Grid(rows=(head, *rows))]


def _capital_company(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        line(_joined(", ", post.company.upper(), post.location), bold=True, before=_BREAK),
        line(f"{post.title}, {printing.post_dates(post)}"),
        *_bullets(post),
    ]


def _dates_first(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        line(printing.post_dates(post), before=_BREAK),
        line(_joined(" – ", post.company, post.location), bold=True),
        line(post.title, italic=True),
        *_bullets(post),
    ]


def _dates_colon(post: WorkExperience, printing: Printing) -> list[Element]:
    whole = f"{printing.post_dates(post)}: {_joined(', ', post.title, post.company, post.location)}"
    return [line(whole, before=_BREAK), *_bullets(post)]


def _rail_with_place(post: WorkExperience, printing: Printing) -> list[Element]:
    left = [line(printing.post_dates(post), before=_BREAK), *([line(post.location)] if post.location else [])]
    right = [line(post.company, bold=True), line(post.title), *_bullets(post, indent=0)]
    return [Rail(left=tuple(left), right=tuple(right))]


def _dash(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        line(f"{post.company} — {post.title}", bold=True, before=_BREAK),
        line(_joined(", ", printing.post_dates(post), post.location), italic=True),
        *_bullets(post),
    ]


def _timeline(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        replace(line(printing.post_dates(post), bold=True, before=_BREAK), color=printing.accent, size=9),
        line(f"{post.title} — {post.company}", bold=True),
        *([line(post.location, italic=True)] if post.location else []),
        *_bullets(post, bullet=False),
    ]


def _both_right(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        line(post.company, right=printing.post_dates(post), before=_BREAK),
        line(post.title, bold=True, right=post.location),
        *_bullets(post),
    ]


def _place_in_brackets(post: WorkExperience, printing: Printing) -> list[Element]:
    company = f"{post.company} ({post.location})" if post.location else post.company
    return [line(f"{company}, {post.title}", right=printing.post_dates(post), before=_BREAK), *_bullets(post)]


def _sentence(post: WorkExperience, printing: Printing) -> list[Element]:
    told = printing.label("sentence")
    values = {"start": printing.date(post.start_date), "title": post.title, "company": post.company,
              "end": printing.present if post.end_date == "present" else printing.date(post.end_date),
              "location": post.location}  # fmt: skip
    for name, value in values.items():
        told = told.replace(f"{{{name}}}", value)
    return [line(told, before=_BREAK), *(line(text) for text in post.highlights)]


def _dots(post: WorkExperience, printing: Printing) -> list[Element]:
    return [
        line(post.title.upper(), bold=True, before=_BREAK),
        line(_joined(" • ", post.company, post.location, printing.post_dates(post))),
        *_bullets(post),
    ]


def _cells(posts: Posts, printing: Printing) -> list[Element]:
    rows = []
    for post in posts:
        left = [line(post.company, bold=True), *([line(post.location)] if post.location else [])]
        right = [line(post.title, bold=True), *_bullets(post, indent=0)]
        rows.append(((*left, line(printing.post_dates(post))), tuple(right)))
    return [Grid(rows=tuple(rows))]


def _two_prints(post: WorkExperience, printing: Printing) -> list[Element]:
    runs = (Run(text=f"{post.title}, ", bold=True), Run(text=post.company, italic=True))
    dates = (Run(text=printing.post_dates(post)),)
    return [Line(runs=runs, right=dates, before=_BREAK), *_bullets(post, bullet=False)]


def _shuffled(posts: Posts, printing: Printing) -> list[Element]:
    """Print the parts in an order, on rows and with signs that are drawn once for the résumé."""
    rng = printing.rng
    names = rng.sample(["title", "company", "location", "dates"], 4)
    breaks = [rng.random() < 0.4 for _ in names]
    sign = rng.choice((", ", " | ", " / ", " - ", "; "))
    strong, slanted, right = rng.choice(names), rng.choice(names), rng.random() < 0.3
    return [part for post in posts for part in _in_order(post, printing, names, breaks, sign, (strong, slanted, right))]


def _in_order(
    post: WorkExperience,
    printing: Printing,
    names: Sequence[str],
    breaks: Sequence[bool],
    sign: str,
    looks: tuple[str, str, bool],
) -> list[Element]:
    strong, slanted, right = looks
    values = {"title": post.title, "company": post.company, "location": post.location,
              "dates": printing.post_dates(post)}  # fmt: skip
    rows: list[list[Run]] = [[]]
    for name, ends in zip(names, breaks, strict=True):
        if values[name] and not (right and name == "dates"):
            text = f"{sign}{values[name]}" if rows[-1] else values[name]
            rows[-1].append(Run(text=text, bold=name == strong, italic=name == slanted))
        if ends and rows[-1]:
            rows.append([])
    beside = (Run(text=values["dates"]),) if right else ()
    lines = [Line(runs=tuple(runs)) for runs in rows if runs]
    return [replace(lines[0], right=beside, before=_BREAK), *lines[1:], *_bullets(post)]


WORK_STYLES = {
    "shuffled": WorkStyle(split="train", build=_shuffled),
    "shuffled again": WorkStyle(split="train", build=_shuffled),
    "shuffled once more": WorkStyle(split="train", build=_shuffled),
    "title first": WorkStyle(split="train", build=_each(_title_first)),
    "company first": WorkStyle(split="train", build=_each(_company_first)),
    "pipes": WorkStyle(split="train", build=_each(_pipes)),
    "in brackets": WorkStyle(split="train", build=_each(_in_brackets), omits=frozenset({"location"})),
    "rail": WorkStyle(split="train", build=_each(_rail)),
    "stacked": WorkStyle(split="train", build=_each(_stacked)),
    "at": WorkStyle(split="train", build=_each(_at), omits=frozenset({"location"})),
    "under employer": WorkStyle(split="train", build=_under_employer, shares=True),
    "form": WorkStyle(split="train", build=_each(_form)),
    "grid": WorkStyle(split="train", build=_grid, omits=frozenset({"location", "highlights"})),
    "capital company": WorkStyle(split="train", build=_each(_capital_company)),
    "dates first": WorkStyle(split="dev", build=_each(_dates_first)),
    "dates colon": WorkStyle(split="dev", build=_each(_dates_colon)),
    "rail with place": WorkStyle(split="dev", build=_each(_rail_with_place)),
    "dash": WorkStyle(split="test", build=_each(_dash)),
    "timeline": WorkStyle(split="test", build=_each(_timeline)),
    "both right": WorkStyle(split="test", build=_each(_both_right)),
    "place in brackets": WorkStyle(split="test", build=_each(_place_in_brackets)),
    "sentence": WorkStyle(split="test", build=_each(_sentence)),
    "dots": WorkStyle(split="test", build=_each(_dots)),
    "cells": WorkStyle(split="test", build=_cells),
    "two prints": WorkStyle(split="test", build=_each(_two_prints), omits=frozenset({"location"})),
}
