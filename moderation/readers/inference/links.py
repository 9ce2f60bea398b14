"""Which field names a record and which its parent: told by values that refer to others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from moderation.readers.inference.names import hints

if TYPE_CHECKING:
    from moderation.readers.inference.fields import Field

_HIT, _AHEAD = 0.75, 0.9  # of references: to a record of the file, to one before their own
_HIT_NAMED = 0.3  # of those of a field that is called after what it refers to
_OTHER_END = re.compile(r"latest|last|first|next|accepted|newest|pinned|best")
_FEW, _MANY = 1, 4  # references that are enough with a name for it, or without
_LARGE = 10_000  # a number above it is hardly a count


class Link(NamedTuple):
    """A field of ids, and one that refers to them. depth: of the deepest record by them."""

    id: Field
    parent: Field
    hits: float
    depth: int
    sure: float


def links(fields: list[Field], known_id: str | None = None) -> list[Link]:
    """The pairs of fields that are likely ids and parents, the likeliest first."""
    names = [
        field
        for field in fields
        if field.path == known_id
        or (field.is_unique and (hints(field.path, "id") or not hints(field.path, "author")))
    ]
    found = [
        link
        for own in names
        for other in fields
        if other is not own
        if (link := _link(own, other)) is not None
    ]
    return sorted(found, key=lambda link: link.sure, reverse=True)


def _link(own: Field, other: Field) -> Link | None:
    """The link, if the one field may refer to the other."""
    refs = other.references
    given = [ref for ref in refs if ref is not None]
    hinted = hints(other.path, "parent_id")
    if not _may_refer(other, len(given), hinted):
        return None
    places = _places(own)
    hits = [(place, places[ref]) for place, ref in enumerate(refs) if ref in places]
    share = len(hits) / len(given)
    if share < (_HIT_NAMED if hinted else _HIT) or _are_of_themselves(hits):
        return None
    ahead = sum(to < place for place, to in hits) / len(hits)
    one_way, roots, named = max(ahead, 1 - ahead), len(refs) - len(given), _is_named(own)
    by_chance = _may_be_chance(len(hits), one_way, roots)
    depth = _deepest(dict(hits))
    if not depth or (by_chance and not (hinted or named)):
        return None
    sure = 2 * share + 2 * hinted + named + one_way + 0.1 * min(depth, 8)
    sure += 0.5 * (roots > 0) + 0.5 * hints(own.path, "id")
    return Link(own, other, share, depth, sure)


def _may_refer(other: Field, given: int, hinted: bool) -> bool:
    """Whether a field may name parents, by its own name and by how much is in it."""
    if _OTHER_END.search(other.path.lower()):
        return False
    return given >= _FEW if hinted else given > _FEW and not other.has_flags


def _are_of_themselves(hits: list[tuple[int, int]]) -> bool:
    """Whether more than a few of these references are to the record in which they stand."""
    return sum(place == to for place, to in hits) > 0.1 * len(hits)


def _may_be_chance(hits: int, one_way: float, roots: int) -> bool:
    """Whether numbers may agree as these do without one naming the other."""
    return hits < _MANY or one_way < _AHEAD or not roots


def _places(own: Field) -> dict[str, int]:
    """The record of each id; the first, of one that comes again."""
    places: dict[str, int] = {}
    for place, name in enumerate(own.references):
        if name is not None:
            places.setdefault(name, place)
    return places


def _is_named(field: Field) -> bool:
    """Whether the ids are no small numbers, which counts and ranks are too."""
    some = field.filled[:100]
    return not all(value.isdigit() and int(value) < _LARGE for value in some)


def _deepest(parents: dict[int, int]) -> int:
    """Steps of the longest chain; 0 where one goes in a circle."""
    steps: dict[int, int] = {}
    for start in parents:
        chain = []
        place = start
        seen = set()
        while place in parents and place not in steps:
            if place in seen:
                return 0
            seen.add(place)
            chain.append(place)
            place = parents[place]
        depth = steps.get(place, 0)
        for step in reversed(chain):
            depth += 1
            steps[step] = depth
    return max(steps.values(), default=0)
