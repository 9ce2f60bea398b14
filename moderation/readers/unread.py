"""What is said of files that could not be read, or not to their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.comments import Batch, Reject
from moderation.errors import InputError, UnknownFormatError
from moderation.readers.merging.dump import FoundBatch

if TYPE_CHECKING:
    from moderation.readers.source import Source

BLANKS = b" \t\r\n\xef\xbb\xbf"


def reason_of(error: InputError, source: Source) -> str:
    """What an error says, without the name of the file."""
    return str(error).removeprefix(f"{source.name}: ")


def unread(source: Source, name: str, reason: str, error: InputError) -> FoundBatch:
    """A file among others that could not be read, or not to its end.

    name: of its reader, where some of it was read; `reason`: why it was chosen.
    """
    why = reason_of(error, source)
    if name:  # what was read of it is there; so the rest counts as a record
        lost = Reject(source.name, "the rest of the file", why)
        return FoundBatch(source, name, reason, Batch(rejects=[lost], met=1))
    if not _is_damage(source, error):
        return FoundBatch(source, None, why, Batch())
    lost = Reject(source.name, "the whole file", why)
    return FoundBatch(source, None, why, Batch(rejects=[lost], met=1))


def _is_damage(source: Source, error: InputError) -> bool:
    """Whether a file of an archive cannot be read for its damage, and not for what it is."""
    if source.compression is None or source.member is None:
        return False
    try:
        other = isinstance(error, UnknownFormatError) or not source.head.strip(BLANKS)
        return not other or source.misstated or _breaks_off(source)
    except InputError:
        return True


def _breaks_off(source: Source) -> bool:
    """Whether compressed data is damaged, which may show at its end only."""
    with source.open() as stream:
        while stream.read(1 << 20):
            pass
    return source.damage is not None


def last_words(source: Source) -> Batch:
    """What shows when a file has been read: where its data broke off, what was no UTF-8."""
    last = Batch()
    if source.damage:
        why = f"the {source.compression} data ends here"
        last = Batch(rejects=[Reject(source.name, source.damage, why)], met=1)
    if source.odd:
        last.notes.append(
            f"{source.name}: {source.odd:,} bytes are not UTF-8; read as Windows-1252. "
            "If it is of another encoding, say --encoding NAME"
        )
    if source.encoded.doubtful:
        last.notes.append(
            f"{source.name}: read as {source.encoding}, by few bytes; "
            "if letters are wrong, say --encoding NAME"
        )
    if source.lost:
        last.notes.append(
            f"{source.name}: {source.lost:,} characters are no {source.encoding}; read as U+FFFD. "
            "If it is of another encoding, say --encoding NAME"
        )
    return last
