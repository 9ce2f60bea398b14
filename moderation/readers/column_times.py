"""Points in time, whole columns at once: the same as `values.when` makes of single values."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING, TIME
from moderation.readers.column_bytes import Bytes
from moderation.readers.values import EARLIEST, LATEST, when

_MICROS = tuple(int(moment.timestamp()) * 1_000_000 for moment in (EARLIEST, LATEST))
_LOWEST = np.frombuffer(b"0000-00-00 00:00:00Z", np.uint8)  # of `_laid_out`
_SPAN = np.where(_LOWEST - ord("0"), 0, 9).astype(np.uint8)
_SPAN[10] = 255  # a blank, or a T
_DIGITS = r"^\s*\d{9,19}(\.\d*)?\s*$"
_ISO_ZONED = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$"
_ISO_NAIVE = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?$"


def times(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Points in time of a column of any type, as `values.when` understands single values."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    kind = column.type
    if pa.types.is_dictionary(kind):
        return times(column.dictionary_decode())
    if pa.types.is_timestamp(kind):
        moments = column.cast(pa.timestamp("us", kind.tz), safe=False)
        moments = moments.cast(TIME) if kind.tz else pc.assume_timezone(moments, "UTC")
    elif pa.types.is_date(kind):
        moments = pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC")
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        moments = _epochs(column)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        moments = _parse(column)
    else:
        return pa.nulls(len(column), TIME)
    span = pc.min_max(moments)
    if span["min"].is_valid and _sensible(span["min"]) and _sensible(span["max"]):
        return moments
    sensible = pc.and_(
        pc.greater_equal(moments, pa.scalar(EARLIEST, TIME)),
        pc.less(moments, pa.scalar(LATEST, TIME)),
    )
    return pc.if_else(sensible, moments, pa.scalar(None, TIME))


def _sensible(moment: pa.Scalar) -> bool:
    """Whether a point in time is one of `values.when`'s."""
    return _MICROS[0] <= moment.value < _MICROS[1]


def _epochs(column: pa.Array) -> pa.Array:
    """Seconds, milli-, micro- or nanoseconds since 1970, by their size."""
    seconds = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    known = np.isfinite(seconds) & (seconds > 0) & (seconds < 1e20)
    seconds = np.where(known, seconds, 0.0)
    for limit, unit in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
        seconds = np.where(seconds >= limit, seconds / unit, seconds)
    micros = np.round(seconds * 1e6).astype("int64")
    return pa.array(micros, mask=~known).cast(TIME)


def _parse(column: pa.Array) -> pa.Array:
    column = column.cast(STRING)
    known = column.drop_null() if column.null_count else column
    if not len(known):
        return pa.nulls(len(column), TIME)
    width = _laid_out(known)
    if not width and pc.all(pc.match_substring_regex(known, _DIGITS)).as_py():
        return _epochs(pc.utf8_trim_whitespace(column).cast(pa.float64()))
    try:
        if width == 20 or (
            not width and pc.all(pc.match_substring_regex(known, _ISO_ZONED)).as_py()
        ):
            return column.cast(TIME)
        if width == 19 or pc.all(pc.match_substring_regex(known, _ISO_NAIVE)).as_py():
            return pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC")
    except pa.ArrowInvalid:  # 31 February and the like: value by value
        pass
    encoded = column.dictionary_encode()
    moments = pa.array([when(value) for value in encoded.dictionary.to_pylist()], TIME)
    return moments.take(encoded.indices)


def _laid_out(known: pa.Array) -> int:
    """The width of all values where each is `2024-01-31 12:00:00` or the same with a Z; else 0."""
    seen = Bytes(known)
    width = int(seen.lengths[0])
    if width not in (19, 20) or (seen.lengths != width).any():
        return 0
    values = seen.used.reshape(-1, width)
    between = values[:, 10]
    if not ((between == ord("T")) | (between == ord(" "))).all():
        return 0
    return width if (values - _LOWEST[:width] <= _SPAN[:width]).all() else 0
