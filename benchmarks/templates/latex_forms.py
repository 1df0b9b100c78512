"""Classes of LaTeX that print a résumé as a form, with labels or dates in a column of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from templates.latex_words import address_of, degree, headings, items, period, tex
from templates.people import JsonResume

__all__ = ["FORMS"]

_BREAK = r" \\ "
_NAMES = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
_ASKED = {
    "en": (
        "Dates",
        "Occupation or position held",
        "Name and address of employer",
        "Title of qualification awarded",
        "Name of organisation providing education",
    ),
    "de": (
        "Datum",
        "Beruf oder Funktion",
        "Name und Adresse des Arbeitgebers",
        "Bezeichnung der erworbenen Qualifikation",
        "Name der Bildungseinrichtung",
    ),
    "fr": (
        "Dates",
        "Fonction ou poste occupé",
        "Nom et adresse de l'employeur",
        "Intitulé du diplôme délivré",
        "Nom de l'établissement d'enseignement",
    ),
    "es": (
        "Fechas",
        "Profesión o cargo desempeñado",
        "Nombre y dirección de la empresa o empleador",
        "Título de la cualificación obtenida",
        "Nombre de la organización que ha impartido la educación",
    ),
}
"""What the form of Europass of 2004 asks of posts and studies, in its official words."""


def _parts(resume: JsonResume) -> list[tuple[str, str]]:
    return [(part, company) for part, company in (("work", "name"), ("volunteer", "organization")) if resume[part]]


def _europecv(resume: JsonResume) -> str:
    basics, language = resume["basics"], resume["language"]
    named = headings(resume)
    dates, position, employer, title, school = _ASKED[language]
    lines = [
        rf"\documentclass[helvetica,narrow,{_NAMES[language]},a4paper]{{europecv}}",
        r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{graphicx,hyperref}",
        rf"\usepackage[{_NAMES[language]}]{{babel}}",
        rf"\ecvname{{{tex(basics['name'])}}}\ecvaddress{{{', '.join(part for part in address_of(resume) if part)}}}",
        rf"\ecvtelephone{{{basics['phone']}}}\ecvemail{{{basics['email']}}}",
        rf"\ecvhomepage{{{tex(basics['url'])}}}" if basics.get("url") else "",
        r"\begin{document}\begin{europecv}\ecvpersonalinfo[10pt]",
    ]
    for part, company in _parts(resume):
        lines += [rf"\ecvsection{{{named[part]}}}"]
        for post in resume[part]:
            where = ", ".join(tex(text) for text in (post[company], post.get("location", "")) if text)
            lines += [
                rf"\ecvitem{{{dates}}}{{{period(post, language, work=True)}}}",
                rf"\ecvitem{{{position}}}{{{tex(post['position'])}}}",
                rf"\ecvitem[10pt]{{{employer}}}{{{where}}}",
            ]
    lines += [rf"\ecvsection{{{named['education']}}}"]
    for study in resume["education"]:
        lines += [
            rf"\ecvitem{{{dates}}}{{{period(study, language, work=False)}}}",
            rf"\ecvitem{{{title}}}{{{degree(study, language)}}}",
            rf"\ecvitem[10pt]{{{school}}}{{{tex(study['institution'])}}}",
        ]
    lines += [rf"\ecvsection{{{named['skills']}}}"]
    lines += [rf"\ecvitem{{{tex(s['name'])}}}{{{tex(', '.join(s['keywords']))}}}" for s in resume["skills"]]
    if resume["languages"]:
        spoken = ", ".join(f"{each['language']} ({each['fluency']})" for each in resume["languages"])
        lines += [rf"\ecvitem{{{named['languages']}}}{{{tex(spoken)}}}"]
    return "\n".join([*filter(None, lines), r"\end{europecv}\end{document}"])


def _curve(resume: JsonResume) -> str:
    basics, language = resume["basics"], resume["language"]
    named = headings(resume)
    contact = [basics["phone"], basics["email"], *(each["url"].removeprefix("https://") for each in basics["profiles"])]
    lines = [
        rf"\documentclass[a4paper,{_NAMES[language]}]{{curve}}",
        r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern,ltxtable}",
        rf"\leftheader{{{_BREAK.join(part for part in address_of(resume) if part)}}}",
        rf"\rightheader{{{_BREAK.join(tex(part) for part in contact if part)}}}",
        rf"\title{{{tex(basics['name'])}}}\subtitle{{{tex(basics['label'])}}}",
        r"\begin{document}\makeheaders\maketitle",
    ]

    def rubric(part: str, entries: list[str]) -> str:
        body = "\n".join([rf"\begin{{rubric}}{{{named[part]}}}", *entries, r"\end{rubric}"])
        return "\n".join([rf"\begin{{filecontents*}}[overwrite]{{{part}.tex}}", body, r"\end{filecontents*}"])

    parts = {}
    for part, company in _parts(resume):
        parts[part] = [
            rf"\entry*[{period(post, language, work=True)}] \textbf{{{tex(post['position'])}}}, "
            + ", ".join(tex(text) for text in (post[company], post.get("location", "")) if text)
            + rf". {tex('. '.join(post['highlights']))}"
            for post in resume[part]
        ]
    parts["education"] = [
        rf"\entry*[{period(study, language, work=False)}] {degree(study, language)}, {tex(study['institution'])}."
        for study in resume["education"]
    ]
    parts["skills"] = [rf"\entry*[{tex(s['name'])}] {tex(', '.join(s['keywords']))}" for s in resume["skills"]]
    if resume["languages"]:
        parts["languages"] = [
            rf"\entry*[{tex(each['language'])}] {tex(each['fluency'])}" for each in resume["languages"]
        ]
    if resume["certificates"]:
        parts["certificates"] = [
            rf"\entry*[{each.get('date', '').partition('-')[0]}] {tex(each['name'])} ({tex(each['issuer'])})"
            for each in resume["certificates"]
        ]
    files = [rubric(part, entries) for part, entries in parts.items()]
    return "\n".join([*files, *lines, *(rf"\makerubric{{{part}}}" for part in parts), r"\end{document}"])


def _currvita(resume: JsonResume) -> str:
    basics, language = resume["basics"], resume["language"]
    named = headings(resume)
    contact = [*(part for part in address_of(resume) if part), basics["phone"], basics["email"]]
    contact += [tex(basics["url"])] if basics.get("url") else []
    lines = [
        rf"\documentclass[11pt,a4paper,{_NAMES[language]}]{{article}}\usepackage[T1]{{fontenc}}",
        r"\usepackage[utf8]{inputenc}\usepackage{lmodern,babel}\usepackage[LabelsAligned,NoDate]{currvita}",
        r"\usepackage[margin=2.5cm]{geometry}\pagestyle{empty}\setlength{\parindent}{0pt}\begin{document}",
        r"\setlength{\cvlabelwidth}{38mm}",
        rf"\begin{{cv}}{{{tex(basics['name'])}}}\begin{{cvlist}}{{}}",
        rf"\item {_BREAK.join(contact)}\end{{cvlist}}",
    ]
    for part, company in _parts(resume):
        lines += [rf"\begin{{cvlist}}{{{named[part]}}}"]
        lines += [
            rf"\item[{period(post, language, work=True)}] {tex(post['position'])} \\ "
            + ", ".join(tex(text) for text in (post[company], post.get("location", "")) if text)
            + items(post["highlights"])
            for post in resume[part]
        ]
        lines += [r"\end{cvlist}"]
    lines += [rf"\begin{{cvlist}}{{{named['education']}}}"]
    lines += [
        rf"\item[{period(study, language, work=False)}] {tex(study['institution'])} \\ {degree(study, language)}"
        for study in resume["education"]
    ]
    lines += [r"\end{cvlist}", rf"\begin{{cvlist}}{{{named['skills']}}}"]
    lines += [rf"\item[{tex(s['name'])}] {tex(', '.join(s['keywords']))}" for s in resume["skills"]]
    lines += [r"\end{cvlist}"]
    if resume["languages"]:
        lines += [rf"\begin{{cvlist}}{{{named['languages']}}}"]
        lines += [rf"\item[{tex(each['language'])}] {tex(each['fluency'])}" for each in resume["languages"]]
        lines += [r"\end{cvlist}"]
    return "\n".join([*lines, r"\end{cv}\end{document}"])


FORMS: Mapping[str, Callable[[JsonResume], str]] = {"europecv": _europecv, "curve": _curve, "currvita": _currvita}
