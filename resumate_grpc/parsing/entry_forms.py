"""Forms that print what they ask for at the left of each row, as the older Europass does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row

__all__ = ["form_label", "without_broken_labels"]

_LONG_LABEL = 12
_FORM_LABELS = {
    "title": frozenset(
        ["occupation or position held", "position held", "job title", "tipo di impiego", "lavoro o posizione ricoperti",
         "profesion o cargo desempenado", "puesto desempenado", "fonction ou poste occupe", "funcao ou cargo ocupado",
         "beruf oder funktion", "functie", "puesto", "cargo", "poste", "ruolo"]
    ),
    "company": frozenset(
        ["name and address of employer", "employer", "datore di lavoro", "nome e indirizzo del datore di lavoro",
         "nombre y direccion de la empresa", "nom et adresse de l'employeur", "nome e endereco do empregador",
         "name und adresse des arbeitgebers", "arbeitgeber", "werkgever", "employeur", "empresa", "azienda"]
    ),
    "tasks": frozenset(
        ["main activities and responsibilities", "type of business or sector", "principali mansioni e responsabilita",
         "tipo di azienda o settore", "principales funciones y responsabilidades",
         "funciones y responsabilidades principales",
         "tipo de empresa o sector", "principales activites et responsabilites", "type ou secteur d'activite",
         "wichtigste tatigkeiten und zustandigkeiten", "tatigkeitsbereich oder branche",
         "principais actividades e responsabilidades", "tipo de empresa ou sector",
         "principal subjects/occupational skills covered", "principal subjects / occupational skills covered",
         "level in national or international classification"]
    ),
    "other": frozenset(
        ["name and type of organisation providing education and training", "dates",
         "date", "datum", "fechas", "datas", "from", "title of qualification awarded", "qualifica conseguita",
         "titolo della qualifica rilasciata", "titulo de la cualificacion obtenida", "intitule du diplome delivre",
         "bezeichnung der erworbenen qualifikation", "istituto", "institution"]
    ),
}  # fmt: skip
"""What forms such as the older Europass print at the left of each row."""


def form_label(row: Row) -> str:
    """Return what the first fragment of a form's row asks for: "title", "company", "tasks", "other"; empty for none.

    A long label may be broken over two rows: its beginning is enough.
    """
    if len(row.fragments) < 2:  # noqa: PLR2004 - label and answer
        return ""
    asked = re.sub(r"\s*[(:：].*$", "", fold(row.fragments[0].text)).strip()
    for kind, labels in _FORM_LABELS.items():
        if asked in labels or (len(asked) > _LONG_LABEL and any(label.startswith(asked) for label in labels)):
            return kind
    return ""


def without_broken_labels(rows: Sequence[Row]) -> list[Row]:
    """Drop the rows that only carry on the label of the row above: "Main activities and", "responsibilities"."""
    kept: list[Row] = []
    asked = ""
    for row in rows:
        if asked and _carries_on(f"{asked} {fold(row.text)}"):
            asked = f"{asked} {fold(row.text)}"
            continue
        asked = fold(row.fragments[0].text) if form_label(row) else ""
        kept.append(row)
    return kept


def _carries_on(label: str) -> bool:
    return any(known.startswith(label) for labels in _FORM_LABELS.values() for known in labels)
