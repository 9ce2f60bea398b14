"""Which objects need no closer look: nothing in them stands where it should not.

Objects with the same keys are asked the same questions, which are found once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from moderation.readers.json.columns import values
from moderation.readers.json.shape import NESTED, Record, at
from moderation.readers.values import LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
        questions = self._questions(record)
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
        if any(isinstance(record[key], NESTED) for key in questions.odd):
            return False
        return self._are_inner_usual(record)

    def odd(self, records: list[Record]) -> set[int] | None:
        """The places of what `are_usual` denies, of comments with the same keys; None: all."""
        questions = self._questions(records[0])
        if questions is None:
            return None
        odd: set[int] = set()
        blanks, bare = dict(questions.blanks), set(questions.values)
        for key in records[0]:
            column = [record[key] for record in records]
            kinds = set(map(type, column))
            if str in kinds and key in blanks:
                least = blanks[key]
                odd.update(
                    row
                    for row, value in enumerate(column)
                    if value.__class__ is str and value.count(" ") >= least
                )
            if str in kinds and key in bare:
                odd.update(
                    row
                    for row, value in enumerate(column)
                    if value.__class__ is str and len(value) > LONG and " " in value
                )
            if dict in kinds or list in kinds:
                odd.update(self._odd_inner(key, column, key in questions.odd))
        for path, least in questions.deep:
            odd.update(
                row
                for row, value in enumerate(values(records, path, path.split(".")))
                if value.__class__ is str and value.count(" ") >= least
            )
        return odd

    def _odd_inner(self, key: str, column: list[Any], all_odd: bool) -> Iterator[int]:
        """The places of objects and lists, of what stands under a key, that are worth a look."""
        for row, value in enumerate(column):
            if value.__class__ in NESTED and (all_odd or not self._is_usual_within(key, value)):
                yield row

    def _questions(self, record: Record) -> Questions | None:
        keys = tuple(record)
        if keys not in self._asked:
            if len(self._asked) > _SHAPES:
                self._asked.clear()
            self._asked[keys] = self._ask(record)
        return self._asked[keys]

    def _are_inner_usual(self, record: Record) -> bool:
        """Whether the objects within a comment have the keys that they should have."""
        return all(
            self._is_usual_within(key, value)
            for key, value in record.items()
            if value.__class__ in NESTED
        )

    def _is_usual_within(self, outer: str, value: Any) -> bool:
        """The same of what stands under a key; lists matter under some keys only."""
        lists = outer in self._lists
        if value.__class__ is list:
            if not lists:
                return True
            stack = [("", one) for one in value if one.__class__ is dict]
        else:
            stack = [(outer, value)] if value else []
        while stack:
            asked = stack[-1][0], tuple(stack[-1][1])
            inner = stack.pop()[1]
            if asked not in self._odd:
                if len(self._odd) > _SHAPES:
                    self._odd.clear()
                self._odd[asked] = self._is_odd(asked[0], inner)
            if self._odd[asked]:
                return False
            for one in inner.values():
                if one.__class__ is dict:
                    stack.append(("", one))
                elif lists and one.__class__ is list:
                    stack += [("", each) for each in one if each.__class__ is dict]
        return True
