"""A short run of the fuzzers; the long ones are commands, see CONTRIBUTING.md."""

import importlib.util
import zipfile
from pathlib import Path

import pytest

from moderation.readers import READERS


def script(name):
    place = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_damaged_dumps_break_no_promise():
    mutate = script("mutate")
    seen = mutate.run(seconds=8, seed=20)
    assert seen["clean"] + seen["rejects"] > 0
    assert set(seen) <= {"clean", "rejects", "error"}


def test_every_format_has_a_marked_dump():
    assert set(script("marked").DUMPS) == set(READERS)


def test_whole_dumps_give_every_mark():
    marked = script("marked")
    found = marked.whole(seed=3)
    assert [name for name, _, _ in found] == list(READERS)
    assert [(name, lost) for name, lost, _ in found if lost] == []
    assert [(name, rejects) for name, _, rejects in found if rejects] == []


def test_damaged_dumps_lose_no_mark_unsaid():
    """The first few of the 3,000 that `python -m tests.fuzz.marked` makes, of the same seed 0."""
    seen, lost = script("marked").run(count=250, seed=0)
    assert lost == []
    assert set(seen) == set(READERS)
    refused = sum(kinds["refused"] for kinds in seen.values())
    assert refused < 30  # a file that is refused is honest, and of no use


@pytest.mark.parametrize(
    ("place", "covered"),
    [
        ("line 2, bytes 10 to 30", {b"mk00000001zz"}),
        ("bytes 0 to 11", set()),
        ("line 2", {b"mk00000001zz"}),
        ("lines 2 to 3", {b"mk00000001zz", b"mk00000002zz", b"mk00000003zz"}),
        ("byte 20 of the decompressed content", {b"mk00000002zz", b"mk00000003zz"}),
        ("somewhere", set()),
    ],
)
def test_a_place_covers_what_it_names(place, covered):
    marked = script("marked")
    dump = b"one\ntwo   mk00000001zz mk00000002zz\nmk00000003zz\n"
    marks = [marked.Lost(mark, dump.index(mark)) for mark in marked.MARK.findall(dump)]
    reject = marked.Told("dump.csv", place, "")
    assert marked.covered(marks, dump, [reject], came=0) == covered


@pytest.mark.parametrize(
    ("dump", "merged"),
    [
        (b"BODY:\nThe council has put the mawind mk00000000zz again.\n-----\n", True),
        (b"BODY:\nThe council has put the matter off.\nwind mk00000000zz again.\n", False),
        (b"<p>so mk00000000zz before the winter comes.</p>", True),
        (b"<p>The council has put</p><p>so mk00000000zz wind.</p>", False),
    ],
)
def test_a_mark_is_of_the_article_only_within_its_words(dump, merged):
    marked = script("marked")
    mark = b"mk00000000zz"
    assert (mark in marked.in_articles([marked.Lost(mark, dump.index(mark))], dump)) == merged


def test_a_member_of_an_archive_is_found_by_the_directory_where_its_own_name_is_damaged(tmp_path):
    """The program names the member as the directory does, and rejects all of it."""
    marked = script("marked")
    path = tmp_path / "comments.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", "id,text\n1,mk00000001zz\n")
        archive.writestr("two.csv", "id,text\n2,mk00000002zz\n")
    dump = path.read_bytes().replace(b"one.csv", b"\0\0\0.csv", 1)
    marks = [marked.Lost(mark, dump.index(mark)) for mark in marked.MARK.findall(dump)]
    reject = marked.Told("comments.zip:one.csv", "the whole file", "")
    assert marked.covered(marks, dump, [reject], came=1) == {b"mk00000001zz"}


def test_shapes_of_unknown_systems_are_read_or_asked_about():
    """The first of those that `python -m tests.fuzz.shapes --seed 1` makes."""
    shapes = script("shapes")
    counts = shapes.counted(shapes.results(files=25, seed=1))
    assert counts["wrong"] == 0
    assert counts["right"] >= 22


def test_layouts_of_unknown_systems_are_read_or_asked_about():
    """The first of those that `python -m tests.fuzz.layouts --seed 1` makes: each layout once."""
    layouts, shapes = script("layouts"), script("shapes")
    counts = shapes.counted(layouts.results(files=len(layouts.LAYOUTS), seed=1))
    assert counts["wrong"] == 0
    assert counts["right"] >= 27


def test_pages_of_unknown_markup_are_read():
    """The first of those that `python -m tests.fuzz.pages --seed 1` makes."""
    pages = script("pages")
    counts = pages.counted(pages=40, seed=1)
    assert counts["wrong"] == 0
    assert counts["right"] >= 38
