"""Tables that a known program wrote, one row each: their columns, and what is special in them.

To add one: a row here and a sample under tests/samples. The generic table (`table`) has every
file that fits none of these.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.readers.json import formats
from moderation.readers.json.lenient import loads
from moderation.readers.json.status import reddit_words
from moderation.readers.json.text import first_values
from moderation.readers.markup import plain
from moderation.readers.synonyms import plainly, roles
from moderation.readers.table.columns import texts
from moderation.readers.table.csv.style import style_of
from moderation.readers.values import status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.readers.source import Source

Values = dict[str, Any]  # our name -> column
FIRST_ROWS = 20  # what a dialect is told by


@dataclass(frozen=True)
class Dialect:
    """One kind of table.

    columns: names that its header must have, compared as `plainly` makes them. roles: our name
    -> its column, alternatives behind `|`; names of ours that are no record column are for
    `adapt`, which changes the columns in place. header: for a file without a header line.
    fits: a further test of the first rows. json: JSON lines instead of CSV.
    """

    name: str
    describe: str
    columns: tuple[str, ...]
    roles: dict[str, str]
    markup: Callable[[str], str] | None = None  # a cell's text, made plain
    status: Callable[[Any], str] = status_of
    adapt: Callable[[Values], None] | None = None
    header: tuple[str, ...] = ()
    fits: Callable[[list[list[str]]], bool] | None = None
    json: bool = False
    extra: frozenset[str] = field(default_factory=frozenset)


def _wordpress(text: str) -> str:
    return plain(text, newlines=True)


def _reddit(values: Values) -> None:
    """Entities decoded; the status from what archives know, for the few rows that say more."""
    text = texts(values["text"])
    if pc.any(pc.match_substring(text, "&")).as_py():
        for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            text = pc.replace_substring(text, code, sign)
    values["text"] = text
    sign_columns = {name: texts(values.pop(name)) for name in _REDDIT_SIGNS if name in values}
    states = pa.nulls(len(text), STRING)
    known = np.zeros(len(text), bool)
    for column in sign_columns.values():
        off = pc.is_in(column, value_set=pa.array(["", "false", "False"], STRING))
        known |= pc.and_(pc.is_valid(column), pc.invert(off)).to_numpy(zero_copy_only=False)
    if known.any():
        words = states.to_pylist()
        for row in np.flatnonzero(known):
            signs = {name: column[int(row)].as_py() for name, column in sign_columns.items()}
            words[row] = reddit_words(
                (text[int(row)].as_py() or "").lower(),
                signs.get("_removal") or signs.get("_category") or "",
                spam=False,
                removed=bool(signs.get("_reason") or signs.get("_banned")),
                later=signs.get("_later") in ("true", "True") or signs.get("_code") == "DELETED",
                approved=False,
            )
        states = pa.array(words, STRING)
    values["status"] = states


_REDDIT_SIGNS = ("_removal", "_category", "_reason", "_banned", "_later", "_code")


def _or_attachments(values: Values) -> None:
    """A message without words is the files that came with it."""
    text = texts(values["text"])
    values["kind"] = pa.repeat(pa.scalar("message", STRING), len(text))
    if "_files" in values:
        files = texts(values.pop("_files"))
        values["text"] = pc.if_else(pc.equal(pc.coalesce(text, ""), ""), files, text)


def _one_thread_each(values: Values) -> None:
    """A comment whose parent is given as text: that text is what it is about."""
    if "_parent_text" in values:
        values["article"] = values.pop("_parent_text")
    if "id" in values:
        values["thread_id"] = values["id"]


def _path_parents(values: Values) -> None:
    """`source1_ARTICLE_0_1_0`: the parent is the path without its last step."""
    if "id" not in values:
        return
    paths = texts(values["id"]).to_pylist()
    steps = [path.split("_") if path else [] for path in paths]
    parents = ["_".join(step[:-1]) if len(step) > 3 else None for step in steps]
    values["parent_id"] = pa.array(parents, STRING)


def _fragments(cell: str) -> str:
    """Google's `{"text":"one"},{"text":" two"}`; a cell that is no JSON is text."""
    try:
        fragments = loads(f"[{cell}]".encode())
    except ValueError:
        return cell
    runs = fragments[0] if len(fragments) == 1 and isinstance(fragments[0], list) else fragments
    if all(isinstance(run, dict) and "text" in run for run in runs):
        return "".join(str(run.get("text", "")) for run in runs)
    return cell


