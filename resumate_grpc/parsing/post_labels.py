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
    ["location", "place", "city", "town", "country", "ort", "stadt", "land", "lieu", "ville", "pays", "lugar", "ciudad",
     "cidade", "localidad", "localidade", "pais", "luogo", "citta", "paese", "plaats", "stad", "город"]
)  # fmt: skip
