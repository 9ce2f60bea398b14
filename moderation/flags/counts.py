"""Count flags and what cannot be told in a scored table that comes in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.comments import PINGS
from moderation.flags.by_language import by_language, sum_of
from moderation.model.share import flag_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from moderation.flags.by_language import ByLanguage


class FlagCounts:
    """Comments, notices of links, flags and missing scores by label, and all that by language."""

    def __init__(self, labels: list[str]) -> None:
        """Nothing is counted yet."""
        self.comments = self.pings = 0
        self.flags = dict.fromkeys(labels, 0)
        self.cannot_tell = dict.fromkeys(labels, 0)
        self.languages: ByLanguage = {}

    def add(self, scored: pa.Table) -> None:
        """Count a part of the scored table."""
        self.comments += len(scored)
        kinds = scored["kind"].value_counts().to_pylist()
        self.pings += sum(one["counts"] for one in kinds if one["values"] in PINGS)
        for label in self.flags:
            self.flags[label] += flag_count(scored, label)
            self.cannot_tell[label] += scored[label].null_count
        self.languages = sum_of([self.languages, by_language(scored)])

    def of(self, parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Pass on the parts, counted."""
        for part in parts:
            self.add(part)
            yield part
