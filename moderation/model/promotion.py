"""Replace a model by another, atomically, logged, and so that it can be rolled back.

    models/default            the model in use
    models/default.previous   the one before it
    models/promotions.jsonl   one line for each promotion, rollback and refusal

A folder is written beside its place and exchanged with it in one step where the system can
(Linux, `renameat2`), in two renames elsewhere. Before the model in use is replaced it is copied to
`previous`; whenever the program dies, the model in use is the old one or the new one.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import secrets
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from moderation.errors import ModelError, OutputError
from moderation.filelock import locked
from moderation.model.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

PREVIOUS = ".previous"
LOG = "promotions.jsonl"
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_CWD = -100  # AT_FDCWD


def promote(candidate: Path, place: Path, current: Path | None, record: dict[str, Any]) -> None:
    """Make `candidate` the model at `place`; the one at `current` becomes `place`.previous.

    current: the model in use: `place`, the one that was installed along, or None. record: what
    the log says beside the digests. Raises ModelError for a candidate that does not load,
    OutputError when a file cannot be written.
    """
    digest = Model.load(candidate).digest
    before = None if current is None else Model.load(current).digest
    with _alone(place) as log:
        if current is not None:
            _put(current, previous(place))
        _put(candidate, place)
        log({"did": "promoted", "digest": digest, "previous": before, **record})


def roll_back(place: Path, record: dict[str, Any]) -> str:
    """Exchange the model at `place` with the one before it and return its digest. Twice undoes it.

    Raises ModelError when there is none.
    """
    back = previous(place)
    if not back.is_dir():
        raise ModelError(f"{back}: there is no previous model to bring back")
    digest = Model.load(back).digest
    with _alone(place) as log:
        if place.is_dir():
            aside = _copied(place, back)
            try:
                _put(back, place)
                _exchange(aside, back)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        else:
            _put(back, place)
        log({"did": "rolled back", "digest": digest, **record})
    return digest


def refuse(place: Path, record: dict[str, Any]) -> None:
    """Log that a candidate was not promoted."""
    with _alone(place) as log:
        log({"did": "refused", **record})


def previous(place: Path) -> Path:
    """The folder that keeps the model before the one at `place`."""
    return place.with_name(place.name + PREVIOUS)


@contextmanager
def _alone(place: Path) -> Iterator[Any]:
    """Hold the lock; yields a function that appends a line to the log."""
    path = place.with_name(LOG)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error

    def log(line: dict[str, Any]) -> None:
        os.write(descriptor, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        os.fsync(descriptor)

    try:
        with locked(descriptor):
            yield log
    except OSError as error:
        raise OutputError(f"{place}: cannot be replaced: {error.strerror or error}") from error
    finally:
        os.close(descriptor)


def _put(source: Path, place: Path) -> None:
    """A copy of `source` takes the place of the folder at `place`."""
    copy = _copied(source, place)
    try:
        if place.is_dir():
            _exchange(copy, place)
        else:
            copy.rename(place)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _copied(source: Path, place: Path) -> Path:
    """A copy of a model's folder beside `place`, on the disk."""
    copy = place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")
    copy.mkdir()
    try:
        for path in sorted(source.iterdir()):
            target = copy / path.name
            shutil.copyfile(path, target)
            with target.open("rb+") as file:
                os.fsync(file.fileno())
    except OSError:
        shutil.rmtree(copy, ignore_errors=True)
        raise
    return copy


def _exchange(first: Path, second: Path) -> None:
    """Two folders change places."""
    if sys.platform == "linux" and _exchanged(first, second):
        return
    aside = first.with_name(first.name + ".aside")
    second.rename(aside)
    try:
        first.rename(second)
    except OSError:
        aside.rename(second)
        raise
    aside.rename(first)


def _exchanged(first: Path, second: Path) -> bool:
    """Whether the system could do it in one step."""
    library = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    with contextlib.suppress(AttributeError):  # a C library from before 2018
        done = library.renameat2(_CWD, os.fsencode(first), _CWD, os.fsencode(second), _EXCHANGE)
        return bool(done == 0)
    return False
