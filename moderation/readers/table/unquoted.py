"""Tables whose cells are not quoted: a comma in a text makes more cells of it.

What stands before and behind the text has a fixed number of cells: the text is what is left.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from moderation.readers.source import PAGE_BYTES, Source
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE, _BEHIND = 4, 6  # cells around the text
_CELLS = _BEFORE + 1 + _BEHIND
_ANSWERS = ("Yes", "No")  # in the third cell from the end


def mended(source: Source) -> Source:
    """The file with its cells quoted; itself where all its rows have the cells of the header."""
    if source.size > PAGE_BYTES:
        return source
    text, _ = source.text()
    head, _, rest = text.partition("\n")
    try:
        if all(len(row) in (0, _CELLS) for row in csv.reader(io.StringIO(text))):
            return source
    except csv.Error:  # a line's end that is none: the reader of tables says where
        return source
    folder = Folder()
    path = folder.path / f"{source.stem}.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        file.write(head.strip("\ufeff\r") + "\n")
        csv.writer(file, lineterminator="\n").writerows(_rows(rest))
    quoted = Source(path, source.mapping, options=source.options)
    quoted.name = source.name
    quoted.memo["folder"] = folder  # goes with the source
    return quoted


def _rows(text: str) -> Iterator[list[str]]:
    """The rows by their lines; one that is not whole goes on in the next lines."""
    waiting = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        waiting = f"{waiting}\n{line}" if waiting else line
        cells = waiting.split(",")
        if len(cells) >= _CELLS and cells[-3] in _ANSWERS:
            before, behind = cells[:_BEFORE], cells[-_BEHIND:]
            yield [*before, ",".join(cells[_BEFORE:-_BEHIND]), *behind]
            waiting = ""
    if waiting.strip():
        yield waiting.split(",")
