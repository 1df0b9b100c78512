"""Glyphs that files write oddly: accents apart, ligatures without meaning, letters set wide."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.ligatures import restore_cork
from resumate_grpc.parsing.rows import group_rows, join_letterspaced, rail_edges, segments_of
from resumate_grpc.parsing.words import GlyphLook, PlacedWord, group_words

_Glyphs = list[tuple[str, float, float]]
"""Character, left edge and width; all stand on one line of height 10."""


def _words(glyphs: _Glyphs, *, font: str = "Helvetica") -> list[PlacedWord]:
    codes: npt.NDArray[np.uint32] = np.array([ord(char) for char, _, _ in glyphs], dtype=np.uint32)
    boxes: npt.NDArray[np.float32] = np.array([(x, 0, x + width, 10) for _, x, width in glyphs], dtype=np.float32)
    look = GlyphLook(Style(font=font, size=9.0))
    return group_words(codes, boxes, look=lambda _: look, baseline=lambda _: 8.0)


def _set(text: str, *, gap: float = 0.0, width: float = 5.0) -> _Glyphs:
    return [(char, index * (width + gap), width) for index, char in enumerate(text)]


def _texts(words: list[PlacedWord]) -> list[str]:
    return [word.text for word in words]


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        ([("u", 0, 5), ("¨", 0, 5), ("b", 5, 5)], ["üb"]),
        ([("¨", 0, 5), ("u", 0, 5), ("b", 5, 5)], ["üb"]),
        ([("c", 0, 5), ("\u00b8", 1, 3), ("a", 5, 5)], ["ça"]),
        ([("˙", 1, 3), ("I", 0, 5), ("T", 5, 5)], ["İT"]),
        ([("T", 0, 5), ("U", 5, 5), ("B", 10, 5), ("¨", 5, 5), (" ", 10, 0), ("I", 15, 5)], ["TÜBI"]),
        ([("\u0131", 0, 3), ("\u00b4", 0, 3)], ["í"]),
        ([("a", 0, 5), ("\u00b4", 30, 3)], ["a", "\u00b4"]),
    ],
)
def test_accents_are_put_on_their_letters(glyphs: _Glyphs, expected: list[str]) -> None:
    """An accent drawn by itself goes onto the letter beneath it, wherever the file writes it."""
    assert _texts(_words(glyphs)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x00nance", "finance"),
        ("in\x00uence", "influence"),
        ("over\x1bow", "overflow"),
        ("certi\x00ed", "certified"),
        ("scienti\x00c", "scientific"),
        ("\x1eexible", "flexible"),
    ],
)
def test_lost_ligatures_are_restored(text: str, expected: str) -> None:
    """A glyph within a word that maps to no character is the ligature that fits the letters after it."""
    assert _texts(_words(_set(text))) == [expected]


def test_a_wide_lost_ligature_has_three_letters() -> None:
    """The width tells ffi from fi."""
    glyphs = [("o", 0.0, 5.0), ("\x00", 5.0, 8.0), ("c", 13.0, 5.0), ("e", 18.0, 5.0)]
    assert _texts(_words(glyphs)) == ["office"]


def test_icons_are_no_words() -> None:
    """Glyphs of the private use area and of icon fonts say nothing; what touches them does."""
    assert _texts(_words([("\uf0e0", 0, 8), (" ", 8, 0), ("a", 20, 5)])) == ["a"]
    assert _words(_set("\uf095")) == []
    assert _words(_set("7"), font="FontAwesome5Free-Solid") == []
    assert _texts(_words([("\uf095", 0, 8), ("0", 8, 5), ("1", 13, 5)])) == ["01"]


def test_spaces_that_the_file_hides_are_found() -> None:
    """A gap that sticks out from the others of a word is a space, though none was written."""
    glyphs = [*_set("just"), *[(char, 22.5 + index * 5, 5.0) for index, char in enumerate("about")]]
    assert _texts(_words(glyphs)) == ["just", "about"]


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        (_set("SKILLS", gap=7.0), ["SKILLS"]),
        (_set("SKILLS", gap=1.5), ["SKILLS"]),
        (
            [*_set("WORK", gap=7.0), *[(char, 70 + index * 12, 5.0) for index, char in enumerate("LIFE")]],
            ["WORK", "LIFE"],
        ),
        (_set("A B"), ["A", "B"]),
    ],
)
def test_letter_spaced_words_are_joined(glyphs: _Glyphs, expected: list[str]) -> None:
    """Three and more single letters, evenly set, are one word; a wider gap parts two such words."""
    (row,) = group_rows(_words(glyphs))
    assert _texts(join_letterspaced(row)) == expected


def test_visible_soft_hyphens_are_hyphens() -> None:
    """What a font draws is seen, whatever its code is called."""
    assert _texts(_words(_set("on\u00adcall"))) == ["on-call"]


def test_a_dash_without_a_character_between_figures_is_put_back() -> None:
    """Old TeX fonts name no character for a dash: in "2011·2015" and "2019·present" it is the range's."""
    for text in ("2011\x152015", "2019\x15present"):
        assert _texts(_words(_set(text))) == [text.replace("\x15", "–")]


