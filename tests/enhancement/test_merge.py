"""What a model's answer can do to a result of ours, and what it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resumate_grpc.enhancement.answer import SCHEMA, AnswerError, decode_answer
from resumate_grpc.enhancement.entries import put_together, taken_apart
from resumate_grpc.enhancement.question import question_for
from resumate_grpc.model.field_paths import value_at, values_of
from resumate_grpc.model.parsed import Evidence, ParsedResume, PersonalInfo, Skills, WorkExperience
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.folding import squeeze
from tests.enhancement.readings import evidence_of, merged, reading
from tests.explain.explained import SAMPLES, sample

READING = reading()
TEXT = READING.document.text
BARE = replace(READING, parsed=ParsedResume(text=TEXT))


def held(confidence: float, **values: str) -> Explanation:
    """Return a reading of the text with one post whose values have this confidence."""
    evidence = []
    for name, value in values.items():
        start = TEXT.find(f"\n{value}\n") + 1 or TEXT.index(value)
        path = f"work_experience[0].{name}"
        evidence.append(Evidence(field_path=path, confidence=confidence, start=start, end=start + len(value)))
    post = msgspec.convert({**values, "confidence": confidence}, type=WorkExperience)
    parsed = ParsedResume(text=TEXT, work_experience=(post,), evidence=tuple(evidence))
    return replace(READING, parsed=parsed)


def test_a_quoted_value_fills_what_is_empty() -> None:
    """The value has the quote as its evidence, and a confidence of its own that is modest."""
    result = merged(BARE, personal_info={"full_name": "Mira  Example", "location": "Lisbon,\nPortugal"}).parsed
    assert (result.personal_info.full_name, result.personal_info.location) == ("Mira Example", "Lisbon, Portugal")
    evidence = evidence_of(result, "personal_info.full_name")
    assert TEXT[evidence.start : evidence.end] == "Mira Example"
    assert 0.5 < evidence.confidence <= 0.8
    assert result.confidence_scores.personal_info > 0


def test_quotes_on_a_page_have_its_number_and_a_box() -> None:
    """Evidence of a quote from a PDF has page and place."""
    explanation = sample("sidebar_en.pdf")
    bare = replace(explanation, parsed=ParsedResume(text=explanation.parsed.text))
    result = merged(bare, skills={"technical": ["Prototyping"]}).parsed
    evidence = evidence_of(result, "skills.technical[0]")
    assert evidence.page == 1
    assert evidence.box is not None


def test_what_the_text_does_not_say_is_refused() -> None:
    """Invented, translated and completed values are counted and left out; parts of words are no quotes."""
    result = merged(
        BARE,
        personal_info={"full_name": "Eva Invented", "location": "Lisboa"},
        skills={"technical": ["Baking with love", "Lamin", "Rye"]},
    )
    assert (result.quoted, result.refused) == (1, 4)
    assert [path for path, _ in values_of(result.parsed)] == ["skills.technical[0]"]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("email", "Lisbon"),
        ("phone", "Jan 2019"),
        ("full_name", "mira@example.org"),
        ("linkedin_url", "example.org"),
        ("portfolio_url", "Rye"),
    ],
)
def test_a_quote_of_another_form_is_refused(field: str, said: str) -> None:
    """A quote is not taken for an address, a number or a name that it cannot be."""
    result = merged(BARE, personal_info={field: said})
    assert (result.quoted, result.refused, result.parsed) == (0, 1, BARE.parsed)


@pytest.mark.parametrize(
    ("start", "end", "dates"),
    [
        ("Jan 2019", "Present", ("2019-01", "present")),
        ("Jan 2019 - Present", "Jan 2019 - Present", ("2019-01", "present")),
        ("2019-01", "present", ("2019-01", "present")),
        ("2015", "Dec 2018", ("2015", "2018-12")),
        ("Lisbon", "Rye", ("", "")),
        ("2016-03", "Dec 2020", ("", "")),
    ],
)
def test_dates_are_read_from_the_print(start: str, end: str, dates: tuple[str, str]) -> None:
    """A date is what our own reading of its print says; a model's way of writing it must mean a printed one."""
    post = {"company": "Crumb & Sons", "title": "Head Baker", "start_date": start, "end_date": end}
    (work,) = merged(BARE, work_experience=[post]).parsed.work_experience
    assert (work.start_date, work.end_date) == dates


