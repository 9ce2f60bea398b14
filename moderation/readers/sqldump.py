"""A WordPress database dump (mysqldump, phpMyAdmin) to comments: the rows of `wp_comments`.

The only WordPress dump with spam in it. Rows of `wp_posts` give titles and articles. Statements
are read one at a time, character by character where quotes demand it, never run.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from moderation.comments import Reject
from moderation.readers.rows import Row, ThreadRow, batches, no_parent, plain, status_of, when
from moderation.readers.source import decode

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


def _found(source: Source) -> Iterator[Row | ThreadRow | Reject | str]:
    text, notes = decode_all(source)
    yield from notes
    posts: dict[str, ThreadRow] = {}
    met: set[str] = set()
    at = 0
    while statement := _TABLE.search(text, at):
        at = statement.end()
        table = statement[2].lower()
        listed = re.findall(r"\w+", statement[3]) if statement[3] else _NAMES[table].split()
        names = [name.lower() for name in listed]
        while at < len(text) and text[at] == "(":
            values, end = _values(text, at + 1)
            line = text.count("\n", 0, at) + 1 if values is None else 0
            if values is None:
                yield Reject(source.name, f"line {line}", f"a row of {statement[1]} breaks off")
                at = end
                break
            given = dict(zip(names, values, strict=False))
            if table == "posts":
                post = _post(given)
                posts[post.thread_id or ""] = post
            elif "comment_content" in given:
                row = _comment(given)
                met.add(row.thread_id or "")
                yield row
            at = _next_row(text, end)
    yield from (posts[name] for name in sorted(met & posts.keys()))


def decode_all(source: Source) -> tuple[str, list[str]]:
    """The dump as text, binary columns and all, and a note on what is not UTF-8."""
    buffer = io.BytesIO()
    with source.utf8() as stream:
        buffer.write(stream.read())
    text, odd = decode(buffer.getvalue())
    return text, [f"{source.name}: {odd} bytes are not UTF-8; read as Windows-1252"] * (odd > 0)


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


def _next_row(text: str, at: int) -> int:
    following = re.compile(r"\s*,\s*(?=\()").match(text, at)
    return following.end() if following else at


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
