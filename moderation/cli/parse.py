"""`moderation parse`: rebuild the threads of a dump, without scoring."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.cli.app import app, say
from moderation.cli.options import (
    Dumps,
    EncodingName,
    FixMojibake,
    Format,
    KeepAddresses,
    Mapping,
    MaskKey,
    MaxExpansion,
    Reading,
    Rejects,
    check_ending,
    reading_options,
    refuse_overwriting,
)
from moderation.cli.progress import counted
from moderation.cli.reading import check_any, read_dump, write_rejects
from moderation.cli.summaries import count_summary, counts_of, print_tree, read_summary
from moderation.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from moderation.readers.merging.spool import Spooled


@app.command()
def parse(
    dumps: Dumps,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help=".parquet, .jsonl, .csv, or -.")
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Draw the threads.")] = False,
    rejects: Rejects = None,
    mask: MaskKey = None,
    format: Format = None,  # noqa: A002  the option is called --format
    mapping: Mapping = None,
    keep_addresses: KeepAddresses = False,
    fix_mojibake: FixMojibake = False,
    encoding: EncodingName = None,
    max_expansion: MaxExpansion = 100,
) -> None:
    """Rebuild the threads of a dump: convert, draw or count them."""
    from moderation.readers.merging.spool import is_large

    refuse_overwriting(dumps, output, rejects)
    check_ending(output, rejects)
    reading = reading_options(
        format, mapping, keep_addresses, fix_mojibake, encoding, max_expansion
    )
    if output is not None and not (tree or mask) and is_large(dumps, reading.reading):
        _convert(dumps, output, reading, rejects)
        return
    dump = read_dump(dumps, reading)
    write_rejects(dump, rejects, mask)
    check_any(dump)
    if mask is not None:
        from moderation.masking import masked_frames

        comments, threads = masked_frames([dump.comments, dump.threads], mask)
        dump = replace(dump, comments=comments, threads=threads)
    if output is not None:
        from moderation.tables import write_table

        write_table(dump.comments, output)
    if tree:
        print_tree(dump)
    read_summary(dump, len(dump.comments))
    count_summary(counts_of(dump.comments))


def _convert(dumps: list[str], output: str, reading: Reading, rejects: Path | None) -> None:
    """Write the same table from dumps that may not fit in memory, by way of temporary files."""
    from moderation.readers import iterate
    from moderation.readers.merging.spool import Spooled
    from moderation.tables import to_frame, write_parts

    if "-" not in dumps:
        say(tr("too large to hold in memory: going through temporary files"))
    counts: Counter[tuple[str, str]] = Counter()

    def checked(spooled: Spooled) -> Iterator[pa.Table]:
        for part in spooled.parts():
            counts.update(counts_of(to_frame(part)))
            if not spooled.count:
                write_rejects(spooled.dump(), rejects)
                check_any(spooled.dump())
            yield part

    with Spooled(counted(tr("reading"), iterate(dumps, *reading))) as spooled:
        write_parts(checked(spooled), output)
        dump = spooled.dump()
    write_rejects(dump, rejects)
    read_summary(dump, spooled.count)
    count_summary(counts)
