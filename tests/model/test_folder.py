"""A model's folder: what is written is read again, and whatever is wrong with it is refused."""

import contextlib
import json
import pickle

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from small_model import trained

from moderation.errors import ModelError, ModerationError
from moderation.model import folder as model_folder
from moderation.model.goals.choose import curve_of, described
from moderation.model.goals.goal import Goal
from moderation.model.model import Model
from moderation.training.decisions.carry_on import below_decisions, recipe_of
from moderation.training.decisions.gain import bought


@pytest.fixture(scope="module")
def model():
    return trained()


@pytest.fixture
def folder(model, tmp_path):
    model.save(tmp_path / "small")
    return tmp_path / "small"


def write(folder, card):
    """A card with a digest that fits."""
    card = {name: entry for name, entry in card.items() if name != "digest"}
    path = folder / "model.json"
    path.write_text(json.dumps(card | {"digest": model_folder.card_digest(card)}))


def change(folder, **entries):
    """Write other entries into model.json."""
    write(folder, json.loads((folder / "model.json").read_text()) | entries)


def rewrite(folder, **arrays):
    """Write other arrays (None = drop), with digests that fit."""
    path = folder / "weights.safetensors"
    kept = load_file(path) | arrays
    save_file({name: one for name, one in kept.items() if one is not None}, path)
    change(folder, weights=model_folder.hashlib.sha256(path.read_bytes()).hexdigest())


