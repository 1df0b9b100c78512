"""DOCX → draft: headers, then the body, then footers."""

from __future__ import annotations

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.docx_package import open_docx
from resumate_grpc.parsing.docx_styles import DocxStyles
from resumate_grpc.parsing.docx_walk import DocxWalk
from resumate_grpc.parsing.draft import DraftPage

__all__ = ["read_docx"]


def read_docx(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a DOCX: headers, then the body, then footers.

    Raises `ParsingError` as `open_docx` does. Hidden text is left out, with a warning.
    """
    package = open_docx(content)
    walk = DocxWalk(styles=DocxStyles(package.styles))
    for header in package.headers.values():
        walk.margins([header.root], BlockKind.HEADER, links=header.links)
    walk.part(package.document.root, BlockKind.TEXT, links=package.document.links)
    for footer in package.footers.values():
        walk.margins([footer.root], BlockKind.FOOTER, links=footer.links)
    return DraftPage(blocks=tuple(walk.writer.blocks)), walk.warnings
