"""Rows of a system's tables to comments: statuses, threads with their titles, the opening post."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from moderation.comments import Reject
from moderation.readers.json.build import OPENING
from moderation.readers.markup import plain
from moderation.readers.records import Finding, Row, ThreadRow
from moderation.readers.values import LONG, is_sentence, no_parent, status_of, when
from moderation.readers.verdicts import verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from moderation.readers.sql.systems import System

Fields = dict[str, "str | None"]
_TRACKBACK = "comment_trackback"
_LONG = 8  # words of an author's name


class Post(NamedTuple):
    """A row of a system's table, and what says where it stands."""

    system: System
    fields: Fields
    place: Callable[[], str]


class Others(NamedTuple):
    """The rows of tables that posts refer to, by the end of a table's name."""

    threads: dict[str, list[Fields]]
    people: dict[str, list[Fields]]
    bodies: dict[str, list[Fields]]


def findings(name: str, posts: Iterable[Post], others: Others) -> Iterator[Finding]:
    """The comments and threads; `name` is the file's."""
    titles, opening = _threads(others, posts := list(posts))
    people = _people(others, posts)
    _add_bodies(others, posts)
    articles: dict[str, str] = {}
    opened = 0
    for post in posts:
        row = _row(post, people)
        if row.id in opening and opening[row.id] == row.thread_id:
            articles[row.thread_id or ""] = row.text
            opened += 1
            continue
        if row.parent_id in opening and opening.get(row.parent_id) == row.thread_id:
            row.parent_id = None
        yield 1
        yield row
        if wrong := _odd(post):
            yield 1
            yield Reject(name, post.place(), wrong, row.text[:200])
    for thread in dict.fromkeys([*titles, *articles]):
        yield ThreadRow(thread, titles.get(thread), articles.get(thread))
    if opened:
        yield f"{name}: {opened} {OPENING}"


def _threads(others: Others, posts: list[Post]) -> tuple[dict[str, str | None], dict[str, str]]:
    """The titles of threads, and the posts that open one: their ids, and the thread of each."""
    titles: dict[str, str | None] = {}
    opening: dict[str, str] = {}
    for system in {post.system.name: post.system for post in posts}.values():
        about = system.threads
        for fields in others.threads.get(system.name, []) if about else []:
            if about and (own := fields.get(about.id)):
                titles[own] = plain(fields.get(about.title)) or None
                if first := fields.get(about.first):
                    opening[first] = own
    return titles, opening


def _people(others: Others, posts: list[Post]) -> dict[str, str]:
    people: dict[str, str] = {}
    for system in {post.system.name: post.system for post in posts}.values():
        if system.users:
            _, key, label = system.users
            for fields in others.people.get(system.name, []):
                if (own := fields.get(key)) and (name := fields.get(label)):
                    people[own] = name
    return people


def _add_bodies(others: Others, posts: list[Post]) -> None:
    """Write texts that stand in a table of their own into the fields of the posts."""
    for system in {post.system.name: post.system for post in posts}.values():
        if system.bodies:
            _, key, label = system.bodies
            rows = [fields for fields in others.bodies.get(key, []) if label in fields]
            texts = {fields.get(key): fields[label] for fields in rows}
            for post in posts:
                if post.system is system:
                    post.fields[system.text] = texts.get(post.fields.get(system.id))


def _row(post: Post, people: dict[str, str]) -> Row:
    system, fields = post.system, post.fields
    own, parent = fields.get(system.id), fields.get(system.parent)
    if system.paths:
        parent = (own or "").rpartition("-")[0]
    trackback = fields.get(_TRACKBACK) == "1"
    author = people.get(fields.get(system.user) or "") if system.user == system.author else None
    author = author or fields.get(system.author) or people.get(fields.get(system.user) or "")
    spoken = system.spoken is None or fields.get(system.spoken[0]) == system.spoken[1]
    return Row(
        system.plain(fields.get(system.text) or ""),
        own,
        None if no_parent(parent) else parent,
        fields.get(system.thread),
        plain(author) or None,
        when(fields.get(system.time)),
        "trackback" if trackback else "comment" if spoken else "service",
        _status(system, fields),
    )


def _status(system: System, fields: Fields) -> str:
    given = next((fields[key] for key in system.status.split("|") if fields.get(key)), None)
    if system.verdicts:
        return verdict_of({word: fields.get(key) for word, key in system.verdicts.items()})
    if system.statuses:
        return system.statuses.get(given or "", "unknown")
    return status_of(given)


def _odd(post: Post) -> str:
    """A column that holds a text where an id, a date or a name should be; empty where none does."""
    system, fields = post.system, post.fields
    if system.text not in fields:
        return f"no column {system.text}"
    for key in (system.id, system.thread, system.parent, system.time, *system.status.split("|")):
        value = fields.get(key)
        if value and len(value) > LONG and is_sentence(value):
            return f"{key} is prose"
    return f"{system.author} is prose" * is_sentence(fields.get(system.author), _LONG)
