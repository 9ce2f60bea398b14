"""The lists of like objects in JSON, and which of them are the comments."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moderation.readers.inference.fields import Field, name_of
from moderation.readers.inference.keyed import KEY, PAGE
from moderation.readers.inference.names import of_comments
from moderation.readers.inference.roles import Roles, infer
from moderation.readers.synonyms import SYNONYMS, plainly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOOKED_AT = 5_000  # objects
_DEEP = 4  # objects within each other whose values are fields of the outermost
_FIELDS = 80
_WORDY = 2.0  # words of a text on average, where nothing else tells of comments
_LIKE = 0.5  # fields that two lists have in common
_NEAR = 2.5  # of the best one's evidence: another list that holds comments as well
_PASSED_WORDS = "edges nodes data items results list node entries elements values"
_PASSED_BY = frozenset(_PASSED_WORDS.split())
_ON_PAGES = frozenset(
    ["comments", "commentlist", "notes", "journals", "discussion", "reviews", "commentsdata"]
)
_TEXTS = frozenset(SYNONYMS["text"].split())
_TITLES = frozenset(["title", "subject", "headline"])


@dataclass
class Group:
    """Objects that stand under one key, anywhere. ways: the keys; roles: what their fields are."""

    ways: set[str]
    records: list[dict[str, Any]] = field(default_factory=list)
    holders: list[dict[str, Any]] = field(default_factory=list)  # the object around each
    within: set[str] = field(default_factory=set)  # ways of the elements around them
    roles: Roles = field(default_factory=Roles)
    evidence: float = 0.0
    shown: list[str] = field(default_factory=list)  # the paths of the lists, for messages

    @property
    def name(self) -> str:
        """The list in words, for messages."""
        return " and ".join(f"{path}[]" if path else "the rows" for path in self.shown[:3])

    @property
    def words(self) -> str:
        """What speaks for it."""
        others = [role for role in self.roles.fields if role != "text"]
        return f"{len(self.records):,} objects with {', '.join(['text', *others])}"


def groups_in(roots: list[Any], mapping: Mapping[str, str]) -> list[Group]:
    """The lists of objects with texts in some values, the likeliest comments first."""
    by_way: dict[str, Group] = {}
    seen: set[str] = set()  # what is left of a file that is cut may be given twice
    for (way, path), record, holder, around in _elements(roots):
        own = repr((way, flat(record)))
        if own in seen:
            continue
        seen.add(own)
        group = by_way.setdefault(way, Group({way}, shown=[path]))
        group.records.append(record)
        group.holders.append(holder)
        group.within.add(around)
    every = _together(list(by_way.values()))
    for group in every:
        group.roles = infer(fields_of(group.records), mapping)
    _weigh(every)
    return sorted(
        (group for group in every if "text" in group.roles.fields or group.roles.doubt),
        key=lambda group: group.evidence,
        reverse=True,
    )


def best_of(every: list[Group]) -> tuple[list[Group], list[Group]]:
    """The lists that hold the comments, and the others that hold texts."""
    around = {id(holder) for group in every for holder in group.holders}
    every = [
        group
        for group in every
        if group.roles.doubt
        or not _is_meagre(group)
        or ("id" in group.roles.fields and any(id(one) in around for one in group.records))
    ]
    every = [group for group in every if not _is_page(group, every)]
    if not every:
        return [], []
    first = every[0]
    chosen = [first] + [
        other
        for other in every[1:]
        if other.evidence > first.evidence - _NEAR and _is_another(first, other)
    ]
    return chosen, [other for other in every if other not in chosen]


def _is_meagre(group: Group) -> bool:
    """Whether there is nothing but words, and perhaps a name, as of emoticons and labels."""
    fields = group.roles.fields
    if {"parent_id", "created_at", "depth"} & fields.keys() or fields.get(
        "author", "name"
    ) != "name":
        return False
    values = [flat(record).get(fields["text"]) for record in group.records[:200]]
    return Field("", values).words < _WORDY


def _is_page(group: Group, every: list[Group]) -> bool:
    """Whether these have a title, and lists of comments on them: what is talked about."""
    if any(of_comments(way) > 0 for way in group.ways) or (group.ways & group.within) - {""}:
        return False
    names = {
        plainly(key)
        for record in group.records[:9]
        for path in flat(record)
        for key in (path.rpartition(".")[2],)
    }
    return bool(names & _TITLES) and any(
        other is not group
        and "text" in other.roles.fields
        and {"author", "created_at"} & other.roles.fields.keys()
        and other.within
        and other.within <= group.ways
        and all(plainly(way) in _ON_PAGES for way in other.ways)
        for other in every
    )


def _is_another(first: Group, other: Group) -> bool:
    """Whether a second list holds comments too: who says something and when, or under a name."""
    has = other.roles.fields.keys()
    named = any(of_comments(way) > 0 for way in other.ways)
    whole = {"author", "created_at"} <= has or (named and has & {"author", "created_at"})
    return bool(whole) and not any(of_comments(way) < 0 for way in other.ways)


Way = tuple[str, str]
"""The key that tells a list from others, and the keys down to it."""


def _elements(roots: list[Any]) -> Iterator[tuple[Way, dict[str, Any], dict[str, Any], str]]:
    """Each object in a list or mapping: its list's key, itself, what is around, and its list."""
    stack: list[tuple[Any, Way, dict[str, Any], str, bool]] = [
        (root, ("", ""), {}, "", True) for root in reversed(roots)
    ]
    count = 0
    while stack and count < LOOKED_AT:
        node, way, holder, around, element = stack.pop()
        if isinstance(node, list):
            stack += [(one, way, holder, around, True) for one in reversed(node)]
        elif isinstance(node, dict):
            is_element = (element or KEY in node) and not _is_mapping(node)
            if is_element:
                count += 1
                yield way, node, holder, around
                around = way[0]
            holder = node if is_element or _is_holder(node) else holder
            for key, value in reversed(node.items()):
                if isinstance(value, dict | list):
                    keyed = isinstance(value, dict) and KEY in value
                    down = way if keyed else _down(way, key, is_element)
                    stack.append((value, down, holder, around, False))


