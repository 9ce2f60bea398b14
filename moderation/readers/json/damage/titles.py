"""Titles of threads into which damage has put the text of a comment."""

from __future__ import annotations

from collections import Counter, defaultdict

from moderation.readers.json.columns import values
from moderation.readers.json.damage.words import is_inserted, is_text
from moderation.readers.json.shape import JsonFormat, Record, alternatives_of, at

HABIT = 2  # comments that show what is usual


class Titles:
    """What the comments of each thread give as its title."""

    def __init__(self, shape: JsonFormat) -> None:
        self._shape = shape
        self._known: defaultdict[str, Counter[str]] = defaultdict(Counter)  # of each thread
        self._looked_at: dict[tuple[str, str], bool] = {}  # threads and titles

    def forget(self) -> None:
        """Know none."""
        self._known.clear()
        self._looked_at.clear()

    def remember(self, record: Record) -> None:
        """Learn from a comment."""
        self._known[self._thread(record)].update(self._titles_of(record))

    def _thread(self, record: Record) -> str:
        """What names the thread of a comment."""
        names = (at(record, path) for path in self._shape.thread.split("|") if path)
        return str(next((name for name in names if name is not None), ""))

    def _titles_of(self, record: Record) -> list[str]:
        """The titles that a comment gives its thread."""
        values = (at(record, path) for path in self._shape.title.split("|") if path)
        return [value for value in values if isinstance(value, str)]

    def is_bent(self, record: Record) -> bool:
        """Whether a title is that of other comments of its thread, with a text in its middle."""
        if not self._shape.title:
            return False
        thread = self._thread(record)
        return any(self._has_text_within(thread, title) for title in self._titles_of(record))

    def are_bent(self, records: list[Record]) -> bool:
        """Whether any of these comments has such a title."""
        if not self._shape.title:
            return False
        threads = [""] * len(records)
        for path, keys in reversed(alternatives_of(self._shape.thread)):
            found = values(records, path, keys)
            threads = [
                thread if value is None else str(value)
                for thread, value in zip(threads, found, strict=True)
            ]
        return any(
            isinstance(title, str) and self._has_text_within(thread, title)
            for path, keys in alternatives_of(self._shape.title)
            for thread, title in {
                (thread, title)
                for thread, title in zip(threads, values(records, path, keys), strict=True)
                if title.__class__ is str
            }
        )

    def _has_text_within(self, thread: str, title: str) -> bool:
        if (thread, title) not in self._looked_at:
            self._looked_at[thread, title] = is_text(title) and any(
                count >= HABIT and is_inserted(title, other)
                for other, count in self._known.get(thread, Counter()).items()
            )
        return self._looked_at[thread, title]
