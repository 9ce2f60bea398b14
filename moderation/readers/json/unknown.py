"""JSON of no format we know by name: comments in envelopes, or with their replies within them."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from moderation.comments import Batch
from moderation.errors import InputError
from moderation.readers.inference.fields import which_text
from moderation.readers.inference.groups import Group, best_of, fields_of, groups_in
from moderation.readers.inference.keyed import KEY, PAGE, unkeyed
from moderation.readers.inference.names import hints
from moderation.readers.json import formats, settle
from moderation.readers.json.late import late
from moderation.readers.json.read import read_format
from moderation.readers.json.shape import (
    JsonFormat,
    Record,
    at,
    has,
    has_all,
    is_record,
    status_in,
)
from moderation.readers.json.text import BEHIND, first_values
from moderation.readers.json.walk import NESTS, REPLIES, objects
from moderation.readers.markup import has_markup
from moderation.readers.synonyms import NAMES, SYNONYMS, is_html, plainly, roles
from moderation.readers.table.columns import late_roles
from moderation.readers.talk import wikis
from moderation.readers.values import status_of
from moderation.readers.verdicts import verdict_fields, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from moderation.readers.inference.fields import Field
    from moderation.readers.source import Source

LOOKED_AT = 2_000  # objects
UNLINKED = (
    "the field {!r} may say what a comment answers, but names no id that is there: every comment "
    "is at the top level"
)
SHOWN = 20  # keys in a message


def shape_of(source: Source) -> JsonFormat | None:
    """The file's own format, as far as the usual names of fields tell; None for rows and others."""
    if "tree" not in source.memo:
        known = not source.is_json or formats.which(source) or formats.flat_reddit(source)
        known = known or wikis.detect(source) is not None
        source.memo["tree"] = None if known else _shape(first_values(source), source)
    shape: JsonFormat | None = source.memo["tree"]
    return shape


def detect(source: Source) -> str | None:
    """JSON objects with a text, within other objects."""
    shape = shape_of(source)
    return (
        None
        if shape is None
        else f"nested JSON objects with {', '.join(shape.keys).replace('|', ' or ')}"
    )


def read(source: Source) -> Iterator[Batch]:
    """Batches of the comments, nested or not."""
    yield from read_format(source, shape_of(source) or _SHAPELESS)
    if told := source.memo.get("told"):
        yield Batch(notes=[f"{source.name}: {told}; if that is wrong, name them with --map"])
    if path := source.memo.get("unlinked"):
        yield Batch(notes=[f"{source.name}: {UNLINKED.format(path)}"])


_SHAPELESS = JsonFormat("json-tree", "", ("text",), "text")


def _shape(roots: list[Any], source: Source) -> JsonFormat | None:
    """The format by the usual names; by what the values are where these do not tell."""
    whole = [root for root in roots if not (isinstance(root, dict) and BEHIND in root)]
    keyed = [unkeyed(root) for root in whole]
    every = groups_in(whole, source.mapping)
    chosen, others = best_of(every)
    _check_mapping(source, whole)
    named = _by_names(roots, source)
    if not chosen:
        return named
    first = chosen[0]
    nested = _is_nested(first)
    if first.roles.doubt and named is None:
        if nested:
            raise InputError(f"{source.name}: {doubtful(first)}")
        return None
    if "text" not in first.roles.fields or (not nested and len(chosen) == 1):
        return None if "text" in first.roles.told else named
    if not _is_better(chosen, named, source):
        return None if named is None else _completed(named, chosen, others, any(keyed), source)
    return _by_values(chosen, others, any(keyed), source)


def _is_nested(group: Group) -> bool:
    """Whether the comments are not just the rows of the file."""
    return group.ways != {""} or any(KEY in one or PAGE in one for one in group.records)


def doubtful(group: Group) -> str:
    """The question that goes back to the user, which field is the text."""
    return which_text(group.roles.doubt, fields_of(group.records))


def _check_mapping(source: Source, roots: list[Any]) -> None:
    """Raise InputError for a field that the user names and the file has not."""
    for ours, path in source.mapping.items():
        known = any(has(node, path) for root in roots for node in islice(objects(root), LOOKED_AT))
        if not known:
            keys = dict.fromkeys(
                key for root in roots for node in islice(objects(root), LOOKED_AT) for key in node
            )
            raise InputError(
                f"{source.name}: --map {ours}={path}: there is no column {path!r}; the file has "
                f"{', '.join(list(keys)[:SHOWN])}"
            )


