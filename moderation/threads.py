"""Rebuild reply trees: records in any order to the comment table, threads contiguous, in pre-order.

Everything here works on whole columns. Strings are compared once, through dictionary codes;
ancestors are followed by pointer doubling, so a reply chain 100,000 deep takes 17 steps and
nothing recurses.

Long, for parents, depths, cycles and the order are worked out from the same dictionary codes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import COMMENT_SCHEMA, RECORD_SCHEMA
from moderation.errors import InputError
from moderation.tables import give_back_memory, one_array, text_column, to_frame

if TYPE_CHECKING:
    import pandas as pd

    from moderation.tables import Table

LATEST = np.iinfo(np.int64).max  # a missing time sorts after every known one
CONTENT = ("thread_id", "id", "parent_id", "author", "created_at", "text", "kind", "status")
WARNINGS = ("orphan", "self_parent", "cycle_cut", "duplicate_id")


def thread(records: pd.DataFrame) -> pd.DataFrame:
    """Comment table (COMMENT_SCHEMA) of `records` (RECORD_SCHEMA): one row out for each row in.

    Any order of the rows gives the same table:

    - Siblings stand by `created_at` when all of them have one, else by `id` in natural order
      (1, 1.1, 2, 10), so that a page whose comments were numbered in reading order keeps it.
      Comments of the same moment stand by `id` too. Threads stand by `thread_id`, naturally.
    - A parent that is not in the thread: the comment keeps its `parent_id`, becomes a root and
      is marked `orphan`.
    - A comment that names itself (`self_parent`) and the earliest comment of a cycle
      (`cycle_cut`) become roots and lose their `parent_id`: whoever follows it must not circle.
    - Of several records with one id the earliest keeps it, a real comment before a placeholder,
      and replies go to that one; the others become `id#2`, `id#3`, … marked `duplicate_id`.
      `repeats` finds those that say nothing new, for the caller to reject.

    Columns that are missing, `id` and `text` excepted, count as empty.
    Raises InputError when a row has no id.
    """
    table = _records(records)
    return to_frame(arranged(dict(zip(table.column_names, table.columns, strict=True))))


def arranged(columns: dict[str, pa.ChunkedArray], keys: Keys | None = None) -> pa.Table:
    """`thread` for columns in the order of RECORD_SCHEMA, which are taken out of `columns`.

    So no more than two of them are there twice. keys: of these records, if they are known.
    """
    table = pa.table(columns, schema=RECORD_SCHEMA)
    if not len(table):
        return COMMENT_SCHEMA.empty_table()
    keys = Keys.of(table) if keys is None else keys
    second = _second_copies(table, keys)
    parent, orphan, own = _parents(table, keys, second)
    ids = _renamed(table, second)
    cut = _cut_cycles(parent, table["created_at"], ids)
    walk, depth = _pre_order(parent, _sibling_order(parent, keys.thread, table["created_at"], ids))

    top = pa.array(own | cut)
    parents = pc.if_else(top, pa.scalar(None, pa.large_string()), table["parent_id"])
    marks = np.stack([orphan, own, cut, _mask(second, len(ids))])
    columns["id"], columns["parent_id"] = pa.chunked_array([ids]), parents
    columns["warnings"] = pa.chunked_array([_warnings(table["warnings"], marks)])
    del table
    rows = pa.array(walk)
    columns_of = {
        "depth": pa.array(depth[walk], pa.int32()),
        "position": pa.array(_position(keys.thread[walk]), pa.int32()),
    }
    names = sorted(columns, key=lambda name: name != "text")  # the others beside the largest

    def moved(name: str) -> pa.Array:
        give_back_memory()
        column = one_array(columns.pop(name))
        give_back_memory()
        return column.take(rows)  # column by column: of a whole table it takes 7 times as long

    with ThreadPoolExecutor(2) as workers:
        columns_of |= zip(names, workers.map(moved, names), strict=True)
    return pa.table(
        {name: columns_of[name] for name in COMMENT_SCHEMA.names}, schema=COMMENT_SCHEMA
    )


def repeats(records: pd.DataFrame) -> np.ndarray:
    """(n,) bool: the rows that say exactly what another row of the same thread and id says.

    Overlapping shards and Reddit's `morechildren` give a comment twice. Address and warnings may
    differ; everything else is equal, so leaving such a row out loses nothing. Which of them is
    left does not depend on the order: the one of the smallest address, then warnings.
    """
    table = _records(records)
    return repeated(table, Keys.of(table)) if len(table) else np.zeros(0, dtype=bool)


def repeated(table: pa.Table, keys: Keys) -> np.ndarray:
    """`repeats` for a table of RECORD_SCHEMA whose keys are known."""
    repeats = np.zeros(len(table), dtype=bool)
    several = _several(keys.own)
    if not len(several):  # Arrow would copy all of it to take nothing
        return repeats
    copies = table.take(pa.array(several))
    warnings = pc.fill_null(pc.binary_join(copies["warnings"], ";"), "")
    beside = pa.table({"url": copies["url"], "warnings": warnings})
    order = pc.sort_indices(beside, [("url", "ascending"), ("warnings", "ascending")])
    content = to_frame(copies.select(CONTENT).take(order))
    repeats[several[order.to_numpy()]] = content.duplicated().to_numpy()
    return repeats


def parent_rows(depth: np.ndarray) -> np.ndarray:
    """(n,) int64: the row of each comment's parent in a comment table, -1 for a root.

    depth: (n,) from 1, threads contiguous and in pre-order, so that the parent is the nearest
    row before with a depth of one less.
    """
    parent = np.full(len(depth), -1, dtype=np.int64)
    order = np.argsort(depth, kind="stable")
    bounds = np.searchsorted(depth[order], np.arange(1, depth.max(initial=0) + 2))
    for level in range(1, len(bounds) - 1):
        above, rows = (
            order[bounds[level - 1] : bounds[level]],
            order[bounds[level] : bounds[level + 1]],
        )
        parent[rows] = above[np.searchsorted(above, rows) - 1]
    return parent


class Keys(NamedTuple):
    """Integer names: equal numbers, equal strings. `thread` also gives the threads' order."""

    thread: np.ndarray  # (n,) rank of the row's thread
    own: np.ndarray  # (n,) number of (thread, id)
    parent: np.ndarray  # (n,) number of (thread, parent_id), on the same scale; -1 = top level

    @classmethod
    def of(cls, table: pa.Table) -> Keys:
        """The keys of a table with thread_id, id and parent_id, one row or more."""
        ids = pa.chunked_array([*table["id"].chunks, *table["parent_id"].chunks])
        with ThreadPoolExecutor(1) as beside:
            coded = beside.submit(_codes, ids)
            thread, names = _codes(table["thread_id"])
        rank = np.append(np.argsort(natural_order(names)), len(names))  # -1, no thread, goes last
        thread = rank[thread]
        own, parent = np.split(coded.result()[0], 2)
        home = np.full(max(own.max(), parent.max()) + 2, -1)  # the thread of each id; last: none
        home[own] = thread
        absent = parent < 0
        whole = own.min() >= 0 and (home[own] == thread).all()
        if whole and (absent | (home[parent] == thread)).all():
            return cls(thread, own, parent)  # an id stands in one thread, as on most sites
        both = np.tile(thread, 2) * len(home) + np.concatenate([own, parent]) + 1
        numbers = pa.array(both).dictionary_encode().indices.to_numpy().astype(np.int64)
        own, parent = np.split(numbers, 2)
        return cls(thread, own, np.where(absent, -1, parent))


