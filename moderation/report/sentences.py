"""Sentences about a flag as messages, which the page says in the language of its reader.

A message is `[text, values]`, or `[one, values, many]` where `values["n"]` chooses between two; a
value may be a message itself, or a list of them. A scored file has its sentences in English, the
same for everybody: `parsed` finds the messages in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moderation.translation import marked, marked_plural

Message = list[Any]

_ARTICLES = marked_plural("{n} article", "{n} articles")
_OTHERS = marked_plural("{n} other article", "{n} other articles")
_AUTHORS = marked_plural("{n} author", "{n} authors")


def in_english(message: Message) -> str:
    """The message as a sentence.

    >>> in_english(["under {where}", {"where": ["{n} article", {"n": 2000}, "{n} articles"]}])
    'under 2,000 articles'
    """
    text, values, *many = [*message, {}] if len(message) == 1 else message
    told = {name: _value_in_english(value) for name, value in values.items()}
    if many and values["n"] != 1:
        text = many[0]
    return re.sub(r"\{(\w+)\}", lambda found: told.get(found[1], found[0]), text)


def _value_in_english(value: Any) -> str:
    if not isinstance(value, list):
        return f"{value:,}" if isinstance(value, int) else value
    several = isinstance(value[0], list)
    return ", ".join(map(in_english, value)) if several else in_english(value)


def parsed(sentence: str) -> list[Message]:
    """A sentence of a scored file as messages; as it is where it is none of this program's.

    >>> parsed("The author's name is a link.")
    [["the author's name is a link", {}]]
    """
    if found := _of_conversation(sentence):
        return found
    clauses = sentence.removesuffix(".").split("; ")
    messages = [_clause(clause[:1].lower() + clause[1:]) for clause in clauses]
    return [[sentence]] if None in messages else [one for one in messages if one]


def _clause(clause: str) -> Message | None:
    for pattern, message in _OF_THE_DUMP:
        if found := pattern.fullmatch(clause):
            return message(found)
    return None


# ---- what the dump says: dump_evidence/rules.py -------------------------------------------------


def _counted(count: str, one: str, many: str) -> Message:
    return [one, {"n": int(count.replace(",", ""))}, many]


def _under(alone: str, by: str) -> Callable[[re.Match[str]], Message]:
    """A clause with its places, and with its authors where they are known."""

    def message(found: re.Match[str]) -> Message:
        where = _counted(found["where"], *(_OTHERS if found["other"] else _ARTICLES))
        if found["who"] is None:
            return [alone, {"where": where}]
        return [by, {"where": where, "who": _counted(found["who"], *_AUTHORS)}]

    return message


_PLACES = r"(?P<where>[\d,]+) (?P<other>other )?articles?(?: by (?P<who>[\d,]+) authors?)?"
_OF_THE_DUMP: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Message]]] = [
    (
        re.compile(r"nearly the same text stands here under (?P<n>[\d,]+) names"),
        lambda found: _counted(
            found["n"],
            *marked_plural(
                "nearly the same text stands here under {n} name",
                "nearly the same text stands here under {n} names",
            ),
        ),
    ),
    (
        re.compile(f"nearly the same text stands under {_PLACES}"),
        _under(
            marked("nearly the same text stands under {where}"),
            marked("nearly the same text stands under {where} by {who}"),
        ),
    ),
    (
        re.compile(f"a link to the same site stands under {_PLACES}"),
        _under(
            marked("a link to the same site stands under {where}"),
            marked("a link to the same site stands under {where} by {who}"),
        ),
    ),
    (
        re.compile(f"the same telephone number stands under {_PLACES}"),
        _under(
            marked("the same telephone number stands under {where}"),
            marked("the same telephone number stands under {where} by {who}"),
        ),
    ),
    (
        re.compile(r"this author commented on (?P<n>[\d,]+) articles within 10 minutes"),
        lambda found: _counted(
            found["n"],
            *marked_plural(
                "this author commented on {n} article within 10 minutes",
                "this author commented on {n} articles within 10 minutes",
            ),
        ),
    ),
    (
        re.compile(r"this author wrote under (?P<n>[\d,]+) articles"),
        lambda found: _counted(
            found["n"],
            *marked_plural(
                "this author wrote under {n} article", "this author wrote under {n} articles"
            ),
        ),
    ),
    *(
        (re.compile(re.escape(text)), lambda _, text=text: [text, {}])
        for text in (
            marked("the author's name reads like an advert"),
            marked("the author's name is a link"),
        )
    ),
]

# ---- what the conversation says: evidence/conversation.py ---------------------------------------

_OFF = (
    marked("on the conversation's topic but off the article's"),
    marked("on the article's topic but off the conversation's"),
    marked("off the article's topic and the conversation's"),
)
_ALONE = marked("nothing around it has telling words")
_NO_WORDS = marked("it has no telling words of its own")
_OWN = "; its own words: "
_TITLE = " (title: "
_LONGEST = 2_000  # characters of a clause; beyond, a sentence stays as it is
_ARTICLE = re.compile(r"shares ([^()]{1,2000}?) with the article")
_REST = re.compile(
    r"(?:(?:, )?(?:shares (?P<parent>[^()]+?)|(?P<no_parent>nor)) with the comment it answers)?"
    r"(?:(?:, )?shares (?P<above>[^()]+?) with the comment (?P<steps>\d+) steps above)?"
    r"(?:(?:, )?(?:shares (?P<beside>[^()]+?)|(?P<not_beside>nor)) with the "
    r"(?P<what>comments beside it|messages before it))?"
)
_STEPS = marked_plural("the comment {n} step above", "the comment {n} steps above")
_NOTHING = "nothing"


def _of_conversation(sentence: str) -> list[Message] | None:
    """A sentence about what a comment shares with what stands around it; None for another one."""
    off = next((one for one in _OFF if sentence.startswith(f"{one}: ")), "")
    body, found, own = sentence.removeprefix(f"{off}: ").rpartition(_OWN)
    last: Message = [marked("its own words: {words}"), {"words": own}]
    if not found:
        body, last = own.removesuffix(f"; {_NO_WORDS}"), [_NO_WORDS, {}]
        if body == own:
            return None
    shared: list[Message] | None = [[_ALONE, {}]] if body == _ALONE else _shared(body)
    return None if shared is None else [*([[off, {}]] if off else []), *shared, last]


def _shared(body: str) -> list[Message] | None:
    """What the comment shares, and with what; where it is nothing at all, in one message."""
    sides: list[tuple[str, Message]] = []  # words, and where they are too
    if found := _ARTICLE.match(body):
        article: Message = [marked("the article"), {}]
        body = body[found.end() :]
        if body.startswith(_TITLE) and ")" in body:  # none of the words behind it has a bracket
            title, _, body = body.removeprefix(_TITLE).rpartition(")")
            article = [marked("the article (title: {title})"), {"title": title}]
        sides.append((found[1], article))
    rest = _REST.fullmatch(body) if len(body) <= _LONGEST else None
    if rest is None or not (body or sides):
        return None
    parent: Message = [marked("the comment it answers"), {}]
    beside: Message = [marked("the comments beside it"), {}]
    if rest["what"] == "messages before it":
        beside = [marked("the messages before it"), {}]
    for words, nothing, other in (
        (rest["parent"], rest["no_parent"], parent),
        (rest["beside"], rest["not_beside"], beside),
    ):
        if words or nothing:
            sides.append((words or _NOTHING, other))
    if rest["above"]:
        sides.append((rest["above"], _counted(rest["steps"], *_STEPS)))
    return _clauses(sides)


def _clauses(sides: list[tuple[str, Message]]) -> list[Message]:
    lacking = [other for words, other in sides if words == _NOTHING]
    clauses: list[Message] = []
    if len(lacking) == 2:
        both = {"first": lacking[0], "other": lacking[1]}
        clauses.append([marked("shares nothing with {first}, nor with {other}"), both])
    elif lacking:
        clauses.append([marked("shares nothing with {other}"), {"other": lacking[0]}])
    shares = marked("shares {words} with {other}")
    return clauses + [
        [shares, {"words": words, "other": other}] for words, other in sides if words != _NOTHING
    ]
