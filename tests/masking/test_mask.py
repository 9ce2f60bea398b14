"""Placeholders: stable under a key, told from typed ones, and the same person in every column."""

import re
import stat
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from places import ROOT
from typer.testing import CliRunner

from moderation.cli import app
from moderation.errors import InputError
from moderation.masking import Masker, mask, mask_table, read_key
from moderation.readers.written import read_table

KEY = bytes(range(32))
PERSON = re.compile(r"<PERSON:[0-9a-f]{12}>")


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def test_the_same_value_has_the_same_placeholder_under_one_key_only():
    one, again, other = Masker(KEY), Masker(KEY), Masker(bytes(32))
    text = "ann@example.com, ANN@example.com, bob@example.com"
    first, second, third = re.findall(r"<EMAIL_ADDRESS:(\w+)>", one.text(text))
    assert first == second != third
    assert one.text(text) == again.text(text) != other.text(text)


def test_an_author_is_one_person_as_author_mention_and_name():
    masker = Masker(KEY, ["Anna Smith", "bob_77", "Guest"])
    text = "@bob_77 and bob_77 and u/BOB_77: ask Anna Smith, not the Guest nor Anna"
    pseudonym, anna = masker.author("bob_77"), masker.author("Anna Smith")
    assert masker.text(text) == (
        f"{pseudonym} and {pseudonym} and {pseudonym}: ask {anna}, not the Guest nor Anna"
    )


@pytest.mark.parametrize(
    ("author", "text", "left"),
    [
        ("Ann Smith", "so @Ann Smith, no", "so *, no"),
        ("Ann Smith", "so ANN SMITH and _Ann Smith_", "so * and _*_"),
        ("Ann Smith", "> as Ann\r\n  > Smith said", "> as * said"),
        ("ann smith", "and Ann Smith's", "and *'s"),
        ("Jean-Luc de la Tour du Pin", "(Jean-Luc de la Tour du Pin)", "(*)"),
        ("Jose\u0301 Ruiz", "Jos\u00e9 Ruiz", "*"),
        ("Jos\u00e9 Ruiz", "Jose\u0301 Ruiz", "*"),
        ("\u0905\u0928\u093f\u0932 \u0915\u0941\u092e\u093e\u0930",
         "\u0905\u0928\u093f\u0932 \u0915\u0941\u092e\u093e\u0930 \u091c\u0940", "* \u091c\u0940"),
        ("\u738b\u5c0f\u660e", "\u4f60\u597d\u738b\u5c0f\u660e\u4f60", "\u4f60\u597d*\u4f60"),
        ("\uae40\ucca0\uc218", "\uae40\ucca0\uc218\ub294", "*\ub294"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_stands_in_the_text(author, text, left):
    masker = Masker(KEY, [author])
    assert PERSON.sub("*", masker.text(text)) == left


@pytest.mark.parametrize(
    "text", ["the truth hurts", "Ann. Bob Smith", "anonymous", "mark my words"]
)
def test_what_is_no_name_is_left(text):
    assert Masker(KEY, ["The Truth", "Ann Smith", "Anonymous", "mark"]).text(text) == text


def test_a_typed_placeholder_is_told_from_ours():
    text = "<PERSON:0123456789ab> wrote to ann@example.com"
    masked = Masker(KEY).text(text)
    assert masked.startswith("\u2039PERSON:0123456789ab> wrote to <EMAIL_ADDRESS:")
    assert Masker(KEY).text(masked).count("<EMAIL_ADDRESS:") == 0  # masked twice: typed


def test_places_move_with_the_text():
    masked = Masker(KEY).masked("hi @ann, you fool, mail x@y.org now")
    words = {"hi": (0, 2), "fool": (13, 17), "now": (32, 35)}
    moved = {masked.text[masked.moved(a) : masked.moved(b)] for a, b in words.values()}
    assert moved == set(words)


def test_spans_of_a_reason_mark_the_same_words(tmp_path):
    why = '{"abuse":{"score":0.9,"spans":[[8,13,0.1],[18,22,2.5]],"sentence":"as @ann said"}}'
    table = pa.table({"author": ["ann"], "text": ["so @ann, you are a fool"], "why": [why]})
    masked = mask_table(table, Masker(KEY, ["ann"])).to_pylist()[0]
    (start, end) = [int(n) for n in re.findall(r"\[(\d+),(\d+),2\.5\]", masked["why"])[0]]
    before, after = table["text"][0].as_py(), masked["text"]
    assert after[start:end] == before[18:22]
    assert masked["author"] in masked["why"]
    assert "ann" not in f"{masked['text']}{masked['why']}{masked['author']}"


def test_a_key_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "mask.key"
    assert read_key(path) == read_key(path)
    assert len(read_key(path)) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_of_two_who_make_the_key_at_once_both_have_the_same(tmp_path, monkeypatch):
    path = tmp_path / "mask.key"
    keys = []
    make = mask.replacing

    @contextmanager
    def other_first(target, **options):
        """Somebody else makes the key after this one saw that there is none."""
        monkeypatch.setattr(mask, "replacing", make)
        keys.append(read_key(path))
        with make(target, **options) as temporary:
            yield temporary

    monkeypatch.setattr(mask, "replacing", other_first)
    assert [read_key(path), read_key(path)] == keys * 2
    assert [one.name for one in tmp_path.iterdir()] == ["mask.key"]


@pytest.mark.parametrize("content", ["", "secret\n", "00" * 8, "\u00e9" * 64])
def test_what_is_no_key_is_refused(content, tmp_path):
    (tmp_path / "mask.key").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="no key"):
        read_key(tmp_path / "mask.key")


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    path = tmp_path_factory.mktemp("masked") / "dump.jsonl"
    path.write_text(
        '{"id":"1","thread_id":"t","author":"Zebulon Quirk","text":"You pathetic idiot, '
        'call +49 30 1234567 or mail zeb@quirk.example"}\n'
        '{"id":"2","thread_id":"t","parent_id":"1","author":"kim_9","text":"Zebulon Quirk is a '
        'moron, says @kim_9 on https://x.example/?user=kim_9"}\n'
        '{"id":"3","thread_id":"t","author":"kim_9","text":7, "zeb@quirk.example"}\n'
        '{"id":"4","thread_id":"t","author":"Orlando Unread","text":}\n',
        encoding="utf-8",
    )
    return path


SECRETS = ("Orlando", "Zebulon", "Quirk", "zeb@", "1234567", "kim_9")


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.html", "c.jsonl", "r.csv", "again.html",
                                  "again.db"])  # fmt: skip
