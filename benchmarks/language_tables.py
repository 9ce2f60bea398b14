"""Cut the tables of n-grams of `moderation.language` from py3langid's model.

    python -m benchmarks.language_tables DATA

needs `pip install py3langid==0.4.0`, whose model (BSD-3-Clause) knows 142 languages by 100,053
n-grams of bytes: too large to load for a command of a second, and too slow text by text. What is
kept: n-grams of two to five bytes without capitals, the languages below, 8 bits a weight. Added:
Urdu and Hindi in Latin letters, counted from the public set `ur_latn_ruhsold` (MIT).
"""

import sys
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from moderation.language.identify import words_of
from moderation.language.ngrams import Table, key_of
from moderation.language.tables import FILE

LANGUAGES = {
    "Latn": "af az ca cs cy da de en eo es et eu fi fr ga gl ha hr ht hu id is it la lb lt lv ms mt"
    " nl no pl pt ro sk sl so sq sv sw tl tr uz vi yo zu",
    "Cyrl": "be bg kk ky mk mn ru sr tg tt uk",
    "Arab": "ar fa ps ug ur",
    "Deva": "hi mr ne sa",
    "Beng": "as bn",
}
"""By script; only languages that people comment in, or that would be taken for one of those."""

FIRST_BYTES = {
    "Latn": (0xC3, 0xC9),
    "Cyrl": (0xD0, 0xD4),
    "Arab": (0xD8, 0xDB),
    "Deva": (0xE0, 0xE0),
    "Beng": (0xE0, 0xE0),
}
RARE = "uz eo ga gl ha ht la lb ms mt so sa sw yo zu cy eu tt tg ug as"
HANDICAP = 8.0  # log-likelihood that a language few people comment in must make up for
SMOOTHING = 0.3  # of an n-gram that no comment has


def ngrams_of(model):
    """By number of the feature: its bytes, from the shortest path to a state that has it."""
    step = np.frombuffer(model.tk_nextmove, np.dtype(model.tk_nextmove.typecode))
    row, feature = np.asarray(model.tk_row).astype(np.int64), np.asarray(model.tk_output)
    text, edge = {0: b""}, [0]
    while edge:
        further = []
        for state in edge:
            targets = step[row[state] << 8 : (row[state] + 1) << 8]
            for byte in np.flatnonzero(targets).tolist():
                target = int(targets[byte])
                if target not in text:
                    text[target] = text[state] + bytes([byte])
                    further.append(target)
        edge = further
    found = {}
    for state, ngram in text.items():
        if feature[state] >= 0:
            found.setdefault(int(feature[state]), ngram)
    return found


def fits(ngram, script):
    """Whether texts of this script, in small letters, may have the n-gram."""
    if not 2 <= len(ngram) <= 5 or any(65 <= byte <= 90 for byte in ngram):
        return False
    first, last = FIRST_BYTES[script]
    leads = [byte for byte in ngram if byte >= 0xC0]
    if script == "Latn" and any(byte == 0xE1 for byte in leads):  # Vietnamese
        return all(first <= byte <= last or byte == 0xE1 for byte in leads)
    if any(not first <= byte <= last for byte in leads):
        return False
    block = {"Deva": b"\xa4\xa5", "Beng": b"\xa6\xa7"}.get(script)
    if block and any(a == 0xE0 and b not in block for a, b in pairwise(ngram)):
        return False
    plain = any(97 <= byte <= 122 for byte in ngram)
    return not plain if script != "Latn" else plain or bool(leads)


def table_of(script, ngrams, model):
    names = LANGUAGES[script].split()
    columns = [model.nb_classes.index(name) for name in names]
    rows = [number for number, ngram in ngrams.items() if fits(ngram, script)]
    keys = np.array([key_of(ngrams[number]) for number in rows], np.uint64)
    weights = np.asarray(model.nb_ptc)[np.ix_(rows, columns)].astype(np.float64)
    start = np.asarray(model.nb_pc)[columns].astype(np.float64)
    if script == "Arab":  # what is written in Egypt and Morocco is Arabic
        for dialect in ("arz", "ary"):
            other = np.asarray(model.nb_ptc)[rows, model.nb_classes.index(dialect)]
            weights[:, 0] = np.logaddexp(weights[:, 0], other.astype(np.float64) - 1)
    start[[k for k, name in enumerate(names) if name in RARE.split()]] -= HANDICAP
    return names, keys, weights, start


def stored(names, keys, weights, start):
    lowered = weights - weights.max(axis=1, keepdims=True)
    step = -lowered.min() / 255
    return Table(
        names,
        keys,
        np.rint(lowered / -step).astype(np.uint8),
        (start - start.max()).astype(np.float32),
        -step,
    )


def comments_of(data):
    """By language: comments of public sets whose licence allows it, every other row."""
    columns = {
        "en": ("jigsaw_union.parquet", "comment_text"),
        "da": ("languages/da_dkhate/data.parquet", "text"),
        "id": ("languages/id_judol_yt/data.parquet", "text"),
        "ur-Latn": ("languages/ur_latn_ruhsold/data.parquet", "text"),
    }
    for language, (file, column) in columns.items():
        yield language, pd.read_parquet(data / file)[column].dropna().astype(str)[::2][:30_000]


def counted(table, texts):
    """(n-grams,) log-probabilities of the texts' n-grams."""
    data, bounds, *_ = words_of(pa.array(texts, pa.large_string()))
    total = np.asarray(table.hits(data, bounds).sum(axis=0)).reshape(-1) + SMOOTHING
    return np.log(total / total.sum())


def with_comments(table, weights, data):
    """One more column for each set of comments: a language may have two, of print and of talk."""
    names, columns = [], []
    for language, texts in comments_of(data):
        column = counted(table, texts)
        if language in table.languages:
            column = np.logaddexp(column, weights[:, table.languages.index(language)]) - np.log(2)
        names.append(language)
        columns.append(column)
    return names, np.column_stack([weights, *columns])


def main():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    ngrams = ngrams_of(model)
    data = Path(sys.argv[1])
    arrays = {"scripts": np.array(list(LANGUAGES))}
    for script in LANGUAGES:
        names, keys, weights, start = table_of(script, ngrams, model)
        if script == "Latn":
            printed = stored(names, keys, weights, start)
            more, weights = with_comments(printed, weights, data)
            start = np.append(start, [np.median(start)] * len(more))
            start[-1] -= 2 * HANDICAP
            start[len(names) + more.index("da")] -= HANDICAP / 4  # Norwegians talk much like it
            names = names + more
        table = stored(names, keys, weights, start)
        for name in ("languages", "keys", "weights", "start", "step"):
            arrays[f"{script}.{name}"] = np.asarray(getattr(table, name))
        print(script, table.weights.shape)
    write(FILE, arrays)
    print(FILE, FILE.stat().st_size)


def write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """As `np.savez_compressed`; weights, which get but a quarter smaller, as they are.

    Unpacking them took a thirtieth of scoring twenty comments.
    """
    with ZipFile(path, "w") as file:
        for name, array in arrays.items():
            content = BytesIO()
            np.lib.format.write_array(content, np.asarray(array, order="C"), allow_pickle=False)
            kind = ZIP_STORED if name.endswith(".weights") else ZIP_DEFLATED
            entry = ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            file.writestr(entry, content.getvalue(), kind, 9)


if __name__ == "__main__":
    main()
