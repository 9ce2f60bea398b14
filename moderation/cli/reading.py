"""Reading a dump for a command: progress while it is read, and an error if it has no comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.cli.progress import counted
from moderation.cli.reading_words import place_in_file, why_rejected
from moderation.cli.summaries import check_known
from moderation.errors import InputError
from moderation.translation import tr, trn

if TYPE_CHECKING:
    from pathlib import Path

    from moderation.cli.options import Reading
    from moderation.readers import Dump


def read_dump(dumps: list[str], reading: Reading | None = None) -> Dump:
    """All comments of the dumps, in memory. reading: None = as detected."""
    from moderation.readers import iterate
    from moderation.readers.merging.dump import merged

    options = (None, {}) if reading is None else reading
    return merged(counted(tr("reading"), iterate(dumps, *options)))


def write_rejects(dump: Dump, target: Path | None, mask: Path | None = None) -> None:
    """Write the table of rejects, if a file was named for it; masked under the key in `mask`."""
    if target is not None:
        from moderation.tables import write_table

        if mask is None:
            write_table(dump.reject_table, target)
            return
        from moderation.masking import masked_frames

        rejects = masked_frames([dump.comments[["author"]], dump.rejects], mask)[1]
        # what could not be read has an author whom nobody knows
        rejects["snippet"] = rejects["snippet"].where(rejects["snippet"].isna(), "")
        write_table(rejects, target)


def check_any(dump: Dump) -> None:
    """Raise InputError for a dump without comments: all were rejected, or it was read as prose."""
    if len(dump.comment_table):
        return
    count = len(dump.reject_table)
    if not count:
        check_known(dump.formats)
        return
    (first,) = dump.reject_table.slice(0, 1).to_pylist()
    where, why = place_in_file(first["place"]), why_rejected(first["reason"])
    place = f"{first['file']}: {where}: {why}"
    if count == 1:
        raise InputError(tr("{place}; no comment could be read", place=place))
    raise InputError(
        trn(
            "{place}, the first of {n} reject; no comment could be read",
            "{place}, the first of {n} rejects; no comment could be read",
            count,
            place=place,
        )
    )
