"""Every JSON and table format: a sample each, the tree it must give, and who claims it."""

import json
import subprocess
import sys
import zipfile

import pandas as pd
import places
import pytest
from places import SAMPLES

from moderation import threads
from moderation.errors import InputError, InternalError, UnknownFormatError
from moderation.readers import READERS, Reader, Source, detect, iterate, read
from moderation.readers.records import Row, batches

SHARED = places.SHARED / "samples"
UNCLAIMED = {"PROVENANCE.tsv", "HackerNews-API-README.md"}  # about the samples, not dumps

# file, reader, then thread, id, parent, depth and status of each comment in the table's order
EXPECTED = [
    (
        "activitypub/outbox.json",
        "activitypub",
        [
            ("https://s.example/post/1", "https://s.example/n/2", None, 1, "unknown"),
            (
                "https://s.example/post/1",
                "https://s.example/n/3",
                "https://s.example/n/2",
                2,
                "deleted",
            ),
            (
                "https://s.example/post/1",
                "https://s.example/n/4",
                "https://other.example/n/9",
                1,
                "unknown",
            ),
        ],
    ),
    (
        "cat/gn.csv",
        "cat",
        [
            ("1.2.3", "1.2.3", None, 1, "unknown"),
            ("1.2.4", "1.2.4", None, 1, "unknown"),
        ],
    ),
    (
        "civil-comments/comments.csv",
        "civil-comments",
        [
            ("140000", "317120", None, 1, "approved"),
            ("140000", "317121", "317120", 2, "removed"),
        ],
    ),
    (
        "comentario/export.json",
        "comentario",
        [
            ("p1", "c1", None, 1, "approved"),
            ("p1", "c2", "c1", 2, "removed"),
        ],
    ),
    (
        "commento/export.json",
        "commento",
        [
            ("/tea", "aa", None, 1, "approved"),
            ("/tea", "bb", "aa", 2, "deleted"),
            ("/tea", "cc", "aa", 2, "spam"),
        ],
    ),
    (
        "convokit/utterances.jsonl",
        "convokit",
        [
            ("r", "s", None, 1, "unknown"),
            ("r", "t", "s", 2, "removed"),
        ],
    ),
    (
        "coral/comments.jsonl",
        "coral",
        [
            ("s1", "1", None, 1, "approved"),
            ("s1", "2", "1", 2, "removed"),
        ],
    ),
    (
        "coral-csv/comments.csv",
        "coral-csv",
        [
            ("s1", "u1", None, 1, "approved"),
            ("s1", "u2", "u1", 2, "removed"),
        ],
    ),
    (
        "coral-graphql/answer.json",
        "coral-graphql",
        [
            ("s2", "1", None, 1, "approved"),
            ("s2", "2", "1", 2, "hidden"),
        ],
    ),
    (
        "coral-sponge/comments.json",
        "coral-sponge",
        [
            ("34", "16", None, 1, "approved"),
        ],
    ),
    (
        "cusdis/answer.json",
        "cusdis",
        [
            ("g1", "u1", None, 1, "approved"),
            ("g1", "u2", "u1", 2, "pending"),
        ],
    ),
    (
        "devto/comments.json",
        "devto",
        [
            ("comments", "a1", None, 1, "unknown"),
            ("comments", "b2", "a1", 2, "hidden"),
        ],
    ),
    (
        "discourse/topic.json",
        "discourse",
        [
            ("8", "2", None, 1, "unknown"),
            ("8", "3", "2", 2, "deleted"),
            ("8", "5", "3", 3, "hidden"),
            ("8", "7", "4", 1, "unknown"),
        ],
    ),
    (
        "disqus-api/posts.json",
        "disqus-api",
        [
            ("77", "1", None, 1, "approved"),
            ("77", "2", "1", 2, "spam"),
        ],
    ),
    (
        "facebook/comments.json",
        "facebook",
        [
            ("comments", "1", None, 1, "unknown"),
        ],
    ),
    (
        "github/discussion.json",
        "github",
        [
            ("https://git.example/d/3", "c1", None, 1, "spam"),
            ("https://git.example/d/3", "c2", "c1", 2, "hidden"),
        ],
    ),
    (
        "guardian/discussion.json",
        "guardian",
        [
            ("/p/1", "1", None, 1, "approved"),
            ("/p/1", "2", "1", 2, "removed"),
            ("/p/1", "3", "2", 3, "approved"),
        ],
    ),
    (
        "hackernews/items.json",
        "hackernews",
        [
            ("1", "2", None, 1, "unknown"),
            ("1", "3", "2", 2, "deleted"),
            ("1", "4", None, 1, "removed"),
        ],
    ),
    (
        "hackernews-algolia/item.json",
        "hackernews-algolia",
        [
            ("10", "11", None, 1, "deleted"),
            ("10", "12", "11", 2, "unknown"),
        ],
    ),
    (
        "hackernews-search/hits.json",
        "hackernews-search",
        [
            ("20", "21", None, 1, "unknown"),
            ("20", "22", "21", 2, "unknown"),
        ],
    ),
    (
        "hashover/tea-page/1-2.json",
        "hashover",
        [
            ("tea-page", "1-2", "1", 1, "pending"),
        ],
    ),
    (
        "hashover/tea-page/1.json",
        "hashover",
        [
            ("tea-page", "1", None, 1, "approved"),
        ],
    ),
    (
        "instagram/post_comments_1.json",
        "instagram",
        [
            ("al", "1", None, 1, "unknown"),
        ],
    ),
    (
        "isso/generic.json",
        "isso",
        [
            ("/coffee/", "0", None, 1, "unknown"),
            ("/tea/", "0", None, 1, "unknown"),
            ("/tea/", "1", "0", 2, "unknown"),
        ],
    ),
    (
        "json-tree/forum.json",
        "json-tree",
        [
            ("t9", "1", None, 1, "unknown"),
            ("t9", "2", "1", 2, "unknown"),
        ],
    ),
    (
        "lemmy/comments.json",
        "lemmy",
        [
            ("3", "24", None, 1, "removed"),
            ("3", "27", "24", 2, "deleted"),
        ],
    ),
    (
        "lobsters/story.json",
        "lobsters",
        [
            ("st", "a", None, 1, "unknown"),
            ("st", "b", "a", 2, "removed"),
            ("st", "c", "b", 3, "unknown"),
            ("st", "d", "a", 2, "unknown"),
        ],
    ),
    (
        "mastodon/context.json",
        "mastodon",
        [
            ("110000000000000001", "110000000000000002", None, 1, "unknown"),
            ("110000000000000001", "110000000000000003", "110000000000000002", 2, "unknown"),
        ],
    ),
    (
        "nyt/answer.json",
        "nyt",
        [
            ("answer", "1", None, 1, "approved"),
            ("answer", "2", "1", 2, "approved"),
        ],
    ),
    (
        "nyt-csv/comments.csv",
        "nyt-csv",
        [
            ("58927e04", "26853969", None, 1, "approved"),
            ("58927e04", "26853970", "26853969", 2, "approved"),
        ],
    ),
    (
        "parent-as-text/context.csv",
        "parent-as-text",
        [
            ("b9773c54f58d", "1", None, 1, "unknown"),
        ],
    ),
    (
        "pushshift/comments.ndjson",
        "pushshift",
        [
            ("q", "a", None, 1, "unknown"),
            ("q", "b", "a", 2, "removed"),
            ("q", "c", "b", 3, "deleted"),
            ("q", "d", None, 1, "deleted"),
        ],
    ),
    (
        "reddit/listing.json",
        "reddit",
        [
            ("p1", "a", None, 1, "unknown"),
            ("p1", "b", "a", 2, "deleted"),
            ("p1", "c", "b", 3, "unknown"),
            ("p1", "d", None, 1, "removed"),
        ],
    ),
    (
        "reddit/morechildren.json",
        "reddit",
        [
            ("p1", "e", "a", 1, "unknown"),
            ("p1", "f", "e", 2, "unknown"),
        ],
    ),
    (
        "remark42/backup.json",
        "remark42",
        [
            ("https://blog.example/tea", "1", None, 1, "unknown"),
            ("https://blog.example/tea", "2", "1", 2, "removed"),
        ],
    ),
    (
        "remark42/tree.json",
        "remark42",
        [
            ("https://blog.example/tea", "1", None, 1, "unknown"),
            ("https://blog.example/tea", "2", "1", 2, "deleted"),
            ("https://blog.example/tea", "3", "2", 3, "unknown"),
        ],
    ),
    (
        "socc/comments.csv",
        "socc",
        [
            ("9", "source1_9_0", None, 1, "unknown"),
            ("9", "source1_9_0_1", "source1_9_0", 2, "unknown"),
        ],
    ),
    (
        "table/comments.csv",
        "table",
        [
            ("comments", "1", None, 1, "unknown"),
            ("comments", "2", "1", 2, "unknown"),
        ],
    ),
    (
        "table/comments.json",
        "table",
        [
            ("comments", "a", None, 1, "unknown"),
            ("comments", "b", "a", 2, "unknown"),
        ],
    ),
    (
        "table/comments.jsonl",
        "table",
        [
            ("t", "9007199254740993", None, 1, "unknown"),
            ("t", "9007199254740994", "9007199254740993", 2, "unknown"),
        ],
    ),
    (
        "table/comments.tsv",
        "table",
        [
            ("comments", "1", None, 1, "unknown"),
            ("comments", "2", "1", 2, "unknown"),
        ],
    ),
    (
        "takeout/comments.csv",
        "takeout",
        [
            ("v1", "u1", None, 1, "unknown"),
            ("v1", "u2", "u1", 2, "unknown"),
        ],
    ),
    (
        "telegram/result.json",
        "telegram",
        [
            ("2", "3", None, 1, "unknown"),
            ("2", "4", "3", 2, "unknown"),
            ("7", "5", None, 1, "unknown"),
        ],
    ),
    (
        "utterances/comments.json",
        "utterances",
        [
            ("https://api.git.example/i/1", "1", None, 1, "unknown"),
            ("https://api.git.example/i/1", "2", None, 1, "unknown"),
        ],
    ),
    (
        "wordpress-rest/comments.json",
        "wordpress-rest",
        [
            ("9", "4", None, 1, "approved"),
            ("9", "5", "4", 2, "pending"),
            ("9", "6", None, 1, "spam"),
        ],
    ),
    (
        "wp-cli/comments.csv",
        "wp-cli",
        [
            ("5", "1", None, 1, "approved"),
            ("5", "2", "1", 2, "spam"),
            ("5", "4", "1", 2, "removed"),
            ("5", "3", None, 1, "pending"),
        ],
    ),
    (
        "youtube/threads.json",
        "youtube",
        [
            ("V", "T", None, 1, "spam"),
            ("V", "T.1", "T", 2, "approved"),
        ],
    ),
    (
        "youtube-downloader/comments.jsonl",
        "youtube-downloader",
        [
            ("comments", "A", None, 1, "unknown"),
            ("comments", "A.B", "A", 2, "unknown"),
        ],
    ),
    (
        "yt-dlp/video.info.json",
        "yt-dlp",
        [
            ("V", "a", None, 1, "unknown"),
            ("V", "a.b", "a", 2, "unknown"),
        ],
    ),
]


