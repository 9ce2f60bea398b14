"""Why a saved page has no comments: what it is instead, or where they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_FAILED = re.compile(
    r"\W*(?:error )?(?:40[0-9]|410|429|50[0-9])\b|(?:page )?not found\b|access denied|forbidden",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"just a moment|attention required|captcha|are you (?:a )?(?:robot|human)|checking your browser"
    r"|verify (?:that )?you are human|security check",
    re.IGNORECASE,
)
_STATE = re.compile(r"(?:window\.|var |const |self\.)?[\w.$\[\]\"']{1,60}\s*=\s*[\[{]\s*\"")
_TEXTS = re.compile(r"\"\w{0,20}(?:text|body|comment|content|message)\w{0,20}\"\s*:", re.IGNORECASE)
_LEAST = 200  # characters of a script that may hold comments
_SCRIPTS = 200  # and paragraphs that are looked at
_PROSE = 400  # characters of paragraphs, from which a page with a form to log in is an article


def scripts_of(page: LexborHTMLParser) -> str:
    """The script that holds the data of a page made in the browser; "" without one."""
    for script in page.css("script")[:_SCRIPTS]:
        kind = script.attributes.get("type") or ""
        text = (script.text(deep=True) or "").lstrip()
        is_json = kind == "application/json" or _STATE.match(text) is not None
        if is_json and len(text) >= _LEAST and _TEXTS.search(text):
            name = script.attributes.get("id")
            return f"<script id={name}>" if name else f"the script that begins with {text[:40]!r}"
    return ""


def without_comments(page: LexborHTMLParser, loaded: str, title: str) -> str:
    """Why there are none, in words for the summary; "" where nothing tells.

    loaded: the system that they are loaded from, or the script that holds the page's data.
    """
    window = page.css_first("title")
    titles = f"{title}\n{window.text(deep=True) if window is not None else ''}"
    if any(map(_FAILED.match, titles.splitlines())):
        return "the page says that something failed, instead of what was to be saved"
    if _ASKED.search(titles):
        return "the site asked whether a browser was at work, and the page was not saved"
    prose = sum(len(one.text(deep=True)) for one in page.css("p")[:_SCRIPTS])
    if prose >= _PROSE and loaded.startswith(("<script", "the script")):
        return ""
    if prose < _PROSE and page.css_first("input[type='password']") is not None:
        return "it is a page to log in: save the page again after logging in"
    if loaded.startswith(("<script", "the script")):
        return (
            f"the page makes its comments in the browser, from {loaded}: save the page from the "
            "browser when all are shown, or what is in that script as a JSON file, and read it"
        )
    return loaded and (
        f"the page loads its comments from {loaded} when it is opened: the saved file has none of "
        f"them; ask {loaded} for an export"
    )
