"""What each system decided about a comment, as the files of each say it, in our words."""

import json

import pytest

from moderation.readers import read
from moderation.readers.json.formats import FORMATS

SAID = "Some words about the harbour, no. {}"
DAY = "2024-01-01T10:00:00Z"


def twikoo(n, text, **more):
    page = {"url": "/tea", "nick": "Ada", "created": 1704103200000 + n}
    return {"_id": f"t{n}", "comment": text, **page, **more}


def waline(n, text, **more):
    usual = {"nick": "Ada", "url": "/tea", "insertedAt": DAY}
    return {"objectId": f"w{n}", "comment": text, **usual, **more}


def artalk(n, text, **more):
    usual = {"nick": "Ada", "page_key": "/tea", "created_at": DAY, "rid": "0"}
    return {"id": str(n), "content": text, **usual, **more}


def bilibili(n, text, **more):
    usual = {"root": 0, "parent": 0, "oid": 7, "type": 1, "member": {"uname": "Ada"}}
    return {"rpid": n, "content": {"message": text}, "ctime": 1704103200 + n, **usual, **more}


def tiktok(n, text, **more):
    usual = {"reply_id": "0", "aweme_id": "7", "user": {"nickname": "Ada"}}
    return {"cid": str(n), "text": text, "create_time": 1704103200 + n, **usual, **more}


def slack(n, text, **more):
    return {"type": "message", "user": "U1", "text": text, "ts": f"{1704103200 + n}.000100", **more}


def disqus_api(n, text, **more):
    usual = {"thread": "9", "forum": "x", "createdAt": DAY, "parent": None, "isApproved": True}
    usual |= {"isDeleted": False, "isSpam": False, "author": {"name": "Ada"}}
    return {"id": str(n), "message": text, "raw_message": text, **usual, **more}


def ghost(n, text, **more):
    usual = {"post_id": "p", "member_id": "m", "parent_id": None, "created_at": DAY}
    return {"id": f"g{n}", "html": f"<p>{text}</p>", **usual, **more}


def wordpress(n, text, **more):
    usual = {"post": 3, "parent": 0, "author_name": "Ada", "date_gmt": DAY[:-1]}
    return {"id": n, "content": {"rendered": f"<p>{text}</p>"}, **usual, **more}


def lemmy(n, text, **more):
    usual = {"post_id": 3, "path": f"0.{n}", "published": DAY, "deleted": False, "removed": False}
    comment = {"id": n, "content": text, **usual, **more}
    return {"comment": comment, "creator": {"name": "Ada"}, "post": {"id": 3, "name": "Tea"}}


def discourse(n, text, **more):
    usual = {"topic_id": 3, "username": "Ada", "created_at": DAY, "reply_to_post_number": None}
    return {"id": n, "post_number": n, "cooked": f"<p>{text}</p>", **usual, **more}


def github(n, text, **more):
    usual = {"author": {"login": "Ada"}, "createdAt": DAY, "replies": {"nodes": []}}
    return {"id": f"D{n}", "body": text, "bodyHTML": f"<p>{text}</p>", **usual, **more}


def reddit(n, text, **more):
    usual = {"link_id": "t3_a", "parent_id": "t3_a", "author": "Ada", "created_utc": 1704103200}
    return {"id": f"c{n}", "body": text, **usual, **more}


def commento(n, text, **more):
    usual = {"parentHex": "root", "commenterHex": "a", "url": "/tea", "creationDate": DAY}
    return {"commentHex": f"c{n}", "markdown": text, "html": text, **usual, **more}


def remark42(n, text, **more):
    usual = {"pid": "", "user": {"name": "Ada"}, "locator": {"url": "/tea"}, "time": DAY}
    return {"id": f"r{n}", "text": f"<p>{text}</p>", "orig": text, **usual, **more}


def lobsters(n, text, **more):
    usual = {"depth": 0, "created_at": DAY, "commenting_user": "Ada", "parent_comment": None}
    return {"short_id": f"l{n}", "comment": text, "comment_plain": text, **usual, **more}


