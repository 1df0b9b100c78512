from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

import pytest

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.pipeline import parse
from resumate_grpc.parsing.sniff import sniff
from tests.parsing.resumes import check_evidence, drive
from tests.samples.make import samples

SAMPLES = list(samples())


def stated(resume: ParsedResume) -> Iterator[tuple[str, str]]:
    """Every value that a sample's truth speaks of, by a name that says which entry it belongs to."""
    info = resume.personal_info
    for name in ("full_name", "email", "phone", "location", "linkedin_url", "github_url", "portfolio_url"):
        yield name, getattr(info, name).removeprefix("https://")
    for index, post in enumerate(resume.work_experience):
        for name in ("company", "title", "location", "start_date", "end_date"):
            yield f"work {index} {name}", getattr(post, name)
        yield from ((f"work {index} highlights", item) for item in post.highlights)
    for index, study in enumerate(resume.education):
        for name in ("institution", "degree", "field_of_study", "start_date", "end_date", "gpa"):
            yield f"education {index} {name}", getattr(study, name)
    for name, items in zip(("technical", "soft", "languages", "certifications"), astuple(resume.skills), strict=False):
        yield from ((name, item) for item in items)


@pytest.mark.parametrize(("name", "content", "truth"), SAMPLES, ids=[name for name, _, _ in SAMPLES])
def test_a_sample_is_read_to_its_truth(name: str, content: bytes, truth: ParsedResume) -> None:
    """Of what a sample states at least nineteen in twenty values are found, and as many of those found are stated."""
    _, resume = drive(parse(content, media_type=sniff(content, name), options=ParseOptions()))
    gold = {pair for pair in stated(truth) if pair[1]}
    read = {pair for pair in stated(resume) if pair[1]}
    assert len(gold & read) >= 0.95 * len(gold), gold - read
    assert len(gold & read) >= 0.95 * len(read), read - gold
    check_evidence(resume)
