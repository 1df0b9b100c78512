from __future__ import annotations

import pytest

from resumate_grpc.parsing.calibration import calibrated, field_of
from resumate_grpc.parsing.line_tags import Tag
from resumate_grpc.parsing.nlp import load_tagger, tag_scores, tagger_labels
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
