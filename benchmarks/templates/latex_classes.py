"""Classes of LaTeX for résumés, as TeX Live has them: JSON Resume to their commands, those to PDF by pdfTeX."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from templates.people import JsonResume

__all__ = ["CLASSES", "pdf_by"]

_TIMEOUT_S = 120
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


def _tex(text: str) -> str:
    return text.translate(_ESCAPES)


def _date(value: str, language: str) -> str:
    year, _, month = value.partition("-")
    if not month:
        return year
    name = _MONTHS[language].split()[int(month) - 1]
    return f"{name}{year}" if name.endswith("/") else f"{name} {year}"


def _period(entry: JsonResume, language: str, *, work: bool) -> str:
    start = _date(entry.get("startDate", ""), language)
    end = _date(entry.get("endDate", ""), language) or (_PRESENT[language] if work else "")
    return "--".join(part for part in (start, end) if part)


def _items(highlights: Sequence[str]) -> str:
    if not highlights:
        return ""
    return r"\begin{itemize}" + "".join(rf"\item {_tex(each)}" for each in highlights) + r"\end{itemize}"


def _degree(study: JsonResume, language: str) -> str:
    field = study.get("area", "")
    return _tex(study["studyType"] + (_IN[language] + field if field else ""))


def _headings(resume: JsonResume) -> dict[str, str]:
    return dict(zip(_KINDS, _HEADINGS[resume["language"]].split("|"), strict=True))


def _address(resume: JsonResume) -> tuple[str, str, str]:
    place = resume["basics"]["location"]
    town = " ".join(_tex(place[key]) for key in ("postalCode", "city", "region") if place[key])
    return _tex(place["address"]), town, _tex(place["countryCode"])


def _moderncv(style: str) -> Callable[[JsonResume], str]:
    def document(resume: JsonResume) -> str:
        basics, language = resume["basics"], resume["language"]
        first, _, last = basics["name"].rpartition(" ")
        street, town, country = _address(resume)
        named = _headings(resume)
        lines = [
            r"\documentclass[11pt,a4paper,sans]{moderncv}",
            rf"\moderncvstyle{{{style}}}\moderncvcolor{{blue}}\moderncvicons{{symbols}}",
            r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}\usepackage[scale=0.77]{geometry}",
            rf"\name{{{_tex(first)}}}{{{_tex(last)}}}\title{{{_tex(basics['label'])}}}",
            rf"\address{{{street}}}{{{town}}}{{{country}}}\phone[mobile]{{{basics['phone']}}}\email{{{basics['email']}}}",
            rf"\homepage{{{basics['url'].removeprefix('https://')}}}" if basics.get("url") else "",
            *(rf"\social[{each['network'].lower()}]{{{each['username']}}}" for each in basics["profiles"]),
            r"\begin{document}\makecvtitle",
            rf"\section{{{named['summary']}}}\cvitem{{}}{{{_tex(basics['summary'])}}}" if basics["summary"] else "",
        ]
        for part, company in (("work", "name"), ("volunteer", "organization")):
            lines += [rf"\section{{{named[part]}}}"] if resume[part] else []
            lines += [
                rf"\cventry{{{_period(post, language, work=True)}}}{{{_tex(post['position'])}}}"
                rf"{{{_tex(post[company])}}}{{{_tex(post.get('location', ''))}}}{{}}{{{_items(post['highlights'])}}}"
                for post in resume[part]
            ]
        lines += [rf"\section{{{named['education']}}}"]
        lines += [
            rf"\cventry{{{_period(study, language, work=False)}}}{{{_degree(study, language)}}}"
            rf"{{{_tex(study['institution'])}}}{{}}{{{_tex(study.get('score', ''))}}}{{}}"
            for study in resume["education"]
        ]
        lines += [rf"\section{{{named['skills']}}}"]
        lines += [rf"\cvitem{{{_tex(s['name'])}}}{{{_tex(', '.join(s['keywords']))}}}" for s in resume["skills"]]
        if resume["languages"]:
            lines += [rf"\section{{{named['languages']}}}"]
            lines += [
                rf"\cvitemwithcomment{{{_tex(each['language'])}}}{{{_tex(each['fluency'])}}}{{}}"
                for each in resume["languages"]
            ]
        if resume["certificates"]:
            lines += [rf"\section{{{named['certificates']}}}"]
            lines += [
                rf"\cvlistitem{{{_tex(each['name'])}, {_tex(each['issuer'])}}}" for each in resume["certificates"]
            ]
        return "\n".join([*lines, r"\end{document}"])

    return document


def _europasscv(resume: JsonResume) -> str:
    basics, language = resume["basics"], resume["language"]
    named = _headings(resume)
    names = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
    lines = [
        rf"\documentclass[{names[language]},a4paper]{{europasscv}}\usepackage[{names[language]}]{{babel}}",
        rf"\ecvname{{{_tex(basics['name'])}}}\ecvaddress{{{', '.join(part for part in _address(resume) if part)}}}",
        rf"\ecvmobile{{{basics['phone']}}}\ecvemail{{{basics['email']}}}",
        r"\begin{document}\begin{europasscv}\ecvpersonalinfo",
        rf"\ecvbigitem{{{named['summary']}}}{{{_tex(basics['label'])}}}",
    ]
    for part, company in (("work", "name"), ("volunteer", "organization")):
        lines += [rf"\ecvsection{{{named[part]}}}"] if resume[part] else []
        for post in resume[part]:
            employer = ", ".join(_tex(text) for text in (post[company], post.get("location", "")) if text)
            lines += [
                rf"\ecvtitle{{{_period(post, language, work=True)}}}{{{_tex(post['position'])}}}",
                rf"\ecvitem{{}}{{{employer}}}",
                rf"\ecvitem{{}}{{{_tex('. '.join(post['highlights']))}}}" if post["highlights"] else "",
            ]
    lines += [rf"\ecvsection{{{named['education']}}}"]
    for study in resume["education"]:
        lines += [
            rf"\ecvtitle{{{_period(study, language, work=False)}}}{{{_degree(study, language)}}}",
            rf"\ecvitem{{}}{{{_tex(study['institution'])}}}",
        ]
    lines += [rf"\ecvsection{{{named['skills']}}}"]
    if resume["languages"]:
        spoken = ", ".join(f"{each['language']} ({each['fluency']})" for each in resume["languages"])
        lines += [rf"\ecvblueitem{{{named['languages']}}}{{{_tex(spoken)}}}"]
    lines += [rf"\ecvblueitem{{{_tex(s['name'])}}}{{{_tex(', '.join(s['keywords']))}}}" for s in resume["skills"]]
    return "\n".join([*filter(None, lines), r"\end{europasscv}\end{document}"])


def _simplecv(resume: JsonResume) -> str:
    basics, language = resume["basics"], resume["language"]
    named = _headings(resume)
    address = r" \\ ".join(part for part in _address(resume) if part)
    lines = [
        r"\documentclass[a4paper]{simplecv}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}",
        rf"\begin{{document}}\leftheader{{{address}}}",
        rf"\rightheader[r]{{{basics['phone']} \\ {basics['email']}}}\title{{{_tex(basics['name'])}}}\maketitle",
        rf"\section{{{named['education']}}}\begin{{topic}}",
        *(
            rf"\item[{_period(study, language, work=False)}] \textbf{{{_degree(study, language)}}}, "
            + _tex(study["institution"])
            for study in resume["education"]
        ),
        r"\end{topic}",
    ]
    for part, company in (("work", "name"), ("volunteer", "organization")):
        if resume[part]:
            lines += [rf"\section{{{named[part]}}}\begin{{topic}}"]
            for post in resume[part]:
                place = f" ({_tex(post['location'])})" if post.get("location") else ""
                told = _tex("; ".join(post["highlights"]))
                named_so = rf"\textbf{{{_tex(post['position'])}}}, {_tex(post[company])}{place}"
                lines += [rf"\item[{_period(post, language, work=True)}] {named_so}. {told}"]
            lines += [r"\end{topic}"]
    lines += [rf"\section{{{named['skills']}}}\begin{{topic}}"]
    lines += [rf"\item[{_tex(s['name'])}] {_tex(', '.join(s['keywords']))}" for s in resume["skills"]]
    lines += [r"\end{topic}"]
    if resume["languages"]:
        spoken = "; ".join(f"{each['language']} ({each['fluency']})" for each in resume["languages"])
        lines += [rf"\section{{{named['languages']}}} {_tex(spoken)}"]
    return "\n".join([*lines, r"\end{document}"])


def _plain_article(resume: JsonResume) -> str:
    """Print as students' résumés are widely printed: small headings over a rule, dates flush right, in tabulars."""
    basics, language = resume["basics"], resume["language"]
    named = _headings(resume)
    contact = [basics["phone"], basics["email"], *(each["url"].removeprefix("https://") for each in basics["profiles"])]
    lines = [
        r"\documentclass[letterpaper,11pt]{article}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}",
        r"\usepackage[margin=0.6in]{geometry}\usepackage{titlesec,enumitem,hyperref,tabularx}\pagestyle{empty}",
        r"\titleformat{\section}{\scshape\raggedright\large}{}{0em}{}[\titlerule]\setlist{nosep}\setlength{\parindent}{0pt}",
        rf"\begin{{document}}\begin{{center}}{{\Huge\scshape {_tex(basics['name'])}}}\\",
        rf"{' $|$ '.join(_tex(part) for part in contact if part)}\end{{center}}",
    ]
    table = r"\begin{{tabular*}}{{\textwidth}}{{@{{}}l@{{\extracolsep{{\fill}}}}r@{{}}}}"
    row = table + r"\textbf{{{}}} & {} \\ \textit{{{}}} & \textit{{{}}}\end{{tabular*}}\par"
    lines += [rf"\section{{{named['education']}}}"]
    for study in resume["education"]:
        period = _period(study, language, work=False)
        lines += [
            row.format(_tex(study["institution"]), _tex(study.get("score", "")), _degree(study, language), period)
        ]
    for part, company in (("work", "name"), ("volunteer", "organization")):
        lines += [rf"\section{{{named[part]}}}"] if resume[part] else []
        for post in resume[part]:
            period, place = _period(post, language, work=True), _tex(post.get("location", ""))
            lines += [
                row.format(_tex(post["position"]), period, _tex(post[company]), place),
                _items(post["highlights"]),
            ]
    lines += [rf"\section{{{named['skills']}}}"]
    lines += [rf"\textbf{{{_tex(s['name'])}}}: {_tex(', '.join(s['keywords']))}\\" for s in resume["skills"]]
    return "\n".join([*lines, r"\end{document}"])


CLASSES: Mapping[str, Callable[[JsonResume], str]] = {
    **{f"moderncv {style}": _moderncv(style) for style in ("banking", "casual", "classic", "fancy", "oldstyle")},
    "europasscv": _europasscv,
    "simplecv": _simplecv,
    "article": _plain_article,
}


def pdf_by(name: str, resume: JsonResume) -> bytes:
    """Print a résumé by a class; raises `CalledProcessError` where TeX cannot."""
    with TemporaryDirectory() as folder:
        Path(folder, "resume.tex").write_text(CLASSES[name](resume), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "resume.tex"]
        for _ in range(2):
            subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S, cwd=folder)
        return Path(folder, "resume.pdf").read_bytes()
