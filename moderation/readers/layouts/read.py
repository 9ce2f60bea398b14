"""Dumps of unknown systems that are no objects in lists: they are written as such, and read.

What a row answers may stand in a path, in a list of ancestors or in nested sets: that is told too.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from moderation.comments import Batch, Reject
from moderation.errors import InputError
from moderation.readers.json import formats, unknown
from moderation.readers.json.damage.salvage import located
from moderation.readers.json.damage.strays import says_twice
from moderation.readers.json.lenient import loads
from moderation.readers.json.text import BEHIND, FIRST_VALUES, ends_cut, first_values
from moderation.readers.layouts.ancestry import ABOVE, OWN, Ancestry, ancestry, may_tell
from moderation.readers.layouts.rows import DEPTH, found
from moderation.readers.records import snippet
from moderation.readers.source import Source
from moderation.readers.table import read as table
from moderation.readers.table.csv.style import style_of
from moderation.readers.table.dialects import dialect_of
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.readers.layouts.ancestry import Record

LARGEST = 1 << 28  # bytes of a file that is held in memory
_FEW = 20  # values of a list that is all that the head of a file shows
_LEAST = 3  # rows


class _Laid(NamedTuple):
    """The rows of a file as objects, and what was done to find them."""

    records: list[Record]
    what: str
    ancestry: Ancestry | None


def detect(source: Source) -> str | None:
    """Columns, rows under a header or typed values in JSON; rows with paths or nested sets."""
    if source.is_json:
        if formats.which(source) or formats.flat_reddit(source) or dialect_of(source):
            return None
        shown = _shown(source)
        laid = _laid(source, shown)
        if not laid and _goes_on(source, shown) and may_tell(_rows_of(shown), source.mapping):
            laid = _laid(source, _whole(source))
    else:
        laid = _of_table(source, source.sample)
    return laid.what if laid else None


def _is_broken(root: Any) -> bool:
    return isinstance(root, dict) and BEHIND in root


def _goes_on(source: Source, shown: list[Any]) -> bool:
    """Whether there is more in the file than what it begins with, and not too much to hold."""
    return source.size <= LARGEST and (ends_cut(source) or len(shown) >= FIRST_VALUES)


def _rows_of(roots: list[Any]) -> list[Record]:
    return _plain_rows(roots[0] if len(roots) == 1 else roots)


def _shown(source: Source) -> list[Any]:
    """The first values of the file without what is cut; the whole where these tell nothing."""
    roots = [one for one in first_values(source) if not _is_broken(one)]
    if not ends_cut(source) or not roots:
        return roots
    if len(roots) > 1:
        return roots[:-1]
    return _whole(source) if _may_be_columns(roots[0]) else [_without_last(roots[0])]


def _may_be_columns(node: Any) -> bool:
    """Whether a document that is cut ends within a column, or within rows that are lists."""
    for _ in range(DEPTH):
        if not isinstance(node, dict) or not node:
            return False
        last = next(reversed(node.values()))
        if isinstance(last, list):
            return _is_plain(last) and (
                len(last) >= _FEW
                or any(isinstance(one, list) for one in last)
                or all(isinstance(one, list) and _is_plain(one) for one in node.values())
            )
        if not isinstance(last, dict):
            return list(node)[:2] == ["0", "1"] and _is_plain(list(node.values()))
        if list(last)[:1] != ["0"] and _are_records(list(node.values())):
            return False
        node = last
    return False


def _are_records(values: list[Any]) -> bool:
    """Whether these are objects by their names, rather than a table and what stands beside it."""
    return sum(isinstance(one, dict) for one in values) > _LEAST


def _is_plain(cells: list[Any]) -> bool:
    return not any(isinstance(cell, dict) for cell in cells)


def _without_last(node: Any, depth: int = DEPTH) -> Any:
    """A document that is cut without the row within which it is."""
    if isinstance(node, dict) and node and depth:
        key = next(reversed(node))
        return {**node, key: _without_last(node[key], depth - 1)}
    return node[:-1] if isinstance(node, list) and len(node) > _LEAST else node


def _laid(source: Source, roots: list[Any]) -> _Laid | None:
    """The rows of JSON: of one document, or of the lines or elements of the file."""
    if not roots:
        return None
    root = roots[0] if len(roots) == 1 else roots
    if isinstance(root, list) and len(root) == 1:
        root = root[0]
    rows = found(root)
    records = rows.records if rows else _plain_rows(root)
    above = ancestry(records, source.mapping) if records else None
    what = [rows.what] if rows else []
    what += [f"answers by {above.what}"] if above else []
    if not what:
        return None
    return _Laid(records, ", ".join(what), above)


def _plain_rows(root: Any) -> list[Record]:
    """The only list of objects in a document, with or without something around it."""
    lists: list[list[Any]] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            lists.append(node)
        elif isinstance(node, dict):
            stack += node.values()
    lists = [one for one in lists if any(isinstance(row, dict) for row in one)]
    if len(lists) != 1 or not all(isinstance(row, dict) for row in lists[0]):
        return []
    return lists[0] if len(lists[0]) >= _LEAST else []


def _of_table(source: Source, text: str) -> _Laid | None:
    """The rows of a table in text, where their ancestry tells what they answer."""
    style = None if source.binary or dialect_of(source) else style_of(source)
    if style is None or len(style.names) < _LEAST:
        return None
    lines = text.lstrip("\ufeff\r\n").replace("\0", "").splitlines(keepends=True)[style.header :]
    try:
        rows = list(csv.reader(io.StringIO("".join(lines)), delimiter=style.delimiter))
    except csv.Error:
        return None
    rows = [row for row in rows if len(row) == len(style.names)]
    records: list[Record] = [dict(zip(style.names, row, strict=True)) for row in rows]
    above = ancestry(records, source.mapping)
    return _Laid(records, f"answers by {above.what}", above) if above else None


def _whole(source: Source) -> list[Any]:
    """All values of a JSON file. Raises InputError where it is too large, or damaged."""
    if "whole" not in source.memo:
        with source.utf8() as stream:
            raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise InputError(
                f"{source.name}: more than {LARGEST >> 20} MB of JSON that is no list of objects; "
                "give it as JSON lines, an object for each comment"
            )
        try:
            source.memo["whole"] = [loads(raw)]
        except ValueError as error:
            lines = [line for line in raw.splitlines() if line.strip()]
            try:
                source.memo["whole"] = [loads(line) for line in lines]
            except ValueError:
                raise InputError(f"{source.name}: is damaged JSON: {error}") from error
    values: list[Any] = source.memo["whole"]
    return values


def read(source: Source) -> Iterator[Batch]:
    """Batches of the rows. Raises InputError where the whole file is not as its head."""
    if source.is_json:
        laid = _laid(source, _whole(source))
    else:
        text, notes = source.text()
        laid = _of_table(source, text)
        yield Batch(notes=notes)
    if laid is not None and not laid.records:
        raise InputError(f"{source.name}: {laid.what}: what belongs together cannot be told")
    if laid is None:
        raise InputError(
            f"{source.name}: begins as one table, and goes on otherwise; say what it is with "
            "--format table or json-tree"
        )
    yield from _twice(source)
    yield from as_rows(source, laid.records, laid.ancestry)
    yield Batch(notes=[f"{source.name}: {laid.what}"])


def _twice(source: Source) -> Iterator[Batch]:
    """A reject for each key that stands twice in an object, of which the last is taken."""
    if not source.is_json:
        return
    with source.utf8() as stream:
        raw = stream.read(LARGEST)
    if not says_twice(raw, _whole(source)):
        return
    several = raw.splitlines(keepends=True) if len(_whole(source)) > 1 else [raw]
    rejects: list[Reject] = []
    begin = 0
    for part in several:
        doubled = located(part).doubled if part.strip() else []
        for start, end in dict.fromkeys(one.span for one in doubled):
            why = "a key twice in one object: the last is taken"
            place = f"bytes {begin + start} to {begin + end}"
            rejects.append(Reject(source.name, place, why, snippet(part[start:end])))
        begin += len(part)
    yield Batch(rejects=rejects, met=len(rejects))


def as_rows(source: Source, records: list[Record], above: Ancestry | None) -> Iterator[Batch]:
    """Batches of records that stand in no file of their own."""
    mapping = dict(source.mapping)
    if above:
        mapping |= {"id": OWN, "parent_id": ABOVE}
        for record, own, parent in zip(records, above.own, above.above, strict=True):
            record |= {OWN: own, ABOVE: parent}
    lines = b"\n".join(orjson.dumps(record, default=str) for record in records)
    yield from read_lines(source, lines, mapping)


def read_lines(
    source: Source, lines: bytes, mapping: dict[str, str], suffix: str = ".jsonl"
) -> Iterator[Batch]:
    """Batches of JSON that has been made of a file's content; places in it are those of rows."""
    with Folder() as folder:
        path = folder / f"{source.stem}{suffix}"
        path.write_bytes(lines)
        inner = Source(path, mapping, options=replace(source.options, encoding=None))
        inner.name = source.name
        nested = unknown.shape_of(inner)
        for batch in unknown.read(inner) if nested else table.read(inner):
            batch.rejects = [
                reject._replace(place=reject.place.replace("line", "row", 1))
                for reject in batch.rejects
            ]
            yield batch
