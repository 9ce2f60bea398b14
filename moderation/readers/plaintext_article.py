"""Tell the article of a plain-text page from its menus, share links and related posts.

Blocks of prose are kept from the first to the last, with the short headings between them; a list
is prose when its entries are. The rule is that of Kohlschütter et al. 2010, "Boilerplate
detection using shallow text features": length and neighbours decide, no site's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.readers.comment_heads import is_button, is_date_line

if TYPE_CHECKING:
    from moderation.readers.plaintext_layout import Line

_PROSE = 80  # characters of a block that is a paragraph rather than a heading or button
_ENTRY = 50  # characters on average of a list's entries that are sentences
_SENTENCE = 40  # characters, when it ends as a sentence does
_QUOTED = re.compile(r"(?:[“„«]|(?<=\s)\")(?P<title>.+)[”“»\"]")
_CHROME = re.compile(
    r"cookies?|newsletter|subscribe|abonnieren|suscr[ií]b|all rights reserved|alle rechte"
    r"|javascript|privacy policy|datenschutz|e-?mail (?:address|adresse)|image credit|sign up"
    r"|log ?in",
    re.IGNORECASE,
)


def article_of(lines: list[Line], heading: str) -> tuple[str | None, str | None]:
    """Title and text of the page's article from the lines before its comments.

    heading: the line over the comments, which often quotes the title.
    """
    blocks = _blocks(lines)
    prose = [at for at, block in enumerate(blocks) if _is_prose(block)]
    title_at = _title_place(blocks, prose[0] if prose else len(blocks), lines)
    quoted = _QUOTED.search(heading) if len(heading) <= 300 else None
    title = quoted["title"].strip('“”„«»" ') if quoted else None
    if title is None and title_at is not None:
        title = blocks[title_at][-1].text
    kept = (
        [
            blocks[at]
            for at in range(prose[0], prose[-1] + 1)
            if at in prose or _is_heading(blocks[at], title)
        ]
        if prose
        else []
    )
    text = "\n\n".join("\n".join(_shown(line) for line in block) for block in kept)
    return title, text or None


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Paragraphs, and each list as one block."""
    blocks: list[list[Line]] = []
    for line in lines:
        listed = bool(line.kind) or line.indent > 0
        if blocks and (
            (listed and blocks[-1][0].kind and line.indent >= blocks[-1][0].indent)
            or (not line.loose and not listed and not blocks[-1][0].kind)
            or (
                not line.loose
                and line.indent == blocks[-1][0].indent
                and not line.kind
                and not blocks[-1][0].kind
            )
        ):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _is_prose(block: list[Line]) -> bool:
    longest = max(len(line.text) for line in block)
    whole = sum(len(line.text) for line in block)
    if longest <= _PROSE and any(_CHROME.search(line.text) for line in block):
        return False
    if block[0].kind:
        return whole >= _ENTRY * sum(bool(line.kind) for line in block)
    sentence = block[-1].text.rstrip('"”“»)’').endswith((".", "!", "?", "…", ":"))
    return longest >= _PROSE or (sentence and longest >= _SENTENCE)


def _is_heading(block: list[Line], title: str | None) -> bool:
    if len(block) > 2 or block[0].kind:
        return False
    return not any(
        is_button(line.text)
        or is_date_line(line.text)
        or line.text == title
        or _CHROME.search(line.text)
        for line in block
    )


def _title_place(blocks: list[list[Line]], before: int, lines: list[Line]) -> int | None:
    """The block with the title: one whose words come again, else the longest short one."""
    written = [line.text for line in lines]
    best: tuple[float, int] | None = None
    for at, block in enumerate(blocks[: before + 1]):
        text = block[-1].text
        alone = len(block) == 1 and not block[0].kind and block[0].loose
        if not alone or len(text) > 200 or is_date_line(text) or is_button(text) or len(text) < 4:
            continue
        again = sum(text in other for other in written) > 1 and len(text) >= 15
        weight = (
            (100.0 if again else 0.0)
            + min(len(text), 70)
            - (60 if _is_prose(block) and at >= before else 0)
        )
        if best is None or weight > best[0]:
            best = weight, at
    return best[1] if best else None


def _shown(line: Line) -> str:
    return line.whole
