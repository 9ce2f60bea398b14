"""The generic table: rows with a text column, as JSON lines, JSON array, CSV, TSV or Parquet."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING, Batch
from moderation.errors import InputError
from moderation.readers.inference.fields import count_words
from moderation.readers.json import formats
from moderation.readers.json.damage.strays import is_prose, odd_key
from moderation.readers.json.late import late, may_be_longer
from moderation.readers.json.lenient import loads
from moderation.readers.json.text import BEHIND, first_values
from moderation.readers.json.unknown import UNLINKED, shape_of
from moderation.readers.markup import plain, plain_if_marked
from moderation.readers.source import HEAD_BYTES
from moderation.readers.synonyms import NAMES, is_html, plainly, roles
from moderation.readers.table.ahead import in_order
from moderation.readers.table.columns import batch, late_roles, texts
from moderation.readers.table.csv.columns import csv_columns
from moderation.readers.table.csv.style import Style, style_of
from moderation.readers.table.dialects import DIALECTS, dialect_of, dialect_roles
from moderation.readers.table.jsonl import line_columns, value_columns
from moderation.readers.table.nested import nested_batches
from moderation.readers.table.objects import LATER, Job, at, nested_words
from moderation.readers.table.parquet import Parquet
from moderation.readers.table.sampled import (
    LONGEST_NAME,
    Ladder,
    completed,
    inferred,
    inferred_unlinked,
    is_marked,
    is_regular,
)
from moderation.readers.table.unquoted import mended
from moderation.readers.talk import wikis
from moderation.readers.values import is_sentence, status_of
from moderation.readers.verdicts import ROLE, verdict_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from moderation.readers.source import Source

PARQUET = b"PAR1"
_FEW_ROWS = 2  # rows that show which keys a file's rows have
_LISTS = (
    "only its rows are read, not what is in the lists of the column {}; if these are comments, "
    "give each a row of its own"
)
_OF_LOGS = {"loglevel", "severity", "logger", "loggername", "hostname", "pid", "stacktrace"}
SHOWN = 12  # column names in an error message


def detect(source: Source) -> str | None:
    """Parquet by its magic, JSON objects, or a header line that names a text column."""
    if source.head.startswith(PARQUET):
        return "Parquet file"
    if source.binary or dialect_of(source) or formats.which(source) or shape_of(source):
        return None
    if source.is_json:
        if wikis.detect(source):
            return None
        keys = _keys(source)
        none = "JSON without anything in it" if _is_nothing(source) else None
        return f"JSON objects with {_some_names(keys)}" if keys else none
    style = style_of(source)
    if style is None:
        return None
    if not _tabular(source, style):
        return None
    if "text" in roles(style.names, source.mapping) or _is_told(source, style):
        return f"header line with {_some_names(style.names)}"
    return None


def _is_told(source: Source, style: Style) -> bool:
    """Whether values tell a text in what is a table by its name, or by rows of like lengths."""
    named = source.suffix in (".csv", ".tsv")
    if any(count_words(name) > LONGEST_NAME or "<" in name for name in style.names):
        return False
    return (named or is_regular(source, style)) and "text" in inferred(source, style).fields


def _is_nothing(source: Source) -> bool:
    """Whether the file is an empty array or object, as an export without comments may be."""
    return source.sample.strip("\ufeff \t\r\n") in ("[]", "{}")


def detect_name(source: Source) -> str | None:
    """A name that ends as that of a table, of a file whose content no other reader knows."""
    named = source.suffix in (".csv", ".tsv") and not source.binary
    return f"the name ends in {source.suffix}" if named else None


def read(source: Source) -> Iterator[Batch]:
    """Batches of a table. Raises InputError where it has no text column."""
    if source.head.startswith(PARQUET):
        stream = Parquet(source)
        nested = _nested(stream.schema)
        batches = nested_batches(source, stream) if nested else None
        if batches:
            yield from batches
            return
        yield from _batches(source, stream.columns(_roles(source, stream.names)))
        if nested:
            yield Batch(notes=[f"{source.name}: {_LISTS.format(_some_names(nested))}"])
        return
    if source.binary:
        raise InputError(f"{source.name}: is a binary file, not a table")
    if _is_nothing(source):
        yield Batch()
        return
    if source.is_json:
        chosen = _json_roles(source)
        jobs = _json(source, chosen)
    else:
        style = _style(source)
        chosen = _roles(source, style.names, style)
        jobs = csv_columns(source, style, chosen)
    markup: Callable[[str], str] | None = plain if is_html(chosen["text"]) else None
    if markup is None and is_marked(source, chosen["text"]):
        markup = plain_if_marked
    yield from _batches(source, jobs, markup, Ladder() if "depth" in chosen else None)
    if (path := inferred_unlinked(source)) and not {"parent_id", "depth"} & chosen.keys():
        yield Batch(notes=[f"{source.name}: {UNLINKED.format(path)}"])
    if told := source.memo.get("told"):
        yield Batch(notes=[f"{source.name}: by its values, {told}; if that is wrong, say --map"])
    elif note := _weakly(source, chosen):
        yield Batch(notes=[note])


def _nested(schema: pa.Schema) -> list[str]:
    """The columns of lists whose elements look like comments."""
    return [
        field.name
        for field in schema
        if pa.types.is_list(field.type) or pa.types.is_large_list(field.type)
        if pa.types.is_struct(field.type.value_type)
        if "text" in roles([inner.name for inner in field.type.value_type], {})
    ]


def _weakly(source: Source, chosen: Mapping[str, str]) -> str | None:
    """What to say of a table with other columns than a text, none of which comments have.

    Or if it has one that logs have, and comments do not.
    """
    known = {"id", "parent_id", "thread_id", "title", "article", "status"}
    if "comment" in plainly(chosen["text"]):
        known.add("created_at")  # every log has a time as well
    told = plainly(chosen.get("author", "name")) != "name" or known & chosen.keys()
    names = _names(source)
    if source.mapping or len(names) < 2 or (told and not _OF_LOGS & set(map(plainly, names))):
        return None
    return (
        f"{source.name}: nothing but the name of the column {chosen['text']!r} tells that it holds "
        "comments; if another is the text, say --map text=COLUMN"
    )


def _names(source: Source) -> Sequence[str]:
    """The columns of a table in text or JSON."""
    style = None if source.is_json or source.binary else style_of(source)
    return style.names if style else _keys(source) if source.is_json else ()


def detect_dialect(source: Source, name: str) -> str | None:
    """Why the file is of the dialect `name`, or None."""
    dialect = dialect_of(source)
    if dialect is None or dialect.name != name:
        return None
    if dialect.header:
        return f"rows of {len(dialect.header)} cells: {_some_names(dialect.header)}"
    return f"columns {_some_names(dialect.columns)}"


def read_dialect(source: Source, name: str) -> Iterator[Batch]:
    """Batches of a table in the dialect `name`. Raises InputError where its columns are absent."""
    dialect = DIALECTS[name]
    source = mended(source) if name == "tiktok-csv" else source
    if dialect.json:
        chosen = dialect_roles(dialect, _keys(source))
        jobs = _json(source, chosen) if "text" in chosen else iter(())
    else:
        style = replace(_style(source, dialect.header), exported=True)
        chosen = dialect_roles(dialect, list(style.names))
        jobs = csv_columns(source, style, chosen)
    if "text" not in chosen:
        raise InputError(f"{source.name}: has no column {dialect.roles['text']}, as {name} has")
    adapt = Ladder() if "depth" in chosen else dialect.adapt
    return _batches(source, jobs, dialect.markup, adapt, dialect.status)


def _json(source: Source, chosen: dict[str, str]) -> Iterator[Job]:
    columns = line_columns if _line_wise(source) else value_columns
    return columns(source, chosen, _odd_keys(source, chosen))


def _first_rows(source: Source) -> Iterator[dict[str, Any]]:
    """The objects of the file's first values."""
    for value in first_values(source):
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict) and BEHIND not in row:
                yield row


