"""The page's words in every language that there is a catalogue of: the browser chooses one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from moderation.catalogues import keep_up
from moderation.translation import ENGLISH, LOCALE


def languages() -> list[str]:
    """Codes of the languages that a page can be in."""
    return sorted([ENGLISH, *page_words()["languages"]])


@lru_cache(maxsize=1)
def page_words() -> dict[str, Any]:
    """`messages` in English, and `languages`, each with its texts of them in the same order.

    A text is null where there is none, and a list of forms where a number stands in it; `plurals`
    says which form goes with 0, 1, 2 …
    """
    told = {}
    for folder in sorted(LOCALE.glob("*")):
        keep_up(folder)
        words = folder / "LC_MESSAGES" / "page.json"
        if words.exists():
            told[folder.name.replace("_", "-")] = orjson.loads(words.read_bytes())
    messages = sorted({message for words in told.values() for message in words["texts"]})
    return {
        "messages": messages,
        "languages": {
            name: {
                "plurals": words["plurals"],
                "texts": [words["texts"].get(message) for message in messages],
            }
            for name, words in told.items()
        },
    }
