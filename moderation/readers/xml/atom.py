"""Atom to comments: Blogger's exports, old and new, and feeds that thread by RFC 4685.

An entry is a comment when it says so (Blogger's category or type) or answers something
(`in-reply-to`); any other entry is a post. A comment that answers a comment is its reply, one
that answers a post belongs to that thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from moderation.readers.markup import plain
from moderation.readers.records import Finding, Row, ThreadRow, batches
from moderation.readers.values import LONG_NAME, is_sentence, no_parent, status_of, when
from moderation.readers.xml.fields import NAMED, Node, misplaced, record
from moderation.readers.xml.pieces import Piece, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.source import Source

_FEED = re.compile(r"<(?:[\w-]+:)?(?:feed|entry)[\s>]")
_SIGNS = {
    "blogger/2008/kind#": "Blogger export (Atom with Blogger's kinds)",
    "schemas.google.com/blogger/2018": "Blogger Takeout (Atom with blogger: elements)",
    "purl.org/syndication/thread/1.0": "Atom feed with RFC 4685 threading",
    "<thr:in-reply-to ": "Atom feed with RFC 4685 threading",
}
_KINDS = ("post", "page", "settings", "template")  # of entries that are no comments
_ELEMENTS = frozenset(
    b"entry id title updated published issued modified created author name uri email contributor "
    b"content summary link category rights copyright source generator icon logo subtitle".split()
)
_OF_THREADS = re.compile(rb"<thr:(?!in-reply-to\b|total\b)")  # what RFC 4685 does not have
_BARE = re.compile(rb"<([A-Za-z][\w.-]*)[\s/>]")
_FIELDS = ("content", "summary", "published", "entry")
_PROSE = ("content", "summary", "title", "author", "source", "title", "rights")
_LIKE = 0.6  # of two names of elements
_CUT = "an entry cut off before its content"
_KIND = "blogger/2008/kind#"


def detect(source: Source) -> str | None:
    """Atom with a sign of comments, be it without its beginning."""
    declared = "http://www.w3.org/2005/Atom" in source.sample or "</entry>" in source.sample
    if not declared or not _FEED.search(source.sample):
        return None
    return next((reason for sign, reason in _SIGNS.items() if sign in source.sample), None)


def read(source: Source) -> Iterator[Batch]:
    """Batches of an Atom file. Entries other than comments and posts (settings) are left out."""
    return batches(_findings(source))


@dataclass(slots=True)
class _Seen:
    """What later entries need to know, and the comments that wait for what they answer."""

    parent_of: dict[str, str | None] = field(default_factory=dict)  # of every comment met
    thread_of: dict[str, str] = field(default_factory=dict)  # of comments that name it
    posts: dict[str, ThreadRow | None] = field(default_factory=dict)  # None: given already
    waiting: list[tuple[Row, list[str]]] = field(default_factory=list)

    def place(self, row: Row, answered: list[str]) -> None:
        """The comment's parent and thread, from what it answers."""
        comments = self.parent_of
        row.parent_id = next((ref for ref in answered if ref in comments and ref != row.id), None)
        row.thread_id = next((ref for ref in answered if ref not in comments), None)
        if row.id:
            comments[row.id] = row.parent_id
            if row.thread_id:
                self.thread_of[row.id] = row.thread_id

    def inherited(self, row: Row) -> str | None:
        """The thread of the nearest comment above that names one."""
        at, steps = row.parent_id, 0
        while at in self.parent_of and at not in self.thread_of and steps < len(self.parent_of):
            at, steps = self.parent_of[at], steps + 1
        return self.thread_of.get(at or "")

    def post(self, name: str | None) -> Iterator[ThreadRow]:
        """The post, when the first of its comments is given."""
        post = self.posts.get(name or "")
        if post is not None:
            self.posts[name or ""] = None
            yield post

    def comment(self, row: Row, answered: list[str]) -> Iterator[Finding]:
        """A comment that is met: given at once where all that it answers has been met."""
        if not answered or any(
            name not in self.posts and name not in self.thread_of for name in answered
        ):
            self.parent_of[row.id or ""] = None
            self.waiting.append((row, answered))
            return
        self.place(row, answered)
        yield from self._with_post(row)

    def rest(self) -> Iterator[Finding]:
        """The comments that waited, for the file has ended."""
        for row, answered in self.waiting:
            self.place(row, answered)
        for row, _ in self.waiting:
            yield from self._with_post(row)

    def _with_post(self, row: Row) -> Iterator[Finding]:
        row.thread_id = row.thread_id or self.inherited(row)
        yield from self.post(row.thread_id)
        yield row


def _findings(source: Source) -> Iterator[Finding]:
    """Comments as soon as all that they answer has been met; the others at the end."""
    seen = _Seen()
    for piece in pieces(source, ("entry",), fields=_FIELDS):
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, Piece):  # no layout is given, so nothing comes as a run
            yield from _of_piece(source, piece, seen)
    yield from seen.rest()


