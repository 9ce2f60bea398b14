"""Files of a run, on this machine or anywhere that fsspec reaches (s3://, gs://, …).

A path is a string, for workers on other machines get it too. What is written appears whole or not
at all: a local file is renamed into place, a remote one is put there in one request.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moderation.errors import InputError, OutputError
from moderation.tables import replacing
from moderation.temporary import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 20


def is_url(path: str) -> bool:
    """Whether fsspec has to open it.

    >>> is_url("s3://archive/2015"), is_url("dumps/2015")
    (True, False)
    """
    return "://" in path


def remote(url: str) -> tuple[Any, str]:
    """The file system of a URL and the path in it.

    Raises InputError where fsspec, or its part for this kind of URL, is not installed.
    """
    try:
        import fsspec.core

        return fsspec.core.url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise InputError(f"{url}: cannot be opened: {error}; pip install fsspec s3fs") from error


def exists(path: str) -> bool:
    """Whether there is such a file or folder."""
    if not is_url(path):
        return Path(path).exists()
    system, inside = remote(path)
    return bool(system.exists(inside))


def size(path: str) -> int:
    """Bytes of a file."""
    if not is_url(path):
        return Path(path).stat().st_size
    system, inside = remote(path)
    return int(system.size(inside))


def names(folder: str) -> list[str]:
    """Names of what lies directly in a folder, sorted; none where there is no such folder."""
    if not is_url(folder):
        path = Path(folder)
        return sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
    system, inside = remote(folder)
    if not system.exists(inside):
        return []
    entries = (
        str(entry).rstrip("/").rsplit("/", 1)[-1] for entry in system.ls(inside, detail=False)
    )
    return sorted(set(entries) - {inside.rstrip("/").rsplit("/", 1)[-1]})


def make_folder(folder: str) -> None:
    """Make a folder and its parents; object stores need none."""
    if is_url(folder):
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}") from error


def remove(path: str) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if is_url(path):
        system, inside = remote(path)
        if system.exists(inside):
            system.rm(inside, recursive=True)
    elif Path(path).is_dir():
        shutil.rmtree(path, ignore_errors=True)  # a worker given up for dead may still write there
    else:
        Path(path).unlink(missing_ok=True)


def sweep(folder: str) -> None:
    """Remove what killed tasks had begun to write in a folder."""
    if not is_url(folder):
        for path in Path(folder).glob(".*.tmp"):
            path.unlink(missing_ok=True)


@contextmanager
def writing(path: str) -> Iterator[Path]:
    """A local path to write to; what is there when the block succeeds becomes `path`.

    Fails with OutputError for every error of a file system, and then leaves nothing.
    """
    if not is_url(path):
        with replacing(path, sweep=False) as temporary:
            yield temporary
        return
    with Folder() as folder:
        temporary = folder / "part"
        try:
            yield temporary
            system, inside = remote(path)
            system.put_file(str(temporary), inside)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def write_bytes(path: str, content: bytes) -> None:
    """A small file, whole or not at all."""
    with writing(path) as temporary:
        temporary.write_bytes(content)


def read_bytes(path: str) -> bytes:
    """All of a small file."""
    if not is_url(path):
        return Path(path).read_bytes()
    system, inside = remote(path)
    return bytes(system.cat_file(inside))


@contextmanager
def on_disk(path: str) -> Iterator[Path]:
    """The file itself, or a copy of a remote one for as long as the block runs."""
    if not is_url(path):
        yield Path(path)
        return
    with Folder() as folder:
        system, inside = remote(path)
        copy = folder / inside.rsplit("/", 1)[-1]
        system.get_file(inside, str(copy))
        yield copy


@contextmanager
def head_on_disk(path: str) -> Iterator[Path]:
    """A file on this machine that begins like this one, for the block: as `on_disk`, but quick.

    Of an archive whose list of contents stands at the end, all of it.
    """
    if not is_url(path) or path.lower().endswith(".zip"):
        with on_disk(path) as copy:
            yield copy
        return
    system, inside = remote(path)
    with Folder() as folder:
        copy = folder / inside.rsplit("/", 1)[-1]
        copy.write_bytes(system.cat_file(inside, start=0, end=BLOCK))
        yield copy


@contextmanager
def output_on_disk(path: str) -> Iterator[Path]:
    """The output of a run, or of a single file, itself; a remote one is copied for the block.

    Raises InputError where nothing is there or it cannot be reached.
    """
    if not is_url(path):
        yield Path(path)
        return
    with Folder() as folder:
        try:
            copy = _fetched(path.rstrip("/"), folder)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
        yield copy


def _fetched(url: str, folder: Path) -> Path:
    """Copy a remote file into the folder, or the files that lie directly in a remote folder."""
    system, inside = remote(url)
    if system.isfile(inside):
        copy = folder / inside.rsplit("/", 1)[-1]
        system.get_file(inside, str(copy))
        return copy
    if not system.exists(inside):
        raise FileNotFoundError(f"{url}: there is no such file or folder")
    for name in names(url):
        if system.isfile(f"{inside}/{name}"):
            system.get_file(f"{inside}/{name}", str(folder / name))
    return folder


def arrow_file(path: str) -> Any:
    """A file that Arrow reads pieces of."""
    if not is_url(path):
        return pa.OSFile(path)
    system, inside = remote(path)
    return pa.PythonFile(system.open(inside, "rb"), mode="r")


def sha256(path: str) -> str:
    """Digest of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with on_disk(path) as copy, copy.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def content_digest(path: str) -> str:
    """What identifies an input: a digest of its whole content, so that any change is noticed.

    Of an object it is the store's own tag, where the store makes a new one whenever it is written.
    """
    if is_url(path):
        tag = _tag(path)
        if tag:
            return hashlib.sha256(tag.encode()).hexdigest()
        system, inside = remote(path)
        with system.open(inside, "rb") as stream:
            return _digest_of(stream)
    with Path(path).open("rb") as file:
        return _digest_of(file)


def _digest_of(stream: Any) -> str:
    digest = hashlib.blake2b(digest_size=32)
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def stamp(path: str) -> str:
    """A value that changes when a file is written, deleted or replaced.

    It is asked for twice within one run only: from one run to the next, a time can be put back.
    """
    if is_url(path):
        return _tag(path) or str(size(path))
    try:
        status = Path(path).stat()
    except OSError:
        return ""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


_TAGGED = ("s3", "s3a", "gs", "gcs", "abfs", "az")
"""Stores whose tag is of the content, or of the writing. A web server's may be of the time."""


def _tag(url: str) -> str:
    """The store's tag of an object; "" where there is none to rely on."""
    if url.partition(":")[0] not in _TAGGED:
        return ""
    system, inside = remote(url)
    info = system.info(inside)
    tag = info.get("generation") or info.get("ETag") or info.get("etag") or ""
    return f"{info.get('size')} {tag}" if tag else ""
