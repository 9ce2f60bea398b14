"""Identify the language of each comment.

The script decides where a language has one of its own. Two common English words settle most
comments of most dumps at once. Everything else is compared with the n-grams of the languages of its
script. A text that is too short takes the language of most of its thread, if that is known and
nothing speaks against it; otherwise its language is null. Short English is never taken for another
language: that needs a clear margin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moderation.comments import STRING
from moderation.language.scripts import HAN, HANGUL, KANA, LATIN, SCRIPTS, script_counts
from moderation.language.tables import table_of
from moderation.tables import one_array

if TYPE_CHECKING:
    from moderation.language.ngrams import Table

ENGLISH, MIXED = "en", "mul"
"""BCP 47: `mul` is a text of several languages, such as Hindi and English in their own scripts."""

ENOUGH = 20  # letters with which a text of one script is judged by itself
WORDS = 3  # and words: "fhwfqdibohfs gpggsluvcc" has letters enough, and is of no language
CERTAIN = 2.0  # by how much the best must pass English, in log-likelihood over the root of bytes
FEWEST = 8  # letters below which no text by itself is in another language than English
SHORT_CERTAIN = 4.5  # the same of a text with fewer letters
AHEAD = 0.5  # by how much the best must pass the second, else the thread decides between them
LONGEST = 200  # characters that count: 100 get 1 in 1,000 fewer right, 64 get 6
DOUBTED = 300  # bytes below which two English words may be a link's, or stand among words of Urdu
FURTHEST = 2_000  # characters that are searched for them: some posts begin with 20 names
OWN = 0.6  # share of a thread's comments that give it a language
HEAVY = 2  # letters of Latin that one of Han, Kana or Hangul is worth
MOSTLY, PARTLY = 1.0, 0.5  # letters of another script for each Latin one
EASTERN = [HAN, KANA, HANGUL]

_COMMON = (
    "the|and|you|your|yours|this|that|that's|these|those|with|it's|you're|they|they're|their|them|"
    "have|haven't|what|what's|which|who|when|where|would|could|should|can't|don't|doesn't|didn't|"
    "isn't|won't|wouldn't|because|about|been|being|were|there|there's|just|know|think|people|"
    "really|thanks|thank|please|i'm|i've|i'll|i'd|why|from|than|then|only|want|need|every|very|"
    "much|into|our|she|here|good|great|right|does|did|how|some|other|think|like|make|love|"
    "my|his|her|him|has|had|for|are|be|by|more|any|get|well|out|so|we|it|is|not|of"
)
_ONLY = (
    "the|and|you|your|this|that|that's|these|with|it's|you're|they|they're|their|what|"
    "what's|which|who|when|where|would|could|should|can't|don't|doesn't|didn't|isn't|because|"
    "about|been|were|there|just|know|think|people|really|thanks|thank|please|i'm|i've|i'll|why"
)
_ENGLISH = rf"(?i)\b(?:{_COMMON})\b(?s:.*?)\b(?:{_ONLY})\b"
_URDU_WORDS = (
    "hai|hain|hota|hoti|hua|huwa|nahi|nahin|nhi|nahe|kya|kia|mein|aur|bhi|bhe|yeh|tha|thi|koi|kuch|"
    "kyun|kyu|toh|wala|wale|wali|tum|tumhe|mera|meri|mujhe|apna|apni|apne|karo|karna|karta|karte|"
    "kar|kr|ka|ki|ke|ko|se|ap|aap|raha|rahe|rahi|gaya|gya|gayi|jao|abhi|sab|bas|log|usko|isko|hum"
)
_URDU = (  # two of the commonest words of Urdu and Hindi in Latin letters
    rf"(?i)\b(?:{_URDU_WORDS})\b(?s:.*?)\b(?:{_URDU_WORDS})\b"
)
_LINKS = ("://", "www.")
_COMMON_WORD, _ONLY_WORD = (
    re.compile(rf"(?i)\b(?:{words})\b", re.ASCII) for words in (_COMMON, _ONLY)
)
_OF_URDU = frozenset(_URDU_WORDS.split("|"))
_WORD = re.compile(r"\w+", re.ASCII)
_NO_WORDS = r"https?://\S*|www\.\S*|[@#$]\S*|&#?\w+;|<[^<>]*>|[&<]|[\x00-\x22%(-;=>?\[-`{-\x7f]+"
_NOT_ENGLISH_LETTERS = 0.04  # share of accented letters from which two common words are too few

_ONE_LANGUAGE = {
    "Grek": "el", "Armn": "hy", "Hebr": "he", "Guru": "pa", "Gujr": "gu", "Orya": "or",
    "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml", "Sinh": "si", "Thai": "th",
    "Laoo": "lo", "Tibt": "bo", "Mymr": "my", "Geor": "ka", "Ethi": "am", "Khmr": "km",
    "Hang": "ko", "Kana": "ja", "Hani": "zh",
}  # fmt: skip


def languages(texts: pa.Array | pa.ChunkedArray, bounds: np.ndarray | None = None) -> pa.Array:
    """(n,) language codes of BCP 47, null = unknown.

    bounds: (threads + 1,) first rows of the threads that the texts stand in; None = of none.

    >>> languages(pa.array(["Das ist doch alles gar nicht wahr!", "Спасибо", "ok"])).to_pylist()
    ['de', 'ru', None]
    """
    column = one_array(texts.cast(STRING))
    column = column.fill_null("") if column.null_count else column
    identified = _Identified(column)
    identified.by_script()
    identified.by_words()
    identified.by_ngrams()
    if bounds is not None:
        identified.by_thread(bounds)
    return pa.array(identified.names, STRING).take(
        pa.array(identified.code, mask=identified.code < 0)  # a null index gives null
    )


def is_plainly_english(text: str) -> bool:
    """Whether `languages` says at once that it is English; only asked of ASCII, begun with a word.

    >>> [is_plainly_english(text) for text in ("Thanks, this is what I want", "Danke", "")]
    [True, False, False]
    """
    if not text.isascii() or not text[:1] > " ":
        return False
    first = _COMMON_WORD.search(text)
    if first is None or _ONLY_WORD.search(text, first.end()) is None:
        return False
    if len(text) >= DOUBTED:
        return True
    urdu = sum(word in _OF_URDU for word in _WORD.findall(text.lower()))
    return urdu < 2 and not any(sign in text for sign in _LINKS)


class _Identified:
    """The languages known so far. code: (n,) number of the language in `names`, -1 = unknown.

    open: (n,) bool, whether the text may be in Latin script. guess: (n,) the likeliest language or
    -1, which counts only if it is the thread's. short: (n,) bool, whether the text is Latin and has
    fewer than ENOUGH letters.
    """

    def __init__(self, texts: pa.Array) -> None:
        self.texts = texts
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self.code = np.full(len(texts), -1, np.int32)
        self.guess = np.full(len(texts), -1, np.int32)
        self.short = np.zeros(len(texts), bool)
        self.open = np.ones(len(texts), bool)
        self.accents = np.zeros(len(texts), np.int64)
        self.size = np.zeros(len(texts), np.int64)

    def number(self, name: str) -> int:
        """The number of a language; a new name gets a new number."""
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]

    def by_script(self) -> None:
        """Settle the texts whose letters are mostly not Latin, or of several scripts."""
        data, offsets = _bytes_of(self.texts)
        self.size = np.diff(offsets)
        if not len(data):
            return
        rows, counts = script_counts(data, offsets)
        self.accents[rows] = counts[:, LATIN]
        others = counts[:, LATIN + 1 :].sum(axis=1)
        foreign = np.flatnonzero(others)
        rows, counts, others = rows[foreign], counts[foreign], others[foreign]
        latin = _ascii_letters(self.texts.take(pa.array(rows))) + counts[:, LATIN]
        weight = others + (HEAVY - 1) * counts[:, EASTERN].sum(axis=1)
        mostly = weight > MOSTLY * latin
        mixed = ~mostly & (others >= 4) & (weight > PARTLY * latin)
        self.code[rows[mixed]] = self.number(MIXED)
        self.open[rows[mixed | mostly]] = False
        rows, counts = rows[mostly], counts[mostly]
        chosen = counts[:, LATIN + 1 :].argmax(axis=1) + LATIN + 1
        east = (counts[:, HAN] > 0) & (counts[:, KANA] * 8 > counts[:, HAN])
        chosen[east & ((chosen == HAN) | (chosen == KANA))] = KANA
        chosen[(chosen == HAN) & (counts[:, HANGUL] * 4 > counts[:, HAN])] = HANGUL
        for number in np.unique(chosen):
            script, those = SCRIPTS[number], rows[chosen == number]
            if script in _ONE_LANGUAGE:
                self.code[those] = self.number(_ONE_LANGUAGE[script])
            else:
                table = table_of(script)
                data, starts, *_ = words_of(self.texts.take(pa.array(those)))
                scores = table.scores(data, starts)
                self.code[those] = self._numbers_of(table)[scores.argmax(axis=1)]

    def by_words(self) -> None:
        """Settle the texts with two common English words and few letters that English lacks."""
        plain = np.flatnonzero(
            self.open & (self.accents <= _NOT_ENGLISH_LETTERS * self.size) & (self.size > 0)
        )
        some = _taken(self.texts, plain)
        hits = pc.match_substring_regex(some, _ENGLISH).to_numpy(zero_copy_only=False).copy()
        doubtful = np.flatnonzero(hits & (self.size[plain] < DOUBTED))
        hits[doubtful] = _english(_taken(some, doubtful))
        rows = plain[hits]
        self.code[rows] = self.number(ENGLISH)
        self.open[rows] = False

    def by_ngrams(self) -> None:
        """Settle other Latin texts whose n-grams fit one language by a clear margin."""
        rows = np.flatnonzero(self.open & (self.size > 1))
        if not len(rows):
            return
        table = table_of("Latn")
        data, starts, letters, words = words_of(self.texts.take(pa.array(rows)))
        scores = table.scores(data, starts)
        scores /= np.sqrt(np.maximum(letters, 1))[:, None]
        numbers = self._numbers_of(table)
        english = numbers == self.number(ENGLISH)
        best = scores.argmax(axis=1)
        like_english = scores[:, english].max(axis=1)
        like_another = scores[:, ~english].max(axis=1)
        long = (letters >= ENOUGH) & (words >= WORDS)
        passed = np.where(long, CERTAIN, SHORT_CERTAIN)
        other = like_another - like_english > passed
        same = like_english - like_another > np.where(long, 0, AHEAD)
        least = np.where(long | same, 3, FEWEST)
        sure = (other | same) & (letters >= least)
        self.code[rows[sure]] = numbers[best[sure]]
        self.guess[rows] = np.where(letters > 2, numbers[best], -1)
        self.short[rows] = ~long

    def by_thread(self, bounds: np.ndarray) -> None:
        """Give texts of unknown or doubtful language that of most of their thread."""
        english = self.number(ENGLISH)
        doubtful = self.short & (self.code != english)
        rows = np.flatnonzero((self.code < 0) | doubtful)
        if not len(rows):
            return
        thread = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        known = np.flatnonzero((self.code >= 0) & ~doubtful)
        cells = thread[known] * len(self.names) + self.code[known]
        counts = np.bincount(cells, minlength=(len(bounds) - 1) * len(self.names))
        counts = counts.reshape(-1, len(self.names))
        share = counts.max(axis=1) > OWN * counts.sum(axis=1)
        theirs = np.where(share, counts.argmax(axis=1), -1)[thread[rows]]
        code, guess = self.code[rows], self.guess[rows]
        foreign = self.short[rows] & (guess != english)  # too short to say which it is
        fits = (theirs == guess) | (guess < 0) | np.where(theirs == english, code < 0, foreign)
        self.code[rows] = np.where((theirs >= 0) & fits, theirs, code)

    def _numbers_of(self, table: Table) -> np.ndarray:
        return np.array([self.number(name) for name in table.languages], np.int32)


def _taken(texts: pa.Array, rows: np.ndarray) -> pa.Array:
    """Some of the texts; all of them are not copied. rows: ascending, distinct."""
    return texts if len(rows) == len(texts) else texts.take(pa.array(rows))


def _bytes_of(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """UTF-8 of a column of strings without nulls, and (texts + 1,) where each begins."""
    _, places, content = texts.buffers()
    if not len(texts) or content is None:
        return np.zeros(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    offsets = np.frombuffer(places, np.int64, len(texts) + 1, texts.offset * 8)
    return np.frombuffer(content, np.uint8), offsets


def _ascii_letters(texts: pa.Array) -> np.ndarray:
    """(n,) the number of ASCII letters of each text, outside of links and names."""
    words = pc.replace_substring_regex(texts, _NO_WORDS, "")
    data, offsets = _bytes_of(words)
    plain = np.concatenate([[0], np.cumsum(data[: offsets[-1]] < 0x80)])
    return plain[offsets[1:]] - plain[offsets[:-1]]


def _english(texts: pa.Array) -> np.ndarray:
    """(n,) bool: which have two English words outside of links, and not two of Urdu."""
    urdu = pc.match_substring_regex(texts, _URDU).to_numpy(zero_copy_only=False)
    english = ~urdu
    links = [pc.match_substring(texts, sign) for sign in _LINKS]
    linked = np.flatnonzero(pc.or_(*links).to_numpy(zero_copy_only=False))
    if len(linked):
        bare = pc.replace_substring_regex(texts.take(pa.array(linked)), _NO_WORDS, " ")
        matches = pc.match_substring_regex(bare, _ENGLISH)
        english[linked] &= matches.to_numpy(zero_copy_only=False)
    return english


class Words(NamedTuple):
    """The words of many texts, as `Table.scores` takes them.

    data: uint8, their first words in small letters, UTF-8, each text between blanks, without links,
    names, digits and signs. bounds: (texts + 1,) where each begins. letters, words: (texts,).
    """

    data: np.ndarray
    bounds: np.ndarray
    letters: np.ndarray
    words: np.ndarray


def words_of(texts: pa.Array) -> Words:
    """The words that texts are compared by."""
    first = pc.utf8_slice_codeunits(texts, 0, FURTHEST)
    words = pc.replace_substring_regex(pc.utf8_lower(first), _NO_WORDS, " ")
    words = pc.utf8_slice_codeunits(words, 0, LONGEST)
    blank = pa.scalar(" ", STRING)
    joined = pc.binary_join_element_wise(blank, words, blank, pa.scalar("", STRING))
    data, bounds = _bytes_of(joined)
    data = data[: bounds[-1]]
    inside = data != 32
    begins = inside & ((data < 0x80) | (data >= 0xC0))
    starts = np.flatnonzero(inside[1:] & ~inside[:-1])
    letters = np.concatenate([[0], np.cumsum(begins)])
    return Words(
        data,
        bounds,
        letters[bounds[1:]] - letters[bounds[:-1]],
        np.diff(np.searchsorted(starts, bounds)),
    )