def _odd_keys(source: Source, chosen: Mapping[str, str]) -> frozenset[str]:
    """Keys of single rows that damage has made, as far as the rows that are looked at tell."""
    rows = list(_first_rows(source))
    odd = set(map(nested_words, rows))
    if len(rows) < _FEW_ROWS:
        odd |= {key for row in rows for key in row if _is_damaged_key(key)}
    else:
        odd |= _unusual_keys(source, rows, chosen)
        if may_be_longer(source):  # a key that comes late may come again
            odd = {key for key in odd if is_prose(key)}
    return frozenset(odd - {""})


def _unusual_keys(
    source: Source, rows: list[dict[str, Any]], chosen: Mapping[str, str]
) -> set[str]:
    """The keys of single rows that no other row has."""
    counts = Counter(key for row in rows for key in row)
    usual = frozenset(key for key, count in counts.items() if count > 1)
    known = frozenset(path.split(".")[0] for path in chosen.values())
    later = {key for extra in late(source) if extra.top for key in extra.record.keys() - usual}
    return later | {odd_key(row, usual, known) for row in rows}


def _is_damaged_key(key: str) -> bool:
    """Whether a text stands where a key should be; a question that was asked may be one."""
    return is_sentence(key) and not key.rstrip().endswith(("?", ":", ")"))


def _style(source: Source, names: tuple[str, ...] = ()) -> Style:
    style = style_of(source, names)
    if style is None:
        raise InputError(f"{source.name}: has no header line")
    return style


