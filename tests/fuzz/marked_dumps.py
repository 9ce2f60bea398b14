"""Dumps of every format, made from given texts, of which each is a comment's.

DUMPS holds, for each format, a few ways in which its dumps are written; a maker takes the texts
and gives the file's bytes. No code of the program is used, but for libraries that write a format.
"""

import csv
import io
import json
import sqlite3
import tempfile
import zipfile
from html import escape
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from marked_apis import APIS
from marked_chats import CHAT_FILES, CHATS
from marked_systems import SYSTEM_FILES, SYSTEMS

DAY = "2024-01-{:02}T10:00:00Z"
PROSE = (
    "The council has put the matter off again and the people of the harbour are tired of waiting "
    "for an answer that nobody seems able to give them before the winter comes."
)


def _day(n):
    return DAY.format(1 + n % 28)


def _above(n):
    """The number of the comment that this one answers; None at top level."""
    return n - 1 if n % 3 == 2 else None


def _nested(made, replies, wrap=lambda found: found):
    """Every third comment within the one before it."""
    top = []
    for n, one in enumerate(made):
        if _above(n) is not None:
            made[n - 1][replies] = wrap([one])
        else:
            top.append(one)
    return top


def _dumped(value, indent=None):
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def _lines(values):
    return b"".join(_dumped(one) + b"\n" for one in values)


# --- JSON -----------------------------------------------------------------------------------------


