"""The statements of a SQL dump that fill no table of comments: what they declare, and strays.

A line that belongs to no statement, or holds words where a declaration has none, is what damage has
left of a row.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_KNOWN = re.compile(
    r"\s*(?:--|/\*|\*/|#|SET\b|USE\b|LOCK\b|UNLOCK\b|DROP\b|ALTER\b|COMMIT\b|START\b|BEGIN\b|"
    r"CREATE\b|DELIMITER\b|PRAGMA\b|ANALYZE\b|UPDATE\b|DELETE\b|SELECT\b|GRANT\b|COPY\b|END\b|"
    r"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?([^\s`\"\](]*)|;|$)",
    re.IGNORECASE,
)
_NAME = r"(?:`[\w$-]++`|\"[\w$-]++\"|\[[\w$-]++\]|[\w$-]++)"  # what opens a name closes it
_FILLS = re.compile(
    rf"\s*(?:INSERT|REPLACE)\s+(?:\w+\s+){{0,2}}INTO\s+(?:{_NAME}\.)?{_NAME}"
    r"\s*(?:\((?:[^()]*+\)\s*(?:VALUES?\b|SELECT\b|\Z)|[^()]*+\Z)"
    r"|VALUES?\b|SELECT\b|SET\b|DEFAULT\b|\Z)",
    re.IGNORECASE,
)
_PROSE_NAME = re.compile(r"`[^`\n]*(?: [^`\n]*){3}`")
_WORDY = 3  # blanks in a name that is prose
_OURS, _LIKE = "comments", 0.65
_ROW = re.compile(r"\(\s*\d+\s*,\s*\d+\s*,\s*'")
_PART = re.compile(r"'\s*,\s*(?:\d+|'[^'\n]*'|NULL)\s*,")  # of a row, before a closing bracket
_REMARK = re.compile(r"\s*(?:--|#)")
_VALUES = re.compile(r"'\s*,\s*(?:(?:\d+|NULL)\s*,\s*)*'")  # end of one, beginning of the next
_DESCRIBED = re.compile(r"\b(?:COMMENT|DEFAULT)\s*=?\s*'(?:[^'\\]|\\.|'')*+'", re.IGNORECASE)
_LOWER_WORD = re.compile(r"(?<![\w`\"'])[a-z]{2,}(?![\w`\"'])")
_DECLARING = (
    "action always and as by cascade character check collate constraint current default delete "
    "foreign generated identity key no not null on or primary references restrict set stored time "
    "timestamp to unique unsigned update using varying virtual with without zone"
)
_OF_COLUMNS = frozenset(_DECLARING.split())
"""Words of a table's declaration."""
_FEW_WORDS = 6
_CREATES = re.compile(r"\s*CREATE\s+(?:TEMPORARY\s+)?TABLE\b", re.IGNORECASE)
_COLUMN = re.compile(  # a part of a declaration, up to the comma behind it
    r"""\s*+[`"\[]?(\w++)[`"\]]?(?:[^,()'"`]++|'(?:[^'\\]|\\.|'')*+'|"[^"]*+"|`[^`]*+`|"""
    r"""\((?:[^()']++|'(?:[^'\\]|\\.|'')*+'|\([^()]*+\))*+\))*+[,)]""",
    re.DOTALL,
)
_NO_COLUMNS = frozenset(
    ["PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "CHECK", "FOREIGN"]
)
_ENDS = re.compile(r"^\s*\)|;\s*$")
_LONGEST = 1 << 16  # characters of a declaration that is looked at
_DECLARED = re.compile(r"\bTABLES?\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?[`\"\[]?(\w+)", re.IGNORECASE)


class OtherStatements:
    """The statements between those that are read, line by line; one may go on in the next part."""

    def __init__(self) -> None:
        self._open = False  # a statement that is none of ours goes on
        self._fills = False  # it fills a table
        self._declares = False  # it declares one
        self._declaration = ""  # what has been read of that
        self._columns: dict[str, list[str]] = {}  # of tables that are declared
        self._tables: set[str] = set()  # that are declared

    def strange(self, text: str, at: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Stretches of a script that are no statement of another table, and why."""
        start, why = -1, ""
        for line in _LINE.finditer(text, at, end):
            known = _KNOWN.match(text, line.start(), line.end())
            misplaced = self._holds_words(line[0], known)
            if (known or (self._open and not why)) and not misplaced:
                if start >= 0:
                    yield start, line.start(), why
                start, why = -1, self._unread(line[0], known)
                if why:
                    start = line.start()
            elif start < 0 and (misplaced or self._is_stray(line[0], known)):
                start, why = line.start(), "no statement of SQL"
                self._open = False
        if start >= 0:
            yield start, end, why

    def columns(self, table: str) -> list[str]:
        """The columns of a table in their order; none where it has not been declared."""
        return self._columns.get(table.lower(), [])

    def _declared(self, line: str) -> None:
        """Keep a line of a table's declaration, and its columns when it ends."""
        self._declaration += line
        if len(self._declaration) > _LONGEST or (self._open and not _ENDS.search(line)):
            return
        name = _DECLARED.search(self._declaration)
        body = self._declaration.partition("(")[2]
        if name:
            self._columns[name[1].lower()] = columns_of(body)

    def _is_stray(self, line: str, known: re.Match[str] | None) -> bool:
        """Whether a line belongs to no statement."""
        return not (known or self._open) and bool(line.strip(" \t\r\n;,)("))

    def _holds_words(self, line: str, known: re.Match[str] | None) -> bool:
        """Whether a line of a statement that fills no table holds rows, or prose as a name."""
        if (known and known[1]) or self._fills:
            return False
        if _REMARK.match(line):
            return _VALUES.search(line) is not None or has_prose_name(line)
        if self._declares and not known and _is_worded(line):
            return True
        return _holds_rows(line) or has_prose_name(line)

    def _unread(self, line: str, known: re.Match[str] | None) -> str:
        """Go on behind a line of a statement; why this one, which begins here, cannot be read."""
        table = known[1] if known else None
        remark = known is not None and known[0].lstrip().startswith("--")
        self._open = not line.rstrip().endswith(";") and not remark
        self._fills = self._open and bool(table or self._fills)
        if known and _CREATES.match(line):
            self._declares, self._declaration = True, ""
        if self._declares:
            self._declared(line)
        self._declares = self._declares and self._open
        if known and table is None:
            self._tables |= set(_DECLARED.findall(line))
        elif known and (not _FILLS.match(line) or self._is_ours(known[1])):
            return f"a statement for {table} that cannot be read"
        return ""

    def _is_ours(self, table: str) -> bool:
        """Whether it is a table of comments, by its name or by what damage has left of it."""
        last = table.lower().rpartition("_")[2]
        if last.endswith(_OURS):
            return True
        like = SequenceMatcher(None, last, _OURS).ratio() >= _LIKE
        return like and abs(len(last) - len(_OURS)) <= 2 and table not in self._tables


def has_prose_name(statement: str) -> bool:
    """Whether a name in backquotes is prose; where these do not pair, what stands between any."""
    pieces = statement.split("`")
    if len(pieces) % 2 == 0:
        return _PROSE_NAME.search(statement) is not None
    return any(name.count(" ") >= _WORDY and "\n" not in name for name in pieces[1::2])


def columns_of(body: str) -> list[str]:
    """The columns of a table's declaration, from behind its opening bracket."""
    names = []
    for part in _COLUMN.finditer(body):
        if part[1].upper() not in _NO_COLUMNS or body[part.start(1) - 1] in '`"[':
            names.append(part[1].lower())
        if part[0].endswith(")"):
            break
    return names


def _is_worded(line: str) -> bool:
    """Whether a line of a table's declaration holds words that none has."""
    words = _LOWER_WORD.findall(_DESCRIBED.sub(" ", line))
    return len([word for word in words if word not in _OF_COLUMNS]) >= _FEW_WORDS


def _holds_rows(line: str) -> bool:
    """Whether a line looks like rows of values."""
    return bool(_ROW.search(line) or _PART.search(line, 0, max(0, line.rfind(")"))))