def test_no_output_of_a_masked_run_holds_a_secret(name, dump, tmp_path):
    key = tmp_path / "k"
    commands = {
        "s.jsonl": [["score", dump, "--mask", key, "-o", "OUT"]],
        "s.csv": [["score", dump, "--mask", key, "-o", "OUT"]],
        "s.html": [["score", dump, "--mask", key, "--report", "OUT"]],
        "c.jsonl": [["parse", dump, "--mask", key, "-o", "OUT"]],
        "r.csv": [["parse", dump, "--mask", key, "--rejects", "OUT"]],
        "again.html": [["score", dump, "-o", tmp_path / "x.parquet"],
                       ["report", tmp_path / "x.parquet", "--mask", key, "-o", "OUT"]],
        "again.db": [["score", dump, "-o", tmp_path / "x.parquet"],
                     ["report", tmp_path / "x.parquet", "--mask", key, "-o", "OUT"]],
    }[name]  # fmt: skip
    for command in commands:
        status, output = run(*[tmp_path / name if word == "OUT" else word for word in command])
        assert status == 0, output
    written = (tmp_path / name).read_bytes()
    assert [secret for secret in SECRETS if secret.encode() in written] == []
    assert [secret for secret in SECRETS if "--mask" in commands[0] and secret in output] == []


def test_the_printed_table_of_campaigns_names_nobody(tmp_path):
    row = '{"id":"%s","thread_id":"%s","author":"Wanda Xylo%s","text":"%s"}\n'
    text = "Wanda Xylo1: Cheap replica watches, order now at www.watches-outlet.example"
    path = tmp_path / "dump.jsonl"
    path.write_text("".join(row % (k, k, k, text) for k in range(9)), encoding="utf-8")
    words = ["--campaigns", "-o", tmp_path / "o.parquet", "--mask", tmp_path / "k"]
    status, output = run("score", path, *words)
    assert status == 0, output
    assert "campaign" in output
    assert "Wanda" not in output


