from __future__ import annotations

import pytest

from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.fragments import rows_of
from resumate_grpc.parsing.line_tokens import LineToken, line_tokens
from resumate_grpc.parsing.nlp import terms_of
from tests.parsing.resumes import document_of


def tokens_of(text: str) -> list[LineToken]:
    document = document_of(text)
    return line_tokens(rows_of(document), find_dates(document.text), terms_of(document.text))


def test_a_token_keeps_its_place_in_the_text() -> None:
    """Every word that is looked at stands where its span says."""
    text = "Maren Oxley\n\nKeeper, Utsira Light, Bergen\n李海宁"
    for token in tokens_of(text):
        assert token.is_mark or text[token.start : token.end] == token.word


def test_a_period_is_one_token() -> None:
    """However a period is printed, the tagger sees that it is one."""
    words = [token.word for token in tokens_of("Keeper\tJanuary 2015 – present")]
    assert words == ["¶", "Keeper", "⇥", "Ⓡ"]


def test_an_address_hides_what_it_says() -> None:
    """Addresses are all alike: what is in them is no name."""
    assert [token.word for token in tokens_of("maren@example.org https://example.org/maren")][1:] == ["@", "@"]


def test_lists_say_what_a_word_is() -> None:
    """A post, a school and a place are known by the word lists."""
    known = {token.word: token.known for token in tokens_of("Engineer | Oxley University | Lisbon")}
    assert "R" in known["Engineer"]
    assert "I" in known["University"]
    assert "P" in known["Lisbon"]


def test_running_text_is_one_mark() -> None:
    """However long a description is, it costs one token."""
    prose = "Kept the light burning through storms, wrote the log, and taught eleven apprentices to do the same. " * 2
    words = [token.word for token in tokens_of(f"Keeper\n{prose}\n{prose}\nOiler")]
    assert words == ["¶", "Keeper", "…", "¶", "Oiler"]


@pytest.mark.slow
def test_the_number_of_tokens_is_bounded() -> None:
    """A hundred thousand short rows are not a hundred thousand rows of work."""
    assert len(tokens_of("Ab Cd\n" * 20_000)) == 4000
