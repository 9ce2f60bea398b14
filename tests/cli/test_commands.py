"""The command line as its user meets it: what is printed, where, and with which status."""

import json
import os
import resource
import shutil
import subprocess
import sys
import zipfile

import pandas as pd
import pytest
from places import ROOT, SEEDS

from moderation.zstandard import zstd

GOOD = '{"id": "1", "text": "first"}\n{"id": "2", "parent_id": "1", "text": "second"}\n'


def python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, **options
    )


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "dump.jsonl"
    path.write_text(GOOD)
    return path


def test_help_loads_nothing_heavy():
    heavy = "{'numpy', 'pandas', 'pyarrow', 'sklearn', 'scipy', 'lxml', 'rich'}"
    ran = python(
        "-c",
        "import sys\n"
        "from moderation.cli import app\n"
        "try: app(['--help'])\n"
        f"finally: print('loaded:', sorted({heavy} & set(sys.modules)), file=sys.stderr)",
    )
    assert ran.stderr.splitlines()[-1] == "loaded: []"


def test_python_m_is_the_command_line():
    ran = python("-m", "moderation", "--help")
    assert (ran.returncode, "score" in ran.stdout) == (0, True)


def test_every_command_is_in_the_readme(moderation):
    listed = moderation("--help").out.split("Commands:")[1].splitlines()
    commands = [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "]
    readme = (ROOT / "README.md").read_text()
    assert [name for name in commands if f"moderation {name}" not in readme] == []


def test_frames_are_whole_after_pandas_was_spared():
    ran = python(
        "-c",
        "from moderation.tables import spare_pandas, to_arrow, to_frame\n"
        "import pyarrow as pa\n"
        "spare_pandas()\n"
        "frame = to_frame(pa.table({'a': ['x', None], 'n': [1.5, None]}))\n"
        "print(to_arrow(frame.assign(b=frame['a'], m=frame['n'] * 2)).to_pydict())",
    )
    assert (
        ran.stdout == "{'a': ['x', None], 'n': [1.5, None], 'b': ['x', None], 'm': [3.0, None]}\n"
    )


def test_scoring_loads_neither_scikit_learn_nor_pandas(dump):
    ran = python(
        "-c",
        "import sys\n"
        "from moderation.cli import app\n"
        f"try: app(['score', {str(dump)!r}, '-o', {str(dump.with_suffix('.parquet'))!r}])\n"
        "finally: print('loaded:', {'sklearn', 'scipy.linalg', 'pandas'} & set(sys.modules))",
    )
    assert ran.stdout.splitlines()[-1] == "loaded: set()"


@pytest.mark.parametrize(
    "command",
    [
        ("labels", "check", "none.csv"),
        ("train", "none.csv", "-o", "model"),
        ("score", "none.csv"),
        ("queue", "none.csv"),
        ("drift", "none.csv", "none.csv"),
    ],
)
def test_a_missing_file_is_one_line(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = python("-m", "moderation", *command)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
    assert "none.csv" in ran.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("evaluate", "MODEL", "none.csv"),
        ("evaluate", "MODEL", "--suite", "none.csv"),
        ("promote", "MODEL", "none.csv"),
        ("promote", "MODEL", "--suite", "none.csv"),
        ("train", "--from", "MODEL", "none.csv", "-o", "out"),
        ("thresholds", "MODEL", "--dump", "none.csv"),
        ("explain", "-m", "MODEL", "a text", "--article", "none.csv"),
        ("queue", "-m", "MODEL", "none.csv"),
    ],
)
def test_files_are_looked_at_before_a_model_is_loaded(moderation, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "MODEL"
    folder.mkdir()
    (folder / "model.json").write_text("{}")
    ran = moderation(*command)
    assert (ran.status, "none.csv" in ran.err, len(ran.err.splitlines())) == (1, True, 1)


def test_parse_writes_the_tree_and_says_what_it_read(moderation, dump, tmp_path):
    ran = moderation("parse", dump, "-o", tmp_path / "out.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(row["id"], row["depth"]) for row in rows] == [("1", 1), ("2", 2)]
    assert ran.status == 0
    assert ran.out == ""
    assert "2 records" in ran.err


def test_results_go_to_standard_output_and_nothing_else_does(moderation, dump):
    ran = moderation("parse", dump, "-o", "-")
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == ["1", "2"]


def test_standard_input_is_a_dump():
    ran = python("-m", "moderation", "parse", "-", "-o", "-", input=GOOD)
    assert [json.loads(line)["text"] for line in ran.stdout.splitlines()] == ["first", "second"]


def test_the_tree_is_drawn(moderation, dump):
    ran = moderation("parse", dump, "--tree")
    assert ran.out.splitlines()[1:] == ["└─ first", "   └─ second"]


def test_rejects_are_written_with_their_place(moderation, tmp_path):
    path = tmp_path / "dump.jsonl"
    path.write_text(GOOD + '{"id": "3", "text": \n' + GOOD.replace('"1"', '"4"'))
    ran = moderation("parse", path, "--rejects", tmp_path / "rejects.jsonl")
    (reject,) = map(json.loads, (tmp_path / "rejects.jsonl").read_text().splitlines())
    assert ran.status == 0
    assert reject["place"] == "line 3, bytes 77 to 97"
    assert "1 reject" in ran.err


def empty(folder):
    (folder / "dump.jsonl").write_bytes(b"")


def binary(folder):
    (folder / "dump.jsonl").write_bytes(bytes(range(256)) * 64)


def damaged_gzip(folder):
    (folder / "dump.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00" + b"\x00" * 40)


def cut_zstandard(folder):
    whole = zstd.compress(GOOD.encode() * 9999)
    (folder / "dump.jsonl.zst").write_bytes(whole[: len(whole) // 2])


def no_text_column(folder):
    (folder / "dump.csv").write_text("id,size,when\n1,12,2020\n")


def unknown_format(folder):
    (folder / "dump.xml").write_text("<?xml version='1.0'?><unheard><of>it</of></unheard>")


def cut_parquet(folder):
    (folder / "dump.parquet").write_bytes(b"PAR1" + b"\x00" * 400)


def empty_folder(folder):
    (folder / "dump").mkdir()


def missing(folder):
    assert not (folder / "dump").exists()


def blank(folder):
    (folder / "dump.jsonl").write_text("\n \r\n\n")


def cut_in_the_only_record(folder):
    (folder / "dump.jsonl").write_text('{"id": "1", "text": "It goes on and')


def cut_in_the_only_comment(folder):
    item = "<item><wp:post_id>1</wp:post_id><wp:comment><wp:comment_id>1</wp:comment_id>"
    rss = '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
    (folder / "dump.xml").write_text(rss + item)


def other_encoding(folder):
    (folder / "dump.csv").write_bytes("id,text\n1,hello\n".encode("cp037"))


def damaged_xz(folder):
    (folder / "dump.xz").write_bytes(b"\xfd7zXZ\0" + bytes(range(100)))


def damaged_bzip2(folder):
    (folder / "dump.bz2").write_bytes(b"BZh9" + bytes(range(100)))


def cut_zip(folder):
    with zipfile.ZipFile(folder / "dump.zip", "w") as archive:
        archive.writestr("dump.jsonl", GOOD * 99)
    (folder / "dump.zip").write_bytes((folder / "dump.zip").read_bytes()[:500])


def zip_without_a_dump(folder):
    with zipfile.ZipFile(folder / "dump.zip", "w") as archive:
        archive.writestr("picture.png", b"\x89PNG" + bytes(range(200)))


def bomb(folder):
    frames = zstd.compress(bytes(1 << 24))
    (folder / "dump.csv.zst").write_bytes(zstd.compress(b"id,text\n") + frames * 20)


def links_in_a_circle(folder):
    (folder / "dump").symlink_to(folder / "dump")


def folder_without_a_dump(folder):
    (folder / "dump").mkdir()
    (folder / "dump" / "picture.png").write_bytes(b"\x89PNG" + bytes(range(200)))


def deep_brackets(folder):
    (folder / "dump.json").write_text("[" * 100_000)


WRONG = [
    blank,
    bomb,
    cut_in_the_only_comment,
    cut_in_the_only_record,
    cut_zip,
    damaged_bzip2,
    damaged_xz,
    deep_brackets,
    folder_without_a_dump,
    links_in_a_circle,
    other_encoding,
    zip_without_a_dump,
    empty,
    binary,
    damaged_gzip,
    cut_zstandard,
    no_text_column,
    unknown_format,
    cut_parquet,
    empty_folder,
    missing,
]


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["parse", "score"])
def test_wrong_input_is_one_clear_line(moderation, tmp_path, make, command):
    make(tmp_path)
    path = next(tmp_path.iterdir(), tmp_path / "dump")
    output = tmp_path / "out.jsonl"
    ran = moderation(command, path, "-o", output)
    assert ran.status == 1
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert path.name in ran.err
    assert not output.exists()
    assert [p.name for p in tmp_path.iterdir() if p != path] == []


def test_an_unreadable_file_is_one_clear_line(dump):
    if os.geteuid() == 0:
        pytest.skip("root reads every file")
    dump.chmod(0)
    ran = python("-m", "moderation", "parse", str(dump))
    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)


def test_a_full_disk_leaves_no_partial_file(dump, tmp_path):
    dump.write_text("".join(f'{{"id": "{i}", "text": "{"word " * 50}"}}\n' for i in range(9_000)))

    def little_space():
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    output = tmp_path / "out.jsonl"
    ran = python(
        "-c",
        "import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"sys.argv = ['moderation', 'parse', {str(dump)!r}, '-o', {str(output)!r}]\n"
        "from moderation.cli import main; main()",
        preexec_fn=little_space,
    )
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dump.jsonl"]


@pytest.mark.parametrize(
    "arguments", [["parse"], ["parse", "x", "--map", "nonsense"], ["no-such-command"]]
)
def test_wrong_usage_is_status_2(moderation, arguments):
    assert moderation(*arguments).status == 2


def test_an_unknown_model_names_the_known_ones(moderation, dump):
    ran = moderation("score", dump, "-m", "nonsense")
    assert (ran.status, "default" in ran.err) == (1, True)


def test_a_model_folder_needs_no_slash(moderation, dump, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "models" / "default", tmp_path / "mine")
    assert moderation("score", dump, "-m", "mine").status == 0


def test_score_finds_its_model_from_any_folder(moderation, dump, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    named = moderation("score", dump, "-m", "default", "-o", "-")
    assert named.status == 0
    assert named.out == moderation("score", dump, "-o", "-").out


def test_score_writes_scores_flags_and_reasons(moderation, tmp_path):
    output, report = tmp_path / "scored.jsonl", tmp_path / "report.html"
    ran = moderation("score", SEEDS, "-o", output, "--report", report)
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    flagged = [row for row in rows if row["flags"]]
    assert ran.status == 0
    assert flagged
    assert all(set(json.loads(row["why"])) == set(row["flags"].split(";")) for row in flagged)
    assert all(0 <= row["spam"] <= 1 for row in rows if row["kind"] == "comment")
    assert [row["spam"] for row in rows if not row["text"].strip()] == [None] * 3
    assert report.read_text().startswith("<!doctype html>")


def test_explain_names_the_words(moderation):
    ran = moderation("explain", "Cheap replica watches, order now at www.watches-outlet.example")
    assert ran.status == 0
    assert "spam" in ran.out


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_an_ending_that_says_no_format_is_wrong_usage(moderation, tmp_path, option):
    for command in ("score", "parse"):
        ran = moderation(command, tmp_path / "not-there.jsonl", option, tmp_path / "t.xlsx")
        assert ran.status == 2
        assert "the extension names no format" in " ".join(ran.err.replace("│", " ").split())


def test_formats_are_listed_within_80_columns(moderation):
    ran = moderation("formats")
    assert ran.status == 0
    assert "plaintext" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_a_campaign_is_named_with_its_members(moderation, tmp_path):
    praise = (
        "Last spring I had lost all hope until a neighbour told me about mister Balthasar who "
        "reads the cards by telephone and knew my whole life within minutes"
    )
    rows = [{"id": "x", "thread_id": "t0", "author": "b", "text": "The second chapter was better."}]
    rows += [
        {"id": str(i), "thread_id": f"t{i}", "author": f"a{i}", "text": f"{praise} {i}"}
        for i in range(4)
    ]
    dump, output = tmp_path / "dump.jsonl", tmp_path / "scored.jsonl"
    dump.write_text("\n".join(map(json.dumps, rows)))
    ran = moderation("score", dump, "--campaigns", "-o", output)
    scored = {row["id"]: row for row in map(json.loads, output.read_text().splitlines())}
    assert ran.status == 0
    assert [scored[name]["campaign"] for name in ("x", "0", "1", "2", "3")] == [None, 0, 0, 0, 0]
    assert ran.err.splitlines()[-1].split()[:4] == ["0", "4", "4", "4"]


@pytest.mark.parametrize("output", ["scored.parquet", "folder/"])
def test_a_link_from_another_page_is_kept_and_not_scored(moderation, tmp_path, output):
    dump = SEEDS / "telescope.wordpress.xml"
    told = " ".join(moderation("score", dump, "-o", f"{tmp_path}/{output}").err.split())
    assert "2 pingbacks and trackbacks are not scored" in told
    scored = pd.read_parquet(tmp_path / output)
    pings = scored[scored["kind"].isin(["pingback", "trackback"])]
    assert len(pings) == 2
    assert pings[["spam", "slur", "abuse", "off_topic"]].isna().all(axis=None)
    assert pings["flags"].tolist() == ["", ""]
    assert scored["spam"].notna().sum() == 27
