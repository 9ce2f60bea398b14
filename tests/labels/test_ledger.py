"""The ledger: what counts, what a crash leaves, many writers at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest

from moderation.errors import LabelError, OutputError
from moderation.labels.ledger import Decision, append, decisions, entries, is_ledger, retract
from moderation.labels.read import read_labels

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decision(text="buy pills", label="spam", value=True, annotator="ann", **more):
    more = {"at": NOON, "thread_id": "t", "id": text[:3], **more}
    return Decision(label=label, value=value, text=text, annotator=annotator, **more)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels" / "ledger.jsonl"


def test_a_decision_comes_back_with_its_context(path):
    one = decision(parent_text="hello", title="News", article="Long", model="default", score=0.93)
    append(path, [one])
    frame = decisions(path)
    assert frame.loc[0, ["text", "parent_text", "title", "article", "annotator"]].tolist() == [
        "buy pills",
        "hello",
        "News",
        "Long",
        "ann",
    ]
    assert frame.loc[0, "source"] == "ledger"
    assert frame.loc[0, "spam"] == 1
    assert frame.loc[0, "labelled_at"] == NOON
    assert entries(path)[0]["score"] == 0.93
    assert entries(path)[0]["model"] == "default"


def test_the_last_decision_per_comment_label_and_annotator_counts(path):
    append(path, [decision(value=True), decision(value=False), decision(label="abuse")])
    append(path, [decision(annotator="bob", value=True), decision(text="other")])
    frame = decisions(path)
    rows = frame[["text", "annotator", "spam", "abuse"]].fillna(-1).to_numpy().tolist()
    assert rows == [
        ["buy pills", "ann", 0.0, 1.0],
        ["buy pills", "bob", 1.0, -1.0],
        ["other", "ann", 1.0, -1.0],
    ]


def test_the_order_of_writing_does_not_matter(tmp_path):
    several = [decision(text=f"text {number}", annotator="ab"[number % 2]) for number in range(9)]
    append(tmp_path / "one.jsonl", several)
    append(tmp_path / "two.jsonl", several[::-1])
    first, second = decisions(tmp_path / "one.jsonl"), decisions(tmp_path / "two.jsonl")
    assert first.equals(second)


def test_the_same_id_with_another_text_is_another_comment(path):
    append(path, [decision(text="buy one", id="7"), decision(text="buy two", id="7", value=False)])
    assert decisions(path)["spam"].tolist() == [1, 0]


def test_a_retracted_decision_gives_way_to_the_one_before(path):
    append(path, [decision(value=False)])
    (key,) = append(path, [decision(value=True)])
    before = path.read_bytes()
    assert retract(path, key=key, at=NOON, by="ann") == 1
    assert decisions(path)["spam"].tolist() == [0]
    assert path.read_bytes().startswith(before)  # nothing is ever taken out


def test_a_retracted_annotator_is_as_if_never_seen(path, tmp_path):
    kept = [decision(text=f"kept {number}") for number in range(3)]
    append(path, [kept[0], decision(annotator="eve", label="abuse"), *kept[1:]])
    append(path, [decision(annotator="eve", text="more")])
    assert retract(path, annotator="eve", at=NOON, by="ann") == 2
    append(tmp_path / "clean.jsonl", kept)
    assert decisions(path).equals(decisions(tmp_path / "clean.jsonl"))


def test_what_an_annotator_decides_after_a_retraction_counts(path):
    append(path, [decision()])
    retract(path, annotator="ann", at=NOON, by="bob")
    append(path, [decision(value=False)])
    assert decisions(path)["spam"].tolist() == [0]


def test_retracting_nothing_is_an_error(path):
    append(path, [decision()])
    with pytest.raises(LabelError, match="no decision 'nope'"):
        retract(path, key="nope", at=NOON, by="ann")
    with pytest.raises(LabelError, match="no decision of 'eve'"):
        retract(path, annotator="eve", at=NOON, by="ann")
    with pytest.raises(LabelError, match="not both"):
        retract(path, at=NOON, by="ann")


def test_of_several_decisions_all_are_retracted_or_none(path):
    keys = append(path, [decision(), decision(text="second")])
    before = path.read_bytes()
    with pytest.raises(LabelError, match="no decision 'nope'"):
        retract(path, key=[keys[0], "nope"], at=NOON, by="ann")
    assert path.read_bytes() == before
    assert retract(path, key=[*keys, keys[0]], at=NOON, by="ann") == 2
    assert len(decisions(path)) == 0


ODD_NAMES = ["", "  ", "an\nn", "an\rn", "ann\x00", "\x1b[31mann", "ann\u2028", "\u202enna",
             "\u2066ann\u2069", "an\u200bn", "\ufeffann", "an\u00adn", "\u200fann"]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_that_does_not_show_as_what_it_is_is_refused(path, name):
    with pytest.raises(LabelError, match=r"annotator|cannot be a reviewer's name"):
        append(path, [decision(annotator=name)])
    assert not path.exists()
    append(path, [decision()])
    with pytest.raises(LabelError, match="cannot be a reviewer's name"):
        retract(path, annotator="ann", at=NOON, by=name)


@pytest.mark.parametrize(
    "name", ["Zoë Ñandú", "山田太郎", "مریم\u200cسادات", "क्\u200dष", "👩\u200d🚀", "o'brien, r.; x"]
)
def test_names_of_all_scripts_are_names(path, name):
    append(path, [decision(annotator=name)])
    assert decisions(path)["annotator"].tolist() == [name]


def test_a_torn_last_line_is_passed_over_and_set_aside_by_the_next_writer(path):
    append(path, [decision(), decision(text="second")])
    whole = path.read_bytes()
    torn = whole.splitlines(keepends=True)[1][:40]
    path.write_bytes(whole + torn)
    assert len(entries(path)) == 2
    append(path, [decision(text="third")])
    assert path.read_bytes().startswith(whole)
    assert [entry["text"] for entry in entries(path)] == ["buy pills", "second", "third"]
    assert path.with_name("ledger.jsonl.torn").read_bytes() == torn + b"\n"


def test_a_last_line_that_lacks_only_its_newline_is_kept(path):
    append(path, [decision()])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert len(entries(path)) == 1
    append(path, [decision(text="second")])
    assert [entry["text"] for entry in entries(path)] == ["buy pills", "second"]
    assert not path.with_name("ledger.jsonl.torn").exists()


def test_every_cut_of_the_last_line_loses_that_line_at_most(path):
    append(path, [decision(), decision(text="späť 😀 second")])
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(first, len(whole) + 1):
        path.write_bytes(whole[:cut])
        assert len(entries(path)) == (2 if cut >= len(whole) - 1 else 1)


def test_a_broken_line_in_the_middle_is_named(path):
    append(path, [decision()])
    path.write_bytes(path.read_bytes() + b"not json\n" + path.read_bytes())
    with pytest.raises(LabelError, match=r"ledger\.jsonl:2: not a ledger entry"):
        decisions(path)


def test_lines_that_come_again_are_the_same_entries(path):
    first, _, third = append(path, [decision(), decision(value=False), decision(text="second")])
    retract(path, key=third, at=NOON, by="ann")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: whole.rindex(b'{"entry":"retraction"')])
    found = decisions(path)
    assert (found["text"].tolist(), found["spam"].tolist()) == (["buy pills"], [0])
    path.write_bytes(whole + whole.split(b"\n")[0].replace(b'"value":1', b'"value":0') + b"\n")
    with pytest.raises(LabelError, match=f":5: .*key '{first}' says something else further up"):
        entries(path)


def test_an_absent_ledger_is_an_empty_one(path):
    assert entries(path) == []
    assert decisions(path).empty


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "no label"}, "not a label name"),
        ({"text": "  "}, "needs the comment's text"),
        ({"annotator": ""}, "annotator"),
        ({"at": datetime(2026, 3, 1)}, "no zone"),
    ],
)
def test_a_decision_that_cannot_be_used_is_refused(path, changes, message):
    with pytest.raises(LabelError, match=message):
        append(path, [decision(**changes)])
    assert not path.exists()


def test_times_of_any_zone_are_kept_as_utc(path):
    append(path, [decision(at=datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2))))])
    assert entries(path)[0]["at"] == "2026-03-01T12:00:00+00:00"


def test_half_an_emoji_does_not_stop_a_decision(path):
    append(path, [decision(text="look \ud83d here")])
    assert decisions(path)["text"].tolist() == ["look \ufffd here"]


def test_a_ledger_reads_as_a_label_table(path, tmp_path):
    append(path, [decision()])
    table = tmp_path / "more.csv"
    table.write_text("text,abuse\nyou fool,1\n")
    frame = read_labels([path, table])
    assert frame["source"].tolist() == ["ledger", "more.csv"]
    assert frame["spam"].fillna(-1).tolist() == [1, -1]
    assert is_ledger(path)
    assert not is_ledger(table)


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        append(tmp_path / "file" / "ledger.jsonl", [decision()])


def test_a_full_disk_leaves_no_half_line(path, monkeypatch):
    append(path, [decision()])
    before = path.read_bytes()
    real = os.write

    def half(descriptor, content):
        if len(content) > 20:
            return real(descriptor, content[:20])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half)
        with pytest.raises(OutputError, match="No space left"):
            append(path, [decision(text="x" * 9)])
    assert path.read_bytes()[: len(before)] == before
    assert len(entries(path)) == 1
    append(path, [decision(text="after")])
    assert [entry["text"] for entry in entries(path)] == ["buy pills", "after"]


_APPENDING = """
import sys
from datetime import UTC, datetime
from moderation.labels.ledger import Decision, append
for number in range(20):
    one = Decision(label="spam", value=True, text=f"{number} " + "x" * 3000, annotator=sys.argv[2],
                   at=datetime(2026, 3, 1, tzinfo=UTC))
    append(sys.argv[1], [one])
