"""Columns of any table to comment records: which column is what, and what its values mean.

Works on whole Arrow columns; values that Arrow cannot convert go through Python once per distinct
value.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import KINDS, RECORD_SCHEMA, STRING, THREAD_SCHEMA, TIME, Batch, Reject
from moderation.readers.column_bytes import Bytes, table_of
from moderation.readers.column_times import times
from moderation.readers.encodings import decode
from moderation.readers.records import SNIPPET
from moderation.readers.synonyms import roles
from moderation.readers.values import (
    LONG,
    LONG_NAME,
    NO_PARENT,
    NOBODY,
    WORDS,
    is_sentence,
    status_of,
)
from moderation.readers.verdicts import ROLE, by_verdicts

_TOP_LEVEL = pa.array(sorted(NO_PARENT - {"0"}), STRING)
_TOP_LEVEL_STARTS = table_of("".join(word[:1] + word[:1].upper() for word in NO_PARENT))
_TOP_LEVEL_LENGTHS = np.isin(np.arange(64), [len(word) for word in NO_PARENT])
_NO_ID = pa.array(["", "nan", "NaN", "null", "<NA>", "\\N"], STRING)
_NOBODY = pa.array(["", *NOBODY], STRING)
_VALUES = ("id", "parent_id", "created_at", "kind", "status")
_WORDED = ("thread_id", "url")  # in some tables all their values are prose
_OFTEN = 2  # rows that have an article
_EDGE = 8  # characters with which an article begins and ends
_BENT = re.compile(r"\d{4}-\d\d.*[^\W\d_]{2}.*", re.DOTALL)  # a date that a program wrote


def late_roles(
    chosen: Mapping[str, str], names: Iterable[str], later: Iterable[str]
) -> dict[str, list[str]]:
    """Our column -> the dump's and, behind it, those that go by such a name in later rows alone.

    >>> late_roles({"text": "body"}, ["body"], ["body", "message", "parent"])
    {'text': ['body', 'message'], 'parent_id': ['parent']}
    """
    known = set(names)
    new = [name for name in dict.fromkeys(later) if name not in known]
    columns = {role: [name] for role, name in chosen.items()}
    for role, name in roles(new, {}).items():
        if name not in chosen.values():
            columns.setdefault(role, []).append(name)
    return columns


Columns = Mapping[str, "pa.Array | pa.ChunkedArray"]


def batch(
    columns: Columns,
    file: str,
    place: Callable[[int], str],
    status: Callable[[Any], str] = status_of,
) -> Batch:
    """Records of raw columns of any type (our name -> values), all of one length.

    place: row -> where it stands, for rejects: rows that have neither a text nor an id. A row
    with an id alone stays as a placeholder. met: rejects for rows that are records all the same,
    but hold a text where a date or an id should be.
    """
    length = len(columns["text"])
    verdicts = {name: texts(columns[name]) for name in columns if name.startswith(ROLE)}
    columns = {name: column for name, column in columns.items() if name not in verdicts}
    by_role = {name: texts(columns[name]) for name in columns if name not in ("created_at",)}
    ids = _ids(by_role["id"]) if "id" in by_role else pa.nulls(length, STRING)
    parents = (
        _parents(by_role["parent_id"], ids) if "parent_id" in by_role else pa.nulls(length, STRING)
    )
    text = _encodable(by_role["text"])
    absent = _blank(text)
    states = _mapped(by_role.get("status"), status, length)
    if verdicts:
        states = by_verdicts(verdicts, states)
    states = _told_by_text(states, text)
    threads, table = _threads(by_role, length)
    dates = columns.get("created_at", pa.nulls(length, STRING))
    created = times(dates) if "created_at" in columns else pa.nulls(length, TIME)
    records = pa.table(
        {
            "thread_id": threads,
            "id": ids,
            "parent_id": parents,
            "author": _authors(by_role["author"])
            if "author" in by_role
            else pa.nulls(length, STRING),
            "created_at": created,
            "text": pc.fill_null(text, "") if text.null_count else text,
            "kind": _kinds(by_role.get("kind"), absent, length),
            "status": states,
            "url": _filled(by_role["url"]) if "url" in by_role else pa.nulls(length, STRING),
            "warnings": _warnings(columns.get("warnings"), absent),
        },
        schema=RECORD_SCHEMA,
    )
    rejects = [
        Reject(file, place(row), reason, shown[:SNIPPET])
        for row, reason, shown in _misplaced(columns)
    ]
    rejects += [
        Reject(file, place(row), "words within a date", shown[:SNIPPET])
        for row, shown in _bent(dates, created)
    ]
    more = len(rejects)
    lost = pc.and_(absent, pc.is_null(ids))
    if not pc.any(lost).as_py():
        return Batch(records, table, rejects, met=more)
    rows = np.flatnonzero(lost.to_numpy(zero_copy_only=False))
    rejects += [Reject(file, place(int(row)), "neither a text nor an id") for row in rows]
    return Batch(records.filter(pc.invert(lost)), table, rejects, met=more)


def _misplaced(columns: Columns) -> Iterator[tuple[int, str, str]]:
    """Texts in columns that hold none: row, reason, text."""
    for name in _VALUES:
        if name in columns:
            for row, shown in _prose(columns[name]):
                yield row, f"prose where {name} should be", shown
    for row, shown in _prose(columns.get("author", _NOBODY[:0]), LONG_NAME):
        yield row, "prose where the author should be", shown
    for name in _WORDED:
        for row, shown in _unlike(columns.get(name, _NOBODY[:0])):
            yield row, f"prose where {name} should be", shown
    for row, shown in _inserted(columns.get("article", _NOBODY[:0])):
        yield row, "a text within the article of other rows", shown


def _prose(column: pa.Array | pa.ChunkedArray, words: int = WORDS) -> list[tuple[int, str]]:
    """Rows of a column of ids or dates that hold a text: so many words make one."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_large_string(column.type):
        return []
    long = np.flatnonzero(Bytes(column).lengths > LONG)
    if not len(long):
        return []
    some = column.take(pa.array(long)).to_pylist()
    texts = zip(long.tolist(), some, strict=True)
    return [(row, text) for row, text in texts if is_sentence(text, words)]


