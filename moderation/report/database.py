"""A scored table as an SQLite database: for SQL, and for Datasette with its metadata beside it.

    comments        every column of the scored table; `row` is its place there, from 0
    flags           one row per flag: label, score, and its cause in words
    flagged         a view: the flags with text, author and thread of their comments
    threads         one row per thread: comments, and flags by label
    comments_text   full-text search over texts, authors and titles (FTS5)
    about           the model that gave the scores: name, digest, thresholds

Sources: the SQLite documentation, "FTS5", 4.4.2 (external content); the Datasette documentation,
"Metadata" and "Full-text search".
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from moderation.comments import KINDS, STATUSES
from moderation.errors import InputError, OutputError
from moderation.readers.source import Source
from moderation.readers.table.parquet import Parquet
from moderation.readers.written import read_table
from moderation.report.evidence import evidence
from moderation.report.paged import parquet_files
from moderation.report.scored import labels_of
from moderation.report.sentences import in_english
from moderation.tables import JOINT, METADATA_KEY, flat, replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ENDINGS = (".db", ".sqlite", ".sqlite3")
BATCH_ROWS = 10_000

COLUMNS = {
    "row": "Place of the comment in the scored file, from 0",
    "thread_id": "Thread: the page or conversation that the comment belongs to",
    "id": "The comment's id in the dump",
    "parent_id": "The comment that it answers; empty at the top of a thread",
    "depth": "1 at the top of a thread, 2 for an answer to it, and so on",
    "position": "Place within the thread as it is read, from 0",
    "author": "Name of the author as the dump has it",
    "created_at": "When it was written, in UTC",
    "text": "The comment",
    "kind": f"What it is: {', '.join(KINDS)} (for a comment that the dump lost)",
    "status": f"The site's own verdict: {', '.join(STATUSES)}",
    "url": "Where it stands",
    "warnings": "What was odd about the record; several are joined by ;",
    "language": "BCP 47 code; mul for several languages, empty for unknown",
    "title": "Title of the thread",
    "flags": "Labels that it was flagged with, joined by ;",
    "why": "Words and measurements behind each flag (JSON)",
    "cannot_tell": "Why a score is empty: language, where the model has not learnt it",
    "campaign": "Number of the campaign: texts that were posted again and again",
    "queue": "Why it waits for review",
}
"""What the columns of a scored table mean, for Datasette."""


class Written(NamedTuple):
    """What a database was written of, and the file for Datasette beside it."""

    comments: int
    flags: int
    metadata: Path


def write_database(scored: Path, target: Path) -> Written:
    """Write a scored file (or a folder of partitions) as a database, and Datasette's metadata.

    The metadata stand beside it: `scored.db`, `scored.metadata.json`. Raises InputError for what
    is no scored file, OutputError where a file cannot be written; then neither is left half done.
    """
    _refuse_foreign(target)
    names, labels, passport, batches = _opened(scored)
    beside = target.with_name(f"{target.stem}.metadata.json")
    described = metadata(target.stem, names, labels, passport)
    try:
        with replacing(target) as temporary, closing(sqlite3.connect(temporary)) as base:
            base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            _create(base, names, labels)
            comments, flags = _fill(base, batches, names, labels)
            _finish(base, labels, passport)
    except sqlite3.Error as error:
        raise OutputError(f"{target}: cannot be written as SQLite: {error}") from error
    with replacing(beside) as temporary:
        temporary.write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return Written(comments, flags, beside)


def metadata(
    name: str, names: list[str], labels: list[str], passport: dict[str, Any]
) -> dict[str, Any]:
    """Datasette's metadata of the database `name`: descriptions, facets, order, search."""
    model = f"{passport.get('model') or 'a model'} ({str(passport.get('digest'))[:12]})"
    described = {column: COLUMNS[column] for column in ("row", *names) if column in COLUMNS}
    for label in labels:
        described[label] = f"Score for {label}: 0 to 1, the same in every dump; empty: cannot tell"
        described[f"{label}_here"] = f"Probability of {label} in this dump"
    own = {column: text for column, text in described.items() if column in ("row", *names)}
    facets = [column for column in ("flags", "author", "title", "language") if column in names]
    flag_columns = {
        "label": "What the comment was flagged as",
        "score": "0 to 1",
        "reason": "The cause in words",
    }
    searched = {"fts_table": "comments_text", "fts_pk": "row"}
    return {
        "databases": {
            name: {
                "description": f"Comments scored by {model}. A flag is a suggestion with reasons.",
                "tables": {
                    "comments": {"facets": facets, "columns": own, "label_column": "text"},
                    "flags": {"facets": ["label"], "sort_desc": "score", "columns": flag_columns},
                    "flagged": {
                        "facets": ["label", "author", "title"],
                        "sort_desc": "score",
                        "columns": {**own, **flag_columns},
                        **searched,
                    },
                    "threads": {"sort_desc": "flags", "label_column": "title"},
                    "about": {"description": "The model that gave the scores"},
                },
            }
        }
    }


