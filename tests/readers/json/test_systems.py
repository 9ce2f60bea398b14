"""Systems of 2020 and later: a sample each, and the comments, answers and verdicts in it."""

import json

import pytest
from places import SAMPLES

from moderation.readers import read

TEXTS = [
    "The tulips are out already.",
    "Mine have gone to the deer.",
    "Deer? In town?",
    "Plant daffodils, they taste <awful>.",
]

# file, reader, threads, ids with what they answer, statuses, kinds
EXPECTED = [
    (
        "systems/video/tiktok-csv.csv",
        "tiktok-csv",
        ["tiktok-csv"],
        "1 2<1 3 4<3",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/chats/slack.json",
        "slack",
        ["garden"],
        (
            "1704103200.000100 1704103201.000100 1704103202.000100<1704103201.000100 "
            "1704103203.000100 1704103300.000100"
        ),
        "unknown unknown unknown unknown unknown",
        "message message message message service",
    ),
    (
        "systems/chats/discord.json",
        "discord",
        ["5"],
        "9000 9001 9002<9001 9003",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/chats/matrix.json",
        "matrix",
        ["!r:town.example"],
        "$e0 $e1 $e2<$e1 $e3",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/video/bilibili.json",
        "bilibili",
        ["7"],
        "900 901 902<901 903",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/video/tiktok.json",
        "tiktok",
        ["7"],
        "70 71 72<71 73",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/video/tiktok-research.json",
        "tiktok-research",
        ["5"],
        "600 601 602<601 603",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/bluesky.json",
        "bluesky",
        ["at://a/app.bsky.feed.post/0"],
        (
            "at://a/app.bsky.feed.post/1 "
            "at://a/app.bsky.feed.post/2 "
            "at://a/app.bsky.feed.post/3<at://a/app.bsky.feed.post/2 "
            "at://a/app.bsky.feed.post/4"
        ),
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/twitter.js",
        "twitter",
        ["5000", "5001", "5003", "6000"],
        "5000 5001 5002<5001 5003 6000",
        "unknown unknown unknown unknown unknown",
        "comment comment comment comment repost",
    ),
    (
        "systems/networks/misskey.json",
        "misskey",
        ["k0", "k1", "k3"],
        "k0 k1 k2<k1 k3",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/facebook-scraper.json",
        "facebook-scraper",
        ["https://www.facebook.com/town/posts/pf1"],
        "700 701 702<701 703",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/facebook-graph.json",
        "facebook-graph",
        ["facebook-graph"],
        "1_0 1_1 1_2<1_1 1_3",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/weibo.json",
        "weibo",
        ["weibo"],
        "4000 4001 4002<4001 4003",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/xiaohongshu.json",
        "xiaohongshu",
        ["n1"],
        "x0 x1 x2<x1 x3",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/instagram-scraper.json",
        "instagram-scraper",
        ["https://www.instagram.com/p/A/"],
        "1800 1801 1802<1801 1803",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/blogs/twikoo.json",
        "twikoo",
        ["/tea/"],
        "t0 t1 t2<t1 t3",
        "approved approved approved spam",
        "comment comment comment comment",
    ),
    (
        "systems/blogs/waline.json",
        "waline",
        ["/tea"],
        "w0 w1 w2<w1 w3",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/blogs/artalk.artrans",
        "artalk",
        ["/tea"],
        "1 2 3<2 4",
        "approved approved approved pending",
        "comment comment comment comment",
    ),
    (
        "systems/blogs/duoshuo.json",
        "duoshuo",
        ["/tea"],
        "d0 d1 d2<d1 d3",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/blogs/ghost.json",
        "ghost",
        ["p1"],
        "g0 g1 g2<g1 g3",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/blogs/substack.json",
        "substack",
        ["7"],
        "100 101 102<101 103",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/blogs/stackexchange-api.json",
        "stackexchange-api",
        ["7"],
        "100 101 102 103",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/apis/blogger-api.json",
        "blogger-api",
        ["7"],
        "100 101 102<101 103",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/apis/blogger-feed.json",
        "blogger-feed",
        ["tag:blogger.example,1999:blog-5.post-7"],
        (
            "tag:blogger.example,1999:blog-5.post-100 tag:blogger.example,1999:blog-5.post-101 "
            "tag:blogger.example,1999:blog-5.post-102<tag:blogger.example,1999:blog-5.post-101 "
            "tag:blogger.example,1999:blog-5.post-103"
        ),
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/apis/wordpress-com.json",
        "wordpress-com",
        ["7"],
        "100 101 102<101 103",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/apis/gitlab.json",
        "gitlab",
        ["7"],
        "100 101 102<101 103",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/apis/github-review.json",
        "github-review",
        ["https://api.github.example/pulls/7"],
        "100 101 102<101 103",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/apis/discussiontools.json",
        "discussiontools",
        ["h-Tea"],
        "c-A0-0 c-A1-1 c-A2-2<c-A1-1 c-A3-3",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/apis/nodebb.json",
        "nodebb",
        ["7"],
        "100 101 102<101 103",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/apis/flarum.json",
        "flarum",
        ["7"],
        "100 101 102 103",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/apis/openweb.json",
        "openweb",
        ["c7"],
        "s0 s1 s2<s1 s3",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/apis/drupal-jsonapi.json",
        "drupal-jsonapi",
        ["n7"],
        "c0 c1 c2<c1 c3",
        "approved approved approved approved",
        "comment comment comment comment",
    ),
    (
        "systems/apis/mail-items.json",
        "mail-items",
        ["m0@mail.example", "m1@mail.example", "m3@mail.example"],
        ("m0@mail.example m1@mail.example m2@mail.example<m1@mail.example m3@mail.example"),
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/chats/discord-csv.csv",
        "discord-csv",
        ["discord-csv"],
        "1 2 3 4",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/chats/discord-api.json",
        "discord-api",
        ["5"],
        "9000 9001 9002<9001 9003",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/apis/app-store.json",
        "app-store",
        ["app-store"],
        "100 101 102 103",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/chats/telegram-api.json",
        "telegram-api",
        ["5"],
        "100 101 102<101 103",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/chats/telegram-bot.json",
        "telegram-bot",
        ["-5"],
        "100 101 102<101 103",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/chats/messenger.json",
        "messenger",
        ["inbox/garden_5"],
        "1 2 3 4",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/chats/rocketchat.json",
        "rocketchat",
        ["GARDEN"],
        "r0 r1 r2<r1 r3",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/chats/zulip.json",
        "zulip",
        ["garden > tea"],
        "100 101 102 103",
        "unknown unknown unknown unknown",
        "message message message message",
    ),
    (
        "systems/networks/twitter-api.json",
        "twitter-api",
        ["5000"],
        "5000 5001 5002<5001 5003",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/vk.json",
        "vk",
        ["7"],
        "1 2 3<2 4",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/zhihu.json",
        "zhihu",
        ["zhihu"],
        "1 2 3<2 4",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/networks/instagram-api.json",
        "instagram-api",
        ["31"],
        "170 171 172<171 173",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
    (
        "systems/video/kuaishou.json",
        "kuaishou",
        ["kuaishou"],
        "800 801 802<801 803",
        "unknown unknown unknown unknown",
        "comment comment comment comment",
    ),
]


@pytest.mark.parametrize("sample", EXPECTED, ids=[sample[1] for sample in EXPECTED])
def test_comments_answers_and_verdicts(sample):
    path, reader, threads, rows, statuses, kinds = sample
    dump = read(SAMPLES / path)
    comments = dump.comments
    assert [name for name, _ in dump.formats.values()] == [reader]
    assert list(comments["thread_id"].unique()) == threads
    answered = ("<" + comments["parent_id"].astype("string")).fillna("")
    assert " ".join(comments["id"] + answered) == rows
    assert " ".join(comments["status"]) == statuses
    assert " ".join(comments["kind"]) == kinds
    assert set(TEXTS) <= set(comments["text"])
    assert len(dump.rejects) == 0


def test_lists_under_verdicts_carry_them(tmp_path):
    rows = {
        "approved": [{"author": "x", "text": "good words here today"}],
        "spam": [{"author": "y", "text": "buy pills now cheap"}],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows))
    comments = read(path).comments
    assert comments[["thread_id", "status"]].values.tolist() == [["a", "approved"], ["a", "spam"]]


