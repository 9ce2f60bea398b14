"""A dump larger than memory to the same comment table, through temporary files.

All records are written down as they come, then sorted into ranges of threads that fit in memory,
then each range's trees are built. Ranges follow the threads' order, so what comes out is, row for
row, what `dump.merged` makes of everything at once.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from moderation.comments import COMMENT_SCHEMA, RECORD_SCHEMA, STRING
from moderation.errors import OutputError
from moderation.readers.files import sources
from moderation.readers.merging.dump import Gathering, assembled, linked, thread_table
from moderation.readers.source import USUAL
from moderation.temporary import Folder
from moderation.threads import natural_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.readers.merging.dump import Dump, FoundBatch
    from moderation.readers.source import Options

LARGE = 600 << 20  # bytes of text beyond which a dump is spooled; in memory it takes 1.6 times that
RANGE = 96 << 20  # bytes of a range's records; building its trees takes about five times that
EXPANDS = 6  # times that text was packed, about
_NAMES = ["thread_id", "id", "parent_id"]


class Spooled:
    """A dump that is on disk while the `with` block runs. Raises OutputError where it is full.

    parts: COMMENT_SCHEMA, range after range, once. dump: when all parts have come, everything
    but the comments; `count` says how many they were.
    """

    def __init__(self, batches: Iterable[FoundBatch], portion: int = RANGE) -> None:
        self._batches, self._portion = batches, portion
        self._gathering = Gathering()
        self._met = pa.chunked_array([], STRING)  # all threads, as they came
        self.count = 0

    def __enter__(self) -> Spooled:
        self._folder = Folder()
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.close()

    def parts(self) -> Iterator[pa.Table]:
        """The comment table, in parts."""
        try:
            ranges = self._sorted(self._write_files())
            for path in ranges:
                yield self._built(path)
        except OSError as error:
            raise OutputError(f"{self._folder.path}: {error.strerror or error}") from error
        if not self.count:
            yield COMMENT_SCHEMA.empty_table()

    def dump(self) -> Dump:
        """All but the comments: of these, a table of no rows."""
        threads = thread_table(self._gathering.threads, self._met)
        return self._gathering.dump(COMMENT_SCHEMA.empty_table(), threads, self.count)

    def _write_files(self) -> dict[str, Path]:
        """Every file's records, as they come; the files in the order of their names."""
        places: dict[str, Path] = {}
        with ExitStack() as stack:
            writers: dict[str, pa.RecordBatchWriter] = {}
            for name, records in self._gathering.records(self._batches):
                if name not in writers:
                    places[name] = self._folder.path / f"file-{len(places)}"
                    sink = stack.enter_context(pa.OSFile(str(places[name]), "wb"))
                    writers[name] = stack.enter_context(pa.ipc.new_stream(sink, RECORD_SCHEMA))
                writers[name].write_table(records)
        return {name: places[name] for name in sorted(places)}

    def _sorted(self, places: dict[str, Path]) -> list[Path]:
        """The records in ranges of threads, each a file."""
        names = self._loose_names(places)
        threads, bounds = self._ranges(places, names)
        paths = [self._folder.path / f"range-{number}" for number in range(len(bounds))]
        with ExitStack() as stack:
            sinks = [stack.enter_context(pa.OSFile(str(path), "wb")) for path in paths]
            writers = [
                stack.enter_context(pa.ipc.new_stream(part, RECORD_SCHEMA)) for part in sinks
            ]
            for name, place in places.items():
                for records in _records(place, names[name]):
                    rank = pc.index_in(records["thread_id"], value_set=threads).to_numpy()
                    number = np.searchsorted(bounds, rank, "left")
                    for part in np.unique(number).tolist():
                        writers[part].write_table(records.filter(pa.array(number == part)))
                place.unlink()
        return paths

    def _ranges(
        self, places: dict[str, Path], names: dict[str, str]
    ) -> tuple[pa.Array, np.ndarray]:
        """All threads in their order, and the place of each range's last among them."""
        sizes: list[pa.Table] = []
        for name, place in places.items():
            for records in _records(place, names[name]):
                length = pc.add(pc.binary_length(records["text"]), 200)  # and all other columns
                each = pa.table({"thread": records["thread_id"], "bytes": length})
                sizes.append(_summed(each))
        if not sizes:
            return pa.array([], STRING), np.zeros(0, np.int64)
        sizes_by_thread = _summed(pa.concat_tables(sizes))
        self._met = sizes_by_thread["thread"]
        sizes_by_thread = sizes_by_thread.take(
            pa.array(natural_order(sizes_by_thread["thread"].combine_chunks()))
        )
        portion = np.cumsum(sizes_by_thread["bytes"].to_numpy()) // self._portion
        last = np.append(np.flatnonzero(np.diff(portion)), len(sizes_by_thread) - 1)
        return sizes_by_thread["thread"].combine_chunks(), last

    def _loose_names(self, places: dict[str, Path]) -> dict[str, str]:
        """The thread of each file's records that have none; see `dump.linked`."""
        stems = {name: self._gathering.stems[name] for name in places}
        if len(places) < 2:
            return stems
        tables = {}
        for name, place in places.items():
            some = [
                batch.select(_NAMES).filter(pc.is_null(batch["thread_id"]))
                for batch in _records(place)
            ]
            tables[name] = pa.concat_tables(some)
        return linked(tables, stems)

    def _built(self, path: Path) -> pa.Table:
        """A range's trees."""
        records = pa.concat_tables(_records(path))
        path.unlink()
        built = assembled(records, [])
        self._gathering.rejects.add(built.rejects)
        self.count += len(built.comments)
        return built.comments


def _summed(each: pa.Table) -> pa.Table:
    """The bytes of each thread, the threads as they came."""
    sums = each.group_by("thread", use_threads=False).aggregate([("bytes", "sum")])
    return sums.rename_columns(["thread", "bytes"])


def is_large(paths: Iterable[str | Path], options: Options = USUAL) -> bool:
    """Whether dumps may be too large to hold: by the sizes of the files, or of unknown size.

    Raises InputError where there is no such file.
    """
    total = 0
    for path in paths:
        place = Path(path)
        if str(path) == "-" or (place.exists() and not (place.is_file() or place.is_dir())):
            return True
        for source in sources(path, options=options):
            total += source.size * (EXPANDS if source.compression and not source.member else 1)
    return total > LARGE


def _records(place: Path, name: str | None = None) -> Iterator[pa.Table]:
    """The records of a file, batch by batch; those without a thread are of the thread `name`."""
    with pa.OSFile(str(place), "rb") as file, pa.ipc.open_stream(file) as stream:
        for batch in stream:
            table = pa.Table.from_batches([batch])
            if name is not None and table["thread_id"].null_count:
                threads = pc.fill_null(table["thread_id"], name)
                table = table.set_column(0, RECORD_SCHEMA.field(0), threads)
            yield table