def rows_of(comments, *columns):
    return [
        tuple(None if value is pd.NA else value for value in row)
        for row in comments[list(columns)].itertuples(index=False)
    ]


@pytest.mark.parametrize(("path", "reader", "expected"), EXPECTED, ids=[e[0] for e in EXPECTED])
def test_tree_and_statuses(path, reader, expected):
    dump = read(SAMPLES / path)
    assert [name for name, _ in dump.formats.values()] == [reader]
    assert rows_of(dump.comments, "thread_id", "id", "parent_id", "depth", "status") == expected
    assert dump.records == len(expected)


def test_every_json_and_table_reader_has_a_sample():
    from moderation.readers.json import formats
    from moderation.readers.table import dialects

    names = {*formats.FORMATS, *dialects.DIALECTS, "json-tree", "table"}
    systems = {path.stem for path in (SAMPLES / "systems").rglob("*.*")}
    assert names <= {reader for _, reader, _ in EXPECTED} | systems


@pytest.mark.parametrize(
    "path", sorted(p for p in SAMPLES.rglob("*") if p.is_file()), ids=lambda p: p.name
)
def test_one_reader_claims_each_sample(path):
    source = Source(path)
    assert len([name for name, reader in READERS.items() if reader.detect(source)]) == 1


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not here")
def test_one_reader_claims_each_shared_sample():
    found = {
        path.name: [name for name, reader in READERS.items() if reader.detect(source)]
        for path in sorted(SHARED.rglob("*"))
        if path.is_file() and path.name not in UNCLAIMED
        for source in [Source(path)]
    }
    assert {name: claims for name, claims in found.items() if len(claims) != 1} == {}


