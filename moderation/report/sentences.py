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
    if found := _OFF_TOPIC.fullmatch(sentence):
        return _off_topic(found)
    clauses = sentence.removesuffix(".").split("; ")
    messages = [_clause(clause[:1].lower() + clause[1:]) for clause in clauses]
    return [[sentence]] if None in messages else [one for one in messages if one]


def _clause(clause: str) -> Message | None:
    for pattern, message in _CLAUSES:
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
_CLAUSES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Message]]] = [
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

_OFF = [
    marked("on the conversation's topic but off the article's"),
    marked("on the article's topic but off the conversation's"),
    marked("off the article's topic and the conversation's"),
]
_WITH = "(?:shares (?P<{0}>.+?)|nor) with "
_OFF_TOPIC = re.compile(
    f"(?:(?P<off>{'|'.join(_OFF)}): )?"
    "(?:(?P<alone>nothing around it has telling words)"
    f"|(?:{_WITH.format('article')}the article(?P<titled> \\(title: (?P<title>.*)\\))?)?"
    f"(?:(?:, )?{_WITH.format('parent')}the comment it answers)?"
    "(?:(?:, )?shares (?P<above>.+?) with the comment (?P<steps>\\d+) steps above)?"
    f"(?:(?:, )?{_WITH.format('beside')}the comments beside it)?)"
    "(?:; (?P<none>it has no telling words of its own)|; its own words: (?P<own>.*))",
    re.DOTALL,
)
_STEPS = marked_plural("the comment {n} step above", "the comment {n} steps above")
_NOTHING = "nothing"


def _off_topic(found: re.Match[str]) -> list[Message]:
    clauses: list[Message] = []
    if found["off"] is not None:
        clauses.append([found["off"], {}])
    if found["alone"] is not None:
        clauses.append([marked("nothing around it has telling words"), {}])
    clauses += _shared(found)
    if found["none"] is not None:
        clauses.append([marked("it has no telling words of its own"), {}])
    else:
        clauses.append([marked("its own words: {words}"), {"words": found["own"]}])
    return clauses


def _shared(found: re.Match[str]) -> list[Message]:
    """What the comment shares, and with what; where it is nothing at all, in one message."""
    article: Message = [marked("the article"), {}]
    if found["title"] is not None:
        article = [marked("the article (title: {title})"), {"title": found["title"]}]
    sides: list[tuple[str | None, Message]] = []
    text = found[0]
    for name, other, told in (
        ("article", article, "the article"),
        ("parent", [marked("the comment it answers"), {}], "with the comment it answers"),
        ("beside", [marked("the comments beside it"), {}], "with the comments beside it"),
    ):
        if found[name] is not None:
            sides.append((found[name], other))
        elif name != "article" and f"nor {told}" in text:
            sides.append((_NOTHING, other))
    lacking = [other for words, other in sides if words == _NOTHING]
    clauses: list[Message] = []
    if len(lacking) == 2:
        both = {"first": lacking[0], "other": lacking[1]}
        clauses.append([marked("shares nothing with {first}, nor with {other}"), both])
    elif lacking:
        clauses.append([marked("shares nothing with {other}"), {"other": lacking[0]}])
    shares = marked("shares {words} with {other}")
    clauses += [
        [shares, {"words": words, "other": other}] for words, other in sides if words != _NOTHING
    ]
    if found["above"] is not None:
        above = _counted(found["steps"], *_STEPS)
        clauses.append([shares, {"words": found["above"], "other": above}])
    return clauses
