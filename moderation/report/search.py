"""Search every comment of a scored file: texts in lower case on the disk, read from end to end.

A million comments are 250 MB, which is read from the system's cache and searched in a fifth of a
second: no index could be built in the time that it takes to score them, nor find the middle of a
word. Only where each text begins is held in memory: eight bytes a comment.
"""

from __future__ import annotations

import io
import tempfile
import weakref
from bisect import bisect_right
from threading import Lock
from typing import IO, TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.report.scored import Names, Scored

CHUNK = 4 << 20  # bytes that are searched at once
MOST = 200_000  # comments that are found: whoever looks for a single letter finds no more


class Search:
    """Finds rows by words in the text, the author's name or the thread's title."""

    def __init__(self, scored: Scored) -> None:
        self._scored = scored
        self._lock = Lock()
        self._starts: np.ndarray | None = None
        self._file: IO[bytes] = io.BytesIO()

    def prepare(self) -> None:
        """Lay the texts out, unless that is done."""
        with self._lock:
            if self._starts is not None:
                return
            try:
                file = tempfile.TemporaryFile(prefix="moderation-")  # noqa: SIM115 - closed below
                weakref.finalize(self, file.close)
                self._starts, self._file = self._laid_out(file), file
            except OSError:  # no room for them: they are held in memory instead
                self._starts = self._laid_out(self._file)

    def _laid_out(self, file: IO[bytes]) -> np.ndarray:
        """Write the texts; where each begins, and the last one ends."""
        lengths = [np.zeros(1, np.int64)]
        for texts in self._scored.records.texts():
            lowered = pc.fill_null(pc.utf8_lower(texts), "")
            lengths.append(pc.binary_length(lowered).to_numpy(zero_copy_only=False))
            file.write(_bytes(lowered))
        file.flush()
        return np.cumsum(np.concatenate(lengths))

    def rows(self, words: str) -> np.ndarray:
        """(m,) ascending, of the comments that hold the words as they stand, in any case."""
        found = np.zeros(len(self._scored), bool)
        found[self._in_texts(_lower(words))] = True
        for column in ("author", "title"):
            found |= _in_names(self._scored.named[column], words)
        return np.flatnonzero(found)

    def _in_texts(self, needle: bytes) -> np.ndarray:
        self.prepare()
        starts = self._starts
        assert starts is not None  # noqa: S101 - prepared
        if not needle:
            return np.arange(len(starts) - 1)
        found: list[int] = []
        for first, ends, content in self._chunks(starts):
            found += _hits(content, needle, first, ends)
            if len(found) > MOST:
                break
        return np.array(found, np.int64)

    def _chunks(self, starts: np.ndarray) -> Iterator[tuple[int, np.ndarray, bytes]]:
        """Whole texts: the first one's row, where each ends in the chunk, and the chunk."""
        first, rows = 0, len(starts) - 1
        while first < rows:
            last = int(np.searchsorted(starts, starts[first] + CHUNK, "right")) - 1
            last = min(max(last, first + 1), rows)
            with self._lock:
                self._file.seek(int(starts[first]))
                content = self._file.read(int(starts[last] - starts[first]))
            yield first, starts[first + 1 : last + 1] - starts[first], content
            first = last


def _hits(content: bytes, needle: bytes, first: int, ends: np.ndarray) -> list[int]:
    """The rows of a chunk that hold the needle; a hit across two texts is none."""
    found: list[int] = []
    bounds = ends.tolist()
    at = content.find(needle)
    while at >= 0:
        row = bisect_right(bounds, at)
        end = bounds[row]
        if at + len(needle) <= end:
            found.append(first + row)
            at = content.find(needle, end)
        else:
            at = content.find(needle, at + 1)
    return found


def _in_names(names: Names, words: str) -> np.ndarray | bool:
    """(comments,) whether the name of each holds the words."""
    if not words or not names.texts:
        return False
    texts = pa.array(names.texts, pa.large_string())
    hits = pc.match_substring(texts, words, ignore_case=True).to_numpy(zero_copy_only=False)
    return np.append(hits, False)[names.codes]  # code -1 takes the last


def _lower(words: str) -> bytes:
    """As the texts are: by the same function, whatever it makes of a letter."""
    return bytes(pc.utf8_lower(pa.scalar(words, pa.large_string())).as_buffer())


def _bytes(texts: pa.LargeStringArray) -> bytes:
    """All texts of an array, one after the other."""
    joined = pc.cast(texts, pa.large_binary())
    _, offsets, content = joined.buffers()
    if content is None:
        return b""
    places = np.frombuffer(offsets, np.int64, len(joined) + 1, joined.offset * 8)
    return bytes(memoryview(content)[places[0] : places[-1]])
