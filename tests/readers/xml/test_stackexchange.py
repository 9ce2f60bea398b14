"""Stack Exchange's data dump: comments, answers, questions."""

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
