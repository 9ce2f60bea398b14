"""A scored table as the report uses it: short columns in memory, long ones read row by row."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import COMMENT_SCHEMA, HERE, TIME
from moderation.errors import InputError
from moderation.report.evidence import review_reasons
from moderation.tables import JOINT
from moderation.threads import parent_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NAMED = ("thread_id", "author", "title", "status", "language", "cannot_tell", "flags")
"""Short texts that recur: held once each, with a number per row."""

LONG = ("id", "parent_id", "text", "kind", "url", "warnings", "why")
"""Columns that are read by the row."""

REASON = ("why", "queue")
"""Columns that say why a row waits for review."""

NO_TIME = np.iinfo(np.int64).min
BATCH_ROWS = 8_192
NEAREST = 1_000  # unflagged comments of a page: a megabyte or two beside 5,000 flagged ones
_OURS = {
    *COMMENT_SCHEMA.names,
    "title",
    "article",
    "flags",
    "why",
    "campaign",
    "queue",
    "language",
    "cannot_tell",
}


class Records(Protocol):
    """Where the long columns of a row come from."""

    def take(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """LONG of each row, in the order asked for; absent columns are None."""

    def ids(self) -> Iterator[list[str | None]]:
        """The ids of all rows, a batch at a time."""

    def texts(self) -> Iterator[pa.Array]:
        """The texts of all rows, a batch at a time."""


@dataclass(frozen=True)
class Names:
    """A column of recurring texts: `texts[codes[row]]`; code -1 is null. codes: (n,) int32."""

    codes: np.ndarray
    texts: list[str]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Names:
        """Of any string column, dictionary-encoded or not; nulls only will do too."""
        if not pa.types.is_dictionary(column.type):
            column = pc.dictionary_encode(pc.cast(column, pa.large_string()))
        joined = column.unify_dictionaries().combine_chunks()
        if isinstance(joined, pa.ChunkedArray):  # of no chunk at all
            return cls(np.zeros(0, np.int32), [])
        codes = pc.fill_null(joined.indices, -1).to_numpy(zero_copy_only=False)
        return cls(codes.astype(np.int32), joined.dictionary.to_pylist())

    def __getitem__(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.texts[code]


@dataclass(frozen=True)
class Scored:
    """n rows: threads contiguous, in pre-order.

    scores: by label, (n,) float32, NaN = cannot tell. flags: (n,) uint64, bit k = labels[k].
    depth: (n,) int32. seconds: (n,) int64 since 1970, NO_TIME = unknown. campaign: (n,) int32,
    -1 = none. reason: why a row waits for review. queued: (n,) bool, whether somebody asked for
    the row, flagged or not. passport: the model's, with at least `labels`.
    """

    labels: list[str]
    scores: dict[str, np.ndarray]
    flags: np.ndarray
    depth: np.ndarray
    seconds: np.ndarray
    campaign: np.ndarray
    reason: Names
    queued: np.ndarray
    named: dict[str, Names]
    passport: dict[str, Any]
    records: Records

    @classmethod
    def of(
        cls,
        table: pa.Table,
        passport: dict[str, Any],
        records: Records,
        reason: Names | None = None,
    ) -> Scored:
        """Short columns from `table`, which need not have the long ones.

        reason: see `waiting`; made from `table` unless given. Raises InputError when it is no
        scored table.
        """
        labels = labels_of(table.schema, passport)
        lacking = [name for name in ("thread_id", "flags") if name not in table.column_names]
        if lacking or not labels:
            missing = lacking[0] if lacking else "with a score"
            raise InputError(
                f"not a scored table: it has no column {missing}; "
                "make one with `moderation score DUMP -o scored.parquet`"
            )
        named = {name: Names.of(_column(table, name)) for name in NAMED}
        depth = _column(table, "depth", pa.int32())
        campaign = _column(table, "campaign", pa.int32())
        if reason is None:
            columns = [name for name in REASON if name in table.column_names]
            reason = waiting(table.select(columns).to_batches(BATCH_ROWS))
        return cls(
            labels=labels,
            scores={name: _numbers(table[name]) for name in labels},
            flags=_flag_bits(named.pop("flags"), labels),
            depth=pc.fill_null(depth, 1).to_numpy().astype(np.int32),
            seconds=_seconds(_column(table, "created_at")),
            campaign=pc.fill_null(campaign, -1).to_numpy().astype(np.int32),
            reason=reason,
            queued=pc.is_valid(_column(table, "queue")).to_numpy(),
            named=named,
            passport=passport,
            records=records,
        )

    def __len__(self) -> int:
        return len(self.flags)

    @cached_property
    def flagged(self) -> np.ndarray:
        """(m,) rows that carry a flag, ascending."""
        return np.flatnonzero(self.flags)

    @cached_property
    def listed(self) -> np.ndarray:
        """(m,) rows that wait for review, ascending: what a queue asks for, else the flagged."""
        return np.flatnonzero(self.queued) if self.queued.any() else self.flagged

    @cached_property
    def carried(self) -> np.ndarray:
        """(m,) rows that a page has, ascending: the listed ones, and those nearest to a flag.

        These are there for other thresholds than the model's: at most NEAREST of them.
        """
        return np.union1d(self.listed, self.nearest)

    @cached_property
    def nearest(self) -> np.ndarray:
        """(m,) rows that do not wait for review, by the share of a threshold that they reach."""
        limits = self.passport.get("thresholds") or {}
        reached = np.zeros(len(self))
        for label in self.labels:
            limit = max(float(limits.get(label, 1)), 1e-9)
            reached = np.fmax(reached, np.nan_to_num(self.scores[label]) / limit)
        reached[self.listed] = -1
        known = np.any([~np.isnan(self.scores[label]) for label in self.labels], axis=0)
        rows = np.flatnonzero((reached >= 0) & known)
        return rows[np.argsort(-reached[rows], kind="stable")[:NEAREST]]

    @cached_property
    def parents(self) -> np.ndarray:
        """(n,) the row of each comment's parent, -1 for a root."""
        return parent_rows(self.depth)

    def best(self, rows: np.ndarray) -> np.ndarray:
        """(len(rows),) the highest score among the labels that each comment is flagged with."""
        best = np.zeros(len(rows))
        for bit, label in enumerate(self.labels):
            carries = (self.flags[rows] >> np.uint64(bit)) & np.uint64(1) == 1
            best = np.where(carries, np.fmax(best, self.scores[label][rows]), best)
        return best


