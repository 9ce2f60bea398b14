"""Bring the comments of a thread together on disk: our spill files beside other engines.

    python -m benchmarks.shuffles 'dumps/*.parquet' [--partitions 16]

Each engine reads Parquet files with a column `thread_id` and leaves one file (or one piece per
portion) for each partition, no partition in memory longer than it must. Each runs in a process of
its own; CPU seconds count its children.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from glob import glob
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any


def ours(paths: list[str], out: Path, partitions: int) -> None:
    """`moderation.cluster.spill`, one file after the other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from moderation.cluster.spill import Spill, partition_of, thread_hashes

    for number, path in enumerate(paths):
        file = pq.ParquetFile(path)
        with Spill(out / f"{number}.arrow", file.schema_arrow) as spill:
            for batch in file.iter_batches(50_000):
                table = pa.Table.from_batches([batch])
                spill.add(table, partition_of(thread_hashes(table["thread_id"]), partitions))


def polars(paths: list[str], out: Path, partitions: int) -> None:
    """A lazy frame with the partition as a column, streamed into one file per partition."""
    import polars as pl

    frame = pl.scan_parquet(paths).with_columns(
        (pl.col("thread_id").hash() % partitions).alias("partition")
    )
    target = pl.PartitionBy(out, key="partition")
    frame.sink_parquet(target, mkdir=True)


def duckdb(paths: list[str], out: Path, partitions: int) -> None:
    """COPY … PARTITION_BY, with 1 GB of memory."""
    import duckdb as db

    connection = db.connect()
    connection.execute(f"SET memory_limit='1GB'; SET temp_directory='{out}/t'")
    listed = ", ".join(f"'{path}'" for path in paths)
    connection.execute(
        f"COPY (SELECT *, hash(thread_id) % {partitions} AS partition "
        f"FROM read_parquet([{listed}])) TO '{out}/parts' "
        "(FORMAT parquet, COMPRESSION lz4, PARTITION_BY (partition))"
    )


def dask(paths: list[str], out: Path, partitions: int) -> None:
    """Dask DataFrame's shuffle (on disk, threads), one output file per partition."""
    import dask as engine
    import dask.dataframe as dd

    engine.config.set({"dataframe.shuffle.method": "disk", "temporary-directory": str(out)})
    frame = dd.read_parquet(paths, split_row_groups=True)
    frame.shuffle("thread_id", npartitions=partitions).to_parquet(out / "parts")


def dask_p2p(paths: list[str], out: Path, partitions: int) -> None:
    """The same on two worker processes, from peer to peer."""
    import dask as engine
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    engine.config.set({"temporary-directory": str(out)})
    memory = {"memory_limit": "2GB", "dashboard_address": None}
    with LocalCluster(2, threads_per_worker=1, **memory) as two, Client(two):
        frame = dd.read_parquet(paths, split_row_groups=True)
        frame.shuffle("thread_id", npartitions=partitions).to_parquet(out / "parts")


ENGINES = {
    "spill files of our own (pyarrow)": ours,
    "DuckDB, PARTITION_BY": duckdb,
    "Polars, streaming": polars,
    "Dask DataFrame, disk shuffle": dask,
    "Dask DataFrame, p2p, 2 workers": dask_p2p,
}


def measured(name: str, paths: list[str], partitions: int, told: Queue[Any]) -> None:
    """Run one engine here; put wall, CPU and peak memory into the queue `told`."""
    with tempfile.TemporaryDirectory(dir=Path(paths[0]).parent.parent) as folder:
        began = time.perf_counter()
        try:
            ENGINES[name](paths, Path(folder), partitions)
        except ImportError as error:
            told.put((name, str(error)))
            return
        wall = time.perf_counter() - began
        size = sum(one.stat().st_size for one in Path(folder).rglob("*") if one.is_file())
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    peak = max(one.ru_maxrss for one in used) / 1024
    told.put((name, wall, cpu, peak, size / 1e6))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files")
    parser.add_argument("--partitions", type=int, default=16)
    options = parser.parse_args()
    paths = sorted(glob(options.files))  # noqa: PTH207 - the pattern may be absolute
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {len(paths)} files")
    print(f"{'':36}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}{'disk MB':>9}")
    context = multiprocessing.get_context("spawn")
    for name in ENGINES:
        told = context.Queue()
        process = context.Process(target=measured, args=(name, paths, options.partitions, told))
        process.start()
        process.join()
        row = told.get() if not told.empty() else (name, "failed")
        if len(row) == 2:
            print(f"{row[0]:36}{row[1]}")
            continue
        print(f"{row[0]:36}{row[1]:8.1f}{row[2]:8.1f}{row[3]:9.0f}{row[4]:9.0f}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
