"""How functions are compiled, and where the compiled code is kept between runs.

numba keeps machine code beside the source if it may write there, and notices a change in a
function's own file only. Here it goes to the user's cache folder, under a digest of all compiled
modules, so that a read-only installation starts as fast, and no stale code survives an update.
`NUMBA_CACHE_DIR` moves it. Where nothing can be written, every process compiles anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

_SOURCES = ("characters", "compiled", "folding", "kernel", "links", "tokens")


def _digest() -> str:
    """Digest of everything that the machine code comes from."""
    found = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for name in _SOURCES:
        found.update(Path(__file__).with_name(f"{name}.py").read_bytes())
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
    folder = _user_cache() / "moderation" / f"{kind}-{_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):  # read-only, or no home directory
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


FOLDER = _folder()


def will_compile() -> bool:
    """Whether the first scoring of this process has to compile (about ten seconds, once)."""
    return FOLDER is None or not any(FOLDER.rglob("kernel.score_rows-*.nbc"))


def _compile(function: Callable[..., Any], **options: bool) -> Callable[..., Any]:
    kept = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(FOLDER or "")  # read while the function is decorated
    try:
        # Without its runtime numba counts no references: the functions allocate nothing, and
        # counting every array of a structure at every call cost half of the time.
        return numba.njit(function, nogil=True, _nrt=False, cache=FOLDER is not None, **options)
    finally:
        numba.config.CACHE_DIR = kept


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile when first called; runs without the GIL, must not allocate."""
    return _compile(function)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, copied into its callers: for what runs once per word or oftener."""
    return _compile(function, forceinline=True)
