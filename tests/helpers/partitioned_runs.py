"""Runs in partitions, as the tests of clusters start and read them."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from places import MODEL

from moderation.cluster.engines import LocalEngine
from moderation.cluster.job import Job
from moderation.cluster.run import score_folder


def run(dumps, folder, model, partitions=1, engine=None, **options):
    engine = engine or LocalEngine(1)
    job = Job(str(folder), model.digest, model.name, partitions, threads=1, **options)
    seen = []
    outcome = score_folder(dumps, job, (model, MODEL), engine, lambda *told: seen.append(told))
    engine.close()
    assert all(done == total for _, done, total, _ in seen[-1:])
    return outcome


def scored(folder):
    """All rows of a folder, partition after partition."""
    return pa.concat_tables(
        pq.read_table(path) for path in sorted(Path(folder).glob("part-*.parquet"))
    ).combine_chunks()


def manifest(folder):
    return json.loads((Path(folder) / "_manifest.json").read_bytes())
