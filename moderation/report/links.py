"""The domains that comments link to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.dump_evidence.hosts import owner

if TYPE_CHECKING:
    from moderation.report.scored import Names, Scored

_LINK = re.compile(r"(?:https?://|www\.)([^\s/<>\"'()\[\]?#]{1,253})([^\s<>\"')\]]{0,200})", re.I)
_MAY_HAVE = r"(?i)https?://|www\."
MOST = 20  # links of one comment that are looked at


def domains(text: str) -> list[str]:
    """Whose sites a text links to, each once, in its order; of a common site the bare host.

    >>> domains("see https://www.shop.example.co.uk/a and http://youtu.be/x")
    ['example.co.uk', 'youtu.be']
    """
    links = [found for _, found in zip(range(MOST), _LINK.finditer(text), strict=False)]
    return list(dict.fromkeys(filter(None, (_domain(*link.groups()) for link in links))))


def _domain(host: str, path: str) -> str:
    host = host.lower().rpartition("@")[2].partition(":")[0].rstrip(".,;!")
    return owner(host, path.lower()) or (host.removeprefix("www.") if "." in host else "")


def first_domains(scored: Scored, rows: np.ndarray) -> Names:
    """The first domain that each of `rows` (ascending) links to; texts are read in one go."""
    from moderation.report.scored import Names

    numbers: dict[str, int] = {}
    codes = np.full(len(rows), -1, np.int32)
    start = 0
    for texts in scored.records.texts():
        low, high = np.searchsorted(rows, [start, start + len(texts)])
        some = texts.take(pa.array(rows[low:high] - start))
        start += len(texts)
        may_have = pc.fill_null(pc.match_substring_regex(some, _MAY_HAVE), False)
        for at in np.flatnonzero(may_have.to_numpy(zero_copy_only=False)).tolist():
            if found := domains(some[at].as_py()):
                codes[low + at] = numbers.setdefault(found[0], len(numbers))
    return Names(codes, list(numbers))
