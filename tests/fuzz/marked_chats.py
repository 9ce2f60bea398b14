"""Dumps of chats and of networks' interfaces, made from given texts, each a comment's."""

import csv
import io
from html import escape

from marked_systems import _above, _append, _day, _nested


def discord_api(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "id": str(9000 + n), "type": 0, "channel_id": "5", "content": text, "tts": False,
            "author": {"id": str(n), "username": f"a{n}", "global_name": f"A{n}"},
            "timestamp": _day(n), "edited_timestamp": None, "pinned": False, "attachments": [],
        }  # fmt: skip
        if _above(n) is not None:
            one |= {"type": 19, "message_reference": {"message_id": str(8999 + n)}}
        made.append(one)
    return made


def telegram_api(texts):
    return [
        {
            "_": "Message", "id": 100 + n, "peer_id": {"_": "PeerChannel", "channel_id": 5},
            "date": _day(n), "message": text, "from_id": {"_": "PeerUser", "user_id": n},
            "reply_to": None if _above(n) is None else
            {"_": "MessageReplyHeader", "reply_to_msg_id": 99 + n, "forum_topic": False},
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


def telegram_bot(texts):
    chat = {"id": -5, "title": "Garden", "type": "supergroup"}
    made = []
    for n, text in enumerate(texts):
        message = {
            "message_id": 100 + n, "from": {"id": n, "first_name": f"A{n}"}, "chat": chat,
            "date": 1704103200 + n, "text": text,
        }  # fmt: skip
        if _above(n) is not None:
            message["reply_to_message"] = {"message_id": 99 + n, "chat": chat, "date": 1704103200}
        made.append({"update_id": 700 + n, "message": message})
    return {"ok": True, "result": made}


def messenger(texts):
    messages = [
        {
            "sender_name": f"A{n}", "timestamp_ms": 1704103200000 + n,
            "content": text.encode().decode("latin-1"), "is_geoblocked_for_viewer": False,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    people = [{"name": f"A{n}"} for n in range(3)]
    return {
        "participants": people, "messages": messages, "title": "Garden",
        "is_still_participant": True, "thread_path": "inbox/garden_5",
    }  # fmt: skip


def rocketchat(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "_id": f"r{n}", "rid": "GARDEN", "msg": text, "ts": _day(n), "_updatedAt": _day(n),
            "u": {"_id": f"u{n}", "username": f"a{n}", "name": f"A{n}"},
        }  # fmt: skip
        made.append(one | ({} if _above(n) is None else {"tmid": f"r{n - 1}"}))
    return {"messages": made, "count": len(made), "success": True}


def zulip(texts):
    return {
        "result": "success",
        "messages": [
            {
                "id": 100 + n, "sender_id": n, "content": f"<p>{escape(text)}</p>",
                "sender_full_name": f"A{n}", "timestamp": 1704103200 + n, "subject": "tea",
                "display_recipient": "garden", "recipient_id": 5, "type": "stream",
            }
            for n, text in enumerate(texts)
        ],
    }  # fmt: skip


def twitter_api(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "id": str(5000 + n), "text": escape(text, quote=False), "author_id": str(n),
            "conversation_id": "5000", "created_at": _day(n),
            "edit_history_tweet_ids": [str(5000 + n)],
        }  # fmt: skip
        if _above(n) is not None:
            one["referenced_tweets"] = [{"type": "replied_to", "id": str(4999 + n)}]
        made.append(one)
    people = [{"id": str(n), "name": f"A{n}", "username": f"a{n}"} for n in range(len(texts))]
    return {"data": made, "includes": {"users": people}, "meta": {"result_count": len(made)}}


def vk(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "id": n + 1, "from_id": 50 + n, "date": 1704103200 + n, "text": text, "post_id": 7,
            "owner_id": -1, "parents_stack": [],
        }  # fmt: skip
        if _above(n) is not None:
            one |= {"reply_to_comment": n, "parents_stack": [n]}
        made.append(one)
    top = _nested(made, lambda parent, one: parent.setdefault("thread", {"items": [one]}))
    return {"response": {"count": len(top), "items": top, "current_level_count": len(top)}}


def zhihu(texts):
    made = [
        {
            "id": str(n + 1), "type": "comment", "content": f"<p>{escape(text)}</p>",
            "created_time": 1704103200 + n, "is_delete": False, "collapsed": False,
            "reviewing": False, "author": {"id": f"u{n}", "name": f"A{n}"},
            "reply_comment_id": "0" if _above(n) is None else str(n), "child_comments": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"data": _nested(made, _append("child_comments")), "paging": {"is_end": True}}


def instagram_api(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "pk": str(170 + n), "user_id": n, "type": 0, "created_at": 1704103200 + n,
            "content_type": "comment", "media_id": "31", "text": text,
            "user": {"pk": n, "username": f"a{n}"}, "comment_like_count": 0,
        }  # fmt: skip
        made.append(one | ({} if _above(n) is None else {"parent_comment_id": str(169 + n)}))
    return {
        "comments": _nested(made, _append("preview_child_comments")),
        "comment_count": len(made), "status": "ok",
    }  # fmt: skip


def kuaishou(texts):
    made = [
        {
            "commentId": str(800 + n), "authorId": f"u{n}", "authorName": f"A{n}",
            "content": text, "timestamp": 1704103200000 + n, "likedCount": "3",
            "subCommentCount": "0",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    top = _nested(made, _append("subComments"))
    return {"data": {"visionCommentList": {"commentCount": len(top), "rootComments": top}}}


CHATS = {
    "discord-api": [("messages.json", discord_api)],
    "telegram-api": [("messages.json", telegram_api)],
    "telegram-bot": [("updates.json", telegram_bot)],
    "messenger": [("message_1.json", messenger)],
    "rocketchat": [("messages.json", rocketchat)],
    "zulip": [("messages.json", zulip)],
    "twitter-api": [("tweets.json", twitter_api)],
    "vk": [("comments.json", vk)],
    "zhihu": [("comments.json", zhihu)],
    "instagram-api": [("comments.json", instagram_api)],
    "kuaishou": [("comments.json", kuaishou)],
}
"""Format -> (file name, maker): texts to the value of a JSON dump."""


def irc(texts):
    lines = ["--- Log opened Mon Jan 01 09:59:59 2024", "10:00 -!- ada [~a@host] has joined #tea"]
    lines += [f"10:{n % 60:02} <@A{n}> {' '.join(text.split())}" for n, text in enumerate(texts)]
    return "\n".join([*lines, ""]).encode()


def discord_text(texts):
    rule = "=" * 62
    lines = [rule, "Guild: Town", "Channel: Talk / garden", rule, ""]
    for n, text in enumerate(texts):
        lines += [f"[{1 + n % 28:02}-Jan-24 10:{n % 60:02} AM] a{n}", text, ""]
    lines += [rule, f"Exported {len(texts)} message(s)", rule, ""]
    return "\n".join(lines).encode()


def discord_csv(texts):
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    out.write("AuthorID,Author,Date,Content,Attachments,Reactions\n")
    rows.writerows([str(n), f"a{n}", _day(n), text, "", ""] for n, text in enumerate(texts))
    return out.getvalue().encode()


def discord_page(texts):
    made = "".join(
        f"<div class=chatlog__message-group><div id=chatlog__message-container-{900 + n} "
        f"class=chatlog__message-container data-message-id={900 + n}><div class=chatlog__message>"
        f"<div class=chatlog__header><span class=chatlog__author title=a{n}>A{n}</span> "
        f'<span class=chatlog__timestamp title="Monday, January 1, 2024 10:00 AM">x</span></div>'
        f'<div class="chatlog__content chatlog__markdown"><span>{escape(text)}</span></div>'
        "</div></div></div>\n"
        for n, text in enumerate(texts)
    )
    top = "<div class=preamble__entry>Town</div><div class=preamble__entry>garden</div>"
    return (
        "<!DOCTYPE html><html lang=en><head><title>Town - garden</title><meta charset=utf-8></head>"
        f"<body><div class=preamble>{top}</div><div class=chatlog>\n{made}</div></body></html>"
    ).encode()


def telegram_page(texts):
    made = "".join(
        f'<div class="message default clearfix" id="message{n + 2}"><div class="body">'
        f'<div class="pull_right date details" title="01.01.2024 10:00:00 UTC+00:00">10:00</div>'
        f'<div class="from_name">A{n}</div><div class="text">{escape(text)}</div></div></div>\n'
        for n, text in enumerate(texts)
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Data</title></head><body>'
        '<div class="page_wrap"><div class="page_header"><div class="text bold">Garden</div></div>'
        f'<div class="history">{made}</div></div></body></html>'
    ).encode()


CHAT_FILES = {
    "irc": [("tea.log", irc)],
    "discord-text": [("garden.txt", discord_text)],
    "discord-csv": [("garden.csv", discord_csv)],
    "chat-page": [("garden.html", discord_page), ("messages.html", telegram_page)],
}
"""Format -> (file name, maker): texts to the bytes of a dump."""
