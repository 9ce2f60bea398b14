"""Guess a comment's language from its script and commonest words, well enough for slicing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "unknown"

_STOPWORDS = {
    "English": "the and you that is are was have this with not but for they what it's of to",
    "German": "der die das und ist nicht ich du ein eine mit auf auch sich für den dem wir zu",
    "Spanish": "el los las que y es un una por para con no pero está como más del lo se",
    "French": "le les des et est une pas que pour dans qui vous je nous avec sur ce au du",
    "Portuguese": "o os as que e é um uma não para com por mais isso você mas do da na",
    "Italian": "il gli che di è un una non per con sono ma più della questo come anche del",
    "Dutch": "de het een en is niet ik je van dat voor met op zijn maar ook aan wat er",
    "Polish": "i w nie na się że to jest do z jak ale o po tak za od co był",
    "Turkish": "ve bir bu da de için çok ne ben sen mi ama gibi daha var yok o ile",
    "Swedish": "och att det som en på är av för med den till inte om ett har jag du",
}
_WORDS = re.compile(r"(?<!\w)[^\W\d_]+(?:'[^\W\d_]+)?(?!\w)")
_OWNERS: dict[str, list[str]] = {}
for _name, _words in _STOPWORDS.items():
    for _word in _words.split():
        _OWNERS.setdefault(_word, []).append(_name)

_LETTERS = 200  # characters looked at: a comment rarely changes script after them


def language(text: str) -> str:
    """The language's name for Latin script, the script's name for others, or "unknown".

    >>> language("Das ist nicht der richtige Weg"), language("это неправда")
    ('German', 'Cyrillic')
    """
    script = "Latin" if text.isascii() else _commonest(text[:_LETTERS])
    if script != "Latin":
        return script
    votes: Counter[str] = Counter()
    for word in _WORDS.findall(text[: 5 * _LETTERS].lower()):
        for owner in _OWNERS.get(word, ()):
            votes[owner] += 1
    if not votes:
        return UNKNOWN
    best = votes.most_common(2)
    tied = len(best) > 1 and best[0][1] == best[1][1]
    return UNKNOWN if tied else best[0][0]


def _commonest(text: str) -> str:
    scripts = Counter(script for letter in text if (script := _script(letter)))
    return max(sorted(scripts), key=scripts.__getitem__) if scripts else UNKNOWN


def languages(texts: Iterable[str]) -> list[str]:
    """`language` of each text."""
    return [language(text) for text in texts]


@cache
def _script(letter: str) -> str:
    """The first word of a letter's Unicode name, as in "Latin", "Cyrillic", "Greek", "Cjk"."""
    if not letter.isalpha():
        return ""
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0].title()
