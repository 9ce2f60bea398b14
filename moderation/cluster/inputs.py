"""Which files a run reads, cut into units of work."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from glob import glob, has_magic
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from moderation.cluster import files
from moderation.cluster.job import Unit
from moderation.errors import InputError
from moderation.features.ngrams import thread_count
from moderation.readers import site_of
from moderation.readers.files import sources

UNIT_BYTES = 128 << 20  # of a Parquet file's row groups, unpacked: some seconds of reading
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zstd", ".zip")
EXPANDS = 6  # times; text dumps compress 3 to 20 times


class Inputs(NamedTuple):
    """The units in the order of their paths, about how many bytes they hold unpacked, and `home`.

    home: the first site that is met among dumps that name threads by numbers of one site.
    stamps: of each path, from before its content was looked at; see `files.stamp`.
    """

    units: list[Unit]
    bytes: int
    home: str | None
    stamps: dict[str, str]


def paths_of(dumps: list[str]) -> list[tuple[str, bool]]:
    """The files that the dumps name, here or at a URL, and whether each comes from a folder.

    In the order of the dumps. Raises InputError where there is no such file.
    """
    return [path for dump in dumps for path in sorted(_paths(str(dump)))]


def inputs_of(listed: list[tuple[str, bool]], format: str | None = None) -> Inputs:  # noqa: A002
    """Units of the files that `paths_of` found. Raises OSError where one cannot be read."""
    paths = sorted({path for path, _ in listed})
    stamps = {path: files.stamp(path) for path in paths}
    with ThreadPoolExecutor(thread_count()) as pool:
        digests = dict(zip(paths, pool.map(files.content_digest, paths), strict=True))
    units: list[Unit] = []
    total = 0
    for path, loose in sorted(listed):
        size, digest = files.size(path), digests[path]
        packed = path.lower().endswith(COMPRESSED)
        groups = _groups(path) if format in (None, "table") and not files.is_url(path) else []
        total += sum(size for *_, size in groups) if groups else size * (EXPANDS if packed else 1)
        for first, last, _ in groups or [(0, 0, 0)]:
            span = (first, last) if groups else None
            units.append(Unit(len(units), path, size, digest, span, loose))
    return Inputs(units, total, _home([path for path, _ in listed], format), stamps)


def _home(paths: list[str], format: str | None) -> str | None:  # noqa: A002
    """As `readers.iterate` meets it first; files that cannot be read tell none."""
    for path in paths:
        with contextlib.suppress(InputError, OSError), files.head_on_disk(path) as copy:
            for source in sources(copy):
                site = site_of(source, format)
                if site:
                    return site
    return None


def _paths(dump: str) -> list[tuple[str, bool]]:
    """The files that a dump's name stands for, and whether they were met in a folder."""
    if dump == "-":
        raise InputError("-: a run in partitions reads files; save standard input to one")
    if files.is_url(dump):
        return _remote_paths(dump)
    path = Path(dump)
    if path.is_dir():
        inside = (file for file in path.rglob("*") if file.is_file())
        listed = [
            (str(member), True) for member in inside if not _hidden(member.relative_to(path).parts)
        ]
    elif has_magic(dump) and not path.exists():
        names = glob(dump, recursive=True)  # noqa: PTH207 - the pattern may be absolute
        listed = [(name, False) for name in names if Path(name).is_file()]
    elif path.exists():
        listed = [(dump, False)]
    else:
        raise InputError(f"{dump}: there is no such file")
    if not listed:
        raise InputError(
            f"{dump}: {'the folder holds no files' if path.is_dir() else 'no file matches'}"
        )
    return listed


def _remote_paths(url: str) -> list[tuple[str, bool]]:
    system, inside = files.remote(url)
    try:
        if has_magic(inside):
            listed = [(str(system.unstrip_protocol(file)), False) for file in system.glob(inside)]
        elif system.isdir(inside):
            base = len(inside.rstrip("/")) + 1
            listed = [
                (str(system.unstrip_protocol(file)), True)
                for file in system.find(inside)
                if not _hidden(tuple(file[base:].split("/")))
            ]
        else:
            listed = [(url, False)] if system.exists(inside) else []
    except OSError as error:
        raise InputError(f"{url}: cannot be read: {error}") from error
    if not listed:
        raise InputError(f"{url}: there is no such file")
    return listed


def _hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") for part in parts)


def _groups(path: str) -> list[tuple[int, int, int]]:
    """Row groups of a Parquet file from first to behind last, and their bytes, about UNIT_BYTES.

    None for any other file, and for one that is damaged: reading it will tell.
    """
    with Path(path).open("rb") as file:
        if file.read(4) != b"PAR1":
            return []
    try:
        metadata = pq.ParquetFile(path).metadata
    except (OSError, pa.ArrowException):
        return []
    groups: list[tuple[int, int, int]] = []
    first = size = 0
    for number in range(metadata.num_row_groups):
        size += metadata.row_group(number).total_byte_size
        if size >= UNIT_BYTES or number == metadata.num_row_groups - 1:
            groups.append((first, number + 1, size))
            first, size = number + 1, 0
    return groups
