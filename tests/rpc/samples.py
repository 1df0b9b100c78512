"""Values in which every field is set, each to something else."""

from __future__ import annotations

from datetime import UTC, datetime

from resumate_grpc.errors import ErrorReason
from resumate_grpc.model.career import Career, Gap, NormalizedName, Overlap, Seniority, SkillUse
from resumate_grpc.model.parsed import (
    Award,
    Box,
    ConfidenceScores,
    Education,
    Evidence,
    ParsedResume,
    ParseWarning,
    PersonalInfo,
    Project,
    Publication,
    Skills,
    Volunteering,
    WorkExperience,
)
from resumate_grpc.model.progress import ParseFailure, ProgressEvent, Stage, State
from resumate_grpc.model.resume import MediaType, OcrMode, ParseOptions, Resume

CAREER = Career(
    as_of="2026-01",
    months_min=30,
    months_max=41,
    posts=("work_experience[0]",),
    uncounted=("work_experience[1]",),
    gaps=(
        Gap(
            start_month="2020-01",
            end_month="2020-06",
            months_min=6,
            months_max=17,
            after="work_experience[1]",
            before="work_experience[0]",
        ),
    ),
    overlaps=(Overlap(first="work_experience[0]", second="work_experience[1]", months_min=2, months_max=3),),
    seniority=Seniority.LEAD,
    seniority_confidence=0.7,
    seniority_sources=("work_experience[0].title",),
    skills=(
        SkillUse(
            field_path="skills.technical[0]",
            skill="Python",
            first_year=2018,
            last_year=2021,
            posts=("work_experience[0]",),
        ),
    ),
)
NORMALIZED = NormalizedName(
    field_path="skills.technical[0]", source="py", name="Python", taxonomy="a list", id="github.python"
)
PARSED = ParsedResume(
    career=CAREER,
    normalized=(NORMALIZED,),
    personal_info=PersonalInfo(
        full_name="Ada Example",
        email="ada@example.org",
        phone="+44 20 7946 0000",
        location="London, United Kingdom",
        linkedin_url="linkedin.com/in/ada-example",
        github_url="https://github.com/ada-example",
        portfolio_url="www.example.org/ada lovelace",
        summary="Engineer who likes engines.",
    ),
    work_experience=(
        WorkExperience(
            company="Example Works",
            title="Engineer",
            location="London",
            start_date="2020-01",
            end_date="present",
            description="Builds engines.",
            highlights=("Halved the coal", "=SUM(A1:A9) of all costs"),
            confidence=0.75,
        ),
    ),
    education=(
        Education(
            institution="Example University",
            degree="Bachelor of Science",
            field_of_study="Mathematics",
            location="Cambridge",
            start_date="2015",
            end_date="2018-06",
            gpa="3.9/4.0",
            confidence=0.5,
        ),
    ),
    skills=Skills(
        technical=("Python", "C++"),
        soft_skills=("Patience",),
        languages=("English", "French"),
        certifications=("Certified Example",),
        confidence=0.625,
    ),
    projects=(
        Project(
            name="Notes on the Engine",
            description="Annotated translation",
            url="example.org/notes",
            start_date="2019",
            end_date="2019-12",
            highlights=("First of its kind",),
            confidence=0.25,
        ),
    ),
    publications=(
        Publication(
            title="On Engines", publisher="Example Press", date="2021-03", url="https://example.org/e", confidence=0.1
        ),
    ),
    awards=(Award(title="Medal", issuer="Example Society", date="2022", confidence=0.2),),
    volunteering=(
        Volunteering(
            organization="Code Club",
            role="Teacher",
            location="Leeds",
            start_date="2016",
            end_date="2017",
            description="Taught",
            confidence=0.3,
        ),
    ),
    confidence_scores=ConfidenceScores(personal_info=0.91, work_experience=0.82, education=0.73, skills=0.64),
    confidence_score=0.8125,
    evidence=(
        Evidence(
            field_path="personal_info.full_name",
            confidence=0.99,
            page=1,
            start=2,
            end=13,
            box=Box(x0=1.5, y0=2.5, x1=3.5, y1=4.5),
        ),
        Evidence(field_path="skills.technical[0]", confidence=0.4),
    ),
    text="# Ada Example\n",
    language="en",
    page_count=2,
    parser_version="1.2.3",
    warnings=(ParseWarning(reason="HIDDEN_TEXT", message="Some text is invisible."),),
)
FAILURE = ParseFailure(
    reason=ErrorReason.TOO_MANY_PAGES, message="101 pages", stage=Stage.TEXT_EXTRACTION, retryable=True
)
EVENT = ProgressEvent(
    resume_id="0198c5e4-9a3b-7c1d-8e2f-1a2b3c4d5e6f",
    owner="local",
    batch_id="spring",
    sequence=7,
    feed_sequence=70,
    attempt=2,
    stage=Stage.NLP_PARSING,
    stage_percent=40,
    percent=60,
    message="Reading work experience",
    state=State.PROCESSING,
    create_time=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    digest=bytes(range(32)),
    estimated_remaining_s=1.25,
    error=FAILURE,
)
RESUME = Resume(
    id=EVENT.resume_id,
    owner="local",
    filename="ada.pdf",
    media_type=MediaType.PDF,
    size_bytes=1234,
    sha256="ab" * 32,
    state=State.SUCCEEDED,
    attempt=2,
    batch_id="spring",
    etag="e5",
    create_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    update_time=datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
    complete_time=datetime(2026, 1, 2, 3, 4, 7, tzinfo=UTC),
    expire_time=datetime(2026, 2, 2, 3, 4, 7, tzinfo=UTC),
    queue_position=3,
    person_name="Ada Example",
    headline="Engineer",
    options=ParseOptions(ocr=OcrMode.ALWAYS, ai_enhancement=True, language="pt-BR"),
    progress=EVENT,
    estimated_duration_s=2.5,
    error=FAILURE,
    parsed=PARSED,
)
