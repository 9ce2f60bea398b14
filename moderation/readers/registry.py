"""The table of readers, and which of them a file is for.

A reader is a row of READERS. Its module is imported when a file could be of its family, so that
a JSON file never loads an XML parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from moderation.errors import InputError, UnknownFormatError
from moderation.readers.families import SAMPLES, of_objects
from moderation.readers.json import formats, unknown
from moderation.readers.known_others import other_kind
from moderation.readers.table import dialects
from moderation.readers.table import read as table_rows

if TYPE_CHECKING:
    from moderation.comments import Batch
    from moderation.readers.json.shape import JsonFormat
    from moderation.readers.source import Source
    from moderation.readers.table.dialects import Dialect

_RSS = re.compile("<rss|<channel")
_NOT_PROSE = frozenset(
    [".parquet", ".feather", ".arrow", ".db", ".sqlite", ".sqlite3", ".xlsx", ".ods"]
)
"""Names of files that hold no text; one that does is what damage has left of such a file."""


@dataclass(frozen=True)
class Reader:
    """One format. `detect` gives the reason why a file is of it, or None; `read` its batches.

    sample: a line as its files look.
    """

    name: str
    describe: str
    detect: Callable[[Source], str | None]
    read: Callable[[Source], Iterator[Batch]]
    sample: str = ""


def _markup(source: Source) -> bool:
    return "<" in source.sample and not source.is_json and not source.ends_as_zip


def _json(source: Source) -> bool:
    return source.is_json


def _readable(source: Source) -> bool:
    return not source.binary


def _text(source: Source) -> bool:
    return not source.binary and not source.is_json


def _prose(source: Source) -> bool:
    """Whether no table has the file, nor says its name so; prose is what is left over."""
    if source.begins_in_json or source.suffix in _NOT_PROSE:
        return False
    if any(
        READERS[name].detect(source)
        for name in ("whatsapp", "irc", "discord-text", "mbox", "wikitext", "dotclear", "sql")
    ):
        return False
    tables = (
        dialects.dialect_of(source),
        table_rows.detect(source),
        table_rows.detect_name(source),
    )
    return tables == (None, None, None)


def _any(source: Source) -> bool:
    return True


def _reader(
    name: str,
    describe: str,
    module: str,
    family: Callable[[Source], bool],
    suffix: str = "",
) -> Reader:
    """A reader in `module`, as its functions `detect<suffix>` and `read<suffix>`."""

    def detected(source: Source) -> str | None:
        if not family(source):
            return None
        reason: str | None = getattr(import_module(module), f"detect{suffix}")(source)
        return reason

    def opened(source: Source) -> Iterator[Batch]:
        batches: Iterator[Batch] = getattr(import_module(module), f"read{suffix}")(source)
        return batches

    return Reader(name, describe, detected, opened, SAMPLES[name])


def _json_reader(shape: JsonFormat) -> Reader:
    return Reader(
        shape.name,
        shape.describe,
        partial(formats.detect, name=shape.name),
        partial(formats.read, name=shape.name),
        SAMPLES.get(shape.name) or of_objects(shape.keys),
    )


def _table_reader(dialect: Dialect) -> Reader:
    return Reader(
        dialect.name,
        dialect.describe,
        partial(table_rows.detect_dialect, name=dialect.name),
        partial(table_rows.read_dialect, name=dialect.name),
        of_objects(dialect.columns)
        if dialect.json
        else ",".join(dialect.columns or dialect.header),
    )


READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        *map(_json_reader, formats.FORMATS.values()),
        *map(_table_reader, dialects.DIALECTS.values()),
        _reader(
            "whatsapp",
            "WhatsApp: a chat exported as text",
            "moderation.readers.lines.whatsapp",
            _readable,
        ),
        _reader(
            "discord-text",
            "Discord: a channel as DiscordChatExporter writes it, as text",
            "moderation.readers.lines.discord",
            _text,
        ),
        _reader(
            "irc",
            "IRC: logs of irssi, WeeChat, ZNC, HexChat, mIRC and bots",
            "moderation.readers.lines.irc",
            _readable,
        ),
        _reader(
            "laid-out",
            "any other table: JSON in columns or under a header, rows with paths or nested sets",
            "moderation.readers.layouts.read",
            _readable,
        ),
        Reader(
            "json-tree",
            "any other JSON with comments in envelopes, or with replies within them",
            unknown.detect,
            unknown.read,
            SAMPLES["json-tree"],
        ),
        _reader(
            "sql",
            "SQL dumps of phpBB, vBulletin, MyBB, SMF, XenForo, FluxBB, HashOver; of any tables",
            "moderation.readers.sql.read",
            _text,
        ),
        Reader(
            "table",
            "rows with a text column: JSON lines, JSON array, CSV, TSV, Parquet",
            table_rows.detect,
            table_rows.read,
            SAMPLES["table"],
        ),
        _reader(
            "wordpress",
            "WordPress export (WXR 1.0 to 1.2), and the WXR that Disqus imports",
            "moderation.readers.xml.wordpress",
            _markup,
        ),
        _reader(
            "disqus",
            "Disqus XML export",
            "moderation.readers.xml.disqus",
            _markup,
        ),
        _reader(
            "atom",
            "Atom: Blogger exports, Blogger Takeout, feeds with RFC 4685 threading",
            "moderation.readers.xml.atom",
            _markup,
        ),
        _reader(
            "movabletype",
            "Movable Type export",
            "moderation.readers.plaintext.movabletype",
            _text,
        ),
        _reader(
            "stackexchange",
            "Stack Exchange data dump: Comments.xml, Posts.xml",
            "moderation.readers.xml.stackexchange",
            _markup,
        ),
        _reader(
            "xlsx",
            "spreadsheets: XLSX, ODS; each sheet as a table",
            "moderation.readers.table.xlsx",
            _any,
        ),
        _reader(
            "talk-page",
            "MediaWiki: a saved talk page",
            "moderation.readers.talk.page",
            _markup,
        ),
        _reader(
            "mediawiki",
            "MediaWiki: talk pages in a dump of its pages, or in an answer of its API",
            "moderation.readers.talk.wikis",
            _readable,
        ),
        _reader(
            "wikitext",
            "MediaWiki: a talk page's source",
            "moderation.readers.talk.wikitext",
            _readable,
        ),
        _reader(
            "mbox",
            "mail: a mailbox (mbox), a mailing list's archive, a message (.eml)",
            "moderation.readers.mail.mbox",
            _text,
        ),
        _reader(
            "hashover-xml",
            "HashOver: a comment as XML, its place in the file's name",
            "moderation.readers.xml.hashover",
            _markup,
        ),
        _reader(
            "dotclear",
            "Dotclear: a backup (flat export) of a blog",
            "moderation.readers.lines.dotclear",
            _text,
        ),
        _reader(
            "sqlite",
            "SQLite: isso, One Million Posts",
            "moderation.readers.table.sqlite",
            _any,
        ),
        _reader(
            "sqldump",
            "SQL dump of a WordPress database",
            "moderation.readers.table.sqldump",
            _text,
        ),
        _reader(
            "chat-page",
            "Discord and Telegram: a chat that DiscordChatExporter or Telegram wrote as a page",
            "moderation.readers.html.chats",
            _markup,
        ),
        _reader(
            "html",
            "a saved HTML page: WordPress, Blogger, Drupal, schema.org and others",
            "moderation.readers.html.page",
            _markup,
        ),
        _reader(
            "xml",
            "any other XML: its elements as rows, nested or not",
            "moderation.readers.layouts.xml",
            _markup,
        ),
        _reader(
            "plaintext",
            "a page saved as plain text, its comments a numbered, nested list",
            "moderation.readers.plaintext.page",
            _prose,
        ),  # last: it takes any prose
    )
}


def detect(source: Source, readers: Mapping[str, Reader] | None = None) -> tuple[str, str]:
    """The reader's name and why it knows the file.

    Raises InputError for an empty file, UnknownFormatError where no reader knows it.
    """
    if not source.head:
        raise InputError(f"{source.name}: the file is empty")
    if what := other_kind(source):
        raise UnknownFormatError(f"{source.name}: no reader knows this format: it is {what}")
    for name, reader in (readers or READERS).items():
        reason = reader.detect(source)
        if reason:
            return name, reason
    if reason := table_rows.detect_name(source):
        return "table", reason
    from moderation.readers.unrecognised import looks_like

    raise UnknownFormatError(f"{source.name}: no reader knows this format: {looks_like(source)}")


def site_of(source: Source, format: str | None = None) -> str | None:  # noqa: A002
    """The site within which alone a dump's thread ids count; None for every other dump."""
    if format not in (None, "wordpress") or not _RSS.search(source.sample):
        return None
    from moderation.readers.xml import wordpress

    known = format or (wordpress.detect(source) and detect(source)[0])
    return wordpress.site_of(source) if known == "wordpress" else None
