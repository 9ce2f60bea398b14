"""Doubles of the platforms, bound to this machine: they keep comments and fail as the real do."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Site:
    """A server with one comment per id. answer: a function of the site and a request.

    writes: `(id, verb)` as they took effect. busy: answers of 429 before the next good one.
    liars: ids for which a change is answered well and not made. after: called after each write.
    kept: what the platform keeps that is no comment.
    """

    def __init__(self, answer, comments):
        self.answer, self.comments = answer, comments
        self.writes, self.requests, self.busy, self.liars = [], [], 0, set()
        self.kept = {}
        self.after = lambda: None
        self.retry_after = "0"
        double = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                double.respond(self, self.rfile.read(length))

            do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815  http.server's names

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def respond(self, handler, body):
        parts = urlsplit(handler.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.requests.append((handler.command, parts.path))
        if self.busy:
            self.busy -= 1
            self.send(handler, 429, {"code": "too_many"}, {"Retry-After": self.retry_after})
            return
        request = (handler.command, parts.path, query, body, handler.headers)
        self.send(handler, *self.answer(self, *request))

    @staticmethod
    def send(handler, status, value, headers=None):
        content = b"" if status == 204 else json.dumps(value).encode()
        handler.send_response(status)
        for name, text in {"Content-Length": str(len(content)), **(headers or {})}.items():
            handler.send_header(name, text)
        handler.end_headers()
        handler.wfile.write(content)

    def wrote(self, name, verb):
        self.writes.append((name, verb))
        self.after()

    def bytes(self):
        return json.dumps(self.comments, sort_keys=True).encode()


BASIC = "Basic " + base64.b64encode(b"mod:secret-password").decode()


def wordpress_set(comment, verb):
    """As wp_set_comment_status, wp_spam_comment and their like; False: nothing changed."""
    words = {"approved": "1", "approve": "1", "1": "1", "hold": "0", "0": "0"}
    if verb in ("unspam", "untrash"):
        if comment["status"] != verb[2:]:
            return False
        comment["status"] = comment.pop("meta", "0")
        return True
    if words.get(verb, verb) == comment["status"]:
        return False
    if verb in ("spam", "trash"):
        comment["meta"] = comment["status"]
    comment["status"] = words.get(verb, verb)
    return True


def wordpress(site, method, path, query, body, headers):
    """REST as WordPress answers it: setting an unchanged status ends in an error."""

    def shown(comment):
        said = {"1": "approved", "0": "hold"}
        own = {"author_name": "Ann", "author_ip": "192.0.2.7", "author_user_agent": "Mozilla (q)"}
        own |= {key: value for key, value in comment.items() if key.startswith("author")}
        text = {"content": {"raw": comment.get("text", "Buy now")}}
        return (
            {"id": int(name), "status": said.get(comment["status"], comment["status"])} | own | text
        )

    if headers["Authorization"] != BASIC:
        return 401, {"code": "rest_cannot_edit", "message": "Sorry, you are not allowed."}
    name = query["rest_route"].rpartition("/")[2]
    comment = site.comments.get(name)
    if path != "/" or comment is None:
        return 404, {"code": "rest_comment_invalid_id", "message": "Invalid comment ID."}
    if method in ("POST", "DELETE") and name not in site.liars:
        sent = json.loads(body) if method == "POST" else {"status": "trash"}
        assert method == "POST" or query["force"] == "false"
        if not wordpress_set(comment, sent["status"]):
            return 500, {"code": "rest_comment_failed_edit", "message": "Updating failed."}
        if method == "POST" and sent.get("author_ip") != shown(comment)["author_ip"]:
            comment["author_ip"] = sent.get("author_ip", "127.0.0.1")
        agent = sent.get("author_user_agent") or headers["User-Agent"]
        if method == "POST" and agent and agent != shown(comment)["author_user_agent"]:
            comment["author_user_agent"] = agent
        if method == "POST" and "<img>" in comment.get("text", ""):
            comment["text"] = comment["text"].replace("<img>", "")
        site.wrote(name, sent["status"])
    return 200, shown(comment)


def disqus(site, method, path, query, body, headers):
    """Errors have a code and, at times, HTTP status 200."""
    sent = {name: values[-1] for name, values in parse_qs(body.decode()).items()} or query
    if (sent.get("api_secret"), sent.get("access_token")) != ("disqus-secret", "disqus-token"):
        return 200, {"code": 5, "response": "Invalid API key"}
    name, verb = sent["post"], path.rpartition("/")[2].removesuffix(".json")
    post = site.comments.get(name)
    if post is None:
        return 400, {"code": 8, "response": "Unable to find post"}
    if method == "POST" and name not in site.liars:
        flags = {"spam": "isSpam", "remove": "isDeleted", "approve": "isApproved"}
        if verb == "restore":
            post["isDeleted"] = False
        else:
            post |= dict.fromkeys(("isSpam", "isDeleted", "isApproved"), False)
            post[flags[verb]] = True
        if verb == "remove":
            post["isApproved"] = True  # deleting leaves the approval
        site.wrote(name, verb)
    return 200, {"code": 0, "response": {"id": name, **post}}


def reddit(site, method, path, query, body, headers):
    path = path.rstrip("/")  # PRAW ends its paths so
    form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    if path == "/api/v1/access_token":
        good = form == {"grant_type": "refresh_token", "refresh_token": "reddit-refresh"}
        token = {"access_token": "reddit-bearer", "expires_in": 3600, "scope": "*"}
        return (200, token) if good else (400, {"error": 400})
    if headers["Authorization"] != "bearer reddit-bearer":
        return 401, {"message": "Unauthorized", "error": 401}
    if path == "/api/info":
        comment = site.comments.get(query["id"])
        found = (
            []
            if comment is None
            else [{"kind": "t1", "data": {"name": query["id"], "id": query["id"][3:], **comment}}]
        )
        return 200, {"kind": "Listing", "data": {"children": found}}
    if form["id"] in site.liars:
        return 200, {}
    spam = form.get("spam", "").lower() == "true"
    removed = path == "/api/remove"
    site.comments[form["id"]] |= {
        "removed": removed, "spam": spam, "banned_by": "mod" if removed else None,
    }  # fmt: skip
    site.wrote(form["id"], path.rpartition("/")[2])
    return 200, {}


def discourse(site, method, path, query, body, headers):
    """A post is read by its number in the topic, and written by an id of its own."""
    if (headers["Api-Key"], headers["Api-Username"]) != ("discourse-key", "system"):
        return 403, {"errors": ["You are not permitted"], "error_type": "invalid_access"}
    words = path.removesuffix(".json").split("/")[1:]
    if words[1] == "by_number":
        post = site.comments.get(f"{words[2]}/{words[3]}")
        if post is None:
            return 404, {"errors": ["The requested URL or resource could not be found."]}
        return 200, {"topic_id": int(words[2]), "post_number": int(words[3]), **post}
    ((name, post),) = ((k, v) for k, v in site.comments.items() if str(v["id"]) == words[1])
    if name not in site.liars:
        post["deleted_at"] = "2026-01-01T00:00:00Z" if method == "DELETE" else None
        site.wrote(name, method)
    return 200, {}


def webhook(site, method, path, query, body, headers):
    """A receiver that drops what it was sent before, and says nothing of what it did."""
    value = json.loads(body)
    if value["delivery"] not in {one["delivery"] for one in site.comments.setdefault("got", [])}:
        site.comments["got"].append(value | {"signature": headers["X-Moderation-Signature"]})
        site.wrote(value["id"], value["to"])
    return 204, {}


def github(site, method, path, query, body, headers):
    """GraphQL: errors come with HTTP status 200, and ids only as variables."""
    if headers["Authorization"] != "bearer github-token":
        return 401, {"message": "Bad credentials"}
    sent = json.loads(body)
    name = sent["variables"]["id"]
    assert name not in sent["query"]
    node = site.comments.get(name)
    if node is None:
        error = {"type": "NOT_FOUND", "message": "Could not resolve to a node."}
        return 200, {"data": {"node": None}, "errors": [error]}
    if sent["query"].startswith("query"):
        return 200, {"data": {"node": {"id": name, **node}}}
    if name not in site.liars:
        why = sent["variables"].get("why")
        site.comments[name] = {"isMinimized": bool(why), "minimizedReason": why and why.lower()}
        site.wrote(name, why)
    return 200, {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}}


def coral(site, method, path, query, body, headers):
    """A decision needs the revision that the comment has now."""
    if headers["Authorization"] != "Bearer coral-token":
        return 200, {"errors": [{"message": "You are not authorized to access this resource."}]}
    sent = json.loads(body)
    given = sent["variables"].get("input") or {"commentID": sent["variables"]["id"]}
    name = given["commentID"]
    comment = site.comments.get(name)
    if sent["query"].startswith("query"):
        return 200, {"data": {"comment": comment and {"id": name, **comment}}}
    if given["commentRevisionID"] != comment["revision"]["id"]:
        return 200, {"data": None, "errors": [{"message": "comment revision not found"}]}
    if name not in site.liars:
        approved = "approveComment(" in sent["query"] and "$input: ApproveCommentInput!"
        comment["status"] = "APPROVED" if approved else "REJECTED"
        site.wrote(name, comment["status"])
    return 200, {"data": {"rejectComment": {"comment": {"id": name}}}}