def _is_better(chosen: list[Group], named: JsonFormat | None, source: Source) -> bool:
    """Whether what the values tell is more than what names do."""
    first = chosen[0]
    if source.mapping:
        return named is None or bool(first.roles.told)
    if named is None:
        return True
    by_name = named.text.replace("<", "").split("|")
    if any(group.roles.fields["text"] not in by_name for group in chosen):
        return True
    if any(
        has(record, group.roles.fields["text"]) and not is_record(record, named)
        for group in chosen
        for record in group.records
    ):
        return True
    return bool({"id", "parent_id", "depth"} & first.roles.told.keys())


def _completed(
    named: JsonFormat, chosen: list[Group], others: list[Group], keyed: bool, source: Source
) -> JsonFormat:
    """The format by names, with what else was found."""
    thread = _common_paths(chosen, "thread_id")
    verdicts = keyed and _are_verdicts(chosen)
    path = named.thread or (thread if _is_thread(chosen) or "thread_id" in source.mapping else "")
    names = _holders(chosen)
    if names and not _has_posts(named, chosen):
        named = replace(named, post=names, post_id=names[0])
    return replace(
        named,
        prepare=unkeyed if keyed else None,
        mixed=not named.text.startswith("<"),
        id=_either(named.id, KEY * keyed),
        thread=_either(path, PAGE * (keyed and not verdicts)),
        status=PAGE if verdicts else _status(named.status, chosen, source),
        depth=_common_paths(chosen, "depth"),
        text=_marked(named.text, chosen),
        settle=settle.to_thread,
        shut=named.shut | _shut(chosen, others),
    )


def _by_values(chosen: list[Group], others: list[Group], keyed: bool, source: Source) -> JsonFormat:
    verdicts = keyed and _are_verdicts(chosen)
    text = _common_paths(chosen, "text")
    paths = {role: _common_paths(chosen, role) for role in SYNONYMS}
    beside = [paths[role] for role in ("id", "author", "created_at") if paths[role]]
    known = (text, "|".join(beside)) if beside and _all_have(chosen, beside) else (text,)
    names = _holders(chosen)
    thread = paths["thread_id"] if _is_thread(chosen) else ""
    source.memo["told"] = _taken_from(chosen)
    source.memo["unlinked"] = next(filter(None, (one.roles.unlinked for one in chosen)), "")
    return JsonFormat(
        "json-tree",
        "",
        keys=known,
        text=_marked(text, chosen),
        id=_either(paths["id"], KEY * keyed),
        parent=paths["parent_id"],
        depth=_common_paths(chosen, "depth"),
        thread=_either(thread, PAGE * (keyed and not verdicts)),
        author=paths["author"],
        time=paths["created_at"],
        url=paths["url"],
        status=PAGE if verdicts else _status(paths["status"], chosen, source),
        title=paths["title"],
        mixed=True,
        prepare=unkeyed if keyed else None,
        post=names,
        post_id=names[0] if names else "id",
        post_text="article|selftext|description|content|body|text",
        shut=_shut(chosen, others),
        settle=settle.to_thread,
    )


def _taken_from(chosen: list[Group]) -> str:
    """Which lists the comments are taken from, and what their values told, for the summary."""
    lists = " and ".join(group.name for group in chosen)
    told = "; ".join(group.roles.note for group in chosen if group.roles.note)
    values = f"; by their values {told}" if told else ""
    return f"the comments are taken from {lists} ({chosen[0].words}){values}"


def _either(*paths: str) -> str:
    """These paths as alternatives, but for empty ones."""
    return "|".join(filter(None, paths))


def _are_verdicts(chosen: list[Group]) -> bool:
    """Whether the keys of the lists are what the site decided: `approved`, `spam`."""
    keys = {record[PAGE] for group in chosen for record in group.records if PAGE in record}
    return bool(keys) and all(status_of(key) != "unknown" for key in keys)


def _status(
    path: str | Callable[[Record], str], chosen: list[Group], source: Source
) -> str | Callable[[Record], str]:
    """The field of the status, or what it says together with fields for single verdicts."""
    records = [record for group in chosen for record in group.records]
    text = chosen[0].roles.fields["text"]
    told = verdict_fields(fields_of(records), text)
    told = {word: one for word, one in told.items() if one != path}
    if not told or not isinstance(path, str) or "status" in source.mapping:
        return path

    def status(record: Record) -> str:
        given = {word: at(record, one) for word, one in told.items()}
        return verdict_of(given, status_in(record, path))

    return status


