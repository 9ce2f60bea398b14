"""What a row answers, where no field names it: paths, lists of ancestors, nested sets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.readers.inference.fields import name_of
from moderation.readers.inference.groups import fields_of
from moderation.readers.inference.roles import infer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moderation.readers.inference.roles import Roles

Record = dict[str, Any]

OWN, ABOVE = "moderation:id", "moderation:parent"
"""Keys of what is told; no dump has them."""
_SIGNS = "/.>|:,-_"
_LEAST = 3  # rows that answer others
_MOST = 0.9  # of the rows, that are as the layout says
_SETS = (("lft", "rgt"), ("left", "right"), ("lft", "rght"), ("l", "r"), ("leftid", "rightid"))
_SIDE = re.compile(r"[\W_]|tree|node|set|comment|id")
_SAMPLED = 2_000
_PATH = re.compile(r"[/.]?\d+(?:[/.>|]\d+)*[/.]?")
_STEPS = 3  # lengths of paths, which decimals and dates have not


class Ancestry(NamedTuple):
    """For each row its own name and that of what it answers."""

    own: list[str]
    above: list[str | None]
    what: str


def ancestry(records: list[Record], mapping: Mapping[str, str]) -> Ancestry | None:
    """What the rows answer, if nothing but their ancestry tells; None where that tells nothing."""
    roles = _untold(records, mapping)
    if roles is None:
        return None
    own = roles.fields.get("id")
    names = [name_of(record.get(own)) for record in records] if own else None
    taken = {roles.fields["text"], roles.fields.get("created_at"), roles.fields.get("author")}
    keys = _keys(records)
    for key in keys:
        values = [record.get(key) for record in records]
        if key in taken:
            continue
        if found := (_by_path(key, values, names) or _by_list(key, values, names)):
            return found
    return _by_sets(records, keys, names)


def may_tell(records: list[Record], mapping: Mapping[str, str]) -> bool:
    """Whether some of many rows look as if their ancestry told what they answer.

    What stands above them may be among the others: rows come in any order.
    """
    if _untold(records, mapping) is None:
        return False
    keys = _keys(records)
    return any(
        all(_is_side(record.get(left), record.get(right)) for record in records)
        for left, right in _sides(keys)
    ) or any(_are_paths([record.get(key) for record in records]) for key in keys)


def _are_paths(values: list[Any]) -> bool:
    """Whether these are numbers of rows, behind one another, each path another."""
    if not all(isinstance(value, str) and _PATH.fullmatch(value) for value in values):
        return False
    steps = {len(re.findall(r"\d+", value)) for value in values}
    return len(steps) >= _STEPS and len(set(values)) == len(values)


def _untold(records: list[Record], mapping: Mapping[str, str]) -> Roles | None:
    """What the fields are, of rows with a text of which none tells what they answer."""
    if len(records) < _LEAST or {"parent_id", "depth"} & mapping.keys():
        return None
    roles = infer(fields_of(records[:_SAMPLED]), mapping)
    told = "text" not in roles.fields or roles.fields.keys() & {"parent_id", "depth"}
    return None if told else roles


def _keys(records: list[Record]) -> list[str]:
    return list(dict.fromkeys(key for one in records[:50] for key in one))


def _by_path(key: str, values: list[Any], names: list[str | None] | None) -> Ancestry | None:
    """`1/4/7`: each value is that of another row, and more."""
    if not all(isinstance(value, str) and 0 < len(value) < 4_000 for value in values):
        return None
    for sign in _SIGNS:
        if sum(sign in value.strip(sign) for value in values) < _LEAST:
            continue
        paths = [value.strip(sign) for value in values]
        known = {path: place for place, path in enumerate(paths)}
        if len(known) < len(paths):
            continue
        above = [known.get(path.rpartition(sign)[0]) for path in paths]
        steps = [path.count(sign) for path in paths]
        top = min(steps)
        deeper = [place for place, step in enumerate(steps) if step > top]
        hits = sum(above[place] is not None for place in deeper)
        if hits >= _LEAST and hits >= _MOST * len(deeper):
            return _told(above, paths, names, f"the paths in {key!r}")
    return None


def _by_list(key: str, values: list[Any], names: list[str | None] | None) -> Ancestry | None:
    """`[1, 4]`, or `/1/4/` without the row's own name: the last names what it answers."""
    if names is None:
        return None
    known = {name: place for place, name in enumerate(names) if name is not None}
    above: list[int | None] = []
    given = 0
    for place, value in enumerate(values):
        parts = [name_of(one) for one in value] if isinstance(value, list) else _parts(value)
        given += len(parts) > 1
        last = known.get(parts[-1] or "") if parts else None
        above.append(None if last == place else last)
    filled = sum(bool(value) for value in values)
    hits = sum(place is not None for place in above)
    if given < 1 or hits < _LEAST or hits < _MOST * filled:
        return None
    return _told(above, [], names, f"the ancestors in {key!r}")


def _parts(value: Any) -> list[str | None]:
    sign = next((sign for sign in _SIGNS if isinstance(value, str) and sign in value), None)
    return [part for part in str(value).split(sign) if part] if sign else []


def _told(
    above: list[int | None], paths: list[str], names: list[str | None] | None, what: str
) -> Ancestry:
    own = [name for name in names or [] if name is not None]
    made = own if len(set(own)) == len(above) else paths
    made = made or [f"row-{place + 1}" for place in range(len(above))]
    return Ancestry(made, [None if one is None else made[one] for one in above], what)


def _by_sets(
    records: list[Record], keys: list[str], names: list[str | None] | None
) -> Ancestry | None:
    """A left and a right number: a row stands within another where both numbers do."""
    for left, right in _sides(keys):
        sides = [(record.get(left), record.get(right)) for record in records]
        if not all(_is_side(*pair) for pair in sides):
            continue
        for group in (None, *keys):
            above = _within(sides, [record.get(group) for record in records] if group else None)
            if above is not None and sum(one is not None for one in above) >= _LEAST:
                return _told(above, [], names, f"the nested sets in {left!r} and {right!r}")
    return None


def _sides(keys: list[str]) -> Iterator[tuple[str, str]]:
    plain = {_SIDE.sub("", key.lower()): key for key in keys}
    for left, right in _SETS:
        if left in plain and right in plain:
            yield plain[left], plain[right]


def _is_side(left: Any, right: Any) -> bool:
    numbers = [str(one).isdigit() and len(str(one)) < 18 for one in (left, right)]
    return all(numbers) and int(left) < int(right)


def _within(sides: list[tuple[Any, Any]], groups: list[Any] | None) -> list[int | None] | None:
    """The row around each, by its numbers; None where these are no nested sets."""
    by_group: dict[str, list[tuple[int, int, int]]] = {}
    for place, (left, right) in enumerate(sides):
        name = repr(groups[place]) if groups else ""
        by_group.setdefault(name, []).append((int(left), int(right), place))
    if groups and len(by_group) > len(sides) // 2:
        return None
    above: list[int | None] = [None] * len(sides)
    for rows in by_group.values():
        numbers = [number for left, right, _ in rows for number in (left, right)]
        if len(set(numbers)) < len(numbers):
            return None
        around: list[tuple[int, int]] = []
        for left, right, place in sorted(rows):
            while around and around[-1][0] < left:
                around.pop()
            if around and right > around[-1][0]:
                return None
            above[place] = around[-1][1] if around else None
            around.append((right, place))
    return above
