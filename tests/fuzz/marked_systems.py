"""Dumps of systems of 2020 and later, made from given texts, of which each is a comment's."""

import csv
import io
import json
import zipfile
from html import escape

DAY = "2024-01-{:02}T10:00:00.000Z"


def _day(n):
    return DAY.format(1 + n % 28)


def _above(n):
    """The number of the comment that this one answers; None at top level."""
    return n - 1 if n % 3 == 2 else None


def _nested(made, put):
    """Every third comment within the one before it; `put` puts it there."""
    top = []
    for n, one in enumerate(made):
        if _above(n) is None:
            top.append(one)
        else:
            put(made[n - 1], one)
    return top


def _append(key):
    return lambda parent, child: parent.setdefault(key, []).append(child)


def twikoo(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "_id": f"t{n}", "nick": f"A{n}", "mail": "a@b.example", "url": "/tea/",
            "ua": "Browser",
            "comment": f"<p>{escape(text)}</p>\n", "isSpam": n % 4 == 3,
            "created": 1704103200000 + n, "updated": 1704103200000 + n,
        }  # fmt: skip
        if _above(n) is not None:
            one |= {"pid": f"t{n - 1}", "rid": f"t{n - 1}"}
        made.append(one)
    return {"code": 0, "data": made}


def waline(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "objectId": f"w{n}", "nick": f"A{n}", "mail": "a@b.example", "comment": text,
            "link": "",
            "url": "/tea", "status": "approved", "insertedAt": _day(n), "createdAt": _day(n),
        }  # fmt: skip
        if _above(n) is not None:
            one |= {"pid": f"w{n - 1}", "rid": f"w{n - 1}"}
        made.append(one)
    users = [{"objectId": "u1", "display_name": "Al", "email": "a@b.example"}]
    return {
        "type": "waline", "version": 1, "tables": ["Comment", "Users"],
        "data": {"Comment": made, "Users": users},
    }  # fmt: skip


