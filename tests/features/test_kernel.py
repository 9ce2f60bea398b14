"""The kernel against its slow twin, and its promises."""

from __future__ import annotations

import naive_kernel as naive
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.hostile import KNOWN
from moderation.evidence.words import evidence
from moderation.features import kernel, ngrams, phrases
from moderation.features.characters import TOKENS, make_scratch
from moderation.features.ngrams import DENSE_FEATURES, NgramConfig, WeightTable

SMALL = NgramConfig(bits=12)
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b",
            "s",
            "o",
            "x",
            "A",
            "Z",
            "1",
            "0",
            "2",
            "9",
            " ",
            "  ",
            "\n",
            ".",
            ",",
            "!",
            "?",
        ),
        *(
            "@",
            "$",
            "|",
            "*",
            "'",
            "’",
            "-",
            "_",
            ":",
            "/",
            "://",
            "www.",
            ".com",
            ".it",
            "bit.ly/x",
        ),
        *("sh1t", "$hit", "@ss", "a$$hole", "B2B", "4th", "mp3", "don't", "coool", "xxx", "f*ck"),
        *(
            "s h i t",
            "d.o.t",
            "h.e.e.e.y",
            "a a a a b",
            "shu7",
            "schoo|",
            "cаm@",
            "х.соm",
            "joe@x.org",
            "<a ",
            "[url=",
            "](http",
            "é",
            "e\u0301",
            "и\u0306",
            "ё",
        ),
        *(
            "İ",
            "ı",
            "ß",
            "ﬁ",
            "ｆ",
            "𝐟",
            "🅵",
            "а",
            "с",
            "к",
            "я",
            "λ",
            "ο",
            "哈",
            "\u200b",
            "\ufeff",
        ),
        *("👍🏽", "😀", "\u0336", "½", "²", "\ufffd", "\U0001f9ff", "\U00020000", "\U000e0041"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))


def as_array(data: list[bytes]) -> pa.Array:
    """An Arrow string array of bytes that need not be UTF-8."""
    offsets = np.cumsum([0, *map(len, data)]).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(data))]
    return pa.Array.from_buffers(pa.large_string(), len(data), buffers)


def words_of(data: bytes, fold: bool = True) -> list[tuple[str, int, int, bool]]:
    """The kernel's words, as the twin gives them."""
    content = np.frombuffer(data, np.uint8)
    scratch, config = make_scratch(len(data)), NgramConfig(fold=fold)
    kernel.read_comment(content, 0, len(data), config.grams, scratch)
    return [
        (
            "".join(map(chr, scratch.chars[first : first + size])),
            int(start),
            int(end),
            bool(main),
        )
        for first, size, start, end, main in zip(
            *(
                getattr(scratch, f"token_{name}")[: scratch.state[TOKENS]]
                for name in ("from", "size", "start", "end", "main")
            ),
            strict=True,
        )
    ]


def row(csr: tuple[np.ndarray, np.ndarray, np.ndarray], number: int = 0) -> dict[int, float]:
    """A CSR row as a dict; a bucket must not come twice."""
    indptr, indices, values = csr
    part = slice(indptr[number], indptr[number + 1])
    assert len(set(indices[part])) == indptr[number + 1] - indptr[number]
    return dict(zip(indices[part].tolist(), values[part].tolist(), strict=True))


def model(labels: int = 2, config: NgramConfig = SMALL) -> WeightTable:
    """Weights drawn at random."""
    rng = np.random.default_rng(7)
    return WeightTable(
        config,
        rng.uniform(0, 3, config.buckets).astype(np.float32),
        rng.normal(size=(config.buckets, labels)).astype(np.float32),
        rng.normal(size=(len(DENSE_FEATURES), labels)).astype(np.float32),
        rng.normal(size=labels).astype(np.float32),
    )


NO_CLASSES = phrases.Lexicon.of({})
NO_WEIGHTS = np.zeros((phrases.SIZE, 2), np.float32)


