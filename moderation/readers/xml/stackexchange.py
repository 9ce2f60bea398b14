"""Stack Exchange's data dump: Comments.xml and Posts.xml, a row an element of attributes."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.markup import plain
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches
from moderation.readers.source import Source, byte_blocks
from moderation.readers.values import when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch

_ROW = re.compile(r'\s*<row\s((?:[\w:]+\s*=\s*"[^"<]*"\s*)*)/>\s*')
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"<]*)"')
_CLOSED = b"/>"
_BEFORE = (b'"', b'" ')  # what stands before it in a row
_AROUND = re.compile(
    r"""\s*(?:(?:<\?xml(?:\s+\w+\s*=\s*["'][\w.-]*["'])*\s*\?>|<!DOCTYPE\s+\w+(?:\s+[A-Z]+)?(?:\s+(?:"[^"]*"|'[^']*'))*\s*>"""
    r"""|</?(?:comments|posts)>)\s*)*"""
)
_SIGN = re.compile(r"<row\s[^<>]*\b(?:PostTypeId|PostId)=")
_TEXT = re.compile(r"<row\s[^<>]*\b(?:Text|Body)=")
_TEXTS = frozenset(["Text", "Body", "Title", "Tags", "UserDisplayName", "OwnerDisplayName"])
_VALUE_NAMES = (
    "Id PostId Score CreationDate UserId ContentLicense PostTypeId ParentId AcceptedAnswerId "
    "ViewCount OwnerUserId LastEditorUserId LastEditorDisplayName LastEditDate LastActivityDate "
    "AnswerCount CommentCount FavoriteCount ClosedDate CommunityOwnedDate DeletionDate"
)
_VALUES = frozenset(_VALUE_NAMES.split())
_USUAL = _TEXTS | _VALUES
_AUTHORS = ("UserDisplayName", "OwnerDisplayName", "UserId", "OwnerUserId")
_QUESTION, _ANSWER = "1", "2"
_LONGEST = 1 << 24  # characters of a row


def detect(source: Source) -> str | None:
    """Elements `row` with the attributes of comments or posts."""
    sample = source.sample
    whole = re.search(r"<(?:comments|posts)>", sample) is not None
    if _TEXT.search(sample) and len(_SIGN.findall(sample)) > (not whole):
        return "XML with rows of comments or posts"
    return None


def read(source: Source) -> Iterator[Batch]:
    """Batches of the comments, or of the answers with their questions as articles."""
    return batches(_findings(source))


def _findings(source: Source) -> Iterator[Finding]:
    others = 0
    answers = _answers_beside(source)
    for piece in _pieces(source):
        row = _ROW.fullmatch(piece.text)
        if row is None:
            yield 1
            yield piece.rejected(source, "not a row of attributes")
            continue
        found = _ATTRIBUTE.findall(row[1])
        fields = {name: unescape(value) if "&" in value else value for name, value in found}
        if len(fields) < len(found):
            yield 1
            yield piece.rejected(source, "an attribute twice in a row: the last is taken")
        kind = fields.get("PostTypeId")
        if kind == _QUESTION:
            yield ThreadRow(
                fields.get("Id"), fields.get("Title"), plain(fields.get("Body")) or None
            )
        elif kind not in (None, _ANSWER):
            others += 1
        else:
            for finding in _comment(source, fields, piece):
                if answers and isinstance(finding, Row):
                    _hang(finding, answers, fields)
                yield finding
    if others:
        yield f"{source.name}: {others} posts that are neither questions nor answers are left out"


def _answers_beside(source: Source) -> dict[str, str]:
    """The answers, and the question of each, of the posts that are read together with comments."""
    path = source.member or str(source.path)
    name = path.rpartition("/")[2]
    if name.lower() != "comments.xml":
        return {}
    posts = next((one for one in source.siblings if one.lower() == _posts(path, name)), None)
    if posts is None:
        return {}
    if source.member:
        beside = Source(source.path, member=posts, options=source.options)
    else:
        beside = Source(posts, options=source.options)
    answers: dict[str, str] = {}
    for piece in _pieces(beside):
        fields = dict(_ATTRIBUTE.findall(piece.text))
        if fields.get("PostTypeId") == _ANSWER and "Id" in fields and "ParentId" in fields:
            answers[fields["Id"]] = fields["ParentId"]
    return answers


def _posts(path: str, name: str) -> str:
    return (path[: -len(name)] + "Posts.xml").lower()


def _hang(row: Row, answers: dict[str, str], fields: dict[str, str]) -> None:
    """A comment on an answer answers that; it has a name of its own, as posts are numbered too."""
    post = fields.get("PostId") or ""
    row.id = f"c{row.id}" if row.id else None
    row.parent_id = post if post in answers else None
    row.thread_id = answers.get(post, post) or None


def _odd(fields: dict[str, str]) -> str:
    """An attribute that no dump has, or one of values that holds prose; empty where none does."""
    if fields.keys() - _USUAL:
        return next(name for name in fields if name not in _USUAL)
    prose = (name for name in fields if name in _VALUES and fields[name].count(" ") > 2)
    return next(prose, "")


def _comment(source: Source, fields: dict[str, str], piece: _Piece) -> Iterator[Finding]:
    """A comment, with a reject where something else of the row may be what it says."""
    answer = "PostTypeId" in fields
    text = plain(fields.get("Body")) if answer else fields.get("Text", "")
    odd = _odd(fields)
    if odd or not text:
        yield 1
        yield piece.rejected(source, f"{odd or 'no text'} in a row, which no dump has")
        if not text:
            return
    yield 1
    yield Row(
        text,
        fields.get("Id"),
        None,
        fields.get("ParentId" if answer else "PostId"),
        next(filter(None, map(fields.get, _AUTHORS)), None),
        when(fields.get("CreationDate")),
        status="deleted" if fields.get("DeletionDate") else "unknown",
    )


class _Piece(NamedTuple):
    """What stands up to the end of an element, without what stands around the rows."""

    place: str
    text: str

    def rejected(self, source: Source, why: str) -> Reject:
        """This piece as a reject."""
        return Reject(source.name, self.place, why, self.text.strip()[:SNIPPET])


def _pieces(source: Source) -> Iterator[_Piece]:
    """The rows, and what is none, with their places."""
    pending, line, byte = b"", 1, 0
    for block in byte_blocks(source):
        rows, pending = _rows(pending + block)
        if len(pending) > _LONGEST:
            rows, pending = [*rows, pending], b""
        for row in rows:
            place = f"line {line}, bytes {byte} to {byte + len(row)}"
            text = source.decoded(row).lstrip()
            yield _Piece(place, text if text.startswith("<row") else _AROUND.sub("", text, count=1))
            line, byte = line + row.count(b"\n"), byte + len(row)
    rest = source.decoded(pending)
    if not _AROUND.fullmatch(rest):
        yield _Piece(f"line {line}, bytes {byte} to {byte + len(pending)}", rest)


def _rows(raw: bytes) -> tuple[list[bytes], bytes]:
    """The stretches that end as rows do, and what is behind the last."""
    rows: list[bytes] = []
    pending = b""
    *ended, rest = raw.split(_CLOSED)
    for part in ended:
        pending = pending + part + _CLOSED if pending else part + _CLOSED
        if part.endswith(_BEFORE):
            rows.append(pending)
            pending = b""
    return rows, pending + rest
