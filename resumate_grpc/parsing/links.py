"""Links: printed addresses and the targets behind words and icons, sorted by what they lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from resumate_grpc.parsing.document import Document, Link
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.folding import fold

__all__ = ["EMAIL", "URL", "WebLink", "WebLinkKind", "web_links_of"]

EMAIL = re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w-])")
_TLD = (
    "com|org|net|io|dev|me|co|app|ai|tech|info|eu|edu|gov|xyz|site|online|blog|page|website|space|cloud|design|studio|"
    "de|at|ch|fr|es|it|nl|be|pt|br|mx|ar|cl|co\\.uk|uk|us|ca|au|in|ru|cn|jp|kr|pl|se|no|fi|dk|cz|hu|ro|gr|tr|ie|nz|tv|"
    "works|engineer|academy|world|life|pro|name|biz|example(?!\\s?\\.\\s?\\w)|sh|gg|so|to|is|cc|id|sg|hk|tw|za|ua|kz"
)
URL = re.compile(
    rf"(?:https?://|www\.)[^\s<>()|,;\"']+|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?:{_TLD})(?![\w.-]*@)(?:/[^\s<>()|,;\"']*|"
    rf"(?![\w-]))",
    re.IGNORECASE,
)
_LINKEDIN = re.compile(r"linkedin\.com/(?:in|pub)/|linkedin\.com/[\w%-]+/?$", re.IGNORECASE)
_GITHUB_USER = re.compile(r"(?:^|//|\.)github\.com/[\w.-]+/?(?:[?#].*)?$", re.IGNORECASE)
_GITHUB_PAGES = re.compile(r"[\w-]+\.github\.(?:io|com)", re.IGNORECASE)
_NO_PORTFOLIO = re.compile(
    r"linkedin\.|github\.com|gitlab\.com|twitter\.|//x\.com|^x\.com|facebook\.|instagram\.|youtube\.|"
    r"youtu\.be|medium\.com|"
    r"stackoverflow\.|stackexchange\.|t\.me/|telegram|wa\.me|whatsapp|skype|goo\.gl|google\.com|scholar\.|orcid\.|"
    r"researchgate\.|leetcode\.|hackerrank\.|kaggle\.|codeforces|dribbble\.com|xing\.com|bitbucket\.|"
    r"discord|pinterest\.|soundcloud\.|myspace\.|spotify\.|vimeo\.|twitch\.|tiktok\.|flickr\.|tumblr\.|quora\.|"
    r"threads\.net|vk\.com|weibo\.|zhihu\.|angel\.co|wellfound\.|gitee\.|codepen\.|npmjs\.|pypi\.org|"
    r"reddit\.|indeed\.|glassdoor\.|monster\.|mastodon|bsky\.|credly\.|coursera\.|udemy\.|doi\.org|"
    r"arxiv\.org|apple\.com|play\.google|maps\.|mailto:|tel:",
    re.IGNORECASE,
)
_NEAR = 8
_NEAR_EMAIL = 65
_BEGUN_EMAIL = re.compile(r"[\w.+%-]@(?:[\w-]*|[\w.-]*[.-])\n\Z")
_MARKED_REST = re.compile(r"\n([\w%/.-]+)\s*\((?:LinkedIn|Personal|Portfolio|Company|Blog|Other)\)")
"""How the PDF that LinkedIn makes of a profile goes on below an address that its column broke."""
_FILE_NAME = re.compile(
    r"^(?:asp|node|vue|next|react|d3|three|express|ado|vb|socket|backbone|ember|require)\.\w+$", re.IGNORECASE
)


class WebLinkKind(Enum):
    """What a link leads to."""

    LINKEDIN = "linkedin"
    GITHUB = "github"
    PORTFOLIO = "portfolio"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebLink:
    """One link; `printed` tells that the address itself stands in the text, `page` 0 where unknown."""

    kind: WebLinkKind
    finding: Finding
    printed: bool
    page: int


def web_links_of(document: Document) -> tuple[WebLink, ...]:
    """Return every web address, the printed ones first, each group in the document's order."""
    printed = tuple(_whole(link, document) for link in _printed(document.text))
    behind = tuple(_behind(link, document.text) for link in document.links if _is_web(link))
    return (*printed, *behind)


