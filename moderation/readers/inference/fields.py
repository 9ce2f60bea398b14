"""One field of an unknown dump: what its values are like."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import Any

from moderation.readers.values import no_parent, when

_WORD = re.compile(r"(?<!\S)(?:(?!\s)[\W\d_])*+[^\W\d_]\S*+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")  # no blanks between
_ADDRESS = re.compile(r"(?:https?:)?//\S+|/[^\s/]*(?:/\S*)?|\S+\.(?:html?|php|md)\S*", re.I)
_NAMED = re.compile(r"[0-9a-fA-F]{8,}|[0-9a-fA-F-]{32,}|\d{5,}")
_FLAGS = frozenset(["0", "1", "true", "false", "yes", "no", "y", "n", "t", "f"])
SHOWN = 60  # characters of a value in a message
LONG_ENOUGH = 3  # words of a text


class Field:
    """The values of a field, one for each record that is looked at; None where it has none."""

    def __init__(self, path: str, values: list[Any]) -> None:
        self.path = path
        self.values = values

    @cached_property
    def filled(self) -> list[str]:
        """The values that are there, as strings."""
        return [name for name in map(name_of, self.values) if name]

    @cached_property
    def distinct(self) -> float:
        """The share of different values among those that are there."""
        return len(set(self.filled)) / max(1, len(self.filled))

    @cached_property
    def share(self) -> float:
        """The share of records that have a value."""
        return len(self.filled) / max(1, len(self.values))

    @cached_property
    def is_unique(self) -> bool:
        """Whether nearly all records have a value, and no two the same: names of records."""
        scalar = not any(isinstance(value, float | bool) for value in self.values)
        blanks = sum(" " in value for value in self.filled)
        return scalar and self.share > 0.9 and self.distinct > 0.98 and not blanks

    @cached_property
    def words(self) -> float:
        """Words of a value, on average; two characters are one where there are no blanks."""
        strings = [value for value in self.values if isinstance(value, str) and value.strip()]
        if not strings:
            return 0.0
        return sum(map(count_words, strings)) / len(strings)

    @cached_property
    def is_text(self) -> bool:
        """Whether these can be what people wrote."""
        strings = [value for value in self.values if isinstance(value, str) and value.strip()]
        if not strings or 2 * len(strings) < len(self.filled):
            return False
        odd = sum(bool(_ADDRESS.fullmatch(value.strip())) for value in strings)
        bare = sum(" " not in value.strip() and not _WIDE.search(value) for value in strings)
        is_name = bare == len(strings) > 3 and self.distinct > 0.98
        other = self.is_time or self.is_named or is_name
        return 2 * odd < len(strings) and not other and self.words >= 1

    @cached_property
    def is_prose(self) -> bool:
        """Whether they are, by themselves: some words each, and hardly one as another."""
        several = [count_words(value) >= LONG_ENOUGH for value in self._strings]
        return (
            self.is_text
            and self.words >= LONG_ENOUGH
            and self.distinct > 0.6
            and 2 * sum(several) >= len(several)
        )

    @cached_property
    def _strings(self) -> list[str]:
        return [value for value in self.values if isinstance(value, str) and value.strip()]

    @cached_property
    def is_time(self) -> bool:
        """Whether they are points in time: dates, or numbers of seconds of the last decades."""
        some = self.filled[:50]
        if not some:
            return False
        return sum(_is_time(value) for value in some) >= 0.9 * len(some)

    @cached_property
    def is_address(self) -> bool:
        """Whether they are addresses of pages."""
        some = self.filled[:100]
        return bool(some) and sum(bool(_ADDRESS.fullmatch(v)) for v in some) >= 0.9 * len(some)

    @cached_property
    def is_named(self) -> bool:
        """Whether they are made by a machine: long numbers, hexadecimal digits."""
        some = self.filled[:100]
        return bool(some) and sum(bool(_NAMED.fullmatch(v)) for v in some) >= 0.9 * len(some)

    @cached_property
    def references(self) -> list[str | None]:
        """What each record refers to by this field; None where it says that it refers to nothing.

        A `0` says so too.
        """
        return [None if no_parent(name) else name for name in map(name_of, self.values)]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value occurs."""
        return Counter(self.filled)

    @cached_property
    def has_flags(self) -> bool:
        """Whether the values say yes or no."""
        return all(value is None or isinstance(value, bool) for value in self.values) or (
            {value.lower() for value in self.counts} <= _FLAGS
        )


def name_of(value: Any) -> str | None:
    """A value as the name of something; None where it can be none."""
    if value is None or isinstance(value, bool | dict | list):
        return None
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value.is_integer() else str(value)
    return str(value).strip() or None


def count_words(text: str) -> float:
    """Words of a text; two characters of those that are written without blanks are one."""
    wide = len(_WIDE.findall(text))
    return wide / 2 + len(_WORD.findall(_WIDE.sub(" ", text)))


def _is_time(value: str) -> bool:
    moment = when(value)
    return (
        moment is not None
        and 1990 <= moment.year <= 2040
        and (not value.isdigit() or len(value) in (10, 13, 16))
    )


def which_text(paths: list[str], fields: list[Field]) -> str:
    """The question that goes back to the user, which of these is the text."""
    by_path = {one.path: one for one in fields}
    shown = "; ".join(
        f"{path!r}, such as {_example(by_path[path])!r}" for path in paths[:4] if path in by_path
    )
    return (
        f"each of these may be the text: {shown}. "
        f"Say which: --map text={paths[0]} or --map text={paths[1]}"
    )


def _example(one: Field) -> str:
    value = " ".join((one.filled or [""])[0].split())
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
