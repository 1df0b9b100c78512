"""Words and dates of a résumé as LaTeX prints them, in the languages of the people."""

from __future__ import annotations

from collections.abc import Sequence

from templates.people import JsonResume

__all__ = ["address_of", "degree", "headings", "items", "period", "tex"]

_KINDS = ("summary", "work", "education", "skills", "languages", "certificates", "volunteer")
_HEADINGS = {
    "en": "Profile|Work Experience|Education|Technical Skills|Languages|Certifications|Volunteer Experience",
    "de": "Kurzprofil|Berufserfahrung|Ausbildung|Kenntnisse|Sprachen|Zertifikate|Ehrenamt",
    "fr": "Profil|Expérience professionnelle|Formation|Compétences|Langues|Certifications|Bénévolat",
    "es": "Perfil|Experiencia profesional|Formación|Competencias|Idiomas|Certificados|Voluntariado",
}
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "01/ 02/ 03/ 04/ 05/ 06/ 07/ 08/ 09/ 10/ 11/ 12/",
    "fr": "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
    "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
}
_PRESENT = {"en": "present", "de": "heute", "fr": "aujourd'hui", "es": "actualidad"}
_IN = {"en": " in ", "de": " ", "fr": " ", "es": " en "}
_ESCAPES = str.maketrans({"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$", "~": r"\textasciitilde{}"})


def tex(text: str) -> str:
    """Escape what LaTeX would read as commands."""
    return text.translate(_ESCAPES)


def _date(value: str, language: str) -> str:
    year, _, month = value.partition("-")
    if not month:
        return year
    name = _MONTHS[language].split()[int(month) - 1]
    return f"{name}{year}" if name.endswith("/") else f"{name} {year}"


def period(entry: JsonResume, language: str, *, work: bool) -> str:
    """Return the dates of an entry; an open end of work is the present."""
    start = _date(entry.get("startDate", ""), language)
    end = _date(entry.get("endDate", ""), language) or (_PRESENT[language] if work else "")
    return "--".join(part for part in (start, end) if part)


def items(highlights: Sequence[str]) -> str:
    """Return an itemize, or nothing for no items."""
    if not highlights:
        return ""
    return r"\begin{itemize}" + "".join(rf"\item {tex(each)}" for each in highlights) + r"\end{itemize}"


def degree(study: JsonResume, language: str) -> str:
    """Return the degree with its field, as the language joins them."""
    field = study.get("area", "")
    return tex(study["studyType"] + (_IN[language] + field if field else ""))


def headings(resume: JsonResume) -> dict[str, str]:
    """Return the headings by part of JSON Resume."""
    return dict(zip(_KINDS, _HEADINGS[resume["language"]].split("|"), strict=True))


def address_of(resume: JsonResume) -> tuple[str, str, str]:
    """Return street, town and country; any may be empty."""
    place = resume["basics"]["location"]
    town = " ".join(tex(place[key]) for key in ("postalCode", "city", "region") if place[key])
    return tex(place["address"]), town, tex(place["countryCode"])
