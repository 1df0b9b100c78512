"""Departments: the part of an organisation that is named beside it: "University of Ostrelle, Faculty of Law"."""

from __future__ import annotations

import re

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.study_parts import has_institution

__all__ = ["employer_of", "whole_school", "without_department"]

_CUT = re.compile(r",\s+|\s+[-–—/]\s+")
_HEAD = re.compile(
    r"(?:the )?(?:dep(?:artmen)?t\b\.?|faculty|school of|division|laborator(?:y|ies) (?:of|for)|chair of|college of|"
    r"(?:institute|center|centre|office|unit) (?:of|for)|"
    r"abteilung|fachbereich|fakultat|lehrstuhl|fachgebiet|institut fur|arbeitsgruppe|dezernat|"
    r"departement|laboratoire|faculte|ufr|ecole doctorale|unite de|institut d[e']|"
    r"departamento|depto\.?|facultad|faculdade|decanato|laborat[oó]rio|unidade? de|instituto de|"
    r"dipartimento|facolta|istituto di|afdeling|faculteit|vakgroep)(?![^\W\d_])"
)
"""How the name of a part begins, folded: closed words of seven languages."""
_TAIL = re.compile(r".+ (?:dep(?:artmen)?t\.?|division|faculty|lab|laboratory)(?: \([^()]*\))?")
_CAMPUS = re.compile(r"(?:UC|UT|UNC|UW|CU|SUNY|CUNY|TU|FU|HU|LMU|ETH|FH) [A-Z][a-z]+")
"""Universities called by letters and a town: "UC Wexmoor", "TU Graz"."""
_ROW_END = re.compile(r"[\n\t]")
_WITHIN = re.compile(
    r"\b(?:cent(?:er|re|ro)|zentrum|program(?:me)?|lab|laborator(?:y|ies|io|ium)|group|gruppe|groupe|observatory|project|"
    r"office|library|museum|initiative)\b"
)
"""What names a part where a university follows, wherever in the name it stands."""


def employer_of(company: Finding, place: Finding | None, text: str, terms: Terms) -> tuple[Finding, Finding | None]:
    """Return the employer without its department, and the place, which may have begun with the university's name."""
    comma = _CUT.search(text, place.start, place.end) if place else None
    if place and comma and _within(company.text) and has_institution(terms, text, place.start, comma.start()):
        whole, rest = found(text, place.start, comma.start()), found(text, comma.end(), place.end)
        if whole and rest:
            return whole.trusted(company.confidence), rest.trusted(place.confidence)
    lead = _CUT.match(text, company.end)
    if lead and _within(company.text):
        stops = (_CUT.search(text, lead.end()), _ROW_END.search(text, lead.end()))
        stop = min((cut.start() for cut in stops if cut), default=len(text))
        skipped = found(text, lead.end(), stop, company.confidence)
        if skipped and has_institution(terms, text, skipped.start, skipped.end):
            return skipped, place
    employer = without_department(company, text)
    for cut in reversed(list(_CUT.finditer(text, employer.start, employer.end))):
        part = text[employer.start : cut.start()]
        named = has_institution(terms, text, cut.end(), employer.end) or _CAMPUS.match(text, cut.end(), employer.end)
        if named and _within(part) and not _within(text[cut.end() : employer.end]):
            return found(text, cut.end(), employer.end, employer.confidence) or employer, place
    return employer, place


def _within(printed: str) -> bool:
    return _is_part(printed) or _WITHIN.search(fold(printed)) is not None


def without_department(finding: Finding, text: str) -> Finding:
    """Return an organisation's name without the part named behind it."""
    for cut in _CUT.finditer(text, finding.start, finding.end):
        if _is_part(text[cut.end() : finding.end]) and not _is_part(text[finding.start : cut.start()]):
            return found(text, finding.start, cut.start(), finding.confidence) or finding
    return finding


def whole_school(finding: Finding, text: str, terms: Terms) -> Finding:
    """Return the school that a name tells beside its faculty, in either order: "Faculty of Law, Ostrelle College"."""
    school = without_department(finding, text)
    for cut in reversed(list(_CUT.finditer(text, school.start, school.end))):
        part, rest = text[school.start : cut.start()], text[cut.end() : school.end]
        if _is_part(part) and not _is_part(rest) and terms.has(Term.INSTITUTION, cut.end(), school.end):
            return found(text, cut.end(), school.end, school.confidence) or school
    return school


def _is_part(printed: str) -> bool:
    folded = fold(printed).strip()
    return _HEAD.match(folded) is not None or _TAIL.fullmatch(folded) is not None