def refused(folder):
    with pytest.raises(ModelError) as caught:
        Model.load(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_reads_what_was_written(model, folder):
    again = Model.load(folder)
    texts = ["You are a fool", "visit bonus.example/now", ""]
    assert np.allclose(again.score_texts(texts), model.score_texts(texts), atol=1e-6)
    assert again.name == "small"
    assert again.thresholds == model.thresholds


def test_saving_again_gives_the_same_bytes(folder, tmp_path):
    Model.load(folder).save(tmp_path / "again")
    for name in ("model.json", "weights.safetensors"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_changed_thresholds_are_kept(folder, tmp_path):
    Model.load(folder).with_thresholds({"spam": 0.25}).save(tmp_path / "other")
    assert Model.load(tmp_path / "other").thresholds["spam"] == 0.25
    assert Model.load(tmp_path / "other").digest != Model.load(folder).digest


def test_unknown_label_or_threshold(model):
    with pytest.raises(ModelError, match="no label 'rude'; this model has spam, abuse"):
        model.with_thresholds({"rude": 0.5})
    with pytest.raises(ModelError, match="threshold of spam is 7; expected 0 to 1"):
        model.with_thresholds({"spam": 7})


def test_no_folder(tmp_path):
    assert "no such model folder" in refused(tmp_path / "none")


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
def test_missing_file(folder, name):
    (folder / name).unlink()
    assert f"{name} is missing" in refused(folder)


def test_an_empty_folder(tmp_path):
    assert refused(tmp_path).endswith("model.json is missing; there is nothing in it")


def test_renamed_file(folder):
    (folder / "weights.safetensors").rename(folder / "weights.bin")
    assert "weights.safetensors is missing; there is model.json, weights.bin" in refused(folder)


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a model's file was run",)


def test_a_pickle_beside_the_model_is_refused_and_not_run(folder):
    (folder / "extra.pkl").write_bytes(pickle.dumps(Bomb()))
    assert "extra.pkl is not part of a model" in refused(folder)


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
def test_a_pickle_in_place_of_a_file_is_refused_and_not_run(folder, name):
    (folder / name).write_bytes(pickle.dumps(Bomb()))
    assert name in refused(folder)


def test_a_pickle_with_the_right_digest(folder):
    path = folder / "weights.safetensors"
    path.write_bytes(pickle.dumps(Bomb()))
    change(folder, weights=model_folder.hashlib.sha256(path.read_bytes()).hexdigest())
    assert "not readable as safetensors" in refused(folder)


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
@pytest.mark.parametrize("kept", [0, 7, 400])
def test_truncated(folder, name, kept):
    path = folder / name
    path.write_bytes(path.read_bytes()[:kept])
    assert name in refused(folder)


def test_one_byte_altered(folder):
    path = folder / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)
    assert "digests differ" in refused(folder)


def test_altered_card(folder):
    path = folder / "model.json"
    path.write_text(path.read_text().replace('"threshold": ', '"threshold": 0', 1))
    refused(folder)
    path.write_text(path.read_text().replace('"threshold": 0', '"threshold": ', 1))
    card = json.loads(path.read_text())
    card["labels"][0]["threshold"] = 0.001
    path.write_text(json.dumps(card))
    assert "altered since it was saved" in refused(folder)


def test_newer_format(folder):
    change(folder, version=99)
    assert "format version 99; this program reads up to 1" in refused(folder)


def test_another_programs_card(folder):
    change(folder, format="other")
    assert "not a model of this program" in refused(folder)


def test_missing_entry(folder):
    change(folder, labels=[{"name": "spam"}])
    assert "'kind' is missing" in refused(folder)


def test_wrong_type(folder):
    change(folder, labels=7)
    assert "model.json" in refused(folder)


def test_other_ngrams(folder):
    card = json.loads((folder / "model.json").read_text())
    change(folder, ngrams=card["ngrams"] | {"version": "0.0"})
    assert "retrain" in refused(folder)


def test_wrong_shape(folder):
    rewrite(folder, intercept=np.zeros(3, np.float32))
    assert "intercept is float32 (3,); expected float32 (2,)" in refused(folder)


def test_wrong_number_type(folder):
    rewrite(folder, intercept=np.zeros(2, np.float64))
    assert "intercept is float64 (2,); expected float32 (2,)" in refused(folder)


def test_array_left_out(folder):
    rewrite(folder, intercept=None)
    assert "array 'intercept' is missing or not expected" in refused(folder)


def test_array_too_many(folder):
    rewrite(folder, more=np.zeros(2, np.float32))
    assert "array 'more' is missing or not expected" in refused(folder)


def test_not_finite(folder):
    rewrite(folder, intercept=np.array([0, np.inf], np.float32))
    assert "intercept holds numbers that are not finite" in refused(folder)


def test_self_test_notices_other_weights(folder):
    rewrite(folder, intercept=np.array([3, 3], np.float32))
    assert "self-test comments score differently" in refused(folder)


def test_damaged_calibration(folder):
    card = json.loads((folder / "model.json").read_text())
    card["labels"][0]["calibration"]["slope"] = -1
    change(folder, labels=card["labels"])
    assert "labels[0].calibration.slope is -1; expected a number from" in refused(folder)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("metrics", "out_of_fold", "roc_auc"), [17, 0.5, 0.9]),
        (("metrics", "out_of_fold", "roc_auc"), "good"),
        (("metrics", "out_of_fold"), [0.9]),
        (("metrics", "roc_auc_by_source"), {"forum": -1}),
        (("operating", "precision"), 87),
        (("operating", "recall_low"), -0.1),
        (("operating", "false_positive_rate"), 1e6),
        (("operating", "flags"), -5),
        (("operating", "value"), 200_000),
        (("operating", "threshold"), 2),
    ],
)
def test_figures_that_cannot_be(folder, path, value):
    card = json.loads((folder / "model.json").read_text())
    card["labels"][0]["metrics"] |= {"out_of_fold": {}, "roc_auc_by_source": {}}
    card = replaced(json.dumps(card), ("labels", 0, *path), value)
    write(folder, card)
    assert f"labels[0].{'.'.join(path)}" in refused(folder)


def test_labels_of_one_name(folder):
    card = json.loads((folder / "model.json").read_text())
    card["labels"][1]["name"] = card["labels"][0]["name"]
    change(folder, labels=card["labels"])
    assert "two labels have the same name" in refused(folder)


def test_more_word_classes_than_the_kernel_has_room_for(folder):
    change(folder, classes=[f"class {number}" for number in range(255)])
    assert "classes is list; expected a list of 0 to 23" in refused(folder)


@pytest.mark.parametrize("fold", [9, 10**9, "yes", None, 1.5])
def test_fold_is_true_or_false(folder, fold):
    card = json.loads((folder / "model.json").read_text())
    change(folder, ngrams=card["ngrams"] | {"fold": fold})
    assert "ngrams.fold is" in refused(folder)


