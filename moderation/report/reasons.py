"""Why a comment waits for review, in a word: what a queue can be filtered by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = "words"
_COMMON = {"length"}  # moves every score, and is nobody's reason


def reasons(whys: Iterable[str | None], asked: Iterable[str | None]) -> list[str | None]:
    """One per row: the reason a queue gives, else what weighed most for the surest flag.

    whys: JSON of `why`. asked: the `queue` column. None for a row that has neither.

    >>> why = '{"spam": {"score": 0.9, "spans": [[0, 4, 1.5]], "features": {"links": 2}}}'
    >>> reasons([why], [None])
    ['spam: links']
    """
    return [queued or _heaviest(why) for why, queued in zip(whys, asked, strict=True)]


def _heaviest(why: str | None) -> str | None:
    if not why:
        return None
    flags: dict[str, dict[str, Any]] = orjson.loads(why)
    if not flags:
        return None
    label, said = max(flags.items(), key=lambda one: one[1].get("score") or 0.0)
    shares = {
        name: share for name, share in (said.get("features") or {}).items() if name not in _COMMON
    }
    shares[WORDS] = sum(share for _, _, share in said.get("spans") or [])
    return f"{label}: {max(shares, key=lambda name: shares[name])}"
