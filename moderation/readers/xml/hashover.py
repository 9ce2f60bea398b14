"""HashOver's comments as XML: each in a file of its own, whose name is its place, `1-2-1.xml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.comments import Reject
from moderation.readers.markup import plain
from moderation.readers.records import SNIPPET, Finding, Row, batches
from moderation.readers.values import is_sentence, status_of, when
from moderation.readers.xml.fields import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_PLACE = re.compile(r"\d+(-\d+)*(r\d+)?")
_ROOT = re.compile(r"\s*(?:<\?xml[^<>]*\?>\s*)?<comment>")
_FIELDS = ("body", "date", "name", "status", "website", "likes", "dislikes", "title")


def detect(source: Source) -> str | None:
    """One comment with a body and a date, in a file that is named as a place."""
    if not _PLACE.fullmatch(source.stem) or not _ROOT.match(source.sample.lstrip("\ufeff")):
        return None
    return "XML of one comment" if "<body" in source.sample else None


def read(source: Source) -> Iterator[Batch]:
    """A batch of one comment; its thread is the folder."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    text, notes = source.text()
    yield from notes
    begin = text.find("<comment>")
    raw = text[begin:].strip().encode("utf-8", "replace")
    node, damaged = record(raw)
    fields = node.fields() if node else {}
    yield 1
    folder = (source.member or str(source.path.absolute())).rpartition("/")[0].rpartition("/")[2]
    body = fields.get("body", "")
    yield Row(
        plain(body),
        source.stem,
        source.stem.rpartition("-")[0] or None,
        folder or None,
        plain(fields.get("name")) or None,
        when(fields.get("date")),
        status=status_of(fields.get("status") or None),
    )
    odd = [key for key, value in fields.items() if key != "body" and is_sentence(value)]
    others = [key for key in fields if key not in _FIELDS and fields[key].count(" ") > 1]
    if damaged or odd or others or not body:
        yield 1
        why = "damaged XML" if damaged else f"{(odd + others or ['body'])[0]} is prose, or no body"
        yield Reject(source.name, "the whole file", why, text[:SNIPPET])
