"""A WordPress database dump (mysqldump, phpMyAdmin) to comments: the rows of `wp_comments`.

The only WordPress dump with spam in it. Rows of `wp_posts` give titles and articles. Statements
are read one at a time, character by character where quotes demand it, never run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.markup import plain
from moderation.readers.records import Finding, Row, ThreadRow, batches
from moderation.readers.source import text_blocks
from moderation.readers.values import no_parent, status_of, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_TABLE = re.compile(
    r"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?"
    r"(\w*(comments|posts))[`\"\]]?\s*(?:\(([^()]*)\))?\s*VALUES\s*",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"^(?:INSERT (?:IGNORE )?INTO|REPLACE INTO|CREATE TABLE) ", re.MULTILINE)
_TABLES = re.compile(r"[`\"\s]\w*_(?:comments|commentmeta|posts|postmeta)[`\"\s]")
_VALUE = re.compile(
    r"\s*(?:'((?:[^'\\]|\\.|'')*+)'|\"((?:[^\"\\]|\\.|\"\")*+)\"|([^\s,()'\"]+))\s*([,)])",
    re.DOTALL,
)
_CUT_VALUE = re.compile(  # a value that goes on behind the window's end
    r"\s*(?:'(?:[^'\\]|\\.|'')*+'?|\"(?:[^\"\\]|\\.|\"\")*+\"?|[^\s,()'\"]*+)\\?\s*\Z", re.DOTALL
)
_BETWEEN = re.compile(r"[\s,]*")
_NEXT_ROW = re.compile(r"\)\s*,\s*\(\s*\d+\s*,")  # where reading goes on behind a broken one
_LONGEST_HEAD = 1 << 16  # characters of a statement before its values
_LARGEST = 1 << 26  # characters of one row; a longer one is a quote that never closes
_ESCAPE = re.compile(r"\\(.)|''|\"\"", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "", "Z": "", "b": ""}
_NAMES = {
    "comments": "comment_ID comment_post_ID comment_author comment_author_email "
    "comment_author_url comment_author_IP comment_date comment_date_gmt comment_content "
    "comment_karma comment_approved comment_agent comment_type comment_parent user_id",
    "posts": "ID post_author post_date post_date_gmt post_content post_title",
}
"""WordPress' columns in their order, for dumps that do not name them."""


def detect(source: Source) -> str | None:
    """SQL that names WordPress' columns or fills a table ending in `comments`."""
    statements = _STATEMENT.search(source.sample)
    if statements and ("comment_post_ID" in source.sample or _TABLES.search(source.sample)):
        return "SQL dump of a WordPress database"
    return None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a SQL dump; a thread is named by its post's id."""
    return batches(_found(source))


def _found(source: Source) -> Iterator[Finding]:
    posts: dict[str, ThreadRow] = {}
    met: set[str] = set()
    for row in _Script(text_blocks(source)).rows():
        if row.values is None:
            yield 1
            reason = f"a row of {row.table} breaks off"
            yield Reject(source.name, f"line {row.line}", reason, row.snippet)
            continue
        given = dict(zip(row.names, row.values, strict=False))
        if row.table.lower().endswith("posts"):
            post = _post(given)
            posts[post.thread_id or ""] = post
        elif "comment_content" in row.names:
            yield 1
            if "comment_content" in given:
                comment = _comment(given)
                met.add(comment.thread_id or "")
                yield comment
            else:
                reason = f"{len(row.values)} values, but the table has {len(row.names)} columns"
                yield Reject(source.name, f"line {row.line}", reason, row.snippet)
        else:
            yield 1
            reason = f"a row of {row.table}, which has no column comment_content"
            yield Reject(
                source.name, f"line {row.line}", reason, " ".join(filter(None, row.values))[:200]
            )
    yield from (posts[name] for name in sorted(met & posts.keys()))


class _SqlRow(NamedTuple):
    """One row of a table; `values` None where it breaks off."""

    table: str
    names: list[str]
    values: list[str | None] | None
    line: int
    snippet: str


