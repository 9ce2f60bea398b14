"""Places of rejects as bytes of the file: readers count from behind what they never see."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moderation.comments import Reject
    from moderation.readers.source import Source

_BYTES = re.compile(r"\bbytes (\d+) to (\d+)")


def of_file(rejects: list[Reject], source: Source) -> list[Reject]:
    """The rejects with bytes that count from the file's first.

    Readers count from behind a byte order mark, and in UTF-8: where the file is in another
    encoding, that is said.
    """
    if not rejects or source.binary or not (source.mark or source.encoding != "utf-8"):
        return rejects
    behind = " of the text as UTF-8" if source.encoding != "utf-8" else ""
    moved = partial(_moved, by=0 if behind else len(source.mark), behind=behind)
    return [reject._replace(place=_BYTES.sub(moved, reject.place)) for reject in rejects]


def _moved(place: re.Match[str], by: int, behind: str) -> str:
    return f"bytes {int(place[1]) + by} to {int(place[2]) + by}{behind}"
