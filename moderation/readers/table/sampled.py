"""What the columns of a table are, by the values of its first rows where names do not tell."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moderation.comments import STRING
from moderation.errors import InputError
from moderation.readers.inference.fields import Field, count_words, which_text
from moderation.readers.inference.groups import fields_of
from moderation.readers.inference.roles import Roles, depth_of, infer
from moderation.readers.json.text import BEHIND, first_values
from moderation.readers.markup import has_markup
from moderation.readers.source import HEAD_BYTES
from moderation.readers.table.columns import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moderation.readers.source import Source
    from moderation.readers.table.csv.style import Style

_OWN = re.compile(r"(?i)[^/]*(?:comment|repl(?:y|ies)|review|note|post)s?[/=#_-]?r?\d+$|#\w*\d+$")
"""How an address ends that is a comment's own."""
_OTHERS = ("id", "author", "created_at", "thread_id")
ROWS = 1_000  # that are looked at
LONGEST_NAME = 7  # words of a column's name, where no name of the header is known


def inferred(source: Source, style: Style | None = None) -> Roles:
    """Which column is what. style: of a table in text."""
    if "roles" not in source.memo:
        source.memo["fields"] = _fields(source, style)
        source.memo["roles"] = infer(source.memo["fields"], source.mapping)
    found: Roles = source.memo["roles"]
    return found


def inferred_unlinked(source: Source) -> str:
    """The column that should name what a row answers, and names nothing that is there."""
    found: Roles | None = source.memo.get("roles")
    return found.unlinked if found else ""


def completed(source: Source, chosen: dict[str, str], style: Style | None = None) -> dict[str, str]:
    """The columns by their names, and those that values tell.

    Raises InputError where each of several may be the text, and nothing tells which.
    """
    found = inferred(source, style)
    fields: dict[str, Field] = {one.path: one for one in source.memo["fields"]}
    text = fields.get(chosen.get("text", ""))
    headless = any(
        count_words(one.path) > LONGEST_NAME or "<" in one.path for one in fields.values()
    )
    if headless:  # its header may be a row
        return _without_pages(chosen, fields, source.mapping)
    named = "text" in chosen and (text is None or text.is_text or "text" in source.mapping)
    if not named and found.doubt:
        raise InputError(f"{source.name}: {which_text(found.doubt, list(fields.values()))}")
    if not named and "text" in found.fields:
        source.memo["told"] = found.note
        return dict(found.fields)
    if named:
        when = fields.get(chosen.get("created_at", ""))
        if when is not None and when.filled and when.has_flags and not source.mapping:
            del chosen["created_at"]  # `published`: yes
        chosen = _merge_roles(source, chosen, found)
    return _without_pages(chosen, fields, source.mapping)


def _merge_roles(source: Source, chosen: dict[str, str], found: Roles) -> dict[str, str]:
    """The columns by their names, with ids and parents, or a depth, and others, by values."""
    link = {role: found.told[role] for role in ("id", "parent_id") if role in found.told}
    if link and found.link and found.fields.get("text") == chosen["text"]:
        free = {role: path for role, path in chosen.items() if path not in link.values()}
        chosen = {**free, **{role: found.fields[role] for role in ("id", "parent_id")}}
        source.memo["told"] = found.note
    elif "depth" in found.fields and "parent_id" not in chosen:
        chosen = {**chosen, "depth": found.fields["depth"]}
    if found.addressed and "parent_id" not in chosen and found.addressed not in chosen.values():
        chosen = {**chosen, "parent_id": found.addressed}
    others = {role: found.told[role] for role in _OTHERS if role in found.told}
    return {**others, **chosen}


def _without_pages(
    chosen: dict[str, str], fields: Mapping[str, Field], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Without an address of each comment's own, which is no thread's."""
    one = fields.get(chosen.get("thread_id", ""))
    if one is None or "thread_id" in mapping or not one.is_address or one.distinct < 1.0:
        return chosen
    linked = "parent_id" in chosen and len(one.filled) > 2
    if linked or (len(one.filled) > 1 and all(_OWN.search(address) for address in one.filled)):
        return {role: path for role, path in chosen.items() if role != "thread_id"}
    return chosen


def is_marked(source: Source, path: str) -> bool:
    """Whether the texts in this column are HTML."""
    fields = source.memo.get("fields", ())
    return any(has_markup(one.filled) for one in fields if one.path == path)


def is_regular(source: Source, style: Style) -> bool:
    """Whether nearly all rows have as many cells as the header, and they are several."""
    lengths = [len(cells) for cells in _rows(source, style)]
    same = sum(length == len(style.names) for length in lengths)
    return len(style.names) > 2 and len(lengths) > 2 and same > 0.95 * len(lengths)


def _fields(source: Source, style: Style | None) -> list[Field]:
    if source.is_json:
        return fields_of(list(_objects(source)))
    if style is None or source.binary:
        return []
    rows = list(_rows(source, style))
    return [
        Field(name, [cells[place] if place < len(cells) else None for cells in rows])
        for place, name in enumerate(style.names)
    ]


def _objects(source: Source) -> Iterator[dict[str, Any]]:
    for value in first_values(source):
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict) and BEHIND not in row:
                yield row


def _rows(source: Source, style: Style) -> Iterator[list[str]]:
    """The first rows, but for one that the head may cut."""
    lines = source.sample.lstrip("\ufeff\r\n").replace("\0", "").splitlines(keepends=True)
    lines = lines[style.header :]
    if len(source.head) == HEAD_BYTES and lines:
        lines.pop()
    try:
        for count, cells in enumerate(
            csv.reader(io.StringIO("".join(lines)), delimiter=style.delimiter)
        ):
            if count >= ROWS:
                return
            if cells:
                yield cells
    except csv.Error:  # a cell that is longer than Python takes: what came before has to do
        return


class Ladder:
    """Parents from numbers for the depth, over the rows of a file in the order of reading."""

    def __init__(self) -> None:
        self._above: dict[int, str] = {}
        self._row = 0

    def __call__(self, values: dict[str, Any]) -> None:
        """Fill the parents of these columns, and the ids where there are none."""
        steps = texts(values.pop("depth")).to_pylist()
        written = texts(values["text"]).to_pylist()
        ids = texts(values["id"]).to_pylist() if "id" in values else [None] * len(steps)
        parents: list[str | None] = []
        for place, step in enumerate(steps):
            self._row += 1
            if not ids[place] and (written[place] or "").strip():
                ids[place] = f"row-{self._row}"
            parents.append(self._step(depth_of(step or 0) or 0, ids[place]))
        values["id"] = pa.array(ids, STRING)
        values["parent_id"] = pa.array(parents, STRING)

    def _step(self, depth: int, own: str | None) -> str | None:
        above = max((step for step in self._above if step < depth), default=None)
        self._above = {step: name for step, name in self._above.items() if step < depth}
        if own:
            self._above[depth] = own
        return None if above is None else self._above.get(above)
