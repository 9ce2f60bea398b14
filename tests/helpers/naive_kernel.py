"""A slow twin of the kernel in plain Python: strings, lists and dicts, written to be read.

It shares only the tables of folding and of common words (material, not code) with what it checks.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from moderation.features.common_words import COSTS, HASHES
from moderation.features.folding import (
    EXPAND,
    KIND_BITS,
    LATIN,
    LIMIT,
    LOOK,
    STYLED,
    UPPER,
    load_tables,
)
from moderation.features.links import SHORTENERS, TOP_LEVELS, WORDY_TOP_LEVELS

KINDS = "SPLDEIM"  # space, punctuation, letter, digit, emoji, ignored, mark
LEET = dict(zip("013456789@$!|", "oieasgtbgasii", strict=True))
DOUBLED = set("bcdefglmnoprstz")
WORD = 2**64
COST = dict(zip(HASHES.tolist(), COSTS.tolist(), strict=True))


@dataclass(frozen=True)
class Char:
    """A folded character: what it became, its kind, and its place in the text."""

    char: str
    kind: str
    at: int
    latin: bool = False
    look: str = ""
    link: bool = False


def decode(data: bytes) -> str:
    """UTF-8, every byte that does not belong becomes U+FFFD."""
    out, i = [], 0
    while i < len(data):
        for size in (1, 2, 3, 4):
            try:
                out.append(data[i : i + size].decode())
                i += size
                break
            except UnicodeDecodeError:
                continue
        else:
            out.append("\ufffd")
            i += 1
    return "".join(c[0] for c in out)


def lookup(char: str, fold: bool) -> tuple[str, int]:
    """Folded text and info of one character."""
    tables, code = load_tables(), ord(char)
    if code >= LIMIT:
        ignored = fold and 0xE0000 <= code < 0xE1000
        return char, 2 if code < 0x32000 else 5 if ignored else 1
    k = int(tables.page[code >> 8]) * 256 + (code & 255)
    info = int(tables.info[k])
    if not fold:
        kind = {5: 1, 6: 2}.get(info & KIND_BITS, info & KIND_BITS)
        flags = info & ~(EXPAND | LOOK | KIND_BITS)
        if info & KIND_BITS >= 5:
            flags = 0
        return chr(code + int(tables.plain_delta[k])), kind | flags
    if info & EXPAND:
        row = tables.expansions[tables.delta[k]]
        return "".join(chr(c) for c in row if c), info
    return chr(code + int(tables.delta[k])), info


def characters(text: str, fold: bool, seen: Counter[str]) -> list[Char]:
    """Fold and count."""
    tables, out, after_mark = load_tables(), [], False
    for at, char in enumerate(text):
        folded, info = lookup(char, fold)
        kind = KINDS[info & KIND_BITS]
        if kind == "M":
            if char == "\u0306" and out and out[-1].char == "и":
                out[-1] = replace(out[-1], char="й", latin=False, look="")
                seen["strange"] += not after_mark
            seen["marks"] += after_mark or "\u0332" <= char <= "\u0338"
        elif kind == "I":
            seen["invisible"] += bool(out) and out[-1].latin
        after_mark = kind == "M"
        if kind in "MI":
            seen["chars"] -= 1
            continue
        look = ""
        if info & LOOK:
            look = chr(tables.look_to[list(tables.look_from).index(ord(char))])
        seen["letters"] += kind == "L"
        seen["digits"] += kind == "D"
        seen["emoji"] += kind == "E"
        seen["upper"] += bool(info & UPPER)
        seen["styled"] += bool(info & STYLED)
        seen["latin"] += bool(info & LATIN)
        seen["strange"] += kind == "L" and not info & LATIN and not look
        seen["exclaim"] += kind == "P" and folded == "!"
        out += [Char(c, kind, at, bool(info & LATIN), look) for c in folded]
    seen["chars"] += len(text)
    return out


def alnum(char: Char) -> bool:
    return char.kind in "LD"


def host_end(chars: list[Char], i: int, end: int) -> int:
    j = i
    while j < end and (alnum(chars[j]) or chars[j].char in ".-"):
        j += 1
    while j > i and not alnum(chars[j - 1]):
        j -= 1
    return j


def host_kind(chars: list[Char], i: int, j: int) -> int:
    host = "".join(c.look or c.char for c in chars[i:j])
    name, dot, top = host.rpartition(".")
    if not dot or not name or not alnum(chars[i + len(name) - 1]):
        return 0
    if host in SHORTENERS.split():
        return 2
    if top in TOP_LEVELS.split():
        return 1
    path = j + 1 < len(chars) and chars[j].char == "/" and alnum(chars[j + 1])
    return int(
        (host.startswith("www.") and len(host) > 4) or (path and top in WORDY_TOP_LEVELS.split())
    )


def mark(chars: list[Char], i: int, j: int) -> None:
    chars[i:j] = [replace(c, link=True) for c in chars[i:j]]


def links_in(chars: list[Char], i: int, end: int, seen: Counter[str]) -> None:
    """Find the links and addresses of one unspaced piece."""
    begin = i
    text = "".join(c.char for c in chars)
    while i < end:
        if (
            (text[i : i + 2] == "<a" and i + 2 == end)
            or text[i : min(i + 3, end - 1)] == "[ur"
            or text[i : min(i + 3, end)] == "](h"
        ):
            seen["html"] += 1
        if text[i : min(i + 3, end - 1)] == "://":
            start = i
            while start > begin and chars[start - 1].kind == "L":
                start -= 1
            stop = host_end(chars, i + 3, end)
            seen["urls"] += 1
            seen["short"] += host_kind(chars, i + 3, stop) == 2
            while stop < end and text[stop] not in '"><])':
                stop += 1
            mark(chars, start, stop)
            i = begin = max(stop, i + 3)
        elif not alnum(chars[i]):
            i += 1
        else:
            stop = host_end(chars, i, end)
            if text[stop : stop + 2] == ":/" and stop + 2 < end:
                i = stop
                continue
            if text[stop : stop + 1] == "@" and stop < end - 1 and alnum(chars[stop + 1]):
                last = host_end(chars, stop + 1, end)
                if "." in text[stop + 1 : last]:
                    seen["emails"] += 1
                    mark(chars, i, last)
                    i = last
                else:
                    i = stop + 1
                continue
            kind = host_kind(chars, i, stop)
            if kind:
                seen["domains"] += 1
                seen["short"] += kind == 2
                if stop < end and text[stop] == "/":
                    stop = end
                mark(chars, i, stop)
            i = max(stop, i + 1)


def links(chars: list[Char], seen: Counter[str]) -> None:
    kinds = "".join(c.kind for c in chars)
    for piece in re.finditer("[^S]+", kinds):
        text = "".join(c.char for c in chars[piece.start() : piece.end()])
        if any(sign in text for sign in ".:@<["):
            links_in(chars, piece.start(), piece.end(), seen)


class Tokens:
    """The words of a comment: (form, start, end, is the main form)."""

    def __init__(self, chars: list[Char], fold: bool, seen: Counter[str]) -> None:
        self.chars, self.fold, self.seen = chars, fold, seen
        self.words: list[tuple[str, int, int, bool]] = []
        self.text = "".join(c.char for c in chars)
        self.kinds = "".join(c.kind for c in chars)
        i = 0
        while i < len(chars):
            i = self.step(i)

    def add(self, form: str, i: int, end: int, main: bool = True) -> None:
        self.words.append((form, self.chars[i].at, self.chars[end - 1].at + 1, main))

    def step(self, i: int) -> int:
        kind, char = self.kinds[i], self.text[i]
        if kind == "S":
            return i + 1
        if kind == "E":
            self.add(char, i, i + 1)
            return i + 1
        if kind == "P":
            if self.fold and char in "@$" and self.sign_begins(i):
                return self.disguised(i, max(self.word_end(i), i + 1))
            return i + 1
        j = i + len(re.match("[LD]+", self.kinds[i:])[0])
        if self.fold and j - i == 1 and kind == "L" and not self.chars[i].link:
            after = self.spaced(i)
            if after > i:
                return after
        if self.fold and not self.plain(i, j):
            return self.disguised(i, max(j, self.word_end(i)))
        form = self.text[i:j]
        if set(self.kinds[i:j]) == {"D"} and len(form) >= 5:
            form = "0" * len(form)
        self.add(form, i, j)
        return j

    def plain(self, i: int, j: int) -> bool:
        if self.chars[i].link:
            return not any(c.look for c in self.chars[i:j])
        if j < len(self.text) and self.kinds[j] == "P" and self.text[j] in "@$!|*'\u2019":
            return False
        if len(set(self.kinds[i:j])) > 1:
            return False
        if self.kinds[i] == "L" and re.search(r"(.)\1\1", self.text[i:j], re.S):
            return False
        if not any(c.look for c in self.chars[i:j]):
            return True
        if any(c.latin for c in self.chars[i:j]):
            return False
        return self.seen["strange"] > 0 or self.seen["latin"] == 0

    def sign_begins(self, i: int) -> bool:
        rest = self.kinds[i + 1 :]
        if self.chars[i].link or not rest or rest[0] in "SE":
            return False
        if self.text[i] == "$":
            return rest[0] == "L"
        name = len(re.match("[LD]*", rest)[0])
        if name > 3 and not self.text.startswith("ss", i + 1):
            self.seen["handles"] += 1
            return False
        return name > 0 or self.text[i + 1] == "$"

    def spaced(self, i: int) -> int:
        gap = len(re.match("[SP]{0,3}", self.kinds[i + 1 :])[0])
        separator = self.text[i + 1 : i + 1 + gap]
        if not gap or "," in separator:
            return i
        places = [i]
        while True:
            j = places[-1] + gap + 1
            if self.text[places[-1] + 1 : j] != separator or self.kinds[j : j + 1] != "L":
                break
            if not self.alone(j, separator[0]):
                break
            places.append(j)
        if len(places) < 3:
            return i
        hidden = self.seen["strange"] == 0
        form = "".join((self.chars[p].look if hidden else "") or self.text[p] for p in places)
        end = self.suffix_end(places[-1] + 1)
        form += self.text[places[-1] + 2 : end]
        self.seen["spaced"] += 1
        self.seen["exclaim"] -= self.text[i : places[-1]].count("!")
        self.seen["chars"] -= gap * (len(places) - 1)
        stretched = re.search(r"(.)\1\1\1" if separator == " " else r"(.)\1\1", form, re.S)
        if stretched:
            shortened = min((shorten(form, 1), shorten(form, 2)), key=rarity)
            self.seen["chars"] -= len(form) - len(shortened)
            form = shortened
        sizes = split(form) if separator == " " else [len(form)]
        self.seen["chars"] += len(sizes) - 1
        first = 0
        if stretched:
            for size in sizes:
                if first < len(places):
                    self.add(form[first : first + size], i, end)
                first += size
            return end
        for size in sizes:
            if first < len(places):
                last = min(first + size, len(places)) - 1
                stop = end if first + size == len(form) else places[last] + 1
                self.add(form[first : first + size], places[first], stop)
            first += size
        return end

    def alone(self, j: int, separator: str) -> bool:
        if self.kinds[j + 1 : j + 2] in ("L", "D"):
            return False
        other = self.text[j + 1 : j + 2]
        if other == separator or self.kinds[j + 1 : j + 2] != "P":
            return True
        return not (self.kinds[j + 2 : j + 3] == "L" and self.text[j + 3 : j + 4] == other)

    def suffix_end(self, end: int) -> int:
        suffix = re.match("['\u2019]", self.text[end:])
        letters = re.match("L{1,3}", self.kinds[end + 1 :]) if suffix else None
        return end + 1 + len(letters[0]) if letters and len(letters[0]) <= 2 else end

    def word_end(self, i: int) -> int:
        end = j = i
        letters = 0
        while j < len(self.text):
            if self.kinds[j] in "LD":
                j, end, letters = j + 1, j + 1, letters + 1
                continue
            if self.kinds[j] != "P" or self.text[j] not in "@$!|*" or self.chars[j].link:
                break
            first = j
            while j < len(self.text) and self.kinds[j] == "P" and self.text[j] in "@$!|*":
                j += 1
            signs = self.text[first:j]
            if self.kinds[j : j + 1] not in ("L", "D"):
                trailing = len(re.match(r"\$*", signs)[0])
                if trailing and len(signs) <= 2:
                    end = first + trailing
                if signs in ("@", "|") and self.ends_common(i, j):
                    end = j
                break
            if signs[0] == "*":
                continue
            after = len(re.match("L*", self.kinds[j:])[0])
            if signs[-1] == "$" and self.kinds[j] == "D":
                break
            if letters >= 3 and after >= 3 and signs[0] != "$":
                both = (unsigned(self.text[i : j + after], upright) for upright in "il")
                if not any(word_cost(one) for one in both):
                    break
            if first > i and len(signs) > 3:
                break
            letters = 0
        return end

    def leet(self, i: int, end: int) -> int:
        text, kinds = self.text[i:end], self.kinds[i:end]
        letters = kinds.count("L")
        digits = [c for c, k in zip(text, kinds, strict=True) if k == "D"]
        if any(k == "P" and c != "*" for c, k in zip(text, kinds, strict=True)):
            return 2
        if not digits or letters < 2 or any(d not in LEET for d in digits):
            return 0
        outside = 0
        for run in re.finditer("D+", kinds):
            plural = run.end() == len(text) - 1 and text[-1] == "s"
            if run.start() > 0 and run.end() < len(text) and not plural:
                return 2
            outside = max(outside, run.end() - run.start())
        ordinal = letters == 2 and kinds[0] == "D" and text[-2:] in ("st", "nd", "rd", "th")
        if outside > 2 or ordinal:
            return 0
        last = outside == 1 and kinds[-1] == "D" and letters >= 3
        return 2 if last and self.ends_common(i, end) else 1

    def ends_common(self, i: int, end: int) -> bool:
        def common(stop: int) -> bool:
            both = (unsigned(self.text[i:stop], upright) for upright in "il")
            return any(word_cost(one) for one in both)

        return common(end) and not common(end - 1)

    def lookalike(self, i: int, end: int) -> bool:
        letters = [c for c in self.chars[i:end] if c.kind == "L"]
        if not any(c.look for c in letters) or any(not c.look and not c.latin for c in letters):
            return False
        in_disguise = self.seen["strange"] == 0 and self.seen["latin"] > 0
        return any(c.latin for c in letters) or in_disguise

    def disguised(self, i: int, end: int) -> int:
        looks = self.lookalike(i, end)
        self.seen["mixed"] += looks
        if self.chars[i].link:
            self.add(self.written(i, end, False, looks, "i"), i, end)
            return end
        stop = self.suffix_end(end)
        leet = self.leet(i, end)
        self.seen["leet"] += leet == 2
        self.seen["exclaim"] -= self.text[i:end].count("!")
        self.seen["digits"] -= self.kinds[i:end].count("D") * (leet == 2)
        self.seen["masked"] += "*" in self.text[i + 1 : end]
        self.forms(i, stop, leet == 2, looks, True)
        if leet == 1:
            self.forms(i, stop, True, looks, False)
        return stop

    def forms(self, i: int, stop: int, leet: bool, looks: bool, main: bool) -> None:
        form = self.written(i, stop, leet, looks, "i")
        other = self.written(i, stop, leet, looks, "l")
        if rarity(shorten(other, 1)) < rarity(shorten(form, 1)):
            form = other
        one, two = shorten(form, 1), shorten(form, 2)
        if main:
            self.seen["stretched"] += one != form
            self.seen["chars"] -= len(form) - len(one)
        if two == one:
            if one:
                self.add(one, i, stop, main)
            return
        if rarity(two) + 24 > rarity(one):
            self.add(one, i, stop, main)
        if rarity(one) + 24 > rarity(two):
            self.add(two, i, stop, main and rarity(two) + 24 <= rarity(one))

    def written(self, i: int, stop: int, leet: bool, looks: bool, upright: str) -> str:
        form = ""
        for char in self.chars[i:stop]:
            if looks and char.look:
                form += char.look
            elif leet and char.kind != "L" and char.char not in "'\u2019":
                form += unsigned(char.char, upright)
            elif char.char not in "'\u2019":
                form += char.char
        return form


def unsigned(text: str, upright: str) -> str:
    return "".join(upright if c in "1!|" else LEET.get(c, c) for c in text)


def word_cost(word: str) -> int:
    """How rare the word is, 0 if it is not among the common ones."""
    return COST.get(fnv([ord(c) for c in word]) >> 32, 0)


def rarity(word: str) -> int:
    return word_cost(word) or 110


def split(text: str) -> list[int]:
    """Lengths of the likeliest words that the text is made of; of equals, the first found."""
    best: list[tuple[int, list[int]]] = [(0, [])]
    for stop in range(1, len(text) + 1):
        found = []
        for start in range(max(0, stop - 20), stop):
            cost = word_cost(text[start:stop]) or 110 + 18 * max(stop - start, 4)
            found.append((best[start][0] + cost, -start, [*best[start][1], stop - start]))
        cost, _, sizes = min(found, key=lambda one: (one[0], -one[1]))
        best.append((cost, sizes))
    return best[-1][1]


def shorten(form: str, keep: int) -> str:
    """Shorten runs of three or more letters."""
    if len(set(form)) == 1 and len(form) >= 3 and form[0] not in "0123456789*":
        return form[0] * 3

    def shorter(run: re.Match[str]) -> str:
        char = run[1]
        if char in "0123456789*":
            return run[0]
        before, after = form[: run.start()][-1:], form[run.end() :][:1]
        if not char.isascii():
            return char * keep
        if char in "eo":
            doubles = not before or before not in "aeiouy"
            doubles = doubles and (not after or after not in "aeiouy")
        else:
            doubles = bool(before) and before in "aeiouy" and char in DOUBLED
            doubles = doubles and (after in "aeiouylr" if after else char in "dfglstz")
        if not (before + after).isascii():
            doubles = False
        return char * (keep if doubles else 1)

    return re.sub(r"(.)\1\1+", shorter, form, flags=re.S)


def read(data: bytes, fold: bool = True) -> tuple[list[tuple[str, int, int, bool]], Counter[str]]:
    """The words of a comment and what was counted."""
    seen: Counter[str] = Counter()
    chars = characters(decode(data), fold, seen)
    links(chars, seen)
    return Tokens(chars, fold, seen).words, seen


def fnv(codes: list[int], seed: int = 0xCBF29CE484222325) -> int:
    for code in codes:
        seed = (seed ^ code) * 0x100000001B3 % WORD
    return seed


def bucket(hashed: int, bits: int) -> int:
    return (hashed ^ hashed >> 32) * 0x9E3779B97F4A7C15 % WORD >> 64 - bits


def items(words: list[tuple[str, int, int, bool]], word_ngrams, char_ngrams, bits):
    """Per distinct word or pair: how often it occurs, and its buckets."""
    counts: Counter[object] = Counter(form for form, *_ in words)
    main = [form for form, _, _, is_main in words if is_main]
    if word_ngrams and word_ngrams[1] == 2:
        counts.update(pairwise(main))
    grams: dict[object, list[int]] = defaultdict(list)
    for item in counts:
        if isinstance(item, tuple):
            first, second = (fnv([ord(c) for c in word]) for word in item)
            mixed = first * 0x9E3779B97F4A7C15 % WORD ^ second
            grams[item].append(bucket((mixed ^ mixed >> 29) * 0x100000001B3 % WORD, bits))
            continue
        if word_ngrams and word_ngrams[0] == 1:
            grams[item].append(bucket(fnv([ord(c) for c in item]), bits))
        if char_ngrams and len(item) > 1:
            padded = [32, *map(ord, item), 32]
            for size in range(char_ngrams[0], char_ngrams[1] + 1):
                for start in range(len(padded) - size + 1):
                    gram = fnv(padded[start : start + size], 0x84222325CBF29CE4)
                    grams[item].append(bucket(gram, bits) + (2**bits if word_ngrams else 0))
    return counts, grams


def count(data: bytes, config) -> dict[int, float]:
    """Counts of n-grams by bucket."""
    counts, grams = items(
        read(data, config.fold)[0], config.word_ngrams, config.char_ngrams, config.bits
    )
    out: Counter[int] = Counter()
    for item, times in counts.items():
        for place in grams[item]:
            out[place] += times
    return dict(out)


def factors(counts, grams, idf: np.ndarray, config) -> np.ndarray:
    """What the row's values are multiplied by, (buckets,): the length of their kind over its norm.

    Words and pairs are one kind, characters the other.
    """
    behind = 2**config.bits if config.word_ngrams else 0
    both = bool(config.word_ngrams and config.char_ngrams)
    out = np.ones(config.buckets)
    for kind, length in ((slice(0, behind), 0.8), (slice(behind, None), 0.6)):
        squares = 0.0
        for item, times in counts.items():
            for place in grams[item]:
                if (place >= behind) == (kind.stop is None):
                    squares += ((1 + math.log(times)) * float(idf[place])) ** 2
        out[kind] = (length if both else 1.0) / (math.sqrt(squares) or 1.0)
    return out


def explain(data: bytes, table) -> tuple[list[tuple[str, int, int, bool]], np.ndarray]:
    """The words of a comment, and what each adds to the logits by n-grams, (words, labels).

    An item's share is divided equally among its occurrences, a pair's between its two words.
    """
    config = table.config
    words = read(data, config.fold)[0]
    counts, grams = items(words, config.word_ngrams, config.char_ngrams, config.bits)
    times_of = factors(counts, grams, table.idf, config)
    part = {}
    for item, times in counts.items():
        places = grams[item]
        values = table.idf[places].astype(float) * times_of[places]
        part[item] = (1 + math.log(times)) / times * (values @ table.weights[places])
    shares = np.array([part[form] for form, *_ in words]).reshape(-1, table.weights.shape[1])
    main = [k for k, word in enumerate(words) if word[3]]
    for first, second in pairwise(main):
        pair = words[first][0], words[second][0]
        for k in (first, second):
            shares[k] += part.get(pair, 0) / 2
    return words, shares


def tfidf(data: bytes, idf: np.ndarray, config) -> dict[int, float]:
    """A TF-IDF row by bucket."""
    counts, grams = items(
        read(data, config.fold)[0], config.word_ngrams, config.char_ngrams, config.bits
    )
    times_of = factors(counts, grams, idf, config)
    out: dict[int, float] = defaultdict(float)
    for item, times in counts.items():
        for place in grams[item]:
            out[place] += (1 + math.log(times)) * float(idf[place]) * times_of[place]
    return {place: value for place, value in out.items() if value}
