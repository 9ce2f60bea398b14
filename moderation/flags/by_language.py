"""Count the comments of a scored table by language, with their flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.language.identify import ENGLISH
from moderation.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED = 5  # languages in a sentence
ByLanguage: TypeAlias = "dict[str, dict[str, Any]]"
"""By language ("" = unknown), most comments first: how many `comments` it has, of how many some
label `cannot_tell` because of it, and `flags` by label, of those that it has."""


def by_language(scored: pa.Table) -> ByLanguage:
    """ByLanguage of a scored table; of one without a column `language`, none."""
    if not {"language", "cannot_tell", "flags"} <= set(scored.column_names):
        return {}
    counts: ByLanguage = {}
    short = {
        "language": pc.fill_null(pc.cast(scored["language"], STRING), ""),
        "flags": pc.fill_null(pc.cast(scored["flags"], STRING), ""),
        "untold": pc.cast(pc.is_valid(scored["cannot_tell"]), pa.int64()),
    }
    groups = pa.table(short).group_by(["language", "flags"])
    for row in groups.aggregate([([], "count_all"), ("untold", "sum")]).to_pylist():
        flags = dict.fromkeys(row["flags"].split(";"), row["count_all"]) if row["flags"] else {}
        one = {"comments": row["count_all"], "cannot_tell": row["untold_sum"], "flags": flags}
        _add(counts, row["language"], one)
    return _ordered(counts)


def sum_of(several: Iterable[ByLanguage]) -> ByLanguage:
    """The counts of a table that comes in parts."""
    counts: ByLanguage = {}
    for some in several:
        for language, one in some.items():
            _add(counts, language, one)
    return _ordered(counts)


def worth_saying(counts: ByLanguage) -> bool:
    """Whether anything else than English is known to be there."""
    return bool(counts.keys() - {ENGLISH, ""})


def strange_note(counts: ByLanguage) -> str:
    """A sentence, if for most comments some label is not learnt in their language; or ""."""
    comments = sum(one["comments"] for one in counts.values())
    untold = {name: one["cannot_tell"] for name, one in counts.items() if one["cannot_tell"]}
    if 2 * sum(untold.values()) <= comments:
        return ""
    return tr(
        "{n} of {comments} comments lack a score for some label, which the model has not learnt in "
        "their language ({languages}): that they have no flag says nothing. Decide on some "
        "({queue}, {review}), then train on the decisions ({train})",
        n=sum(untold.values()),
        comments=comments,
        languages=", ".join([name or tr("unknown") for name in untold][:NAMED]),
        queue="moderation queue",
        review="moderation review",
        train="moderation train --from MODEL",
    )


def _add(counts: ByLanguage, language: str, more: dict[str, Any]) -> None:
    one = counts.setdefault(language, {"comments": 0, "cannot_tell": 0, "flags": {}})
    one["comments"] += more["comments"]
    one["cannot_tell"] += more["cannot_tell"]
    for label, count in more["flags"].items():
        one["flags"][label] = one["flags"].get(label, 0) + count


def _ordered(counts: ByLanguage) -> ByLanguage:
    """Most comments first, then by name; labels by name: the same in whatever parts they came."""
    languages = sorted(counts, key=lambda name: (-counts[name]["comments"], name))
    return {
        name: counts[name] | {"flags": dict(sorted(counts[name]["flags"].items()))}
        for name in languages
    }
