"""rendercv's themes: its YAML to PDF by Typst, and to Markdown."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from templates.people import JsonResume

__all__ = ["MARKDOWN_OF_HALF", "OF_HALF", "printed_by"]

OF_HALF: Mapping[str, Sequence[str]] = {
    "look": ("classic", "engineeringresumes", "sb2nov"),
    "opened": ("engineeringclassic", "moderncv"),
    "fresh": (),
}
MARKDOWN_OF_HALF: Mapping[str, Sequence[str]] = {"look": ("classic",), "opened": ("engineeringclassic",), "fresh": ()}
_TIMEOUT_S = 180
_ICONS = "typst/packages/preview/fontawesome/0.5.0"
_NO_ICONS = "#let fa-icon(..any) = []\n"
_MANIFEST = '[package]\nname = "fontawesome"\nversion = "0.5.0"\nentrypoint = "lib.typ"\n'
_TITLES = {
    "en": ("Summary", "Experience", "Education", "Skills", "Languages", "Certifications", "Volunteering", "Projects"),
    "de": ("Profil", "Berufserfahrung", "Ausbildung", "Kenntnisse", "Sprachen", "Zertifikate", "Ehrenamt", "Projekte"),
    "fr": ("Profil", "Expérience professionnelle", "Formation", "Compétences", "Langues", "Certifications",
           "Bénévolat", "Projets"),
    "es": ("Perfil", "Experiencia laboral", "Formación académica", "Competencias", "Idiomas", "Certificaciones",
           "Voluntariado", "Proyectos"),
}  # fmt: skip


def printed_by(theme: str, resume: JsonResume, rendercv: Path) -> tuple[bytes, str]:
    """Return the PDF and the Markdown that rendercv makes of a résumé."""
    with TemporaryDirectory() as folder:
        source, icons = Path(folder, "resume.yaml"), Path(folder, _ICONS)
        # The one package that Typst would fetch from the network: here it draws nothing.
        icons.mkdir(parents=True)
        (icons / "typst.toml").write_text(_MANIFEST, encoding="utf-8")
        (icons / "lib.typ").write_text(_NO_ICONS, encoding="utf-8")
        # YAML reads JSON.
        source.write_text(json.dumps(_document(resume, theme), ensure_ascii=False), encoding="utf-8")
        command = [str(rendercv.resolve()), "render", source.name, "--dont-generate-png", "--dont-generate-html"]
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S, cwd=folder,
                       env=os.environ | {"XDG_DATA_HOME": folder})  # fmt: skip
        output = Path(folder, "rendercv_output")
        return next(output.glob("*.pdf")).read_bytes(), next(output.glob("*.md")).read_text(encoding="utf-8")


def _document(resume: JsonResume, theme: str) -> dict[str, Any]:
    basics = resume["basics"]
    place = basics["location"]
    titles = _TITLES[resume["language"]]
    contents: Sequence[list[Any]] = (
        [basics["summary"]] if basics["summary"] else [],
        [_post(post, post["name"]) for post in resume["work"]],
        [_study(study) for study in resume["education"]],
        [{"label": skill["name"], "details": ", ".join(skill["keywords"])} for skill in resume["skills"]],
        [{"label": each["language"], "details": each["fluency"]} for each in resume["languages"]],
        [{"bullet": f"{each['name']}, {each['issuer']}"} for each in resume["certificates"]],
        [_post(post, post["organization"]) for post in resume["volunteer"]],
        [{"name": each["name"], "summary": each["description"]} for each in resume["projects"]],
    )
    personal = {
        "name": basics["name"],
        "location": ", ".join(place[key] for key in ("city", "region", "countryCode") if place[key]),
        "email": basics["email"],
        "website": basics.get("url", ""),
        "social_networks": [
            {"network": profile["network"], "username": profile["username"]} for profile in basics["profiles"]
        ],
        "sections": {title: content for title, content in zip(titles, contents, strict=True) if content},
    }
    return {"cv": {key: value for key, value in personal.items() if value}, "design": {"theme": theme}}


def _post(post: JsonResume, company: str) -> dict[str, Any]:
    entry = {
        "company": company,
        "position": post["position"],
        "location": post.get("location", ""),
        "start_date": post["startDate"],
        "end_date": post.get("endDate", "present"),
        "highlights": list(post["highlights"]),
    }
    return {key: value for key, value in entry.items() if value}


def _study(study: JsonResume) -> dict[str, Any]:
    grade = study.get("score", "")
    entry = {
        "institution": study["institution"],
        # The theme wants a field; where the person states none, the degree stands for both.
        "area": study.get("area") or study["studyType"],
        "degree": study["studyType"] if study.get("area") else "",
        "start_date": study.get("startDate", ""),
        "end_date": study.get("endDate", ""),
        "highlights": [f"GPA: {grade}"] if grade else [],
    }
    return {key: value for key, value in entry.items() if value}
