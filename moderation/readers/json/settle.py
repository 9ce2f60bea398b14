"""Parents and threads that only the whole file can tell: whose reply chain ends in which post."""

from __future__ import annotations

import re
from posixpath import normpath
from typing import Any

from moderation.errors import InputError
from moderation.readers.json.lenient import loads
from moderation.readers.records import Row, ThreadRow
from moderation.readers.source import Source

_MENTIONED = re.compile(r"@([UW][A-Z0-9]+)\b")


def by_chain(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """The thread of each comment is the post at the end of its chain of parents.

    A comment whose parent is a post is top level. Where the file holds no post at all, the one
    object that top-level comments answer and that is no comment is the post.
    """
    _follow(rows, {thread.thread_id for thread in threads if thread.thread_id}, adopt=not threads)


def to_thread(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """What answers the thread itself is top level; else an answer is where the answered is.

    Some systems name a page in more than one way.
    """
    known = {row.id: row for row in rows if row.id}
    for row in rows:
        if row.parent_id == row.thread_id and row.parent_id not in known:
            row.parent_id = None
    if len(known) < sum(row.id is not None for row in rows):
        return  # ids that count within a thread only
    tops: dict[int, Row] = {}  # of each row that has been looked at: the one at its top
    for row in rows:
        path: list[Row] = []
        at = row
        while id(at) not in tops and at.parent_id in known and len(path) <= len(rows):
            path.append(at)
            at = known[at.parent_id or ""]
        top = tops.get(id(at), at)
        for one in path:
            tops[id(one)] = top
            one.thread_id = top.thread_id


def conversations(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """Each chain of answers is a thread, named after what is at its top, in the file or not."""
    ends = _ends(rows)
    known = {row.id for row in rows}
    posts = {thread.thread_id for thread in threads}
    tops = _tops(rows)
    for row in rows:
        if row.thread_id is None:
            row.thread_id = ends.get(row.id or "") or tops.get(row.id or "") or row.id
        if row.parent_id not in known and (
            row.parent_id in posts or row.parent_id == row.thread_id
        ):
            row.parent_id = None


def _tops(rows: list[Row]) -> dict[str, str]:
    """The comment at the top of the chain of answers of each."""
    known = {row.id: row for row in rows if row.id}
    tops: dict[str, str] = {}
    for row in rows:
        path: list[str] = []
        at = row.id
        while at is not None and at in known and at not in tops and len(path) <= len(rows):
            path.append(at)
            above = known[at].parent_id
            if above is None or above not in known or above in path[-1:]:
                break
            at = above
        top = tops.get(at or "", at)
        for name in path:
            tops[name] = top or name
    return tops


def slack(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """The channel of a day is its folder's name; the names of people stand in a file beside."""
    day = re.fullmatch(r"\d{4}-\d\d-\d\d", source.stem)
    folder = (source.member or str(source.path.absolute())).rpartition("/")[0].rpartition("/")[2]
    names = _people(source)
    for row in rows:
        row.thread_id = row.thread_id or (folder if day and folder else None)
        row.author = names.get(row.author or "", row.author)
        if names and "@" in row.text:
            row.text = _MENTIONED.sub(lambda found: "@" + names.get(found[1], found[1]), row.text)


def under_root(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """What answers a comment that is not there hangs on the one at its top, which `url` names."""
    known = {row.id for row in rows}
    for row in rows:
        if row.parent_id is not None and row.parent_id not in known and row.url in known:
            row.parent_id = row.url
        row.url = None


def edits(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """An edit, whose `url` names the message that it changes, is no message but that one's text.

    The last of them counts, in whichever order they stand. One of a message that is not there
    stands for it, one by somebody else for itself.
    """
    known = {row.id: row for row in rows if row.url is None}
    used: set[int] = set()
    changes = [row for row in rows if row.url is not None]
    for row in sorted(changes, key=lambda row: str(row.created_at or "")):
        target, row.url = row.url, None
        edited = known.setdefault(target, row)
        if edited is row:
            row.id = target
        elif edited.author == row.author:
            edited.text = row.text if edited.text else ""
            used.add(id(row))
    rows[:] = [row for row in rows if id(row) not in used]


def latest(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """Of a message that is there before and after its author changed it, the later text stays.

    `url` is the time of the change, where there was one.
    """
    last: dict[tuple[str | None, str | None, str | None], Row] = {}
    replaced: set[int] = set()
    for row in rows:
        sent = row.thread_id, row.id, row.author
        earlier = last.get(sent) if row.id else None
        if earlier is not None and (row.url or "") > (earlier.url or ""):
            row.parent_id = row.parent_id or earlier.parent_id
            replaced.add(id(earlier))
        if earlier is None or id(earlier) in replaced:
            last[sent] = row
    rows[:] = [row for row in rows if id(row) not in replaced]
    for row in rows:
        row.url = None


def _people(source: Source) -> dict[str, str]:
    """The names of a Slack workspace's people, by their ids."""
    users = _beside(source, "../users.json") or _beside(source, "users.json")
    people = users if isinstance(users, list) else []
    found = {}
    for one in people:
        profile = one.get("profile") if isinstance(one, dict) else None
        inner = profile if isinstance(profile, dict) else {}
        names = (
            [inner.get("display_name"), inner.get("real_name"), one.get("name")] if profile else []
        )
        name = next((name for name in names if isinstance(name, str) and name), None)
        if name and isinstance(one.get("id"), str):
            found[one["id"]] = name
    return found


def statuses(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """The context of a status is its thread; of other statuses each chain of answers is one."""
    if threads or all(row.parent_id is not None for row in rows):
        by_chain(source, rows, threads)
    else:
        conversations(source, rows, threads)


def by_chain_or_orphan(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """As `by_chain`, but a parent that is not in the file may have been a comment: it stays."""
    _follow(rows, {thread.thread_id for thread in threads if thread.thread_id}, adopt=False)


def _follow(rows: list[Row], posts: set[str], adopt: bool, alone: bool = True) -> None:
    known = {row.id for row in rows}
    ends = _ends(rows)
    only = next(iter(posts)) if alone and len(posts) == 1 else None
    for row in rows:
        end = ends.get(row.id or "", row.parent_id)
        named = end in posts or (adopt and bool(end))
        row.thread_id = row.thread_id or (end if named else only) or end
        answers_post = row.parent_id in posts or (adopt and row.parent_id == row.thread_id)
        if row.parent_id not in known and answers_post:
            row.parent_id = None


def _ends(rows: list[Row]) -> dict[str, str | None]:
    """What the chain of parents of each comment ends in."""
    known = {row.id: row for row in rows if row.id}
    ends: dict[str, str | None] = {}
    for row in rows:
        path: list[str] = []
        at: str | None = row.id
        while at in known and at not in ends and at not in path[-1:]:
            path.append(at)
            ends[at] = None  # a cycle ends where it began
            at = known[at].parent_id
        end = ends.get(at, at) if at in known else at
        for name in path:
            ends[name] = end
    return ends


def telegram(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """Messages that answer a channel's post are its thread; the others are the chat's."""
    chats = {row.thread_id for row in rows}
    posts = {
        thread.thread_id for thread in threads if thread.thread_id and thread.thread_id not in chats
    }
    if not posts:
        return
    for row in rows:
        row.thread_id, row.url = None, row.thread_id  # the chat waits in `url`
    _follow(rows, posts, adopt=False, alone=False)
    for row in rows:
        row.thread_id, row.url = row.thread_id if row.thread_id in posts else row.url, None


def convokit(source: Source, rows: list[Row], threads: list[ThreadRow]) -> None:
    """Titles stand in a file beside; replies to the post are top level."""
    posts = {thread.thread_id: thread for thread in threads}
    for row in rows:
        if row.parent_id == row.thread_id:  # also where the post is in another file
            row.parent_id = None
    beside = _beside(source, "conversations.json")
    for name, about in beside.items() if isinstance(beside, dict) else ():
        meta = about.get("meta") if isinstance(about, dict) else None
        title = meta.get("title") if isinstance(meta, dict) else None
        if isinstance(title, str):
            post = posts.get(name) or ThreadRow(name)
            post.title = post.title or title
            if name not in posts:
                threads.append(post)


def _beside(source: Source, name: str) -> Any:
    """The JSON of a file in the same folder or archive; None where there is none to read."""
    folder, within = source.path.parent, (source.member or "").rpartition("/")[0]
    if source.member is None and not (folder / name).is_file():
        return None
    try:
        if source.member:
            member = normpath(f"{within}/{name}").lstrip("/")
            path = Source(source.path, member=member, options=source.options)
        else:
            path = Source(folder / name, options=source.options)
        with path.utf8() as stream:
            return loads(stream.read())
    except (InputError, ValueError):  # what it adds are titles; the comments stand without
        return None