_CORAL = "id author_id story_id created_at body parent_id status rating"
_CORAL_STATES = {"APPROVED", "REJECTED", "NONE", "PREMOD", "SYSTEM_WITHHELD", ""}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _coral_rows(rows: list[list[str]]) -> bool:
    some = [
        len(cells) in (7, 8) and cells[6].strip() in _CORAL_STATES and bool(_DATE.match(cells[3]))
        for cells in rows
    ]
    return 3 * sum(some) >= 2 * len(some) > 0  # one may have lost its beginning, or a cell


def _parents_are_texts(rows: list[list[str]]) -> bool:
    """Whether the column `parent` holds sentences, not ids."""
    place = [plainly(cell) for cell in rows[0]].index("parent")
    parents = [cells[place] for cells in rows[1:] if len(cells) > place and cells[place].strip()]
    return bool(parents) and sum(" " in parent for parent in parents) > len(parents) / 2


def _parents_have_no_ids(rows: list[list[str]]) -> bool:
    """Whether no other column links a comment to its parent or its thread."""
    return not {"parent_id", "thread_id"} & roles(rows[0], {}).keys()


_ROWS = (
    Dialect(
        "pushshift",
        "Reddit comments as JSON lines: Pushshift, Arctic Shift (.zst with long windows too)",
        ("body", "link_id", "parent_id"),
        {
            "text": "body",
            "id": "id",
            "parent_id": "parent_id",
            "thread_id": "link_id",
            "author": "author",
            "created_at": "created_utc|created",
            "url": "permalink",
            "title": "link_title",
            "_removal": "_meta.removal_type",
            "_later": "_meta.was_deleted_later",
            "_category": "removed_by_category",
            "_reason": "removal_reason",
            "_banned": "banned_by",
            "_code": "collapsed_reason_code",
        },
        adapt=_reddit,
        json=True,
        extra=frozenset(["_meta.removal_type", "_meta.was_deleted_later"]),
    ),
    Dialect(
        "wp-cli",
        "WordPress comment table as CSV (WP-CLI, phpMyAdmin), spam and trash included",
        ("commentid", "commentpostid", "commentcontent"),
        {
            "text": "commentcontent",
            "id": "commentid",
            "parent_id": "commentparent",
            "thread_id": "commentpostid",
            "author": "commentauthor",
            "created_at": "commentdategmt|commentdate",
            "status": "commentapproved",
            "kind": "commenttype",
        },
        markup=_wordpress,
    ),
    Dialect(
        "civil-comments",
        "Civil Comments / Jigsaw CSV",
        ("commenttext", "parentid", "articleid", "publicationid"),
        {
            "text": "commenttext",
            "id": "id",
            "parent_id": "parentid",
            "thread_id": "articleid",
            "created_at": "createddate",
            "status": "rating",
        },
    ),
    Dialect(
        "nyt-csv",
        "New York Times comments as CSV",
        ("commentid", "commentbody", "parentid", "createdate"),
        {
            "text": "commentbody",
            "id": "commentid",
            "parent_id": "parentid",
            "thread_id": "articleid|asseturl|assetid",
            "author": "userdisplayname",
            "created_at": "createdate|approvedate",
            "status": "status",
        },
        markup=plain,
    ),
    Dialect(
        "coral-csv",
        "Coral import: eight columns without a header line",
        (),
        {
            "text": "body",
            "id": "id",
            "parent_id": "parentid",
            "thread_id": "storyid",
            "author": "authorid",
            "created_at": "createdat",
            "status": "status",
        },
        markup=plain,
        header=tuple(_CORAL.split()),
        fits=_coral_rows,
    ),
    Dialect(
        "parent-as-text",
        "comments with their parent's text, such as the Wikipedia context data",
        ("text", "parenttext"),
        {"text": "text", "id": "id", "_parent_text": "parenttext"},
        adapt=_one_thread_each,
        fits=_parents_have_no_ids,
    ),
    Dialect(
        "cat",
        "Wikipedia talk comments in context (CAT): the parent is a text",
        ("text", "parent", "label", "id"),
        {"text": "text", "id": "id", "_parent_text": "parent"},
        adapt=_one_thread_each,
        fits=_parents_are_texts,
    ),
    Dialect(
        "takeout",
        "one's own YouTube comments, from Google Takeout",
        ("commentid", "videoid", "commenttext", "channelid"),
        {
            "text": "commenttext",
            "id": "commentid",
            "parent_id": "parentcommentid",
            "thread_id": "videoid",
            "created_at": "commentcreatetimestamp|createtimestamp|time",
        },
        markup=_fragments,
    ),
    Dialect(
        "discord-csv",
        "Discord: a channel as DiscordChatExporter writes it, as CSV",
        ("authorid", "author", "date", "content", "attachments", "reactions"),
        {
            "text": "content",
            "author": "author",
            "created_at": "date",
            "_files": "attachments",
        },
        adapt=_or_attachments,
    ),
    Dialect(
        "tiktok-csv",
        "TikTok comments as CSV, from the browser extension TikTokCommentScraper",
        ("commenttext", "is2ndlevelcomment", "userrepliedto"),
        {
            "text": "commenttext",
            "id": "commentnumber(id)",
            "author": "nickname",
            "created_at": "time",
            "depth": "is2ndlevelcomment",
        },
    ),
    Dialect(
        "socc",
        "SFU Opinion and Comments Corpus: the tree is in the comment's number",
        ("commentcounter", "articleid"),
        {
            "text": "commenttext|text",
            "id": "commentcounter",
            "thread_id": "articleid",
            "author": "author|commentauthor",
            "created_at": "timestamp|postedtime|createdat",
        },
        adapt=_path_parents,
    ),
)

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _ROWS}