def _unlike(column: pa.Array | pa.ChunkedArray) -> list[tuple[int, str]]:
    """Rows that hold a text in a column where most have a value, and none of these has a blank."""
    found = _prose(column)
    if not 0 < 2 * len(found) < len(column) - column.null_count:
        return []
    worded = pc.sum(pc.match_substring(column, " ")).as_py()
    return found if worded == len(found) else []


def _bent(column: pa.Array | pa.ChunkedArray, created: pa.Array) -> list[tuple[int, str]]:
    """Rows whose date cannot be read for the words in it, where most others can."""
    nulls = created.null_count
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_large_string(column.type) or not 0 < 2 * nulls < len(created):
        return []
    rows = np.flatnonzero(created.is_null().to_numpy(zero_copy_only=False))
    some = column.take(pa.array(rows)).to_pylist()
    found = zip(rows.tolist(), some, strict=True)
    return [
        (row, text)
        for row, text in found
        if text and len(text) <= 2 * LONG and _BENT.fullmatch(text)
    ]


def _inserted(column: pa.Array | pa.ChunkedArray) -> list[tuple[int, str]]:
    """Rows whose article is that of several others, with something put into its middle."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_large_string(column.type) or len(column) < 1 + _OFTEN:
        return []
    encoded = column.dictionary_encode()
    counts = np.bincount(encoded.indices.drop_null().to_numpy())
    if not (len(counts) > 1 and counts.max() >= _OFTEN):
        return []
    written = encoded.dictionary.to_pylist()
    begun: dict[str, str] = {}  # the beginning of an article -> the article
    ended: dict[str, str] = {}  # its end
    for at in np.flatnonzero(counts >= _OFTEN).tolist():
        if len(written[at]) >= 2 * _EDGE:
            begun.setdefault(written[at][:_EDGE], written[at])
            ended.setdefault(written[at][-_EDGE:], written[at])
    odd = [
        at
        for at in np.flatnonzero(counts == 1).tolist()
        for article in (begun.get(written[at][:_EDGE]) or ended.get(written[at][-_EDGE:]),)
        if article and _holds(written[at], article)
    ]
    rows = pc.is_in(encoded.indices, value_set=pa.array(odd, encoded.indices.type))
    numbers = np.flatnonzero(rows.to_numpy(zero_copy_only=False)).tolist()
    return [(row, column[row].as_py()) for row in numbers]


def _holds(text: str, article: str) -> bool:
    """Whether a text is the article with more in its middle."""
    if len(text) - len(article) < _EDGE:
        return False
    return _shared(text, article) + _shared(text[::-1], article[::-1]) >= len(article)


def _shared(first: str, second: str) -> int:
    """Characters with which both begin."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    )