def _common_paths(chosen: list[Group], role: str) -> str:
    """The fields of all the lists for this column of ours."""
    fields = (group.roles.fields.get(role) for group in chosen)
    return "|".join(dict.fromkeys(path for path in fields if path))


def _all_have(chosen: list[Group], beside: list[str]) -> bool:
    """Whether every object with the text has one of these too."""
    return all(
        has(record, "|".join(beside)) or not has(record, group.roles.fields["text"])
        for group in chosen
        for record in group.records
    )


def _is_thread(chosen: list[Group]) -> bool:
    """Whether the field that may name the thread does not name each comment."""
    for group in chosen:
        path = group.roles.fields.get("thread_id")
        if path is None:
            continue
        names = [str(at(record, path)) for record in group.records if at(record, path)]
        if plainly(path) in ("url", "link") and len(names) > 1 and len(set(names)) == len(names):
            return False
    return True


def _marked(paths: str, chosen: list[Group]) -> str:
    """The paths of texts, those with markup in many of their values marked as HTML."""
    found = []
    for path in paths.split("|"):
        bare = path.removeprefix("<")
        values = [at(record, bare) for group in chosen for record in group.records]
        is_marked = has_markup(value for value in values if isinstance(value, str))
        found.append("<" * (is_marked or path.startswith("<")) + bare)
    return "|".join(found)


def _shut(chosen: list[Group], others: list[Group]) -> frozenset[str]:
    """The keys of lists with texts that are no comments'."""
    ways = {way for group in chosen for way in group.ways}
    around = {way for group in chosen for way in group.within}
    texts = {path.split(".")[0] for group in chosen for path in group.roles.fields.values()}
    shut = {way for group in others for way in group.ways}
    return frozenset(shut - ways - around - texts - {""})


def _holders(chosen: list[Group]) -> tuple[str, ...]:
    """The key that names the objects which hold lists of comments, and the lists' keys."""
    records = {id(record) for group in chosen for record in group.records}
    holders = _outside(records, chosen)
    keys = {key for holder in holders for key in _lists_of(holder, records)}
    inner = any(group.within - group.ways - {""} for group in chosen)
    if not keys or not (inner or len(holders) > 1):
        return ()
    named = (one.path for one in fields_of(holders) if _names_a_page(one))
    path = next(named, "")
    return (path, "|".join(sorted(keys))) if path else ()


def _outside(records: set[int], chosen: list[Group]) -> list[dict[str, Any]]:
    """The objects around the lists that are no comments. records: those that are, by their `id`."""
    around = (holder for group in chosen for holder in group.holders if holder)
    return list({id(holder): holder for holder in around if id(holder) not in records}.values())


def _lists_of(holder: dict[str, Any], records: set[int]) -> Iterator[str]:
    """The keys of an object under which comments stand."""
    for key, value in holder.items():
        inner = value
        while isinstance(inner, dict) and id(inner) not in records:  # what is only around the list
            lists = [one for one in inner.values() if isinstance(one, dict | list)]
            inner = lists[0] if len(lists) == 1 else None
        if isinstance(inner, list) and any(
            id(one) in records or (isinstance(one, dict) and id(one.get("node")) in records)
            for one in inner
        ):
            yield key


def _has_posts(named: JsonFormat, chosen: list[Group]) -> bool:
    """Whether the format knows what holds the lists of comments as posts."""
    return any(has_all(holder, named.post) for group in chosen for holder in group.holders)


def _names_a_page(one: Field) -> bool:
    """Whether a field is another for each page, and looks like its name."""
    if one.share <= 0.9 or one.distinct <= 0.98:
        return False
    named = plainly(one.path) in ("id", "url", "slug", "title", "link", "path", "href", "name")
    return named or hints(one.path, "thread_id") or one.is_address or one.is_named


def _by_names(roots: list[Any], source: Source) -> JsonFormat | None:
    comments = list(_comments(roots, source))
    flat = _is_flat(roots, source)
    if not flat and not comments:
        return None
    later = [
        candidate.record for candidate in late(source) if _is_comment(candidate.record, source)
    ]
    every = [*comments, *later]
    if flat and not any(_has_replies(node, source) for node in (*every, *_posts(roots))):
        return None
    paths = _paths(comments, later, source)
    bare = any(_has_bare(comment, paths["text"].split("|")) for comment in every)
    plain = any(_has_plain_replies(comment) for comment in every)
    return _format(paths, bare or plain, plain)


