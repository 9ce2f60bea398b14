"""Parents by the names of authors, where a file has nothing else that tells what answers what."""

import json

import pytest

from moderation.readers import read

SAID = [
    ("Ada Lovelace", "The ferry was late again this morning", None),
    ("Bruno", "it always is when the tide is low", "Ada Lovelace"),
    ("chris", "I walk to work and do not mind", None),
    ("Ada Lovelace", "and when it is high as well", "Bruno"),
    ("Bruno", "so we agree about the tide", "ada lovelace"),
]
ANSWERS = {"2": "1", "4": "2", "5": "4"}


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def parents(dump):
    comments = dump.comments
    return dict(zip(comments["id"], comments["parent_id"], strict=True))


def answers(dump):
    return {child: parent for child, parent in parents(dump).items() if isinstance(parent, str)}


def texts_with_names(sign="@"):
    return "".join(
        f'{author},"{sign if whom else ""}{whom or ""} {text}"\n' for author, text, whom in SAID
    )


@pytest.mark.parametrize("sign", ["@", "＠", "回复 @"])
def test_a_text_that_begins_with_a_name_answers_what_its_author_wrote_last(tmp_path, sign):
    dump = read(written(tmp_path, "flat.csv", "author,text\n" + texts_with_names(sign)))
    assert answers(dump) == ANSWERS
    assert len(dump.notes) == 1
    assert (
        "nothing but the @name that begins its text tells what a comment answers" in dump.notes[0]
    )
    assert dump.notes[0].endswith("what the author of that name wrote last before: 3")


@pytest.mark.parametrize(
    "name", ["replied_to_user", "reply_to", "回复用户", "respuesta_a", "Antwort an"]
)
def test_a_field_of_names_tells_whom_a_comment_answers(tmp_path, name):
    rows = [{"user": author, "comment": text, name: whom} for author, text, whom in SAID]
    dump = read(written(tmp_path, "flat.json", json.dumps(rows)))
    assert answers(dump) == ANSWERS
    assert "nothing but a name tells what a comment answers" in dump.notes[-1]
    assert dump.notes[-1].endswith("wrote last before: 3")


def test_names_of_nobody_are_counted_and_stay_at_the_top_level(tmp_path):
    rows = "author,text\nAda,@zoe are you there today\nBruno,@Ada she never is on Mondays\n"
    dump = read(written(tmp_path, "flat.csv", rows))
    assert answers(dump) == {"2": "1"}
    assert dump.notes[-1].endswith("named nobody who wrote before, and left at the top level: 1")


def test_nothing_is_guessed_where_ids_or_parents_are_given(tmp_path):
    rows = "id,author,text\n1,Ada,the ferry was late\n2,Bruno,@Ada it always is\n"
    given = "id,parent,author,text\n1,,Ada,the ferry was late\n2,1,Bruno,yes\n3,,Cy,@Bruno no\n"
    for content, expected in ((rows, {}), (given, {"2": "1"})):
        dump = read(written(tmp_path, "flat.csv", content))
        assert answers(dump) == expected
        assert dump.notes == []


def test_nothing_is_guessed_where_the_newest_comes_first(tmp_path):
    rows = "".join(
        f"2024-01-{20 - at},{author},{'@' if whom else ''}{whom or ''} {text}\n"
        for at, (author, text, whom) in enumerate(SAID)
    )
    dump = read(written(tmp_path, "flat.csv", "date,author,text\n" + rows))
    assert answers(dump) == {}
    assert dump.notes[-1].endswith("the newest comes first; left at the top level: 3")


def test_names_are_looked_for_in_their_own_thread(tmp_path):
    rows = (
        "page,author,text\n/a,Ada,late again today\n/b,Bruno,@Ada who was\n/a,Cy,@Ada yes it was\n"
    )
    dump = read(written(tmp_path, "flat.csv", rows))
    assert answers(dump) == {"flat.csv-2": "flat.csv-1"}
