"""Compile the loops to `moderation/_compiled.so`: `python compiled/build.py [--checked] [-o FILE]`.

`pip install` does this by itself (`hatch_build.py`), and in a clone that is installed with -e the
first command after a change of the C sources (`moderation/compiled.py`). The compiler is that of
the environment variable CC, else `cc`, `gcc` or `clang`, else the one in the package `ziglang`;
CFLAGS are added to its options. The library calls nothing of Python's: no headers are needed, and
it serves every version.

With --checked, or MODERATION_CHECKED=1 in the environment, every index of every array is checked.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parent / "moderation" / "_compiled.so"
FLAGS = [
    *("-std=gnu11", "-O3", "-g0", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra"),
    "-ffp-contract=off",  # the same bits with every compiler, on every processor
    "-fno-math-errno",
]
ZIG = [sys.executable, "-m", "ziglang", "cc"]
TARGETS = {
    "manylinux_2_17_x86_64": "x86_64-linux-gnu.2.17",
    "manylinux_2_17_aarch64": "aarch64-linux-gnu.2.17",
    "musllinux_1_1_x86_64": "x86_64-linux-musl",
    "musllinux_1_1_aarch64": "aarch64-linux-musl",
    "macosx_11_0_x86_64": "x86_64-macos.11.0",
    "macosx_11_0_arm64": "aarch64-macos.11.0",
    "win_amd64": "x86_64-windows-gnu",
}
"""Platforms of wheels, and what the compiler of `ziglang` calls them."""


def compiler() -> list[str] | None:
    """The command of a C compiler that this machine has; None if there is none."""
    if os.environ.get("CC"):
        return shlex.split(os.environ["CC"])
    found = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
    return [found] if found else None


def digest() -> str:
    """Digest of the sources: the library tells that of its own."""
    found = hashlib.sha256()
    for path in sorted(HERE.glob("*.[ch]")):
        found.update(path.read_bytes())
    return found.hexdigest()


def build(out: Path = LIBRARY, *, checked: bool = False, platform: str | None = None) -> None:
    """Compile the library. platform: one of TARGETS, None = this machine's."""
    command = [*ZIG, "-target", TARGETS[platform]] if platform else compiler() or ZIG
    sources = sorted(map(str, HERE.glob("*.c")))
    windows = sys.platform == "win32" if platform is None else platform.startswith("win")
    options = [
        *FLAGS,
        *(["-s"] if windows else ["-fPIC"]),
        f'-DSOURCES="{digest()}"',
        f"-ffile-prefix-map={HERE}=compiled",  # the same bytes in whatever folder
        *shlex.split(os.environ.get("CFLAGS", "")),
    ]
    if checked or os.environ.get("MODERATION_CHECKED") == "1":
        options.append("-DCHECKED")
    made = out.with_name(f"{out.name}.{os.getpid()}")  # running programs keep the old one
    try:
        subprocess.run(  # noqa: S603 - the compiler that the environment names
            [*command, *options, *sources, "-o", str(made), "-lm"],
            check=True,
        )
        made.replace(out)
    finally:
        made.unlink(missing_ok=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checked", action="store_true", help="check every index")
    parser.add_argument("-o", "--output", type=Path, default=LIBRARY)
    chosen = parser.parse_args()
    build(chosen.output, checked=chosen.checked)