def test_a_slack_export_is_one_channel_with_names(tmp_path):
    people = [{"id": "U1", "name": "ada", "profile": {"display_name": "Ada"}}]
    channels = [{"id": "C1", "name": "garden", "purpose": {"value": "All about the garden"}}]
    first = {
        "type": "message",
        "user": "U1",
        "text": "Who has seeds?",
        "ts": "1.1",
        "thread_ts": "1.1",
    }
    later = {"type": "message", "user": "U2", "text": "I do", "ts": "2.1", "thread_ts": "1.1"}
    (tmp_path / "garden").mkdir()
    for name, value in [
        ("users.json", people),
        ("channels.json", channels),
        ("dms.json", []),
        ("garden/2024-01-01.json", [first]),
        ("garden/2024-01-02.json", [later]),
    ]:
        (tmp_path / name).write_text(json.dumps(value))
    dump = read(tmp_path)
    found = dump.comments[["thread_id", "id", "parent_id", "author"]].fillna("").values.tolist()
    assert found == [["garden", "1.1", "", "Ada"], ["garden", "2.1", "1.1", "U2"]]
    assert dump.notes == []


def test_a_reply_of_discord_in_another_channel_is_none(tmp_path):
    message = {"id": "2", "type": "Reply", "content": "yes", "timestamp": "2024-01-01T10:00:00Z"}
    message |= {"author": {"name": "A"}, "isPinned": False, "attachments": []}
    message |= {"reference": {"messageId": "1", "channelId": "9"}}
    dump = {"guild": {"id": "1"}, "channel": {"id": "5", "name": "g"}, "messages": [message]}
    path = tmp_path / "g.json"
    path.write_text(json.dumps(dump))
    comments = read(path).comments
    assert comments["parent_id"].isna().tolist() == [True]
    assert comments["warnings"].map(list).tolist() == [[]]


