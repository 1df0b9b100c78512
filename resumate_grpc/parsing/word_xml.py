"""Word 2003 XML → draft: its words are those of DOCX before they were renamed, so they are renamed and walked."""

from __future__ import annotations

from lxml import etree

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.docx_styles import DocxStyles, W
from resumate_grpc.parsing.docx_walk import DocxWalk, R
from resumate_grpc.parsing.draft import DraftPage
from resumate_grpc.parsing.safe_xml import parse_xml

__all__ = ["read_word_xml"]

_OLD = "{http://schemas.microsoft.com/office/word/2003/wordml}"
_HINTS = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
_NOTES = "{http://schemas.microsoft.com/aml/2001/core}"
_RENAMED = {
    f"{_OLD}listPr": f"{W}numPr",
    f"{_OLD}ilfo": f"{W}numId",
    f"{_OLD}hlink": f"{W}hyperlink",
    f"{_HINTS}sect": f"{W}sdt",
    f"{_HINTS}sub-section": f"{W}sdt",
    f"{_HINTS}pBdrGroup": f"{W}sdt",
    f"{_HINTS}allowEmptyCollapse": f"{W}sdt",
    f"{_NOTES}content": f"{W}sdt",
}
_REVISIONS = {"Word.Insertion": f"{W}ins", "Word.Formatting": f"{W}ins", "Word.Deletion": f"{W}del"}


def read_word_xml(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a Word 2003 XML document: headers, then the body, then footers.

    Raises `ParsingError` (CORRUPT_FILE). Hidden text is left out, with a warning.
    """
    root = parse_xml(content)
    links = _rename(root)
    body = root.find(f"{W}body")
    if body is None:
        raise ParsingError(
            ErrorReason.CORRUPT_FILE, "the document has no body; open it in Word, save it as .docx, try again"
        )
    walk = DocxWalk(styles=DocxStyles(root.find(f"{W}styles")))
    walk.margins(body.iter(f"{W}hdr"), BlockKind.HEADER, links=links)
    walk.part(body, BlockKind.TEXT, links=links)
    walk.margins(body.iter(f"{W}ftr"), BlockKind.FOOTER, links=links)
    return DraftPage(blocks=tuple(walk.writer.blocks)), walk.warnings


def _rename(root: etree._Element) -> dict[str, str]:
    """Give elements and attributes the names of DOCX; return the targets of hyperlinks, which stand for themselves."""
    links: dict[str, str] = {}
    for element in root.iter(f"{_OLD}*", f"{_HINTS}*", f"{_NOTES}*"):
        old = str(element.tag)
        if old == f"{_NOTES}annotation":
            element.tag = _REVISIONS.get(element.get(f"{_OLD}type", ""), old)
        else:
            element.tag = _RENAMED.get(old, old.replace(_OLD, W))
        for name in list(map(str, element.attrib)):
            if name.startswith(_OLD):
                element.set(name.replace(_OLD, W), element.get(name, ""))
        target = element.get(f"{W}dest")
        if old == f"{_OLD}hlink" and target:
            links[target] = target
            element.set(f"{R}id", target)
    return links
