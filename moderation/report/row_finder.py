"""Find the row of a comment by its thread and id: sixteen bytes for each comment of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from moderation.report.scored import Scored

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads the threads' numbers


class RowFinder:
    """By a hash that Python salts anew in each process, so that no dump can be made to collide."""

    def __init__(self, scored: Scored) -> None:
        """Reads all ids once, of which it keeps the hashes."""
        names = scored.named["thread_id"]
        self._threads = {name: number for number, name in enumerate(names.texts)}
        hashes = np.concatenate(
            [np.zeros(0, np.uint64), *map(_hashes, scored.records.ids())]
        ) ^ _spread(names.codes)
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]

    def find(self, thread: str | None, name: str | None) -> int | None:
        """The first row with this thread and id, None for none; "" is as good as null."""
        code = self._threads.get(thread) if thread else None
        codes = [code] if code is not None else ([-1, self._threads.get("", -1)])
        if thread and code is None:
            return None
        for number in codes:
            wanted = _hashes([name])[0] ^ _spread(np.array([number]))[0]
            at = int(np.searchsorted(self._hashes, wanted))
            if at < len(self._hashes) and self._hashes[at] == wanted:
                return int(self._order[at])
        return None


def _hashes(ids: list[str | None]) -> np.ndarray:
    return np.array([hash(name or "") for name in ids], np.int64).view(np.uint64)


def _spread(codes: np.ndarray) -> np.ndarray:
    return (codes.astype(np.int64) + 2).astype(np.uint64) * _SPREAD
