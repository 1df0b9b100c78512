"""Invented people: what their résumés state, and the words of the language in which they are written."""

from __future__ import annotations

from dataclasses import dataclass

from resumate_grpc.model.parsed import Education, ParsedResume, PersonalInfo, Skills, WorkExperience

__all__ = ["ADA", "CLARA", "ENGLISH", "FRENCH", "GERMAN", "HUGO", "JONAS", "PRIYA", "Wording"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """Headings and date words of a language; `months` are the names of January to December."""

    language: str
    summary: str
    experience: str
    education: str
    skills: str
    languages: str
    contact: str
    present: str
    months: tuple[str, ...] = ()

    def date(self, value: str) -> str:
        """Print YYYY-MM, YYYY or `present` as people of this language do."""
        if value in {"", "present"}:
            return self.present if value else ""
        year, _, month = value.partition("-")
        if not month:
            return year
        return f"{self.months[int(month) - 1]} {year}" if self.months else f"{month}/{year}"

    def dates(self, start: str, end: str) -> str:
        """Print a range, or its one end."""
        return " - ".join(filter(None, (self.date(start), self.date(end))))


ENGLISH = Wording(
    language="en",
    summary="Summary",
    experience="Work Experience",
    education="Education",
    skills="Skills",
    languages="Languages",
    contact="Contact",
    present="Present",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
GERMAN = Wording(
    language="de",
    summary="Profil",
    experience="Berufserfahrung",
    education="Ausbildung",
    skills="Kenntnisse",
    languages="Sprachen",
    contact="Kontakt",
    present="heute",
)
FRENCH = Wording(
    language="fr",
    summary="Profil",
    experience="Expérience professionnelle",
    education="Formation",
    skills="Compétences",
    languages="Langues",
    contact="Coordonnées",
    present="aujourd'hui",
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
)  # fmt: skip

ADA = ParsedResume(
    language="en",
    personal_info=PersonalInfo(
        full_name="Ada Merriweather",
        email="ada.merriweather@example.org",
        phone="+44 20 7946 0958",
        location="Bristol, United Kingdom",
        linkedin_url="https://www.linkedin.com/in/ada-merriweather-sample",
        github_url="https://github.com/ada-merriweather-sample",
        summary="Backend engineer who likes small services, short queues and long evenings at the allotment.",
    ),
    work_experience=(
        WorkExperience(
            title="Senior Backend Engineer",
            company="Harbour Lane Logistics Ltd",
            location="Bristol",
            start_date="2021-04",
            end_date="present",
            highlights=(
                "Rebuilt the parcel tracking pipeline on an append-only log: median latency from nine seconds to one.",
                "Led the move of forty scheduled jobs to a work queue with leases.",
                "Mentored three engineers on testing and incident reviews.",
            ),
        ),
        WorkExperience(
            title="Software Engineer",
            company="Pennywhistle Media",
            location="Leeds",
            start_date="2017-09",
            end_date="2021-03",
            highlights=(
                "Wrote the billing service that settles royalties for two thousand musicians.",
                "Replaced a nightly export by a change feed.",
            ),
        ),
        WorkExperience(
            title="Junior Developer",
            company="Copperfield & Rowe",
            location="York",
            start_date="2015-07",
            end_date="2017-08",
            highlights=("Kept the booking site of a hotel group running and its tests green.",),
        ),
    ),
    education=(
        Education(
            degree="Master of Science",
            field_of_study="Distributed Systems",
            institution="University of Northmoor",
            location="Northmoor",
            start_date="2014",
            end_date="2015",
        ),
        Education(
            degree="Bachelor of Science",
            field_of_study="Computer Science",
            institution="Westvale College",
            location="Westvale",
            start_date="2011",
            end_date="2014",
        ),
    ),
    skills=Skills(
        technical=("Python", "PostgreSQL", "Kafka", "gRPC", "Kubernetes", "Terraform", "Linux"),
        languages=("English", "Italian"),
    ),
)

JONAS = ParsedResume(
    language="de",
    personal_info=PersonalInfo(
        full_name="Jonas Brückmann",
        email="jonas.brueckmann@example.com",
        phone="+49 30 901820",
        location="Gärtnerstraße 12, 10245 Berlin",
        summary="Elektroingenieur mit Schwerpunkt Prüftechnik und einer Schwäche für saubere Schaltpläne.",
    ),
    work_experience=(
        WorkExperience(
            title="Leiter Prüffeld",
            company="Nordwind Antriebe GmbH",
            location="Berlin",
            start_date="2019-10",
            end_date="present",
            highlights=(
                "Aufbau eines Prüffeldes für Umrichter bis 400 kW.",
                "Fachliche Führung von sechs Technikerinnen und Technikern.",
            ),
        ),
        WorkExperience(
            title="Entwicklungsingenieur",
            company="Siebenstern Messtechnik AG",
            location="Dresden",
            start_date="2014-03",
            end_date="2019-09",
            highlights=("Entwicklung von Messkarten für die Schienenfahrzeugprüfung.",),
        ),
    ),
    education=(
        Education(
            degree="Diplom-Ingenieur",
            field_of_study="Elektrotechnik",
            institution="Technische Hochschule Ostelbien",
            location="Ostelbien",
            start_date="2008-10",
            end_date="2014-02",
        ),
    ),
    skills=Skills(
        technical=("LabVIEW", "Altium Designer", "MATLAB", "Python"),
        languages=("Deutsch", "Englisch"),
    ),
)

CLARA = ParsedResume(
    language="fr",
    personal_info=PersonalInfo(
        full_name="Clara Desrosiers",
        email="clara.desrosiers@example.net",
        phone="+33 1 99 00 12 34",
        location="Nantes, France",
        summary="Cheffe de projet événementiel, à l'aise entre les artistes, les chiffres et les imprévus.",
    ),
    work_experience=(
        WorkExperience(
            title="Cheffe de projet",
            company="Atelier des Marées",
            location="Nantes",
            start_date="2018-02",
            end_date="present",
            highlights=(
                "Organisation d'un festival de douze mille visiteurs.",
                "Négociation des contrats avec quarante prestataires.",
            ),
        ),
        WorkExperience(
            title="Assistante de production",
            company="Théâtre du Vieux Quai",
            location="Rennes",
            start_date="2014-09",
            end_date="2018-01",
            highlights=("Suivi du budget et des plannings de huit créations.",),
        ),
    ),
    education=(
        Education(
            degree="Master",
            field_of_study="Management culturel",
            institution="Université de la Côte d'Émeraude",
            location="Saint-Malo",
            start_date="2012",
            end_date="2014",
        ),
    ),
    skills=Skills(
        technical=("Excel", "InDesign", "Billetterie", "Trello"), languages=("Français", "Anglais", "Breton")
    ),
)

PRIYA = ParsedResume(
    language="en",
    personal_info=PersonalInfo(
        full_name="Priya Venkataraman",
        email="priya.v@example.com",
        phone="(555) 010-7788",
        location="Portland, OR",
        portfolio_url="https://priya-venkataraman.example.com",
        summary="Product designer for tools that people use all day.",
    ),
    work_experience=(
        WorkExperience(
            title="Lead Product Designer",
            company="Tandem Bicycle Software",
            location="Portland, OR",
            start_date="2020-06",
            end_date="present",
            highlights=(
                "Designed a dispatch console used by ninety cities.",
                "Grew the design group from two to seven.",
            ),
        ),
        WorkExperience(
            title="Interaction Designer",
            company="Quillfeather Inc.",
            location="Seattle, WA",
            start_date="2016-01",
            end_date="2020-05",
            highlights=("Ran forty rounds of usability tests on a form builder.",),
        ),
    ),
    education=(
        Education(
            degree="Bachelor of Fine Arts",
            field_of_study="Visual Communication",
            institution="Larchmont School of Design",
            location="Portland, OR",
            start_date="2011",
            end_date="2015",
        ),
    ),
    skills=Skills(technical=("Figma", "Prototyping", "HTML", "CSS", "User research"), languages=("English", "Tamil")),
)

HUGO = ParsedResume(
    language="en",
    personal_info=PersonalInfo(
        full_name="Hugo Okonkwo-Reyes",
        email="hugo.reyes@example.org",
        phone="+1 555 010 4321",
        location="Austin, TX",
        github_url="https://github.com/hugo-reyes-sample",
        summary="Data analyst with a teacher's patience.",
    ),
    work_experience=(
        WorkExperience(
            title="Data Analyst",
            company="Bluebonnet Water Authority",
            location="Austin, TX",
            start_date="2019-05",
            end_date="present",
            highlights=("Forecast demand for eleven districts.", "Built the public dashboard on leaks."),
        ),
        WorkExperience(
            title="Mathematics Teacher",
            company="Cedar Ridge High School",
            location="San Marcos, TX",
            start_date="2013-08",
            end_date="2019-04",
            highlights=("Taught statistics to four hundred students.",),
        ),
    ),
    education=(
        Education(
            degree="Bachelor of Science",
            field_of_study="Mathematics",
            institution="Hill Country State University",
            location="San Marcos, TX",
            start_date="2009",
            end_date="2013",
            gpa="3.7/4.0",
        ),
    ),
    skills=Skills(technical=("SQL", "R", "Python", "Tableau", "dbt"), languages=("English", "Spanish")),
)