def test_values_that_stand_often_are_taken_where_the_entry_is() -> None:
    """Of a title in two places the one beside the entry's company is meant."""
    text = "Baker at Alpha\n2015\n\nsomething between\n\nBaker at Beta\n2019\n"
    document = reading(text).document
    explanation = Explanation(parsed=ParsedResume(text=text), document=document, sections=(), pictures=())
    posts = [{"company": "Beta", "title": "Baker"}, {"company": "Alpha", "title": "Baker"}]
    result = merged(explanation, work_experience=posts).parsed
    assert [post.company for post in result.work_experience] == ["Alpha", "Beta"]
    at = [evidence_of(result, f"work_experience[{index}].title").start for index in (0, 1)]
    assert at == [text.index("Baker"), text.rindex("Baker")]


@pytest.mark.parametrize(("confidence", "company"), [(0.3, "Crumb & Sons"), (0.7, "Lisbon"), (0.95, "Lisbon")])
def test_ours_gives_way_only_to_more_confidence(confidence: float, company: str) -> None:
    """A doubtful value is corrected; one that is as sure as the model's, or surer, stays with its evidence."""
    ours = held(confidence, company="Lisbon", title="Head Baker")
    result = merged(ours, work_experience=[{"company": "Crumb & Sons", "title": "Head Baker"}])
    assert result.parsed.work_experience[0].company == company
    assert result.corrected == (company != "Lisbon")


def test_agreement_raises_a_doubtful_value_only() -> None:
    """Where both say the same, the greater confidence stands."""
    for confidence, expected in ((0.3, 0.7), (0.95, 0.95)):
        ours = held(confidence, company="Crumb & Sons", title="Head Baker")
        result = merged(ours, work_experience=[{"company": "Crumb & Sons", "title": "Head Baker"}]).parsed
        assert evidence_of(result, "work_experience[0].company").confidence == expected


def test_an_entry_is_not_made_to_say_the_same_twice() -> None:
    """An answer that mixes the fields of an entry up leaves the entry as it was."""
    ours = held(0.3, company="Crumb & Sons", title="Head Baker")
    mixed = {"company": "Head Baker", "title": "Head Baker"}
    assert merged(ours, work_experience=[mixed]).parsed.work_experience == ours.parsed.work_experience


def test_entries_of_ours_are_never_dropped() -> None:
    """An answer without our entries, or with other ones, adds and does not remove."""
    result = merged(READING, work_experience=[], education=[], skills={}, personal_info={}).parsed
    assert result == READING.parsed


def test_entries_are_added_where_they_stand() -> None:
    """An entry that we missed comes at its place in the text, and the evidence of the others moves along."""
    ours = held(0.9, company="Mill Street Bakery", title="Baker")
    missed = {"company": "Crumb & Sons", "title": "Head Baker", "highlights": ["Baked four hundred loaves a night"]}
    result = merged(ours, work_experience=[missed]).parsed
    assert [post.company for post in result.work_experience] == ["Crumb & Sons", "Mill Street Bakery"]
    assert result.work_experience[0].highlights == ("Baked four hundred loaves a night",)
    for item in result.evidence:
        value = value_at(result, item.field_path)
        assert isinstance(value, str)
        assert squeeze(TEXT[item.start : item.end]) == value


def test_an_entry_of_a_single_value_is_none() -> None:
    """One word out of the text makes no post."""
    assert merged(BARE, work_experience=[{"company": "Lisbon"}]).parsed.work_experience == ()


def test_a_skill_is_not_listed_twice() -> None:
    """What one of our lists has is not added to another."""
    start = TEXT.index("Rye")
    ours = replace(
        READING,
        parsed=ParsedResume(
            text=TEXT,
            skills=Skills(soft_skills=("Rye",)),
            evidence=(Evidence(field_path="skills.soft_skills[0]", confidence=0.5, start=start, end=start + 3),),
        ),
    )
    result = merged(ours, skills={"technical": ["Lamination", "rye", "Rye", "Sourdough"]}).parsed.skills
    assert (result.technical, result.soft_skills) == (("Sourdough", "Lamination"), ("Rye",))


