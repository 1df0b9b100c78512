"""What is printed before the parts of a post or of studies in labelled lines, folded, in several languages."""

from __future__ import annotations

__all__ = ["COMPANY_LABELS", "DEGREE_LABELS", "PLACE_LABELS", "SCHOOL_LABELS", "TITLE_LABELS"]

TITLE_LABELS = frozenset(
    [
        "title",
        "job title",
        "position",
        "position held",
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
SCHOOL_LABELS = frozenset(
    ["institution", "university", "college", "school", "hochschule", "etablissement", "institucion", "instituicao",
     "istituto", "instelling", "вуз", "学校"]
)  # fmt: skip
DEGREE_LABELS = frozenset(["degree", "qualification", "abschluss", "diplome", "titulo", "titolo", "diploma", "学位"])
