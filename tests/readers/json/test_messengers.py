"""Chats and networks: edits, quotations, copies of other messages, and what opens a thread."""

import json

from moderation.readers import read

DAY = "2024-01-01T10:00:00Z"


def tree(tmp_path, value, name="dump.json"):
    """What `read` makes of a JSON file: id, parent and text of each comment; notes and rejects."""
    path = tmp_path / name
    path.write_text(json.dumps(value))
    dump = read(path)
    rows = dump.comments[["id", "parent_id", "text"]].fillna("").values.tolist()
    return [tuple(row) for row in rows], dump


def matrix(n, text, **content):
    return {
        "type": "m.room.message",
        "event_id": f"$e{n}",
        "sender": "@ada:town.example",
        "origin_server_ts": 1704103200000 + n,
        "room_id": "!r:town.example",
        "content": {"msgtype": "m.text", "body": text, **content},
    }


def test_an_edit_of_matrix_is_the_text_of_the_message_it_changes(tmp_path):
    new = {"m.new_content": {"body": "Who has seeds?"}}
    edit = matrix(2, "* Who has seeds?", **new, **relates(rel_type="m.replace", event_id="$e1"))
    other = matrix(3, "* Gone", **relates(rel_type="m.replace", event_id="$e0"))
    other["content"]["m.new_content"] = {"body": "Its first text is not here"}
    rows, dump = tree(tmp_path, {"messages": [matrix(1, "Who has sedes?"), edit, other]})
    assert rows == [("$e1", "", "Who has seeds?"), ("$e0", "", "Its first text is not here")]
    assert [note.partition(": ")[2] for note in dump.notes] == [
        "1 earlier texts of messages that were edited are left out"
    ]


def test_the_last_edit_counts_in_whichever_order_they_stand_and_only_the_authors(tmp_path):
    def edit(n, text):
        new = {"m.new_content": {"body": text}}
        return matrix(n, f"* {text}", **new, **relates(rel_type="m.replace", event_id="$e1"))

    other = edit(4, "Not mine") | {"sender": "@bob:town.example"}
    rows, _ = tree(
        tmp_path, {"messages": [other, edit(3, "third"), edit(2, "second"), matrix(1, "first")]}
    )
    assert rows == [("$e1", "", "third"), ("$e4", "", "Not mine")]


def test_words_of_zulip_that_are_no_html_stay_as_they_are(tmp_path):
    usual = {
        "sender_full_name": "Ada",
        "timestamp": 1704103200,
        "subject": "tea",
        "recipient_id": 5,
    }
    usual |= {"display_recipient": "garden", "content_type": "text/x-markdown"}
    rows, _ = tree(tmp_path, {"messages": [{"id": 1, "content": "a **b** <c>\nd", **usual}]})
    assert rows == [("1", "", "a **b** <c>\nd")]


def relates(**how):
    return {"m.relates_to": how}


def test_a_message_of_matrix_is_without_what_it_quotes_and_in_its_thread(tmp_path):
    quote = "> <@bob:town.example> Who has seeds?\n> and pots\n\nI do"
    back = {"m.in_reply_to": {"event_id": "$e2"}}
    thread = relates(rel_type="m.thread", event_id="$e1", is_falling_back=True, **back)
    meant = relates(rel_type="m.thread", event_id="$e1", is_falling_back=False, **back)
    rows, _ = tree(
        tmp_path,
        [
            matrix(1, "Who has seeds?"),
            matrix(2, quote, **relates(**{"m.in_reply_to": {"event_id": "$e1"}})),
            matrix(3, "In the thread", **thread),
            matrix(4, "To one in the thread", **meant),
        ],
    )
    assert rows == [
        ("$e1", "", "Who has seeds?"),
        ("$e2", "$e1", "I do"),
        ("$e4", "$e2", "To one in the thread"),
        ("$e3", "$e1", "In the thread"),
    ]


def test_encrypted_messages_are_counted(tmp_path):
    secret = matrix(2, "") | {"type": "m.room.encrypted", "content": {"ciphertext": "AAA"}}
    rows, dump = tree(tmp_path, {"chunk": [matrix(1, "Who has seeds?"), secret], "start": "t"})
    assert rows == [("$e1", "", "Who has seeds?")]
    assert [note.partition(": ")[2] for note in dump.notes] == ["1 encrypted messages left out"]