def _of_piece(source: Source, piece: Piece, seen: _Seen) -> Iterator[Finding]:
    """The comment or post of an entry, and the rejects for what is lost of it."""
    if piece.part == "stray":
        yield from piece.rejected(source, "part of an entry, but no entry")
        return
    entry, recovered = record(piece.xml)
    given = {} if entry is None else entry.fields()
    if entry is None or not given:
        yield from piece.rejected(source, "an entry without elements")
        return
    damaged = recovered or not piece.whole
    comment = _is_comment(entry, given)
    why = (_wrong if comment else _doubt)(entry, given, piece, damaged)
    if why:
        yield from piece.rejected(source, why)
    if comment and why != _CUT:
        yield 1
        row = _comment(piece, entry, given, recovered)
        if is_sentence(row.author, LONG_NAME):
            yield from piece.rejected(source, NAMED)
        yield from seen.comment(row, _answered(entry, given))
    elif not comment and _kind(entry, given) in ("post", "page", ""):
        seen.posts.setdefault(given.get("id", ""), _post(entry, given))


def _wrong(entry: Node, given: dict[str, str], piece: Piece, damaged: bool) -> str:
    """Why a comment's entry may not hold all that it said; empty where it does."""
    if damaged and not {"content", "summary"} & given.keys():
        return _CUT
    moved = misplaced(entry, piece.xml, damaged, _PROSE, ("content", "published"))
    return "words outside of the content" if moved else ""


def _doubt(entry: Node, given: dict[str, str], piece: Piece, damaged: bool) -> str:
    """Why an entry that does not say that it is a comment may be one; empty where it is none."""
    odd = damaged or _is_odd(entry, given, piece.xml)
    return "an entry that is damaged, and says neither that it is a comment nor a post" * odd


def _kind(entry: Node, fields: dict[str, str]) -> str:
    if fields.get("type"):
        return fields["type"].lower()
    terms = (category.attribute("term") or "" for category in entry.all("category"))
    return next((term.rpartition("#")[2] for term in terms if _KIND in term), "")


def _is_comment(entry: Node, fields: dict[str, str]) -> bool:
    kind = _kind(entry, fields)
    if kind == "comment" or kind in _KINDS:
        return kind == "comment"
    return bool(_answered(entry, fields)) or entry.first("in-reply-to") is not None


def _is_odd(entry: Node, fields: dict[str, str], xml: bytes) -> bool:
    """Whether an entry that is no comment has a kind or an element that nobody writes."""
    return bool(
        _kind(entry, fields) not in (*_KINDS, "")
        or not _ELEMENTS.issuperset(_BARE.findall(xml))
        or _OF_THREADS.search(xml) is not None
        or any(node.attribute("ref") or _is_bent(node.name) for node in entry.nodes)
    )


def _is_bent(name: str) -> bool:
    """Whether an element's name is what damage has left of one, above all of in-reply-to."""
    like = SequenceMatcher(None, name, "in-reply-to").ratio()
    return not name.isascii() or like > _LIKE


def _answered(entry: Node, fields: dict[str, str]) -> list[str]:
    """Ids of what the entry answers: comments and posts alike."""
    named = [ref.attribute("ref") for ref in entry.all("in-reply-to")]
    for link in entry.all("link"):
        if link.attribute("rel") == "related":  # Blogger's link to the comment above
            number = re.search(r"/(\d+)/?$", link.attribute("href") or "")
            own = fields.get("id", "")
            if number and ".post-" in own:
                named.insert(0, f"{own.rpartition('.post-')[0]}.post-{number[1]}")
    named += [fields.get("parent"), fields.get("inReplyTo")]
    return [ref for ref in dict.fromkeys(named) if ref and not no_parent(ref)]


def _link(entry: Node) -> str | None:
    links = entry.all("link")
    rels = {link.attribute("rel") or "alternate": link.attribute("href") for link in links}
    return rels.get("alternate")


def _post(entry: Node, fields: dict[str, str]) -> ThreadRow:
    return ThreadRow(
        fields.get("id") or None,
        plain(fields.get("title")) or None,
        plain(fields.get("content") or fields.get("summary")) or None,
        _link(entry) or fields.get("filename") or None,
    )


def _comment(piece: Piece, entry: Node, fields: dict[str, str], recovered: bool) -> Row:
    person = entry.first("author")
    name = {} if person is None else person.fields()
    word = fields.get("status", "")
    status = "approved" if word.upper() == "LIVE" or not word else status_of(word)
    return Row(
        plain(fields.get("content") or fields.get("summary")),
        id=fields.get("id") or None,
        author=plain(name.get("name")) or None,
        created_at=when(fields.get("published") or fields.get("created") or fields.get("updated")),
        status="spam" if "SPAM" in word.upper() else status,
        url=_link(entry),
        warnings=["truncated"] * (not piece.whole) + ["recovered"] * (recovered and piece.whole),
    )
