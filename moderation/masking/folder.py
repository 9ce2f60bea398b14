"""Mask a folder of partitions: the authors of all parts are looked for in the texts of each."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from moderation.errors import OutputError
from moderation.masking.mask import Masker, read_key
from moderation.masking.table import mask_table
from moderation.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence

MANIFEST = "_manifest.json"
ROWS = 65_536  # that are masked at once


def mask_folder(parts: Sequence[Path], target: Path, key: Path) -> None:
    """Write what is in the folder of a run that is complete to `target`; the manifest comes last.

    parts: its partitions. key: the file that holds it, made where there is none. Of rejects, whose
    authors nobody knows, only place and reason are written. Raises OutputError, and as `read_key`.
    """
    source = parts[0].parent
    masker = Masker(read_key(key), _authors(parts))
    _make(target / "_rejects")
    others = [*source.glob("_campaigns.parquet"), *sorted(source.glob("_rejects/*.parquet"))]
    for path in (*parts, *others):
        _mask_file(path, target / path.relative_to(source), masker)
    manifest: dict[str, Any] = orjson.loads((source / MANIFEST).read_bytes())
    for name, part in manifest["parts"].items():
        with (target / name).open("rb") as file:
            part["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    outcome = manifest["outcome"]
    for name in ("notes", "failed"):
        outcome[name] = [masker.text(one) for one in outcome[name]]
    for file, said in outcome["formats"].items():  # a record's keys may be anything
        outcome["formats"][file] = [one and masker.text(one) for one in said]
    for campaign in outcome["campaigns"] or []:
        campaign["text"] = masker.text(campaign["text"])
    with replacing(target / MANIFEST) as temporary:
        temporary.write_bytes(orjson.dumps(manifest | {"masked": True}) + b"\n")


def is_masked(folder: Path) -> bool:
    """Whether a folder holds a whole run, masked. Raises OutputError for any other content."""
    if not folder.exists() or not any(folder.iterdir()):
        return False
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        manifest = {"masked": (folder / "_rejects").is_dir()}  # masking was stopped
    if not manifest.get("masked"):
        raise OutputError(
            f"{folder}: is not empty, and not the masked output of a run; give a new folder"
        )
    return bool(manifest.get("complete")) and not manifest["outcome"]["failed"]


def _authors(parts: Sequence[Path]) -> set[str | None]:
    names: set[str | None] = set()
    for path in parts:
        for batch in pq.ParquetFile(path).iter_batches(columns=["author"]):
            names.update(pc.unique(batch.column(0)).to_pylist())
    return names


def _mask_file(source: Path, target: Path, masker: Masker) -> None:
    file = pq.ParquetFile(source)
    writer = None
    with replacing(target) as temporary:
        for batch in file.iter_batches(ROWS):
            table = mask_table(pa.Table.from_batches([batch]), masker)
            if "snippet" in table.column_names:
                at = table.schema.get_field_index("snippet")
                empty = pc.if_else(pc.is_null(table["snippet"]), table["snippet"], "")
                table = table.set_column(at, "snippet", empty)
            if writer is None:
                writer = pq.ParquetWriter(
                    temporary,
                    table.schema.with_metadata(file.schema_arrow.metadata),
                    compression="zstd",
                )
            writer.write_table(table)
        if writer is None:
            pq.write_table(file.schema_arrow.empty_table(), temporary)
        else:
            writer.close()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
