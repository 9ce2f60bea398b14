"""Read a saved HTML page: its article, and its comments as a tree.

Markup that says what it is (WordPress, Blogger, Drupal, microdata, ...) is found by
`html_find`, whose replies they are by `html_tree`, comments that stand only in a script's
JSON-LD by `html_jsonld`; the fields of one comment are read by `html_fields`. The parser is
lexbor's: as lenient as a browser, and without a limit on nesting.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from moderation.comments import Reject
from moderation.readers.bylines.headings import shortfall
from moderation.readers.html.absent import scripts_of, without_comments
from moderation.readers.html.article import address_of, article_of, title_of
from moderation.readers.html.definition_lists import undefined
from moderation.readers.html.depth import DEEPEST, shallow
from moderation.readers.html.fields import fields
from moderation.readers.html.find import words
from moderation.readers.html.jsonld import comments_of
from moderation.readers.html.learnt import Learnt
from moderation.readers.html.runs import with_runs
from moderation.readers.html.systems import is_first_page, loaded_from
from moderation.readers.html.torn import swallowed
from moderation.readers.html.tree import Listed, Place, places
from moderation.readers.html.unread import prose_among, unread
from moderation.readers.records import SNIPPET, Finding, Row, ThreadRow, batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moderation.comments import Batch
    from moderation.readers.html.unread import Prose, Unread
    from moderation.readers.source import Source

_MARKUP = re.compile(
    r"\s*+(?:<\?xml[^>]*\?>\s*+)?(?:<!--(?:[^-]++|-(?!->))*+-->\s*+)*+<(?:!doctype\s+html|html|head|body|div|article|section"
    r"|ol|ul|p|h\d|main|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_SURE = 3  # comments whose markup says what they are: none is looked for without an element
_ANCHORS = 3  # without comments, that are worth a note
_SENTENCE = 4  # spaces at least
_HEADING = 400  # characters of a heading's element, at most
_FEED = re.compile(r"<(?:rss|feed|disqus|channel|wp:|rdf:RDF|dsq:)", re.IGNORECASE)


def detect(source: Source) -> str | None:
    """Why the file is an HTML page, or a piece of one."""
    if source.binary or not _MARKUP.match(source.sample) or _FEED.search(source.sample[:4096]):
        return None
    return "an HTML page" if "<html" in source.sample.lower() else "a piece of an HTML page"


def read(source: Source) -> Iterator[Batch]:
    """One thread: the page."""
    text, notes = source.text()
    yield from batches([*notes, *rows(text, source=source)])


def rows(
    text: str, thread_id: str | None = None, source: Source | None = None
) -> Iterator[Finding]:
    """The records of a page, and rejects for what stands among them; these name the `source`."""
    parsed, deep = shallow(undefined(text))
    page = LexborHTMLParser(parsed)
    listed = places(page)
    if not (listed.sure and len(listed.places) >= _SURE) and (parted := with_runs(page)):
        page, listed = parted, places(parted)
    url, title = address_of(page), title_of(page)
    absent = without_comments(page, loaded_from(page) or scripts_of(page), title or "")
    headings = _headings(page)
    anchors = len(page.css("a[name^='comment-'], a[id^='comment-'], a[name^='c0']"))
    prose = prose_among(page, [place.node for place in listed.places], listed.sure)
    written = comments_of(page)
    comments = _records(listed, thread_id)
    root = comments.pop(0) if _has_root(listed, page) else None
    if root is not None:
        _unparent(comments, root)
    sure = listed.sure
    if len(written) > len(comments):
        comments, sure = [_renamed(row, thread_id) for row in written], True
    yield len(comments)
    article = root.text if root else article_of(page)
    yield ThreadRow(thread_id, title, article, url)
    yield from comments
    if source is not None and not written:
        texts = [part for row in (root, *comments) if row for part in (row.text, _name_of(row))]
        yield from rejected(
            _left_over(text, prose, texts, article or "", title or ""), text, source.name
        )
    if deep:
        yield f"the page nests more than {DEEPEST:,} elements deep; what is deeper stands beside"
    if not comments and absent:
        yield absent
    yield from _doubts(comments, headings, anchors, sure)


def _left_over(
    page: str, prose: Prose, texts: list[str], article: str, title: str
) -> Iterator[Unread]:
    """What stands among the comments and in none. texts: those of the comments."""
    return chain(
        unread(page, prose.sure, texts),
        unread(page, prose.around, [*texts, article]),
        swallowed(page, [*texts, article, title]),
    )


def rejected(left: Iterable[Unread], page: str, name: str) -> Iterator[int | Reject]:
    """A reject for each text that is in no comment. page: the source; name: of its file."""
    place = Places(page)
    for text, start, end in left:
        yield 1
        yield Reject(name, place(start, end), "text among the comments", text[:SNIPPET])


def _doubts(comments: list[Row], headings: list[str], anchors: int, sure: bool) -> Iterator[str]:
    """Notes on comments that are missing, or that may be none."""
    pings = sum(row.kind != "comment" for row in comments)
    missing = shortfall(headings, len(comments), pings)
    if missing:
        yield missing
    elif not comments and anchors >= _ANCHORS:
        yield f"{anchors} anchors of comments are on the page, and no comment could be told apart"
    if comments and not sure:
        yield (
            f"the page's markup is none that is known: its {len(comments)} comments were told by "
            "what they have in common, and replies may stand at top level"
        )
        yield from _lost(comments)


def _lost(comments: list[Row]) -> Iterator[str]:
    """A note on comments without an author or a time, where the page has no known place for one."""
    nameless = sum(row.author is None for row in comments)
    undated = sum(row.created_at is None for row in comments)
    if nameless:
        yield f"no author could be told for {nameless} of the {len(comments)} comments"
    if undated:
        yield f"no time could be told for {undated} of the {len(comments)} comments"


def _name_of(row: Row) -> str:
    """The comment's author, unless it is a sentence: then markup that is damaged made it one."""
    author = row.author or ""
    return "" if author.endswith((".", "!", "?")) and author.count(" ") >= _SENTENCE else author


