"""Reading and trees beside what Arrow alone needs for the same file plus the tree, in one process.

Both are measured in turn, so that whatever else the machine does meets both: Arrow's reader and
then `thread` on columns that are already clean; and this program's reading, cleaning and trees.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from benchmarks.table import Cost, show, timed
from moderation.comments import RECORD_SCHEMA
from moderation.readers import read
from moderation.tables import to_arrow, to_frame
from moderation.threads import arranged

Work = Callable[[], Any]
QUOTED = pa_csv.ParseOptions(newlines_in_values=True)
ALONE: dict[str, Callable[[Path], Any]] = {
    "jsonl": pa_json.read_json,
    "csv": lambda path: pa_csv.read_csv(path, parse_options=QUOTED),
    "parquet": pq.read_table,
}
TWICE = "2 times Arrow and the tree"
FAST = "20 MB/s"


def measure(folder: Path, files: tuple[str, ...], rounds: int = 5) -> None:
    """Print the rows of these files."""
    for file in files:
        path = folder / file
        size = path.stat().st_size / 1e6
        whole = read(path).comments
        works: dict[str, Work] = {"ours": lambda path=path: read(path)}
        arrow = ALONE.get(path.suffix[1:])
        if arrow:
            records = to_arrow(whole).select(RECORD_SCHEMA.names).cast(RECORD_SCHEMA)
            works["arrow"] = lambda path=path, arrow=arrow: arrow(path)
            works["tree"] = lambda records=records: _tree(records)
        costs = _in_turn(works, rounds)
        ours = _least(costs["ours"])
        told = f"{size / ours.cpu:.0f} MB"
        if not arrow:
            show(f"{file}, {size:.0f} MB: read, trees", ours, told, 0, FAST)
            continue
        peers = [
            Cost(one.wall + other.wall, one.cpu + other.cpu)
            for one, other in zip(costs["arrow"], costs["tree"], strict=True)
        ]
        ratios = [own.cpu / peer.cpu for own, peer in zip(costs["ours"], peers, strict=True)]
        peer = _least(peers)
        show(f"{file}, {size:.0f} MB: Arrow, tree", peer, f"{size / peer.cpu:.0f} MB")
        show(f"{file}: read, trees", ours, told, statistics.median(ratios), TWICE)


def _tree(records: pa.Table) -> Any:
    return to_frame(arranged(dict(zip(records.column_names, records.columns, strict=True))))


def _in_turn(works: dict[str, Work], rounds: int) -> dict[str, list[Cost]]:
    """The costs of each, round after round; the first round warms up."""
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            cost = timed(work)
            if number:
                costs[name].append(cost)
    return costs


def _least(costs: list[Cost]) -> Cost:
    return Cost(min(one.wall for one in costs), min(one.cpu for one in costs))
