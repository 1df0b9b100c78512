from __future__ import annotations

import pytest

from resumate_grpc.parsing.calibration import calibrated, field_of
from resumate_grpc.parsing.evidence import Ledger
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.line_tags import Tag
from resumate_grpc.parsing.nlp import load_tagger, tag_scores, tagger_labels
from tests.parsing.resumes import SAMPLE, document_of, understood

STEPS = [step / 20 for step in range(21)]


@pytest.mark.parametrize(
    "path", ["work_experience[3].company", "skills.technical[12]", "personal_info.full_name", "new"]
)
def test_confidence_is_a_likelihood(path: str) -> None:
    """Whatever was said of a value, its confidence lies between 0 and 1, certainty excluded."""
    for confidence in STEPS:
        assert 0 < calibrated(path, confidence) < 1


@pytest.mark.parametrize("path", ["work_experience[0].company", "education[0].institution", "work_experience[0].title"])
def test_a_value_of_which_the_rules_are_surer_is_trusted_more(path: str) -> None:
    """Calibration changes how much is stated, not what is likelier than what."""
    stated = [calibrated(path, confidence) for confidence in STEPS]
    assert stated == sorted(stated)
    assert stated[0] < stated[-1]


def test_a_field_is_its_path_without_numbers() -> None:
    """Values of one field share their weights."""
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
    assert set(tagger_labels()) == {tag.value for tag in Tag}
    scores = tag_scores(["¶", "Engineer"], ["1", "R"], ["b", "b0"])
    assert scores.sum(axis=1) == pytest.approx([1.0, 1.0], abs=0.001)
    assert tag_scores([], [], []).shape == (0, len(Tag))


def test_a_resume_leaves_no_words_behind() -> None:
    """The words of one document don't stay in a warm process's vocabulary."""
    vocabulary = load_tagger().vocab
    before = len(vocabulary.strings)
    understood("Qwertzuiop Asdfghjkl\n\nExperience\n\nYxcvbnm Warden, Lkjhgfdsa Ltd, 2015 - 2019")
    assert len(vocabulary.strings) == before


def test_a_value_that_is_likelier_wrong_than_right_is_left_empty() -> None:
    """The ledger notes nothing below the floor, and the items of a list are numbered without a hole."""
    ledger = Ledger(document_of("Kelp Weaver Moss"))
    sure, unsure = (Finding(text=text, start=0, end=4, confidence=c) for text, c in (("Kelp", 0.9), ("Moss", 0.02)))
    assert ledger.note("work_experience[0].company", unsure) == ""
    assert ledger.note_all("skills.technical", [sure, unsure, sure]) == ("Kelp", "Kelp")
    assert [item.field_path for item in ledger.evidence] == ["skills.technical[0]", "skills.technical[1]"]