def _whole(link: WebLink, document: Document) -> WebLink:
    """Return an address with what a narrow column broke off it, as its link or a profile's own mark behind it tells."""
    finding, text = link.finding, document.text
    if text[finding.start - 1 : finding.start] == "\n" and (whole := _with_head(finding, document)):
        return replace(link, kind=_kind(whole.text), finding=whole)
    if text[finding.end : finding.end + 1] != "\n":
        return link
    bare = _bare(finding.text)
    for target in document.links:
        longer = _bare(target.uri)
        if abs(target.start - finding.start) <= _NEAR and target.end > finding.end and longer.startswith(bare):
            return _longer(link, longer[len(bare) :], target.end)
    broken = link.kind is WebLinkKind.LINKEDIN or finding.text.endswith(("-", "/"))
    if broken and (rest := _MARKED_REST.match(text, finding.end)):
        return _longer(link, rest[1], rest.end(1))
    return link


def _with_head(finding: Finding, document: Document) -> Finding | None:
    """Return an address with its head on the row above, where the link around both leads there."""
    bare = _bare(finding.text).casefold()
    for target in document.links:
        if target.start < finding.start and finding.end <= target.end:
            longer = _bare(target.uri)
            head = longer[: -len(bare)] if longer.casefold().endswith(bare) else ""
            above = document.text[: finding.start - 1][-len(head) - 1 :]
            if head and above.rstrip("-").casefold().endswith(head.rstrip("-").casefold()):
                start = finding.start - 1 - len(head) - (above.endswith("-") and not head.endswith("-"))
                return replace(finding, text=longer, start=max(0, start))
    return None


def _longer(link: WebLink, rest: str, end: int) -> WebLink:
    text = link.finding.text + rest
    return replace(link, kind=_kind(text), finding=replace(link.finding, text=text, end=end))


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.rstrip("/"), flags=re.IGNORECASE)


def _is_web(link: Link) -> bool:
    return link.uri.lower().startswith(("http://", "https://", "www.")) or bool(URL.fullmatch(link.uri))


def _printed(text: str) -> list[WebLink]:
    links = []
    for match in URL.finditer(text):
        address = match[0].rstrip(".:")
        before = text[match.start() - 1 : match.start()]
        if (
            before == "@"
            or _FILE_NAME.match(address)
            or _BEGUN_EMAIL.search(text, max(0, match.start() - _NEAR_EMAIL), match.start())
        ):
            continue
        finding = Finding(text=address, start=match.start(), end=match.start() + len(address), confidence=0.93)
        links.append(WebLink(kind=_kind(address), finding=finding, printed=True, page=0))
    return links


def _behind(link: Link, text: str) -> WebLink:
    start = min(max(0, link.start), len(text))
    span = (start, max(start, min(link.end, len(text))))
    finding = Finding(text=link.uri, start=span[0], end=span[1], confidence=0.88)
    return WebLink(kind=_kind(link.uri), finding=finding, printed=False, page=link.page)


def _kind(address: str) -> WebLinkKind:
    folded = fold(address)
    if _LINKEDIN.search(folded) and "/company/" not in folded:
        return WebLinkKind.LINKEDIN
    if _GITHUB_USER.search(folded) or (folded.startswith("github.com/") and folded.count("/") == 1):
        return WebLinkKind.GITHUB
    if _GITHUB_PAGES.search(folded) and "github.com/" not in folded:
        return WebLinkKind.PORTFOLIO
    return WebLinkKind.OTHER if _NO_PORTFOLIO.search(folded) else WebLinkKind.PORTFOLIO
