"""Keep between runs what training makes of public sets alone, in the user's cache folder.

An entry is found by a digest of all that it is made from: the files' content, the descriptions,
the settings, this program's own source and its libraries. So it is never stale; what finds no
entry is made anew, and the model has the same bytes either way. Entries are Arrow tables and
safetensors, so that reading them runs no code; each begins with the digest of its content, and a
damaged one is not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
from safetensors import numpy as safetensors
from threadpoolctl import threadpool_info

from moderation.errors import OutputError
from moderation.labels.table import LABEL_SCHEMA
from moderation.model import folder as model_folder
from moderation.tables import replacing, to_arrow

if TYPE_CHECKING:
    from moderation.model.labels import ContextLabel

MOST_BYTES = 1 << 30  # of all entries, the oldest go first; the sets of labels/ take a tenth
_PACKAGE = Path(__file__).parents[1]
_LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy")
_DIGEST = hashlib.sha256().digest_size
_ABOUT = b"about"


def _user_cache() -> Path:
    """The folder that the platform keeps for caches."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~")).expanduser()
    if sys.platform == "darwin":
        return Path("~/Library/Caches").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()


def _own_folder() -> Path | None:
    """Where entries are kept; None if nowhere."""
    own = f"moderation-{os.getuid()}" if hasattr(os, "getuid") else "moderation"
    places: tuple[Callable[[], Path], ...] = (
        lambda: _user_cache() / "moderation",
        lambda: Path(tempfile.gettempdir()) / own,
    )
    for place in places:
        try:
            folder = place() / "training"
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True, mode=0o700)
            if os.access(folder, os.W_OK | os.X_OK) and _ours(folder.parent) and _ours(folder):
                return folder
        except (OSError, RuntimeError):  # read-only, or no home directory
            continue
    return None


def _ours(folder: Path) -> bool:
    """Whether nobody else can write there."""
    status = folder.stat()
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o022


@cache
def _program() -> str:
    """Digest of this program's source, and of what else its numbers depend on."""
    blas = sorted({str(pool.get("architecture")) for pool in threadpool_info()})
    machine = (platform.python_version(), platform.machine(), blas)
    hashed = hashlib.sha256(repr((machine, [version(library) for library in _LIBRARIES])).encode())
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".npz", ".so"):
            hashed.update(path.read_bytes())
    return hashed.hexdigest()


def digest_of(*parts: Any) -> str:
    """Digest of what an entry is made from: label tables, bytes, and whatever JSON can tell."""
    hashed = hashlib.sha256(_program().encode())
    for part in parts:
        content = part if isinstance(part, bytes) else None
        if isinstance(part, pd.DataFrame):
            content = _file_of(part, {})
        if content is None:
            content = json.dumps(part, sort_keys=True).encode()
        hashed.update(f"{len(content)}:".encode())
        hashed.update(content)
    return hashed.hexdigest()


@dataclass(frozen=True)
class Store:
    """Entries of one folder; None keeps nothing."""

    folder: Path | None

    @classmethod
    def of_user(cls) -> Store:
        """In the user's cache folder, or one where nobody else can write; None without any."""
        return cls(_own_folder())

    def table(self, digest: str) -> tuple[pd.DataFrame, Any] | None:
        """A label table and what was kept with it."""
        content = self._read(f"{digest}.arrow")
        if content is None:
            return None
        table = pa.ipc.open_file(content).read_all()
        about = json.loads(table.schema.metadata[_ABOUT])
        return _as_label_table(table), about

    def keep_table(self, digest: str, frame: pd.DataFrame, about: Any) -> None:
        """Keep a label table, and something that JSON can tell."""
        self._write(f"{digest}.arrow", lambda: _file_of(frame, about))

    def head(self, digest: str) -> ContextLabel | None:
        """A context label."""
        content = self._read(f"{digest}.safetensors")
        if content is None:
            return None
        arrays = safetensors.load(bytes(content))
        described = json.loads(arrays.pop("described").tobytes())
        return cast("ContextLabel", model_folder.label_of(described, arrays))

    def keep_head(self, digest: str, label: ContextLabel) -> None:
        """Keep a context label."""
        self._write(f"{digest}.safetensors", lambda: _described(label))

    def _read(self, name: str) -> memoryview | None:
        """An entry's content if it is there and whole; it counts as young again."""
        if self.folder is None:
            return None
        path = self.folder / name
        try:
            content = memoryview(path.read_bytes())
            os.utime(path)
        except OSError:
            return None
        whole = hashlib.sha256(content[_DIGEST:]).digest() == content[:_DIGEST]
        return content[_DIGEST:] if whole else None

    def _write(self, name: str, content: Any) -> None:
        """Write an entry and drop the oldest; where that fails, nothing is kept."""
        if self.folder is None:
            return
        written = content()
        with contextlib.suppress(OSError, OutputError):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with replacing(self.folder / name) as path:
                path.write_bytes(hashlib.sha256(written).digest() + written)
            self._prune()

    def _prune(self) -> None:
        assert self.folder is not None  # noqa: S101 - only called where there is one
        entries = [
            (path.stat().st_mtime, path.stat().st_size, path) for path in self.folder.iterdir()
        ]
        room = MOST_BYTES
        for _, size, path in sorted(entries, reverse=True):
            room -= size
            if room < 0:
                path.unlink(missing_ok=True)


def _described(label: ContextLabel) -> bytes:
    described = json.dumps(model_folder.label_card(label), sort_keys=True).encode()
    arrays = {f"{label.name}/{key}": array for key, array in label.head.tensors().items()}
    arrays["described"] = np.frombuffer(described, np.uint8)
    return bytes(
        safetensors.save({key: np.ascontiguousarray(array) for key, array in arrays.items()})
    )


def _file_of(frame: pd.DataFrame, about: Any) -> bytes:
    table = to_arrow(frame).replace_schema_metadata({_ABOUT: json.dumps(about)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return cast("bytes", sink.getvalue().to_pybytes())


def _as_label_table(table: pa.Table) -> pd.DataFrame:
    """Columns of the types that `labels.table.label_frame` gives them."""
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        known = name in LABEL_SCHEMA.names and name not in ("weight", "natural")
        kind = pd.ArrowDtype(column.type)
        columns[name] = pd.Series(column, dtype=kind) if known else column.to_numpy()
    return pd.DataFrame(columns)
