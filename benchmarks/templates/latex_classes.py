"""Classes of LaTeX for résumés, as TeX Live has them: JSON Resume to their commands, those to PDF by pdfTeX."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from templates.latex_forms import FORMS
from templates.latex_words import address_of, degree, headings, items, period, tex
from templates.people import JsonResume

__all__ = ["OF_HALF", "pdf_by"]

_TIMEOUT_S = 120


def _moderncv(style: str) -> Callable[[JsonResume], str]:
    def document(resume: JsonResume) -> str:
        basics, language = resume["basics"], resume["language"]
        first, _, last = basics["name"].rpartition(" ")
        street, town, country = address_of(resume)
        named = headings(resume)
        lines = [
            r"\documentclass[11pt,a4paper,sans]{moderncv}",
            rf"\moderncvstyle{{{style}}}\moderncvcolor{{blue}}\moderncvicons{{symbols}}",
            r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}\usepackage[scale=0.77]{geometry}",
            rf"\name{{{tex(first)}}}{{{tex(last)}}}\title{{{tex(basics['label'])}}}",
            rf"\address{{{street}}}{{{town}}}{{{country}}}\phone[mobile]{{{basics['phone']}}}\email{{{basics['email']}}}",
            rf"\homepage{{{basics['url'].removeprefix('https://')}}}" if basics.get("url") else "",
            *(rf"\social[{each['network'].lower()}]{{{each['username']}}}" for each in basics["profiles"]),
            r"\begin{document}\makecvtitle",
            rf"\section{{{named['summary']}}}\cvitem{{}}{{{tex(basics['summary'])}}}" if basics["summary"] else "",
        ]
        for part, company in (("work", "name"), ("volunteer", "organization")):
            lines += [rf"\section{{{named[part]}}}"] if resume[part] else []
            lines += [
                rf"\cventry{{{period(post, language, work=True)}}}{{{tex(post['position'])}}}"
                rf"{{{tex(post[company])}}}{{{tex(post.get('location', ''))}}}{{}}{{{items(post['highlights'])}}}"
                for post in resume[part]
            ]
        lines += [rf"\section{{{named['education']}}}"]
        lines += [
            rf"\cventry{{{period(study, language, work=False)}}}{{{degree(study, language)}}}"
            rf"{{{tex(study['institution'])}}}{{}}{{{tex(study.get('score', ''))}}}{{}}"
            for study in resume["education"]
        ]
        lines += [rf"\section{{{named['skills']}}}"]
        lines += [rf"\cvitem{{{tex(s['name'])}}}{{{tex(', '.join(s['keywords']))}}}" for s in resume["skills"]]
        if resume["languages"]:
            lines += [rf"\section{{{named['languages']}}}"]
            lines += [
                rf"\cvitemwithcomment{{{tex(each['language'])}}}{{{tex(each['fluency'])}}}{{}}"
                for each in resume["languages"]
            ]
        if resume["certificates"]:
            lines += [rf"\section{{{named['certificates']}}}"]
            lines += [rf"\cvlistitem{{{tex(each['name'])}, {tex(each['issuer'])}}}" for each in resume["certificates"]]
        return "\n".join([*lines, r"\end{document}"])

    return document


def _europasscv(resume: JsonResume) -> str:
    basics, language = resume["basics"], resume["language"]
    named = headings(resume)
    names = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
    lines = [
        rf"\documentclass[{names[language]},a4paper]{{europasscv}}\usepackage[{names[language]}]{{babel}}",
        rf"\ecvname{{{tex(basics['name'])}}}\ecvaddress{{{', '.join(part for part in address_of(resume) if part)}}}",
        rf"\ecvmobile{{{basics['phone']}}}\ecvemail{{{basics['email']}}}",
        r"\begin{document}\begin{europasscv}\ecvpersonalinfo",
        rf"\ecvbigitem{{{named['summary']}}}{{{tex(basics['label'])}}}",
    ]
    for part, company in (("work", "name"), ("volunteer", "organization")):
        lines += [rf"\ecvsection{{{named[part]}}}"] if resume[part] else []
        for post in resume[part]:
            employer = ", ".join(tex(text) for text in (post[company], post.get("location", "")) if text)
            lines += [
                rf"\ecvtitle{{{period(post, language, work=True)}}}{{{tex(post['position'])}}}",
                rf"\ecvitem{{}}{{{employer}}}",
                rf"\ecvitem{{}}{{{tex('. '.join(post['highlights']))}}}" if post["highlights"] else "",
            ]
    lines += [rf"\ecvsection{{{named['education']}}}"]
    for study in resume["education"]:
        lines += [
            rf"\ecvtitle{{{period(study, language, work=False)}}}{{{degree(study, language)}}}",
            rf"\ecvitem{{}}{{{tex(study['institution'])}}}",
        ]
    lines += [rf"\ecvsection{{{named['skills']}}}"]
    if resume["languages"]:
        spoken = ", ".join(f"{each['language']} ({each['fluency']})" for each in resume["languages"])
        lines += [rf"\ecvblueitem{{{named['languages']}}}{{{tex(spoken)}}}"]
    lines += [rf"\ecvblueitem{{{tex(s['name'])}}}{{{tex(', '.join(s['keywords']))}}}" for s in resume["skills"]]
    return "\n".join([*filter(None, lines), r"\end{europasscv}\end{document}"])


def _simplecv(resume: JsonResume) -> str:
    basics, language = resume["basics"], resume["language"]
    named = headings(resume)
    address = r" \\ ".join(part for part in address_of(resume) if part)
    lines = [
        r"\documentclass[a4paper]{simplecv}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}",
        rf"\begin{{document}}\leftheader{{{address}}}",
        rf"\rightheader[r]{{{basics['phone']} \\ {basics['email']}}}\title{{{tex(basics['name'])}}}\maketitle",
        rf"\section{{{named['education']}}}\begin{{topic}}",
        *(
            rf"\item[{period(study, language, work=False)}] \textbf{{{degree(study, language)}}}, "
            + tex(study["institution"])
            for study in resume["education"]
        ),
        r"\end{topic}",
    ]
    for part, company in (("work", "name"), ("volunteer", "organization")):
        if resume[part]:
            lines += [rf"\section{{{named[part]}}}\begin{{topic}}"]
            for post in resume[part]:
                place = f" ({tex(post['location'])})" if post.get("location") else ""
                told = tex("; ".join(post["highlights"]))
                named_so = rf"\textbf{{{tex(post['position'])}}}, {tex(post[company])}{place}"
                lines += [rf"\item[{period(post, language, work=True)}] {named_so}. {told}"]
            lines += [r"\end{topic}"]
    lines += [rf"\section{{{named['skills']}}}\begin{{topic}}"]
    lines += [rf"\item[{tex(s['name'])}] {tex(', '.join(s['keywords']))}" for s in resume["skills"]]
    lines += [r"\end{topic}"]
    if resume["languages"]:
        spoken = "; ".join(f"{each['language']} ({each['fluency']})" for each in resume["languages"])
        lines += [rf"\section{{{named['languages']}}} {tex(spoken)}"]
    return "\n".join([*lines, r"\end{document}"])


def _plain_article(resume: JsonResume) -> str:
    """Print as students' résumés are widely printed: small headings over a rule, dates flush right, in tabulars."""
    basics, language = resume["basics"], resume["language"]
    named = headings(resume)
    contact = [basics["phone"], basics["email"], *(each["url"].removeprefix("https://") for each in basics["profiles"])]
    lines = [
        r"\documentclass[letterpaper,11pt]{article}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}",
        r"\usepackage[margin=0.6in]{geometry}\usepackage{titlesec,enumitem,hyperref,tabularx}\pagestyle{empty}",
        r"\titleformat{\section}{\scshape\raggedright\large}{}{0em}{}[\titlerule]\setlist{nosep}\setlength{\parindent}{0pt}",
        rf"\begin{{document}}\begin{{center}}{{\Huge\scshape {tex(basics['name'])}}}\\",
        rf"{' $|$ '.join(tex(part) for part in contact if part)}\end{{center}}",
    ]
    table = r"\begin{{tabular*}}{{\textwidth}}{{@{{}}l@{{\extracolsep{{\fill}}}}r@{{}}}}"
    row = table + r"\textbf{{{}}} & {} \\ \textit{{{}}} & \textit{{{}}}\end{{tabular*}}\par"
    lines += [rf"\section{{{named['education']}}}"]
    for study in resume["education"]:
        dates = period(study, language, work=False)
        lines += [row.format(tex(study["institution"]), tex(study.get("score", "")), degree(study, language), dates)]
    for part, company in (("work", "name"), ("volunteer", "organization")):
        lines += [rf"\section{{{named[part]}}}"] if resume[part] else []
        for post in resume[part]:
            dates, place = period(post, language, work=True), tex(post.get("location", ""))
            lines += [
                row.format(tex(post["position"]), dates, tex(post[company]), place),
                items(post["highlights"]),
            ]
    lines += [rf"\section{{{named['skills']}}}"]
    lines += [rf"\textbf{{{tex(s['name'])}}}: {tex(', '.join(s['keywords']))}\\" for s in resume["skills"]]
    return "\n".join([*lines, r"\end{document}"])


_CLASSES: Mapping[str, Callable[[JsonResume], str]] = {
    **{f"moderncv {style}": _moderncv(style) for style in ("banking", "casual", "classic", "fancy", "oldstyle")},
    "europasscv": _europasscv,
    "simplecv": _simplecv,
    "article": _plain_article,
    **FORMS,
}

OF_HALF: Mapping[str, Sequence[str]] = {
    "look": ("moderncv banking", "moderncv classic", "moderncv oldstyle", "simplecv"),
    "opened": ("moderncv casual", "moderncv fancy", "europasscv", "article"),
    "fresh": tuple(FORMS),
}


def pdf_by(name: str, resume: JsonResume) -> bytes:
    """Print a résumé by a class; raises `CalledProcessError` where TeX cannot."""
    with TemporaryDirectory() as folder:
        Path(folder, "resume.tex").write_text(_CLASSES[name](resume), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "resume.tex"]
        for _ in range(2):
            subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S, cwd=folder)
        return Path(folder, "resume.pdf").read_bytes()
