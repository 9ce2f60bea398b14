"""JSON in columns, under a header, or with a type for each value, as objects for each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]

_LEAST = 2  # rows
_LONGEST_NAME = 64  # characters of a column's name
DEPTH = 4  # objects around the table


class Found(NamedTuple):
    """Rows that a document holds in another layout, and what that is.

    records: none where the layout is broken.
    """

    records: list[Record]
    what: str


def found(root: Any) -> Found | None:
    """The rows of a document that has them in another layout than objects; None where it has not.

    >>> found({"id": [1, 2], "text": ["so it is", "is it?"]}).records
    [{'id': 1, 'text': 'so it is'}, {'id': 2, 'text': 'is it?'}]
    >>> found([["id", "text"], [1, "so it is"], [2, "is it?"]]).what
    'rows under a header'
    """
    for node in _around(root):
        for layout in (_typed, _columns, _mapped_columns, _under_header, _beside_header):
            if (rows := layout(node)) is not None:
                return rows
    return None


def _around(root: Any) -> Iterator[Any]:
    """The document and the values within its objects."""
    level = [root]
    for _ in range(DEPTH):
        yield from level
        level = [
            value
            for node in level
            if isinstance(node, dict)
            for value in list(node.values())[:20]
            if isinstance(value, dict | list)
        ]


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME


def _columns(node: Any) -> Found | None:
    """`{"id": [1, 2], "text": ["…", "…"]}`, of one length each."""
    if not isinstance(node, dict) or len(node) < _LEAST:
        return None
    lists = [value for value in node.values() if isinstance(value, list)]
    if len(lists) < len(node) or len(lists[0]) < _LEAST:
        return None
    if not all(_is_scalar(cell) for one in lists for cell in one):
        return None
    if any(len(one) != len(lists[0]) for one in lists):
        return Found([], "columns of different lengths") if any(map(_says, lists)) else None
    rows = zip(*lists, strict=True)
    return Found([dict(zip(node, row, strict=True)) for row in rows], "a list for each column")


def _says(cells: list[Any]) -> bool:
    """Whether texts stand in a column."""
    return any(isinstance(cell, str) and cell.count(" ") > 2 for cell in cells)


def _mapped_columns(node: Any) -> Found | None:
    """`{"id": {"0": 1, "1": 2}, "text": {"0": "…", "1": "…"}}`, as pandas writes a table."""
    if not isinstance(node, dict) or len(node) < _LEAST:
        return None
    columns = list(node.values())
    first = columns[0]
    if not isinstance(first, dict) or len(first) < _LEAST or list(first)[:2] != ["0", "1"]:
        return None
    same = all(isinstance(one, dict) and one.keys() == first.keys() for one in columns)
    if not same or not all(_is_scalar(cell) for one in columns for cell in one.values()):
        return None
    return Found(
        [{name: node[name][place] for name in node} for place in first], "an object for each column"
    )


def _under_header(node: Any) -> Found | None:
    """`[["id", "text"], [1, "…"], [2, "…"]]`."""
    if not isinstance(node, list) or len(node) <= _LEAST or not isinstance(node[0], list):
        return None
    names, rows = node[0], node[1:]
    return _named(names, rows, "rows under a header")


def _beside_header(node: Any) -> Found | None:
    """`{"columns": ["id", "text"], "rows": [[1, "…"], [2, "…"]]}`."""
    if not isinstance(node, dict):
        return None
    lists = [value for value in node.values() if isinstance(value, list) and value]
    for names in lists:
        if isinstance(names[0], dict):
            names = [one.get("name") if isinstance(one, dict) else None for one in names]
        for rows in lists:
            table = _named(names, rows, "rows beside their header")
            if table is not None and len(rows) >= _LEAST:
                return table
    return None


def _named(names: list[Any], rows: list[Any], what: str) -> Found | None:
    if len(names) < _LEAST or not all(map(_is_word, names)) or len(set(names)) < len(names):
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    if not all(_is_scalar(cell) for row in rows for cell in row):
        return None
    numbers = any(not isinstance(cell, str) for row in rows for cell in row)
    if not numbers and not any(cell.count(" ") > 2 for row in rows for cell in row):
        return None
    return Found([dict(zip(names, row, strict=True)) for row in rows], what)


def _typed(node: Any) -> Found | None:
    """`[{"id": {"N": "1"}, "text": {"S": "…"}}]`, or the same under `fields`."""
    if not isinstance(node, list) or not node:
        return None
    rows = [
        one["fields"] if isinstance(one, dict) and isinstance(one.get("fields"), dict) else one
        for one in node
    ]
    if not all(isinstance(one, dict) and one and all(map(_has_type, one.values())) for one in rows):
        return None
    return Found([_untyped_fields(one) for one in rows], "a type for each value")


def _untyped_fields(fields: Any) -> Any:
    if not isinstance(fields, dict):
        return fields
    return {key: untyped(value) for key, value in fields.items()}


def untyped(value: Any) -> Any:
    """A value without the name of its type around it."""
    if not _has_type(value):
        return value
    name, inner = next(iter(value.items()))
    return _TYPED[name](inner)


def _has_type(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _TYPED


def _itself(value: Any) -> Any:
    return value


def _nothing(value: Any) -> None:
    return None


def _list(value: Any) -> Any:
    return [untyped(one) for one in value] if isinstance(value, list) else value


def _fields_within(value: Any) -> Any:
    return _untyped_fields(value.get("fields", {})) if isinstance(value, dict) else value


def _values_within(value: Any) -> Any:
    return _list(value.get("values", [])) if isinstance(value, dict) else value


_TYPED: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("S", "N", "B", "BOOL", "SS", "NS"), _itself),
    "NULL": _nothing,
    "M": _untyped_fields,
    "L": _list,
}
"""What DynamoDB writes around each value."""
_OF_FIRESTORE = (
    *("stringValue", "integerValue", "doubleValue", "booleanValue", "timestampValue"),
    *("referenceValue", "bytesValue", "geoPointValue"),
)
_TYPED |= dict.fromkeys(_OF_FIRESTORE, _itself)
_TYPED |= {"nullValue": _nothing, "mapValue": _fields_within, "arrayValue": _values_within}
