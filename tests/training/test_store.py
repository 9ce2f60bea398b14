"""What is kept of public sets between runs changes no byte of a model, and is never stale."""

import os
import stat
import sys

import numpy as np
import pandas as pd
import pytest

from moderation.labels.table import label_frame
from moderation.training import build as building
from moderation.training import store as storing
from moderation.training.build import build
from moderation.training.store import Store, digest_of


def _bytes(model, folder):
    model.save(folder)
    return [(folder / name).read_bytes() for name in ("model.json", "weights.safetensors")]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "kept")


def _names(store):
    return {path.name for path in store.folder.iterdir()}


def test_a_model_has_the_same_bytes_without_from_a_new_and_from_a_filled_store(
    described, store, tmp_path, monkeypatch
):
    without = _bytes(build(*described), tmp_path / "without")
    assert _bytes(build(*described, store=store), tmp_path / "new") == without
    assert sorted(name.rpartition(".")[2] for name in _names(store)) == ["arrow", "safetensors"]
    monkeypatch.setattr(building, "read_sets", None)  # would fail: nothing is made anew
    monkeypatch.setattr(building, "context_label", None)
    assert _bytes(build(*described, store=store), tmp_path / "filled") == without


def test_other_files_settings_decisions_or_seeds_find_nothing_kept(described, store, tmp_path):
    sources, data = described
    build(sources, data, store=store)
    known = _names(store)
    mine = tmp_path / "mine.csv"
    mine.write_text("text,title,stray\n" + "what about the moon,about the sea,1\n" * 12)
    build(sources, data, store=store, seed=1)
    assert len(_names(store) - known) == 1  # another head of the same sets
    before = _names(store)
    judged = _bytes(build(sources, data, store=store, more=[mine]), tmp_path / "judged")
    assert judged != _bytes(build(sources, data, store=store), tmp_path / "unjudged")
    assert _names(store) == before  # a decision that is taken back leaves no trace
    rows = (data / "remarks.csv").read_text().replace("helps on page 3", "helped on page 3")
    (data / "remarks.csv").write_text(rows)
    assert _bytes(build(sources, data, store=store), tmp_path / "a") == _bytes(
        build(sources, data), tmp_path / "b"
    )
    assert len(_names(store) - known) == 3


def test_decisions_on_words_alone_use_the_head_that_was_kept(described, store, tmp_path):
    build(*described, store=store)
    known = _names(store)
    mine = tmp_path / "mine.csv"
    mine.write_text("text,promo\n" + "".join(f"zebra crossing {k},1\n" for k in range(30)))
    build(*described, store=store, more=[mine])
    assert _names(store) == known


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_entry_is_made_anew(described, store, tmp_path, damage):
    expected = _bytes(build(*described, store=store), tmp_path / "first")
    for path in store.folder.iterdir():
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        path.write_bytes(whole if damage is None else damage)
    assert _bytes(build(*described, store=store), tmp_path / "again") == expected


def test_a_folder_that_cannot_be_written_keeps_nothing(described, tmp_path):
    (tmp_path / "file").write_text("")
    assert build(*described, store=Store(tmp_path / "file" / "kept")).labels == ["promo", "stray"]


def test_a_table_comes_back_as_it_was(store):
    frame = label_frame(
        pd.DataFrame(
            {
                "text": ["ä", "b 😀", "c"],
                "thread_id": ["1", None, "2"],
                "labelled_at": ["2026-01-31T12:00:00Z", None, None],
                "weight": [1, 0.5, None],
                "natural": [True, False, False],
                "spam": [1, None, 0],
            }
        ),
        "a test",
    )
    store.keep_table("name", frame, [{"rows": 3}])
    found, about = store.table("name")
    pd.testing.assert_frame_equal(found, frame)
    assert about == [{"rows": 3}]
    assert store.table("another") is None


def test_the_oldest_entries_go_first(store, monkeypatch):
    frame = label_frame(pd.DataFrame({"text": ["one"]}), "a test")
    for number, name in enumerate(("old", "used", "new")):
        store.keep_table(name, frame, name)
        os.utime(store.folder / f"{name}.arrow", (number, number))
    assert store.table("old")[1] == "old"  # young again
    size = (store.folder / "new.arrow").stat().st_size
    monkeypatch.setattr(storing, "MOST_BYTES", 3 * size + size // 2)
    store.keep_table("last", frame, "last")
    assert _names(store) == {"old.arrow", "new.arrow", "last.arrow"}


def test_digests_tell_what_stands_where(store):
    tables = [label_frame(pd.DataFrame({"text": [text]}), "a test") for text in ("one", "two")]
    digests = {
        digest_of(), digest_of("ab"), digest_of("a", "b"), digest_of(b"ab"), digest_of(1.0),
        digest_of(None), digest_of(tables[0]), digest_of(tables[1]), digest_of(*tables),
    }  # fmt: skip
    assert len(digests) == 9
    assert digest_of(tables[0].copy()) == digest_of(tables[0])
    assert np.unique([len(one) for one in digests]).tolist() == [64]


def without_a_home(monkeypatch, tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    for name in ("XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(blocked))
    monkeypatch.setattr(storing.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(storing.sys, "platform", "linux")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_without_a_home_a_private_temporary_folder_is_taken(monkeypatch, tmp_path):
    without_a_home(monkeypatch, tmp_path)
    folder = Store.of_user().folder
    assert folder is not None
    assert folder.is_relative_to(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_folder_that_others_can_write_to_is_not_taken(monkeypatch, tmp_path):
    without_a_home(monkeypatch, tmp_path)
    folder = Store.of_user().folder
    assert folder is not None
    folder.parent.chmod(0o777)
    assert Store.of_user().folder is None