def test_flags_and_scores_are_those_without_masking(dump, tmp_path):
    for words in (["-o", tmp_path / "a.parquet"], ["--mask", "k", "-o", tmp_path / "b.parquet"]):
        words = [tmp_path / "k" if word == "k" else word for word in words]
        assert run("score", dump, *words)[0] == 0
    plain, masked = (pq.read_table(tmp_path / f"{name}.parquet") for name in "ab")
    same = [name for name in plain.column_names if name not in ("author", "text", "why", "url")]
    assert masked.select(same).equals(plain.select(same))
    assert all(PERSON.fullmatch(author) for author in masked["author"].to_pylist())


def test_labels_leave_the_house_masked(tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text('text,abuse\n"Ann, mail ann@example.com",0\n', encoding="utf-8")
    status, output = run(
        "labels", "export", labels, "-o", tmp_path / "o.csv", "--mask", tmp_path / "k"
    )
    assert status == 0, output
    written = (tmp_path / "o.csv").read_text("utf-8")
    assert "Ann, mail <EMAIL_ADDRESS:" in written
    assert "ann@" not in written


def everything(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_folder_of_partitions_is_masked_as_one_file_is(dump, tmp_path):
    key, out = tmp_path / "k", tmp_path / "out"
    more = ("--mask", key, "--campaigns")
    report, rejects = tmp_path / "r.html", tmp_path / "rejects.csv"
    status, output = run("score", dump, "-o", f"{out}/", "--partitions", "3", "--report", report,
                         "--rejects", rejects, *more)  # fmt: skip
    assert (status, (tmp_path / "out.unmasked").exists()) == (0, False), output
    assert run("score", dump, "-o", tmp_path / "s.parquet", *more)[0] == 0
    parts, _ = read_table(out)
    whole, _ = read_table(tmp_path / "s.parquet")
    columns = ["id", "author", "text", "flags", "why"]
    assert sorted(map(str, parts.select(columns).to_pylist())) == sorted(
        map(str, whole.select(columns).to_pylist())
    )
    tables = [pq.read_table(path).to_pylist() for path in out.rglob("*.parquet")]
    said = f"{tables} {(out / '_manifest.json').read_text()}"
    said += report.read_text("utf-8") + rejects.read_text("utf-8")
    assert [secret for secret in SECRETS if secret in said] == []
    assert len(tables) >= 4
    status, output = run("report", f"{out}/", "-o", tmp_path / "again.html")
    assert status == 0, output


def test_a_masked_folder_is_not_written_to_again(dump, tmp_path):
    masked = ("score", dump, "-o", f"{tmp_path}/out/", "--mask", tmp_path / "k")
    assert run(*masked)[0] == 0
    before = everything(tmp_path / "out")
    assert run(*masked)[0] == 2
    assert everything(tmp_path / "out") == before
    assert run("score", dump, "-o", f"{tmp_path}/plain/")[0] == 0
    status, _ = run("score", dump, "-o", f"{tmp_path}/plain/", "--mask", tmp_path / "k")
    assert status == 1


def test_a_masked_run_that_was_stopped_goes_on(dump, tmp_path, monkeypatch):
    class StoppedError(BaseException):
        pass

    def stop(*_):
        raise StoppedError

    masked = ("score", dump, "-o", f"{tmp_path}/out/", "--mask", tmp_path / "k")
    monkeypatch.setattr("moderation.masking.folder.replacing", stop)
    with pytest.raises(StoppedError):
        CliRunner().invoke(app, list(map(str, masked)))
    monkeypatch.undo()
    plain = tmp_path / "out.unmasked"
    assert stat.S_IMODE(plain.stat().st_mode) == 0o700
    status, output = run(*masked)
    assert (status, plain.exists()) == (0, False), output
    assert "Zebulon" not in str(read_table(tmp_path / "out")[0].to_pylist())


def test_the_seeds_keep_their_comments(tmp_path):
    status, output = run(
        "parse", ROOT / "seeds", "--mask", tmp_path / "k", "-o", tmp_path / "o.jsonl"
    )
    assert status == 0, output
    status, output = run("parse", ROOT / "seeds", "-o", tmp_path / "p.jsonl")
    assert status == 0, output
    lines = [(tmp_path / name).read_bytes().count(b"\n") for name in ("o.jsonl", "p.jsonl")]
    assert lines[0] == lines[1] > 100