def test_instructions_in_a_resume_are_bounded_by_the_quote() -> None:
    """A model that obeys the résumé can misplace words of the text, without touching what we are sure of."""
    obeyed: dict[str, Any] = {
        "personal_info": {"full_name": "Eve Hacker", "email": "eve@evil.example"},
        "work_experience": [{"company": "Globex Corporation", "title": "Chief Executive"}],
        "skills": {"technical": ["Kubernetes", "<script>alert(1)</script>"]},
    }
    result = merged(READING, **obeyed)
    assert result.parsed == READING.parsed
    assert READING.parsed.personal_info.full_name == "Mira Example"
    assert result.refused == 4  # the title, the address and both skills; a company alone is no entry


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_taking_apart_and_putting_together_changes_nothing(name: str) -> None:
    """A result comes out of the merge as it went in where nothing is changed."""
    parsed = sample(name).parsed
    again = put_together(parsed, taken_apart(parsed))
    assert replace(again, evidence=()) == replace(parsed, evidence=())
    assert sorted(again.evidence, key=str) == sorted(parsed.evidence, key=str)


WORDS = st.sampled_from([*TEXT.split(), "Crumb & Sons", "Head Baker", "Globex", "2019-01", "", "x" * 500, "Ba", "\x00"])
TEXTS = st.lists(WORDS, min_size=0, max_size=3).map(" ".join)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "personal_info": st.dictionaries(st.sampled_from(list(PersonalInfo.__slots__)), TEXTS),
        "work_experience": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    **dict.fromkeys(("company", "title", "location", "start_date", "end_date", "description"), TEXTS),
                    "highlights": st.lists(TEXTS, max_size=3),
                },
            ),
            max_size=4,
        ),
        "skills": st.dictionaries(st.sampled_from(("technical", "soft_skills", "languages")), st.lists(TEXTS)),
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS)
def test_whatever_is_answered_every_value_stands_in_the_text(answer: dict[str, Any]) -> None:
    """Every value that came in is a quote at its evidence, and every sure value of ours is still there, as it was."""
    before, result = READING.parsed, merged(READING, **answer).parsed
    ours = {text for _, text in values_of(before)}
    for path, text in values_of(result):
        if text not in ours and "date" not in path:
            evidence = evidence_of(result, path)
            assert squeeze(TEXT[evidence.start : evidence.end]) == text
    paths = {item.field_path for item in result.evidence}
    assert len(paths) == len(result.evidence)
    assert all(value_at(result, path) for path in paths)
    kept = sorted((item.start, item.end, item.confidence) for item in result.evidence)
    for item in before.evidence:
        if item.confidence > 0.8:
            assert (item.start, item.end, item.confidence) in kept


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no",
        "[]",
        "null",
        "{",
        '{"work_experience": "none"}',
        '{"skills": {"technical": [1]}}',
        "[" * 5000,
        '{"a":' * 5000,
    ],
)
def test_an_answer_of_another_form_is_refused(said: str) -> None:
    """What is no JSON, or not of the schema, is one kind of error."""
    with pytest.raises(AnswerError):
        decode_answer(said)


@pytest.mark.parametrize(
    "said",
    [
        '{"personal_info": {"full_name": "Mira Example"}}',
        '```json\n{"personal_info": {"full_name": "Mira Example", "email": null}}\n```',
        'Here you are: {"personal_info": {"full_name": "Mira Example", "shoe_size": 38}, "mood": []} Anything else?',
        '{"personal_info": {"full_name": "Mira Example"}, "work_experience": null, "education": [null]}',
    ],
)
def test_an_answer_is_read_generously(said: str) -> None:
    """Fences, words about it, nulls and unknown fields do no harm."""
    assert decode_answer(said).personal_info.full_name == "Mira Example"


def test_the_question_holds_the_text_and_nothing_of_our_result() -> None:
    """Instructions and schema are the same for everybody, and the text is cut at a line's end."""
    question = question_for(READING.parsed, max_characters=40)
    assert question.text == "Mira Example"
    others = question_for(ParsedResume(text="x"), max_characters=40)
    assert (question.instructions, question.schema) == (others.instructions, others.schema)


def test_the_schema_is_of_the_strict_kind() -> None:
    """Every object names all its fields as required and allows no others, as structured output wants it."""
    text = json.dumps(SCHEMA)
    assert text.count('"type": "object"') == text.count('"additionalProperties": false') == 9
    assert "confidence" not in text
