"""Whether a tag may be released: `python docs/check_release.py v0.1.0`; says what is missing.

The version is in `moderation/__init__.py`; the changelog, the citation and the conda recipe must
know it, and the manual page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {
    "CITATION.cff": r"^version: {}$",
    "docs/conda/recipe.yaml": r"^  version: {}$",
    "docs/moderation.1": r'"moderation {}"',
}


def version() -> str:
    """The program's, as it stands in the source."""
    source = (ROOT / "moderation/__init__.py").read_text(encoding="utf-8")
    (found,) = re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    return str(found)


def unknown(wanted: str, known: dict[str, str]) -> list[str]:
    """The files that do not know the version."""
    return [
        name
        for name, pattern in known.items()
        if not re.search(
            pattern.format(re.escape(wanted)),
            (ROOT / name).read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]


if __name__ == "__main__":
    here, (tag,) = version(), sys.argv[1:]
    if tag != f"v{here}":
        sys.exit(f"the tag is {tag}, and moderation/__init__.py says {here}")
    if missing := unknown(here, {**KNOWN, "CHANGELOG.md": r"^## {}\b"}):
        sys.exit(f"version {here} does not stand in {', '.join(missing)}")