def dialect_of(source: Source) -> Dialect | None:
    """The dialect that a file is in; None for the generic table and for what is no table."""
    if "dialect" not in source.memo:
        source.memo["dialect"] = _dialect_of(source)
    dialect: Dialect | None = source.memo["dialect"]
    return dialect


def _dialect_of(source: Source) -> Dialect | None:
    if source.mapping or source.binary:
        return None
    return _of_json(source) if source.is_json else _of_rows(source)


def _of_json(source: Source) -> Dialect | None:
    flat = formats.which(source) is None and formats.flat_reddit(source)
    keys = first_values(source)[0] if flat else {}
    pushshift = DIALECTS["pushshift"]
    return pushshift if all(name in keys for name in pushshift.columns) else None


def _of_rows(source: Source) -> Dialect | None:
    rows = _first_rows(source)
    names = {plainly(cell) for cell in rows[0]} if rows else set()
    for dialect in _ROWS:
        known = not dialect.json and rows and names.issuperset(dialect.columns)
        if known and (dialect.columns or dialect.fits) and (not dialect.fits or dialect.fits(rows)):
            return dialect
    return None


def _first_rows(source: Source) -> list[list[str]]:
    style = style_of(source)
    if style is None:
        return []
    sample = io.StringIO(source.sample.lstrip("\ufeff\r\n").replace("\0", ""), newline="")
    rows = []
    try:
        for cells in csv.reader(sample, delimiter=style.delimiter):
            rows.append(cells)
            if len(rows) == FIRST_ROWS:
                break
    except csv.Error:  # a cell that is longer than Python takes: what came before it has to do
        pass
    return rows


def dialect_roles(dialect: Dialect, names: list[str]) -> dict[str, str]:
    """Our name -> the file's column, for the columns that the file has.

    JSON lines may have a key that comes late: there every column is asked for.
    """
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(name if dialect.json else plainly(name), name)
    chosen = {}
    for role, words in dialect.roles.items():
        for word in words.split("|"):
            if word in known or word in dialect.extra:
                chosen[role] = known.get(word, word)
                break
        else:
            if dialect.json:
                chosen[role] = words.split("|")[0]
    return chosen
