"""Vocabularies by language, each list parted into train, dev and test."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from random import Random

__all__ = ["LANGUAGES", "SPLITS", "Words", "words_of"]

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "ru", "zh")
SPLITS = ("train", "dev", "test")

_FOLDER = Path(__file__).parent / "words"
_CLOSED = frozenset({"degrees", "months", "months_short", "present", "to", "levels", "languages", "in", "at", "forms"})
"""What every résumé of a language shares; all else is told apart by split."""
_SHARES = (60, 75, 100)
_LEAST = 2
_HEADS = ("Nor", "Tal", "Bel", "Quan", "Vesp", "Hal", "Mor", "Cad", "Lum", "Ost", "Pry", "Zan", "Eld", "Fir", "Grav",
          "Ister", "Kest", "Ond", "Ral", "Syl")  # fmt: skip
_TAILS = ("vik", "mera", "ford", "tex", "ora", "dyne", "well", "ion", "gate", "lux", "mark", "stead", "ique", "wise",
          "son", "ara", "net", "max", "heim", "via")  # fmt: skip
_CYRILLIC = ("Северный путь", "Вектор", "Кедр", "Горизонт", "Альтаир", "Заря", "Ладья", "Меркурий", "Полюс")
_CHINESE = ("宏远", "天成", "瑞丰", "博雅", "华信", "明德", "恒通", "新纪元")


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language's words of one split.

    `headings` are usual ones by kind, `odd` ones that no list of headings is likely to hold; `labels` are what forms
    print before a value.
    """

    language: str
    split: str
    lists: Mapping[str, Sequence[str]]
    headings: Mapping[str, Sequence[str]]
    odd: Mapping[str, Sequence[str]]
    labels: Mapping[str, Sequence[str]]

    def one(self, name: str, rng: Random) -> str:
        """Return one item of a list."""
        return rng.choice(self.lists[name])

    def some(self, name: str, rng: Random, least: int, most: int) -> list[str]:
        """Return different items of a list, as many as it has at the most."""
        known = self.lists[name]
        return rng.sample(list(known), min(len(known), rng.randint(least, most)))

    def stem(self, rng: Random) -> str:
        """Return an invented company's name."""
        pool = {"ru": _CYRILLIC, "zh": _CHINESE}.get(self.language)
        stems = pool or tuple(head + tail for head in _HEADS for tail in _TAILS)
        return rng.choice(_of_split(stems, self.split))

    def sentence(self, name: str, rng: Random) -> str:
        """Return a sentence of a list with its slots filled."""
        return (
            self.one(name, rng)
            .replace("{did2}", self.one("did2", rng))
            .replace("{thing}", self.one("things", rng), 1)
            .replace("{thing}", self.one("things", rng))
            .replace("{title}", self.one("titles", rng))
            .replace("{n}", str(rng.randint(3, 60)))
        )


@cache
def words_of(language: str, split: str) -> Words:
    """Read the words of a language that belong to a split."""
    raw = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    tables = {name: raw.pop(name) for name in ("headings", "odd", "labels")}
    return Words(
        language=language,
        split=split,
        lists={
            name: _items(value) if name in _CLOSED else _of_split(_items(value), split) for name, value in raw.items()
        },
        headings={kind: _items(value) for kind, value in tables["headings"].items()},
        odd={kind: _of_split(_items(value), split) for kind, value in tables["odd"].items()},
        labels={name: _items(value) for name, value in tables["labels"].items()},
    )


def _items(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(";"))


def _of_split(items: Sequence[str], split: str) -> tuple[str, ...]:
    """Return the items whose hash falls to the split; lists too short to part are dealt out in turn."""
    at = SPLITS.index(split)
    ranked = sorted(items, key=lambda item: blake2b(item.encode(), digest_size=8).digest())
    if len(ranked) < len(SPLITS) * _LEAST:
        return tuple(ranked[at::3]) or tuple(ranked)
    low = len(ranked) * (_SHARES[at - 1] if at else 0) // 100
    return tuple(ranked[low : max(low + _LEAST, len(ranked) * _SHARES[at] // 100)])
