"""Say in a few words why a comment is flagged: the cause first, figures only where asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.translation import marked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from moderation.report.sentences import Message

MOST = 3  # words that are named
SHARE = 0.25  # of the weight of the heaviest word, below which a word is no cause
LONGEST = 40  # characters of a word or domain
_FUNCTION = """
a about all also am an and any are as at be been but by can do for from get got had has have he
her here him his how i if in into is it its just like me more my no not of on one or our out she
so some than that the their them then there these they this those to too up us was we were what
when which who why will with would you your yours you're u ur
"""
_PLAIN = frozenset(_FUNCTION.split())
"""Words that are nobody's reason by themselves."""

_AROUND = ".,;:!?\"'“”„«»‘’()[]{}…*_-¡¿،؛؟۔।。、「」『』《》！？，．：；（）"  # no part of a word
_READER = re.compile(r"(?i)\b(?:you|your|yours|yourself|you're|u|ur)\b")
_LINK = re.compile(
    r"(?i)(?:https?://|www\.)[^\s<>\"')]+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/[^\s<>\"')]+"
)
_HOST = re.compile(r"(?i)^(?:https?://)?(?:www\.)?([^/?#\s]+)")
_PHONE = re.compile(r"\+?\d[\d ().-]{6,}\d")
_MESSENGER = re.compile(r"(?i)\b(whats\s?app|telegram|viber|snapchat|wechat|kik)\b")


def cause(
    label: str, text: str, words: Sequence[tuple[str, float]], features: Mapping[str, float]
) -> list[Message]:
    """`insult: “greedy”, “windbag”`, `aimed at the reader`; none where no word or sign stands out.

    words: of the text, in order, each with what it adds to the score. features: what signs add.
    """
    said = _signs(text) if label == "spam" else []
    if named := _heaviest(words):
        listed: list[Message] = [[marked("“{word}”"), {"word": word}] for word in named]
        said.append([_KINDS.get(label, _WORDS), {"words": listed}])
    elif not said:
        said += [[_SIGNS[name], {}] for name in _SIGNS if features.get(name, 0) > 0][:2]
    if label == "abuse" and said and _READER.search(text):
        said.append([marked("aimed at the reader"), {}])
    return said


_WORDS = marked("words: {words}")
_KINDS = {
    "spam": marked("words of adverts: {words}"),
    "slur": marked("taken as hate of a group: {words}"),
    "abuse": marked("insult: {words}"),
}
_SIGNS = {
    "capitals": marked("capitals throughout"),
    "exclamations": marked("many exclamation marks"),
    "emoji": marked("many emoji"),
    "masked_words": marked("words with hidden letters"),
    "leet_words": marked("words with digits for letters"),
    "spaced_words": marked("words with gaps between their letters"),
    "look_alikes": marked("letters of other alphabets"),
    "invisible_characters": marked("invisible characters"),
    "repeated_words": marked("the same words again and again"),
    "money": marked("sums of money"),
}


def _signs(text: str) -> list[Message]:
    """What an advert wants the reader to do."""
    said: list[Message] = []
    if link := _LINK.search(text):
        host = _HOST.match(link[0])
        domain = host[1][:LONGEST] if host else link[0][:LONGEST]
        said.append([marked("link to {domain}"), {"domain": domain}])
    if number := _PHONE.search(text.replace(link[0], " ") if link else text):
        said.append([marked("tells you to call {number}"), {"number": number[0]}])
    if messenger := _MESSENGER.search(text):
        said.append([marked("asks you to write on {messenger}"), {"messenger": messenger[0]}])
    return said


def _heaviest(words: Sequence[tuple[str, float]]) -> list[str]:
    """The words that weigh most, in the order of the text, each once.

    One word, which may be the mere name of a group, is joined by the next that speaks for it.
    """
    weights: dict[str, float] = {}
    for word, weight in words:
        bare = word.strip(_AROUND).casefold()
        if bare and bare not in _PLAIN and not _LINK.match(word):
            weights[bare] = max(weights.get(bare, 0.0), weight)
    ranked = sorted((word for word in weights if weights[word] > 0), key=lambda one: -weights[one])
    if not ranked:
        return []
    least = SHARE * weights[ranked[0]]
    strong = [word for word in ranked[:MOST] if weights[word] >= least]
    chosen = strong if len(strong) > 1 else ranked[:2]
    return [word[:LONGEST] for word in weights if word in chosen]
