"""What every record goes through: addresses are left out, mojibake is mended on request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING, Batch
from moderation.readers.column_bytes import Bytes, table_of

if TYPE_CHECKING:
    from moderation.readers.source import Options

ADDRESS = (
    r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
    r"|(?:\d{1,3}\.){3}(?:\d{1,3}|x+|\*)"
    r"|(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|[0-9A-Fa-f:]*::[0-9A-Fa-f:]+"
)
MENDED = "mojibake_repaired"  # the warning of a comment that was changed
_DIGIT = table_of("0123456789")
_BEYOND_ASCII = r"[^\x00-\x7f]"


def cleaned(batch: Batch, options: Options) -> Batch:
    """The batch with its authors hidden where they are addresses, and its texts mended."""
    records, threads = batch.records, batch.threads
    if not options.addresses:
        records = _set(records, "author", _without_addresses(records["author"]))
    if options.mend:
        records = _mended_records(records)
        for name in ("title", "article"):
            threads = _set(threads, name, _mended(threads[name]))
    return replace(batch, records=records, threads=threads)


def _set(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), table.schema.field(name), column)


def _without_addresses(authors: pa.ChunkedArray) -> pa.ChunkedArray:
    address_rows = [_address_rows(part) for part in authors.chunks]
    if not any(len(rows) for rows in address_rows):
        return authors
    hidden = []
    for chunk, rows in zip(authors.chunks, address_rows, strict=True):
        mask = np.zeros(len(chunk), bool)
        mask[rows] = True
        hidden.append(pc.if_else(pa.array(mask), pa.scalar(None, STRING), chunk))
    return pa.chunked_array(hidden)


def _address_rows(authors: pa.Array) -> np.ndarray:
    """Rows that are an address: with an @, with a colon, or of digits and points."""
    seen = Bytes(authors)
    points = seen.with_byte(ord("."))
    rows = np.union1d(seen.with_byte(ord("@")), seen.with_byte(ord(":")))
    rows = np.union1d(rows, points[_DIGIT[seen.first[points]]])
    if not len(rows):
        return rows
    looks = pc.match_substring_regex(authors.take(pa.array(rows)), f"^(?:{ADDRESS})$")
    return rows[pc.fill_null(looks, False).to_numpy(zero_copy_only=False)]


def _mended_records(records: pa.Table) -> pa.Table:
    text, author = _mended(records["text"]), _mended(records["author"])
    changed = pc.not_equal(text, records["text"])
    if pc.any(changed).as_py():
        warned = [
            [*(warnings or []), MENDED] if new else warnings
            for warnings, new in zip(
                records["warnings"].to_pylist(), changed.to_pylist(), strict=True
            )
        ]
        kind = records.schema.field("warnings").type
        records = _set(records, "warnings", pa.chunked_array([pa.array(warned, kind)]))
    return _set(_set(records, "text", text), "author", author)


def _mended(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each text as it was before its bytes were decoded as what they were not."""
    odd = pc.match_substring_regex(column, _BEYOND_ASCII)
    if not pc.any(odd).as_py():
        return column
    from ftfy import fix_encoding

    values = column.to_pylist()
    for row in pc.indices_nonzero(pc.fill_null(odd, False)).to_pylist():
        values[row] = fix_encoding(values[row])
    return pa.chunked_array([pa.array(values, STRING)])
