"""Call the loops that are compiled when the package is built; their source is in `compiled/`.

A loop takes arrays and numbers, in the order of the members of its C structure, and releases the
interpreter's lock while it runs. An array of another type than the loop expects, one that is not
contiguous, or one that cannot be written to is refused: nothing is converted unseen.
"""

from __future__ import annotations

import ctypes
import math
import os
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Put = Callable[[Any, list[Any]], None]
"""Adds what C is given of a value to a list of words."""

LIBRARY = Path(os.environ.get("MODERATION_LIBRARY") or Path(__file__).with_name("_compiled.so"))
"""The compiled loops; tests have others of their own, which check every index."""
FAILED = -(1 << 63)  # what a loop returns that could not go on


def _library() -> ctypes.CDLL:
    builder = LIBRARY.parents[1] / "compiled" / "build.py"
    if builder.exists():
        _keep_up(builder)
    if not LIBRARY.exists():
        raise ImportError(f"{LIBRARY} is missing: install the package, pip install .")
    return ctypes.CDLL(str(LIBRARY))


def _keep_up(builder: Path) -> None:
    """Compile the loops anew in a clone whose sources were changed since."""
    changed = max(path.stat().st_mtime for path in builder.parent.glob("*.[ch]"))
    if LIBRARY.exists() and LIBRARY.stat().st_mtime >= changed:
        return
    import subprocess

    if subprocess.run([sys.executable, builder], check=False).returncode:  # noqa: S603 - ours
        raise ImportError(f"the loops of {builder.parent} could not be compiled")


_loaded = _library()
_loaded.failure.restype = _loaded.sources.restype = ctypes.c_char_p
CHECKED = bool(_loaded.is_checked())
"""Whether every index is checked."""
SOURCES = str(_loaded.sources().decode())
"""Digest of the sources that the loops were compiled from."""


class Kind:
    """A kind of argument: how many words of which format it is, and what puts them down."""

    def __init__(self, formats: str, put: Put) -> None:
        """formats: for `struct`, one letter for each word."""
        self.formats = formats
        self.put = put


class Prepared:
    """A value whose words are put down already: for what is passed again and again."""

    def __init__(self, kind: Kind, value: Any) -> None:
        """The value's arrays must stay where they are."""
        self.value = value
        self.words: list[Any] = []
        kind.put(value, self.words)


def number(value: Any, words: list[Any]) -> None:
    """Put down a number or a truth value."""
    words.append(value)


INT = Kind("q", number)
FLOAT = Kind("d", number)


def _address(array: np.ndarray) -> int:
    if array.flags.writeable and array.size:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))  # type: ignore[arg-type]  # it is one
    return int(array.__array_interface__["data"][0])  # takes seven times as long


def array(code: str, *, written: bool = False) -> Kind:
    """An array of one dtype; of more dimensions than two, the last ones are columns."""
    dtype = np.dtype(code)

    def put(value: np.ndarray, words: list[Any]) -> None:
        flags = value.flags
        if value.dtype != dtype or not flags.c_contiguous or (written and not flags.writeable):
            raise TypeError(f"{value.dtype} array, strides {value.strides}; expected {dtype}")
        words += _address(value), len(value), math.prod(value.shape[1:])

    return Kind("qqq", put)


def group(*kinds: Kind) -> Kind:
    """A tuple of arguments, one of each kind; or such a tuple `Prepared`."""
    puts = [kind.put for kind in kinds]

    def put(value: Sequence[Any] | Prepared, words: list[Any]) -> None:
        if isinstance(value, Prepared):
            words += value.words
            return
        for one, given in zip(puts, value, strict=True):
            one(given, words)

    return Kind("".join(kind.formats for kind in kinds), put)


U1, I4, U4, I8, U8, F4, F8, BOOL = map(array, ("u1", "i4", "u4", "i8", "u8", "f4", "f8", "?"))
W_U1, W_I4, W_U4, W_I8, W_U8, W_F4, W_F8, W_BOOL = (
    array(code, written=True) for code in ("u1", "i4", "u4", "i8", "u8", "f4", "f8", "?")
)


class Loop:
    """A compiled function: called with its arguments, it returns an integer."""

    def __init__(self, name: str, *takes: Kind) -> None:
        """name: in C. takes: the kinds of its arguments."""
        self._function = _loaded[name]
        self._function.argtypes, self._function.restype = [ctypes.c_char_p], ctypes.c_int64
        self._puts = [kind.put for kind in takes]
        self._words = struct.Struct("=" + "".join(kind.formats for kind in takes))
        expected = _loaded[f"{name}_words"]
        expected.restype = ctypes.c_int64
        if expected() * 8 != self._words.size:
            raise ImportError(f"{LIBRARY} is of another version (see {name}): pip install .")

    def __call__(self, *given: Any) -> int:
        """Run it; IndexError or MemoryError where it could not go on.

        given: as declared; any may be Prepared.
        """
        words: list[Any] = []
        for put, value in zip(self._puts, given, strict=True):
            if isinstance(value, Prepared):
                words += value.words
            else:
                put(value, words)
        result = int(self._function(self._words.pack(*words)))
        if result == FAILED:
            message = _loaded.failure().decode()
            raise (MemoryError if message.startswith("out of memory") else IndexError)(message)
        return result