def labels_of(schema: pa.Schema, passport: dict[str, Any]) -> list[str]:
    """The label columns: those that the passport names, else every column of fractions."""
    if known := passport.get("labels"):
        return [name for name in known if name in schema.names]
    return [
        field.name
        for field in schema
        if field.name not in _OURS
        and not field.name.endswith(HERE)
        and (pa.types.is_floating(field.type) or pa.types.is_null(field.type))
    ]


class BatchRecords:
    """Records of a table in memory."""

    def __init__(self, table: pa.Table) -> None:
        names = [name for name in LONG if name in table.column_names]
        self._batches = table.select(names).to_batches(max_chunksize=BATCH_ROWS)
        self._starts = np.cumsum([0, *(len(batch) for batch in self._batches)]).tolist()

    def take(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """See Records."""
        return [self._record(row) for row in rows]

    def _record(self, row: int) -> dict[str, Any]:
        number = bisect_right(self._starts, row) - 1
        return record(self._batches[number], row - self._starts[number])

    def ids(self) -> Iterator[list[str | None]]:
        """See Records."""
        for batch in self._batches:
            yield texts_of(batch, "id").to_pylist()

    def texts(self) -> Iterator[pa.Array]:
        """See Records."""
        for batch in self._batches:
            yield texts_of(batch, "text")


def texts_of(batch: pa.RecordBatch, name: str) -> pa.Array:
    """A column as texts, of nulls where there is none: a CSV file's ids may be numbers."""
    if name not in batch.schema.names:
        return pa.nulls(len(batch), pa.large_string())
    return pc.cast(batch.column(name), pa.large_string())


def record(batch: pa.RecordBatch, at: int) -> dict[str, Any]:
    """LONG of one row of a batch."""
    values: dict[str, Any] = dict.fromkeys(LONG)
    values |= batch.slice(at, 1).to_pylist()[0]
    values["warnings"] = _words(values["warnings"])
    for name in ("id", "parent_id"):  # a CSV file's may have come back as numbers
        values[name] = None if values[name] is None else str(values[name])
    return values


def _column(table: pa.Table, name: str, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    if name not in table.column_names:
        return pa.chunked_array([pa.nulls(len(table), kind or pa.null())])
    return table[name] if kind is None else pc.cast(table[name], kind)


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    filled = pc.fill_null(pc.cast(column, pa.float32()), float("nan"))
    return filled.to_numpy(zero_copy_only=False)


def _flag_bits(flags: Names, labels: list[str]) -> np.ndarray:
    bit = {label: 1 << k for k, label in enumerate(labels)}
    masks = [sum(bit.get(name, 0) for name in set(joined.split(JOINT))) for joined in flags.texts]
    return np.array([*masks, 0], np.uint64)[flags.codes]  # code -1 takes the last


def waiting(batches: Iterable[pa.RecordBatch]) -> Names:
    """Why rows wait for review, from their `why` and `queue` where there are such columns."""
    numbers: dict[str, int] = {}
    codes = [np.zeros(0, np.int32)]
    for batch in batches:
        table = pa.table(batch)
        asked = pc.cast(_column(table, "queue"), pa.large_string())
        whys = _column(table, "why", pa.large_string())
        rows = np.flatnonzero(pc.or_(pc.is_valid(whys), pc.is_valid(asked)).to_numpy())
        some = pa.array(rows)
        reasons = review_reasons(whys.take(some).to_pylist(), asked.take(some).to_pylist())
        codes.append(np.full(len(table), -1, np.int32))
        codes[-1][rows] = [
            -1 if reason is None else numbers.setdefault(reason, len(numbers)) for reason in reasons
        ]
    return Names(np.concatenate(codes), list(numbers))


def _seconds(column: pa.ChunkedArray) -> np.ndarray:
    try:
        times = pc.cast(column, TIME, safe=False)
    except pa.ArrowInvalid:  # a file of somebody else's, with times that are none
        return np.full(len(column), NO_TIME)
    whole = pc.divide(pc.cast(times, pa.int64()), 1_000_000)
    return pc.fill_null(whole, NO_TIME).to_numpy()


def _words(value: str | Iterable[str] | None) -> list[str]:
    if isinstance(value, str):
        return [word for word in value.split(JOINT) if word]
    return list(value or ())
