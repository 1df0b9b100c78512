"""What a résumé says: the structured result, each value with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field

from resumate_grpc.model.career import Career, NormalizedName

__all__ = [
    "Award",
    "Box",
    "ConfidenceScores",
    "Education",
    "Evidence",
    "ParseWarning",
    "ParsedResume",
    "PersonalInfo",
    "Project",
    "Publication",
    "Skills",
    "Volunteering",
    "WorkExperience",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """Rectangle on a page in points (1/72 inch), origin at the page's top left, x0 <= x1, y0 <= y1."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalInfo:
    """Who the résumé is about; empty strings where it does not say."""

    full_name: str = ""
    email: str = ""
    phone: str = ""
    location: str = ""
    linkedin_url: str = ""
    github_url: str = ""
    portfolio_url: str = ""
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkExperience:
    """One post. Dates are YYYY-MM, YYYY or `present`; confidence is 0..1 for the entry as a whole."""

    company: str = ""
    title: str = ""
    location: str = ""
    start_date: str = ""
    end_date: str = ""
    description: str = ""
    highlights: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Education:
    """One degree or course of study. Dates as in `WorkExperience`; `gpa` is the printed number with its scale."""

    institution: str = ""
    degree: str = ""
    field_of_study: str = ""
    location: str = ""
    start_date: str = ""
    end_date: str = ""
    gpa: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Skills:
    """Listed skills, in the order of the document, without repeats."""

    technical: tuple[str, ...] = ()
    soft_skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """One project of a projects section."""

    name: str = ""
    description: str = ""
    url: str = ""
    start_date: str = ""
    end_date: str = ""
    highlights: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """One publication, as printed, with its date where one is given."""

    title: str = ""
    publisher: str = ""
    date: str = ""
    url: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Award:
    """One award or honour."""

    title: str = ""
    issuer: str = ""
    date: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Volunteering:
    """One unpaid post."""

    organization: str = ""
    role: str = ""
    location: str = ""
    start_date: str = ""
    end_date: str = ""
    description: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfidenceScores:
    """Confidence by part, each 0..1; 0 where the part is absent."""

    personal_info: float = 0.0
    work_experience: float = 0.0
    education: float = 0.0
    skills: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Where one value stands.

    `field_path` is the proto path (`work_experience[0].company`). `page` counts from 1; 0 for formats without pages
    (then `box` is None too). `start` and `end` are a half-open span of code points in `ParsedResume.text`; equal where
    the value stands in no text (a link behind an icon).
    """

    field_path: str
    confidence: float
    page: int = 0
    start: int = 0
    end: int = 0
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseWarning:
    """Something a reader should know though the parse succeeded; `reason` is an `ErrorReason` name or a short code."""

    reason: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedResume:
    """The structured résumé. What the document does not state is empty, never guessed."""

    personal_info: PersonalInfo = field(default_factory=PersonalInfo)
    work_experience: tuple[WorkExperience, ...] = ()
    education: tuple[Education, ...] = ()
    skills: Skills = field(default_factory=Skills)
    projects: tuple[Project, ...] = ()
    publications: tuple[Publication, ...] = ()
    awards: tuple[Award, ...] = ()
    volunteering: tuple[Volunteering, ...] = ()
    confidence_scores: ConfidenceScores = field(default_factory=ConfidenceScores)
    confidence_score: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    text: str = ""
    language: str = ""
    page_count: int = 0
    parser_version: str = ""
    warnings: tuple[ParseWarning, ...] = ()
    career: Career = field(default_factory=Career)
    normalized: tuple[NormalizedName, ...] = ()