def slack(n, text, **more):
    return {"type": "message", "user": "U1", "text": text, "ts": f"{n}.1", **more}


def test_a_copy_of_what_opened_a_thread_of_slack_is_no_message(tmp_path):
    shown = slack(2, "See you", subtype="thread_broadcast", thread_ts="1.1", root=slack(1, "Lun"))
    rows, _ = tree(tmp_path, [slack(1, "Lunch at noon?", thread_ts="1.1"), shown])
    assert rows == [("1.1", "", "Lunch at noon?"), ("2.1", "1.1", "See you")]


def test_the_words_of_blocks_are_the_text_of_a_message_that_has_no_other(tmp_path):
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "Which *day*?"}}
    fields = {"type": "section", "fields": [{"type": "plain_text", "text": "Monday"}]}
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "or see "},
                    {"type": "link", "url": "https://town.example"},
                ],
            }
        ],
    }
    asked = slack(1, "", blocks=[section, fields, rich])
    rows, _ = tree(tmp_path, [asked, slack(2, "Monday then"), slack(3, "Same for me")])
    assert rows[0] == ("1.1", "", "Which *day*?\nMonday\nor see https://town.example")


def test_people_that_a_message_of_slack_names_have_their_names(tmp_path):
    people = [{"id": "U2", "name": "bob", "profile": {"display_name": "Bob"}}]
    (tmp_path / "garden").mkdir()
    (tmp_path / "users.json").write_text(json.dumps(people))
    (tmp_path / "garden" / "2024-01-01.json").write_text(
        json.dumps([slack(1, "ask <@U2> or <@U9>")])
    )
    assert read(tmp_path).comments["text"].tolist() == ["ask @Bob or @U9"]


def status(n, text, above=None, **more):
    return {
        "id": str(n),
        "in_reply_to_id": above,
        "content": f"<p>{text}</p>",
        "created_at": DAY,
        "visibility": "public",
        "account": {"id": "1", "username": "ada"},
        "reblog": None,
        **more,
    }


def test_the_statuses_of_a_timeline_are_comments_each_in_its_thread(tmp_path):
    answer = status(3, "self", above="1")
    boost = status(4, "", reblog=status(9, "of another"))
    rows, dump = tree(tmp_path, [status(1, "one"), status(2, "two"), answer, boost])
    assert rows == [("1", "", "one"), ("3", "1", "self"), ("2", "", "two"), ("4", "", "of another")]
    assert dump.comments["thread_id"].tolist() == ["1", "1", "2", "4"]
    assert dump.comments["kind"].tolist() == ["comment", "comment", "comment", "repost"]


def test_the_oldest_status_of_a_context_is_the_article(tmp_path):
    context = {"ancestors": [status(1, "one"), status(2, "two", "1")], "descendants": []}
    rows, dump = tree(tmp_path, context)
    assert rows == [("2", "", "two")]
    assert dump.threads["article"].tolist() == ["one"]


def test_an_inbox_of_reddit_names_threads_in_addresses(tmp_path):
    def got(n, **more):
        usual = {"author": "ada", "body_html": "&lt;p&gt;x&lt;/p&gt;", "subject": "comment reply"}
        usual |= {"was_comment": True, "created_utc": 1704103200 + n, "parent_id": "t3_ab"}
        about = {"context": f"/r/x/comments/ab/tea/c{n}/?context=3", "name": f"t1_c{n}"}
        return {
            "kind": "t1",
            "data": {"id": f"c{n}", "body": f"words {n}", **usual, **about, **more},
        }

    children = [got(1), got(2, parent_id="t1_c1")]
    rows, dump = tree(tmp_path, {"kind": "Listing", "data": {"children": children}})
    assert rows == [("c1", "", "words 1"), ("c2", "c1", "words 2")]
    assert dump.comments["thread_id"].tolist() == ["ab", "ab"]
    assert dump.comments["author"].tolist() == ["ada", "ada"]


def bluesky(n, text, above=None):
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": DAY}
    if above is not None:
        record["reply"] = {"root": {"uri": "at://a/0"}, "parent": {"uri": f"at://a/{above}"}}
    author = {"did": "did:plc:a", "handle": "ada.example"}
    return {
        "uri": f"at://a/{n}",
        "cid": "c",
        "author": author,
        "record": record,
        "likeCount": 0,
        "indexedAt": DAY,
    }


