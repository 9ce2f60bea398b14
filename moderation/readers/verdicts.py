"""What the site decided, where it stands in fields of its own: `is_spam`, `approved`, `deleted_at`.

Such a field holds yes or no, or the time of the decision. Several may stand side by side: what
was deleted stays deleted whether it was approved or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.readers.synonyms import plainly
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.readers.inference.fields import Field

ROLE = "verdict "
"""Before a status: the role of a column that says whether a comment has it."""
_NAMES = {
    "deleted": "deleted isdeleted deletedat deletedbyauthor isdeletedbyauthor deletedbyuser "
    "userdeleted softdeleted",
    "spam": "spam isspam markedasspam markedspam flaggedasspam",
    "removed": "removed isremoved removedat rejected isrejected rejectedat trashed istrashed "
    "trashedat removedbymoderator deletedbymoderator moderatorremoved",
    "hidden": "hidden ishidden hiddenat collapsed iscollapsed minimized isminimized shadowbanned",
    "pending": "pending ispending awaitingmoderation isawaitingmoderation heldformoderation "
    "inmoderation needsapproval needsmoderation unapproved isunapproved",
    "visible": "visible isvisible",
    "approved": "approved isapproved approvedat published ispublished",
}
_STATUS = {name: status for status, names in _NAMES.items() for name in names.split()}
_UNLESS = {"visible": "hidden", "approved": "pending"}  # what it is where the field says no
_NO = frozenset(["", "0", "false", "no", "n", "f", "none", "null", "nan", "\\n", "off"])
_AROUND = frozenset(["moderation", "flags", "attributes", "state", "comment", "node", "data"])


def verdict_fields(fields: Iterable[Field], text: str = "") -> dict[str, str]:
    """The status -> the field that says whether a comment has it. text: the path of the texts."""
    found: dict[str, str] = {}
    for one in fields:
        owner, _, name = one.path.rpartition(".")
        status = _STATUS.get(plainly(name))
        near = not owner or owner == text.rpartition(".")[0] or owner.lower() in _AROUND
        if status and near and status not in found and _decides(one, plainly(name)):
            found[status] = one.path
    return found


def _decides(one: Field, name: str) -> bool:
    """Whether the values say yes or no, or when it was decided."""
    if name.endswith("at") or name == "deleted":
        return one.has_flags or all(_is_no(value) or when(value) for value in one.filled)
    return one.has_flags and bool(one.filled or any(isinstance(v, bool) for v in one.values))


def _is_no(value: Any) -> bool:
    return value is None or value is False or _word(value) in _NO or _word(value).startswith("0000")


def _word(value: Any) -> str:
    return str(value).strip().lower()


def verdict_of(given: Mapping[str, Any], word: str = "unknown") -> str:
    """The status by the fields' values. word: what the record's field of a status says.

    >>> verdict_of({"spam": True, "approved": 1}), verdict_of({"approved": "0"})
    ('spam', 'pending')
    >>> verdict_of({"deleted": "0000-00-00", "approved": None}, "removed")
    'removed'
    """
    for status in _NAMES:
        if status not in _UNLESS and status in given and not _is_no(given[status]):
            return status
    if word not in ("unknown", "approved"):
        return word
    for status, otherwise in _UNLESS.items():
        if status in given and given[status] is not None and given[status] != "":
            if _is_no(given[status]):
                return otherwise
            word = "approved"
    return word


def by_verdicts(columns: Mapping[str, pa.Array], words: pa.Array) -> pa.Array:
    """The statuses by columns of verdicts. words: the statuses without them."""
    names = [name.removeprefix(ROLE) for name in columns]
    encoded = [column.dictionary_encode() for column in (*columns.values(), words)]
    rows = np.stack([pc.fill_null(one.indices, -1).to_numpy() for one in encoded], axis=1)
    kinds, places = np.unique(rows, axis=0, return_inverse=True)
    meanings = []
    for kind in kinds.tolist():
        *given, word = (
            one.dictionary[at].as_py() if at >= 0 else None
            for one, at in zip(encoded, kind, strict=True)
        )
        meanings.append(verdict_of(dict(zip(names, given, strict=True)), word or "unknown"))
    return pa.array(meanings, STRING).take(pa.array(places.reshape(-1)))
