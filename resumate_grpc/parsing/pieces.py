"""Pieces: an entry's header without its dates, cut at gaps and separators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from resumate_grpc.parsing.dates import DateSpan
from resumate_grpc.parsing.entry_forms import form_label
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Fragment, Row
from resumate_grpc.parsing.places import is_wholly_place, place_likeness

__all__ = ["BARE_SCHOOL", "NAME_COMMA", "Piece", "is_duration", "is_own_account", "label_end", "pieces_of"]

_SEPARATOR = re.compile(
    r"\s+[-–—~]{1,3}\s+|\s*[|•·]\s*|\s+@\s+|\s*[—]\s*|\s{2,}|\s+//\s+|;\s+|(?<=[\u3040-\u30ff\u4e00-\u9fff])\s+(?=[\u3040-\u30ff\u4e00-\u9fff])|"
    r"(?:(?<=대학교)|(?<=대학원)|(?<=등학교)|(?<=학과)|(?<=학부)|(?<=전공))\s+|"
    r"\s*[,(]\s*(?:https?://\S+|www\.\S+|(?<![\w@.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:ru|com|net|org|io|de|fr|es|it|nl|br)(?:/\S*)?(?![\w.@])(?!\s+[^\W\d_]))\s*\)?\s*|"
    r"(?<=\))\.\s+(?=[^\W\d_a-z])|"
    r"(?<=公司|集团|大学|学院|银行|医院)\s+(?=\w)"
)
_DASH = re.compile(r"\s+[-–—]\s+")
"""What stands behind a label is one name, dashes and all: "Position: First Officer - Cargo"."""
_SLASH = re.compile(r"\s+/\s+")
"""Parts an employer from a place behind it, and else joins what is one name: "Owner / Manager"."""
_PLACE = 0.6
_PREPOSITION = re.compile(
    r"\s+(?:at|chez|bei|from|presso|bij)\s+(?=[^\W\d_]|\d[\d.]*\s?[A-Z]{2})|(?-i:(?<=[^\W\d_]{3})\s+n[oa]s?\s+(?!Área)(?=[A-ZÀ-Þ]))",
    re.IGNORECASE,
)
_POST_AT = re.compile(
    r"(?i:(?<=praktikum)|(?<=hilfskraft)|(?<=student)|(?<=studentin)|(?<=arbeit)|(?<=tutor)|(?<=tutorin))"
    r"\s+(?:an|am|im|beim)\s+(?!(?:\w*[Bb]ereich|\w*[Tt]eam|\w*[Aa]bteilung|Rahmen|Fach)\b)(?=[A-ZÄÖÜ])"
)
"""German "an" and "im" stand before much else, too: "Praktikum im Bereich Messtechnik"."""
_EMPLOYER = re.compile(r"\s(?:at|@|chez|bei|presso|bij|an|am|im|beim|n[oa]s?)\s+$", re.IGNORECASE)
_OPEN_BRACKET = re.compile(r"\s+\((?=[^()]{2,40}(?:,\s*)?$|[^()]{2,40},\s*\d)")
"""A bracket around a post and its dates, which were cut away: "Acme (Cook, 2019-2021)"."""
_LONGEST_AT = 12
_FULL_STOP = re.compile(r"(?<=[^\W\d_A-Z]{4})\.\s+(?=[^\W\d_a-z])")
"""In a list item without other signs, sentences part the names: "Técnico de redes. Telecom S.A., Bilbao."."""
_SENTENCE = re.compile(
    r"(?<=[^\W\d_A-Z]{6})\.\s+(?=[^\W\d_a-z][^\W\d_A-Z]+(?::(?:\s|$)|\s(?!(?:de|del|der|des|di|du|do|da|of|for|für|and|und|"
    r"et|la|le|y|e)\b)[^\W\d_A-Z]{3,}[\s.]))"
)
"""Where a sentence follows a name's full stop, abbreviations aside: "Tarn College. Currently working on …"."""
_SENTENCE_END = re.compile(r"[^\W\d_A-Z]{5}\.$")
_CAMPUS = re.compile(r"\buniversity(?: of)?(?: [A-Z][a-z]+){1,3}$", re.IGNORECASE)
"""Before "at" a university goes on: "University of Oregon at Bend"."""
_DURATION = re.compile(
    r"[(\[]?\s*(?:~|about |ca\.? )?\d{1,2}(?:[.,]\d)?\+?\s*(?:years?|yrs?|jahre?|ans?|anos?|años?|ann[io]|jaar|года?|"
    r"лет)(?![^\W\d_])\.?"
    r"(?:\s*,?\s*(?:(?:and|und|et|e|y|en) )?\d{1,2}\s*(?:months?|mos?|monate?n?|mois|m[eê]s(?:es)?|mes[ei]|"
    r"maand(?:en)?|месяц\w*|мес)(?![^\W\d_])\.?)?\s*[)\]]?"
    r"|[(\[]?\s*(?:(?:less than )?(?:an? |a few |"
    r"(?:one|two|three|four|five|six|eight|ten|eine?n?|zwei|drei|vier|fünf|sechs|acht|une?|deux|trois|quatre|cinq|six|"
    r"huit|una?|dos|tres|cuatro|cinco|seis|uma?|dois|duas|três|quatro|due|tre|quattro|cinque|sei|"
    r"[eé][eé]n|twee|drie|vijf|zes) )|\d{1,2}\s*)"
    r"(?:weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|months?|mos?|year|monate?n?|mois|m[eê]s(?:es)?|mes[ei]|maand(?:en)?|мес(?:яц\w*)?)\b\.?\s*[)\]]?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*(?:company|employer|organi[sz]ation|client|title|job title|position(?: held)?|role|designation|"
    r"location|place|city|town|country|duration|dates?|period|"
    r"(?:graduation |passing )?year(?: of (?:passing|graduation|completion))?|jahr|annee|ano|anno|"
    r"from|institution|university|college|school|degree|qualification|major|fields? of study|"
    r"field\(s\) of study|field|course|specialization|specialisation|"
    r"firma|arbeitgeber|unternehmen|stelle|tatigkeit|ort|stadt|land|studienrichtung|fachrichtung|zeitraum|"
    r"abschluss|hochschule|studiengang|"
    r"poste|fonction|entreprise|societe|employeur|lieu|ville|pays|domaine(?:s|\(s\))? d['’]etudes?|"
    r"periode|diplome|etablissement|"
    r"empresa|puesto|cargo|funcion|funcao|lugar|ciudad|cidade|localidade?|pais|campos? de estudios?|"
    r"dominio(?:s|\(s\))? de estudo|area de estudo|periodo|institucion|instituicao|titulo|curso|"
    r"azienda|datore di lavoro|posizione|ruolo|qualifica|luogo|citta|paese|campo(?:\(i\))? di studio|istituto|titolo|"
    r"werkgever|bedrijf|functie|plaats|stad|studierichting|periode|instelling|diploma|"
    r"должность|компания|организация|период|место|город|специальность|вуз|"
    r"公司|职位|学校|学位|专业|时间)\s*[:：]\s*",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:domain|industry|sector|team size|team|technolog(?:y|ies)|tech(?:nology)? stack|environment|tools|keywords|"
    r"reporting to|reports to|supervisor|branche|technologien|technologies utilisées|secteur|sector|setor|settore)"
    r"\s?:\s",
    re.IGNORECASE,
)
"""What tells more of a post below its names."""
_WITH_GRADE = re.compile(r"\s+with\s+(?:an?\s+)?(?:c?gpa\b.*|[\d.]+\s*(?:%|/|c?gpa).*|[\d.]+)$", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?:[&/(+-]|\b(?:of|and|in|for|the|de|und|et|y|der|des|at)|:)\s*$", re.IGNORECASE)
_NAME_END = re.compile(
    r"(?:(?:high|secondary|primary|business|law|medical|public|state|technical) )*"
    r"(?:school|college|university|institute)"
    r"|and .*|of .*|& .*",
    re.IGNORECASE,
)
"""What ends a name that began on the row above."""
_LEGAL_FORM = re.compile(
    r"(?:(?:g?GmbH|mbH|AG|KG|OHG|e\.V\.|Ltd|LLC|LLP|Inc|Corp|PLC|plc|S\.A|SA|SAS|SARL|S\.L|SL|S\.r\.l|SRL|S\.p\.A|SpA|B\.V|BV|N\.V|"
    r"Pty|Ltda|& Co)\b\.?)"
)
NAME_COMMA = re.compile(
    r",\s+(?!(?:g?GmbH|AG|KG|Ltd|LTD|LLC|L\.L\.C|LLP|LP|Inc|INC|Corp|PLC|plc|S\.A|SA|S\.L|SL|S\.r\.l|SRL|B\.V|BV|N\.V)"
    r"\b\.?(?:\s*$|,|\s\())"
)
"""A comma that parts names, none before the legal form of a firm: "Acme, Inc."."""
_ACRONYM = re.compile(r"\([A-Z]{2,8}\)")
"""A short form in brackets, on a row of its own below the name that it stands for."""
BARE_SCHOOL = re.compile(
    r"(?:universit(?:ät|y|é|à|y of)|universidad(?: de)?|universidade(?: de)?|hochschule|college)$", re.IGNORECASE
)
_WORKED = re.compile(r"(?:(?:have |has )?work(?:ed|ing)|served|employed|joined) as (?:an? |the )?", re.IGNORECASE)
_EMPLOYMENT = re.compile(
    r"(?:full|part)[ -]?time|contract|permanent|temporary|internship|seasonal|"
    r"vollzeit|teilzeit|"
    r"on-?site|удал[её]нная работа|проектная работа|полная занятость|частичная занятость|подработка|"
    r"cdi|cdd|stage|alternance|tiempo completo|medio tiempo|tempo (?:integral|pieno)|voltijd|deeltijd|to",
    re.IGNORECASE,
)
_OWN_ACCOUNT = re.compile(
    r"free-?lance(?:r)?|self[- ]employed|freiberuflich|selbst(?:st)?[aä]ndig|ind[eé]pendant|aut[oó]nomo|"
    r"libero professionista|independent|zzp(?:'er)?",
    re.IGNORECASE,
)
"""What stands for the employer of those who have none."""
_ENDED = frozenset(
    "卒業 入学 修了 中退 卒業見込み 入社 退社 退職 毕业 졸업 입학 수료 중퇴 재학 졸업예정 입사 퇴사".split()  # noqa: SIM905 - reads better
)
"""What says that something began or ended, beside its date."""
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
"""A web address that stands alone names neither post nor employer."""
_ENDED_LAST = re.compile(rf"\s(?:{'|'.join(_ENDED)})$")
_DATE_LEADS = frozenset(
    "between entre tra tussen zwischen da dal von vom du de del desde ab from с от".split()  # noqa: SIM905 - reads better
)
"""What stands alone before a date."""
_YEAR_WORD = re.compile(r"\s*г(?:г|ода?)?\.?\s*:\s*")
"""What Russian dates end in: "апрель 2013 г.:"."""
_FIRM = re.compile(r"(?:\(주\)|㈜|주식회사\s)\S+(?=(\s)\S)")
"""A Korean firm's name, behind which the post begins without a sign."""
_DATE_WORDS = re.compile(
    r"(?:\b(?:from|expected|anticipated|graduation|graduated|graduating|graduate|class of|date|"
    r"dates|duration|period|exp|"
    r"completed|conferred|present|current|voraussichtlich|seit|with|(?-i:in)|since|"
    r"conclu[ií]d[oa](?: em)?|cursando|in corso|en cours)\b[\s:.,)]*)+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a header; `row` and `order` count its rows and a row's pieces from 0, `label` is printed before it.

    `employer` tells that "at" (in some language) stands before it, `wrapped` that it ends a row that runs on,
    `joined` that it began on such a row.
    """

    finding: Finding
    row: int
    order: int
    bold: bool
    italic: bool
    label: str = ""
    employer: bool = False
    wrapped: bool = False
    joined: bool = False

    @property
    def text(self) -> str:
        """The piece's text, white space normalised."""
        return self.finding.text


def pieces_of(header: Sequence[Row], dates: Sequence[DateSpan], text: str) -> list[Piece]:
    """Cut the rows at dates, durations, gaps and separators; what bears no letter is left out."""
    pieces: list[Piece] = []
    for number, row in enumerate(header):
        order = 0
        label = form_label(row)
        if label == "tasks" or (number and _ASIDE.match(row.text)):
            continue
        for fragment in row.fragments[1:] if label else row.fragments:
            for start, end in _runs(_parts(fragment, dates, text, stops=row.bullet), fragment, text):
                if piece := _piece(text, start, end, fragment, number, order):
                    pieces.append(replace(piece, label=label) if label else piece)
                    order += 1
        if order and row.wrapped:
            pieces[-1] = replace(pieces[-1], wrapped=pieces[-1].finding.end >= row.end - 1)
    return _whole_names(pieces, text)


def _whole_names(pieces: Sequence[Piece], text: str) -> list[Piece]:
    """Join a name that was broken over two rows of the same print: "University of", "Fine Arts"."""
    joined: list[Piece] = []
    for piece in pieces:
        above = joined[-1] if joined else None
        if above and _runs_on(above, piece, text) and (whole := found(text, above.finding.start, piece.finding.end)):
            joined[-1] = replace(
                above,
                finding=whole,
                row=piece.row,
                wrapped=piece.wrapped,
                joined=above.joined
                or above.wrapped
                or _UNFINISHED.search(above.text) is not None
                or (_NAME_END.fullmatch(piece.text) is not None and " " not in piece.text),
            )
        else:
            joined.append(piece)
    return joined


def _runs_on(above: Piece, piece: Piece, text: str) -> bool:
    between = text[above.finding.end : piece.finding.start]
    alike = above.bold == piece.bold and above.italic == piece.italic and not piece.label
    if piece.order or piece.row != above.row + 1 or not alike or between.strip() or "\n" not in between:
        return False
    return (
        above.wrapped
        or _UNFINISHED.search(above.text) is not None
        or (above.text.count("(") > above.text.count(")") and ")" in piece.text)
        or _NAME_END.fullmatch(piece.text) is not None
        or _LEGAL_FORM.match(piece.text) is not None
        or (_ACRONYM.fullmatch(piece.text) is not None and above.bold)
        or (BARE_SCHOOL.search(above.text) is not None and is_wholly_place(piece.text))
    )


def _parts(fragment: Fragment, dates: Sequence[DateSpan], text: str, *, stops: bool) -> Iterator[tuple[int, int]]:
    left = fragment.start
    for span in dates:
        if span.start >= fragment.end or span.end <= fragment.start:
            continue
        yield from _split(text, left, max(left, span.start), stops=stops, dated=True)
        left = min(fragment.end, max(left, span.end))
    yield from _split(text, left, fragment.end, stops=stops)


def _runs(spans: Iterator[tuple[int, int]], fragment: Fragment, text: str) -> Iterator[tuple[int, int]]:
    """Cut the spans also where the print changes and a new name begins: a bold title, then a plain company."""
    for start, end in spans:
        left = start
        for cut in fragment.breaks:
            begins = left < cut < end and text[cut].isupper() and len(text[left:cut].split()) > 0
            if begins and not _UNFINISHED.search(text[left:cut]):
                yield left, cut
                if text[left:cut].rstrip().endswith(".") and text[cut:end].rstrip().endswith("."):
                    return  # a sentence behind the names
                left = cut
        yield left, end


def _split(text: str, start: int, end: int, *, stops: bool, dated: bool = False) -> Iterator[tuple[int, int]]:
    left = start
    if firm := _FIRM.search(text, start, end):
        yield from ((start, firm.end()), *_split(text, firm.end(), end, stops=stops))
        return
    said = None if stops else _SENTENCE.search(text, start, end)
    end = said.start() if said else end
    prepositions = [
        cut
        for cut in _PREPOSITION.finditer(text, start, end)
        if not _CAMPUS.search(text, start, cut.start())
        and text.count("(", start, cut.start()) <= text.count(")", start, cut.start())
    ]
    prepositions += _POST_AT.finditer(text, start, end)
    named_at = max((cut.start() for cut in prepositions if _EMPLOYER.fullmatch(cut[0])), default=start)
    full_stops = _FULL_STOP.finditer(text, start, end) if stops else ()
    slashes = (cut for cut in _SLASH.finditer(text, start, end) if place_likeness(text[cut.end() : end]) >= _PLACE)
    cuts = [*_SEPARATOR.finditer(text, start, end), *slashes, *prepositions, *full_stops]
    if dated and text.count("(", start, end) > text.count(")", start, end):
        cuts += _OPEN_BRACKET.finditer(text, start, end)
    if (asked := _LABEL.match(fold(text[start:end]))) and asked.end() > 1:
        cuts = [cut for cut in cuts if not _DASH.fullmatch(cut[0]) or ":" in text[cut.end() : end]]
    # "Solutions Engineer — Public Sector at Ironwood": what comes before "at" is one post.
    cuts = [cut for cut in cuts if cut.start() >= named_at or not _DASH.fullmatch(cut[0])]
    for cut in sorted(cuts, key=lambda match: match.start()):
        if cut.start() >= left:
            yield left, cut.start()
            left = cut.end()
            if cut[0].startswith(".") and not stops:
                return  # what follows the names' full stop tells what was done
    yield left, end


def _piece(text: str, start: int, end: int, fragment: Fragment, row: int, order: int) -> Piece | None:
    for match in _DURATION.finditer(text, start, end):
        if match.start() - start <= 3 or end - match.end() <= 3:  # noqa: PLR2004 - at an edge, brackets and comma aside
            start, end = (match.end(), end) if match.start() - start <= 3 else (start, match.start())  # noqa: PLR2004
            break
    if year := _YEAR_WORD.match(text, start, end):
        start = year.end()
    if grade := _WITH_GRADE.search(text, start, end):
        end = grade.start()
    if words := _DATE_WORDS.search(text, start, end):
        end = words.start()
    label = _LABEL.match(fold(text[start:end]))
    lead = label or _WORKED.match(text[start:end].lstrip())
    finding = found(text, start + (lead.end() if lead else 0), end)
    if finding and _SENTENCE_END.search(finding.text):
        finding = found(text, finding.start, finding.end - 1)
    if finding and (ended := _ENDED_LAST.search(finding.text)) and ended.start() > 0:
        finding = found(text, finding.start, finding.end - (len(finding.text) - ended.start()))
    if finding and (_EMPLOYMENT.fullmatch(finding.text) or finding.text in _ENDED or fold(finding.text) in _DATE_LEADS):
        return None
    if not finding or not any(char.isalpha() for char in finding.text) or _ADDRESS.fullmatch(finding.text):
        return None
    named = fold(label[0]).strip(" :：") if label else ""
    bold, italic = fragment.print_at(finding.start)
    return Piece(
        finding=finding, row=row, order=order, bold=bold, italic=italic, label=named,
        employer=_EMPLOYER.search(text, max(fragment.start, start - _LONGEST_AT), start) is not None,
    )  # fmt: skip


def is_own_account(printed: str) -> bool:
    """Whether the text says that somebody works for himself: "Freelance", "Self-employed"."""
    return _OWN_ACCOUNT.fullmatch(printed.strip()) is not None


def is_duration(printed: str) -> bool:
    """Whether the text is a length of time and nothing else: "2 years 3 months"."""
    return _DURATION.fullmatch(printed.strip()) is not None


def label_end(printed: str) -> int:
    """Return where a label that begins the text ends ("Degree: "), 0 where there is none."""
    label = _LABEL.match(fold(printed))
    return label.end() if label else 0