def _refuse_foreign(target: Path) -> None:
    """Raise OutputError where another program's database, or any other file, is in the way."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(f"{target.resolve().as_uri()}?mode=ro", uri=True)) as base:
            tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error:
        tables = set()
    if not {"comments", "flags", "about", "comments_text"} <= tables:
        raise OutputError(f"{target}: is there already, and not a database of this program")


def _opened(scored: Path) -> tuple[list[str], list[str], dict[str, Any], Iterator[pa.RecordBatch]]:
    """Names of the columns, those of the labels, the passport, and the rows."""
    if not scored.exists():
        raise InputError(
            f"{scored}: no such file; make one with `moderation score DUMP -o {scored}`"
        )
    paths = parquet_files(scored)
    for part in paths:
        Parquet(Source(part)).check()
    if paths:
        schema = pq.read_schema(paths[0])
        passport = json.loads((schema.metadata or {}).get(METADATA_KEY, b"{}"))
        files = (pq.ParquetFile(part) for part in paths)
        batches = (batch for file in files for batch in file.iter_batches(BATCH_ROWS))
    else:
        table, passport = read_table(scored)
        schema, batches = table.schema, iter(table.to_batches(BATCH_ROWS))
    labels = labels_of(schema, passport)
    if not labels or not {"flags", "thread_id", "text"} <= set(schema.names):
        raise InputError(
            f"{scored}: not a scored table; make one with `moderation score DUMP -o scored.parquet`"
        )
    known = {*COLUMNS, *labels, *(f"{label}_here" for label in labels)} - {"row"}
    return [name for name in schema.names if name in known], labels, passport, batches


def _create(base: sqlite3.Connection, names: list[str], labels: list[str]) -> None:
    numbers = {"depth", "position", "campaign"}
    fractions = {*labels, *(f"{label}_here" for label in labels)}
    columns = "".join(
        f", {_quoted(name)} "
        + ("INTEGER" if name in numbers else "REAL" if name in fractions else "TEXT")
        for name in names
    )
    base.execute(f"CREATE TABLE comments (row INTEGER PRIMARY KEY{columns})")
    base.execute(
        "CREATE TABLE flags (row INTEGER REFERENCES comments(row), label TEXT, score REAL, "
        "reason TEXT)"
    )
    base.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT)")


def _fill(
    base: sqlite3.Connection,
    batches: Iterable[pa.RecordBatch],
    names: list[str],
    labels: list[str],
) -> tuple[int, int]:
    marks = ", ".join("?" * (len(names) + 1))
    row = flags = 0
    for batch in batches:
        columns = [flat(pa.chunked_array([batch.column(name)])).to_pylist() for name in names]
        rows = range(row, row + len(batch))
        base.executemany(
            f"INSERT INTO comments VALUES ({marks})",  # noqa: S608  question marks
            zip(rows, *columns, strict=True),
        )
        found = list(_flags(batch, labels, row))
        base.executemany("INSERT INTO flags VALUES (?, ?, ?, ?)", found)
        row += len(batch)
        flags += len(found)
    return row, flags


def _flags(
    batch: pa.RecordBatch, labels: list[str], first: int
) -> Iterator[tuple[int, str, float | None, str]]:
    """Row, label, score and reason of each flag of a batch whose first row is `first`."""
    flagged = pc.fill_null(pc.not_equal(batch.column("flags"), ""), False)
    places = [k for k, flag in enumerate(flagged.to_pylist()) if flag]
    some = batch.take(pa.array(places, pa.int64()))
    whys = some.column("why").to_pylist() if "why" in batch.schema.names else [None] * len(places)
    scores = {label: some.column(label).to_pylist() for label in labels}
    rows = zip(
        places, some.column("flags").to_pylist(), some.column("text").to_pylist(), whys, strict=True
    )
    for k, (place, joined, text, why) in enumerate(rows):
        reasons = evidence(why, text or "")
        for label in joined.split(JOINT):
            score = scores[label][k] if label in scores else None
            yield first + place, label, score, _sentence_of(reasons.get(label, {}))


def _sentence_of(reason: dict[str, Any]) -> str:
    return "; ".join(map(in_english, reason.get("said", [])))


def _finish(base: sqlite3.Connection, labels: list[str], passport: dict[str, Any]) -> None:
    """Indices, the view, the threads and the full-text search, and what is known of the model."""
    names = {name for _, name, *_ in base.execute("PRAGMA table_info(comments)")}
    shown = [
        name
        for name in ("text", "author", "title", "created_at", "url", "thread_id", "id", "language")
        if name in names
    ]
    for table, column in (
        *(("comments", name) for name in ("flags", "author", "thread_id", "title", "language")),
        ("flags", "row"),
        ("flags", "label"),
    ):
        if table == "flags" or column in names:
            base.execute(f"CREATE INDEX {table}_{column} ON {table}({column})")
    columns = ", ".join(f"comments.{name}" for name in shown)
    base.execute(
        f"CREATE VIEW flagged AS SELECT flags.row, label, score, reason, {columns} "  # noqa: S608
        "FROM flags JOIN comments ON comments.row = flags.row"
    )
    title = "max(comments.title)" if "title" in names else "NULL"
    counts = "".join(f", sum(label = {_text(label)}) AS {_quoted(label)}" for label in labels)
    base.execute(
        f"CREATE TABLE threads AS SELECT thread_id, {title} AS title, "  # noqa: S608  quoted
        f"count(DISTINCT comments.row) AS comments, count(label) AS flags{counts} "
        "FROM comments LEFT JOIN flags ON flags.row = comments.row GROUP BY thread_id"
    )
    searched = ", ".join(name for name in ("text", "author", "title") if name in names)
    base.execute(
        f"CREATE VIRTUAL TABLE comments_text USING fts5({searched}, "
        'content="comments", content_rowid="row")'  # Datasette looks for these quotes
    )
    base.execute("INSERT INTO comments_text(comments_text) VALUES ('rebuild')")
    entries = ((key, _entry(passport[key])) for key in sorted(passport) if key != "curves")
    base.executemany("INSERT INTO about VALUES (?, ?)", entries)
    base.commit()


def _entry(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quoted(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
