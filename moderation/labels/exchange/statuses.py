"""Make weak labels of what a site decided: the statuses of its comments."""

from __future__ import annotations

import pandas as pd

from moderation.errors import LabelError
from moderation.labels.name import LABEL_NAME
from moderation.labels.table import label_frame


def weak_labels(
    comments: pd.DataFrame,
    threads: pd.DataFrame | None = None,
    removed: str = "abuse",
    weight: float = 0.3,
) -> pd.DataFrame:
    """What a site decided, as a label table: spam and removed comments against approved ones.

    comments: COMMENT_SCHEMA. threads: THREAD_SCHEMA, for titles and articles. removed: the label
    that a moderator's removal hints at. weight: of each row; removal has many reasons, so it is
    well below 1. Comments of other statuses, and those whose text is gone, are left out.
    """
    if not LABEL_NAME.fullmatch(removed):
        raise LabelError(
            f"{removed!r} is not a label name; expected letters, digits and _, beginning with a "
            "letter"
        )
    status = comments["status"].astype("str")
    decided = status.isin(["spam", "removed", "approved"]) & comments["kind"].isin(
        ["comment", "message"]
    )
    decided &= comments["text"].astype("str").str.strip() != ""
    rows = comments[decided.to_numpy(bool)]
    status = status[decided.to_numpy(bool)]
    columns = pd.DataFrame({name: rows[name] for name in ("text", "id", "thread_id")})
    texts = comments.drop_duplicates(["thread_id", "id"]).set_index(["thread_id", "id"])["text"]
    parents = pd.MultiIndex.from_frame(rows[["thread_id", "parent_id"]])
    columns["parent_text"] = texts.reindex(parents).to_numpy()
    if threads is not None:
        known = threads.drop_duplicates("thread_id").set_index("thread_id")
        for name in ("title", "article"):
            columns[name] = rows["thread_id"].map(known[name])
    columns["source"], columns["weight"], columns["annotator"] = "status", weight, "site"
    approved = {"approved": 0.0}
    columns["spam"] = status.map(approved | {"spam": 1.0})
    columns[removed] = status.map(approved | {"removed": 1.0}).fillna(
        columns[removed] if removed == "spam" else float("nan")
    )
    return label_frame(columns.reset_index(drop=True), "the comments' statuses")
