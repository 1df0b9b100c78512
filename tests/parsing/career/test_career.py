"""Time worked, gaps, overlaps, seniority and skills, from dates that say no more than they say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resumate_grpc.jobs.edits import keep_matching_evidence
from resumate_grpc.model.career import Career, Gap, NormalizedName, Overlap, Seniority, SkillUse
from resumate_grpc.model.field_paths import value_at
from resumate_grpc.model.parsed import Evidence, ParsedResume, Skills, WorkExperience
from resumate_grpc.parsing.career.derived import career_of, with_derived
from resumate_grpc.parsing.career.periods import month_number, month_text

NOW = "2024-06"


def resume(*posts: tuple[str, str] | tuple[str, str, str], skills: tuple[str, ...] = ()) -> ParsedResume:
    """Return a résumé with posts of (start, end) or (start, end, title)."""
    work = tuple(
        WorkExperience(
            company=f"C{index}", start_date=post[0], end_date=post[1], title=post[2] if len(post) > 2 else ""
        )
        for index, post in enumerate(posts)
    )
    return ParsedResume(work_experience=work, skills=Skills(technical=skills))


@pytest.mark.parametrize(
    ("posts", "months"),
    [
        ([], (0, 0)),
        ([("2019-01", "2019-01")], (1, 1)),
        ([("2019-01", "2019-12")], (12, 12)),
        ([("2023-07", "present")], (12, 12)),
        ([("2019-01", "2019-12"), ("2019-06", "2020-05")], (17, 17)),  # five months twice, counted once
        ([("2019-01", "2019-12"), ("2019-01", "2019-12")], (12, 12)),
        ([("2015", "2018")], (26, 48)),  # December to January at least, January to December at most
        ([("2015", "2016-03")], (4, 15)),
        ([("2019", "2019")], (1, 12)),
        ([("2024", "present")], (1, 6)),
        ([("2024", "2024")], (1, 6)),  # the rest of the year is not worked yet
        ([("2015", "2018"), ("2018", "2020")], (26 + 14, 72)),
        ([("2023-01", "2030-12")], (18, 18)),  # until now
        ([("2025-01", "present")], (0, 0)),  # not begun
        ([("2019-05", "2018-01")], (0, 0)),
        ([("2019-05", "")], (0, 0)),
        ([("", "2019-05")], (0, 0)),
        ([("2019-13", "2020-00")], (0, 0)),
        ([("some day", "present")], (0, 0)),
    ],
)
def test_months_are_counted_once(posts: list[tuple[str, str]], months: tuple[int, int]) -> None:
    """Least and most of the months in which a post was held."""
    career = career_of(resume(*posts), as_of=NOW)
    assert (career.months_min, career.months_max) == months
    assert len(career.posts) + len(career.uncounted) == len(posts)
    assert bool(career.posts) == bool(months[1])


def test_a_gap_is_where_no_reading_of_the_dates_has_a_post() -> None:
    """It is told with its least and greatest length and the posts about it; a year's end leaves no gap."""
    career = career_of(resume(("2021-04", "present"), ("2018", "2019"), ("2015", "2018-02")), as_of=NOW)
    assert career.gaps == (
        Gap(
            start_month="2020-01",
            end_month="2021-03",
            months_min=15,
            months_max=26,
            after="work_experience[1]",
            before="work_experience[0]",
        ),
    )


def test_posts_at_once_are_told_where_they_surely_were() -> None:
    """A month in common is a change of post, and years in common may be none."""
    posts = [("2019-01", "2020-06"), ("2020-06", "2021-03"), ("2021", "2022"), ("2020-01", "2020-12")]
    assert career_of(resume(*posts), as_of=NOW).overlaps == (
        Overlap(first="work_experience[0]", second="work_experience[3]", months_min=6, months_max=6),
        Overlap(first="work_experience[1]", second="work_experience[3]", months_min=7, months_max=7),
    )


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Software Engineering Intern", Seniority.INTERN),
        ("Werkstudentin Entwicklung", Seniority.INTERN),
        ("Jr. Developer", Seniority.JUNIOR),
        ("Senior Nurse", Seniority.SENIOR),
        ("Sr Accountant", Seniority.SENIOR),
        ("Lead Product Designer", Seniority.LEAD),
        ("Senior Staff Engineer", Seniority.LEAD),
        ("Head of Baking", Seniority.MANAGER),
        ("Abteilungsleiterin Einkauf", Seniority.MANAGER),
        ("Vice President, Sales", Seniority.DIRECTOR),
        ("CTO & Co-Founder", Seniority.EXECUTIVE),
        ("Geschäftsführer", Seniority.EXECUTIVE),
    ],
)
def test_a_title_tells_the_seniority(title: str, level: Seniority) -> None:
    """The latest post's title counts, wherever it stands, and says how sure it is."""
    parsed = resume(("2010-01", "2012-12", "Intern"), ("2020-01", "present", title))
    evidence = (Evidence(field_path="work_experience[1].title", confidence=0.5),)
    career = career_of(ParsedResume(work_experience=parsed.work_experience, evidence=evidence), as_of=NOW)
    assert (career.seniority, career.seniority_confidence) == (level, 0.4)
    assert career.seniority_sources == ("work_experience[1].title",)


