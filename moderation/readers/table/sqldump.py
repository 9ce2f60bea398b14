"""A WordPress database dump (mysqldump, phpMyAdmin) to comments: the rows of `wp_comments`.

The only WordPress dump with spam in it. Rows of `wp_posts` give titles and articles. Statements
are read one at a time, character by character where quotes demand it, never run.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.markup import plain
from moderation.readers.records import Finding, Row, ThreadRow, batches
from moderation.readers.source import text_blocks
from moderation.readers.table.sqlothers import OtherStatements, has_prose_name
from moderation.readers.values import no_parent, status_of, when

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_TABLE = re.compile(
    r"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?"
    r"(\w*(comments|posts))[`\"\]]?\s*(?:\(([^()]*)\))?\s*VALUES\s*",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"^(?:INSERT (?:IGNORE )?INTO|REPLACE INTO|CREATE TABLE) ", re.MULTILINE)
_TABLES = re.compile(r"[`\"\s]\w*_(?:comments|commentmeta|postmeta)[`\"\s]")
_SINGLE = r"[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+"  # within quotes
_DOUBLE = r"[^\"\\]*+(?:(?:\\.|\"\")[^\"\\]*+)*+"
_BARE = r"[^\s,()'\"]++"
_ANY = rf"\s*(?:'{_SINGLE}'|\"{_DOUBLE}\"|{_BARE})\s*"
_VALUE = re.compile(rf"\s*(?:'({_SINGLE})'|\"({_DOUBLE})\"|({_BARE}))\s*([,)])", re.DOTALL)
_ROW = re.compile(rf"(?:{_ANY},)*+{_ANY}\)", re.DOTALL)  # the values of one, to its end
_CUT_VALUE = re.compile(  # a value that goes on behind the window's end
    rf"\s*(?:'{_SINGLE}'?|\"{_DOUBLE}\"?|(?:{_BARE})?)\\?\s*\Z", re.DOTALL
)
_BETWEEN = re.compile(r"[\s,]*")
_NEXT_ROW = re.compile(r"\)\s*,\s*\(\s*\d+\s*,")  # where reading goes on behind a broken one
_END = re.compile(r"\s*(?:;|ON\s+DUPLICATE\b|ON\s+CONFLICT\b|RETURNING\b|\Z)", re.IGNORECASE)
_RESUMED = re.compile(  # the next row, or the end of the statement
    r"[,)\s](\(\s*\d+\s*,)|;\s*$|^(?:INSERT|REPLACE|CREATE|DROP|LOCK|UNLOCK|ALTER|/\*|--)",
    re.MULTILINE,
)
_NUMBER, _NAME = re.compile(r"-?\d*"), re.compile(r"\S*")
_MOMENT = re.compile(r"(?:\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d+)?)?)?")
_FORMS = {
    "comment_id": _NUMBER,
    "comment_post_id": _NUMBER,
    "comment_date": _MOMENT,
    "comment_date_gmt": _MOMENT,
    "comment_parent": _NUMBER,
    "comment_approved": _NAME,
    "comment_type": _NAME,
    "comment_author_ip": _NAME,
    "user_id": _NUMBER,
    "comment_karma": _NUMBER,
}
_WORDED = ("comment_content", "comment_author")
_PROSE = re.compile(
    r"(?<![^\W\d_])(?:[^\W\d_]{2,}+[,;:.!?]?+ ){5}[^\W\d_]{2,}"
)  # no browser's name
_BLANKS = 5  # in the shorter of these at least
_SHORT = 16  # characters that are no prose
_LONG_NAME = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]{2,}+[,;:.!?]?+ ){7}[^\W\d_]{2,}")
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
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    posts: dict[str, ThreadRow] = {}
    met: set[str] = set()
    for row in _Script(text_blocks(source)).rows():
        if row.values is None:
            yield 1
            yield Reject(source.name, row.place, row.wrong, row.snippet)
            continue
        given = dict(zip(row.names, row.values, strict=False))
        if row.table.lower().endswith("posts"):
            post = _post(given)
            posts[post.thread_id or ""] = post
        else:
            yield 1
            if row.wrong:
                yield Reject(source.name, row.place, row.wrong, row.snippet)
            else:
                comment = _comment(given)
                met.add(comment.thread_id or "")
                yield comment
    yield from (posts[name] for name in sorted(met & posts.keys()))


class _SqlRow(NamedTuple):
    """One row of a table; `values` None where it, or a statement, cannot be read.

    place: empty where nothing is wrong. A row with a text for an author is read all the same.
    """

    table: str
    names: list[str]
    values: list[str | None] | None
    place: str
    snippet: str
    wrong: str = ""  # why it is no row of such a table


class _Script:
    """A window on the statements, moved on as rows are read from it."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self._text = ""
        self._at = 0
        self._line, self._byte, self._counted = 1, 0, 0  # where a place is, and the place
        self._known: dict[re.Pattern[str], tuple[int, int]] = {}  # what was found behind a place
        self._ended = False
        self._others = OtherStatements()

    def rows(self) -> Iterator[_SqlRow]:
        """The rows of all statements that fill a table of comments or posts."""
        while True:
            statement = yield from self._statement()
            if not statement:
                return
            table, listed = statement[1], statement[3]
            listed_names = (
                re.findall(r"\w+", listed) if listed else _NAMES[statement[2].lower()].split()
            )
            names = [name.lower() for name in listed_names]
            declared = [] if listed else self._others.columns(table)
            if listed and has_prose_name(listed):
                yield self._misnamed(table, names, statement)
            self._at = statement.end()
            while True:
                if self._within():
                    row = self._row(table, names, bool(listed), declared)
                    yield row
                    if row.place and row.values is not None and not row.wrong:
                        yield row._replace(values=None, wrong="comment_author is prose")
                elif self._at >= len(self._text) or _END.match(self._text, self._at):
                    break
                else:
                    yield self._between(table, names)

    def _misnamed(self, table: str, names: list[str], statement: re.Match[str]) -> _SqlRow:
        """A statement's head with a column's name that goes on as a text."""
        start, end = statement.span()
        place, shown = self._place(start, end), self._shown(*statement.span(3))
        return _SqlRow(table, names, None, place, shown, f"a column of {table} is prose")

    def _between(self, table: str, names: list[str]) -> _SqlRow:
        """What stands where a row or the statement's end should."""
        start = self._at
        while not (again := _RESUMED.search(self._text, start)) or again.end() == len(self._text):
            if len(self._text) - start > _LARGEST or not self._more():
                break
            start = self._at
        end = len(self._text)
        if again:
            end = again.start(1) if again[1] else again.start()
        end = max(end, start + 1)
        reason = f"what stands between the rows of {table} is none"
        between = _SqlRow(
            table, names, None, self._place(start, end), self._shown(start, end), reason
        )
        self._at = end
        return between

    def _place(self, start: int, end: int) -> str:
        """Where a stretch stands, for messages; what is asked for only rises."""
        self._reach(start)
        last = self._byte + len(self._text[start:end].encode("utf-8", "replace"))
        return f"line {self._line}, bytes {self._byte} to {last}"

    def _reach(self, at: int) -> None:
        """Count the lines and bytes up to a place."""
        passed = self._text[self._counted : at]
        self._line += passed.count("\n")
        self._byte += len(passed.encode("utf-8", "replace"))
        self._counted = at

    def _shown(self, start: int, end: int) -> str:
        return self._text[start : min(end, start + 200)]

    def _statement(self) -> Generator[_SqlRow, None, re.Match[str] | None]:
        """The next statement's head, whole within the window; what is skipped is looked at."""
        while True:
            statement = _TABLE.search(self._text, self._at)
            if statement and (statement.end() < len(self._text) or self._ended):
                yield from self._skipped(statement.start())
                return statement
            if not statement:  # a head may begin near the window's end
                yield from self._skipped(max(self._at, len(self._text) - _LONGEST_HEAD))
            if not self._more():
                if not statement:
                    yield from self._skipped(len(self._text))
                return statement

    def _skipped(self, end: int) -> Iterator[_SqlRow]:
        """Rejects for what is no statement up to here, or one of ours that cannot be read."""
        for start, stop, why in self._others.strange(self._text, self._at, end):
            yield _SqlRow("", [], None, self._place(start, stop), self._shown(start, stop), why)
        self._at = end

    def _within(self) -> bool:
        """Whether a row begins here, past the comma behind the one before."""
        while True:
            between = _BETWEEN.match(self._text, self._at)
            if between and between.end() < len(self._text):
                self._at = between.end()
                return self._text[self._at] == "("
            if not self._more():
                return False

    def _row(self, table: str, names: list[str], listed: bool, declared: list[str]) -> _SqlRow:
        """The row that begins here. declared: the table's columns, where the statement has none."""
        values, end = self._read_values()
        start = self._at
        if values is None:
            wrong = f"a row of {table} breaks off"
            end = self._end_of_broken(start, end)
        else:
            names = declared if len(values) == len(declared) else names
            posts = table.lower().endswith("posts")
            wrong = "" if posts else _implausible(table, names, values, listed)
        self._at = end
        if not wrong and not _is_long_named(table, names, values):
            return _SqlRow(table, names, values, "", "")
        place, shown = self._place(start, end), self._shown(start, end)
        return _SqlRow(table, names, values, place, shown, wrong)

    def _read_values(self) -> tuple[list[str | None] | None, int]:
        """The values of the row that begins here, and its end; more is read where that is cut."""
        while True:
            values, end = values_at(self._text, self._at + 1)
            cut = values is None and _CUT_VALUE.match(self._text, end)
            if not (cut and len(self._text) - self._at <= _LARGEST and self._more()):
                return values, end

    def _end_of_broken(self, start: int, end: int) -> int:
        """Where a row that breaks off before `end` is passed over to: the next row or statement."""
        again, head = (self._next(form, start + 1) for form in (_NEXT_ROW, _STATEMENT))
        behind = [position for position in (again + 1, head) if position > 0]
        left = 0 if self._ended else _LONGEST_HEAD
        return min(behind) if behind else max(end, len(self._text) - left)

    def _next(self, form: re.Pattern[str], at: int) -> int:
        """Where the next one begins, -1 = not in the window; no stretch is searched twice."""
        searched, begin = self._known.get(form, (-1, -1))
        if not 0 <= searched <= at or 0 <= begin < at:
            match = form.search(self._text, at)
            begin = match.start() if match else -1
            self._known[form] = (at, begin)
        return begin

    def _more(self) -> bool:
        """Read on, the longer the more waits; forget what is done with. False at the end."""
        if self._ended:
            return False
        self._reach(self._at)
        self._counted, self._known = 0, {}
        rest = self._text[self._at :]
        fresh = []
        size = 0
        while size <= len(rest):
            block = next(self._blocks, "")
            self._ended = not block
            if self._ended:
                break
            fresh.append(block)
            size += len(block)
        self._text, self._at = rest + "".join(fresh), 0
        return True