def test_the_post_of_a_thread_of_bluesky_that_is_a_list_is_its_article(tmp_path):
    posts = [bluesky(0, "The post"), bluesky(1, "One", 0), bluesky(2, "Two", 1)]
    thread = [
        {"uri": post["uri"], "depth": depth, "value": {"post": post}}
        for depth, post in enumerate(posts)
    ]
    rows, dump = tree(tmp_path, {"thread": thread, "hasOtherReplies": False})
    assert rows == [("at://a/1", "", "One"), ("at://a/2", "at://a/1", "Two")]
    assert dump.threads["article"].tolist() == ["The post"]


def test_what_the_author_of_a_thread_of_bluesky_hid_is_hidden(tmp_path):
    replies = [{"post": bluesky(1, "Well", 0)}, {"post": bluesky(2, "Buy now", 0)}]
    gate = {"record": {"hiddenReplies": ["at://a/2"]}}
    thread = {"post": bluesky(0, "The post"), "replies": replies}
    _, dump = tree(tmp_path, {"thread": thread, "threadgate": gate})
    assert dump.comments[["id", "status"]].values.tolist() == [
        ["at://a/1", "unknown"],
        ["at://a/2", "hidden"],
    ]


def test_copies_of_what_is_answered_are_no_messages(tmp_path):
    def said(n, text, **more):
        author = {"id": "1", "username": "ada", "global_name": None}
        usual = {
            "channel_id": "5",
            "timestamp": DAY,
            "author": author,
            "tts": False,
            "pinned": False,
        }
        return {"id": str(n), "type": 0, "content": text, **usual, **more}

    asked = said(1, "Anyone here?")
    answer = said(2, "Yes", message_reference={"message_id": "1", "channel_id": "5"})
    elsewhere = said(3, "No", message_reference={"message_id": "8", "channel_id": "6"})
    pinned = said(4, "", type=6, message_reference={"message_id": "1", "channel_id": "5"})
    answers = [answer | {"type": 19, "referenced_message": asked}, elsewhere, pinned]
    rows, dump = tree(tmp_path, [*answers, asked])
    assert rows == [("1", "", "Anyone here?"), ("2", "1", "Yes"), ("3", "", "No"), ("4", "", "")]
    assert dump.comments["kind"].tolist() == ["message", "message", "message", "service"]


def test_a_note_of_misskey_that_another_answers_is_not_there_twice(tmp_path):
    def note(n, text, above=None, **more):
        usual = {"userId": "u", "createdAt": DAY, "visibility": "public", "cw": None}
        return {"id": n, "text": text, "replyId": above, "renoteId": None, **usual, **more}

    rows, _ = tree(tmp_path, [note("b", "two", "a", reply=note("a", "one")), note("a", "one")])
    assert rows == [("a", "", "one"), ("b", "a", "two")]


def test_to_be_in_a_topic_of_telegram_answers_nobody(tmp_path):
    def said(n, reply_to):
        return {
            "_": "Message",
            "id": n,
            "peer_id": {"channel_id": 5},
            "date": DAY,
            "message": f"words {n}",
            "from_id": {"user_id": 1},
            "reply_to": reply_to,
        }

    in_topic = {"reply_to_msg_id": 1, "forum_topic": True, "reply_to_top_id": None}
    answer = {"reply_to_msg_id": 2, "forum_topic": True, "reply_to_top_id": 1}
    opened = {
        "_": "MessageService",
        "id": 1,
        "peer_id": {"channel_id": 5},
        "date": DAY,
        "action": {"_": "MessageActionTopicCreate", "title": "Seeds"},
    }
    rows, dump = tree(tmp_path, [opened, said(2, in_topic), said(3, answer)])
    assert rows == [("2", "", "words 2"), ("3", "2", "words 3")]
    assert [note.partition(": ")[2] for note in dump.notes] == ["1 service messages left out"]