def test_a_number_of_a_million_digits(folder):
    path = folder / "model.json"
    path.write_text(path.read_text().replace('"version": 1,', f'"version": {"9" * 10**6},'))
    assert "not JSON" in refused(folder)


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none(folder, odd):
    path = folder / "model.json"
    card = json.loads(path.read_text())
    card["labels"][0]["threshold"] = "here"
    card["digest"] = ""
    path.write_text(json.dumps(card).replace('"here"', odd))
    refused(folder)


@pytest.mark.parametrize("array", ["ngrams/weights", "ngrams/idf", "dense/weights", "intercept"])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers(folder, array, odd):
    kept = load_file(folder / "weights.safetensors")[array].copy()
    kept.flat[-1] = odd
    rewrite(folder, **{array: kept})
    assert f"{array} holds numbers that are not finite" in refused(folder)


def test_weights_that_add_up_to_no_number(folder):
    rewrite(folder, intercept=np.array([3e38, -3e38], np.float32))
    assert "intercept holds numbers beyond 1,000,000" in refused(folder)


def leaves(entry, path=()):
    """The path of every entry of a card, and of the first of every list."""
    below = entry.items() if isinstance(entry, dict) else enumerate(entry[:1])
    for key, value in below:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))


def replaced(card, path, value):
    """The card with another value there."""
    made = json.loads(card)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return made


def used(folder):
    """What commands do with a model."""
    model = Model.load(folder)
    model.score_texts(["visit bonus.example/now, you fool", ""])
    model.parts("you fool")
    model.passport()
    for head in model.heads:
        described(head, 0.01)
        with contextlib.suppress(ModerationError):
            curve_of(head).promise(Goal.parse("precision >= 0.5"))
    bought(below_decisions(model))
    recipe_of(model)


ODD = {
    "null": None,
    "true": True,
    "text": "x",
    "long text": "x" * 20_000,
    "zero": 0,
    "negative": -1,
    "nine": 9,
    "huge": 10**4000,
    "large": 1e300,
    "tiny": 1e-300,
    "list": [],
    "lists": [[[]]],
    "numbers": [10**9] * 3,
    "object": {},
    "objects": {"a": {"b": -(10**300)}},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_card_with_any_one_entry_of_another_kind(folder, odd):
    """It is refused in one line, or it is a model."""
    card = (folder / "model.json").read_text()
    paths = list(leaves(json.loads(card)))
    assert ("labels", 0, "calibration", "slope") in paths
    for path in paths:
        write(folder, replaced(card, path, odd))
        with contextlib.suppress(ModelError):
            used(folder)


def test_a_card_without_any_one_entry(folder):
    card = (folder / "model.json").read_text()
    for path in leaves(json.loads(card)):
        made = json.loads(card)
        at = made
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        write(folder, made)
        with contextlib.suppress(ModelError):
            used(folder)


def test_a_tampered_header_of_the_weights(folder):
    path = folder / "weights.safetensors"
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length]
    for old, new in [
        (b'"F16"', b'"F64"'),
        (b'"F16"', b'"I16"'),
        (b'"F16"', b'"BF16"'),
        (b'"F32"', b'"C64"'),
        (b'"data_offsets":[0,', b'"data_offsets":[1,'),
        (b'"shape":[', b'"shape":[9999999999999,'),
        (b'"shape":[', b'"shape":[-1,'),
        (b'"intercept"', b'"__metadata__"'),
        (b"{", b"[" * 5000),
        (b"}", b""),
    ]:
        made = header.replace(old, new, 1)
        assert made != header
        path.write_bytes(len(made).to_bytes(8, "little") + made + content[8 + length :])
        change(folder, weights=model_folder.hashlib.sha256(path.read_bytes()).hexdigest())
        refused(folder)
    for size in (0, 1, 2**31, 2**63, 2**64 - 1):
        path.write_bytes(size.to_bytes(8, "little") + content[8:])
        change(folder, weights=model_folder.hashlib.sha256(path.read_bytes()).hexdigest())
        refused(folder)
