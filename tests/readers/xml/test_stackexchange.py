"""Stack Exchange's data dump: comments, answers, questions."""

import zipfile

import pytest

from moderation.readers import read

COMMENTS = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE comments SYSTEM 'comments.dtd'>
<comments>
  <row Id="1" PostId="3" Score="0" Text="I'd use &lt;b/&gt; &amp; a > b" \
CreationDate="2011-10-11T19:50:34.047" UserId="12" />
  <row Id="2" PostId="5" Score="1" Text="two &#xA;lines" CreationDate="2011-10-11T19:51:00.000" \
UserDisplayName="ada"/>
</comments>
"""
POSTS = """<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="3" PostTypeId="1" Title="Why?" Body="&lt;p&gt;It is so.&lt;/p&gt;" Score="1" />
  <row Id="4" PostTypeId="2" ParentId="3" Body="&lt;p&gt;Because.&lt;/p&gt;" OwnerUserId="7" \
CreationDate="2011-10-11T19:51:00.000" DeletionDate="2012-10-11T19:51:00.000" />
  <row Id="5" PostTypeId="5" Body="&lt;p&gt;a tag's wiki&lt;/p&gt;" />
</posts>
"""


def test_comments(tmp_path):
    path = tmp_path / "Comments.xml"
    path.write_text(COMMENTS, encoding="utf-8")
    dump = read(path)
    found = dump.comments[["thread_id", "id", "author", "text"]].values.tolist()
    assert found == [["3", "1", "12", "I'd use <b/> & a > b"], ["5", "2", "ada", "two \nlines"]]
    assert len(dump.rejects) == 0


def test_answers_and_their_question(tmp_path):
    path = tmp_path / "Posts.xml"
    path.write_text(POSTS, encoding="utf-8")
    dump = read(path)
    found = dump.comments[["thread_id", "id", "depth", "text", "status"]].values.tolist()
    assert found == [["3", "4", 1, "Because.", "deleted"]]
    assert dump.threads[["thread_id", "title", "article"]].values.tolist() == [
        ["3", "Why?", "It is so."]
    ]
    assert len(dump.notes) == 1


def test_a_row_that_is_torn_is_a_reject(tmp_path):
    path = tmp_path / "Comments.xml"
    path.write_text(COMMENTS.replace('Text="two', "Text=two"), encoding="utf-8")
    dump = read(path)
    assert dump.comments["id"].tolist() == ["1"]
    assert len(dump.rejects) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_posts_and_comments_together(tmp_path, packed):
    posts = (
        '<posts>\n<row Id="1" PostTypeId="1" Title="Seeds" Body="Who has seeds?" />\n'
        '<row Id="2" PostTypeId="2" ParentId="1" Body="&lt;p&gt;I have.&lt;/p&gt;" />\n'
        '<row Id="3" PostTypeId="2" ParentId="1" Body="&lt;p&gt;Me too.&lt;/p&gt;" />\n</posts>'
    )
    comments = (
        '<comments>\n<row Id="2" PostId="1" Text="Which seeds?" />\n'
        '<row Id="3" PostId="2" Text="Many thanks" />\n</comments>'
    )
    if packed:
        path = tmp_path / "site.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("Comments.xml", comments)
            archive.writestr("Posts.xml", posts)
    else:
        path = tmp_path / "site"
        path.mkdir()
        (path / "Comments.xml").write_text(comments)
        (path / "Posts.xml").write_text(posts)
    dump = read(path)
    table = dump.comments.astype(object).where(dump.comments.notna(), None)
    found = set(
        zip(table["thread_id"], table["id"], table["parent_id"], table["text"], strict=True)
    )
    assert found == {
        ("1", "2", None, "I have."),
        ("1", "3", None, "Me too."),
        ("1", "c2", None, "Which seeds?"),
        ("1", "c3", "2", "Many thanks"),
    }
    assert dump.threads["title"].tolist() == ["Seeds"]


def test_comments_by_themselves_keep_their_posts(tmp_path):
    (tmp_path / "Posts.xml").write_text(
        '<posts><row Id="2" PostTypeId="2" ParentId="1" Body="x" /></posts>'
    )
    path = tmp_path / "Comments.xml"
    path.write_text('<comments>\n<row Id="3" PostId="2" Text="Many thanks" />\n</comments>')
    dump = read(path)
    assert dump.comments[["thread_id", "id"]].values.tolist() == [["2", "3"]]
