"""Words that say what a comment is doing: greeting, chatting, addressing somebody, advertising."""

from __future__ import annotations

from functools import cache

import numpy as np

from moderation.context import terms

CLASSES = {
    "greets": "hi hello hey morning evening welcome congratulations congrats birthday bye goodbye "
    "cheers thanks thank thankyou thx ty regards",
    "chats": "lol lmao rofl haha hahaha hahahaha hehe omg wtf yeah yep yup nope ok okay wow huh "
    "dude bro mate sir buddy girl guys hmm oops ugh damn aww xoxo kidding joke joking",
    "addresses": "you your yours yourself ur youre",
    "meta": "moderator mod admin deleted removed delete banned ban blocked censor censored "
    "censorship troll trolling spam thread topic offtopic repost duplicate username account login "
    "signature commenter comment comments poster posting posted",
    "promotes": "subscribe subscriber channel follow follower click visit website site page link "
    "free win giveaway earn income profit invest investment bitcoin crypto loan hire "
    "discount cheap buy order offer promo whatsapp telegram dm inbox email contact check",
}
"""One bit each, in this order; the plural counts with the singular."""

MARKS = tuple(CLASSES)


@cache
def lexicon_marks() -> np.ndarray:
    """(2^BITS,) uint8: bit k is set in the buckets of the words of class k."""
    marks = np.zeros(1 << terms.BITS, np.uint8)
    for bit, words in enumerate(CLASSES.values()):
        for word in words.split():
            marks[terms.bucket(word)] |= 1 << bit
    return marks