def coral(n, text, **more):
    usual = {"storyID": "s", "authorID": "a", "createdAt": DAY, "ancestorIDs": [], "parentID": None}
    return {"id": f"c{n}", "revisions": [{"body": text}], **usual, **more}


def isso(n, text, **more):
    usual = {"parent": None, "author": "Ada", "created": 1704103200.0 + n, "website": None}
    return {"id": n, "text": text, "remote_addr": "127.0.0.0", **usual, **more}


def cusdis(n, text, **more):
    usual = {"pageId": "p", "by_nickname": "Ada", "parentId": None, "created_at": DAY}
    return {"id": f"c{n}", "content": text, "deletedAt": None, **usual, **more}


def substack(n, text, **more):
    usual = {"ancestor_path": "", "date": DAY, "name": "Ada", "post_id": 7, "children": []}
    return {"id": n, "body": text, **usual, **more}


def blogger(n, text, **more):
    usual = {"post": {"id": "7"}, "published": DAY, "author": {"displayName": "Ada"}}
    return {"kind": "blogger#comment", "id": str(n), "content": text, **usual, **more}


def wordpress_com(n, text, **more):
    usual = {"post": {"ID": 7}, "parent": False, "author": {"name": "Ada"}, "i_like": False}
    return {"ID": n, "content": f"<p>{text}</p>", "date": DAY, **usual, **more}


def nodebb(n, text, **more):
    usual = {"tid": 7, "uid": 3, "timestamp": 1704103200000 + n, "votes": 0}
    return {"pid": n, "content": text, **usual, **more}


def flarum(n, text, **more):
    usual = {"number": n, "contentType": "comment", "contentHtml": text, "createdAt": DAY}
    about = {"discussion": {"data": {"id": "7"}}}
    return {"type": "posts", "id": str(n), "attributes": {**usual, **more}, "relationships": about}


def openweb(n, text, **more):
    usual = {"conversation_id": "c", "written_at": 1704103200 + n, "user_id": "u"}
    return {"id": f"s{n}", "content": [{"type": "text", "text": text}], **usual, **more}


def drupal(n, text, **more):
    about = {"entity_id": {"data": {"id": "n7"}}, "pid": {"data": None}}
    own = {"comment_body": {"value": text}, "created": DAY, "name": "Ada", **more}
    return {"type": "comment--comment", "id": f"d{n}", "attributes": own, "relationships": about}


def matrix(n, text, **more):
    usual = {"type": "m.room.message", "sender": "@ada:town.example", "room_id": "!r:town.example"}
    usual |= {"origin_server_ts": 1704103200000 + n, "content": {"msgtype": "m.text", "body": text}}
    return {"event_id": f"$e{n}", **usual, **more}


def redacted_by(sender):
    return {"content": {}, "unsigned": {"redacted_because": {"sender": sender}}}


def bluesky(n, text, **more):
    usual = {"author": {"did": "did:plc:a", "handle": "ada.example"}, "indexedAt": DAY}
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": DAY}
    return {"uri": f"at://a/app.bsky.feed.post/{n}", "cid": "c", "record": record, **usual, **more}


def labelled(*values):
    return {"labels": [{"src": "did:plc:mod", "val": value} for value in values]}


def youtube(n, text, **more):
    said = {"textOriginal": text, "authorDisplayName": "Ada", "publishedAt": DAY, "videoId": "v"}
    return {"kind": "youtube#comment", "id": f"Ug{n}", "snippet": {**said, **more}}


def misskey(n, text, **more):
    usual = {"userId": "u", "createdAt": DAY, "visibility": "public", "cw": None, "replyId": None}
    return {"id": f"9{n}", "text": text, **usual, **more}


def graph(n, text, **more):
    usual = {"from": {"name": "Ada", "id": "1"}, "created_time": DAY, "like_count": 0}
    return {"id": f"7_{n}", "message": text, **usual, **more}


def instagram_graph(n, text, **more):
    usual = {"username": "ada", "timestamp": DAY, "like_count": 0}
    return {"id": f"17{n}", "text": text, **usual, **more}


