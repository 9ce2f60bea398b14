"""How a CSV or TSV separates and quotes its cells, and what its header says or has lost."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.readers.encodings import decode
from moderation.readers.source import HEAD_BYTES
from moderation.readers.streams import read_fully
from moderation.readers.synonyms import roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.readers.source import Source

_FIRST_LINE = 1 << 22  # bytes that are read to find its end
_WORDY = 10  # words in the name of a column, which even a question hardly has
_WORDY_EXPORT = 5  # words in one that a program has made
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d")
_SEVERAL = 3  # other columns, which show what names are like
_PROSE = 3  # blanks in the name of a column
DELIMITERS = ",\t;|"
HOLDS_ROW = "the header line holds what a row should"
_QUOTED = re.compile(r"""(?:^|[,;\t|])"(?:[^"]++|"")*+"(?:[,;\t|\r\n]|\Z)""", re.MULTILINE)


@dataclass(frozen=True)
class Style:
    """How the file separates and quotes, and its header's names (made unique: `text`, `text.1`)."""

    delimiter: str
    escape: bool  # a backslash guards a quote, as PHP and MySQL write it
    names: tuple[str, ...]
    header: int = 1  # lines that the header takes; 0: the names are not in the file
    cells: int = 0  # of the line behind it
    quoted: bool = False  # some cells of its first rows are
    alone: bool = False  # no line stands behind the header
    exported: bool = False  # by a program that is known; a person may call a column by a sentence

    def holds_words(self, name: str) -> bool:
        """Whether a text has run into the name of a column, which is known by itself."""
        words = name.split()
        if self.exported:
            return len(words) > _WORDY_EXPORT
        if len(words) < _WORDY or name.rstrip().endswith(("?", ":", ")")):  # they ask or explain
            return False
        others = [len(other.split()) for other in self.names if other != name]
        if len(others) >= _SEVERAL and max(others) <= _PROSE:  # no questionnaire
            return True
        edges = [" ".join(edge) for end in (2, 3) for edge in (words[:end], words[-end:])]
        edges += [edge for edge in (words[0], words[-1]) if "_" in edge]
        return bool(roles(edges, {}))

    @property
    def is_split(self) -> bool:
        """Whether some words split a name of an export, and made more names than rows have cells.

        Its other names have no blank.
        """
        blanks = sum(" " in name for name in self.names)
        return self.exported and len(self.names) > self.cells and 0 < 2 * blanks < len(self.names)

    @property
    def damage(self) -> str:
        """What is wrong with the header; empty where nothing is."""
        if any(map(_DATE.match, self.names)):
            return HOLDS_ROW
        asked = ("?", ":", ")")
        if self.alone and any(
            name.count(" ") >= _PROSE and not name.rstrip().endswith(asked) for name in self.names
        ):
            return HOLDS_ROW
        words = any(map(self.holds_words, self.names)) or self.is_split
        return "a column's name goes on as a text" * words

    @property
    def holds_row(self) -> bool:
        """Whether the header is also a row, for its end is damaged, or its beginning is lost."""
        prose = any(
            name.count(" ") >= _PROSE or (" " in name and name.endswith((".", "!")))
            for name in self.names
        )
        numbers = any(name.isdigit() for name in self.names)
        return (prose or numbers) and (len(self.names) != self.cells or (prose and numbers))


def style_of(source: Source, names: tuple[str, ...] = ()) -> Style | None:
    """The style told by the head, or None where it cannot be a table.

    names: for a file that has no header.
    """
    sample = beginning(source).lstrip("\ufeff").replace("\0", "")
    if not sample.strip():
        return None
    line = sample.lstrip("\r\n").splitlines()[0]
    outside = "".join(line.split('"')[::2]) or line
    delimiter = max(DELIMITERS, key=outside.count)
    delimiter = "\t" if source.suffix == ".tsv" and "\t" in line else delimiter
    escaped = style_escapes(sample, delimiter)
    if names:
        return Style(delimiter, escaped, names, header=0)
    try:
        lines = io.StringIO(sample.lstrip("\r\n"), newline="")
        reader = csv.reader(lines, delimiter=delimiter, strict=line.count('"') % 2 == 1)
        cells = next(reader, [])
        header = max(1, reader.line_num)
    except csv.Error:
        if line.count('"') % 2 == 0:
            return None
        cells = line.replace('"', "").split(delimiter)  # a quote in it does not close
        alone = len(sample.splitlines()) < 2
        return Style(delimiter, escaped, _unique(cells), cells=len(cells), alone=alone)
    behind, quoted = _cells_behind(reader), _QUOTED.search(sample) is not None
    style = Style(delimiter, escaped, _unique(cells), header, behind or len(cells), quoted)
    return style if behind else replace(style, alone=True)


def _cells_behind(reader: Iterator[list[str]]) -> int:
    """Cells of the line behind the header; 0 where there is none, or it cannot be told."""
    try:
        return len(next(reader, []))
    except csv.Error:
        return 0


def beginning(source: Source) -> str:
    """The head as text; more of the file where its first line is longer than that."""
    if len(source.head) < HEAD_BYTES or "\n" in source.sample.strip("\r\n"):
        return source.sample
    if "first line" not in source.memo:
        with source.utf8() as stream:
            source.memo["first line"] = decode(read_fully(stream, _FIRST_LINE))[0]
    line: str = source.memo["first line"]
    return line


def style_escapes(sample: str, delimiter: str) -> bool:
    r"""Whether `\"` stands for a quote within a cell (PHP, MySQL): more often than at its end."""
    ends = ('"', delimiter, "\n", "\r")
    return sample.count('\\"') > sum(sample.count(f'\\"{end}') for end in ends)


def _unique(cells: list[str]) -> tuple[str, ...]:
    """Names of columns; one that comes again is numbered.

    >>> _unique(["text", "text", "", "text"])
    ('text', 'text.1', 'column 3', 'text.2')
    """
    names: dict[str, None] = {}
    copies: dict[str, int] = {}
    for number, cell in enumerate(cells):
        name = own = cell.strip() or f"column {number + 1}"
        while name in names:
            copies[own] = copies.get(own, 0) + 1
            name = f"{own}.{copies[own]}"
        names[name] = None
    return tuple(names)
