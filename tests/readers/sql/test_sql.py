"""SQL dumps of forums and comment systems, HashOver's XML and Dotclear's backup."""

import pytest

from moderation.errors import InputError
from moderation.readers import read

PHPBB = """-- phpBB Backup Script
CREATE TABLE `forum_posts` (
  `post_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `topic_id` int(10), `poster_id` int(10), `post_time` int(11), `post_visibility` tinyint(3),
  `post_username` varchar(255), `post_text` mediumtext COLLATE utf8_bin NOT NULL,
  PRIMARY KEY (`post_id`)
) ENGINE=MyISAM;
INSERT INTO `forum_posts` VALUES
(1, 4, 2, 1300000000, 1, '', '<r>Who has <B><s>[b]</s>seeds<e>[/b]</e></B> to spare?</r>'),
(2, 4, 1, 1300000100, 0, 'a guest', '[quote=&quot;Ada&quot;:3ab]Who has seeds[/quote:3ab]I (have) some;'),
(3, 4, 2, 1300000200, 2, '', 'It''s [b:3ab]gone[/b:3ab]'),
(4, 4, 2, 1300000300, 3, '', '<t>Again &amp; again<br/>\\nthe same</t>');
CREATE TABLE `forum_topics` (`topic_id` int, `topic_title` varchar(255), `topic_first_post_id` int);
INSERT INTO `forum_topics` (`topic_id`, `topic_title`, `topic_first_post_id`) VALUES (4, 'Seeds &amp; soil', 1);
INSERT INTO `forum_users` (`user_id`, `username`, `user_password`) VALUES (1, 'Anonymous', ''), (2, 'Ada', 'x');
"""  # noqa: E501
VBULLETIN = """CREATE TABLE `post` (
  `postid` int, `threadid` int, `parentid` int, `username` varchar(100), `dateline` int,
  `pagetext` mediumtext, `visible` smallint);
INSERT INTO `post` VALUES (10,3,0,'Ada',1300000000,'Who has [i]seeds[/i]?',1),
(11,3,10,'Bo',1300000100,'[QUOTE=Ada;10]Who has seeds?[/QUOTE]\\nI have.',1),
(12,3,11,'Cy',1300000200,'buy pills',0),(13,3,11,'Dan',1300000300,'go away',2);
INSERT INTO `thread` (`threadid`, `title`, `firstpostid`) VALUES (3,'Seeds',10);
"""
HASHOVER = """CREATE TABLE `hashover` (`domain` TEXT, `thread` TEXT, `comment` TEXT, `body` TEXT,
 `status` TEXT, `date` TEXT, `name` TEXT);
INSERT INTO `hashover` VALUES('x.example','tea','1','Who has <b>seeds</b>?',NULL,'2016-04-05T10:00:00-0700','Ada');
INSERT INTO `hashover` VALUES('x.example','tea','1-1','I have.','approved','2016-04-05T11:00:00-0700','Bo');
INSERT INTO `hashover` VALUES('x.example','tea','1-1-1','buy pills','pending','2016-04-05T12:00:00-0700','Cy');
"""  # noqa: E501
POSTGRES = """SET client_encoding = 'UTF8';
CREATE TABLE public.people (id integer, name text);
COPY public.people (id, name) FROM stdin;
1\tAda
2\tBo
\\.

COPY public.remarks (id, parent_id, author, created_at, body) FROM stdin;
7\t\\N\tAda\t2024-01-01 10:00:00\tWho has seeds to spare?
8\t7\tBo\t2024-01-01 11:00:00\tI have some\\nand a\\\\b
9\t8\tAda\t2024-01-01 12:00:00\tThanks, I come by on Monday
\\.
"""


def dumped(tmp_path, text, name="dump.sql"):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return read(tmp_path if "/" in name else path)


def rows(dump, *columns):
    table = dump.comments.astype(object).where(dump.comments.notna(), None)
    return list(zip(*(table[name] for name in columns), strict=True))


def test_phpbb(tmp_path):
    dump = dumped(tmp_path, PHPBB)
    assert rows(dump, "id", "author", "text", "status") == [
        ("2", "a guest", "Who has seeds\nI (have) some;", "pending"),
        ("3", "Ada", "It's gone", "deleted"),
        ("4", "Ada", "Again & again\n\nthe same", "pending"),
    ]
    assert dump.threads[["title", "article"]].values.tolist() == [
        ["Seeds & soil", "Who has seeds to spare?"]
    ]
    assert dump.notes == [f"{tmp_path}/dump.sql: 1 posts that open a thread are its article, no comments"]  # fmt: skip  # noqa: E501


def test_vbulletin(tmp_path):
    dump = dumped(tmp_path, VBULLETIN)
    assert rows(dump, "id", "parent_id", "depth", "text", "status") == [
        ("11", None, 1, "Who has seeds?\n\nI have.", "approved"),
        ("12", "11", 2, "buy pills", "pending"),
        ("13", "11", 2, "go away", "removed"),
    ]
    assert dump.threads["article"].tolist() == ["Who has seeds?"]


