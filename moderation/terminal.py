"""What a terminal shows: safe text, tables that fit 80 columns, threads drawn as trees."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Control characters move the cursor or start escape sequences, bidirectional controls reorder
# what stands around them: a comment shows them as one visible mark each.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]"
)
# Four stacked marks are more than any script needs; a hundred thousand hang a terminal.
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20f0\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20f0\ufe20-\ufe2f]+"
)


def safe(text: str) -> str:
    r"""`text` without anything that a terminal would obey instead of show.

    >>> safe("red \x1b[31malert")
    'red �[31malert'
    """
    return _STACKED.sub(r"\1", _UNSAFE.sub("\ufffd", text))


def line(text: str, width: int) -> str:
    r"""`text` as one safe line of at most `width` terminal cells, an ellipsis where it is cut.

    >>> line("two\nlines of text", 10)
    'two lines…'
    """
    from rich.cells import cell_len, set_cell_size

    text = text.strip()
    flat = " ".join(safe(text[: 8 * width]).split())  # a word of 1 MB is cut before it is measured
    if cell_len(flat) <= width and len(text) <= 8 * width:
        return flat
    return set_cell_size(flat, max(width - 1, 0)).rstrip() + "…"


def place(path: str, width: int) -> str:
    """`path` as one safe line of at most `width` cells; a long one loses its beginning.

    >>> place("/home/ines/exports/2024/comments.jsonl", 20)
    '…2024/comments.jsonl'
    """
    from rich.cells import cell_len

    flat = " ".join(safe(path[-8 * width :]).split())
    if cell_len(flat) <= width and len(path) <= 8 * width:
        return flat
    while cell_len(flat) >= width:
        flat = flat[1:]
    return f"…{flat}"


def sentence(text: str, width: int) -> str:
    """`text` as safe lines of at most `width` terminal cells, the second and later ones indented.

    >>> print(sentence("note: a list ends without its heading", 24))
    note: a list ends
      without its heading
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(width=width - 2)
    whole = line(text, _SENTENCE * (width - 2))
    lines = Text(whole).wrap(console, width - 2)
    return "\n  ".join(text_line.plain.rstrip() for text_line in lines)


def explanation(text: str, width: int) -> str:
    r"""The lines of `text`, safe and broken at `width` cells; a number stays with its word.

    >>> print(explanation("spam: 0.9\\n  +9.40: order +1.92, replica +1.69", 24))
    spam: 0.9
      +9.40: order +1.92,
        replica +1.69
    """
    return "\n".join(text_line for given in text.split("\n") for text_line in _broken(given, width))


def _broken(text: str, width: int) -> Iterator[str]:
    """One line as several; those behind the first are set in by four cells."""
    from rich.cells import cell_len, chop_cells

    lead = text[: len(text) - len(text.lstrip(" "))]
    now = lead
    words = _PAIR.split(safe(text.strip()))
    for word in words:
        for piece in chop_cells(word, width - 4):
            if now.strip() and cell_len(now) + 1 + cell_len(piece) > width:
                yield now
                now = " " * 4
            now += piece if not now.strip() else f" {piece}"
    yield now


_PAIR = re.compile(r" (?![+-]\d)")  # between words, not before a word's number
_SENTENCE = 6  # lines of a sentence at most
_WIDEST = 120  # cells
_LONG = 32  # cells: a name that is longer makes room for what stands behind it
_LEAST = 24  # cells of the last column, if it needs as many, before names are cut


def plural(count: int, noun: str) -> str:
    """The count with its noun.

    >>> plural(1, "comment"), plural(2_000, "flagged comment")
    ('1 comment', '2,000 flagged comments')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def width() -> int:
    """Columns to write for: the terminal's, 80 where there is none, never over 120."""
    return min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)


def table(header: Sequence[str], rows: Iterable[Iterable[object]], columns: int = 80) -> str:
    """`rows` under `head` in aligned columns; numbers to the right, the last column is cut to fit.

    Where that leaves next to nothing of it, names of over 32 cells are cut too.

    >>> print(table(["label", "flags"], [["spam", 3], ["abuse", 12]]))
    label  flags
    spam       3
    abuse     12
    """
    from rich.cells import cell_len

    body = [list(row) for row in rows]
    numeric = [all(isinstance(row[i], int | float) for row in body) for i in range(len(header))]
    text = [list(header), *([_cell(value) for value in row] for row in body)]
    sizes = [max(cell_len(row[i]) for row in text) for i in range(len(header))]
    gaps = 2 * (len(header) - 1)
    if columns - sum(sizes[:-1]) - gaps < min(sizes[-1], _LEAST):
        sizes[:-1] = [min(size, _LONG) for size in sizes[:-1]]
    sizes[-1] = min(sizes[-1], max(columns - sum(sizes[:-1]) - gaps, 8))
    lines = []
    for values in text:
        row = [line(value, size) for value, size in zip(values, sizes, strict=True)]
        cells = [
            _pad(value, size, right) for value, size, right in zip(row, sizes, numeric, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    return line(str(value), _WIDEST)


def _pad(value: str, size: int, right: bool) -> str:
    from rich.cells import cell_len

    blank = " " * (size - cell_len(value))
    return blank + value if right else value + blank


def tree(comments: pd.DataFrame, titles: dict[str, str], columns: int = 80) -> Iterator[str]:
    """The threads of a comment table, drawn line by line; one line a comment.

    comments: COMMENT_SCHEMA, threads contiguous in pre-order. titles: thread_id to title.
    Depth beyond what the width holds is written as a number.
    """
    depths = comments["depth"].tolist()
    columns_of = ("thread_id", "author", "text", "kind", "status")
    values = zip(depths, _last(comments, depths), *(comments[c] for c in columns_of), strict=True)
    current: object = None
    ends: list[bool] = []  # ends[d]: the branch at depth d + 1 has no further sibling
    for depth, last, thread_id, author, text, kind, status in values:
        if thread_id != current:
            if current is not None:
                yield ""
            current = thread_id
            yield line(titles.get(thread_id) or thread_id, columns)
            ends = []
        del ends[depth - 1 :]
        trunk = "".join("   " if end else "│  " for end in ends[: columns // 6])
        ends.append(bool(last))
        branch = trunk + ("└─ " if last else "├─ ")
        if depth > columns // 6:
            branch = f"{trunk[: columns // 2 - 9]}… {depth:>5} "
        marks = [mark for mark in (kind, status) if mark not in ("comment", "approved", "unknown")]
        who = f"{author}: " if isinstance(author, str) else ""
        noted = f"[{', '.join(marks)}] " if marks else ""
        yield branch + line(noted + who + str(text), columns - len(branch))


def _last(comments: pd.DataFrame, depths: Sequence[int]) -> list[bool]:
    """For each comment, whether no later sibling follows it."""
    threads = comments["thread_id"].tolist()
    last = [True] * len(threads)
    open_at: dict[int, int] = {}  # depth: the latest comment there, while its branch is open
    deepest = 0
    for row, depth in enumerate(depths):
        if row == 0 or threads[row] != threads[row - 1]:
            open_at, deepest = {}, 0
        for closed in range(depth + 1, deepest + 1):
            open_at.pop(closed, None)
        if depth in open_at:
            last[open_at[depth]] = False
        open_at[depth] = row
        deepest = depth
    return last