def twitter_api(n, text, **more):
    usual = {"author_id": "1", "conversation_id": str(n), "created_at": DAY}
    return {"id": str(n), "text": text, **usual, **more}


def twitter(n, text, **more):
    usual = {"created_at": "Mon Jan 01 10:00:00 +0000 2024", "favorite_count": "0", "lang": "en"}
    return {"tweet": {"id_str": str(n), "full_text": text, **usual, **more}}


def zhihu(n, text, **more):
    usual = {"author": {"name": "Ada"}, "created_time": 1704103200 + n, "is_delete": False}
    return {"id": str(n), "content": f"<p>{text}</p>", **usual, **more}


def vk(n, text, **more):
    usual = {"from_id": 5, "date": 1704103200 + n, "post_id": 7, "parents_stack": []}
    return {"id": n, "text": text, **usual, **more}


def rocketchat(n, text, **more):
    usual = {"rid": "G", "ts": DAY, "u": {"_id": "u", "username": "ada"}}
    return {"_id": f"r{n}", "msg": text, **usual, **more}


def messenger(n, text, **more):
    return {"sender_name": "Ada", "timestamp_ms": 1704103200000 + n, "content": text, **more}


def instagram_api(n, text, **more):
    usual = {"user": {"username": "ada"}, "created_at": 1704103200 + n, "media_id": "31"}
    return {"pk": str(n), "text": text, "content_type": "comment", **usual, **more}


def bare(rows):
    return rows


def within(*keys):
    def made(rows):
        for key in reversed(keys):
            rows = {key: rows}
        return rows

    return made