def _implausible(table: str, names: list[str], values: list[str | None], listed: bool) -> str:
    """Why values cannot be a comment with these columns; empty where they can."""
    columns = _columns(tuple(names))
    if columns.text is None:
        return f"a row of {table}, which has no column comment_content"
    if (listed and len(values) != len(names)) or columns.text >= len(values):
        return f"{len(values)} values, but the table has {len(names)} columns"
    formed = [values[place] or "" for place in columns.places if place < len(values)]
    if len(formed) < len(columns.places) or not columns.form.fullmatch("\0".join(formed)):
        for place, name in zip(columns.places, columns.names, strict=True):
            value = values[place] if place < len(values) else None
            if value is not None and not _FORMS[name].fullmatch(value):
                return f"{name} is {value[:40]!r}"
    for place in _wordy(values):
        name, value = names[place] if place < len(names) else "", values[place] or ""
        if name not in _WORDED and _PROSE.search(value):
            return f"{name or 'a value behind the last column'} is prose"
    return ""


def _wordy(values: list[str | None]) -> list[int]:
    """The places of values that have some blanks."""
    return [
        place
        for place, value in enumerate(values)
        if value and len(value) > _SHORT and value.count(" ") >= _BLANKS
    ]


class _Columns(NamedTuple):
    """Where the text stands, and the columns whose values have forms; form: that of all of them."""

    text: int | None
    names: list[str]
    places: list[int]
    form: re.Pattern[str]