def test_articles_and_titles_stand_beside_the_comments():
    threads = read(SAMPLES / "reddit/listing.json").threads
    assert rows_of(threads, "thread_id", "title", "article") == [
        ("p1", "Which kettle?", "Mine broke.")
    ]
    threads = read(SAMPLES / "convokit/utterances.jsonl").threads
    assert rows_of(threads, "title", "article") == [("A question of taste", "Tea or coffee?")]


def test_detection_says_why():
    name, reason = detect(Source(SAMPLES / "telegram/result.json"))
    assert name == "telegram"
    assert reason == (
        "JSON objects with id, type=message or type=service or type=unsupported, date, text"
    )


def test_detecting_json_loads_no_xml_parser():
    code = (
        "import sys; from moderation.readers import Source, detect; "
        f"detect(Source({str(SAMPLES / 'table/comments.jsonl')!r})); "
        "sys.exit('lxml' in sys.modules or 'selectolax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def shards(tmp_path, lines, parts):
    for number in range(parts):
        (tmp_path / f"part-{number}.jsonl").write_text("".join(lines[number::parts]))
    return read(tmp_path).comments


def test_shards_of_a_dump_give_its_trees(tmp_path):
    lines = [
        json.dumps({"id": f"c{n}", "parent_id": f"c{n // 3}" if n else None, "text": f"t{n}"})
        + "\n"
        for n in range(40)
    ]
    (tmp_path / "all").mkdir()
    (tmp_path / "three").mkdir()
    whole = shards(tmp_path / "all", lines[::-1], 1)
    parts = shards(tmp_path / "three", lines, 3)
    columns = ("id", "parent_id", "depth", "position")
    assert rows_of(whole, *columns) == rows_of(parts, *columns)
    assert parts["thread_id"].nunique() == 1


def test_files_that_do_not_answer_each_other_stay_apart(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,parent,text\n1,,top of {name}\n2,1,reply\n")
    comments = read([tmp_path / "a.csv", tmp_path / "b.csv"]).comments
    assert rows_of(comments, "thread_id", "id", "parent_id", "depth") == [
        ("a", "1", None, 1),
        ("a", "2", "1", 2),
        ("b", "1", None, 1),
        ("b", "2", "1", 2),
    ]


def test_a_comment_that_comes_twice_is_kept_once(tmp_path):
    line = '{"thread_id": "t", "id": "1", "text": "same"}\n'
    (tmp_path / "a.jsonl").write_text(line)
    (tmp_path / "b.jsonl").write_text(line + '{"thread_id": "t", "id": "1", "text": "other"}\n')
    dump = read(str(tmp_path / "*.jsonl"))
    assert rows_of(dump.comments, "id", "text") == [("1", "other"), ("1#2", "same")]
    assert dump.rejects["reason"].tolist() == ["the same comment again, word for word"]
    assert dump.records == 3


def test_a_thread_keeps_the_first_context_that_is_given(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"thread_id": "t", "id": "1", "text": "x", "title": null}\n')
    (tmp_path / "b.jsonl").write_text('{"thread_id": "t", "id": "2", "text": "y", "title": "T"}\n')
    assert read(tmp_path).threads["title"].tolist() == ["T"]


def test_a_folder_passes_over_what_is_no_dump(tmp_path):
    (tmp_path / "dump.csv").write_text("id,text\n1,hello\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (tmp_path / "empty.json").write_text("")
    dump = read(tmp_path)
    assert dump.comments["text"].tolist() == ["hello"]
    assert [name for name, _ in dump.formats.values()] == ["table", "", ""]
    assert [reason for _, reason in dump.formats.values()][1:] == [
        "the file is empty",
        "no reader knows this format: it is an image",
    ]
    assert dump.notes == []


def test_members_of_a_zip_archive_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "dump.zip", "w") as archive:
        archive.writestr("in/one.csv", "id,text\n1,hello\n")
        archive.writestr("__MACOSX/in/._one.csv", "junk")
    dump = read(tmp_path / "dump.zip")
    assert rows_of(dump.comments, "thread_id", "text") == [("one", "hello")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.jsonl", b"", "the file is empty"),
        ("blank.jsonl", b"\n" * 99, "the file is empty"),
        (
            "blanks.jsonl",
            b"\n" * 70_000 + b'{"id": 1, "text": "a"}\n',
            "begins with 65,536 bytes of",
        ),
        ("photo.dat", bytes(range(256)) * 4, "binary file"),
        ("no-text.jsonl", b'{"id": 1, "size": 2}\n', "the file has id, size.*--map text=COLUMN"),
        ("no-header.csv", b"1,2,hello there\n2,3,foo\n", "the file has 1, 2, hello there"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}: .*{message}") as error:
        read(tmp_path / name)
    assert "\n" not in str(error.value)


def test_paths_without_files(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="the folder holds no files"):
        read(tmp_path)
    with pytest.raises(InputError, match="no file matches"):
        read(str(tmp_path / "*.csv"))
    (tmp_path / "x.bin").write_bytes(bytes(range(256)))
    with pytest.raises(
        InputError, match="no file that a reader knows; no reader knows this format: it is a binary"
    ):
        read(tmp_path)


def losing(source):
    """A reader that meets three records and gives two."""
    yield from batches([1, Row("one"), 1, 1, Row("three")])


def test_a_reader_that_loses_a_record_is_found_out(monkeypatch):
    shape = Reader("losing", "loses one", lambda source: "always", losing)
    monkeypatch.setitem(READERS, "losing", shape)
    with pytest.raises(InternalError, match=r"comments\.csv: .*'losing' met 3 records, but 2 came"):
        read(SAMPLES / "table/comments.csv", format="losing")


def test_a_merge_that_loses_a_record_is_found_out(monkeypatch):
    arranged = threads.arranged
    monkeypatch.setattr(threads, "arranged", lambda *given: arranged(*given).slice(1))
    with pytest.raises(InternalError, match=r"comments\.csv: 2 records went in, but 1 comments"):
        read(SAMPLES / "table/comments.csv")


def test_placeholders_for_lost_comments_are_no_records():
    dump = read(SAMPLES / "plaintext/ferry.txt")
    assert (dump.records, dump.invented, len(dump.comments), len(dump.rejects)) == (13, 1, 14, 0)


def test_a_file_of_a_folder_that_fails_midway_keeps_what_was_read(tmp_path, monkeypatch):
    def failing(source):
        yield from batches([1, Row("one")])
        raise InputError(f"{source.name}: no more")

    monkeypatch.setitem(READERS, "table", Reader("table", "", lambda source: "always", failing))
    (tmp_path / "dump.csv").write_text("id,text\n1,hello\n")
    dump = read(tmp_path)
    assert dump.comments["text"].tolist() == ["one"]
    assert dump.rejects["reason"].tolist() == ["no more"]


def test_an_unknown_format_name_lists_the_formats():
    with pytest.raises(UnknownFormatError, match=r"known are .*reddit"):
        read(SAMPLES / "reddit/listing.json", format="redit")


def test_standard_input(monkeypatch):
    with (SAMPLES / "table/comments.csv").open() as file:
        monkeypatch.setattr("sys.stdin", file)
        dump = read("-")
    assert dump.comments["thread_id"].tolist() == ["stdin", "stdin"]
    assert list(dump.formats) == ["standard input"]


def test_batches_come_before_merging():
    found = list(iterate(SAMPLES / "table/comments.csv"))
    assert [one.batch.records.num_rows for one in found] == [2]
