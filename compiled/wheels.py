"""Build the wheels of all platforms on this one: `python compiled/wheels.py [FOLDER] [-p NAME]`.

The compiler of the package `ziglang` makes them all; pip fetches it. Each wheel is then looked
into: that its name is right, that the library is one of its platform, has every loop that the
program calls, and was made of these sources.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from build import HERE, LIBRARY, TARGETS, build, digest

ROOT = HERE.parent
BEGINNINGS = {
    "manylinux": b"\x7fELF",
    "musllinux": b"\x7fELF",
    "macosx": b"\xcf\xfa\xed\xfe",
    "win": b"MZ",
}
"""What a library of each system begins with."""


def make(platform: str, folder: Path) -> Path:
    """Build one wheel."""
    subprocess.run(  # noqa: S603 - pip
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)],
        env=os.environ | {"MODERATION_PLATFORM": platform},
        check=True,
    )
    (made,) = folder.glob(f"moderation-*-py3-none-{platform}.whl")
    return made


def check(wheel: Path, platform: str) -> None:
    """Raise ValueError for a wheel that lacks something."""
    with zipfile.ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    library = content[str(LIBRARY.relative_to(ROOT))]
    system = next(name for name in BEGINNINGS if platform.startswith(name))
    if not library.startswith(BEGINNINGS[system]):
        raise ValueError(f"{wheel.name}: the library is not one of {system}")
    calls = set()
    for name, source in content.items():
        if name.endswith(".py"):
            calls |= set(re.findall(r'\bLoop\(\s*"(\w+)"', source.decode()))
    missing = {call for call in calls if call.encode() + b"\0" not in library}
    if missing or not calls:
        raise ValueError(f"{wheel.name}: the library lacks {sorted(missing)}")
    if digest().encode() not in library:
        raise ValueError(f"{wheel.name}: the library was made of other sources")
    for name in ("moderation/_models/default/weights.safetensors", "moderation/py.typed"):
        if name not in content and (ROOT / name).exists():
            raise ValueError(f"{wheel.name}: {name} is missing")


def main() -> None:
    """Build and check them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist")
    parser.add_argument("-p", "--platform", choices=TARGETS, action="append")
    chosen = parser.parse_args()
    try:
        for platform in chosen.platform or TARGETS:
            wheel = make(platform, chosen.folder)
            check(wheel, platform)
            print(f"{wheel.name}  {wheel.stat().st_size / 1e6:.1f} MB")  # noqa: T201
    finally:
        build()  # the source tree keeps this machine's library


if __name__ == "__main__":
    main()