def artalk(texts):
    return [
        {
            "id": str(n + 1), "rid": "0" if _above(n) is None else str(n), "content": text,
            "nick": f"A{n}", "page_key": "/tea", "page_title": "Tea", "created_at": _day(n),
            "is_pending": "true" if n % 4 == 3 else "false", "is_collapsed": "false",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


def duoshuo(texts):
    posts = []
    for n, text in enumerate(texts):
        one = {
            "post_key": f"d{n}", "thread_key": "/tea", "message": text, "author_name": f"A{n}",
            "created_at": _day(n),
        }  # fmt: skip
        if _above(n) is not None:
            one["parent_key"] = f"d{n - 1}"
        posts.append(one)
    threads = [{"thread_key": "/tea", "title": "Tea", "url": "https://blog.example/tea"}]
    return {"threads": threads, "posts": posts}


def ghost(texts):
    return {
        "comments": [
            {
                "id": f"g{n}", "post_id": "p1", "member_id": f"m{n}", "status": "published",
                "parent_id": None if _above(n) is None else f"g{n - 1}",
                "in_reply_to_id": None,
                "html": f"<p>{escape(text)}</p>", "created_at": _day(n),
                "member": {"name": f"A{n}"},
            }
            for n, text in enumerate(texts)
        ]
    }  # fmt: skip


def substack(texts):
    made = [
        {
            "id": 100 + n, "body": text, "name": f"A{n}", "date": _day(n), "post_id": 7,
            "ancestor_path": "" if _above(n) is None else str(99 + n), "deleted": False,
            "children": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"comments": _nested(made, _append("children"))}


def stackexchange_api(texts):
    return {
        "items": [
            {
                "owner": {"display_name": f"A{n}", "user_id": n}, "comment_id": 100 + n,
                "post_id": 7, "score": 0, "edited": False, "creation_date": 1704103200 + n,
                "body": escape(text), "content_license": "CC BY-SA 4.0",
            }
            for n, text in enumerate(texts)
        ],
        "has_more": False,
    }  # fmt: skip


def slack(texts):
    made = []
    for n, text in enumerate(texts):
        one = {"type": "message", "user": f"U{n}", "text": escape(text, quote=False)}
        one["ts"] = f"{1704103200 + n}.000100"
        if _above(n) is not None:
            one["thread_ts"] = f"{1704103200 + n - 1}.000100"
        made.append(one)
    return made


def slackdump(texts):
    made = slack(texts)
    top = _nested(made, _append("slackdump_thread_replies"))
    return {"name": "garden", "channel_id": "C1", "messages": top}


def discord(texts):
    made = []
    for n, text in enumerate(texts):
        one = {
            "id": str(9000 + n), "type": "Default", "timestamp": _day(n), "timestampEdited": None,
            "isPinned": False, "content": text, "author": {"id": str(n), "name": f"A{n}"},
            "attachments": [], "embeds": [], "reactions": [], "mentions": [],
        }  # fmt: skip
        if _above(n) is not None:
            one |= {"type": "Reply", "reference": {"messageId": str(8999 + n), "channelId": "5"}}
        made.append(one)
    channel = {"id": "5", "type": "GuildTextChat", "name": "garden", "topic": None}
    return {
        "guild": {"id": "1", "name": "Town"}, "channel": channel, "dateRange": {"after": None},
        "messages": made, "messageCount": len(made),
    }  # fmt: skip


def matrix(texts):
    made = []
    for n, text in enumerate(texts):
        content = {"msgtype": "m.text", "body": text}
        if _above(n) is not None:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": f"$e{n - 1}"}}
        made.append(
            {
                "type": "m.room.message", "sender": f"@a{n}:town.example", "event_id": f"$e{n}",
                "origin_server_ts": 1704103200000 + n, "content": content,
                "room_id": "!r:town.example",
            }
        )  # fmt: skip
    return {"room_name": "garden", "exported_by": "@a0:town.example", "messages": made}


def bluesky(texts):
    root = {"uri": "at://a/app.bsky.feed.post/0", "cid": "c0"}

    def post(n, text, reply):
        record = {"$type": "app.bsky.feed.post", "createdAt": _day(n), "text": text}
        return {
            "post": {
                "uri": f"at://a/app.bsky.feed.post/{n + 1}", "cid": f"c{n + 1}",
                "author": {"did": f"did:{n}", "handle": f"a{n}.example", "displayName": f"A{n}"},
                "record": record | ({"reply": reply} if reply else {}), "likeCount": 0,
                "replyCount": 0, "indexedAt": _day(n), "labels": [],
            },
            "replies": [],
        }  # fmt: skip

    made = []
    for n, text in enumerate(texts):
        above = root if _above(n) is None else {"uri": made[n - 1]["post"]["uri"], "cid": f"c{n}"}
        made.append(post(n, text, {"root": root, "parent": above}))
    top = post(-1, "What the garden needs", None)
    return {"thread": top | {"replies": _nested(made, _append("replies"))}}


def twitter(texts):
    made = []
    for n, text in enumerate(texts):
        tweet = {
            "id_str": str(5000 + n), "id": str(5000 + n), "full_text": escape(text, quote=False),
            "created_at": f"Mon Jan 01 10:00:{n % 60:02} +0000 2024", "favorite_count": "0",
            "retweet_count": "0", "retweeted": False, "lang": "en",
            "entities": {"hashtags": [], "urls": []},
        }  # fmt: skip
        if _above(n) is not None:
            tweet |= {"in_reply_to_status_id_str": str(4999 + n)}
        made.append({"tweet": tweet})
    return made


def misskey(texts):
    return [
        {
            "id": f"k{n}", "createdAt": _day(n), "userId": f"u{n}", "user": {"name": f"A{n}"},
            "text": text, "cw": None, "visibility": "public", "renoteId": None,
            "replyId": None if _above(n) is None else f"k{n - 1}",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip


def facebook_scraper(texts):
    url = "https://www.facebook.com/town/posts/pf1"
    made = []
    for n, text in enumerate(texts):
        name = f"comment_id={700 + n}"
        if _above(n) is not None:
            name = f"comment_id={699 + n}&reply_comment_id={700 + n}"
        made.append(
            {
                "postUrl": url, "commentUrl": f"{url}?{name}", "comment_id": f"Y29tbWVudDo{n}",
                "comment": text, "user": f"A{n}", "created_at": "2024-01-01 10:00:00",
                "likes_count": "0", "threadingDepth": int(_above(n) is not None),
            }
        )  # fmt: skip
    return made


def facebook_graph(texts):
    made = [
        {
            "id": f"1_{n}", "message": text, "created_time": f"2024-01-01T10:00:{n % 60:02}+0000",
            "from": {"name": f"A{n}", "id": str(n)}, "like_count": 0, "comment_count": 0,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    put = lambda parent, child: parent.setdefault("comments", {"data": []})["data"].append(child)  # noqa: E731
    return {"data": _nested(made, put), "paging": {"cursors": {"after": "x"}}}


def weibo(texts):
    return {
        "ok": 1,
        "data": {
            "data": [
                {
                    "id": 4000 + n, "rootid": (4000 + n) if _above(n) is None else 3999 + n,
                    "text": escape(text), "floor_number": n, "like_count": 0,
                    "created_at": f"Mon Jan 01 10:00:{n % 60:02} +0800 2024",
                    "user": {"id": n, "screen_name": f"A{n}"},
                }
                for n, text in enumerate(texts)
            ]
        },
    }  # fmt: skip


def xiaohongshu(texts):
    made = [
        {
            "id": f"x{n}", "content": text, "note_id": "n1", "create_time": 1704103200000 + n,
            "user_info": {"user_id": f"u{n}", "nickname": f"A{n}"}, "like_count": "0",
            "sub_comments": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return {"code": 0, "data": {"comments": _nested(made, _append("sub_comments"))}}


def instagram_scraper(texts):
    made = [
        {
            "postUrl": "https://www.instagram.com/p/A/", "id": str(1800 + n), "text": text,
            "ownerUsername": f"a{n}", "timestamp": _day(n), "repliesCount": 0, "likesCount": 0,
            "replies": [],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    return _nested(made, _append("replies"))


def bilibili(texts):
    made = [
        {
            "rpid": 900 + n, "oid": 7, "type": 1, "root": 0 if _above(n) is None else 899 + n,
            "parent": 0 if _above(n) is None else 899 + n, "ctime": 1704103200 + n, "state": 0,
            "content": {"message": text, "emote": {"[ok]": {"id": 1, "text": "[ok]"}}},
            "member": {"mid": str(n), "uname": f"A{n}"}, "replies": None,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip

    def put(parent, child):
        parent["replies"] = [*(parent["replies"] or []), child]

    return {"code": 0, "data": {"page": {"num": 1}, "replies": _nested(made, put)}}


def tiktok(texts):
    made = []
    for n, text in enumerate(texts):
        made.append(
            {
                "cid": str(70 + n), "text": text, "aweme_id": "7", "create_time": 1704103200 + n,
                "digg_count": 0, "status": 1, "reply_id": "0" if _above(n) is None else str(69 + n),
                "reply_to_reply_id": "0", "user": {"nickname": f"A{n}", "unique_id": f"a{n}"},
                "reply_comment": None,
            }
        )  # fmt: skip
    return {"comments": made, "status_code": 0}


def tiktok_research(texts):
    return {
        "data": {
            "comments": [
                {
                    "id": 600 + n, "video_id": 5, "text": text, "create_time": 1704103200 + n,
                    "parent_comment_id": 5 if _above(n) is None else 599 + n, "like_count": 0,
                }
                for n, text in enumerate(texts)
            ]
        }
    }  # fmt: skip


SYSTEMS = {
    "slack": [("2024-01-01.json", slack), ("garden.json", slackdump)],
    "discord": [("garden.json", discord)],
    "matrix": [("export.json", matrix)],
    "bilibili": [("replies.json", bilibili)],
    "tiktok": [("comments.json", tiktok)],
    "tiktok-research": [("comments.json", tiktok_research)],
    "bluesky": [("thread.json", bluesky)],
    "twitter": [("tweets.json", twitter)],
    "misskey": [("notes.json", misskey)],
    "facebook-scraper": [("comments.json", facebook_scraper)],
    "facebook-graph": [("comments.json", facebook_graph)],
    "weibo": [("hotflow.json", weibo)],
    "xiaohongshu": [("comments.json", xiaohongshu)],
    "instagram-scraper": [("comments.json", instagram_scraper)],
    "twikoo": [("comments.json", twikoo)],
    "waline": [("waline.json", waline)],
    "artalk": [("comments.artrans", artalk)],
    "duoshuo": [("export.json", duoshuo)],
    "ghost": [("comments.json", ghost)],
    "substack": [("comments.json", substack)],
    "stackexchange-api": [("comments.json", stackexchange_api)],
}
"""Format -> (file name, maker): texts to a JSON value, one comment for each text."""


def whatsapp(texts):
    lines = ['13/01/2024, 09:00 - Ada created group "Garden"']
    for n, text in enumerate(texts):
        lines.append(f"{13 + n % 10}/01/2024, 10:{n % 60:02} - A{n}: {text}")
    return "\n".join([*lines, ""]).encode()


def mbox(texts):
    out = []
    for n, text in enumerate(texts):
        answered = f"In-Reply-To: <m{n - 1}@mail.example>\n" if _above(n) is not None else ""
        out.append(
            f"From a{n}@mail.example Mon Jan  1 10:00:00 2024\n"
            f"Date: Mon, 01 Jan 2024 10:00:{n % 60:02} +0000\nFrom: A{n} <a{n}@mail.example>\n"
            f"Subject: The garden\nMessage-ID: <m{n}@mail.example>\n{answered}"
            f"Content-Type: text/plain; charset=utf-8\n\n{text}\n\n"
        )
    return "".join(out).encode()


def stackexchange(texts):
    rows = "".join(
        f'  <row Id="{n + 1}" PostId="7" Score="0" Text="{escape(text)}" '
        f'CreationDate="2024-01-01T10:00:00.000" UserId="{n}" />\n'
        for n, text in enumerate(texts)
    )
    head = '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<comments>\n'
    return f"{head}{rows}</comments>".encode()


def xlsx(texts):
    rows = [["id", "text", "parent_id"]]
    for n, text in enumerate(texts):
        rows.append([str(n + 1), text, "" if _above(n) is None else str(n)])
    return workbook({"Comments": rows})


_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OPEN = "http://schemas.openxmlformats.org"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_OPEN}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship '
    f'Id="rId1" Type="{_OPEN}/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
}


def workbook(sheets):
    """The bytes of a workbook: sheet -> rows of strings."""
    names, links, parts = "", "", dict(_PARTS)
    for n, (name, rows) in enumerate(sheets.items(), 1):
        names += f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>'
        links += (
            f'<Relationship Id="rId{n}" Type="{_OPEN}/officeDocument/2006/relationships/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
        )
        cells = "".join(
            f'<row r="{k}">'
            + "".join(
                f'<c r="{chr(65 + j)}{k}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
                for j, cell in enumerate(row)
            )
            + "</row>"
            for k, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_OPEN}/spreadsheetml/2006/main"><sheetData>{cells}</sheetData>'
            "</worksheet>"
        )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_OPEN}/spreadsheetml/2006/main" '
        f'xmlns:r="{_OPEN}/officeDocument/2006/relationships"><sheets>{names}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_OPEN}/package/2006/relationships">{links}</Relationships>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, _XML + content)
    return out.getvalue()


def wikitext(texts):
    lines = ["Some words about this page.", "== The garden =="]
    for n, text in enumerate(texts):
        indent = ":" * (_above(n) is not None)
        lines.append(f"{indent}{text} [[User:A{n}|A{n}]] 10:{n % 60:02}, 1 January 2024 (UTC)")
    return "\n".join([*lines, ""]).encode()


def mediawiki(texts):
    half = len(texts) // 2 + 1
    pages = "".join(
        f"  <page>\n    <title>Talk:{title}</title>\n    <ns>1</ns>\n    <revision>\n"
        f'      <text bytes="9" xml:space="preserve">{escape(wikitext(some).decode())}</text>\n'
        "    </revision>\n  </page>\n"
        for title, some in [("Tea", texts[:half]), ("Town", texts[half:])]
    )
    head = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11">\n'
    return f"{head}{pages}</mediawiki>\n".encode()


def talk_page(texts):
    body = "<p>Some words about this page.</p><h2>The garden</h2>"
    for n, text in enumerate(texts):
        said = f'{escape(text)} <a href="/wiki/User:A{n}">A{n}</a> 10:{n % 60:02}, 1 May 2024 (UTC)'
        body += f"<p>{said}</p>" if _above(n) is None else f"<dl><dd>{said}</dd></dl>\n"
    page = f'<body class="ns-1 ns-talk"><h1>Talk</h1><div class="mw-parser-output">{body}</div>'
    return f"<!DOCTYPE html><html>{page}</body></html>".encode()


def tiktok_csv(texts):
    names = (
        "Comment Number (ID),Nickname,User @,User URL,Comment Text,Time,Likes,"
        "Profile Picture URL,Is 2nd Level Comment,User Replied To,Number of Replies"
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names.split(","))
    for n, text in enumerate(texts):
        second = "No" if _above(n) is None else "Yes"
        row = [n + 1, f"A{n}", f"a{n}", "https://t.example", text, "02.09.21", 0, "https://p"]
        writer.writerow([*row, second, "---", 0])
    return out.getvalue().encode()


def columns(texts):
    count = range(len(texts))
    return json.dumps(
        {
            "id": [n + 1 for n in count],
            "parent": [_above(n) and n for n in count],
            "author": [f"A{n}" for n in count],
            "date": [_day(n) for n in count],
            "text": list(texts),
        }
    ).encode()


def under_a_header(texts):
    rows = [[n + 1, text, _day(n), f"A{n}"] for n, text in enumerate(texts)]
    return json.dumps({"columns": ["nr", "inhalt", "datum", "autor"], "data": rows}).encode()


def by_path(texts):
    made = []
    for n, text in enumerate(texts):
        path = str(n + 1) if _above(n) is None else f"{n}/{n + 1}"
        made.append({"path": path, "text": text, "author": f"A{n}", "date": _day(n)})
    return json.dumps(made).encode()


def elements(texts):
    rows = "".join(
        f'<remark id="{n + 1}" date="{_day(n)}"><who>A{n}</who><says>{escape(text)}</says>'
        f"</remark>\n"
        for n, text in enumerate(texts)
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<remarks>\n{rows}</remarks>'.encode()


def _quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def phpbb(texts):
    columns = "post_id, topic_id, poster_id, post_time, post_visibility, post_username, post_text"
    rows = ",\n".join(
        f"({n + 2}, 1, 5, {1600000000 + n}, {n % 3}, 'A{n}', {_quoted(f'<t>{escape(text)}</t>')})"
        for n, text in enumerate(texts)
    )
    return (
        "-- phpBB Backup Script\n"
        "CREATE TABLE `phpbb_topics` (\n  `topic_id` int(10),\n  `topic_title` varchar(255)\n);\n"
        "INSERT INTO `phpbb_topics` (`topic_id`, `topic_title`) VALUES (1, 'Tea');\n"
        f"INSERT INTO `phpbb_posts` ({columns}) VALUES\n{rows};\n"
    ).encode()


def vbulletin(texts):
    rows = ",".join(
        f"({n + 2},1,{n + 1 if _above(n) is not None else 0},'A{n}',{1600000000 + n},"
        f"{_quoted(text)},1)"
        for n, text in enumerate(texts)
    )
    names = ["postid", "threadid", "parentid", "username", "dateline", "pagetext", "visible"]
    columns = ",\n".join(f"  `{name}` text" for name in names)
    return (
        f"CREATE TABLE `post` (\n{columns}\n);\nINSERT INTO `post` VALUES {rows};\n"
        "CREATE TABLE `thread` (\n  `threadid` int,\n  `title` text\n);\n"
        "INSERT INTO `thread` VALUES (1,'Tea');\n"
    ).encode()


def copied(texts):
    """A table of its own, as PostgreSQL writes it."""
    rows = "".join(
        f"{n + 1}\t{n if _above(n) is not None else chr(92) + 'N'}\tA{n}\t{_day(n)}\t"
        f"{text.replace(chr(92), chr(92) * 2)}\n"
        for n, text in enumerate(texts)
    )
    head = "COPY public.remarks (id, parent_id, author, created_at, body) FROM stdin;\n"
    return f"SET client_encoding = 'UTF8';\n\n{head}{rows}\\.\n".encode()


def hashover_xml(texts):
    inner = f"<body>{escape(texts[0])}</body><name>B</name><date>2015-01-02T00:00:00-0800</date>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<comment>{inner}</comment>\n'.encode()


def dotclear(texts):
    def line(*cells):
        escaped = (cell.replace("\\", "\\\\").replace('"', '\\"') for cell in cells)
        return ",".join(f'"{cell}"' for cell in escaped) + "\n"

    columns = "comment_id,post_id,comment_dt,comment_author,comment_content,comment_status"
    rows = "".join(
        line(str(n + 1), "1", "2015-01-19 16:00:00", f"A{n}", f"<p>{escape(text)}</p>", "1")
        for n, text in enumerate(texts)
    )
    post = line("1", "Tea", "<p>Some words about tea</p>")
    return (
        "///DOTCLEAR|2.26|full\n\n[post post_id,post_title,post_content_xhtml]\n"
        f"{post}\n[comment {columns}]\n{rows}"
    ).encode()


SYSTEM_FILES = {
    "sql": [("phpbb.sql", phpbb), ("vb.sql", vbulletin), ("pg.sql", copied)],
    "hashover-xml": [("1.xml", hashover_xml)],
    "dotclear": [("backup.txt", dotclear)],
    "laid-out": [
        ("columns.json", columns),
        ("header.json", under_a_header),
        ("paths.json", by_path),
    ],
    "xml": [("remarks.xml", elements)],
    "tiktok-csv": [("comments.csv", tiktok_csv)],
    "talk-page": [("talk.html", talk_page)],
    "wikitext": [("talk.txt", wikitext)],
    "mediawiki": [("talk.xml", mediawiki)],
    "stackexchange": [("Comments.xml", stackexchange)],
    "xlsx": [("comments.xlsx", xlsx)],
    "whatsapp": [("chat.txt", whatsapp)],
    "mbox": [("list.mbox", mbox)],
}
"""Format -> (file name, maker): texts to the bytes of a dump."""
