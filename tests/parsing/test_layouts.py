from __future__ import annotations

import json
from pathlib import Path

import pytest

from resumate_grpc.model.resume import MediaType
from tests.parsing.resumes import understood

LAYOUTS = sorted(path for path in (Path(__file__).parent / "layouts").iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_a_usual_layout_is_read_to_the_truth_beside_it(path: Path) -> None:
    """Résumés of invented people, in the layouts and languages that are common, give their hand-checked values."""
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    media_type = MediaType.MARKDOWN if path.suffix == ".md" else MediaType.TXT
    resume = understood(path.read_text(encoding="utf-8"), media_type=media_type)
    info = resume.personal_info
    assert {
        "full_name": info.full_name,
        "email": info.email,
        "phone": info.phone,
        "posts": [
            [post.title, post.company, post.location, post.start_date, post.end_date] for post in resume.work_experience
        ],
        "studies": [
            [study.institution, study.degree, study.field_of_study, study.start_date, study.end_date]
            for study in resume.education
        ],
        "languages": list(resume.skills.languages),
    } == truth