def _placed(text: str, x0: float, x1: float, row: int) -> PlacedWord:
    look = GlyphLook(Style(font="Helvetica", size=10.0))
    y = 14.0 * row
    return PlacedWord(text=text, x0=x0, y0=y, x1=x1, y1=y + 10, baseline=y + 8, look=look, order=row)


def test_a_rail_set_flush_right_is_parted_from_its_text() -> None:
    """Where dates end and titles begin at one edge in three rows, the narrow gap between them is no space."""
    line = [("2011–2015", 50, 92), ("Engineer,", 100, 140), ("Acme", 143, 165), ("Ltd", 168, 180)]
    rows = [[_placed(text, x0, x1, number) for text, x0, x1 in line] for number in range(3)]
    edges = rail_edges(rows)
    parted = [[segment.text for segment in segments_of(row, rails=edges)] for row in rows]
    assert parted == [["2011–2015", "Engineer, Acme Ltd"]] * 3
    assert rail_edges(rows[:2]) == ()


def test_small_capitals_in_boxes_as_tight_as_their_ink_are_whole_words() -> None:
    """Their gaps are the letters' own side bearings; spaces that the file has part words all the same."""
    drawn: list[tuple[str, float, float, float]] = []
    at = 0.0
    for char in "Soft oak Robe":
        tall = 9.1 if char.isupper() else 5.16 if char == "o" else 4.92
        width = 0.0 if char == " " else 4.0
        drawn.append((char, at, width, tall))
        at += width + (3.0 if char == " " else 0.9 if char in "ok" else 0.3)
    codes = np.array([ord(char) for char, *_ in drawn], dtype=np.uint32)
    boxes = np.array([(x, 10 - tall, x + width, 10) for _, x, width, tall in drawn], dtype=np.float32)
    look = GlyphLook(Style(font="", size=9.0))
    assert _texts(group_words(codes, boxes, look=lambda _: look, baseline=lambda _: 10.0)) == ["Soft", "oak", "Robe"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sta\x1b and 2012 \x15 2017", "Sta\ufb00 and 2012 \u2013 2017"),
        ("o\x1ece \x1ced \x1dow", "o\ufb03ce \ufb01ed \ufb02ow"),
        ("\x15 Kelp", "\u2013 Kelp"),
    ],
)
def test_dashes_and_ligatures_of_bitmap_fonts_of_tex_are_known_by_their_codes(text: str, expected: str) -> None:
    """Their fonts name no characters; letters and figures have ASCII's codes all the same."""
    codes = np.array([ord(char) for char in text], dtype=np.uint32)
    restore_cork(codes, lambda _: True)
    assert "".join(map(chr, codes.tolist())) == expected


def test_codes_of_a_font_that_names_its_characters_are_left() -> None:
    """There a code below the printable ones is an icon, or a glyph that the font does not name."""
    codes = np.array([ord(char) for char in "Sta\x1b 2012"], dtype=np.uint32)
    restore_cork(codes, lambda index: index == 3)
    assert int(codes[3]) == 0x1B