def _is_holder(node: dict[str, Any]) -> bool:
    """Whether an object says something itself, and is not only around a list."""
    return any(isinstance(value, str) and key != "__typename" for key, value in node.items())


def _is_mapping(node: dict[str, Any]) -> bool:
    """Whether the object holds others by their keys, and nothing else."""
    own = [value for key, value in node.items() if key not in (KEY, PAGE)]
    return bool(own) and all(isinstance(value, dict) and KEY in value for value in own)


def _down(way: Way, key: str, of_element: bool) -> Way:
    """The way under a key. of_element: that of an object in a list, whose keys tell apart."""
    own = way[0] if way[0] and not of_element and plainly(key) in _PASSED_BY else key
    return own, f"{way[1]}.{key}".lstrip(".")


def _together(every: list[Group]) -> list[Group]:
    """Lists of like objects as one: replies are what they answer is."""
    merged: list[tuple[Group, set[str]]] = []
    for group in every:
        usual = _usual(group.records)
        for other, fields in merged:
            nested = bool(other.ways & group.within)
            if (
                usual
                and not _say_otherwise(usual, fields)
                and len(usual & fields)
                >= (0.8 if not nested else _LIKE) * min(len(usual), len(fields))
                and len(usual & fields) >= _LIKE * max(len(usual), len(fields))
            ):
                other.ways |= group.ways
                other.records += group.records
                other.holders += group.holders
                other.within |= group.within
                other.shown += group.shown
                break
        else:
            merged.append((group, usual))
    return [group for group, _ in merged]


def _say_otherwise(usual: set[str], fields: set[str]) -> bool:
    """Whether two lists have their texts under names that only one of them has."""
    ours, theirs = (
        {path for path in paths if plainly(path) in _TEXTS} for paths in (usual, fields)
    )
    return bool(ours and theirs) and not ours & theirs


def _usual(records: list[dict[str, Any]]) -> set[str]:
    counts = Counter(path for record in records[:200] for path in flat(record))
    return {path for path, count in counts.items() if 3 * count > min(len(records), 200)}


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """The plain values of an object and of those in it, by dotted paths; lists are left out."""
    found: dict[str, Any] = {}
    stack: list[tuple[str, dict[str, Any], int]] = [("", record, 1)]
    while stack and len(found) < _FIELDS:
        prefix, node, depth = stack.pop(0)
        for key, value in node.items():
            if isinstance(value, dict):
                if depth < _DEEP and (KEY not in value) and "." not in key:
                    stack.append((f"{prefix}{key}.", value, depth + 1))
            elif not isinstance(value, list):
                found[f"{prefix}{key}"] = value
    return found


def fields_of(records: list[dict[str, Any]]) -> list[Field]:
    """The fields of some objects."""
    rows = [flat(record) for record in records]
    paths = dict.fromkeys(path for row in rows for path in row)
    return [Field(path, [row.get(path) for row in rows]) for path in list(paths)[: 2 * _FIELDS]]


def _weigh(every: list[Group]) -> None:
    """How much speaks for each list."""
    worth = {"parent_id": 3.0, "author": 2.0, "created_at": 2.0, "id": 1.0, "thread_id": 0.5}
    for group in every:
        fields = {one.path: one for one in fields_of(group.records[:500])}
        text = fields.get(group.roles.fields.get("text", ""))
        if text is None and not group.roles.doubt:
            continue
        group.evidence = math.log10(1 + len(group.records))
        group.evidence += sum(worth.get(role, 0.0) for role in group.roles.fields)
        group.evidence += 2.0 * max(map(of_comments, group.ways), default=0)
        group.evidence -= 4.0 * any(of_comments(way) < 0 for way in group.ways)
        group.evidence += 2.0 * bool(group.ways & group.within)  # replies within replies
        if text is not None:
            group.evidence += min(text.words, 12) / 4 + text.distinct
            group.evidence += 2.0 * ("text" not in group.roles.told)
    for group in every:
        for other in every:
            if other is not group and _refers(other, group):
                group.evidence -= 4.0


def _refers(group: Group, other: Group) -> bool:
    """Whether a field of the one list has the ids of the other, as authors and posts have."""
    path = other.roles.fields.get("id")
    if path is None or len(other.records) < 2:
        return False
    names = {name_of(flat(record).get(path)) for record in other.records} - {None}
    if all(str(name).isdigit() and len(str(name)) < 4 for name in names):
        return False
    own = group.roles.fields.get("id")
    for one in fields_of(group.records[:500]):
        given = one.filled
        hits = sum(value in names for value in given)
        if one.path != own and len(given) > 2 and hits > 0.9 * len(given):
            return True
    return False
