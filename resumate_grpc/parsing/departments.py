"""Departments: the part of an organisation that is named beside it: "University of Ostrelle, Faculty of Law"."""

from __future__ import annotations

import re

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.nlp import Term, Terms

__all__ = ["whole_school", "without_department"]

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


def without_department(finding: Finding, text: str) -> Finding:
    """Return an organisation's name without the part named behind it; one that stands before it is left as it is."""
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