def _batches(
    source: Source,
    jobs: Iterator[Job],
    markup: Callable[[str], str] | None = None,
    adapt: Callable[[dict[str, Any]], None] | None = None,
    status: Callable[[Any], str] = status_of,
) -> Iterator[Batch]:
    threads = 1 if isinstance(adapt, Ladder) else None  # its rows follow one another
    made = (partial(_batch, source, job, markup, adapt, status) for job in jobs)
    return in_order(made, threads)


def _batch(
    source: Source,
    job: Job,
    markup: Callable[[str], str] | None,
    adapt: Callable[[dict[str, Any]], None] | None,
    status: Callable[[Any], str],
) -> Batch:
    columns = job()
    gathered = Batch()
    if columns.values:
        for role in [role for role in columns.values if role.endswith(LATER)]:
            usual, others = role.removesuffix(LATER), texts(columns.values.pop(role))
            columns.values[usual] = pc.coalesce(texts(columns.values[usual]), others)
        if markup:
            text = [markup(cell or "") for cell in columns.values["text"].to_pylist()]
            columns.values["text"] = pa.array(text, STRING)
        if adapt:
            adapt(columns.values)
        gathered = batch(columns.values, source.name, columns.place, status)
    gathered.rejects[:0] = columns.rejects
    gathered.met += columns.met
    return gathered


def _json_roles(source: Source) -> dict[str, str]:
    """The columns by the first rows' keys, and those that come later under other names."""
    names = _keys(source)
    later = [
        key
        for late_record in late(source)
        if late_record.top
        for key in _leaves(late_record.record)
    ]
    if "text" not in roles(names, source.mapping):
        names = list(dict.fromkeys([*names, *later]))
    chosen: dict[str, str] = {}
    for role, (first, *others) in late_roles(_roles(source, names), names, later).items():
        inner = [other for other in others if other.startswith(f"{first}.")]  # of some an object
        both = [*inner, first, *others]
        chosen[role] = both[0]
        if others:
            chosen[role + LATER] = both[1]
    return chosen


def _roles(source: Source, names: Any, style: Style | None = None) -> dict[str, str]:
    names = list(names)
    chosen = completed(source, roles(names, source.mapping), style)
    for ours, theirs in source.mapping.items():
        if theirs not in names and theirs.split(".")[0] not in names:
            raise InputError(
                f"{source.name}: --map {ours}={theirs}: there is no column {theirs!r}; "
                f"the file has {_some_names(names)}"
            )
    if "text" not in chosen:
        raise InputError(
            f"{source.name}: no column for the text; the file has {_some_names(names) or 'none'}. "
            "If one of them is the text, say --map text=COLUMN; if this is data, "
            "the header line is missing"
        )
    if "status" in source.mapping:
        return chosen
    told = verdict_fields(source.memo["fields"], chosen["text"])
    taken = set(chosen.values())
    return chosen | {ROLE + word: path for word, path in told.items() if path not in taken}


def _some_names(names: Any) -> str:
    names = [" ".join(str(name).split())[:40] for name in names]
    more = f", … ({len(names)} in all)" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _tabular(source: Source, style: Style) -> bool:
    """A header of short names; a single one only if the file's name says it is a table."""
    several = len(style.names) > 1 or source.suffix in (".csv", ".tsv")
    return several and all(len(name) <= 64 for name in style.names)


def _keys(source: Source) -> list[str]:
    """The keys of the first records, in the order in which they come."""
    keys: dict[str, None] = {}
    for row in _first_rows(source):
        keys |= dict.fromkeys(_leaves(row))
    return list(keys)


def _leaves(row: dict[str, Any]) -> Iterator[str]:
    """The keys; those of an author who is an object with a name are given with that name."""
    for key, value in row.items():
        if isinstance(value, dict) and "author" in roles([key], {}):
            yield next((f"{key}.{name}" for name in NAMES if at(value, name)), key)
        else:
            yield key


def _line_wise(source: Source) -> bool:
    """Whether the first line is an object of its own, or damaged but followed by such lines."""
    cut = len(source.head) == HEAD_BYTES
    if cut and source.suffix in (".jsonl", ".ndjson") and "\n" not in source.sample:
        return True  # the first line is longer than the head
    lines = [line for line in source.sample.lstrip("\ufeff").splitlines()[:20] if line.strip()]
    whole = [line for line in lines[:-1] or lines if line.strip()[:1] == "{"]
    return any(line.rstrip().endswith("}") and _is_object(line) for line in whole)


def _is_object(line: str) -> bool:
    try:
        return isinstance(loads(line.encode("utf-8", "replace")), dict)
    except ValueError:
        return False