def _blank(text: pa.Array) -> pa.Array:
    """Whether there is nothing but white space; only texts that begin so are looked at whole."""
    blank = np.zeros(len(text), bool)
    rows = Bytes(text).blank_starts()
    if len(rows):
        start = pc.utf8_slice_codeunits(text.take(pa.array(rows)), 0, 8)
        begins = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(start), ""), True)
        rows = rows[begins.to_numpy(zero_copy_only=False)]
        whole = pc.utf8_trim_whitespace(text.take(pa.array(rows)))
        blank[rows] = pc.fill_null(pc.equal(whole, ""), True).to_numpy(zero_copy_only=False)
    if text.null_count:
        blank |= text.is_null().to_numpy(zero_copy_only=False)
    return pa.array(blank)


def texts(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Any column as strings. Whole floats become integers, so that 317120.0 meets 317120."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(column, pa.ChunkedArray):  # combine_chunks of no chunks, in some releases
        column = pa.concat_arrays(column.chunks)
    kind = column.type
    if pa.types.is_dictionary(kind):
        return texts(column.dictionary_decode())
    if pa.types.is_large_string(kind):
        return column
    if pa.types.is_floating(kind):
        return _float_texts(column)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raw = column.to_pylist()
        return pa.array([cell if cell is None else decode(cell)[0] for cell in raw], STRING)
    if pa.types.is_nested(kind):
        return pa.array([_as_text(value) for value in column.to_pylist()], STRING)
    if pa.types.is_null(kind):
        return pa.nulls(len(column), STRING)
    return column.cast(STRING)


def _float_texts(column: pa.Array) -> pa.Array:
    column = column.cast(pa.float64())
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), float(1 << 63)))
    short = pc.if_else(whole, column, pa.scalar(None, pa.float64())).cast(pa.int64(), safe=False)
    return pc.coalesce(short.cast(STRING), column.cast(STRING))


def _as_text(value: Any) -> str | None:
    """A list of strings as one, anything else nested as JSON."""
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(element, str) for element in value):
        return "".join(value)
    return json.dumps(value, default=str, ensure_ascii=False)


def _encodable(column: pa.Array) -> pa.Array:
    """Without NUL characters, which neither CSV nor most programs take."""
    letters = Bytes(column).used
    if not len(letters) or letters.min():
        return column
    return pc.replace_substring(column, "\0", "")


def _trimmed(column: pa.Array) -> pa.Array:
    """Without white space around the values."""
    return pc.utf8_trim_whitespace(column) if Bytes(column).blank_edges() else column


def _none_where(column: pa.Array, could: np.ndarray, words: pa.Array) -> pa.Array:
    """Null where a value is one of the words, which no value is unless one of `could` is set."""
    if not could.any():
        return column
    return pc.if_else(pc.is_in(column, value_set=words), pa.scalar(None, STRING), column)


def _ids(column: pa.Array) -> pa.Array:
    """Ids without blanks around them; `317120.0` is 317120; empty ones and NaN are null."""
    column = _trimmed(column)
    seen = Bytes(column)
    if (seen.last == ord("0")).any() and (seen.used == ord(".")).any():
        column = pc.replace_substring_regex(column, pattern=r"^(\d+)\.0+$", replacement=r"\1")
        seen = Bytes(column)
    return _none_where(column, seen.lengths <= 4, _NO_ID)


def _parents(column: pa.Array, ids: pa.Array) -> pa.Array:
    """Parents without the words for "none"; `0` stays for `merge`, which sees all the ids."""
    column = _ids(column)
    seen = Bytes(column)
    reddits = seen.first == ord("t")
    could = _TOP_LEVEL_STARTS[seen.first] & _TOP_LEVEL_LENGTHS[np.minimum(seen.lengths, 63)]
    if (could | (reddits & (seen.second() == ord("3")))).any():
        top = pc.or_(
            pc.starts_with(column, "t3_"), pc.is_in(pc.utf8_lower(column), value_set=_TOP_LEVEL)
        )
        column = pc.if_else(pc.fill_null(top, True), pa.scalar(None, STRING), column)
    if not reddits.any():
        return column
    prefixed = pc.starts_with(column, "t1_")
    if pc.any(prefixed).as_py() and not pc.any(pc.starts_with(ids, "t1_")).as_py():
        column = pc.replace_substring_regex(column, pattern="^t1_", replacement="")
    return column


def _filled(column: pa.Array) -> pa.Array:
    """Null where the column is empty."""
    return _none_where(column, Bytes(column).lengths == 0, _NO_ID[:1])


def _authors(column: pa.Array) -> pa.Array:
    column = _trimmed(column)
    seen = Bytes(column)
    return _none_where(column, (seen.lengths == 0) | (seen.first == ord("[")), _NOBODY)


