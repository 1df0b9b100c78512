from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc

from resumate_grpc.parsing.calibration import calibrated, field_of
from resumate_grpc.parsing.line_tags import Tag
from resumate_grpc.parsing.nlp import load, load_tagger
from tests.parsing.resumes import SAMPLE, understood

STEPS = [step / 20 for step in range(21)]


def test_confidence_is_a_likelihood() -> None:
    """Whatever was said of a value, its confidence lies between 0 and 1, certainty excluded."""
    for confidence in STEPS:
        for likelihood in (None, *STEPS):
            assert 0 < calibrated(confidence, likelihood) < 1


def test_a_value_that_the_tagger_holds_likelier_is_trusted_more() -> None:
    """Where rules say the same, the tagger's agreement counts for a value."""
    stated = [calibrated(0.7, likelihood) for likelihood in STEPS]
    assert stated == sorted(stated)
    assert stated[0] < stated[-1]


def test_a_field_is_its_path_without_numbers() -> None:
    """What the tagger calls a value hangs on its field alone."""
    assert field_of("work_experience[12].highlights[3]") == "work_experience.highlights"


def test_scores_derive_from_the_values() -> None:
    """The figure of a part, and of the whole, is the mean of its values' confidences."""
    resume = understood(SAMPLE)
    means = [item.confidence for item in resume.evidence]
    assert resume.confidence_score == pytest.approx(sum(means) / len(means), abs=0.001)
    skills = [item.confidence for item in resume.evidence if item.field_path.startswith("skills")]
    assert resume.confidence_scores.skills == pytest.approx(sum(skills) / len(skills), abs=0.001)
    assert resume.skills.confidence == resume.confidence_scores.skills


def test_the_tagger_that_is_shipped_knows_every_tag() -> None:
    """The trained pipeline and the code agree on what there is to tag; likelihoods add up to one."""
    tagger = load_tagger()
    assert set(tagger.labels) == {tag.value for tag in Tag}
    scores = tagger.scores(["¶", "Engineer"], ["1", "R"], ["b", "b0"])
    assert scores.sum(axis=1) == pytest.approx([1.0, 1.0], abs=0.001)
    assert tagger.scores([], [], []).shape == (0, len(Tag))


@pytest.mark.parametrize("count", [1, 5, 40])
def test_the_tagger_says_what_spacy_says(count: int) -> None:
    """Numpy's pass over the trained weights is spaCy's own: at a document's ends, and of words that name a trait."""
    words = ["¶", "Ⓓ", "DATE", "Zürich", "2019", "det", "O’Neill", "工", "-", "Antidisestablishmentarianism"] * 4
    known, prints = ["", "P", "R", "OP", "d4"] * 8, ["b", "i2", "", "b0", "0", "bcs", "1", "k"] * 5
    words, known, prints = words[:count], known[:count], prints[:count]
    with as_file(files("resumate_grpc.parsing.data") / "tagger") as folder:
        language = spacy.load(folder)
    tagger: Any = language.get_pipe("tagger")
    (expected,) = tagger.model.predict([Doc(language.vocab, words=words, lemmas=known, tags=prints)])
    assert load_tagger().scores(words, known, prints) == pytest.approx(expected, abs=1e-4)


def test_a_resume_leaves_no_words_behind() -> None:
    """The words of one document don't stay in a warm process's vocabulary."""
    vocabulary = load()[0].vocab
    before = len(vocabulary.strings)
    understood("Qwertzuiop Asdfghjkl\n\nExperience\n\nYxcvbnm Warden, Lkjhgfdsa Ltd, 2015 - 2019")
    assert len(vocabulary.strings) == before