def test_replies_of_bilibili_hang_on_the_top_where_their_parent_is_not_given(tmp_path):
    def reply(own, root, parent):
        content = {"message": f"words of {own}"}
        return {"rpid": own, "oid": 1, "root": root, "parent": parent, "content": content}

    top = reply(1, 0, 0) | {"replies": [reply(2, 1, 1), reply(3, 1, 77)]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"data": {"replies": [top]}}))
    comments = read(path).comments
    assert dict(zip(comments["id"], comments["parent_id"].fillna(""), strict=True)) == {
        "1": "",
        "2": "1",
        "3": "1",
    }


def test_a_page_that_twikoo_names_twice_is_one_thread(tmp_path):
    first = {"_id": "a", "nick": "A", "comment": "<p>one</p>", "url": "/a/", "mail": ""}
    second = {"_id": "b", "nick": "B", "comment": "two", "url": "/a.html", "pid": "a", "mail": ""}
    path = tmp_path / "t.json"
    path.write_text(json.dumps([first, second]))
    comments = read(path).comments
    assert comments[["thread_id", "depth", "text"]].values.tolist() == [
        ["/a/", 1, "one"],
        ["/a/", 2, "two"],
    ]


SAID = "The tulips are out, and the deer have not found them yet."


def found_in(path, value):
    path.write_text(json.dumps(value))
    dump = read(path)
    rows = dump.comments.assign(parent_id=dump.comments["parent_id"].fillna(""))
    return [name for name, _ in dump.formats.values()], rows


def test_answers_beside_the_comments_of_a_question_are_read_and_nest(tmp_path):
    """Answers may have a title, as their question has; comments answer what they stand under."""
    person = {"display_name": "Ada", "user_id": 2}
    usual = {"owner": person, "creation_date": 5, "score": 0}
    question = {"question_id": 500, "title": "Tea?", "body": "Which?", "is_answered": True, **usual}
    question["comments"] = [
        {"comment_id": 1, "post_id": 500, "body": SAID, "edited": False, **usual}
    ]
    answer = {"answer_id": 501, "question_id": 500, "title": "Tea?", "body": SAID, **usual}
    answer["comments"] = [{"comment_id": 2, "post_id": 501, "body": SAID, "edited": False, **usual}]
    question["answers"] = [answer]
    reader, rows = found_in(tmp_path / "q.json", {"items": [question], "has_more": False})
    assert reader == ["stackexchange-api"]
    assert sorted(rows[["thread_id", "id", "parent_id"]].values.tolist()) == [
        ["500", "1", ""],
        ["500", "2", "501"],
        ["500", "501", ""],
    ]


def test_ids_and_numbers_as_mongodb_exports_them(tmp_path):
    first = {"_id": {"$oid": "5f1"}, "nick": "Ada", "comment": f"<p>{SAID}</p>", "url": "/tea"}
    first |= {"isSpam": False, "created": {"$numberLong": "1620000000000"}}
    second = {**first, "_id": {"$oid": "5f2"}, "pid": "5f1", "rid": "5f1"}
    reader, rows = found_in(tmp_path / "comment.json", [first, second])
    assert reader == ["twikoo"]
    assert rows[["id", "parent_id"]].values.tolist() == [["5f1", ""], ["5f2", "5f1"]]
    assert rows["created_at"].dt.year.tolist() == [2021, 2021]


