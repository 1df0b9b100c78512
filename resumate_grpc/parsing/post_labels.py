"""What is printed before the parts of a post in labelled lines, folded, in several languages."""

from __future__ import annotations

__all__ = ["COMPANY_LABELS", "PLACE_LABELS", "TITLE_LABELS"]

TITLE_LABELS = frozenset(
    [
        "title",
        "job title",
        "position",
        "role",
        "designation",
        "stelle",
        "tatigkeit",
        "poste",
        "fonction",
        "puesto",
        "cargo",
        "funcion",
        "funcao",
        "posizione",
        "ruolo",
        "qualifica",
        "functie",
        "должность",
        "职位",
    ]
)
COMPANY_LABELS = frozenset(
    [
        "company",
        "employer",
        "organization",
        "organisation",
        "client",
        "firma",
        "arbeitgeber",
        "unternehmen",
        "societe",
        "employeur",
        "azienda",
        "datore di lavoro",
        "werkgever",
        "bedrijf",
        "entreprise",
        "empresa",
        "компания",
        "организация",
        "公司",
    ]
)
PLACE_LABELS = frozenset(
    ["location", "place", "ort", "lieu", "lugar", "ciudad", "cidade", "localidad", "luogo", "citta", "plaats", "город"]
)
