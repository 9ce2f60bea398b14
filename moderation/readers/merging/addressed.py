"""Guess parents where comments name the author they answer, and nothing else says what they answer.

A text that begins with `@Ada`, or a field of names such as "replied to user": the parent is what
that author wrote last before, in the same thread. It is a guess, and a note tells how many there
are. Where comments name parents by id, or have ids and only their texts name authors, none is made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = frozenset(
    ["table", "xlsx", "json-tree", "laid-out", "xml"]
)  # of files of no known system
_SIGN = r"^\s*(?:(?:回复|回覆|返信)\s*)?[@＠]"
_AT = re.compile(_SIGN)
_WORDS = 5  # of a name
_END = re.compile(r"[\s,.:;!?，。：！？…)\-–—]")
_MOST = 0.5  # of the fields that name somebody, name an author
_REACH = 120  # characters of a text in which a name may stand


class Addressed:
    """The comments of one file in their order, and who wrote what last."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._by = ""  # "fields", "texts" or "nothing", once the first comments have come
        self._last: dict[tuple[str | None, str], str] = {}
        self._met: dict[str | None, int] = {}
        self._newest_first = False
        self.guessed = self.nobody = 0

    def __call__(self, records: pa.Table) -> pa.Table:
        """The records (RECORD_SCHEMA) with parents that are guessed."""
        if not self._by and len(records):
            self._by = _told_by(records)
            self._newest_first = _are_newest_first(records["created_at"])
        if self._by in ("", "nothing") or not len(records):
            return records
        columns = {name: records[name].to_pylist() for name in ("thread_id", "id", "author")}
        given = records["parent_id" if self._by == "fields" else "text"].to_pylist()
        ids, parents = columns["id"], []
        for at, (thread, author) in enumerate(
            zip(columns["thread_id"], columns["author"], strict=True)
        ):
            self._met[thread] = self._met.get(thread, 0) + 1
            ids[at] = ids[at] or self._number(thread)
            parents.append(self._parent(thread, _plainly(author), given[at]))
            if author:
                self._last[thread, _plainly(author)] = ids[at]
        for place, (name, values) in enumerate((("id", ids), ("parent_id", parents)), 1):
            records = records.set_column(
                place, records.schema.field(name), pa.array(values, STRING)
            )
        return records

    def note(self) -> str | None:
        """What to say of the guesses."""
        if not self.guessed and not self.nobody:
            return None
        what = "a name" if self._by == "fields" else "the @name that begins its text"
        said = f"{self._file}: nothing but {what} tells what a comment answers"
        if self._newest_first:
            return f"{said}, and the newest comes first; left at the top level: {self.nobody:,}"
        none = f"; named nobody who wrote before, and left at the top level: {self.nobody:,}"
        return (
            f"{said}; taken for an answer to what the author of that name wrote last before: "
            f"{self.guessed:,}{none if self.nobody else ''}"
        )

    def _number(self, thread: str | None) -> str:
        number = str(self._met[thread])
        return number if thread is None else f"{self._file.rpartition('/')[2]}-{number}"

    def _parent(self, thread: str | None, author: str, given: str | None) -> str | None:
        """The id of what is answered."""
        if not given or (self._by == "texts" and not _AT.match(given)):
            return None
        names = [_plainly(given)] if self._by == "fields" else list(_names(given))
        for name in names if not self._newest_first else ():
            if name != author and (thread, name) in self._last:
                self.guessed += 1
                return self._last[thread, name]
        self.nobody += author not in names
        return None


def _told_by(records: pa.Table) -> str:
    """What tells whom comments answer: a field, the texts, or nothing but ids if anything."""
    ids, parents = records["id"].drop_null(), records["parent_id"].drop_null()
    if not len(records["author"].drop_null()):
        return "nothing"
    if len(parents):
        if pc.any(pc.is_in(parents, value_set=ids.combine_chunks())).as_py():
            return "nothing"
        authors = {_plainly(name) for name in records["author"].drop_null().unique().to_pylist()}
        known = sum(_plainly(name) in authors for name in parents.to_pylist())
        return "fields" if known >= _MOST * len(parents) else "nothing"
    at = pc.match_substring_regex(records["text"], _SIGN)
    return "texts" if not len(ids) and pc.any(at).as_py() else "nothing"


def _are_newest_first(times: pa.ChunkedArray) -> bool:
    """Whether most comments are older than the one before them."""
    moments = times.drop_null().cast(pa.int64()).to_numpy()
    older = int((moments[1:] < moments[:-1]).sum())
    return older > _MOST * max(1, len(moments) - 1)


def _plainly(name: str | None) -> str:
    return (name or "").strip().lstrip("@＠").casefold()


def _names(text: str) -> Iterator[str]:
    """What may be the name at the beginning of a text, the longest first."""
    sign = _AT.match(text)
    rest = text[sign.end() : sign.end() + _REACH] if sign else ""
    ends = [end.start() for end in _END.finditer(rest)]
    for end in [*([len(rest)] if len(ends) < _WORDS else []), *reversed(ends[: 2 * _WORDS])]:
        name = _plainly(rest[:end])
        if name:
            yield name
