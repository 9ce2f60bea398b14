"""Dumps to comments: `read`, and what it is made of; the readers are in `registry`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.comments import Batch, Reject
from moderation.errors import InputError, InternalError, UnknownFormatError
from moderation.readers import places
from moderation.readers.files import sources
from moderation.readers.json import formats
from moderation.readers.json.damage.second_look import SecondLook
from moderation.readers.merging.addressed import READERS as ADDRESSED
from moderation.readers.merging.addressed import Addressed
from moderation.readers.merging.cleaning import cleaned
from moderation.readers.merging.dump import Dump, FoundBatch, merged
from moderation.readers.records import SNIPPET
from moderation.readers.registry import READERS, Reader, detect, site_of
from moderation.readers.source import HEAD_BYTES, USUAL, Source
from moderation.readers.table import read as table_rows
from moderation.readers.unread import BLANKS, last_words, reason_of, unread

if TYPE_CHECKING:
    from moderation.readers.source import Options

__all__ = [
    "READERS",
    "Dump",
    "Reader",
    "Source",
    "detect",
    "found_in",
    "iterate",
    "read",
    "site_of",
    "sources",
]

_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff")  # and nothing else
MAPPED = ("table", "json-tree", "xlsx", "laid-out", "xml")  # readers that take the names of columns
_UNMAPPED = "--map names fields of tables and JSON; it is not used for a file that is read as"
Paths = str | Path | Iterable[str | Path]


def read(
    paths: Paths,
    format: str | None = None,  # noqa: A002 - the option is called --format
    mapping: Mapping[str, str] | None = None,
    options: Options = USUAL,
) -> Dump:
    """All comments of files, globs, folders, zip archives or `-` (standard input), as trees.

    format: a reader's name instead of detection. mapping: our column -> the dump's. Several files
    are one dump: threads that are spread over them come together, exact repeats are rejected.
    Raises InputError when nothing can be read; single bad records become rejects instead.
    """
    return merged(iterate(paths, format, mapping, options))


def iterate(
    paths: Paths,
    format: str | None = None,  # noqa: A002
    mapping: Mapping[str, str] | None = None,
    options: Options = USUAL,
) -> Iterator[FoundBatch]:
    """Batches as the readers yield them, file by file, before any merging; see `read`.

    Threads that are named by a number which counts within one site keep it for the first site
    that is met; those of every other site are named `site/number`.
    """
    if format is not None and format not in READERS:
        raise UnknownFormatError(f"format {format!r} is unknown; known are {', '.join(READERS)}")
    home: str | None = None
    for path in [paths] if isinstance(paths, str | Path) else list(paths):
        known, failed = False, []
        folder = Path(path).is_dir()
        for source in sources(path, mapping, options):
            name, reason = "", ""
            try:
                for part in found_in(source, format):
                    known, name, reason = True, part.reader or "", part.reason
                    site = part.batch.site
                    home = home or site
                    yield part if site == home or not site else part.of_site(site)
            except InputError as error:
                if not folder and source.member is None:
                    raise
                failed.append(reason_of(error, source))
                yield unread(source, name, reason, error)
        if not known:
            raise _nothing_known(path, folder, failed)


def _nothing_known(path: str | Path, folder: bool, failed: list[str]) -> InputError:
    what = "folder" if folder else "archive"
    first = f"; {failed[0]}" if failed else ""
    return InputError(f"{path}: the {what} holds no file that a reader knows{first}")


def _check_filled(source: Source) -> None:
    """Raise InputError where nothing can be read from the beginning of the file."""
    if not source.head.strip(BLANKS) or source.head in _MARKS:
        what = "the file is empty"
        if len(source.head) >= HEAD_BYTES:
            what = f"begins with {HEAD_BYTES:,} bytes of blanks or more; give it without them"
        elif source.damage:
            what = f"damaged {source.compression} file"
        raise InputError(f"{source.name}: {what}")


def found_in(source: Source, format: str | None = None) -> Iterator[FoundBatch]:  # noqa: A002
    """The batches of one file. Raises InputError where it cannot be read.

    Where the compressed data breaks off, the last batch holds a reject that says so. Raises
    InternalError when the reader lost a record or made one up.
    """
    if source.is_list:
        yield FoundBatch(source, None, "people or channels of Slack, no messages", Batch())
        return
    _check_filled(source)
    name, reason = (format, "named by --format") if format else detect(source)
    if source.encoded.how:
        reason = f"{source.encoding} {source.encoded.how}; {reason}"
    if source.mapping and name not in MAPPED:
        yield FoundBatch(source, name, reason, Batch(notes=[f"{source.name}: {_UNMAPPED} {name}"]))
    met = out = comments = 0
    empty = True
    again = SecondLook(source) if source.is_json else None
    addressed = Addressed(source.name) if name in ADDRESSED and not _is_parquet(source) else None
    for batch in READERS[name].read(source):
        met += batch.met
        comments += batch.records.num_rows
        out += batch.records.num_rows - batch.invented + len(batch.rejects)
        empty = False
        if again:
            again.remember(batch)
        batch.rejects = places.of_file(batch.rejects, source)
        if addressed:
            batch.records = addressed(batch.records)
        yield FoundBatch(source, name, reason, cleaned(batch, source.options))
    last = last_words(source)
    if addressed and (note := addressed.note()):
        last.notes.append(note)
    if again:
        shape = formats.FORMATS.get(name)
        unwritten = shape.text if shape and not comments else ""
        unread = places.of_file(list(again.unread(unwritten)), source)
        last.rejects += unread
        last.met += len(unread)
    if not comments and not format:
        _add_trace(last, source, name)
    if not out and not last.rejects:
        last.notes.append(
            f"{source.name}: no comment was found in it, read as {name}; if it has any, say what "
            "it is with --format, or which column is the text with --map text=COLUMN"
        )
    if empty or last.met or last.notes:
        yield FoundBatch(source, name, reason, last)
    if met != out:
        raise InternalError(
            f"{source.name}: the reader {name!r} met {met:,} records, but {out:,} came out; "
            "this is a fault of the program, please report it"
        )


def _is_parquet(source: Source) -> bool:
    """Whether the file is Parquet, which may be read in parts that know nothing of each other."""
    return source.head.startswith(table_rows.PARQUET)


def _add_trace(last: Batch, source: Source, name: str) -> None:
    """A reject for a file without comments that damage seems to have left of a dump of them."""
    from moderation.readers import traces

    if name in traces.READ_AS and (what := traces.trace(source, name)):
        place = "the whole file" if source.compression else f"bytes 0 to {source.size}"
        why = f"no comment could be told in it, and it has {what}"
        last.rejects.append(Reject(source.name, place, why, source.sample[:SNIPPET].strip()))
        last.met += 1
