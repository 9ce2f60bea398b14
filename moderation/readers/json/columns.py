"""Fields of many objects at once, each told as `shape.first` tells it for one object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.readers.json.shape import alternatives_of, bare, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.readers.json.shape import Record


def firsts(records: Sequence[Record], paths: str) -> list[Any]:
    """Of each object the first value under `a|b.c` that is neither null nor empty."""
    found: list[Any] | None = None
    for path, keys in alternatives_of(paths):
        if found is None:
            found = values(records, path, keys)
        elif holes := _holes(found):
            inner = values([records[place] for place in holes], path, keys)
            for place, value in zip(holes, inner, strict=True):
                found[place] = value
        else:
            break
    if found is None:
        return [None] * len(records)
    for place in _holes(found):
        found[place] = None
    if dict in set(map(type, found)):
        return [
            bare(value) if value.__class__ is dict and len(value) == 1 else value for value in found
        ]
    return found


def _holes(found: list[Any]) -> list[int]:
    """The places of nulls and empty strings."""
    if None not in found and "" not in found:
        return []
    return [place for place, value in enumerate(found) if value is None or value == ""]


def values(records: Sequence[Record], path: str, keys: list[str]) -> list[Any]:
    """Of each object what stands under a path, whose keys are `keys` if it has more than one."""
    whole = [record.get(path) for record in records]
    if not keys or None not in whole:
        return whole
    found: list[Any] = list(records)
    for key in keys:
        found = [value.get(key) if value.__class__ is dict else step(value, key) for value in found]
        if found.count(None) == len(found):
            break
    if whole.count(None) == len(whole):
        return found
    return [inner if outer is None else outer for outer, inner in zip(whole, found, strict=True)]