def wordpress_rest(texts):
    return [
        {
            "id": n + 1, "post": 9, "parent": 0 if _above(n) is None else n, "author_name": f"A{n}",
            "date_gmt": _day(n)[:-1], "content": {"rendered": f"<p>{escape(text)}</p>\n"},
            "link": f"https://blog.example/9#comment-{n}", "status": "approved", "type": "comment",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


def _remark42(n, text):
    return {
        "id": f"r{n}", "pid": "" if _above(n) is None else f"r{n - 1}",
        "text": f"<p>{escape(text)}</p>\n", "user": {"name": f"A{n}", "id": f"u{n}"},
        "locator": {"site": "s", "url": "https://blog.example/tea"}, "score": 0, "time": _day(n),
    }  # fmt: skip


def remark42_tree(texts):
    made = [{"comment": _remark42(n, text)} for n, text in enumerate(texts)]
    return {"comments": _nested(made, "replies"), "info": {"count": len(texts)}}


def remark42_backup(texts):
    found = [_remark42(n, text) for n, text in enumerate(texts)]
    return _lines([{"version": 1, "users": [], "posts": []}, *found])


def commento(texts):
    return {
        "version": 1,
        "comments": [
            {
                "commentHex": f"a{n}", "domain": "blog.example", "url": "/tea",
                "commenterHex": "k1", "markdown": text, "html": "", "score": 1,
                "parentHex": "root" if _above(n) is None else f"a{n - 1}", "state": "approved",
                "creationDate": _day(n), "deleted": False,
            }
            for n, text in enumerate(texts)
        ],
        "commenters": [{"commenterHex": "k1", "email": "k@mail.example", "name": "Kim"}],
    }  # fmt: skip


def comentario(texts):
    return {
        "meta": {"version": 3},
        "pages": [{"id": "p1", "domainId": "d", "path": "/tea", "title": "T", "isReadonly": False}],
        "commenters": [{"id": "k1", "name": "Kim", "email": "k@mail.example"}],
        "comments": [
            {
                "id": f"c{n}", "pageId": "p1", "parentId": None if _above(n) is None else f"c{n-1}",
                "markdown": text, "html": "", "isApproved": True, "isDeleted": False,
                "createdTime": _day(n), "userCreated": "k1",
            }
            for n, text in enumerate(texts)
        ],
    }  # fmt: skip


def cusdis(texts):
    made = [
        {
            "id": f"u{n}", "content": text, "by_nickname": f"A{n}", "createdAt": _day(n),
            "approved": True, "parentId": None, "deletedAt": None, "pageId": "g1",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"data": {"commentCount": 2, "data": _nested(made, "replies", lambda f: {"data": f})}}


def isso(texts):
    return [
        {
            "id": f"/page-{start}/", "title": "All+about+tea",
            "comments": [
                {
                    "id": n, "author": f"A{n}", "remote_addr": "10.0.0.1", "website": "",
                    "created": "2005-02-24 04:03:37", "text": text,
                }
                for n, text in enumerate(texts[start : start + 10])
            ],
        }
        for start in range(0, len(texts), 10)
    ]  # fmt: skip


def disqus_api(texts):
    found = [
        {
            "id": f"{n + 1}", "parent": None if _above(n) is None else n, "thread": "77",
            "raw_message": text, "message": f"<p>{escape(text)}</p>", "author": {"name": "Bo"},
            "createdAt": _day(n)[:-1], "isSpam": False, "isDeleted": False, "isApproved": True,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"cursor": {}, "code": 0, "response": found}


def coral(texts):
    return _lines(
        {
            "id": f"{n}", "storyID": "s1", "authorID": "u1",
            "revisions": [{"id": f"r{n}", "body": f"<div>{escape(text)}</div>"}],
            "parentID": None if _above(n) is None else f"{n - 1}", "ancestorIDs": [],
            "status": "NONE", "createdAt": {"$date": _day(n)},
        }
        for n, text in enumerate(texts)
    )  # fmt: skip


def coral_graphql(texts):
    made = [
        {
            "node": {
                "id": f"{n}", "body": f"<p>{escape(text)}</p>", "createdAt": _day(n),
                "status": "APPROVED", "author": {"username": f"a{n}"},
            }
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    top = []
    for n, one in enumerate(made):
        if _above(n) is not None:
            made[n - 1]["node"]["replies"] = {"edges": [one]}
        else:
            top.append(one)
    story = {"id": "s2", "url": "https://news.example/a", "metadata": {"title": "News"}}
    return {"data": {"story": {**story, "comments": {"edges": top}}}}


def coral_sponge(texts):
    return [
        {
            "body": text, "status": "2", "date_created": "2015-11-02 13:26:31",
            "source": {"id": f"{n}", "user_id": "4", "asset_id": "34"},
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


def guardian(texts):
    made = [
        {
            "id": n, "body": f"<p>{escape(text)}</p>", "date": "x", "isoDateTime": _day(n),
            "status": "visible", "userProfile": {"userId": "1", "displayName": f"A{n}"},
            "webUrl": f"https://discussion.example/{n}",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    talk = {"key": "/p/1", "webUrl": "https://paper.example/1", "title": "A match report"}
    return {"status": "ok", "discussion": {**talk, "comments": _nested(made, "responses")}}


def nyt(texts):
    made = [
        {
            "commentID": n, "commentBody": escape(text), "parentID": None, "status": "approved",
            "userDisplayName": f"A{n}", "createDate": "1500000000",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"status": "OK", "results": {"comments": _nested(made, "replies")}}


def hashover(texts):
    return {"body": texts[0], "date": "2015-01-02T00:00:00-0800", "name": "B", "status": "approved"}


def _reddit(n, text):
    return {
        "id": f"c{n}", "name": f"t1_c{n}", "link_id": "t3_p1", "body": text, "author": f"a{n}",
        "parent_id": "t3_p1" if _above(n) is None else f"t1_c{n - 1}",
        "created_utc": 1600000000.0 + n,
    }  # fmt: skip


def reddit_listing(texts):
    made = [
        {"kind": "t1", "data": {**_reddit(n, text), "replies": ""}} for n, text in enumerate(texts)
    ]
    top = []
    for n, one in enumerate(made):
        if _above(n) is not None:
            made[n - 1]["data"]["replies"] = {"kind": "Listing", "data": {"children": [one]}}
        else:
            top.append(one)
    post = {"id": "p1", "name": "t3_p1", "title": "Which kettle?", "selftext": "Mine broke."}
    post["subreddit"] = "kitchen"
    return [
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": post}], "after": None}},
        {"kind": "Listing", "data": {"children": top, "after": None}},
    ]


def morechildren(texts):
    things = [
        {"kind": "t1", "data": {**_reddit(n, text), "replies": ""}} for n, text in enumerate(texts)
    ]
    return {"json": {"errors": [], "data": {"things": things}}}


def pushshift(texts):
    return _lines({**_reddit(n, text), "_meta": {}} for n, text in enumerate(texts))


def hackernews_algolia(texts):
    made = [
        {
            "id": 11 + n, "type": "comment", "author": f"a{n}", "text": escape(text),
            "parent_id": 10, "story_id": 10, "created_at": _day(n), "children": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    story = {"id": 10, "type": "story", "author": "ann", "title": "A small editor", "text": None}
    return {**story, "children": _nested(made, "children")}


def hackernews_search(texts):
    hits = [
        {
            "objectID": f"{21 + n}", "comment_text": escape(text), "story_id": 20,
            "parent_id": 20, "story_title": "A title", "author": f"a{n}",
            "created_at_i": 1600000000 + n,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"hits": hits, "nbHits": len(hits)}


def hackernews(texts):
    items = [
        {
            "id": 2 + n, "type": "comment", "by": f"a{n}", "parent": 1, "time": 1600000000 + n,
            "text": escape(text),
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    story = {"id": 1, "type": "story", "by": "ann", "title": "A small editor", "time": 1600000000}
    return {"story": story, "items": items}


def discourse(texts):
    posts = [
        {
            "id": 101 + n, "username": f"u{n}", "created_at": _day(n), "post_number": n + 2,
            "cooked": f"<p>{escape(text)}</p>", "post_type": 1, "topic_id": 8, "hidden": False,
            "reply_to_post_number": None if _above(n) is None else n + 1,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    first = {**posts[0], "id": 100, "post_number": 1, "cooked": "<p>How do I start?</p>"}
    return {"post_stream": {"posts": [first, *posts]}, "id": 8, "title": "Starting"}


def lobsters(texts):
    found = [
        {
            "short_id": f"a{n}", "comment": f"<p>{escape(text)}</p>", "depth": n % 3,
            "is_deleted": False, "commenting_user": f"u{n}", "created_at": _day(n),
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    about = {"short_id": "st", "title": "Trees", "url": "https://site.example/t"}
    return {**about, "description": "<p>About trees.</p>", "comments": found}


def devto(texts):
    made = [
        {
            "type_of": "comment", "id_code": f"a{n}", "created_at": _day(n),
            "body_html": f"<html><body>\n<p>{escape(text)}</p>\n\n</body></html>\n",
            "user": {"name": f"A{n}", "username": f"a{n}"}, "children": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return _nested(made, "children")


def github(texts):
    made = [
        {
            "id": f"c{n}", "body": text, "bodyHTML": f"<p>{escape(text)}</p>",
            "createdAt": _day(n), "author": {"login": f"a{n}"}, "isMinimized": False,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    about = {
        "id": "D_1", "number": 3, "title": "Comments", "url": "https://git.example/d/3",
        "body": "tea", "createdAt": _day(0), "author": {"login": "bot"},
    }  # fmt: skip
    top = _nested(made, "replies", lambda found: {"nodes": found})
    return {"data": {"repository": {"discussion": {**about, "comments": {"nodes": top}}}}}


def utterances(texts):
    return [
        {
            "url": f"https://api.git.example/c/{n}", "id": n, "user": {"login": f"a{n}"},
            "issue_url": "https://api.git.example/i/1", "created_at": _day(n), "body": text,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


def youtube(texts):
    def one(n, text):
        return {
            "kind": "youtube#comment", "id": f"T{n}",
            "snippet": {
                "authorDisplayName": f"@a{n}", "textDisplay": escape(text), "textOriginal": text,
                "publishedAt": _day(n),
            },
        }  # fmt: skip

    items = [
        {
            "kind": "youtube#commentThread", "id": f"T{n}",
            "snippet": {"videoId": "V", "topLevelComment": one(n, text), "totalReplyCount": 0},
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"kind": "youtube#commentThreadListResponse", "items": items}


def yt_dlp(texts):
    found = [
        {
            "id": f"a{n}", "parent": "root" if _above(n) is None else f"a{n - 1}", "text": text,
            "author": f"@a{n}", "author_id": f"c{n}", "timestamp": 1500000000 + n,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    about = {"id": "V", "title": "A video", "extractor": "youtube", "description": "About it."}
    return {**about, "formats": [], "comments": found}


def youtube_downloader(texts):
    return _lines(
        {
            "cid": f"A{n}" if _above(n) is None else f"A{n - 1}.B{n}", "text": text,
            "time": "1 year ago", "author": f"@a{n}", "channel": f"c{n}", "votes": "0",
            "reply": _above(n) is not None, "time_parsed": 1500000000.5 + n,
        }
        for n, text in enumerate(texts)
    )  # fmt: skip


def mastodon(texts):
    found = [
        {
            "id": f"{110000000000000002 + n}", "in_reply_to_id": "110000000000000001",
            "content": f"<p>{escape(text)}</p>", "visibility": "public", "created_at": _day(n),
            "account": {"id": "1", "username": f"a{n}", "acct": f"a{n}@social.example"},
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"ancestors": [], "descendants": found}


def lemmy(texts):
    found = [
        {
            "comment": {
                "id": 24 + n, "path": f"0.{24 + n}", "content": text, "post_id": 3,
                "removed": False, "deleted": False, "published": _day(n),
            },
            "creator": {"name": f"a{n}"},
            "post": {"id": 3, "name": "A post", "ap_id": "https://l.example/post/3"},
            "counts": {},
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"comments": found}


def telegram(texts):
    found = [
        {
            "id": 2 + n, "type": "message", "date": _day(n)[:-1], "date_unixtime": "1704103200",
            "from": f"A{n}", "from_id": f"user{n}",
            "text": text if n % 2 else [text[:9], {"type": "bold", "text": text[9:]}],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"name": "Tea talk", "type": "public_supergroup", "id": 7, "messages": found}


def convokit(texts):
    root = {"id": "r", "conversation_id": "r", "text": "Tea or coffee?", "speaker": "al"}
    found = [
        {
            "id": f"s{n}", "conversation_id": "r", "text": text, "speaker": f"a{n}", "meta": {},
            "reply-to": "r", "timestamp": 1500000001 + n,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return _lines([{**root, "meta": {}, "reply-to": None, "timestamp": 1500000000}, *found])


def facebook(texts):
    def twice(text):
        return text.encode().decode("latin-1")

    found = [
        {
            "timestamp": 1600000000 + n, "title": "x",
            "data": [
                {"comment": {"timestamp": 1600000000 + n, "comment": twice(t), "author": "R"}}
            ],
        }
        for n, t in enumerate(texts)
    ]  # fmt: skip
    return {"comments_v2": found}


def instagram(texts):
    return [
        {
            "media_list_data": [],
            "string_map_data": {
                "Comment": {"value": text.encode().decode("latin-1")},
                "Media Owner": {"value": "al"}, "Time": {"timestamp": 1600000000 + n},
            },
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


def activitypub(texts):
    notes = [
        {
            "id": f"https://s.example/act/{n}", "type": "Create", "actor": "https://s.example/u/b",
            "object": {
                "id": f"https://s.example/n/{n}", "type": "Note",
                "content": f"<p>{escape(text)}</p>", "attributedTo": "https://s.example/u/b",
                "inReplyTo": "https://s.example/post/1", "published": _day(n),
            },
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    head = "https://www.w3.org/ns/activitystreams"
    return {"@context": head, "type": "OrderedCollection", "orderedItems": notes}


def json_tree(texts):
    made = [
        {
            "id": n, "message": text, "user": {"name": f"A{n}", "id": n}, "date": _day(n),
            "children": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"ok": True, "topic": {"id": "t", "title": "K", "posts": _nested(made, "children")}}


def _plain_rows(texts):
    return [
        {
            "id": n, "parent_id": _above(n) and n - 1, "thread_id": f"t{n // 10}", "text": text,
            "author": f"Al {n}", "created_at": _day(n), "title": "T",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


# --- tables ---------------------------------------------------------------------------------------


def _sheet(header, rows, delimiter=",", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerows([header, *rows] if header else rows)
    return out.getvalue().encode()


def csv_table(texts):
    rows = [list(one.values()) for one in _plain_rows(texts)]
    return _sheet(["id", "parent_id", "thread_id", "text", "author", "created_at", "title"], rows)


def tsv_table(texts):
    rows = [[n, text, f"Al {n}"] for n, text in enumerate(texts)]
    return _sheet(["id", "text", "author"], rows, "\t", csv.QUOTE_ALL)


def parquet(texts):
    rows = [{name: str(value) for name, value in one.items()} for one in _plain_rows(texts)]
    out = pa.BufferOutputStream()
    options = {"compression": "none", "use_dictionary": False, "write_page_checksum": True}
    pq.write_table(pa.Table.from_pylist(rows), out, **options)
    return out.getvalue().to_pybytes()


def wp_cli(texts):
    header = "comment_ID,comment_post_ID,comment_author,comment_author_email,comment_date,"
    header += "comment_date_gmt,comment_content,comment_approved,comment_type,comment_parent"
    moment = "2020-01-01 11:00:00"
    rows = [
        [n, 5, f"A{n}", "j@mail.example", moment, moment, escape(text), 1, "comment", 0]
        for n, text in enumerate(texts)
    ]
    return _sheet(header.split(","), rows)


def civil(texts):
    header = "id,target,comment_text,created_date,publication_id,parent_id,article_id,rating"
    moment = "2016-07-13 20:19:50.123456+00"
    rows = [
        [317120 + n, 0.0, text, moment, 54, "", 140000, "approved"] for n, text in enumerate(texts)
    ]
    return _sheet(header.split(","), rows)


def nyt_csv(texts):
    header = "approveDate,articleID,commentBody,commentID,createDate,parentID,status,"
    header += "userDisplayName"
    rows = [
        [1524594282, "58927e04", escape(text), 26853969 + n, 1524594200, 0, "approved", f"A{n}"]
        for n, text in enumerate(texts)
    ]
    return _sheet(header.split(","), rows)


def coral_csv(texts):
    rows = [
        [f"u{n}", f"a{n}", "s1", _day(n), f"<p>{escape(text)}</p>", "", "APPROVED", ""]
        for n, text in enumerate(texts)
    ]
    return _sheet(None, rows)


def parent_as_text(texts):
    rows = [[text, "The first edit was wrong", 0] for text in texts]
    return _sheet(["text", "parent_text", "label_oc"], rows)


def cat(texts):
    rows = [
        [f"1.2.{n}", text, "It was my edit after all, and a good one too", 0]
        for n, text in enumerate(texts)
    ]
    return _sheet(["id", "text", "parent", "label"], rows)


def takeout(texts):
    header = "Channel ID,Comment create timestamp,Price,Comment ID,Parent comment ID,Video ID,"
    header += "Comment text"
    rows = [
        ["c", _day(n), 0, f"u{n}", "", "v1", json.dumps({"text": text}, ensure_ascii=False)]
        for n, text in enumerate(texts)
    ]
    return _sheet(header.split(","), rows)


def socc(texts):
    rows = [[9, f"source1_9_{n}", f"A{n}", text, _day(n)] for n, text in enumerate(texts)]
    return _sheet(["article_id", "comment_counter", "author", "comment_text", "timestamp"], rows)


# --- markup ---------------------------------------------------------------------------------------


def wordpress(texts):
    items = []
    for start in range(0, len(texts), 15):
        comments = "\n".join(
            f"\t<wp:comment>\n\t\t<wp:comment_id>{n}</wp:comment_id>\n"
            f"\t\t<wp:comment_author><![CDATA[A{n}]]></wp:comment_author>\n"
            "\t\t<wp:comment_date_gmt>2021-05-02 09:10:00</wp:comment_date_gmt>\n"
            f"\t\t<wp:comment_content><![CDATA[{text}]]></wp:comment_content>\n"
            "\t\t<wp:comment_approved>1</wp:comment_approved>\n"
            "\t\t<wp:comment_type>comment</wp:comment_type>\n"
            f"\t\t<wp:comment_parent>{n if _above(n) else 0}</wp:comment_parent>\n\t</wp:comment>"
            for n, text in enumerate(texts[start : start + 15], start)
        )
        items.append(
            f"<item>\n\t<title>Slugs {start}</title>\n\t<link>https://garden.example/{start}</link>"
            f"\n\t<content:encoded><![CDATA[<p>{PROSE}</p>]]></content:encoded>\n"
            f"\t<wp:post_id>{start}</wp:post_id>\n{comments}\n</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n<title>Allotment</title>\n'
        "<link>https://garden.example</link>\n<wp:wxr_version>1.2</wp:wxr_version>\n"
        + "\n".join(items)
        + "\n</channel>\n</rss>\n"
    ).encode()


def disqus(texts):
    posts = "\n".join(
        f'<post dsq:id="{n + 1}">\n<message><![CDATA[<p>{text}</p>]]></message>\n'
        f"<createdAt>{_day(n)}</createdAt>\n<isDeleted>false</isDeleted>\n<isSpam>false</isSpam>\n"
        f"<author><name>A{n}</name></author>\n"
        '<thread dsq:id="100"/>\n'
        + f'<parent dsq:id="{n}"/>\n' * (_above(n) is not None)
        + "</post>"
        for n, text in enumerate(texts)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<disqus xmlns="http://disqus.com" '
        'xmlns:dsq="http://disqus.com/disqus-internals">\n<category dsq:id="4">'
        "<title>General</title></category>\n"
        '<thread dsq:id="100"><id>endgames</id><link>https://chess.example/e</link>'
        f"<title>Rook endgames</title><message/></thread>\n{posts}\n</disqus>\n"
    ).encode()


def blogger(texts):
    blog = "tag:blogger.com,1999:blog-5"
    kind = (
        "<category scheme='http://schemas.google.com/g/2005#kind' "
        "term='http://schemas.google.com/blogger/2008/kind#{}'/>"
    )
    comments = "\n".join(
        f"<entry><id>{blog}.post-{11 + n}</id><published>{_day(n)}</published>"
        f"{kind.format('comment')}<title type='text'>A comment</title>"
        f"<content type='html'>{escape(escape(text))}</content>"
        f"<author><name>A{n}</name></author><thr:in-reply-to ref='{blog}.post-10'/></entry>"
        for n, text in enumerate(texts)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
        "xmlns:thr='http://purl.org/syndication/thread/1.0'><title>Tea</title>\n"
        f"<entry><id>{blog}.post-10</id>{kind.format('post')}<title>Oolong</title>"
        f"<content type='html'>{PROSE}</content></entry>\n{comments}\n</feed>\n"
    ).encode()


def threaded_feed(texts):
    comments = "\n".join(
        f"<entry>\n<id>tag:a,{n}</id>\n<updated>{_day(n)}</updated>\n<title>re</title>\n"
        f"<content type='html'>{escape(escape(text))}</content>\n"
        f"<author><name>A{n}</name></author>\n<thr:in-reply-to ref='tag:p'/>\n</entry>"
        for n, text in enumerate(texts)
    )
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom' "
        "xmlns:thr='http://purl.org/syndication/thread/1.0'>\n<title>Tea</title>\n"
        f"<entry><id>tag:p</id><title>Oolong</title><content>{PROSE}</content></entry>\n"
        f"{comments}\n</feed>\n"
    ).encode()


# --- lines and statements -------------------------------------------------------------------------


def movabletype(texts):
    entries = []
    for start in range(0, len(texts), 40):
        comments = "".join(
            f"COMMENT:\nAUTHOR: A{n}\nEMAIL: a@rail.example\nIP: 192.0.2.9\n"
            f"DATE: 04/06/2007 07:{n % 60:02}:00 AM\n{text}\n-----\n"
            for n, text in enumerate(texts[start : start + 40])
        )
        entries.append(
            f"AUTHOR: Nils\nTITLE: Night trains {start}\nBASENAME: night_{start}\n"
            "STATUS: Publish\nCONVERT BREAKS: 1\nDATE: 04/05/2007 09:00:00 PM\n-----\n"
            f"BODY:\n{PROSE}\n-----\nEXTENDED BODY:\n\n-----\nEXCERPT:\n\n-----\n"
            f"KEYWORDS:\ntrains\n-----\n{comments}--------\n"
        )
    return "".join(entries).encode()


def _quoted(text):
    for plain, guarded in (("\\", "\\\\"), ("'", "\\'"), ('"', '\\"'), ("\n", "\\n")):
        text = text.replace(plain, guarded)
    return f"'{text}'"


def _sql_row(n, text):
    return (
        f"({n + 1},5,'A{n}','a@kites.example','','192.0.2.4','2020-01-01 10:00:00',"
        f"'2020-01-01 09:00:00',{_quoted(text)},0,'1','','comment',0,0)"
    )


_SQL_HEAD = "-- MySQL dump 10.13\nDROP TABLE IF EXISTS `wp_comments`;\nCREATE TABLE `wp_comments` "
_SQL_HEAD += "(\n  `comment_ID` bigint,\n  `comment_post_ID` bigint,\n  `comment_content` text\n);"
_SQL_POSTS = (
    "INSERT INTO `wp_posts` (`ID`, `post_title`, `post_content`) VALUES (5,'Kites','Wind');"
)


def sql_extended(texts):
    """Many rows a statement, as mysqldump writes them."""
    statements = "\n".join(
        "INSERT INTO `wp_comments` VALUES "
        + ",".join(_sql_row(n, text) for n, text in enumerate(texts[start : start + 10], start))
        + ";"
        for start in range(0, len(texts), 10)
    )
    return f"{_SQL_HEAD}\n{statements}\n{_SQL_POSTS}\n".encode()


def sql_single(texts):
    """A statement for each row, as `--skip-extended-insert` writes them."""
    rows = "\n".join(
        f"INSERT INTO `wp_comments` VALUES {_sql_row(n, text)};" for n, text in enumerate(texts)
    )
    return f"{_SQL_HEAD}\n{rows}\n{_SQL_POSTS}\n".encode()


def sql_named(texts):
    """A row a line, under a statement that names its columns, as phpMyAdmin writes them."""
    rows = ",\n".join(
        f"({n + 1}, 5, 'A{n}', '2020-01-01 09:00:00', {_quoted(text)}, '1', 0)"
        for n, text in enumerate(texts)
    )
    names = "comment_ID comment_post_ID comment_author comment_date_gmt comment_content "
    names += "comment_approved comment_parent"
    listed = ", ".join(f"`{name}`" for name in names.split())
    return f"{_SQL_HEAD}\n\nINSERT INTO `wp_comments` ({listed}) VALUES\n{rows};\n".encode()


def _database(script, rows, insert):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dump.sqlite"
        base = sqlite3.connect(path)
        base.executescript(script)
        base.executemany(insert, rows)
        base.commit()
        base.close()
        return path.read_bytes()


def sqlite_isso(texts):
    return _database(
        "CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created, mode, author, text);"
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri, title);"
        "INSERT INTO threads VALUES (1, '/tea/', 'Tea');",
        [(1, n + 1, None, 1600000000.0 + n, 1, f"A{n}", text) for n, text in enumerate(texts)],
        "INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, ?)",
    )


def sqlite_posts(texts):
    return _database(
        "CREATE TABLE Posts (ID_Post INTEGER PRIMARY KEY, ID_Parent_Post, ID_Article, ID_User, "
        "CreatedAt, Status, Headline, Body);"
        "CREATE TABLE Articles (ID_Article INTEGER PRIMARY KEY, Path, Title, Body);"
        "INSERT INTO Articles VALUES (1, '/a', 'Tea', '<p>Tea</p>');",
        [(n + 1, None, 1, 4, _day(n), "online", "", text) for n, text in enumerate(texts)],
        "INSERT INTO Posts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )


# --- pages ----------------------------------------------------------------------------------------


def _page(body):
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<title>The flat list | Some Blog</title></head>\n<body>\n<header><nav><ul><li>Home</li>"
        "<li>About us</li></ul></nav></header>\n<article class='post'>"
        f"<h1 class='entry-title'>The flat list</h1><div class='entry-content'><p>{PROSE}</p>"
        f"</div></article>\n{body}\n<footer><p>All rights reserved by the blog.</p></footer>\n"
        "</body></html>\n"
    ).encode()


def html_wordpress(texts):
    comments = "\n".join(
        f'<li class="comment even depth-1" id="comment-{n + 1}">\n'
        f'<div id="div-comment-{n + 1}" class="comment-body"><div class="comment-author vcard">'
        f'<cite class="fn">A{n}</cite> <span class="says">says:</span></div>\n'
        f'<div class="comment-meta commentmetadata"><a href="#comment-{n + 1}">'
        f"May {1 + n % 28}, 2020 at 4:00 pm</a></div>\n<p>{escape(text)}</p>\n"
        '<div class="reply"><a class="comment-reply-link">Reply</a></div></div>\n</li>'
        for n, text in enumerate(texts)
    )
    form = '<div id="respond" class="comment-respond"><form id="commentform"><p>Leave a comment</p>'
    return _page(
        f'<div id="comments"><h2>{len(texts)} comments</h2>\n<ol class="commentlist">\n{comments}\n'
        f"</ol>\n{form}</form></div></div>"
    )


def html_drupal(texts):
    comments = "\n".join(
        f'<a id="comment-{n}"></a>\n<div class="comment odd"><div class="submitted">Submitted by '
        f'<span class="username">A{n}</span> on Tue, 01/15/2013 - 10:22</div>\n'
        f'<div class="content"><div class="field field-name-comment-body"><p>{escape(text)}</p>'
        '</div></div><ul class="links inline"><li class="comment-reply"><a>reply</a></li></ul>'
        "</div>"
        for n, text in enumerate(texts)
    )
    return _page(f'<div id="comments"><h2>Comments</h2>\n{comments}\n</div>')


def html_unknown(texts):
    comments = "\n".join(
        f'<div class="letter"><b>A{n}</b> <span class="date">3. Mai 2020, 10:{n % 60:02} Uhr</span>'
        f'\n<p>{escape(text)}</p>\n<a href="#">Antworten</a></div>'
        for n, text in enumerate(texts)
    )
    return _page(f'<h2>Kommentare</h2>\n<div class="comments">\n{comments}\n</div>')


def plain_numbered(texts):
    comments = "\n\n".join(
        f"  {n + 1}. Reader {n} says:\n    {1 + n % 28} May 2023 at 11:{n % 60:02}\n\n"
        f"    {text}\n\n    Reply"
        for n, text in enumerate(texts)
    )
    return (
        f"Why the pond stays\n\nBy Karin Leitner on 28 October 2023\n\n{PROSE}\n\n{PROSE}\n\n"
        f"{len(texts)} comments\n\n{comments}\n\nLeave a reply\n\n"
        "Your email address will not be published.\n"
    ).encode()


def plain_named(texts):
    comments = "\n\n".join(
        f"  • Reader {n}\n    {1 + n % 28}. Mai 2021, 10:{n % 60:02} Uhr\n\n    {text}\n\n"
        "    Antworten"
        for n, text in enumerate(texts)
    )
    return f"Bänke statt Poller\n\n{PROSE}\n\nKommentare\n\n{comments}\n".encode()


def zipped(texts):
    """Two dumps in an archive that does not pack."""
    out = io.BytesIO()
    half = len(texts) // 2
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("one/comments.jsonl", _lines(_plain_rows(texts[:half])))
        archive.writestr("two/export.xml", disqus(texts[half:]))
    return out.getvalue()


DOCUMENTS = {
    **SYSTEMS,
    **APIS,
    **CHATS,
    "wordpress-rest": [("comments.json", wordpress_rest)],
    "remark42": [("tree.json", remark42_tree)],
    "commento": [("export.json", commento)],
    "comentario": [("export.json", comentario)],
    "cusdis": [("answer.json", cusdis)],
    "isso": [("generic.json", isso)],
    "disqus-api": [("posts.json", disqus_api)],
    "coral-graphql": [("answer.json", coral_graphql)],
    "coral-sponge": [("comments.json", coral_sponge)],
    "guardian": [("discussion.json", guardian)],
    "nyt": [("answer.json", nyt)],
    "hashover": [("1.json", hashover)],
    "reddit": [("listing.json", reddit_listing), ("more.json", morechildren)],
    "hackernews-algolia": [("item.json", hackernews_algolia)],
    "hackernews-search": [("hits.json", hackernews_search)],
    "hackernews": [("items.json", hackernews)],
    "discourse": [("topic.json", discourse)],
    "lobsters": [("story.json", lobsters)],
    "devto": [("comments.json", devto)],
    "github": [("discussion.json", github)],
    "utterances": [("comments.json", utterances)],
    "youtube": [("threads.json", youtube)],
    "yt-dlp": [("video.info.json", yt_dlp)],
    "mastodon": [("context.json", mastodon)],
    "lemmy": [("comments.json", lemmy)],
    "telegram": [("result.json", telegram)],
    "facebook": [("comments.json", facebook)],
    "instagram": [("post_comments_1.json", instagram)],
    "activitypub": [("outbox.json", activitypub)],
    "json-tree": [("forum.json", json_tree)],
}
FILES = {
    **SYSTEM_FILES,
    **CHAT_FILES,
    "remark42": [("backup.json", remark42_backup)],
    "coral": [("comments.jsonl", coral)],
    "convokit": [("utterances.jsonl", convokit)],
    "youtube-downloader": [("comments.jsonl", youtube_downloader)],
    "pushshift": [("comments.ndjson", pushshift)],
    "wp-cli": [("comments.csv", wp_cli)],
    "civil-comments": [("comments.csv", civil)],
    "nyt-csv": [("comments.csv", nyt_csv)],
    "coral-csv": [("comments.csv", coral_csv)],
    "parent-as-text": [("context.csv", parent_as_text)],
    "cat": [("gn.csv", cat)],
    "takeout": [("comments.csv", takeout)],
    "socc": [("comments.csv", socc)],
    "table": [
        ("comments.jsonl", lambda texts: _lines(_plain_rows(texts))),
        ("comments.json", lambda texts: _dumped(_plain_rows(texts))),
        ("comments.csv", csv_table),
        ("comments.tsv", tsv_table),
        ("comments.parquet", parquet),
        ("comments.zip", zipped),
    ],
    "wordpress": [("garden.xml", wordpress)],
    "disqus": [("chess.xml", disqus)],
    "atom": [("blogger.xml", blogger), ("feed.xml", threaded_feed)],
    "movabletype": [("trains.txt", movabletype)],
    "sqlite": [("isso.db", sqlite_isso), ("corpus.sqlite3", sqlite_posts)],
    "sqldump": [("many.sql", sql_extended), ("single.sql", sql_single), ("named.sql", sql_named)],
    "html": [
        ("wordpress.html", html_wordpress),
        ("drupal.html", html_drupal),
        ("unknown.html", html_unknown),
    ],
    "plaintext": [("numbered.txt", plain_numbered), ("named.txt", plain_named)],
}


def _compact(make):
    return lambda texts: _dumped(make(texts))


def _indented(make):
    return lambda texts: _dumped(make(texts), indent=1)


DUMPS = {
    name: [
        *((file, _compact(make)) for file, make in DOCUMENTS.get(name, [])),
        *((file, _indented(make)) for file, make in DOCUMENTS.get(name, [])),
        *FILES.get(name, []),
    ]
    for name in [*DOCUMENTS, *(name for name in FILES if name not in DOCUMENTS)]
}
"""Format -> (file name, maker): texts to the bytes of a dump, one comment for each text."""