def test_what_the_interfaces_of_twikoo_and_ghost_answer(tmp_path):
    one = {"id": "a1", "nick": "Ada", "mailMd5": "ab", "comment": f"<p>{SAID}</p>", "ruser": None}
    reply = {**one, "id": "a2", "nick": "Ben", "pid": "a1", "rid": "a1", "ruser": "Ada"}
    answer = {"data": [{**one, "rid": "", "replies": [reply]}], "more": False, "count": 1}
    reader, rows = found_in(tmp_path / "twikoo.json", answer)
    assert reader == ["twikoo"]
    assert rows[["id", "parent_id", "author"]].values.tolist() == [
        ["a1", "", "Ada"],
        ["a2", "a1", "Ben"],
    ]
    top = {"id": "g1", "html": f"<p>{SAID}</p>", "status": "published", "liked": False}
    top |= {"member": {"id": "m", "name": "Ada"}, "created_at": "2024-01-01T10:00:00.000Z"}
    below = {**top, "id": "g2", "parent_id": "g1", "in_reply_to_id": None}
    deepest = {**top, "id": "g3", "parent_id": "g1", "in_reply_to_id": "g2", "status": "deleted"}
    answer = {"comments": [{**top, "replies": [below, deepest]}]}
    reader, rows = found_in(tmp_path / "ghost.json", answer)
    assert reader == ["ghost"]
    assert rows[["id", "parent_id", "status"]].values.tolist() == [
        ["g1", "", "approved"],
        ["g2", "g1", "approved"],
        ["g3", "g2", "deleted"],
    ]


def test_the_words_of_isso_are_html_where_its_interface_answers(tmp_path):
    one = {"id": 1, "parent": None, "text": f"<p>{SAID} &amp; more</p>", "author": "Ada"}
    one |= {"created": 1704103200.5, "mode": 1, "website": None, "hash": "ab", "replies": []}
    reader, rows = found_in(tmp_path / "r.json", {"total_replies": 1, "replies": [one]})
    assert (reader, rows["text"].tolist()) == (["isso"], [f"{SAID} & more"])


def test_system_notes_are_no_comments_of_people(tmp_path):
    note = {"id": 1, "body": "moved to tea#2", "system": True, "author": {"username": "ada"}}
    note |= {"noteable_id": 7, "noteable_type": "Issue", "created_at": "2024-01-01T10:00:00Z"}
    spoken = {**note, "id": 2, "body": SAID, "system": False}
    reader, rows = found_in(tmp_path / "notes.json", [note, spoken])
    assert reader == ["gitlab"]
    assert rows["kind"].tolist() == ["service", "comment"]


def test_mails_as_objects_lose_what_they_quote(tmp_path):
    first = {"Message-ID": "<1@x>", "From": "Ada <a@x>", "Subject": "Tea", "body": {"plain": SAID}}
    quoted = f"On Monday, Ada wrote:\n> {SAID}\n\nSo they have.\n\n-- \nBen"
    second = {**first, "Message-ID": "<2@x>", "In-Reply-To": "<1@x>", "Subject": "Re: Tea"}
    second |= {"From": "Ben <b@x>", "body": {"plain": quoted}}
    (tmp_path / "mails.json").write_text(json.dumps([{"data": first}, {"data": second}]))
    dump = read(tmp_path / "mails.json")
    assert dump.comments[["id", "author", "text"]].values.tolist() == [
        ["1@x", "Ada", SAID],
        ["2@x", "Ben", "So they have."],
    ]
    assert dump.threads[["thread_id", "title"]].values.tolist() == [["1@x", "Tea"]]


def test_what_has_a_title_and_comments_on_it_is_no_comment(tmp_path):
    """An issue of a tracker: its description is the article of the thread."""
    person = {"name": "ada", "fullname": "Ada L."}
    remarks = [
        {"id": 7, "comment": SAID, "user": person, "date_created": "1583438698", "parent": None},
        {"id": 8, "comment": "Not in my part of town.", "user": person, "parent": 7}
        | {"date_created": "1583438699"},
    ]
    issue = {"id": 1, "title": "Tulips", "content": "All about the tulips.", "user": person}
    issue |= {"date_created": "1583438600", "status": "Open", "comments": remarks}
    _, rows = found_in(tmp_path / "issue.json", issue)
    assert rows[["id", "parent_id", "author"]].values.tolist() == [
        ["7", "", "ada"],
        ["8", "7", "ada"],
    ]


def test_notes_within_the_only_object_of_a_file_are_the_comments(tmp_path):
    person = {"id": 3, "name": "Ada"}
    notes = [
        {"id": n, "user": person, "notes": text, "created_on": f"2016-01-2{n}T11:40:54Z"}
        for n, text in enumerate(TEXTS, 1)
    ]
    issue = {"id": 9, "subject": "The bulbs of the park", "author": person, "journals": notes}
    _, rows = found_in(tmp_path / "issue.json", {"issue": issue})
    assert rows[["id", "text", "author"]].values.tolist() == [
        [str(n), text, "Ada"] for n, text in enumerate(TEXTS, 1)
    ]