SYSTEMS = [
    (
        "twikoo",
        twikoo,
        bare,
        [({"isSpam": True}, "spam"), ({"isSpam": False}, "approved"), ({}, "approved")],
    ),
    (
        "waline",
        waline,
        lambda rows: {"type": "waline", "version": 1, "data": {"Comment": rows}},
        [
            ({"status": "approved"}, "approved"),
            ({"status": "waiting"}, "pending"),
            ({"status": "spam"}, "spam"),
        ],
    ),
    (
        "artalk",
        artalk,
        bare,
        [
            ({"is_pending": "true", "is_collapsed": "false"}, "pending"),
            ({"is_pending": "false", "is_collapsed": "true"}, "hidden"),
            ({"is_pending": "false", "is_collapsed": "false"}, "approved"),
            ({"is_pending": True, "is_collapsed": False}, "pending"),
        ],
    ),
    (
        "bilibili",
        bilibili,
        lambda rows: {"code": 0, "data": {"replies": rows, "page": {"count": 3}}},
        [({"state": 0}, "approved"), ({"state": 17}, "hidden"), ({"state": 4}, "hidden")],
    ),
    (
        "ghost",
        ghost,
        within("comments"),
        [
            ({"status": "published"}, "approved"),
            ({"status": "hidden"}, "hidden"),
            ({"status": "deleted"}, "deleted"),
        ],
    ),
    (
        "disqus-api",
        disqus_api,
        within("response"),
        [
            ({}, "approved"),
            ({"isSpam": True}, "spam"),
            ({"isDeleted": True}, "deleted"),
            ({"isApproved": False}, "pending"),
        ],
    ),
    (
        "wordpress-rest",
        wordpress,
        bare,
        [
            ({"status": "approved"}, "approved"),
            ({"status": "hold"}, "pending"),
            ({"status": "spam"}, "spam"),
            ({"status": "trash"}, "removed"),
        ],
    ),
    (
        "lemmy",
        lemmy,
        within("comments"),
        [({"removed": True}, "removed"), ({"deleted": True}, "deleted"), ({}, "unknown")],
    ),
    (
        "discourse",
        discourse,
        within("post_stream", "posts"),
        [
            ({}, "unknown"),
            ({"hidden": True}, "hidden"),
            ({"user_deleted": True}, "deleted"),
            ({"deleted_at": DAY}, "removed"),
        ],
    ),
    (
        "github",
        github,
        within("data", "repository", "discussion", "comments", "nodes"),
        [
            ({"isMinimized": True, "minimizedReason": "SPAM"}, "spam"),
            ({"isMinimized": True, "minimizedReason": "abuse"}, "hidden"),
            ({"isMinimized": False, "minimizedReason": None}, "unknown"),
            ({"deletedAt": DAY}, "deleted"),
        ],
    ),
    (
        "commento",
        commento,
        lambda rows: {"version": 1, "comments": rows},
        [
            ({"state": "approved"}, "approved"),
            ({"state": "unapproved"}, "pending"),
            ({"state": "flagged"}, "spam"),
            ({"state": "approved", "deleted": True}, "deleted"),
        ],
    ),
    (
        "remark42",
        remark42,
        within("comments"),
        [
            ({}, "unknown"),
            ({"delete": True}, "deleted"),
            ({"user": {"name": "Ada", "block": True}}, "removed"),
        ],
    ),
    (
        "lobsters",
        lobsters,
        lambda rows: {"short_id": "s", "title": "Tea", "comments": rows},
        [
            ({"is_deleted": True, "is_moderated": False}, "deleted"),
            ({"is_deleted": False, "is_moderated": True}, "removed"),
        ],
    ),
    (
        "coral",
        coral,
        bare,
        [
            ({"status": "APPROVED"}, "approved"),
            ({"status": "REJECTED"}, "removed"),
            ({"status": "PREMOD"}, "pending"),
            ({"status": "SYSTEM_WITHHELD"}, "hidden"),
            ({"status": "NONE"}, "approved"),
        ],
    ),
    (
        "cusdis",
        cusdis,
        bare,
        [
            ({"approved": True}, "approved"),
            ({"approved": False}, "pending"),
            ({"approved": True, "deletedAt": DAY}, "deleted"),
        ],
    ),
    (
        "pushshift",
        reddit,
        bare,
        [
            ({"_meta": {"removal_type": "removed by reddit"}}, "removed"),
            ({"_meta": {"removal_type": "deleted"}}, "deleted"),
            ({"_meta": {"was_deleted_later": True}}, "deleted"),
            ({"body": "[removed]"}, "removed"),
            ({"body": "[deleted]"}, "deleted"),
            ({"banned_by": "a moderator"}, "removed"),
        ],
    ),
    (
        "substack",
        substack,
        bare,
        [
            ({"status": "published"}, "approved"),
            ({"status": "moderator_removed"}, "removed"),
            ({"status": "user_deleted"}, "deleted"),
            ({"deleted": True}, "deleted"),
        ],
    ),
    (
        "blogger-api",
        blogger,
        bare,
        [
            ({"status": "LIVE"}, "approved"),
            ({"status": "PENDING"}, "pending"),
            ({"status": "SPAM"}, "spam"),
            ({"status": "EMPTIED"}, "deleted"),
        ],
    ),
    (
        "wordpress-com",
        wordpress_com,
        bare,
        [
            ({"status": "approved"}, "approved"),
            ({"status": "unapproved"}, "pending"),
            ({"status": "spam"}, "spam"),
            ({"status": "trash"}, "removed"),
        ],
    ),
    ("nodebb", nodebb, bare, [({"deleted": 1}, "deleted"), ({"deleted": 0}, "unknown")]),
    (
        "flarum",
        flarum,
        bare,
        [
            ({"isHidden": True}, "hidden"),
            ({"isApproved": False}, "pending"),
            ({"isApproved": True}, "approved"),
            ({}, "unknown"),
        ],
    ),
    (
        "openweb",
        openweb,
        bare,
        [
            ({"published": True}, "approved"),
            ({"published": False}, "pending"),
            ({"published": True, "rejected": True}, "removed"),
            ({"published": True, "deleted": True}, "deleted"),
        ],
    ),
    (
        "drupal-jsonapi",
        drupal,
        bare,
        [({"status": True}, "approved"), ({"status": False}, "pending")],
    ),
    ("slack", slack, bare, [({}, "unknown"), ({"subtype": "tombstone"}, "deleted")]),
    (
        "matrix",
        matrix,
        within("messages"),
        [
            ({}, "unknown"),
            (redacted_by("@ada:town.example"), "deleted"),
            (redacted_by("@mod:town.example"), "removed"),
        ],
    ),
    (
        "bluesky",
        bluesky,
        within("posts"),
        [
            (labelled(), "unknown"),
            (labelled("porn"), "unknown"),
            (labelled("spam"), "spam"),
            (labelled("!hide"), "hidden"),
            (labelled("spam", "!takedown"), "removed"),
        ],
    ),
    (
        "youtube",
        youtube,
        lambda rows: {"kind": "youtube#commentListResponse", "items": rows},
        [
            ({"moderationStatus": "published"}, "approved"),
            ({"moderationStatus": "heldForReview"}, "pending"),
            ({"moderationStatus": "likelySpam"}, "spam"),
            ({"moderationStatus": "rejected"}, "removed"),
            ({}, "unknown"),
        ],
    ),
    ("misskey", misskey, bare, [({}, "unknown"), ({"isHidden": True}, "hidden")]),
    (
        "facebook-graph",
        graph,
        within("data"),
        [({"is_hidden": True}, "hidden"), ({"is_hidden": False}, "unknown")],
    ),
    (
        "facebook-graph",
        instagram_graph,
        within("data"),
        [({"hidden": True}, "hidden"), ({"hidden": False}, "unknown")],
    ),
    (
        "tiktok",
        tiktok,
        within("comments"),
        [({"status": 1}, "approved"), ({"status": 2}, "hidden"), ({}, "unknown")],
    ),
    (
        "twitter-api",
        twitter_api,
        within("data"),
        [({}, "unknown"), ({"withheld": {"country_codes": ["DE"]}}, "hidden")],
    ),
    (
        "twitter",
        twitter,
        bare,
        [({}, "unknown"), ({"deleted_at": "Mon Jan 01 10:02:00 +0000 2024"}, "deleted")],
    ),
    (
        "zhihu",
        zhihu,
        within("data"),
        [
            ({}, "unknown"),
            ({"is_delete": True}, "deleted"),
            ({"collapsed": True}, "hidden"),
            ({"reviewing": True}, "pending"),
        ],
    ),
    ("vk", vk, within("response", "items"), [({}, "unknown"), ({"deleted": True}, "deleted")]),
    ("rocketchat", rocketchat, within("messages"), [({}, "unknown"), ({"t": "rm"}, "deleted")]),
    (
        "messenger",
        messenger,
        lambda rows: {"participants": [{"name": "Ada"}], "messages": rows, "title": "Garden"},
        [({}, "unknown"), ({"is_unsent": True}, "deleted")],
    ),
    (
        "instagram-api",
        instagram_api,
        within("comments"),
        [({}, "unknown"), ({"is_covered": True}, "hidden")],
    ),
]