def test_hashover_in_sql(tmp_path):
    dump = dumped(tmp_path, HASHOVER)
    assert rows(dump, "thread_id", "id", "parent_id", "text", "status") == [
        ("tea", "1", None, "Who has seeds?", "unknown"),
        ("tea", "1-1", "1", "I have.", "approved"),
        ("tea", "1-1-1", "1-1", "buy pills", "pending"),
    ]


def test_a_table_of_its_own_as_postgresql_copies_it(tmp_path):
    dump = dumped(tmp_path, POSTGRES)
    assert rows(dump, "id", "parent_id", "author", "text") == [
        ("7", None, "Ada", "Who has seeds to spare?"),
        ("8", "7", "Bo", "I have some\nand a\\b"),
        ("9", "8", "Ada", "Thanks, I come by on Monday"),
    ]


def test_a_row_that_breaks_off_is_a_reject(tmp_path):
    dump = dumped(tmp_path, VBULLETIN.replace("'go away',2);", "'go away"))
    assert dump.comments["id"].tolist() == ["11", "12"]
    assert dump.rejects["reason"].tolist() == ["post: a row breaks off"]


def test_statements_that_a_broken_row_hides_are_a_reject(tmp_path):
    created, _, filled = VBULLETIN.partition("INSERT INTO `post`")
    broken = f"{created}INSERT INTO `thread` VALUES (3,'Seeds',10)` INSERT INTO `post`{filled}"
    dump = dumped(tmp_path, broken.partition("INSERT INTO `thread` (")[0])
    assert dump.comments["id"].tolist() == []
    (reject,) = dump.rejects.to_dict("records")
    assert reject["reason"] == "thread: what stands between the rows is none"
    assert "INSERT INTO `post`" in reject["snippet"]


@pytest.mark.parametrize("folder", ["comments/tea", "threads/tea"])
def test_hashover_as_xml(tmp_path, folder):
    body = "<body>{}</body><date>2016-04-05T10:00:00-0700</date><name>Ada</name>"
    first, second = body.format("Who has &lt;b&gt;seeds&lt;/b&gt;?"), body.format("I have.")
    dumped(tmp_path, f'<?xml version="1.0"?>\n<comment>{first}</comment>', f"{folder}/1.xml")
    dump = dumped(
        tmp_path,
        f'<?xml version="1.0"?>\n<comment>{second}<status>pending</status></comment>',
        f"{folder}/1-1.xml",
    )
    assert rows(dump, "thread_id", "id", "parent_id", "text", "status") == [
        ("tea", "1", None, "Who has seeds?", "unknown"),
        ("tea", "1-1", "1", "I have.", "pending"),
    ]


def test_dotclear(tmp_path):
    backup = r"""///DOTCLEAR|2.26|full

[setting setting_id,blog_id,setting_value]
"lang","default","some words in a setting"

[post post_id,blog_id,post_title,post_content_xhtml]
"1","default","Bienvenue","<p>Les graines</p>"
"2","default","Sans commentaires","<p>Rien</p>"

[comment comment_id,post_id,comment_dt,comment_author,comment_content,comment_status,comment_trackback]
"1","1","2015-01-19 16:00:00","Ada","<p>Qui a des \"graines\" ?</p>\n<p>Merci</p>","1","0"
"2","1","2015-01-19 17:00:00","Spam","buy pills","-2","0"
"3","1","2015-01-19 18:00:00","Blog","linked","-1","1"
"4","1","2015-01-19 18:00:00","Cy","hidden","0","0"
"5","1","2015-01-19 18:00:00","too few"
"""  # noqa: E501
    dump = dumped(tmp_path, backup, "2024-01-01-default-backup.txt")
    assert rows(dump, "id", "author", "text", "kind", "status") == [
        ("1", "Ada", 'Qui a des "graines" ?\n\nMerci', "comment", "approved"),
        ("2", "Spam", "buy pills", "comment", "spam"),
        ("3", "Blog", "linked", "trackback", "pending"),
        ("4", "Cy", "hidden", "comment", "hidden"),
    ]
    assert dump.threads[["title", "article"]].values.tolist() == [["Bienvenue", "Les graines"]]
    assert dump.rejects["reason"].tolist() == ["no row of the table 'comment'"]


def test_comments_under_the_header_of_entries_are_told(tmp_path):
    backup = (
        "///DOTCLEAR|2.26|full\n\n"
        "[post post_id,post_title,post_contcomment_dt,comment_author,comment_content]\n"
        '"1","1","2015-01-19 16:00:00","Ada","Who has seeds?"\n'
    )
    dump = dumped(tmp_path, backup, "backup.txt")
    assert dump.rejects["reason"].tolist() == ["a row of the table 'post'"]


def test_many_tables_that_are_never_closed(tmp_path):
    text = "CREATE TABLE a (b int, c text\n" * 50_000
    with pytest.raises(InputError):
        dumped(tmp_path, text + "INSERT INTO `x` VALUES (1);\n")