def test_the_later_text_of_an_edited_message_stays(tmp_path):
    def update(n, text, how="message", **more):
        chat = {"id": -5, "title": "Garden", "type": "supergroup"}
        usual = {"message_id": 7, "from": {"first_name": "Ada"}, "chat": chat, "date": 1704103200}
        return {"update_id": n, how: {**usual, "text": text, **more}}

    later = update(2, "hello, Bob!", "edited_message", edit_date=1704103300)
    rows, dump = tree(tmp_path, {"ok": True, "result": [update(1, "helo Bob"), later]})
    assert rows == [("7", "", "hello, Bob!")]
    assert dump.threads["title"].tolist() == ["Garden"]


def test_who_wrote_a_tweet_is_named_beside_it(tmp_path):
    def tweet(n, text, *others):
        return {
            "id": n,
            "text": text,
            "author_id": "1",
            "conversation_id": "1",
            "created_at": DAY,
            "referenced_tweets": [{"type": how, "id": other} for how, other in others],
        }

    said = [tweet("1", "Tea &amp; cake"), tweet("2", "Yes", ("quoted", "9"), ("replied_to", "1"))]
    said.append(tweet("3", "RT @ada: Tea", ("retweeted", "1")))
    people = {"users": [{"id": "1", "name": "Ada", "username": "ada"}], "tweets": said[:1]}
    rows, dump = tree(tmp_path, {"data": said, "includes": people})
    assert rows == [("1", "", "Tea & cake"), ("2", "1", "Yes"), ("3", "", "RT @ada: Tea")]
    assert dump.comments["author"].tolist() == ["Ada", "Ada", "Ada"]
    assert dump.comments["kind"].tolist() == ["comment", "comment", "repost"]


def test_faces_of_weibo_and_bilibili_stay_in_the_text(tmp_path):
    face = "<span class=\"url-icon\"><img alt=[笑] src='x.png' /></span>"
    comment = {
        "id": 1,
        "idstr": "1",
        "rootid": 1,
        "text": f"good{face}",
        "floor_number": 1,
        "user": {"screen_name": "Ada"},
        "created_at": "Mon Jan 01 18:00:00 +0800 2024",
    }
    rows, _ = tree(tmp_path, {"data": [comment]})
    assert rows == [("1", "", "good[笑]")]


def test_what_is_forwarded_in_a_channel_itself_is_a_message(tmp_path):
    def posted(n, text, **more):
        usual = {"type": "message", "date": "2024-01-01T10:00:00", "from": "News"}
        return {"id": n, "text": text, "from_id": "channel5", **usual, **more}

    messages = [posted(1, "one"), posted(2, "two", forwarded_from="Other")]
    channel = {"name": "News", "type": "public_channel", "id": 5, "messages": messages}
    rows, _ = tree(tmp_path, channel)
    assert rows == [("1", "", "one"), ("2", "", "two")]


def test_the_posts_of_a_page_are_threads_each(tmp_path):
    def said(n, text, *answers):
        more = {"comments": {"data": list(answers)}} if answers else {}
        return {"id": n, "message": text, "created_time": DAY, "like_count": 0, **more}

    posts = [
        said("1", "post one", said("1_5", "a")),
        said("2", "post two", said("2_6", "b", said("2_7", "c"))),
    ]
    rows, dump = tree(tmp_path, {"posts": {"data": posts}, "id": "9"})
    assert rows == [("1_5", "", "a"), ("2_6", "", "b"), ("2_7", "2_6", "c")]
    assert dump.comments["thread_id"].tolist() == ["1", "2", "2"]


def test_replies_of_bilibili_that_are_rows_hang_on_the_top_too(tmp_path):
    def reply(n, root, parent):
        return {"rpid": n, "oid": 7, "root": root, "parent": parent, "content": {"message": f"{n}"}}

    rows, _ = tree(tmp_path, [reply(1, 0, 0), reply(2, 1, 1), reply(3, 1, 99)])
    assert [row[:2] for row in rows] == [("1", ""), ("2", "1"), ("3", "1")]


def test_tweets_with_little_about_them_keep_their_ids(tmp_path):
    first = {"id_str": "200", "text": "reply 200", "user": {"screen_name": "ada"}}
    second = {"id_str": "300", "text": "reply 300", "in_reply_to_status_id_str": "200"}
    rows, _ = tree(tmp_path, {"statuses": [first, second | {"user": {"screen_name": "bob"}}]})
    assert rows == [("200", "", "reply 200"), ("300", "200", "reply 300")]
