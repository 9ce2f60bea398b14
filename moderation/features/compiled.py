"""How functions are compiled, and where the compiled code is kept between runs.

numba keeps machine code beside the source if it may write there, and notices a change in a
function's own file only. Here it goes to the user's cache folder, under a digest of all compiled
modules, so that a read-only installation starts as fast, and no stale code survives an update.
`NUMBA_CACHE_DIR` moves it. Where there is no home to write to, a folder of the temporary ones is
taken if nobody else can write there; where nothing can be written, every process compiles anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir  # type: ignore[import-untyped]  # llvmlite ships no types
from numba.core import cgutils, types
from numba.core.caching import FunctionCache, IndexDataCacheFile, NullCache
from numba.core.serialize import dumps
from numba.extending import intrinsic

_PACKAGE = Path(__file__).parents[1]
_SCORING = (
    "features/phrases.score_rows",
    "context/overlap.overlaps",
    "evidence/words.explain_rows",
)
_LONG = {*_SCORING, "training/counting._list_rows"}  # with these the waiting begins


def _sources() -> list[Path]:
    """Every module with a compiled function, in order: those that use this one, and itself."""
    sources = sorted(_PACKAGE.rglob("*.py"))
    return [path for path in sources if b"moderation.features.compiled import" in path.read_bytes()]


def _digest() -> str:
    """Digest of everything that the machine code comes from."""
    found = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for path in _sources():
        found.update(path.read_bytes())
    found.update((_PACKAGE / "features/common_words.npz").read_bytes())  # compiled in
    return found.hexdigest()[:16]


def _user_cache() -> Path:
    """The folder that the platform keeps for caches."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~")).expanduser()
    if sys.platform == "darwin":
        return Path("~/Library/Caches").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()


def _folder() -> Path | None:
    """Where compiled code is kept; None if nowhere."""
    kind = "checked" if numba.config.BOUNDSCHECK else "kernel"
    name = f"{kind}-{_digest()}"
    own = f"moderation-{os.getuid()}" if hasattr(os, "getuid") else "moderation"
    places: tuple[Callable[[], Path], ...] = (
        lambda: _user_cache() / "moderation",
        lambda: Path(tempfile.gettempdir()) / own,
    )
    for place in places:
        try:
            folder = place() / name
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True, mode=0o700)
            if os.access(folder, os.W_OK | os.X_OK) and _ours(folder.parent) and _ours(folder):
                return folder
        except (OSError, RuntimeError):  # read-only, or no home directory
            continue
    return None


def _ours(folder: Path) -> bool:
    """Whether nobody else can put machine code there."""
    found = folder.stat()
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o022


FOLDER = _folder()


def will_compile() -> bool:
    """Whether the first scoring of this process has to compile (a minute or two, once)."""
    kept = (f"{Path(name).name}-*.nbc" for name in _SCORING)
    return FOLDER is None or not all(any(FOLDER.rglob(name)) for name in kept)


class _OneEach(IndexDataCacheFile):
    """A function's compiled code: one file for each of its signatures, that says which it holds.

    numba numbers the files and lists them in another one. Of two processes that compile a function
    for two signatures at once, the one's list can name the other's file: code that takes an array
    for one of another type, and writes beyond it. A file that is not whole is compiled anew.
    """

    def save(self, key: Any, data: Any) -> None:
        """Keep the code of a signature; by the last one, where several processes have made it."""
        content = dumps((self._version, self._source_stamp, key, data))
        with self._open_for_write(self._path(key)) as file:
            file.write(hashlib.sha256(content).digest() + content)

    def load(self, key: Any) -> Any:
        """The code of a signature; None if it is not there, not whole, or another one's."""
        size = hashlib.sha256().digest_size
        with contextlib.suppress(OSError):
            content = Path(self._path(key)).read_bytes()
            if hashlib.sha256(content[size:]).digest() == content[:size]:
                *about, data = pickle.loads(content[size:])  # noqa: S301 - ours alone, see `_ours`
                return data if about == [self._version, self._source_stamp, key] else None
        return None

    def _path(self, key: Any) -> str:
        number = int(hashlib.sha256(repr(key).encode()).hexdigest()[:16], 16)
        return self._data_path(self._data_name(number))


_notices: list[Callable[[], None]] = []


def before_compiling(notice: Callable[[], None]) -> None:
    """Have `notice` called, once, when a function begins to be compiled that takes long."""
    _notices[:] = [notice]


def _announced(function: Callable[..., Any]) -> None:
    path = Path(function.__code__.co_filename)
    while _notices and f"{path.parent.name}/{path.stem}.{function.__name__}" in _LONG:
        _notices.pop()()


class _NoCache(NullCache):
    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def load_overload(self, sig: Any, target_context: Any) -> None:
        _announced(self._function)


class _Cache(FunctionCache):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _OneEach(
            self.cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        found = super().load_overload(sig, target_context)
        if found is None:
            _announced(self._py_func)
        return found


def _compile(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    kept = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(FOLDER or "")  # read while the function is decorated
    try:
        made = numba.njit(function, nogil=True, **options)
        made._cache = _NoCache(function) if FOLDER is None else _Cache(function)
        return made
    finally:
        numba.config.CACHE_DIR = kept


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile when first called; runs without the GIL, must not allocate.

    Without its runtime numba counts no references: counting every array of a structure at every
    call cost half of the time.
    """
    return _compile(function, _nrt=False)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, copied into its callers: for what runs once per word or oftener."""
    return _compile(function, _nrt=False, forceinline=True)


def allocating(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile when first called; runs without the GIL, may make arrays."""
    return _compile(function)


def reordering(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, where the order of a sum is the compiler's to choose; always the same one."""
    return _compile(function, fastmath={"reassoc", "contract"})


@intrinsic
def fetched(typing: Any, array: Any, row: Any) -> Any:
    """In compiled code, `fetched(array, row)` has the beginning of a row fetched from memory.

    It waits for nothing and changes no value. array: contiguous.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        values = context.make_array(kind)(context, builder, arguments[0])
        place = context.cast(builder, arguments[1], signature.args[1], types.intp)
        where = [place, *[context.get_constant(types.intp, 0)] * (kind.ndim - 1)]
        found = cgutils.get_item_pointer(context, builder, kind, values, where)
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        reading, near, data = number(0), number(3), number(1)
        builder.call(function, [builder.bitcast(found, byte), reading, near, data])
        return context.get_dummy_value()

    return types.void(array, row), code