def logits(texts, table: WeightTable, threads: int | None = None) -> np.ndarray:
    """The scores of n-grams and dense features alone."""
    return phrases.logits(texts, table, NO_CLASSES, NO_WEIGHTS, threads)


LEVEL = ["level5", "~levels"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World", ["hello", "world"]),
        ("sh1t $hit @ss a$$hole 5h1t sh!t", ["shit", "shit", "ass", "asshole", "shit", "shit"]),
        ("B2B 4th 1st", ["b2b", "4th", "1st"]),
        ("mp3 iPhone6", ["mp3", "~mpe", "iphone6", "~iphoneg"]),
        ("s p a c e d out", ["spaced", "out"]),
        ("t h o s e  f o u r dogs", ["those", "four", "dogs"]),
        ("t h o s e f o u r dogs", ["those", "four", "dogs"]),
        (" ".join("weknow" * 20), ["we", "know"] * 20),
        ("t h e y 'll t h a t's x q j v k", ["they", "ll", "thats", "xqjvk"]),
        ("d.o.t.t.e.d d-a-s-h-e-d", ["dotted", "dashed"]),
        ("shiiiit cooool xxxxx", ["shit", "cool", "xxx"]),
        ("Straße, İstanbul'da", ["strasse", "istanbulda"]),
        ("Привет, мой друг", ["привет", "мой", "друг"]),
        ("Πού πας;", ["που", "πας".replace("ς", "σ")]),
        ("раssword сat", ["password", "cat"]),
        ("𝐟𝐮𝐧 ｆｕｎ 🅵🆄🅽 f\u200bun fu\u0301\u0302n", ["fun"] * 5),
        ("great!thanks f*ck don't", ["great", "thanks", "f*ck", "dont"]),
        (
            "M!ndful cert!ficate sme|l fr1end he11o",
            ["mindful", "certificate", "smell", "friend", "hello"],
        ),
        ("beeeetter loooove yessss", ["better", "love", "yes"]),
        (
            "differen7 the schoo| wall| tab| level5",
            ["different", "the", "school", "wall", "tab", *LEVEL],
        ),
        ("s.t.u.u.u.p.i.d h e e e e l p", ["stupid", "help"]),
        ("w h a t a d a a a a a y", ["what", "a", "day"]),
        ("u a b.a.d day, g r e a t s.h.o.w", ["u", "a", "bad", "day", "great", "show"]),
        ("https://vіdеo.соm/раge аbc", ["https", "video", "com", "page", "abc"]),
        ("bit.ly/aaa1b a@b.org", ["bit", "ly", "aaa1b", "a", "b", "org"]),
        ("👍🏽😀", ["👍", "😀"]),
        ("12345 1234", ["00000", "1234"]),
    ],
)
def test_folds_disguises_and_leaves_clean_words(text, words):
    found = [form if main else "~" + form for form, _, _, main in words_of(text.encode())]
    assert found == words


def test_spans_are_code_points_of_the_original():
    text = "👍🏽 y\u200bou s h i t ß"
    assert [text[start:end] for _, start, end, _ in words_of(text.encode())] == [
        "👍",
        "y\u200bou",
        "s h i t",
        "ß",
    ]


@given(TEXTS, st.booleans())
@settings(max_examples=400, deadline=None)
def test_words_match_the_twin(text, fold):
    data = text.encode("utf-8", "surrogatepass")
    assert words_of(data, fold) == naive.read(data, fold)[0]


@given(st.binary(max_size=40))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_not_utf8_match_the_twin(data):
    assert words_of(data) == naive.read(data)[0]


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_counts_and_tfidf_match_the_twin(text):
    config = NgramConfig(bits=10)
    idf = np.linspace(0, 3, config.buckets, dtype=np.float32)
    texts = as_array([text.encode()])
    assert row(ngrams.count(texts, config)) == naive.count(text.encode(), config)
    expected = naive.tfidf(text.encode(), idf, config)
    assert row(ngrams.tfidf(texts, idf, config)) == pytest.approx(expected, rel=1e-5)