@pytest.mark.parametrize(
    ("system", "made", "around", "verdicts"), SYSTEMS, ids=[one[0] for one in SYSTEMS]
)
def test_the_verdict_of_the_site_is_carried(tmp_path, system, made, around, verdicts):
    rows = [made(n, SAID.format(n), **more) for n, (more, _) in enumerate(verdicts, 2)]
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(around(rows)))
    dump = read(path)
    assert dump.formats[str(path)][0] == system
    assert dict(zip(dump.comments["id"], dump.comments["status"], strict=True)) == dict(
        zip(sorted(dump.comments["id"]), [status for _, status in verdicts], strict=True)
    )


def test_the_systems_without_a_verdict_are_these():
    """Their files say nothing of what the site decided; all others have a test here or a sample."""
    without = {name for name, shape in FORMATS.items() if not shape.status}
    assert without == {
        *("discord", "discord-api", "telegram", "telegram-api", "telegram-bot", "zulip"),
        *("mastodon", "convokit", "hackernews-search", "kuaishou"),
        *("facebook", "facebook-scraper", "instagram", "instagram-scraper", "stackexchange-api"),
        *("app-store", "blogger-feed", "discussiontools", "github-review", "gitlab", "mail-items"),
        *("tiktok-research", "weibo", "xiaohongshu", "youtube-downloader", "yt-dlp"),
    }
