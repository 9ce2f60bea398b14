"""Ways to hide words from a filter while people still read them: text in, text out, seeded."""

import random
import re

WORD = re.compile(r"[A-Za-z]{4,}")
LOOKS = str.maketrans("aceiopxyABCEHIKMOPTX", "асеіорхуАВСЕНІКМОРТХ")
LEET = str.maketrans("aeiost", "4310$7")
SIGNS = str.maketrans("aisl", "@!$|")
STRETCHED = "aeiou"


def _shift(capital, small):
    def styled(text):
        return "".join(
            chr(ord(c) - 65 + capital)
            if "A" <= c <= "Z"
            else chr(ord(c) - 97 + small)
            if "a" <= c <= "z"
            else c
            for c in text
        )

    return styled


def _some(change):
    """Change every second word of four letters and more, on average."""

    def changed(text, rng):
        return WORD.sub(lambda found: change(found[0]) if rng.random() < 0.5 else found[0], text)

    return changed


def _first(table):
    """Replace one letter inside a word, the first that has a substitute."""

    def changed(word):
        for k in range(1, len(word)):
            if word[k].translate(table) != word[k]:
                return word[:k] + word[k].translate(table) + word[k + 1 :]
        return word

    return changed


def _stretch(word):
    for k, letter in enumerate(word):
        if letter.lower() in STRETCHED:
            return word[:k] + letter * 4 + word[k:]
    return word


WAYS = {
    "case": lambda text, _: text.swapcase(),
    "full-width": lambda text, _: _shift(0xFF21, 0xFF41)(text),
    "styled": lambda text, _: _shift(0x1D400, 0x1D41A)(text),
    "combining marks": _some("\u0336".join),
    "zero-width": _some("\u200b".join),
    "look-alikes": _some(lambda word: word.translate(LOOKS)),
    "leet": _some(_first(LEET)),
    "symbols": _some(_first(SIGNS)),
    "spaced": _some(" ".join),
    "dotted": _some(".".join),
    "stretched": _some(_stretch),
}


def disguised(texts, way):
    """The texts, each disguised in one of WAYS; the same every time."""
    rng = random.Random(way)
    return [WAYS[way](text, rng) for text in texts]
