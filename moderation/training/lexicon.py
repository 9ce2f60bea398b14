"""Read the words behind the phrase features: own words, and published lists where they lie.

The file has one table per class: `words`, separated by blanks, `lists` of published ones
(file below the data folder, licence, column, which rows count), and `slips`: words of that many
letters and more are known with one slip of the fingers too. A list that is not there is left
out and said so: a model trained without the public files still has the project's own words.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from moderation.errors import LabelError
from moderation.features.common_words import is_common
from moderation.features.phrases import Lexicon
from moderation.labels.files import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = re.compile(r"[a-z]+")
LOST_OF = 6  # letters: four letters are left of five, and too many words are as short


def read_lexicon(
    toml: str | Path, data_dir: str | Path | None
) -> tuple[Lexicon, list[dict[str, Any]]]:
    """The lexicon, and where its words came from: one dict per file (file, licence, sha256, words).

    data_dir: None reads the project's own words only.
    Raises LabelError with the file and the class when a table is malformed.
    """
    path = Path(toml)
    tables = read_toml(path, "word lists as TOML")
    words: dict[str, list[str]] = {}
    origin: list[dict[str, Any]] = []
    for name, table in tables.items():
        if not isinstance(table, dict) or not isinstance(table.get("words"), str):
            raise LabelError(f"{path}: [{name}] has no string `words`")
        words[name] = table["words"].split()
    own = sum(len(each) for each in words.values())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    origin.append({"file": path.name, "licence": "MIT", "sha256": digest, "words": own})
    for name, table in tables.items():
        for described in table.get("lists", []):
            listed, record = _published_words(described, data_dir, f"{path}: [{name}]")
            words[name] += listed
            origin.append({"class": name, **record})
    known = {word for each in words.values() for word in each}
    for name, table in tables.items():
        shortest = table.get("slips", 0)
        if not isinstance(shortest, int) or shortest < 0:
            place = f"{path}: [{name}]"
            raise LabelError(f"{place} slips is {shortest!r}; expected a number of letters")
        if shortest:
            words[name] += _misspelt(words[name], shortest, known)
    return Lexicon.of(words), origin


def own_words(toml: str | Path, name: str) -> list[str]:
    """The project's own words of one class; none where the file has no such class."""
    table = read_toml(Path(toml), "word lists as TOML").get(name, {})
    return str(table.get("words", "")).split()


def slips(word: str) -> Iterator[str]:
    """The word with a letter doubled, two swapped, or one lost of six and more; the first stays.

    >>> sorted(set(slips("bad")))
    ['baad', 'bad', 'badd', 'bbad', 'bda']
    >>> "aniaml" in slips("animal"), "anmal" in slips("animal")
    (True, True)
    """
    yield word[0] + word
    for k in range(1, len(word)):
        yield word[:k] + word[k] + word[k:]
        yield word[: k - 1] + word[k] + word[k - 1] + word[k + 1 :] if k > 1 else word
        if len(word) >= LOST_OF:
            yield word[:k] + word[k + 1 :]


def _misspelt(words: list[str], shortest: int, known: set[str]) -> list[str]:
    """What a slip makes of the words, unless that is a common word or one of the lexicon's own."""
    long = [word for word in words if len(word) >= shortest and _LETTERS.fullmatch(word)]
    slipped = {slip for word in long for slip in slips(word)} - known
    return sorted(slip for slip in slipped if not is_common(slip))


def _published_words(
    described: dict[str, Any], data_dir: str | Path | None, place: str
) -> tuple[list[str], dict[str, Any]]:
    """The words that one published list adds."""
    try:
        name, licence = described["file"], described["licence"]
        column, wanted = described["column"], described.get("where", {})
        bounds, excepted = described.get("at_least", {}), set(described["except"].split())
    except (KeyError, AttributeError) as error:
        raise LabelError(f"{place}.lists: {error} is missing or malformed") from error
    record = {"file": name, "licence": licence}
    path = Path(data_dir) / name if data_dir is not None else None
    if path is None or not path.exists():
        return [], {**record, "words": 0, "skipped": "not there"}
    frame = pd.read_csv(path)
    for key, values in wanted.items():
        frame = frame[frame[key].isin(values)]
    for key, bound in bounds.items():
        frame = frame[frame[key] >= bound]
    words = [
        word
        for word in frame[column].astype(str).str.lower()
        if " " not in word and word not in excepted
    ]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return words, {**record, "sha256": digest, "words": len(words)}
