"""Parts for languages of their own: which comments they score, and how they are kept."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file, save_file
from small_model import rows, trained
from small_parts import taken_apart, with_small_parts

from moderation.errors import ModelError
from moderation.features.unicode_forms import places_before
from moderation.flags.flag import flag
from moderation.model import folder as model_folder
from moderation.model.eight_bits import packed_weights, unpacked
from moderation.model.labels import TextLabel
from moderation.model.model import Model

GERMAN = "Was für ein Trottel, das muss man hier wirklich einmal sagen"
POLISH = "Jesteś głupi jak but i nikt cię tutaj nie chce widzieć"


@pytest.fixture(scope="module")
def model():
    return with_small_parts("de", "zh", "ar", "ko", "hi", "vi")


@pytest.fixture
def folder(model, tmp_path):
    model.save(tmp_path / "small")
    return tmp_path / "small"


def test_english_comments_score_bit_for_bit_as_without_parts(model):
    texts = [text for text, *_ in rows()]
    assert model.score(texts).equals(trained().score(texts))


def test_a_part_scores_the_labels_it_has_and_the_rest_cannot_be_told(model):
    scores = model.score([GERMAN, POLISH])
    assert scores["abuse"].isna().tolist() == [False, True]
    assert scores["spam"].isna().tolist() == [True, True]
    assert scores["abuse"][0] > model.thresholds["abuse"]


@pytest.mark.parametrize(
    ("rude", "kind"),
    [
        (
            "我觉得你写的东西就是一个白痴，大家都这样说",
            "我觉得你写的东西就是一个报道，大家都这样说",
        ),
        ("هذا الكلام الذي كتبته هنا حقير جدا", "هذا الكلام الذي كتبته هنا مفيد جدا"),
        ("이 글을 쓴 사람은 정말 대단한 바보 같다", "이 글을 쓴 사람은 정말 대단한 사진 같다"),
        ("यह लेख लिखने वाला आदमी बहुत बेवकूफ है", "यह लेख लिखने वाला आदमी बहुत अच्छा है"),
        (
            "Người viết bài này thật là đần quá, tôi nghĩ",
            "Người viết bài này thật là đẹp quá, tôi nghĩ",
        ),
    ],
)
def test_each_script_is_scored_whole_and_in_pieces(model, rude, kind):
    scores = model.score([rude, kind])["abuse"]
    assert scores[0] >= model.thresholds["abuse"] > scores[1]
    pieces = model.score([taken_apart(rude), taken_apart(kind)])["abuse"]
    assert pieces.to_list() == pytest.approx(scores.to_list(), abs=2e-3)


def test_tones_and_vowel_signs_tell_words_apart(model):
    texts = ["ma", "má", "mà", "mả", "mã", "mạ"]
    found = [model.by_language["vi"].logits([text])[0, 0] for text in texts]
    counts = vietnamese_buckets(model, texts)
    assert len(found) == len(texts)
    assert len({tuple(row) for row in counts}) == len(texts)
    hindi = model.by_language["hi"].table.config
    assert len({buckets(hindi, text) for text in ("कि", "का", "के", "कु", "क")}) == 5


def vietnamese_buckets(model, texts):
    return [buckets(model.by_language["vi"].table.config, text) for text in texts]


def buckets(config, text):
    from moderation.features.ngrams import count

    return tuple(sorted(count([text], config)[1].tolist()))


def test_what_was_saved_is_loaded_and_saved_again_with_the_same_bytes(model, folder, tmp_path):
    loaded = Model.load(folder)
    texts = [GERMAN, POLISH, "你是一个白痴", "What a lovely recipe, thank you"]
    assert loaded.score(texts).equals(model.score(texts))
    loaded.save(tmp_path / "again")
    for name in ("model.json", "weights.safetensors"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_language_scores_at_its_own_threshold_what_the_label_has_as_its(model):
    label = model.by_language["de"].text_heads[0]
    logits = np.linspace(-3, 3, 1001)
    own = label.calibration(logits) >= label.threshold
    assert own.any()
    assert not own.all()
    assert ((label.scores(logits) >= label.stands_at) == own).mean() > 0.998
    plain = replace(label, stands_at=None)
    assert np.array_equal(plain.scores(logits), label.calibration(logits))


def test_flags_say_which_words_carry_them_in_the_comment_as_it_was_written(model):
    insults = {
        "Was für ein Trottel, das muss man hier wirklich einmal sagen": "Trottel",
        "هذا الكلام الذي كتبته هنا حقير جدا يا صديقي": "حقير",
        "이 글을 쓴 사람은 정말 대단한 바보 같다고 생각합니다": "바보",
        taken_apart("이 글을 쓴 사람은 정말 대단한 바보 같다고 생각합니다"): taken_apart("바보"),
        "यह लेख लिखने वाला आदमी बहुत बेवकूफ है ऐसा मुझे लगता है": "बेवकूफ",
        taken_apart("Người viết bài này thật là đần quá, tôi nghĩ như vậy đó"): taken_apart("đần"),
    }
    comments = pd.DataFrame({"text": list(insults)})
    scores = model.score(comments)
    _, why = flag(comments, scores, model)
    for text, reason, insult in zip(insults, why.to_pylist(), insults.values(), strict=True):
        spans = json.loads(reason)["abuse"]["spans"]
        start, end, _ = max(spans, key=lambda span: span[2])
        assert text[start:end] == insult
        assert all(0 <= begin < close <= len(text) for begin, close, _ in spans)


def test_explains_a_comment_by_its_languages_part(model):
    said = {one.label: str(one) for one in model.explain(GERMAN)}
    assert "Trottel +" in said["abuse"]
    assert said["spam"] == "spam: cannot tell (it has not learnt the language, de)"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("plain", None),
        ("e\u0301t", [(0, 2), (2, 3)]),
        ("\u1112\u1161\u11ab!", [(0, 3), (3, 4)]),
        ("a\u0327\u0301", [(0, 3), (0, 3)]),
    ],
)
def test_finds_composed_characters_where_they_stood(text, places):
    found = places_before(text, fold=True)
    assert (None if found is None else [tuple(pair) for pair in found.T.tolist()]) == places


def test_rounding_twice_changes_nothing():
    weights = np.random.default_rng(0).normal(size=(1000, 2)).astype(np.float32)
    once = unpacked(*packed_weights(weights))
    assert np.array_equal(unpacked(*packed_weights(once)), once)
    assert np.array_equal(once.astype(np.float16).astype(np.float32), once)
    assert np.abs(once - weights).max() < 0.02


def change(folder, **entries):
    path = folder / "model.json"
    card = json.loads(path.read_text()) | entries
    card.pop("digest")
    path.write_text(json.dumps(card | {"digest": model_folder.card_digest(card)}))


def rewrite(folder, **arrays):
    path = folder / "weights.safetensors"
    save_file(load_file(path) | arrays, path)
    change(folder, weights=model_folder.hashlib.sha256(path.read_bytes()).hexdigest())


def test_refuses_more_bits_than_rows(folder):
    name = "language/de/ngrams/weights/rows"
    rewrite(folder, **{name: np.full_like(load_file(folder / "weights.safetensors")[name], 255)})
    model = Model.load(folder)  # what a dump does not need is not unpacked
    with pytest.raises(ModelError, match=r"ngrams/weights has [\d,]+ rows, and bits for [\d,]+"):
        model.score(["Du bist ein dummer Idiot und ein elender Schwachkopf, geh doch weg"])


def test_refuses_a_part_with_a_label_that_the_model_lacks(folder):
    card = json.loads((folder / "model.json").read_text())
    card["by_language"]["de"]["labels"][0]["name"] = "rude"
    change(folder, by_language=card["by_language"])
    with pytest.raises(
        ModelError, match=r"by_language\.de: 'rude' is not a text label of the model"
    ):
        Model.load(folder)


def test_refuses_an_altered_part(folder):
    name = "language/ko/ngrams/weights/step"
    rewrite(folder, **{name: np.full(1, 0.5, np.float32)})
    parts = Model.load(folder).by_language
    with pytest.raises(ModelError, match="part for ko: the self-test comments score differently"):
        parts["ko"]


def test_a_label_of_a_part_is_a_text_label(model):
    assert all(isinstance(head, TextLabel) for head in model.by_language["zh"].heads)