"""


def test_ten_processes_at_once_lose_nothing(path):
    writers = [
        subprocess.Popen([sys.executable, "-c", _APPENDING, str(path), f"w{number}"])
        for number in range(10)
    ]
    assert [writer.wait() for writer in writers] == [0] * 10
    found = entries(path)
    assert len(found) == 200
    for number in range(10):
        own = [entry["text"].split()[0] for entry in found if entry["annotator"] == f"w{number}"]
        assert own == [str(count) for count in range(20)]


_KILLED = """
import sys
from datetime import UTC, datetime
from moderation.labels.ledger import Decision, append
number = 0
while True:
    one = Decision(label="spam", value=True, text=f"{number} " + "y" * 200_000, annotator="a",
                   at=datetime(2026, 3, 1, tzinfo=UTC))
    append(sys.argv[1], [one])
    number += 1
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_kill_at_any_moment_loses_at_most_the_decision_being_written(path):
    for pause in (0.0, 0.003, 0.011, 0.023):
        path.unlink(missing_ok=True)
        with subprocess.Popen([sys.executable, "-c", _KILLED, str(path)], stdout=-1) as writer:
            assert writer.stdout is not None
            for _ in range(3):
                writer.stdout.readline()
            time.sleep(pause)
            writer.send_signal(signal.SIGKILL)
            said = [3, *map(int, writer.stdout.read().split())][-1]
        found = entries(path)
        assert said <= len(found) <= said + 1
        assert [entry["text"].split()[0] for entry in found] == [
            str(number) for number in range(len(found))
        ]
        append(path, [decision(text="after")])
        assert len(entries(path)) == len(found) + 1


def test_lines_are_json_objects_with_a_key(path):
    (key,) = append(path, [decision()])
    (line,) = path.read_bytes().splitlines()
    entry = orjson.loads(line)
    assert entry["entry"] == "decision"
    assert entry["key"] == key
    assert len(key) == 16