def _posts(roots: list[Any]) -> list[dict[str, Any]]:
    """The rows of the file that are posts with a list of something under them."""
    rows = (row for root in roots for row in (root if isinstance(root, list) else [root]))
    return [
        {key: row[key] for key in row if plainly(key) in NESTS}
        for row in rows
        if isinstance(row, dict) and "title" in row
    ]


def _is_flat(roots: list[Any], source: Source) -> bool:
    """Whether a row of the file is a comment, not only an object within one."""
    rows = (row for root in roots for row in (root if isinstance(root, list) else [root]))
    return any(_is_comment(row, source) for row in rows if isinstance(row, dict))


def _paths(
    comments: list[dict[str, Any]], later: list[dict[str, Any]], source: Source
) -> dict[str, str]:
    """Our column -> the keys of comments that have it, the usual one first."""
    keys = list(dict.fromkeys(key for comment in comments or later for key in comment))
    chosen = roles(keys, source.mapping)
    more = late_roles(chosen, keys, (key for comment in later for key in comment))
    return {role: "|".join(dict.fromkeys(names)) for role, names in more.items()}


def _format(both: dict[str, str], bare: bool, plain: bool) -> JsonFormat:
    """The format of comments with these keys.

    bare: some have a text and nothing else. plain: some are a text.
    """
    others = [both[role] for role in ("id", "author", "created_at") if role in both]
    authors = both["author"].split("|") if "author" in both else []
    return JsonFormat(
        "json-tree",
        "",
        keys=(both["text"],) if bare else (both["text"], "|".join([*others, *NESTS])),
        text="|".join("<" * is_html(name) + name for name in both["text"].split("|")),
        id=both.get("id", ""),
        parent=both.get("parent_id", ""),
        thread="|".join(name for name in both.get("thread_id", "").split("|") if name != "url"),
        author="|".join([*(f"{author}.{name}" for author in authors for name in NAMES), *authors]),
        time=both.get("created_at", ""),
        url=both.get("url", ""),
        status=both.get("status", ""),
        title=both.get("title", ""),
        wrapped=True,
        bare_replies=plain,
        post=("title", "comments|replies|children|responses|posts|answers"),
        post_id="id|url|slug|title",
        post_text="article|selftext|description|content|body|text",
    )


def _comments(roots: list[Any], source: Source) -> Iterator[dict[str, Any]]:
    looked = 0
    for root in roots:
        for node in objects(root):
            looked += 1
            if looked > LOOKED_AT:
                return
            if _is_comment(node, source):
                yield node


def _is_comment(node: dict[str, Any], source: Source) -> bool:
    """An object with a text, and an id, an author, a time or a list for its replies."""
    if "title" in node and _has_list(node):
        return False  # the post that the comments stand under
    chosen = roles(node, source.mapping)
    others = {"id", "author", "created_at"} & chosen.keys()
    if chosen.get("author") == "name" and isinstance(node["name"], str):
        others -= {"author"}  # everything has a name
    known = others or any(isinstance(node.get(name), list) for name in NESTS)
    return "text" in chosen and bool(known) and isinstance(at(node, chosen["text"]), str)


def _has_list(node: dict[str, Any]) -> bool:
    return any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in node.values()
    )


def _has_bare(node: dict[str, Any], texts: list[str]) -> bool:
    """Whether a reply stands within the comment that has a text and nothing else to know it by."""
    inner = [reply for name in NESTS if isinstance(node.get(name), list) for reply in node[name]]
    return any(
        isinstance(reply, dict) and reply.keys() & set(texts) == reply.keys() for reply in inner
    )


def _has_plain_replies(node: dict[str, Any]) -> bool:
    """Whether replies stand within the comment that are texts: words, not the ids of others."""
    inner = [
        one
        for key, value in node.items()
        if isinstance(value, list) and plainly(key) in REPLIES
        for one in value
    ]
    return any(isinstance(one, str) and " " in one.strip() for one in inner)


def _has_replies(node: dict[str, Any], source: Source) -> bool:
    """Whether comments stand within the comment."""
    return _has_plain_replies(node) or any(
        _is_comment(inner, source)
        for value in node.values()
        if isinstance(value, dict | list)
        for inner in objects(value)
    )