def _mapped(column: pa.Array | None, meaning: Callable[[Any], str], length: int) -> pa.Array:
    """Each distinct value's meaning; null goes through it too."""
    if column is None:
        return pa.repeat(pa.scalar("unknown", STRING), length)
    encoded = column.dictionary_encode(null_encoding="encode")
    words = [meaning(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(words, STRING).take(encoded.indices)


def _told_by_text(states: pa.Array, text: pa.Array) -> pa.Array:
    """`[deleted]` and `[removed]` in place of the text, where nothing else tells."""
    if not (Bytes(text).first == ord("[")).any():
        return states
    unknown = pc.equal(states, "unknown")
    for word, status in (("[deleted]", "deleted"), ("[removed]", "removed")):
        marked = pc.and_(unknown, pc.fill_null(pc.equal(text, word), False))
        if pc.any(marked).as_py():
            states = pc.if_else(marked, pa.scalar(status, STRING), states)
    return states


def _kinds(column: pa.Array | None, absent: pa.Array, length: int) -> pa.Array:
    def meaning(value: Any) -> str:
        word = str(value).lower()
        return word if word in KINDS else "comment"

    if column is not None:
        return _mapped(column, meaning, length)
    if not pc.any(absent).as_py():
        return pa.repeat(pa.scalar("comment", STRING), length)
    return pc.if_else(absent, pa.scalar("placeholder", STRING), pa.scalar("comment", STRING))


def _warnings(column: pa.Array | pa.ChunkedArray | None, absent: pa.Array) -> pa.Array:
    kind = RECORD_SCHEMA.field("warnings").type
    if column is None and not pc.any(absent).as_py():
        empty = pa.array(np.zeros(len(absent) + 1, np.int32))
        return pa.ListArray.from_arrays(empty, pa.array([], pa.string()))
    before = [None] * len(absent) if column is None else column.to_pylist()
    rows = []
    for value, lost in zip(before, absent.to_pylist(), strict=True):
        words = [word for word in value.split(";") if word] if isinstance(value, str) else value
        warnings = list(words or [])
        rows.append([*warnings, "lost_text"] if lost and "lost_text" not in warnings else warnings)
    return pa.array(rows, kind)


def _threads(by_role: Mapping[str, pa.Array], length: int) -> tuple[pa.Array, pa.Table]:
    """The thread of each row, and a table of the threads; without ids, title or article tell."""
    named = [by_role[name] for name in ("thread_id", "title") if name in by_role]
    if "article" in by_role:
        named.append(_digests(by_role["article"]))
    if not named:
        return pa.nulls(length, STRING), THREAD_SCHEMA.empty_table()
    ids = _ids(pc.coalesce(*named) if named[0].null_count else named[0])
    if (Bytes(ids).first == ord("t")).any() and pc.any(pc.starts_with(ids, "t3_")).as_py():
        ids = pc.replace_substring_regex(ids, pattern="^t3_", replacement="")
    about = [name for name in ("title", "article") if name in by_role]
    return ids, _described(by_role, ids, about) if about else THREAD_SCHEMA.empty_table()


def _described(by_role: Mapping[str, pa.Array], ids: pa.Array, about: list[str]) -> pa.Table:
    """The threads of these ids, with what columns tell about them."""
    table = pa.table({"thread_id": ids, **{name: _filled(by_role[name]) for name in about}})
    if ids.null_count:
        table = table.filter(pc.is_valid(table["thread_id"]))
    threads = (
        _without_runs(table)
        .group_by("thread_id", use_threads=False)
        .aggregate([(name, "min") for name in about])
    )
    columns = {
        name: threads[name if name == "thread_id" else f"{name}_min"]
        if name in ("thread_id", *about)
        else pa.nulls(threads.num_rows, STRING)
        for name in THREAD_SCHEMA.names
    }
    return pa.table(columns, schema=THREAD_SCHEMA)


def _without_runs(table: pa.Table) -> pa.Table:
    """Without the rows that say what the row before them says: in most dumps all but a few."""
    if len(table) < 2:
        return table
    new = np.zeros(len(table), bool)
    new[0] = True
    for column in table.columns:
        same = pc.equal(column[1:], column[:-1])
        new[1:] |= ~pc.fill_null(same, False).to_numpy()
    return table.filter(pa.array(new))


def _digests(column: pa.Array) -> pa.Array:
    """A short name for each article text, the same in every shard."""
    encoded = column.dictionary_encode()
    names = [
        hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:12]
        for value in encoded.dictionary.to_pylist()
    ]
    return pa.array(names, STRING).take(encoded.indices)
