"""How one résumé prints its dates, degrees and headings: chosen once, the same all over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from resumate_grpc.model.parsed import Education, WorkExperience
from synthetic.sheet import Line, Run
from synthetic.words import Words

__all__ = ["HEADING_LOOKS", "Printing", "printing_of"]

HEADING_LOOKS = {
    "train": ("large", "capitals", "capitals with rule", "bold", "coloured", "bold with colon"),
    "dev": ("large", "capitals", "coloured capitals"),
    "test": ("capitals", "large italic", "spaced capitals", "coloured capitals", "bold with rule", "bold"),
}
_ODD_HEADING = 0.12
_HEADING_SIZE = 13.0
_ACCENTS = (0x1B4F72, 0x7B241C, 0x145A32, 0x4A235A)


@dataclass(frozen=True, kw_only=True, slots=True)
class Printing:
    """One résumé's habits; `accent` is the colour of what stands out.

    `tight` leaves no space around the dash between dates; `beside` tells how a field stands by its degree.
    """

    words: Words
    look: str
    accent: int
    date: Callable[[str], str]
    to: str
    present: str
    tight: bool
    beside: str
    rng: Random

    def span(self, start: str, end: str) -> str:
        """Return a period as printed; one date alone where both are the same or one is empty."""
        last = self.present if end == "present" else self.date(end)
        if not start or start == end:
            return last
        space = "" if self.tight and not self.to.isalpha() else " "
        return f"{self.date(start)}{space}{self.to}{space}{last}"

    def post_dates(self, post: WorkExperience) -> str:
        """Return a post's period."""
        return self.span(post.start_date, post.end_date)

    def study_dates(self, study: Education) -> str:
        """Return a course's period, or its end alone."""
        return self.span(study.start_date, study.end_date)

    def degree(self, study: Education) -> str:
        """Return degree and field in one."""
        link = self.words.lists["in"][0]
        if not study.field_of_study:
            return study.degree
        if link in {",", ""}:
            return f"{study.degree}, {study.field_of_study}" if link else f"{study.degree} {study.field_of_study}"
        if self.beside == "round":
            return f"{study.degree} ({study.field_of_study})"
        if self.beside == "comma":
            return f"{study.degree}, {study.field_of_study}"
        return f"{study.degree} {link} {study.field_of_study}"

    def label(self, name: str) -> str:
        """Return what a form prints before a value."""
        return self.words.labels[name][0]

    def heading(self, kind: str) -> Line:
        """Return a section's heading, now and then one that no list knows."""
        odd = self.words.odd.get(kind)
        known = self.words.headings[kind]
        text = self.rng.choice(odd) if odd and self.rng.random() < _ODD_HEADING else self.rng.choice(known)
        if "capitals" in self.look:
            text = text.upper()
        if self.look.startswith("spaced"):
            text = " ".join(text.replace(" ", "  "))
        if self.look.endswith("colon"):
            text += ":"
        return Line(
            runs=(Run(text=text, bold=self.look != "coloured", italic="italic" in self.look),),
            size=_HEADING_SIZE if "large" in self.look or self.look == "coloured" else 10.5,
            color=self.accent if "coloured" in self.look else 0,
            before=8.0,
            heading=True,
            rule="rule" in self.look,
        )


def printing_of(words: Words, split: str, rng: Random) -> Printing:
    """Choose habits."""
    return Printing(
        words=words,
        look=rng.choice(HEADING_LOOKS[split]),
        accent=rng.choice(_ACCENTS),
        date=_date_form(words, rng),
        to=words.one("to", rng),
        present=words.one("present", rng),
        tight=rng.random() < 0.2,
        beside=rng.choice(("in", "in", "comma", "round")),
        rng=rng,
    )


def _date_form(words: Words, rng: Random) -> Callable[[str], str]:
    long, short = words.lists["months"], words.lists["months_short"]
    if words.language == "zh":
        forms: tuple[Callable[[str, int], str], ...] = (
            lambda year, month: f"{year}年{month}月",
            lambda year, month: f"{year}.{month:02d}",
        )
    else:
        forms = (
            lambda year, month: f"{long[month - 1]} {year}",
            lambda year, month: f"{short[month - 1]} {year}",
            lambda year, month: f"{month:02d}/{year}",
            lambda year, month: f"{month:02d}.{year}",
            lambda year, month: f"{short[month - 1].title()} {year}",
        )
    form = rng.choice(forms)

    def printed(date: str) -> str:
        year, _, month = date.partition("-")
        return form(year, int(month)) if month else year

    return printed
