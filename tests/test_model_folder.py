"""A model's folder: what is written is read again, and whatever is wrong with it is refused."""

import json
import pickle

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from small_model import trained

from moderation.errors import ModelError
from moderation.model import folder as model_folder
from moderation.model.model import Model


@pytest.fixture(scope="module")
def model():
    return trained()


@pytest.fixture
def folder(model, tmp_path):
    model.save(tmp_path / "small")
    return tmp_path / "small"


def change(folder, **entries):
    """Write other entries into model.json, with a digest that fits."""
    path = folder / "model.json"
    card = json.loads(path.read_text()) | entries
    del card["digest"]
    card["digest"] = model_folder._digest(card)
    path.write_text(json.dumps(card))


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
    assert "does not rise with the logit" in refused(folder)