def _records(records: pd.DataFrame) -> pa.Table:
    absent = {name for name in ("id", "text") if name not in records.columns}
    if absent:
        raise InputError(
            f"records have no column {', '.join(sorted(absent))}; found {list(records)}"
        )
    columns = [
        pa.array(records[field.name], type=field.type, from_pandas=True)
        if field.name in records.columns
        else pa.nulls(len(records), field.type)
        for field in RECORD_SCHEMA
    ]
    table = pa.table([_chunked(column) for column in columns], schema=RECORD_SCHEMA)
    if table["id"].null_count:
        raise InputError(
            f"{table['id'].null_count} records have no id; give each one, such as its row"
        )
    return table


def _chunked(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])


def _codes(strings: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """(n,) int64 codes, -1 for null, and the strings they stand for."""
    encoded = one_array(strings).dictionary_encode()
    return encoded.indices.cast(pa.int64()).fill_null(-1).to_numpy(
        zero_copy_only=False
    ), encoded.dictionary


def _mask(rows: np.ndarray, length: int) -> np.ndarray:
    mask = np.zeros(length, dtype=bool)
    mask[rows] = True
    return mask


# --- copies of an id ---------------------------------------------------------------------------


def _several(own: np.ndarray) -> np.ndarray:
    """Rows whose key stands more than once."""
    return np.flatnonzero(np.bincount(own)[own] > 1)


def _second_copies(table: pa.Table, keys: Keys) -> np.ndarray:
    """Rows that share their key with a better one, key by key, from better to worse."""
    several = _several(keys.own)
    if not len(several):
        return several
    copies = table.take(pa.array(several))
    warnings = pc.fill_null(pc.binary_join(copies["warnings"], ";"), "")
    copies = copies.drop_columns("warnings").append_column("warnings", warnings)
    lost = pc.fill_null(pc.equal(copies["kind"], "placeholder"), False)
    copies = copies.append_column("lost", lost).append_column("row", pa.array(several))
    by = [
        "thread_id",
        "id",
        "lost",
        "created_at",
        "text",
        "author",
        "parent_id",
        "kind",
        "status",
        "url",
        "warnings",
    ]
    ordered = copies.sort_by([(name, "ascending") for name in by])["row"].to_numpy()
    own = keys.own[ordered]
    return ordered[1:][own[1:] == own[:-1]]


def _renamed(table: pa.Table, second: np.ndarray) -> pa.Array:
    """The ids; each of `second` gets the first of `#2`, `#3`, … its thread does not mention."""
    ids = one_array(table["id"])
    if not len(second):
        return ids
    taken: set[tuple[str | None, str]] = set()
    for name in ("id", "parent_id"):
        marked = table.select(["thread_id", name]).filter(pc.match_substring(table[name], "#"))
        taken.update(zip(*(column.to_pylist() for column in marked.columns), strict=True))
    copies = table.select(["thread_id", "id"]).take(pa.array(second))
    number: dict[tuple[str | None, str], int] = {}
    names = []
    for key in zip(copies["thread_id"].to_pylist(), copies["id"].to_pylist(), strict=True):
        copy = number.get(key, 1) + 1
        while (key[0], f"{key[1]}#{copy}") in taken:
            copy += 1
        number[key] = copy
        names.append(f"{key[1]}#{copy}")
        taken.add((key[0], names[-1]))
    where = np.arange(len(ids))
    where[second] = len(ids) + np.arange(len(second))
    return pa.concat_arrays([ids, pa.array(names, pa.large_string())]).take(pa.array(where))


# --- parents -----------------------------------------------------------------------------------


def _parents(
    table: pa.Table, keys: Keys, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row of each parent, -1 for none; which rows are orphans; which name themselves."""
    first = ~_mask(second, len(table))
    row_of = np.full(max(keys.own.max(), keys.parent.max()) + 1, -1)
    row_of[keys.own[first]] = np.flatnonzero(first)
    own = keys.parent == keys.own
    parent = np.where((keys.parent < 0) | own, -1, row_of[keys.parent])
    return parent, (keys.parent >= 0) & (parent < 0) & ~own, own


def _cut_cycles(parent: np.ndarray, created_at: pa.ChunkedArray, ids: pa.Array) -> np.ndarray:
    """(n,) bool: the earliest comment of each cycle, which becomes a root in `parent`."""
    cut = np.zeros(len(parent), dtype=bool)
    circling = _never_at_a_root(parent)
    if not len(circling):
        return cut
    times = _times(created_at)
    order = np.empty(len(circling), dtype=np.int64)
    order[np.lexsort((natural_ranks(ids.take(pa.array(circling))), times[circling]))] = np.arange(
        len(circling)
    )
    rank = dict(zip(circling.tolist(), order.tolist(), strict=True))
    seen: set[int] = set()
    for start in circling.tolist():
        path: dict[int, None] = {}
        row = start
        while row not in seen:
            seen.add(row)
            path[row] = None
            row = int(parent[row])
        if row in path:  # came back to this walk's own path: from there on it is the cycle
            members = list(path)
            cut[min(members[members.index(row) :], key=rank.__getitem__)] = True
    parent[cut] = -1
    return cut


def _never_at_a_root(parent: np.ndarray) -> np.ndarray:
    """Rows from which the parents never end: those on a cycle and those below one."""
    up = np.append(parent, -1)  # the last place stands for "no parent" and is its own
    for _ in range(len(parent).bit_length()):
        if (up < 0).all():
            break
        up = up[up]
    return np.flatnonzero(up[:-1] >= 0)


# --- order -------------------------------------------------------------------------------------


def _times(created_at: pa.ChunkedArray) -> np.ndarray:
    return created_at.cast(pa.int64()).fill_null(LATEST).to_numpy()


def _sibling_order(
    parent: np.ndarray, threads: np.ndarray, created_at: pa.ChunkedArray, ids: pa.Array
) -> np.ndarray:
    """Rows with siblings together and in order; the roots last, thread by thread."""
    family = np.where(parent < 0, len(parent) + threads, parent)
    times = _times(created_at)
    untimed = np.zeros(family.max() + 1, dtype=bool)
    untimed[family[times == LATEST]] = True
    times = np.where(untimed[family], LATEST, times)
    order = np.lexsort((times, family))
    by_time, by_family = times[order], family[order]
    same = (by_time[1:] == by_time[:-1]) & (by_family[1:] == by_family[:-1])
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    if len(tied):  # only these need the slower comparison of ids
        rows = order[tied]
        rank = natural_ranks(ids.take(pa.array(rows)))
        order[tied] = rows[np.lexsort((rank, times[rows], family[rows]))]
    return order


def _pre_order(parent: np.ndarray, siblings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows from first to last, a parent before its replies; and each row's depth from 1."""
    depth = _along_parents(parent, np.ones(len(parent), dtype=np.int64))
    size = np.ones(len(parent), dtype=np.int64)
    by_depth = np.argsort(depth, kind="stable")
    bounds = np.cumsum(np.bincount(depth))
    for level in range(len(bounds) - 1, 1, -1):  # from the deepest; each adds to the one above
        rows = by_depth[bounds[level - 1] : bounds[level]]
        np.add.at(size, parent[rows], size[rows])

    before = np.cumsum(size[siblings]) - size[siblings]
    family = parent[siblings]
    opens = np.flatnonzero(np.insert((family[1:] != family[:-1]), 0, True))
    start = np.repeat(before[opens], np.diff(np.append(opens, len(siblings))))
    step = np.empty(len(parent), dtype=np.int64)
    step[siblings] = before - start + (family >= 0)  # from the parent to this row
    walk = np.empty(len(parent), dtype=np.int64)
    walk[_along_parents(parent, step)] = np.arange(len(parent))
    return walk, depth


def _along_parents(parent: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(n,) sum of `value` from each row up to its root, by pointer doubling."""
    up, total = np.append(parent, -1), np.append(value, 0)
    while (up >= 0).any():
        total = total + total[up]
        up = up[up]
    return total[:-1]


def _position(threads: np.ndarray) -> np.ndarray:
    """Place within the thread, of rows that stand thread by thread."""
    opens = np.flatnonzero(np.insert(threads[1:] != threads[:-1], 0, True))
    return np.arange(len(threads)) - np.repeat(opens, np.diff(np.append(opens, len(threads))))


# --- warnings ----------------------------------------------------------------------------------


def _warnings(given: pa.ChunkedArray, marks: np.ndarray) -> pa.Array:
    """The warnings of the reader with those of `marks` (4, n) after them; never null."""
    code = (marks * (1 << np.arange(len(WARNINGS)))[:, None]).sum(axis=0)
    sets = [
        [name for bit, name in enumerate(WARNINGS) if number >> bit & 1]
        for number in range(1 << len(WARNINGS))
    ]
    lists = given.combine_chunks()
    has = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False) > 0
    where = np.where(has, len(sets) + np.arange(len(code)), code)
    both = np.flatnonzero(has & (code > 0))
    where[both] = len(sets) + len(code) + np.arange(len(both))
    joined = [
        [*warnings, *(name for name in sets[number] if name not in warnings)]
        for number, warnings in zip(
            code[both].tolist(), lists.take(pa.array(both)).to_pylist(), strict=True
        )
    ]
    kind = pa.list_(pa.string())
    return pa.concat_arrays([pa.array(sets, kind), lists, pa.array(joined, kind)]).take(
        pa.array(where)
    )


def thread_bounds(comments: Table) -> np.ndarray:
    """First row of each run of one thread_id, and the number of rows: (threads + 1,) int64."""
    ids = text_column(comments, "thread_id")
    if not len(ids):
        return np.zeros(1, np.int64)
    other = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.flatnonzero(other) + 1, [len(ids)]]).astype(np.int64)


def natural_ranks(strings: pa.Array) -> np.ndarray:
    """(n,) place of each string in natural order."""
    ranks = np.empty(len(strings), dtype=np.int64)
    ranks[natural_order(strings)] = np.arange(len(strings))
    return ranks


def natural_order(strings: pa.Array) -> np.ndarray:
    """Places that sort `strings`, runs of digits by their value: a2 before a10, 1 before 1.1."""
    both = pa.table({"key": _natural_keys(strings), "string": strings})
    return pc.sort_indices(both, [("key", "ascending"), ("string", "ascending")]).to_numpy()


def _natural_keys(strings: pa.Array) -> pa.Array:
    """Byte strings whose plain order is the natural one.

    Each run of digits loses its leading zeros and gains two bytes in front: `0`, so that it
    still compares with other characters as a digit, and its length (255 and more are one).
    """
    values, bounds = _bytes(strings)
    digit = (values >= ord("0")) & (values <= ord("9"))
    opens = np.zeros(len(values) + 1, dtype=bool)  # a run ends where a string does
    opens[bounds] = True
    begins = digit & (opens[:-1] | ~np.insert(digit[:-1], 0, False))
    ends = digit & (opens[1:] | ~np.append(digit[1:], False))
    run = np.cumsum(begins) - 1
    counted = np.cumsum(digit & (values != ord("0")))
    before = (counted - (digit & (values != ord("0"))))[begins]
    kept = ~digit | ends
    kept[digit] |= counted[digit] > before[run[digit]]

    length = np.bincount(run[kept & digit], minlength=len(before))
    target = np.cumsum(kept) - 1 + 2 * (run + 1)
    key = np.empty(kept.sum() + 2 * len(before), dtype=np.uint8)
    key[target[kept]] = values[kept]
    last = target[ends]
    key[last - length - 1] = ord("0")
    key[last - length] = np.minimum(length, 255)
    moved = np.append(0, np.cumsum(kept) + 2 * np.cumsum(begins))
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(strings), [None, pa.py_buffer(moved[bounds]), pa.py_buffer(key)]
    )


def _bytes(strings: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The UTF-8 bytes of all strings, one after the other, and where each begins (n + 1)."""
    _, offsets, values = strings.buffers()
    bounds = np.frombuffer(offsets, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    data = np.frombuffer(values, np.uint8) if values else np.empty(0, np.uint8)
    return data[bounds[0] : bounds[-1]], bounds - bounds[0]