@given(st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_logits_are_the_rows_times_the_weights(texts):
    table = model()
    indptr, indices, values = ngrams.tfidf(texts, table.idf, SMALL)
    expected = ngrams.dense(texts) @ table.dense + table.intercept
    for number in range(len(texts)):
        part = slice(indptr[number], indptr[number + 1])
        expected[number] += values[part] @ table.weights[indices[part]]
    assert logits(texts, table) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("letter", "ßẞﬃŉΐﷺ㍿")
def test_letters_that_fold_to_several_are_scored_however_often_they_stand(letter):
    texts = [letter * count for count in range(1, 20)] + [f"a{letter * 4} {letter * 9}"]
    found = ngrams.dense(texts)
    assert ((found >= 0) & (found <= 1)).all()


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_dense_features_lie_between_0_and_1(text):
    found = ngrams.dense([text])
    assert ((found >= 0) & (found <= 1)).all()


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_counted_signs_match_the_twin(text):
    _, seen = naive.read(text.encode())
    found = dict(zip(DENSE_FEATURES, ngrams.dense([text])[0], strict=True))
    for name, key in {
        "raw_urls": "urls",
        "bare_domains": "domains",
        "link_shorteners": "short",
        "html_links": "html",
        "emails": "emails",
        "handles": "handles",
        "stretched_words": "stretched",
        "exclamations": "exclaim",
        "stacked_marks": "marks",
        "invisible_characters": "invisible",
        "look_alikes": "mixed",
        "leet_words": "leet",
        "spaced_words": "spaced",
        "masked_words": "masked",
    }.items():
        assert found[name] == pytest.approx(seen[key] / (seen[key] + 1)), name
    assert found["length"] == pytest.approx(min(np.log1p(seen["chars"]) / 10, 1), abs=1e-6)
    assert found["digits"] == pytest.approx(min(seen["digits"] / max(seen["chars"], 1), 1))


@pytest.mark.parametrize(
    ("plain", "disguised"),
    [
        ("go kick him now!", "go k!ck h1m now!"),
        ("stupid people here", "s.t.u.p.i.d people here"),
        ("stupid people here", "s t u p i d p e o p l e here"),
        ("stupid people here", "stuuuupid peo\u200bple h\u0336e\u0336re"),
        ("no no wait", "no no w!a!i!t"),
    ],
)
def test_disguises_change_only_what_counts_them(plain, disguised):
    counts = ("length", "exclamations", "digits", "quotations")
    columns = [DENSE_FEATURES.index(name) for name in counts]
    first, second = ngrams.dense([plain, disguised])[:, columns]
    assert second == pytest.approx(first)


@pytest.mark.parametrize(
    ("text", "feature", "value"),
    [
        ("call 555-123-4567 now", "phones", 1 / 2),
        ("only $5 or 7€", "money", 2 / 3),
        ("ab 12", "digits", 2 / 5),
        ("> you said\nno", "quoted_lines", 10 / 13),
        ('he said "well" then', "quotations", 4 / 19),
        ("so so so what", "repeated_words", 2 / 4),
        ("ABc de", "capitals", 2 / 10),
        ("да no", "non_latin", 2 / 4),
        ("ok 😀", "emoji", 1 / 2),
        ("ｆun", "styled_letters", 1 / 3),
        ("see http://x.com/a?b=c", "raw_urls", 1 / 2),
        ("see x.com and done.It", "bare_domains", 1 / 2),
        ("@somebody hi", "handles", 1 / 2),
        ("https://vіdеo.соm ok vidео.соm", "bare_domains", 1 / 2),
    ],
)
def test_dense_feature(text, feature, value):
    found = ngrams.dense([text])[0, DENSE_FEATURES.index(feature)]
    assert found == pytest.approx(value)


def test_same_score_alone_in_a_batch_in_any_order_on_any_threads():
    rng = np.random.default_rng(3)
    vocabulary = np.array(
        ["so", "good", "$hit", "cooool", "привет", "http://x.com", "👍", "s p a m"]
    )
    texts = [" ".join(rng.choice(vocabulary, 300)) for _ in range(2000)]
    table = model()
    together = logits(texts, table, threads=1)
    assert (logits(texts, table, threads=3) == together).all()
    assert (logits(texts[::-1], model(), threads=2)[::-1] == together).all()
    alone = np.concatenate([logits([text], model()) for text in texts[:20]])
    assert (alone == together[:20]).all()


def test_reads_every_kind_of_string_column():

    texts = ["one", None, "two three"]
    expected = ngrams.count(["one", "", "two three"], SMALL)
    longer = pa.array(["zero", *texts, "four"])
    for column in (
        pa.array(texts, pa.string()),
        pa.array(texts, pa.large_string()),
        pa.array(texts, pa.string_view()),
        longer.slice(1, 3),
        pa.chunked_array([longer.slice(1, 1), longer.slice(2, 2)]),
        pd.Series(texts, dtype=pd.ArrowDtype(pa.large_string())),
        pd.Series(texts, dtype=object),
        longer.slice(1, 3).dictionary_encode(),
    ):
        found = ngrams.count(column, SMALL)
        assert all((a == b).all() for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    "column", [[], pa.array([], pa.string()), pa.chunked_array([], pa.string())]
)
def test_no_texts(column):
    assert logits(column, model()).shape == (0, 2)


def test_refuses_what_is_no_column_of_strings():
    with pytest.raises(TypeError, match="one string"):
        ngrams.count("abc", SMALL)
    with pytest.raises(TypeError, match="int64"):
        ngrams.count(pa.array([1, 2]), SMALL)


def test_document_frequencies_count_texts_not_occurrences():
    config = NgramConfig(word_ngrams=(1, 1), char_ngrams=None, bits=20)
    found = ngrams.document_frequencies(["so so good", "so"], config)
    assert sorted(found[found > 0].tolist()) == [1, 2]
    idf = ngrams.inverse_frequencies(found, 2, min_df=2)
    assert idf[idf > 0].tolist() == [1.0]


def test_settings_survive_json_and_another_version_is_refused():
    saved = NgramConfig(char_ngrams=None, bits=9).to_json()
    assert NgramConfig.from_json(saved) == NgramConfig(char_ngrams=None, bits=9)
    with pytest.raises(ValueError, match="retrain"):
        NgramConfig.from_json(saved | {"version": "0.0"})
    with pytest.raises(ValueError, match="expected"):
        NgramConfig.from_json({"bits": 3})


@pytest.mark.parametrize(
    "settings", [{"word_ngrams": (0, 2)}, {"char_ngrams": (2, 9)}, {"bits": 3}]
)
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ValueError, match="expected"):
        NgramConfig(**settings)


