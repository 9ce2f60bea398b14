"""Start numba without the packages that it would load, and that nothing here needs.

For programs of our own only: afterwards no function of this process can use numba's own SciPy,
coverage or C bindings. A program that imports this one as a library decides for itself.
"""

from __future__ import annotations

import importlib
import sys

_NOT_NEEDED = {
    "scipy": "a check of its version, and linear algebra",
    "scipy.linalg.cython_blas": "products of matrices: 0.15 s, and nothing compiled here has one",
    "coverage": "coverage of compiled lines, where a developer has it: 40 modules",
    "yaml": "a configuration file in whatever folder the program is called from: 18 modules",
    "cffi": "arguments that are C functions, and a parser of C: 0.1 s",
}
"""What numba looks for when it starts, and goes without where it is absent."""


def start_numba() -> None:
    """Load what numba needs to run compiled code, and no more."""
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # what Python takes for "absent"
    try:
        for name in ("numba", "numba.np.arraymath", "numba.core.typing.cffi_utils"):
            importlib.import_module(name)
    finally:
        for name in hidden:
            del sys.modules[name]
