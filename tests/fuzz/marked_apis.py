"""Answers of the interfaces of blogs, forums and trackers, made from given texts."""

from html import escape

from marked_systems import _above, _append, _day, _nested

PAGE = "tag:blogger.example,1999:blog-5.post-"


def blogger_api(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "kind": "blogger#comment", "id": str(100 + n), "post": {"id": "7"},
            "blog": {"id": "5"}, "published": _day(n), "content": escape(text),
            "author": {"id": "3", "displayName": f"A{n}"}, "status": "LIVE",
        }  # fmt: skip
        if _above(n) is not None:
            one["inReplyTo"] = {"id": str(99 + n)}
        made.append(one)
    return {"kind": "blogger#commentList", "items": made}


def blogger_feed(texts):
    made = []
    for n, text in enumerate(texts):
        links = [{"rel": "self", "href": f"https://b.example/feeds/5/7/comments/default/{100 + n}"}]
        if _above(n) is not None:
            href = f"https://b.example/feeds/5/7/comments/default/{99 + n}"
            links.append({"rel": "related", "href": href})
        made.append(
            {
                "id": {"$t": f"{PAGE}{100 + n}"}, "published": {"$t": _day(n)},
                "content": {"type": "html", "$t": escape(text)}, "link": links,
                "author": [{"name": {"$t": f"A{n}"}}],
                "thr$in-reply-to": {"href": "https://b.example/tea", "ref": f"{PAGE}7"},
            }
        )  # fmt: skip
    return {"version": "1.0", "feed": {"entry": made}}


def wordpress_com(texts):
    return {
        "found": len(texts),
        "comments": [
            {
                "ID": 100 + n, "post": {"ID": 7, "title": "Tea"}, "author": {"name": f"A{n}"},
                "date": _day(n), "URL": f"https://b.example/tea#comment-{100 + n}",
                "content": f"<p>{escape(text)}</p>\n", "status": "approved",
                "parent": False if _above(n) is None else {"ID": 99 + n, "type": "comment"},
                "type": "comment", "like_count": 0, "i_like": False,
            }
            for n, text in enumerate(texts)
        ],
    }  # fmt: skip


def gitlab(texts):
    found = []
    for n, text in enumerate(texts):
        note = {
            "id": 100 + n, "type": "DiscussionNote", "body": text, "system": False,
            "author": {"id": 3, "username": f"A{n}", "name": f"A {n}"}, "created_at": _day(n),
            "noteable_id": 7, "noteable_type": "Issue", "resolvable": True, "noteable_iid": 1,
        }  # fmt: skip
        if _above(n) is None:
            found.append({"id": f"d{n}", "individual_note": False, "notes": [note]})
        else:
            found[-1]["notes"].append(note)
    return found


def github_review(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "id": 100 + n, "pull_request_url": "https://api.github.example/pulls/7",
            "body": text, "user": {"login": f"A{n}"}, "created_at": _day(n), "path": "tea.py",
            "html_url": f"https://github.example/pull/7#discussion_r{100 + n}",
        }  # fmt: skip
        if _above(n) is not None:
            one["in_reply_to_id"] = 99 + n
        made.append(one)
    return made


def discussiontools(texts):
    made = [
        {
            "timestamp": _day(n), "author": f"A{n}", "type": "comment", "level": 1,
            "id": f"c-A{n}-{n}", "html": f"<p>{escape(text)}</p>", "replies": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    heading = {"headingLevel": 2, "type": "heading", "level": 0, "id": "h-Tea", "html": "Tea"}
    heading["replies"] = _nested(made, _append("replies"))
    return {"discussiontoolspageinfo": {"threaditemshtml": [heading]}}


def nodebb(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "pid": 100 + n, "tid": 7, "uid": 3, "content": f"<p>{escape(text)}</p>\n",
            "timestamp": 1704103200000 + n, "deleted": 0, "votes": 0, "index": n + 1,
            "user": {"username": f"A{n}"},
        }  # fmt: skip
        if _above(n) is not None:
            one["toPid"] = 99 + n
        made.append(one)
    return {"tid": 7, "title": "Tea", "posts": made}


def flarum(texts):
    made = [
        {
            "type": "posts", "id": str(100 + n),
            "attributes": {
                "number": n + 2, "createdAt": _day(n), "contentType": "comment",
                "contentHtml": f"<p>{escape(text)}</p>",
            },
            "relationships": {
                "user": {"data": {"type": "users", "id": "3"}},
                "discussion": {"data": {"type": "discussions", "id": "7"}},
            },
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    people = {"type": "users", "id": "3", "attributes": {"displayName": "Ada"}}
    about = {"type": "discussions", "id": "7", "attributes": {"title": "Tea"}}
    return {"data": made, "included": [people, about]}


def openweb(texts):
    made = [
        {
            "id": f"s{n}", "root_comment": f"s{n}", "conversation_id": "c7", "user_id": "u3",
            "parent_id": "" if _above(n) is None else f"s{n - 1}", "deleted": False,
            "content": [{"type": "text", "text": text}], "written_at": 1704103200 + n,
            "published": True, "replies": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    people = {"u3": {"id": "u3", "display_name": "Ada"}}
    comments = _nested(made, _append("replies"))
    return {"conversation": {"comments": comments, "users": people}}


def drupal_jsonapi(texts):
    made = []
    for n, text in enumerate(texts):
        above = None if _above(n) is None else {"type": "comment--comment", "id": f"c{n - 1}"}
        made.append(
            {
                "type": "comment--comment", "id": f"c{n}",
                "attributes": {
                    "status": True, "name": f"A{n}", "created": _day(n),
                    "comment_body": {"value": text, "processed": f"<p>{escape(text)}</p>"},
                },
                "relationships": {
                    "entity_id": {"data": {"type": "node--article", "id": "n7"}},
                    "pid": {"data": above},
                },
            }
        )  # fmt: skip
    return {"data": made}


def mail_items(texts):
    made = []
    for n, text in enumerate(texts):
        mail = {
            "Message-ID": f"<m{n}@mail.example>", "From": f"A{n} <a{n}@mail.example>",
            "Subject": "Tea", "Date": f"Mon, 01 Jan 2024 10:00:{n % 60:02} +0000",
            "body": {"plain": text},
        }  # fmt: skip
        if _above(n) is not None:
            mail["In-Reply-To"] = f"<m{n - 1}@mail.example>"
        made.append({"backend_name": "mbox", "data": mail})
    return made


def app_store(texts):
    made = [
        {
            "author": {"name": {"label": f"A{n}"}}, "updated": {"label": _day(n)},
            "im:rating": {"label": "5"}, "id": {"label": str(100 + n)},
            "title": {"label": "Tea"}, "content": {"label": text},
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"feed": {"author": {"name": {"label": "Shop"}}, "entry": made}}


APIS = {
    "blogger-api": [("comments.json", blogger_api)],
    "blogger-feed": [("comments.json", blogger_feed)],
    "wordpress-com": [("comments.json", wordpress_com)],
    "gitlab": [("discussions.json", gitlab)],
    "github-review": [("comments.json", github_review)],
    "discussiontools": [("page.json", discussiontools)],
    "nodebb": [("topic.json", nodebb)],
    "flarum": [("posts.json", flarum)],
    "openweb": [("conversation.json", openweb)],
    "drupal-jsonapi": [("comments.json", drupal_jsonapi)],
    "mail-items": [("mails.json", mail_items)],
    "app-store": [("reviews.json", app_store)],
}
"""Format -> (file name, maker), as in `marked_systems`."""