class _Script:
    """A window on the statements, moved on as rows are read from it."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self._text = ""
        self._at = 0
        self._line, self._counted = 1, 0  # of that place
        self._next, self._searched = -1, -1  # the next row that was found behind a place
        self._ended = False

    def rows(self) -> Iterator[_SqlRow]:
        """The rows of all statements that fill a table of comments or posts."""
        while statement := self._statement():
            table, listed = statement[1], statement[3]
            found = re.findall(r"\w+", listed) if listed else _NAMES[statement[2].lower()].split()
            names = [name.lower() for name in found]
            self._at = statement.end()
            while self._within():
                yield self._row(table, names)

    def _statement(self) -> re.Match[str] | None:
        """The next statement's head, whole within the window."""
        while True:
            found = _TABLE.search(self._text, self._at)
            if found and (found.end() < len(self._text) or self._ended):
                return found
            if not found:  # a head may begin near the window's end
                self._at = max(self._at, len(self._text) - _LONGEST_HEAD)
            if not self._more():
                return found

    def _within(self) -> bool:
        """Whether a row begins here, past the comma behind the one before."""
        while True:
            found = _BETWEEN.match(self._text, self._at)
            if found and found.end() < len(self._text):
                self._at = found.end()
                return self._text[self._at] == "("
            if not self._more():
                return False

    def _row(self, table: str, names: list[str]) -> _SqlRow:
        while True:
            start = self._at
            values, end = _values(self._text, start + 1)
            cut = values is None and _CUT_VALUE.match(self._text, end)
            if cut and len(self._text) - start <= _LARGEST and self._more():
                continue
            line = self._line_at(start)
            shown = "" if values else self._text[start : start + 200]
            if values is None:
                again = self._next_row(start + 1)
                end = again + 1 if again >= 0 else max(end, len(self._text) - _LONGEST_HEAD)
            self._at = end
            return _SqlRow(table, names, values, line, shown)

    def _line_at(self, at: int) -> int:
        """The number of a line; places only rise."""
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def _next_row(self, at: int) -> int:
        """Where the next row begins, -1 = not in the window; no stretch is searched twice."""
        if not 0 <= self._searched <= at or 0 <= self._next < at:
            found = _NEXT_ROW.search(self._text, at)
            self._next, self._searched = found.start() if found else -1, at
        return self._next

    def _more(self) -> bool:
        """Read on, the longer the more waits; forget what is done with. False at the end."""
        if self._ended:
            return False
        self._line_at(self._at)
        self._counted, self._next, self._searched = 0, -1, -1
        kept = self._text[self._at :]
        fresh = []
        size = 0
        while size <= len(kept):
            block = next(self._blocks, "")
            self._ended = not block
            if self._ended:
                break
            fresh.append(block)
            size += len(block)
        self._text, self._at = kept + "".join(fresh), 0
        return True


def _values(text: str, at: int) -> tuple[list[str | None] | None, int]:
    """The values of one row and the place behind it; None when it breaks off."""
    values: list[str | None] = []
    while found := _VALUE.match(text, at):
        single, double, bare, mark = found.groups()
        quoted = single if single is not None else double
        if quoted is not None:
            values.append(_ESCAPE.sub(_unescaped, quoted))
        else:
            values.append(None if bare.upper() == "NULL" else bare)
        at = found.end()
        if mark == ")":
            return values, at
    return None, at


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1]) if found[1] else found[0][0]


def _post(given: dict[str, str | None]) -> ThreadRow:
    title, article = plain(given.get("post_title")), plain(given.get("post_content"), newlines=True)
    return ThreadRow(given.get("id"), title or None, article or None, given.get("guid") or None)


def _comment(given: dict[str, str | None]) -> Row:
    parent = given.get("comment_parent")
    kind = given.get("comment_type") or ""
    return Row(
        plain(given.get("comment_content"), newlines=True),
        id=given.get("comment_id"),
        parent_id=None if no_parent(parent) else parent,
        thread_id=given.get("comment_post_id"),
        author=plain(given.get("comment_author")) or None,
        created_at=when(given.get("comment_date_gmt")) or when(given.get("comment_date")),
        kind=kind if kind in ("pingback", "trackback") else "comment",
        status=status_of(given.get("comment_approved")),
    )