class Places:
    """Where stretches of a page stand. Asked in the page's order, each costs what lies between."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at, self._line, self._byte = 0, 1, 0

    def __call__(self, start: int, end: int) -> str:
        """A stretch of the page's characters, for messages."""
        if start < self._at:
            self._at, self._line, self._byte = 0, 1, 0
        passed = self._text[self._at : start]
        self._at = start
        self._line += passed.count("\n")
        self._byte += len(passed.encode("utf-8", "replace"))
        last = self._byte + len(self._text[start:end].encode("utf-8", "replace"))
        return f"line {self._line}, bytes {self._byte} to {last}"


def _headings(page: LexborHTMLParser) -> list[str]:
    """The headings of the page that may say how many comments there are."""
    return [
        words(node)
        for node in page.css("h1, h2, h3, h4, h5, h6, [class*='comments-title'], [class*='count']")
        if node.tag != "body" and len(node.text(deep=True)) <= _HEADING
    ]


def _has_root(listed: Listed, page: LexborHTMLParser) -> bool:
    """True when the first post is the root of a forum's thread: the article, not a comment."""
    return listed.forum and is_first_page(page) and len(listed.places) > 1


def _unparent(comments: list[Row], root: Row) -> None:
    """Replies to the root stand at top level."""
    for row in comments:
        if row.parent_id == root.id:
            row.parent_id = None


def _records(found: Listed, thread_id: str | None) -> list[Row]:
    """Rows in document order; read from the last to the first, so that replies are out before."""
    listed = found.places
    learnt = None if found.exact else Learnt([place.node for place in listed])
    keys = _unique_keys(listed)
    records: list[Row] = []
    for at in range(len(listed) - 1, -1, -1):
        place = listed[at]
        told_fields = fields(place.node, learnt)
        records.append(
            Row(
                told_fields.text,
                keys[at],
                None if place.parent is None else keys[place.parent],
                thread_id,
                told_fields.author,
                told_fields.created_at,
                told_fields.kind,
                told_fields.status,
                told_fields.url,
                place.warnings,
            )
        )
        place.node.decompose()
    return records[::-1]


def _unique_keys(listed: list[Place]) -> list[str]:
    """The site's ids; a comment without one, or with another's, is named by its place."""
    taken: set[str] = set()
    keys = []
    for at, place in enumerate(listed, 1):
        key = place.key if place.key and place.key not in taken else f"place-{at}"
        taken.add(key)
        keys.append(key)
    return keys


def _renamed(row: Row, thread_id: str | None) -> Row:
    row.thread_id = thread_id
    return row