@lru_cache(64)
def _columns(names: tuple[str, ...]) -> _Columns:
    places = {name: place for place, name in enumerate(names)}  # the last of a name counts
    known = [name for name in _FORMS if name in places]
    form = re.compile("\0".join(_FORMS[name].pattern for name in known))
    return _Columns(places.get("comment_content"), known, [places[name] for name in known], form)


def _is_long_named(table: str, names: list[str], values: list[str | None] | None) -> bool:
    """Whether a comment's author is a text; that of a pingback is the title of a page."""
    if values is None or table.lower().endswith("posts"):
        return False
    if not any(names[place] == "comment_author" for place in _wordy(values) if place < len(names)):
        return False
    given = dict(zip(names, values, strict=False))
    if given.get("comment_type") in ("pingback", "trackback"):
        return False
    return _LONG_NAME.search(given.get("comment_author") or "") is not None


def values_at(text: str, at: int) -> tuple[list[str | None] | None, int]:
    """The values of one row and the place behind it; None when it breaks off."""
    whole = _ROW.match(text, at)
    if whole is None:  # it breaks off, and it matters where
        while (value := _VALUE.match(text, at)) and value[4] == ",":
            at = value.end()
        return None, at
    row = whole[0]
    found = _VALUE.findall(row)
    values = [
        (None if bare.upper() == "NULL" else bare) if bare else single or double
        for single, double, bare, _ in found
    ]
    if "\\" in row or "''" in row or '""' in row:
        for place, (single, double, bare, _) in enumerate(found):
            quoted = single or double
            if not bare and ("\\" in quoted or "''" in quoted or '""' in quoted):
                values[place] = _ESCAPE.sub(_unescaped, quoted)
    return values, whole.end()


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPES.get(escape[1], escape[1]) if escape[1] else escape[0][0]


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
