"""Messages of a chat are compared with what stands around them, not with the whole channel."""

import numpy as np
import pyarrow as pa
import pytest

from moderation.comments import STRING, THREAD_SCHEMA
from moderation.context import windows
from moderation.context.classifier import context_features, count_words
from moderation.threads import thread_bounds

KITCHEN = "the soup needs salt and the bread an hour more in the oven"
HARBOUR = "the ferry missed the tide and the boats wait at the harbour"


def chat(texts, depths=None, kind="message", thread="general"):
    n = len(texts)
    columns = {
        "thread_id": pa.array([thread] * n, STRING),
        "id": pa.array(map(str, range(n)), STRING),
        "depth": pa.array(depths or [1] * n, pa.int32()),
        "text": pa.array(texts, STRING),
        "kind": pa.array([kind] * n, STRING),
    }
    return pa.table(columns)


def cut(table):
    depth = table["depth"].to_numpy()
    return windows.windows_of(table, thread_bounds(table), depth)


def features(table):
    words = count_words(pa.array([KITCHEN, HARBOUR, "nothing else at all"] * 50, STRING))
    return context_features(table, THREAD_SCHEMA.empty_table(), words)[0]


def test_a_channel_is_cut_into_windows_that_follow_those_before():
    found = cut(chat([KITCHEN] * 65))
    assert np.diff(found.bounds).tolist() == [20, 40, 45]
    assert found.rows[found.own].tolist() == list(range(65))
    assert found.rows[20:22].tolist() == [0, 1]
    assert found.heads.tolist() == [0, 1, 0, 1, 0, 1]


def test_answers_stay_with_what_they_answer():
    depths = [1] + [2] * 29 + [1] * 30
    found = cut(chat([KITCHEN] * 60, depths))
    assert found.rows[found.own].tolist() == list(range(60))
    assert np.diff(found.bounds).tolist() == [30, 60]


@pytest.mark.parametrize("kind", ["comment", None])
def test_other_conversations_are_compared_as_a_whole(kind):
    assert cut(chat([KITCHEN] * 60, kind=kind)) is None
    assert cut(chat([KITCHEN] * 20)) is None
    assert cut(chat([KITCHEN] * 60).drop_columns(["kind"])) is None


def test_what_was_said_long_before_changes_nothing():
    late = [HARBOUR] * 40
    after_kitchen = features(chat([KITCHEN] * 60 + late))[-20:]
    after_harbour = features(chat([HARBOUR] * 60 + late))[-20:]
    assert np.array_equal(after_kitchen, after_harbour)


def test_other_threads_keep_their_features_beside_a_chat():
    blog = chat([KITCHEN, HARBOUR] * 4, [1, 2] * 4, "comment", "blog")
    together = features(pa.concat_tables([blog, chat([KITCHEN] * 50)]))
    assert np.array_equal(together[:8], features(blog))