@pytest.mark.parametrize("title", ["Product Manager", "Key Account Manager", "Baker", "Staff Nurse", "Line Cook", ""])
@pytest.mark.parametrize(
    ("start", "level"), [("2023-06", Seniority.JUNIOR), ("2020-06", Seniority.MID), ("2004", Seniority.SENIOR)]
)
def test_otherwise_the_months_tell_it_faintly(title: str, start: str, level: Seniority) -> None:
    """Words that only look like rank say nothing; then the months worked do, and are named as the source."""
    career = career_of(resume((start, "present", title)), as_of=NOW)
    assert (career.seniority, career.seniority_confidence) == (level, 0.4)
    assert career.seniority_sources == ("work_experience[0]",)


def test_nothing_is_said_of_nothing() -> None:
    """Without posts there is no seniority."""
    assert career_of(ParsedResume(), as_of=NOW) == Career(as_of=NOW)


def test_skills_have_the_years_of_the_posts_that_mention_them() -> None:
    """First and last year over all mentioning posts; short names go by their case; others are left out."""
    work = (
        WorkExperience(title="Python developer", start_date="2021-03", end_date="present"),
        WorkExperience(description="We go far. PYTHON and C++.", start_date="2015", end_date="2016"),
        WorkExperience(highlights=("Wrote Go", "C# too"), start_date="2012-01", end_date="2012-12"),
        WorkExperience(highlights=("Rust",)),
    )
    parsed = ParsedResume(work_experience=work, skills=Skills(technical=("Python", "Go", "C", "C++", "Rust", "COBOL")))
    assert career_of(parsed, as_of=NOW).skills == (
        SkillUse(
            field_path="skills.technical[0]",
            skill="Python",
            first_year=2015,
            last_year=2024,
            posts=("work_experience[0]", "work_experience[1]"),
        ),
        SkillUse(
            field_path="skills.technical[1]", skill="Go", first_year=2012, last_year=2012, posts=("work_experience[2]",)
        ),
        SkillUse(
            field_path="skills.technical[3]",
            skill="C++",
            first_year=2015,
            last_year=2016,
            posts=("work_experience[1]",),
        ),
    )


@pytest.mark.parametrize(
    ("skill", "name", "known"),
    [
        ("js", "JavaScript", True),
        ("JavaScript", "JavaScript", True),
        ("k8s", "Kubernetes", True),
        ("postgres", "PostgreSQL", True),
        ("node.js", "Node.js", True),
        ("Sourdough", "", False),
    ],
)
def test_skills_have_their_usual_names(skill: str, name: str, known: bool) -> None:  # noqa: FBT001 - a column
    """A listed spelling or an abbreviation leads to the list's name and id; what is not listed gets none."""
    names = with_derived(resume(skills=(skill,)), as_of=NOW).normalized
    assert [(each.source, each.name, bool(each.id and each.taxonomy)) for each in names] == [
        (skill, name, True)
    ] * known


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Sr. Software Eng.", "Senior Software Engineer"),
        ("SRE", "Site Reliability Engineer"),
        ("Bäcker (m/w/d)", "Bäcker"),
        ("QA Mgr (contract)", "Quality Assurance Manager"),
    ],
)
def test_titles_are_spelt_out(title: str, name: str) -> None:
    """Abbreviations become words by our own table; a title without any has no second name."""
    parsed = resume(("", "", title), ("", "", "Head Baker"))
    assert with_derived(parsed, as_of=NOW).normalized == (
        NormalizedName(field_path="work_experience[0].title", source=title, name=name),
    )


def test_what_is_derived_follows_a_correction() -> None:
    """Corrected dates and skills change the figures, in the month of the parse; nobody can set them."""
    before = with_derived(resume(("2019-01", "2019-12", "Baker"), skills=("js",)), as_of=NOW)
    after = resume(("2019-01", "2020-12", "Baker"), skills=("k8s",))
    corrected = keep_matching_evidence(before, after)
    assert (corrected.career.months_min, corrected.career.as_of) == (24, NOW)
    assert [name.name for name in corrected.normalized] == ["Kubernetes"]
    old = resume(("2019-01", "2019-12"))
    assert keep_matching_evidence(old, after).career == Career()


DATES = st.sampled_from(["", "present", "2019", "2021", "2019-03", "2019-11", "2020-01", "2023-12", "2030", "x"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(DATES, DATES), max_size=6))
def test_figures_hold_together(posts: list[tuple[str, str]]) -> None:
    """Least is never over most, gaps lie outside every post, and every path leads to a post."""
    parsed = resume(*posts)
    career = career_of(parsed, as_of=NOW)
    assert 0 <= career.months_min <= career.months_max <= month_number(NOW) - month_number("2019-01") + 1
    for path in (*career.posts, *career.uncounted, *(path for gap in career.gaps for path in (gap.after, gap.before))):
        assert value_at(parsed, path)
    for gap in career.gaps:
        assert 1 <= gap.months_min <= gap.months_max
        assert month_number(gap.end_month) - month_number(gap.start_month) + 1 == gap.months_min
    assert month_text(month_number(NOW)) == NOW
