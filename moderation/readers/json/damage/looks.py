"""Which objects need no closer look: nothing in them stands where it should not.

Objects with the same keys are asked the same questions, which are found once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.readers.json.shape import Record, at
from moderation.readers.values import LONG

if TYPE_CHECKING:
    from collections.abc import Callable

_SHAPES = 1_000  # sets of keys that are remembered


class Questions(NamedTuple):
    """What is asked of the values of an object.

    blanks: keys, and with how many blanks a text under them is worth a look. deep: the same for
    paths. values: keys under which no sentence stands. odd: keys under which nothing else stands.
    """

    blanks: list[tuple[str, int]]
    deep: list[tuple[str, int]]
    values: list[str]
    odd: list[str]


class Looks:
    """A quick look at each object.

    ask: the questions for an object's keys, None where it is looked at closely in any case.
    is_odd: whether an object's keys are odd, of one within a comment; with the key of that.
    lists: keys of those lists of a comment whose objects matter.
    """

    def __init__(
        self,
        ask: Callable[[Record], Questions | None],
        is_odd: Callable[[str, Record], bool],
        lists: set[str],
    ) -> None:
        self._ask, self._is_odd, self._lists = ask, is_odd, lists
        self._asked: dict[tuple[str, ...], Questions | None] = {}
        self._odd: dict[tuple[str, tuple[str, ...]], bool] = {}

    def are_usual(self, record: Record) -> bool:
        """Whether nothing in a comment is worth a closer look; its texts are not looked at."""
        keys = tuple(record)
        if keys not in self._asked:
            if len(self._asked) > _SHAPES:
                self._asked.clear()
            self._asked[keys] = self._ask(record)
        questions = self._asked[keys]
        if questions is None:
            return False
        for key, blanks in questions.blanks:
            value = record[key]
            if isinstance(value, str) and value.count(" ") >= blanks:
                return False
        for key in questions.values:
            value = record[key]
            if isinstance(value, str) and len(value) > LONG and " " in value:
                return False
        for path, blanks in questions.deep:
            value = at(record, path)
            if isinstance(value, str) and value.count(" ") >= blanks:
                return False
        if any(isinstance(record[key], dict | list) for key in questions.odd):
            return False
        return self._are_inner_usual(record)

    def _are_inner_usual(self, record: Record) -> bool:
        """Whether the objects within a comment have the keys that they should have."""
        for key, value in record.items():
            if isinstance(value, dict):
                if value and not self._is_usual_within(key, value):
                    return False
            elif key in self._lists and isinstance(value, list) and value:
                return False
        return True

    def _is_usual_within(self, outer: str, node: Record) -> bool:
        stack: list[tuple[str, Any]] = [(outer, node)]
        while stack:
            above, inner = stack.pop()
            asked = above, tuple(inner)
            if asked not in self._odd:
                if len(self._odd) > _SHAPES:
                    self._odd.clear()
                self._odd[asked] = self._is_odd(above, inner)
            if self._odd[asked]:
                return False
            for value in inner.values():
                if isinstance(value, dict):
                    stack.append(("", value))
                elif outer in self._lists and isinstance(value, list) and value:
                    return False
        return True
