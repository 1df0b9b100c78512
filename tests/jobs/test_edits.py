"""Evidence after a person's corrections."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resumate_grpc.jobs.edits import keep_matching_evidence
from resumate_grpc.model.field_paths import value_at
from resumate_grpc.model.parsed import Evidence, ParsedResume, PersonalInfo, Skills, WorkExperience

PARSED = ParsedResume(
    personal_info=PersonalInfo(full_name="Ada Example"),
    work_experience=(WorkExperience(company="North", highlights=("a", "b")), WorkExperience(company="South")),
    skills=Skills(technical=("Go", "C")),
    text="Ada Example North South Go C",
    evidence=tuple(
        Evidence(field_path=path, confidence=0.9)
        for path in ("personal_info.full_name", "work_experience[0].company", "work_experience[1].company",
                     "work_experience[0].highlights[1]", "skills.technical[0]", "skills.technical[1]")
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("personal_info.full_name", "Ada Example"),
        ("work_experience[0].highlights[1]", "b"),
        ("work_experience[7].company", None),
        ("skills.nothing", None),
        ("Skills!", None),
        ("personal_info.full_name.more", None),
    ],
)
def test_a_path_leads_to_its_value_or_nowhere(path: str, value: str | None) -> None:
    """Paths are those of the proto."""
    assert value_at(PARSED, path) == value


def test_a_corrected_value_points_nowhere() -> None:
    """Evidence stays with the values that the document has, and goes with those that a person changed."""
    after = replace(
        PARSED,
        personal_info=PersonalInfo(full_name="Ada B. Example"),
        work_experience=PARSED.work_experience[:1],
        text="",
    )
    kept = keep_matching_evidence(PARSED, after)
    assert [evidence.field_path for evidence in kept.evidence] == [
        "work_experience[0].company",
        "work_experience[0].highlights[1]",
        "skills.technical[0]",
        "skills.technical[1]",
    ]
    assert kept.text == PARSED.text


def test_moved_entries_take_their_evidence_along() -> None:
    """Entries and skills that change places, or whose neighbours go or come, point to where they stood before."""
    north, south = PARSED.work_experience
    after = replace(
        PARSED,
        work_experience=(WorkExperience(company="West"), south, replace(north, title="Engineer")),
        skills=Skills(technical=("C", "Rust")),
    )
    kept = {evidence.field_path: value_at(after, evidence.field_path) for evidence in _kept(after)}
    assert kept == {
        "personal_info.full_name": "Ada Example",
        "work_experience[1].company": "South",
        "skills.technical[0]": "C",
    }
    swapped = replace(PARSED, work_experience=(south, north))
    assert {evidence.field_path for evidence in _kept(swapped)} >= {
        "work_experience[0].company",
        "work_experience[1].company",
        "work_experience[1].highlights[1]",
    }


def test_a_corrected_entry_keeps_the_evidence_of_its_other_values() -> None:
    """One value of an entry is changed and another entry removed: what was not touched still points to its place."""
    north, _ = PARSED.work_experience
    after = replace(PARSED, work_experience=(replace(north, title="Engineer"),))
    paths = [evidence.field_path for evidence in _kept(after)]
    assert "work_experience[0].company" in paths
    assert "work_experience[0].highlights[1]" in paths


def _kept(after: ParsedResume) -> tuple[Evidence, ...]:
    return keep_matching_evidence(PARSED, after).evidence