@pytest.mark.parametrize("text", KNOWN, ids=lambda text: f"{text[:12]!r} {len(text)}")
def test_texts_that_did_harm_match_the_twin(text):
    short = text[:600]
    assert words_of(short) == naive.read(short)[0]


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("coool", 1),
        ("1coool", 4),  # digits as they are, and as letters, each with one o or two
        ("1" + "abcdefghijk" * 500 + "eee", 4),
        ("ab\U00011052 ", 1),  # a digit that no table of ASCII letters has
        ("a b c d ", 2),
    ],
)
def test_forms_take_no_more_room_than_there_is(unit, words):
    data = unit.encode()
    found = words_of(data)
    scratch = make_scratch(len(data))
    assert len(found) == words
    assert sum(len(form) for form, *_ in found) <= len(scratch.chars) - len(data)


@pytest.mark.parametrize("unit", ["@$", "abc$", "ab!cd$", "@$@$x", "a@b.", "s|t$u!"])
def test_signs_in_a_megabyte_are_looked_at_once(unit):
    """Each was looked at again for every word before it: minutes."""
    text = unit * ((1 << 20) // len(unit))
    assert logits([text], model()).shape == (1, 2)


def test_one_word_of_a_megabyte():
    text = "ab" * 500_000
    assert logits([text], model()).shape == (1, 2)
    assert len(evidence([text], model(), NO_CLASSES, NO_WEIGHTS).start) == 1
