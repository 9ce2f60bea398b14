"""Comments in a definition list (old Blogger, Dotclear, Movable Type) as elements of their own.

`<dt>` tells the author, the `<dd>` after it the text and perhaps the time: no element holds one
comment. Such lists are rewritten before parsing, each `<dt>` with its `<dd>` in one `<div>`.
"""

from __future__ import annotations

import re

_LIST = re.compile(r"<dl\b([^>]*)>(.*?)</dl\s*>", re.IGNORECASE | re.DOTALL)
_TERM = re.compile(r"<dt\b([^>]*)>", re.IGNORECASE)
_OTHER = re.compile(r"<(/?)d[td]\b([^>]*)>", re.IGNORECASE)
_COMMENT = re.compile(r"comment|\bid\s*=\s*[\"']?c\d+\b", re.IGNORECASE)


def undefined(page: str) -> str:
    """The page with its definition lists of comments as divisions.

    >>> undefined('<dl><dt id="c1">Ann</dt><dd>Hi</dd></dl>')
    '<div><div class="comment" id="c1"><div>Ann</div><div>Hi</div></div></div>'
    """
    end = _last_end(page)  # a list that never ends is looked for its end in vain
    return _LIST.sub(_rewritten, page[:end]) + page[end:] if end else page


def _last_end(page: str) -> int:
    """Where the last definition list of the page ends; 0 if there is none."""
    lower = page.lower()
    end = lower.rfind("</dl") if "<dt" in lower else -1
    return lower.find(">", end) + 1 if end >= 0 else 0


def _rewritten(tag: re.Match[str]) -> str:
    first, *terms = re.split(r"(?=<dt\b)", tag[2], flags=re.IGNORECASE)
    named = sum(bool(_COMMENT.search(_head(term))) for term in terms)
    if not terms or named < len(terms):
        return tag[0]
    return f"<div{tag[1]}>{first}{''.join(map(_entry, terms))}</div>"


def _head(term: str) -> str:
    match = _TERM.match(term)
    return match[1] if match else ""


def _entry(term: str) -> str:
    match = _TERM.match(term)
    attributes = match[1] if match else ""
    own = re.search(r"\bid\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", attributes, re.IGNORECASE)
    rest = _OTHER.sub(_division, term[match.end() :] if match else term)
    return f'<div class="comment"{" " + own[0] if own else ""}><div>{rest}</div>'


def _division(tag: re.Match[str]) -> str:
    return "</div>" if tag[1] else f"<div{tag[2]}>"
