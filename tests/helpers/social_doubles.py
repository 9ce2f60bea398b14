"""Doubles of Mastodon, YouTube and Ghost, which keep comments and fail as the real ones do.

Each is a function for `site_doubles.Site`.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from urllib.parse import parse_qs

ME = "1"  # the account of the token
FIELDS = {"silence": "silenced", "sensitive": "sensitized", "disable": "disabled",
          "suspend": "suspended"}  # fmt: skip
LIFTED = {"unsilence": "silenced", "unsensitive": "sensitized", "enable": "disabled",
          "unsuspend": "suspended"}  # fmt: skip


def account(**changed):
    return dict.fromkeys(FIELDS.values(), False) | changed


def file_report(site, sender, target, statuses, comment=""):
    reports = site.kept.setdefault("reports", [])
    reports.append({"id": str(len(reports) + 1), "action_taken": False, "comment": comment,
                    "account": {"id": sender}, "target_account": {"id": target},
                    "statuses": [{"id": name} for name in statuses]})  # fmt: skip
    return reports[-1]


def close_report(site, report):
    report["action_taken"] = True
    for status in report["statuses"]:
        site.comments[status["id"]]["reported"] = False


def mastodon(site, method, path, query, body, headers):
    """Posts by id, accounts by @id. No post can be taken down; e-mails go unless refused."""
    if headers["Authorization"] != "Bearer mastodon-token":
        return 401, {"error": "The access token is invalid"}
    form = parse_qs(body.decode()) | {name: [value] for name, value in query.items()}
    words = path.removeprefix("/api/v1/").rstrip("/").split("/")
    if words == ["accounts", "verify_credentials"]:
        return 200, {"id": ME, "username": "moderator"}
    if words[0] == "statuses":
        status = site.comments.get(words[1])
        if status is None:
            return 404, {"error": "Record not found"}
        return 200, {"id": words[1], "content": "", "account": {"id": status["account"]}}
    if words == ["reports"]:
        return _mastodon_report(site, form)
    if words[:2] == ["admin", "reports"]:
        return _mastodon_reports(site, words[2:], form)
    return _mastodon_account(site, words[2:], form)


def _mastodon_report(site, form):
    (target,), names = form["account_id"], form.get("status_ids[]", [])
    if f"@{target}" not in site.comments:
        return 404, {"error": "Record not found"}
    theirs = [name for name in names if site.comments.get(name, {}).get("account") == target]
    if theirs != names or form.get("forward") == ["true"]:
        return 422, {"error": "Validation failed: Statuses is invalid"}
    report = {"id": "0"}
    if names[0] not in site.liars:
        report = file_report(site, ME, target, names, form["comment"][0])
        site.comments[names[0]]["reported"] = True
        site.wrote(names[0], form["category"][0])
    return 200, report


def _mastodon_reports(site, words, form):
    reports = site.kept.setdefault("reports", [])
    if words:
        (report,) = (one for one in reports if one["id"] == words[0])
        assert words[1] == "resolve"
        if report["statuses"][0]["id"] not in site.liars:
            close_report(site, report)
            site.wrote(report["statuses"][0]["id"], "resolve")
        return 200, report
    (target,) = form.get("target_account_id", [None])
    limit = min(int(form.get("limit", ["100"])[0]), 200)
    last = int(form.get("max_id", ["999999"])[0])
    found = [
        one
        for one in reversed(reports)
        if not one["action_taken"]
        and target in (None, one["target_account"]["id"])
        and int(one["id"]) < last
    ]
    return 200, found[:limit]


def _mastodon_account(site, words, form):
    one = site.comments.get(f"@{words[0]}")
    if one is None:
        return 404, {"error": "Record not found"}
    if words[1:] == ["action"]:
        (what,) = form["type"]
        if what not in FIELDS:
            return 422, {"error": "Validation failed: Type is not included in the list"}
        if form.get("send_email_notification") != ["false"]:
            site.kept["mails"] = site.kept.get("mails", 0) + 1
        if f"@{words[0]}" not in site.liars:
            one[FIELDS[what]] = True
            for report in site.kept.setdefault("reports", []):
                if report["target_account"]["id"] == words[0]:
                    close_report(site, report)
            site.wrote(f"@{words[0]}", what)
        return 200, {}
    if words[1:]:
        one[LIFTED[words[1]]] = False
        site.wrote(f"@{words[0]}", words[1])
    return 200, {"id": words[0], "username": "someone", **one}


def _google_error(status, reason, message):
    errors = [{"message": message, "domain": "youtube", "reason": reason}]
    return status, {"error": {"code": status, "message": message, "errors": errors}}


def youtube(site, method, path, query, body, headers):
    """By id a comment has no moderation status; a rejected one is in no list at all."""
    if path == "/token":
        form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        given = form["client_id"], form["client_secret"], form["refresh_token"]
        if given != ("youtube-client", "youtube-secret", "youtube-refresh"):
            return 400, {"error": "invalid_grant", "error_description": "Bad Request"}
        return 200, {"access_token": "youtube-bearer", "expires_in": 3599}
    if headers["Authorization"] != "Bearer youtube-bearer":
        return _google_error(401, "authError", "Invalid Credentials")
    write = path == "/youtube/v3/comments/setModerationStatus"
    site.kept["units"] = site.kept.get("units", 10_000) - (50 if write else 1)
    if site.kept["units"] < 0:
        return _google_error(403, "quotaExceeded", "You have exceeded your quota.")
    if write:
        return _youtube_set(site, method, query)
    return _youtube_list(site, path.rpartition("/")[2], query)


def _youtube_set(site, method, query):
    assert method == "POST"
    name, status = query["id"], query["moderationStatus"]
    if status not in ("published", "heldForReview", "rejected"):
        return _google_error(400, "operationNotSupported", "This is not supported.")
    if name not in site.comments:
        return _google_error(404, "commentNotFound", "The comment could not be found.")
    if name not in site.liars:
        site.comments[name]["moderationStatus"] = status
        site.wrote(name, status)
    return 204, {}


def _youtube_list(site, what, query):
    if "id" in query and {"maxResults", "moderationStatus"} & query.keys():
        return _google_error(400, "invalidParameter", "Incompatible parameters.")
    shown = {k: v for k, v in site.comments.items() if v["moderationStatus"] != "rejected"}
    if "id" in query:
        found = {k: {"videoId": v["videoId"]} for k, v in shown.items() if k == query["id"]}
    elif "parentId" in query:
        found = {k: v for k, v in shown.items() if k.startswith(query["parentId"] + ".")}
    else:
        wanted = query.get("moderationStatus", "published"), query["videoId"]
        found = {
            k: {"topLevelComment": {"id": k, "snippet": v}}
            for k, v in shown.items()
            if "." not in k and (v["moderationStatus"], v["videoId"]) == wanted
        }
    first, size = int(query.get("pageToken", 0)), int(query.get("maxResults", 20))
    names = sorted(found)
    more = {"nextPageToken": str(first + size)} if first + size < len(names) else {}
    kind = {"commentThreads": "commentThread", "comments": "comment"}[what]
    items = [
        {"kind": f"youtube#{kind}", "id": name, "snippet": found[name]}
        for name in names[first : first + size]
    ]
    return 200, {"kind": f"youtube#{kind}ListResponse", "items": items, **more}


GHOST_KEY = ("5f0c" * 6, "ab12" * 16)


def ghost(site, method, path, query, body, headers):
    """A token has to be fresh, for this interface, and signed with the key's bytes."""
    if wrong := _ghost_refuses(headers["Authorization"]):
        return _ghost_error(401, "UnauthorizedError", f"Invalid token: {wrong}")
    found = re.fullmatch(r"/ghost/api/admin/comments/([^/]+)/", path)
    if found is None:
        return _ghost_error(404, "NotFoundError", "Unknown Admin API endpoint.")
    comment = site.comments.get(found[1])
    if comment is None:
        return _ghost_error(404, "NotFoundError", "Resource not found error, cannot read comment.")
    if method == "PUT" and found[1] not in site.liars:
        comment["status"] = json.loads(body)["comments"][0]["status"]
        site.wrote(found[1], comment["status"])
    return 200, {"comments": [{"id": found[1], "html": "<p>Hi</p>", **comment}]}


def _ghost_error(status, kind, message):
    return status, {"errors": [{"message": message, "type": kind, "code": None}]}


def _ghost_refuses(header):
    """What Ghost has against a header: its own checks, in its order."""
    scheme, _, token = (header or "").partition(" ")
    parts = token.split(".")
    if scheme != "Ghost" or len(parts) != 3:
        return "jwt malformed"
    head, claims, signature = (base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))
                               for one in parts)  # fmt: skip
    head, claims = json.loads(head), json.loads(claims)
    if (head["alg"], head["kid"]) != ("HS256", GHOST_KEY[0]):
        return "Unknown Admin API Key"
    content = token.rpartition(".")[0].encode()
    if signature != hmac.digest(bytes.fromhex(GHOST_KEY[1]), content, hashlib.sha256):
        return "invalid signature"
    if not re.search(r"/?admin/?$", claims["aud"]):
        return "jwt audience invalid"
    now = time.time()
    return "jwt expired" if claims["exp"] <= now or claims["iat"] + 300 <= now else ""
