"""Messages that are objects with a field for each head: ids, people and words as in a mailbox."""

from __future__ import annotations

import re
from email.utils import getaddresses
from typing import TYPE_CHECKING

from moderation.readers.json.settle import conversations
from moderation.readers.mail.mbox import own_words, without_answer

if TYPE_CHECKING:
    from moderation.readers.records import Row, ThreadRow
    from moderation.readers.source import Source

_ID = re.compile(r"<([^<>\s]+)>")


def settle(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """Ids without brackets, conversations by what answers what, names instead of addresses."""
    for row in rows:
        row.id, row.parent_id = _bare(row.id), _bare(row.parent_id)
        row.thread_id = None
        name, address = (getaddresses([row.author or ""]) or [("", "")])[0]
        row.author = name or address or row.author
        row.text = own_words(row.text)
    conversations(source, rows, threads)
    tops = {row.thread_id for row in rows}
    for thread in threads:
        thread.thread_id = _bare(thread.thread_id)
        thread.title = without_answer(thread.title or "") or None
    threads[:] = [thread for thread in threads if thread.thread_id in tops]


def _bare(names: str | None) -> str | None:
    """The last id that stands in brackets; all of it where none does."""
    found = _ID.findall(names or "")
    return found[-1] if found else names
