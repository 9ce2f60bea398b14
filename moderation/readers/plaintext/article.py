"""Tell the article of a plain-text page from its menus, share links and related posts.

Blocks of prose are kept from the first to the last, with the short headings between them; a list
is prose when its entries are. The rule is that of Kohlschütter et al. 2010, "Boilerplate
detection using shallow text features": length and neighbours decide, no site's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.readers.bylines.dates import stamp
from moderation.readers.bylines.headings import is_about_comments, is_comment_heading
from moderation.readers.bylines.heads import is_button, is_date_line

if TYPE_CHECKING:
    from moderation.readers.plaintext.lists import Line

_PROSE = 80  # characters of a block that is a paragraph rather than a heading or button
_BODY = 120  # characters of a block with which an article may begin, whatever it ends with
_AFTER = 3  # blocks between article and comments that may speak of comments
_ENTRY = 50  # characters on average of a list's entries that are sentences
_SENTENCE = 40  # characters, when it ends as a sentence does
_TITLE = 200  # characters of a title at most
_BEFORE = 12  # blocks before an article's first paragraph in which its title is looked for
_QUOTED = re.compile(r"(?:[“„«]|(?<=\s)\")(?P<title>.+)[”“»\"]")
_CRUMBS = re.compile(
    r"\s(?:»|›|>>|→)\s|\w\s*>\s*\w.*>|^(?:home|start|inicio|accueil)\w*\s*[>»/›]", re.I
)
_PAGER = re.compile(r"^\s*[←«‹→]|[→»›←]\s*$")
_BYLINE = re.compile(r"^(?:by|von|por|par|di|door|posted|written)\b", re.IGNORECASE)
_CHROME = re.compile(
    r"cookies?|newsletter|subscribe|abonnieren|suscr[ií]b|all rights reserved|alle rechte"
    r"|javascript|privacy policy|datenschutz|e-?mail (?:address|adresse)|image credit|sign up"
    r"|log ?in|(?:skip|jump) to|zum inhalt|(?:previous|next) (?:post|article)"
    r"|vorheriger|nächster beitrag",
    re.IGNORECASE,
)


def article_of(lines: list[Line], heading: str) -> tuple[str | None, str | None]:
    """Title and text of the page's article from the lines before its comments.

    heading: the line over the comments, which often quotes the title.
    """
    blocks = _blocks(lines)
    title = _quoted(heading) or _title(blocks, heading)
    prose = [at for at, block in enumerate(blocks) if _is_prose(block, title)]
    for _ in range(_AFTER):  # the house rules and the heading of the comments
        if prose and is_about_comments(_words(blocks[prose[-1]])):
            prose.pop()
    shown = (
        [
            blocks[at]
            for at in range(prose[0], prose[-1] + 1)
            if at in prose or _is_heading(blocks[at], title)
        ]
        if prose
        else []
    )
    text = "\n\n".join("\n".join(_shown(line) for line in block) for block in shown)
    return title, text or None


def _words(block: list[Line]) -> str:
    return " ".join(line.text for line in block)


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Paragraphs, and each list as one block."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and _goes_on(blocks[-1], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _goes_on(block: list[Line], line: Line) -> bool:
    """True when a line belongs to the block over it."""
    first = block[0]
    if first.kind:
        return line.indent > first.indent or (bool(line.kind) and line.indent == first.indent)
    return not line.kind and not line.loose and (line.indent == first.indent or not line.indent)


def _is_prose(block: list[Line], title: str | None) -> bool:
    text = _words(block)
    longest = max(len(line.text) for line in block)
    if block[0].kind:
        entries = sum(bool(line.kind) for line in block)
        ended = sum(_ends(line.text) for line in block)
        return len(text) >= _ENTRY * entries and 2 * ended >= entries
    if longest <= _PROSE and any(_CHROME.search(line.text) for line in block):
        return False
    if text == title or _is_furniture(text):
        return False
    return longest >= _PROSE or (_ends(block[-1].text) and longest >= _SENTENCE)


def _ends(text: str) -> bool:
    """True when a line ends as a sentence does."""
    return text.rstrip('"”“»)’ ').endswith((".", "!", "?", "…", ":"))


def _is_furniture(text: str) -> bool:
    """True for breadcrumbs, and for the links to the posts before and after."""
    return not _ends(text) and bool(_CRUMBS.search(text) or _PAGER.search(text))


def _is_heading(block: list[Line], title: str | None) -> bool:
    if len(block) > 2 or block[0].kind:
        return False
    return not any(
        is_button(line.text)
        or is_date_line(line.text)
        or line.text == title
        or _is_furniture(line.text)
        or _CHROME.search(line.text)
        for line in block
    )


def _quoted(heading: str) -> str | None:
    """The title that the heading of the comments quotes."""
    quotation = _QUOTED.search(heading) if len(heading) <= 300 else None
    return quotation["title"].strip('“”„«»" ') if quotation else None


def _title(blocks: list[list[Line]], heading: str) -> str | None:
    """The title: of the lone lines before the article the one that fits best.

    What the heading of the comments or a breadcrumb says again is it. Else a title is long,
    stands near the article's first paragraph, and does not end as a sentence does.
    """
    body = next((at for at, block in enumerate(blocks) if _is_body(block)), len(blocks))
    crumbs = " ".join(
        line.text for block in blocks[: body + 1] for line in block if _is_crumb(line)
    )
    best: tuple[float, str] | None = None
    for at in range(max(0, body - _BEFORE), min(body + 1, len(blocks))):
        text = _words(blocks[at])
        if not _may_be_title(blocks, at):
            continue
        weight = (
            200.0 * (len(text) >= 4 and text in heading)
            + 100.0 * (len(text) >= 8 and text in crumbs)
            + min(len(text), 70) / 2
            - 4.0 * (body - at)
            - 20.0 * text.endswith(".")
            - max(0, len(text) - 100) / 2
            - 30.0 * (at == body)
        )
        if best is None or weight > best[0]:
            best = weight, text
    return best[1] if best else None


def _is_body(block: list[Line]) -> bool:
    longest = max(block, key=lambda line: len(line.text)).text
    enough = len(longest) >= (_PROSE if longest.endswith(".") else _BODY)
    return enough and not block[0].kind and not _is_furniture(_words(block))


def _is_crumb(line: Line) -> bool:
    return len(line.text) <= 2 * _TITLE and bool(_CRUMBS.search(line.text))


def _may_be_title(blocks: list[list[Line]], at: int) -> bool:
    """True for a lone line that is no date, button, byline, nor the heading of a list."""
    block = blocks[at]
    text = block[0].text
    if len(block) > 1 or block[0].kind or not block[0].loose or not 4 <= len(text) <= _TITLE:
        return False
    date = stamp(text)
    if date and len(text) - (date.end - date.start) < max(20, len(text) / 2):
        return False
    follower = blocks[at + 1] if at + 1 < len(blocks) else None
    listed = follower is not None and bool(follower[0].kind) and not _is_prose(follower, None)
    return not (
        listed
        or is_button(text)
        or is_comment_heading(text)
        or _BYLINE.match(text)
        or _is_furniture(text)
        or _CHROME.search(text)
    )


def _shown(line: Line) -> str:
    return line.whole
