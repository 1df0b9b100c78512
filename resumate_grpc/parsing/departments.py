"""Departments: the part of an organisation that is named beside it: "University of Ostrelle, Faculty of Law"."""

from __future__ import annotations

import re

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.places import is_wholly_place

__all__ = ["without_department"]

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
_WHOLE = (Term.INSTITUTION, Term.ORGANISATION)


def without_department(finding: Finding, text: str, terms: Terms) -> Finding:
    """Return the organisation that a name tells beside one of its parts, else the name as it is.

    What stands before its part needs no telling word; what stands behind it must name an organisation.
    """
    cuts = list(_CUT.finditer(text, finding.start, finding.end))
    for cut in cuts:
        if _is_part(text[cut.end() : finding.end]) and not _is_part(text[finding.start : cut.start()]):
            return found(text, finding.start, cut.start(), finding.confidence) or finding
    for cut in reversed(cuts):
        rest = text[cut.end() : finding.end]
        if _is_part(text[finding.start : cut.start()]) and not _is_part(rest) and not is_wholly_place(rest):
            if any(terms.has(term, cut.end(), finding.end) for term in _WHOLE):
                return found(text, cut.end(), finding.end, finding.confidence) or finding
            break
    return finding


def _is_part(printed: str) -> bool:
    folded = fold(printed).strip()
    return _HEAD.match(folded) is not None or _TAIL.fullmatch(folded) is not None
