"""The review server: who may ask it, what it answers, and that decisions reach the ledger once."""

import base64
import http.client
import os
import re
import resource
import signal
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import anyio
import orjson
import pandas as pd
import pytest
import trustme
from scored_tables import HOSTILE, PASSPORT, flagged_spam, hostile, scored

from moderation.errors import InputError, LabelError, OutputError
from moderation.labels import ledger
from moderation.labels.reasons import read_reasons
from moderation.report.scored import BatchRecords
from moderation.report.search import Search
from moderation.report.summarise import scored_of
from moderation.review import Access, open_scored, serve
from moderation.review.app import FORMS, Review, application
from moderation.review.decisions import DecisionWriter, Order
from moderation.review.guard import Guard
from moderation.review.leases import LINGER, READING, SECONDS, Leases
from moderation.tables import to_arrow, write_table
from moderation.translation import said_again_in, tr_in

HOST = "127.0.0.1:8765"
TOKEN = "the-token"
NOON = 1_750_000_000_000  # milliseconds


class Client:
    """Asks the application as a server would, with the headers that our page sends."""

    def __init__(self, app):
        self.app = app

    def ask(self, path, body=None, method=None, **headers):
        given = {"host": HOST, "x-moderation-token": TOKEN, "content-type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if body is None else orjson.dumps(body)
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method or ("GET" if body is None else "POST"),
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in given.items() if v is not None],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8765),
        }
        sent = []

        async def receive():
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message):
            sent.append(message)

        anyio.run(self.app, scope, receive, send)
        headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:])

    def json(self, path, body=None):
        status, _, content = self.ask(path, body)
        assert status == 200, content
        return orjson.loads(content)


def made(folder, frame, password=None):
    path = folder / "scored.parquet"
    write_table(frame, path, PASSPORT)
    table = open_scored(path)
    writer = DecisionWriter(table, path, folder / "ledger.jsonl", reasons=read_reasons())
    review = Review(table, writer, "ann", read_reasons())
    hosts = Access(port=8765).hosts(8765)
    return Client(Guard(application(review), TOKEN, hosts, password))


@pytest.fixture
def client(tmp_path):
    return made(tmp_path, flagged_spam(40))


def order(row=0, number="a", value=1, label="spam", at=NOON, by="ann"):
    return {"number": number, "row": row, "label": label, "value": value, "at": at, "by": by}


# ---- who may ask ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"/?token={TOKEN}", {}, 200),
        ("/", {}, 403),
        ("/?token=guess", {}, 403),
        ("/api/index", {}, 200),
        ("/api/index", {"x_moderation_token": None}, 403),
        ("/api/index", {"x_moderation_token": "guess"}, 403),
        (f"/api/index?token={TOKEN}", {"x_moderation_token": None}, 403),
        (f"/?token={TOKEN}", {"host": "evil.example:8765"}, 421),
        (f"/?token={TOKEN}", {"host": "127.0.0.1:80"}, 421),
        (f"/?token={TOKEN}", {"host": None}, 421),
        (f"/?token={TOKEN}", {"host": "localhost:8765"}, 200),
        ("/api/index", {"origin": "https://evil.example"}, 403),
        ("/api/index", {"origin": "null"}, 403),
        ("/api/index", {"origin": f"http://{HOST}"}, 200),
        ("/api/index", {"sec_fetch_site": "cross-site"}, 403),
        ("/api/index", {"sec_fetch_site": "same-site"}, 403),
        ("/api/index", {"sec_fetch_site": "same-origin"}, 200),
        (f"/?token={TOKEN}", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}, 403),
        (f"/?token={TOKEN}", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, 200),
        ("/nowhere", {}, 404),
    ],
)
def test_who_may_ask(client, path, headers, status):
    assert client.ask(path, **headers)[0] == status


@pytest.mark.parametrize(
    ("asked_for", "said"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "Dieser Adresse fehlt das Token: Öffnen Sie die"),
        ("nl, pt-BR;q=0.7, fr;q=0.9", "Il manque à cette adresse son jeton"),
        ("en, de;q=0.9", "This address lacks its token"),
        ("nl", "This address lacks its token"),
        ("de;q=0, ../../etc/passwd, *", "This address lacks its token"),
        (None, "This address lacks its token"),
    ],
)
def test_a_refusal_is_in_the_browsers_language(client, asked_for, said):
    status, headers, content = client.ask("/", accept_language=asked_for)
    assert (status, headers["content-type"]) == (403, "text/plain; charset=utf-8")
    assert content.decode().startswith(said)


def test_errors_of_decisions_are_in_the_pages_language(client):
    wrong = {"orders": [order(by="a\u202eb")]}
    status, _, content = client.ask("/api/orders", wrong, accept_language="es")
    said = "'a\\u202eb' no puede ser el nombre de quien revisa: está vacío"
    assert (status, orjson.loads(content)["error"].partition(",")[0]) == (422, said)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_page_is_told_is_known_again(form):
    values = {name: f"<{name}>" for name in re.findall(r"\{(\w+)\}", form)}
    said = said_again_in("fr", form.format(**values), *FORMS)
    assert said == tr_in("fr", form, **values) != form


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_length": str(10 << 20)}, 413),
        ({"content_length": "many"}, 400),
        ({"x_moderation_token": None}, 403),
    ],
)
def test_a_form_of_another_site_decides_nothing(client, tmp_path, headers, status):
    assert client.ask("/api/orders", {"orders": [order()]}, **headers)[0] == status
    assert not (tmp_path / "ledger.jsonl").exists()


@pytest.mark.parametrize("path", [f"/?token={TOKEN}", "/", "/api/index", "/nowhere"])
def test_no_page_may_frame_or_keep_it(client, path):
    headers = client.ask(path)[1]
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_beyond_this_machine_a_password_opens_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.review.guard.PAUSE", 0)
    client = made(tmp_path, flagged_spam(1), password="long enough to keep")
    assert client.ask(f"/?token={TOKEN}")[0] == 401
    assert client.ask("/", authorization=basic("eve", "guess"))[0] == 401
    assert client.ask("/", authorization="Basic ???")[0] == 401
    status, _, page = client.ask("/", authorization=basic("eve", "long enough to keep"))
    assert (status, b'"reviewer":"eve"' in page) == (200, True)


@pytest.mark.parametrize(
    ("access", "says"),
    [
        (Access(host="0.0.0.0"), "TLS"),
        (Access(host="192.168.1.5", password="x" * 12), "TLS"),
        (
            Access(host="192.168.1.5", certificate=Path("c"), private_key=Path("k")),
            "MODERATION_PASSWORD",
        ),
        (
            Access("192.168.1.5", 1, None, "short", Path("c"), Path("k")),
            "fewer than 12",
        ),
        (Access("0.0.0.0", 1, None, "x" * 12, Path("c"), Path("k")), "--name"),
        (Access(certificate=Path("c")), "private key"),
    ],
)
def test_what_others_can_reach_needs_tls_and_a_password(access, says):
    with pytest.raises(InputError, match=says):
        access.check()


def test_other_machines_come_in_by_tls_and_password(tmp_path):
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    write_table(flagged_spam(1), tmp_path / "s.parquet", PASSPORT)
    command = [sys.executable, "-m", "moderation", "review", str(tmp_path / "s.parquet")]
    command += ["--labels", str(tmp_path / "l.jsonl"), "--port", "0", "--host", "0.0.0.0"]
    command += ["--name", "localhost", "--certificate", str(tmp_path / "certificate.pem")]
    command += ["--private-key", str(tmp_path / "key.pem")]
    known = os.environ | {"MODERATION_PASSWORD": "long enough to keep"}
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=known) as server:
        stop = threading.Timer(30, server.kill)
        stop.start()
        port = int(re.search(r"https://localhost:(\d+)/", server.stderr.readline())[1])

        def status(**headers):
            asking = http.client.HTTPSConnection("localhost", port, context=trusting, timeout=20)
            asking.request("GET", "/", headers=headers)
            found = asking.getresponse().status
            asking.close()
            return found

        told = status(), status(Authorization=basic("eve", "long enough to keep"))
        plain = http.client.HTTPConnection("localhost", port, timeout=20)
        plain.request("GET", "/")
        with pytest.raises((http.client.HTTPException, OSError)):
            plain.getresponse()
        plain.close()
        server.kill()
        stop.cancel()
    assert told == (401, 200)


def test_a_taken_port_says_so(tmp_path):
    import socket

    write_table(flagged_spam(1), tmp_path / "s.parquet", PASSPORT)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        access = Access(port=taken.getsockname()[1])
        with pytest.raises(OutputError, match="--port"):
            serve(tmp_path / "s.parquet", tmp_path / "l.jsonl", access, "ann", print)


# ---- what it answers -----------------------------------------------------------------------------


def test_the_page_holds_no_comment_and_the_index_no_text(client):
    page = client.ask(f"/?token={TOKEN}")[2]
    assert (b"number 3 now" in page, b"connect-src" in page) == (False, True)
    index = client.json("/api/index")
    assert (index["row"], b"number" in orjson.dumps(index)) == (list(range(40)), False)


def test_comments_come_by_row(client):
    got = client.json("/api/comments", {"rows": [3, 999, "x", -1]})
    assert (list(got["entries"]), got["comments"]["3"]["text"]) == (["3"], "buy number 3 now")


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("NUMBER 3 ", [3]),
        ("number 3", [3, *range(30, 40)]),
        ("(", []),
        ("nowbuy", []),
        ("", list(range(40))),
    ],
)
def test_search_is_for_the_words_themselves(client, words, rows):
    from urllib.parse import quote

    assert client.json(f"/api/search?q={quote(words)}")["rows"] == rows


def test_search_is_in_all_comments_flagged_ones_first(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.report.scored.NEAREST", 0)
    monkeypatch.setattr("moderation.report.search.CHUNK", 20)
    rows = [(1, f"STRASSE Straße ÉTÉ {k}", 0.1, None, "") for k in range(30)]
    rows[20] = (1, "été number 20", 0.9, None, "spam")
    writers = ["Zoë" if k == 3 else "ann" for k in range(30)]
    client = made(tmp_path, scored(*rows, author=writers, title="On roads"))
    found = client.json("/api/search?q=%C3%A9t%C3%A9")
    assert (found["count"], found["rows"][:3]) == (30, [20, 0, 1])
    assert found["index"]["row"] == [row for row in range(30) if row != 20]
    assert client.json("/api/search?q=STRASSE")["count"] == 29
    assert client.json("/api/search?q=zo%C3%AB")["rows"] == [3]
    assert client.json("/api/search?q=on+roads")["count"] == 30


def test_what_was_found_can_be_decided_flagged_or_not(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.report.scored.NEAREST", 0)
    client = made(tmp_path, scored((1, "calm", 0.1, 0.1, ""), (1, "buy", 0.9, 0.1, "spam")))
    assert client.json("/api/index")["row"] == [1]
    assert client.json("/api/rows", {"rows": [0, 9]})["row"] == [0]
    client.json("/api/orders", {"orders": [order()]})
    (entry,) = ledger.entries(tmp_path / "ledger.jsonl")
    assert (entry["id"], entry["text"], entry["score"]) == ("0", "calm", 0.1)
    assert client.json("/api/events", {"since": 0, "generation": -1})["events"][0]["row"] == 0


def test_a_comment_is_found_by_its_thread_and_its_id(tmp_path):
    frame = scored(*[(1, f"buy {k}", 0.9, None, "spam") for k in range(4)])
    frame = frame.assign(id=["1", "2", "1", "2"], thread_id=["a", "a", None, "b"])
    client = made(tmp_path, frame)
    for row in range(4):
        client.json("/api/orders", {"orders": [order(row, str(row))]})
    again = client.json("/api/events", {"since": 0, "generation": -1})["events"]
    assert [one["row"] for one in again] == [0, 1, 2, 3]


def test_an_action_keeps_its_reason_as_it_was_and_a_request_its_reader(client, tmp_path):
    asked = {"number": "b", "row": 1, "at": NOON, "by": "ann"}
    act = asked | {"kind": "action", "action": "spam", "reason": "advert", "note": " third time "}
    ask = asked | {"number": "c", "kind": "request", "to": "bob", "note": "irony?"}
    keys = client.json("/api/orders", {"orders": [order(1), act, ask]})["keys"]
    _, kept, request = ledger.entries(tmp_path / "ledger.jsonl")
    assert [kept[name] for name in ("action", "reason", "note", "rule", "flags")] == [
        "spam", "advert", "third time", "No advertising", "spam",
    ]  # fmt: skip
    assert (request["to"], request["note"], request["text"]) == ("bob", "irony?", kept["text"])
    told = client.json("/api/events", {"since": 0, "generation": -1})["events"]
    assert [one.get("kind") for one in told] == [None, "action", "request"]
    assert told[1] | {"action": "spam", "reason": "advert", "row": 1} == told[1]
    back = {"number": "d", "at": NOON, "by": "ann", "retracts": keys["b"]}
    client.json("/api/orders", {"orders": [back]})
    assert ledger.standing(ledger.entries(tmp_path / "ledger.jsonl"), "action") == []


def test_a_conversation_is_told_whole_and_a_huge_one_around_the_comment(tmp_path, monkeypatch):
    rows = [(1 + k % 3, f"text {k}", 0.9 if k == 4 else 0.1, None, "spam" if k == 4 else "")
            for k in range(12)]  # fmt: skip
    frame = scored(*rows).assign(thread_id=["a"] * 2 + ["b"] * 9 + ["c"])
    client = made(tmp_path, frame)
    told = client.json("/api/thread", {"row": 4})
    assert (told["start"], told["first"], told["comments"]) == (2, 2, 9)
    assert told["depth"] == [3, 1, 2, 3, 1, 2, 3, 1, 2]
    assert told["flags"] == [0, 0, 1, 0, 0, 0, 0, 0, 0]
    monkeypatch.setattr("moderation.report.conversation.MOST", 4)
    for row, first in ((2, 2), (4, 2), (6, 4), (10, 7)):
        told = client.json("/api/thread", {"row": row})
        assert (told["first"], len(told["depth"]), told["comments"]) == (first, 4, 9)
    shown = client.json("/api/texts", {"rows": [2, 3], "characters": 4})
    assert [shown[row]["text"] for row in ("2", "3")] == ["text", "text"]


def test_an_author_is_counts_of_their_comments(tmp_path):
    links = "see https://www.shop.example.co.uk/x and http://youtu.be/1"
    rows = [(1, links if k < 2 else "hello", 0.9 if k == 0 else 0.1, None, "spam" if k == 0 else "")
            for k in range(6)]  # fmt: skip
    times = pd.to_datetime([f"2026-01-0{k + 1}" for k in range(6)], utc=True)
    frame = scored(*rows, created_at=times).assign(author=["eve"] * 4 + ["ann", None])
    client = made(tmp_path, frame)
    told = client.json("/api/author", {"row": 1})
    assert [told[name] for name in ("comments", "flagged", "threads")] == [4, 1, 1]
    assert told["flags"] == {"spam": 1, "off_topic": 0}
    assert told["rows"] == [3, 2, 1, 0]
    assert told["links"] == [["example.co.uk", 2], ["youtu.be", 2]]
    assert sum(told["spans"]["comments"]) == 4
    assert client.ask("/api/author", {"row": 5})[0] == 422
    assert client.json("/api/domains") == {
        "domain": [0, 0, -1, -1, -1, -1],
        "domains": ["example.co.uk"],
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/comments", []),
        ("/api/rows", {"rows": [0] * 2_001}),
        ("/api/thread", {"row": 40}),
        ("/api/thread", {"row": True}),
        ("/api/author", {"row": -1}),
        ("/api/texts", {"rows": [0], "characters": "all"}),
        ("/api/orders", {"orders": [order() | {"kind": "action", "action": "burn"}]}),
        ("/api/orders", {"orders": [order() | {"kind": "action"}]}),
        ("/api/orders", {"orders": [order() | {"kind": "action", "reason": "nonsense"}]}),
        ("/api/orders", {"orders": [order() | {"kind": "action", "note": "x" * 2_001}]}),
        ("/api/orders", {"orders": [order() | {"kind": "request", "to": "x" * 150}]}),
        ("/api/orders", {"orders": [order() | {"kind": "retraction"}]}),
        ("/api/comments", {"rows": "all"}),
        ("/api/comments", {"rows": [0] * 501}),
        ("/api/claim", {"rows": []}),
        ("/api/events", {"since": "x", "generation": 0}),
        ("/api/orders", {"orders": [{}]}),
        ("/api/orders", {"orders": [order() | {"value": 2}]}),
        ("/api/orders", {"orders": [order() | {"value": True}]}),
        ("/api/orders", {"orders": [order(row=999)]}),
        ("/api/orders", {"orders": [order(label="nonsense")]}),
        ("/api/orders", {"orders": [order(by=" ")]}),
        ("/api/orders", {"orders": [order(by="x" * 150)]}),
        ("/api/orders", {"orders": [order(at=-1)]}),
        ("/api/orders", {"orders": [order() | {"retracts": "unheard of"}]}),
    ],
)
def test_what_no_page_of_ours_asks_is_refused(client, tmp_path, path, body):
    status, _, content = client.ask(path, body)
    assert (status, "error" in orjson.loads(content)) == (422, True)
    assert not (tmp_path / "ledger.jsonl").exists()


def test_paged_records_are_those_of_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.report.paged.PAGE_ROWS", 7)
    frame = flagged_spam(100)
    write_table(frame, tmp_path / "s.parquet", PASSPORT)
    import pyarrow.parquet as pq

    pq.write_table(
        pq.read_table(tmp_path / "s.parquet"), tmp_path / "groups.parquet", row_group_size=30
    )
    paged = open_scored(tmp_path / "groups.parquet").records
    whole = BatchRecords(to_arrow(frame))
    rows = [99, 0, 30, 29, 6, 7, 64]
    assert paged.take(rows) == whole.take(rows)
    for records in (paged, whole):
        assert [one for ids in records.ids() for one in ids] == [str(k) for k in range(100)]
        texts = [one for some in records.texts() for one in some.to_pylist()]
        assert texts == [f"buy number {k} now" for k in range(100)]


def test_no_room_for_the_pages_is_no_harm(tmp_path, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    write_table(flagged_spam(10), tmp_path / "s.parquet", PASSPORT)
    records = open_scored(tmp_path / "s.parquet").records
    monkeypatch.setattr("moderation.report.paged.Folder", full)
    assert records.take([3])[0]["text"] == "buy number 3 now"
    monkeypatch.setattr("moderation.report.search.tempfile.TemporaryFile", full)
    search = Search(open_scored(tmp_path / "s.parquet"))
    assert search.rows("Number 3").tolist() == [3]


# ---- decisions -----------------------------------------------------------------------------------


def told(client):
    return client.json("/api/events", {"since": 0, "generation": 0})["events"]


def test_a_decision_is_in_the_ledger_with_its_context(tmp_path):
    rows = [(1, "root", 0.1, None, ""), (2, "buy", 0.9, None, "spam")]
    client = made(tmp_path, scored(*rows))
    client.json("/api/orders", {"orders": [order(row=1)]})
    (entry,) = ledger.entries(tmp_path / "ledger.jsonl")
    assert entry.pop("at") > "2026"  # the server's clock
    entry.pop("key")
    assert entry == {
        "entry": "decision", "label": "spam", "value": 1, "text": "buy", "annotator": "ann",
        "order": "a 1750000000000", "client_at": "2025-06-15T15:06:40+00:00",
        "thread_id": "t", "id": "1", "parent_text": "root",
        "title": "The title", "dump": "scored.parquet", "model": "0" * 64, "score": 0.9,
        "weight": 1.0,
    }  # fmt: skip


def test_times_on_a_whole_second_and_others_stand_in_one_ledger(client, tmp_path):
    client.json("/api/orders", {"orders": [order(), order(row=1, number="b", at=NOON + 1)]})
    assert len(ledger.decisions(tmp_path / "ledger.jsonl")) == 2


def test_an_order_sent_again_is_written_once(client, tmp_path):
    first = client.json("/api/orders", {"orders": [order()]})
    assert client.json("/api/orders", {"orders": [order()]}) == first
    assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 1


def test_also_after_the_server_was_started_anew(client, tmp_path):
    first = client.json("/api/orders", {"orders": [order()]})
    assert made(tmp_path, flagged_spam(40)).json("/api/orders", {"orders": [order()]}) == first
    assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 1


def test_taking_back_leaves_nothing_standing_and_is_written_once(client, tmp_path):
    key = client.json("/api/orders", {"orders": [order()]})["keys"]["a"]
    back = {"orders": [{"number": "b", "retracts": key, "at": NOON, "by": "ann"}]}
    assert client.json("/api/orders", back) == client.json("/api/orders", back)
    assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 2
    assert len(ledger.decisions(tmp_path / "ledger.jsonl")) == 0
    client.json("/api/orders", {"orders": [order()]})  # a late copy of the decision
    assert len(ledger.decisions(tmp_path / "ledger.jsonl")) == 0


def test_pages_hear_what_others_decided(client, tmp_path):
    client.json("/api/orders", {"orders": [order(row=5)]})
    other = made(tmp_path, flagged_spam(40))
    other.json("/api/orders", {"orders": [order(row=6, by="bob")]})
    assert [(one["row"], one["by"], one["at"]) for one in told(client)] == [
        (5, "ann", NOON),
        (6, "bob", NOON),
    ]


def test_an_annotator_taken_back_elsewhere_is_taken_back_here(client, tmp_path):
    client.json("/api/orders", {"orders": [order(), order(row=1, number="b")]})
    ledger.retract(
        tmp_path / "ledger.jsonl", at=datetime(2026, 1, 1, tzinfo=UTC), by="me", annotator="ann"
    )
    assert len([one for one in told(client) if "retracts" in one]) == 2


def test_decisions_on_another_dump_are_not_ours(tmp_path):
    made(tmp_path, flagged_spam(3)).json("/api/orders", {"orders": [order()]})
    other = flagged_spam(3).assign(text="something else")
    (tmp_path / "other.parquet").parent.mkdir(exist_ok=True)
    write_table(other, tmp_path / "other.parquet", PASSPORT)
    table = open_scored(tmp_path / "other.parquet")
    writer = DecisionWriter(table, tmp_path / "other.parquet", tmp_path / "ledger.jsonl")
    assert writer.events(0, 0)["events"] == []


def test_nor_are_those_on_another_dump_of_the_same_name(tmp_path):
    made(tmp_path, flagged_spam(3)).json("/api/orders", {"orders": [order()]})
    other = flagged_spam(3).assign(text="something else", spam=0.7)
    write_table(other, tmp_path / "scored.parquet", PASSPORT)
    writer = DecisionWriter(
        open_scored(tmp_path / "scored.parquet"),
        tmp_path / "scored.parquet",
        tmp_path / "ledger.jsonl",
    )
    assert writer.events(0, 0)["events"] == []


def test_a_damaged_ledger_is_told_before_anything_starts(tmp_path):
    (tmp_path / "ledger.jsonl").write_text("not a line\n{}\n")
    with pytest.raises(LabelError, match=r"ledger\.jsonl:1"):
        made(tmp_path, flagged_spam(1))


# ---- what the ledger's place orders, and what stops it -------------------------------------------


def times(*moments):
    """A clock that says one after the other."""
    told = iter(moments)
    return lambda: next(told)


def writer_of(folder, clock):
    write_table(flagged_spam(3), folder / "scored.parquet", PASSPORT)
    path = folder / "scored.parquet"
    return DecisionWriter(open_scored(path), path, folder / "ledger.jsonl", clock)


@pytest.mark.parametrize("first", [NOON + 10_000_000, 253_402_300_799_000, 0])
def test_the_later_decision_counts_whatever_the_clocks_say(tmp_path, first):
    writer = writer_of(
        tmp_path, times(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    )
    writer.take([Order("a", "ann", first, 0, "spam", True)])
    writer.take([Order("b", "ann", NOON, 0, "spam", False)])
    assert ledger.decisions(tmp_path / "ledger.jsonl")["spam"].tolist() == [0]
    one, two = writer.events(0, 0)["events"]
    assert (one["value"], two["value"], one["rank"] < two["rank"]) == (1, 0, True)


def test_a_stamp_is_kept_where_it_can_be_true(tmp_path):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    writer = writer_of(tmp_path, lambda: now)
    writer.take([Order("a", "ann", 253_402_300_799_000, 0, "spam", True)])
    writer.take([Order("b", "ann", NOON, 1, "spam", True)])
    kept = ledger.entries(tmp_path / "ledger.jsonl")
    assert [one["at"] for one in kept] == ["2026-01-01T00:00:00+00:00"] * 2
    assert [one.get("client_at") for one in kept] == [None, "2025-06-15T15:06:40+00:00"]
    assert [one["at"] for one in writer.events(0, 0)["events"]] == [1_767_225_600_000, NOON]


def test_an_order_sent_again_at_another_time_is_written_once(tmp_path):
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)]
    writer = writer_of(tmp_path, times(*moments))
    asked = [Order("a", "ann", NOON, 0, "spam", True)]
    assert writer.take(asked) == writer.take(asked)
    assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 1


def written(**wrong):
    """A line of a ledger that one field spoils."""
    one = {"entry": "decision", "key": "k", "label": "spam", "value": 1, "text": "a",
           "annotator": "b", "at": "2026-01-01T00:00:00Z"}  # fmt: skip
    return orjson.dumps(one | wrong).decode()


@pytest.mark.parametrize(
    "line",
    [
        "a foreign line",
        "{}",
        "",
        "null",
        '{"entry":"decision"}',
        written(key=[]),
        written(value=7),
        written(at="soon"),
        written(text=5),
        written(weight="x"),
        written(label="no label"),
        '{"entry":"retraction","at":"2026-01-01"}',
        '{"entry":"retraction","at":"2026-01-01","key":7}',
    ],
)
def test_a_foreign_line_under_a_running_server_stops_it_until_mended(
    client, tmp_path, caplog, line
):
    path = tmp_path / "ledger.jsonl"
    client.json("/api/orders", {"orders": [order()]})
    whole = path.read_bytes()
    path.write_bytes(whole + line.encode() + b"\n" + whole.replace(b'"spam"', b'"off_topic"'))
    damaged = path.read_bytes()
    for _ in range(2):
        for asked, body in (
            ("/api/orders", {"orders": [order(row=1, number="b")]}),
            ("/api/events", {"since": 0, "generation": 0}),
        ):
            status, _, content = client.ask(asked, body)
            assert status == 503
            assert f"{path}:2: not a ledger entry" in orjson.loads(content)["error"]
    assert path.read_bytes() == damaged
    assert [one.message.partition(": ")[0] for one in caplog.records] == [f"{path}:2"]
    path.write_bytes(whole)
    client.json("/api/orders", {"orders": [order(row=1, number="b")]})
    assert path.read_bytes().startswith(whole)
    assert [one["row"] for one in told(client)] == [0, 1]


def test_a_foreign_tail_is_named_and_a_torn_one_set_aside(client, tmp_path):
    path = tmp_path / "ledger.jsonl"
    client.json("/api/orders", {"orders": [order()]})
    whole = path.read_bytes()
    path.write_bytes(whole + b"hello")
    assert client.ask("/api/orders", {"orders": [order(row=1, number="b")]})[0] == 503
    assert path.read_bytes() == whole + b"hello"
    path.write_bytes(whole + whole[:50])
    client.json("/api/orders", {"orders": [order(row=1, number="b")]})
    assert len(ledger.entries(path)) == 2


def test_a_line_that_was_read_and_is_damaged_since_is_named(client, tmp_path):
    path = tmp_path / "ledger.jsonl"
    client.json("/api/orders", {"orders": [order(), order(row=1, number="b")]})
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"entry"', b'"antry"', 1))
    status, _, content = client.ask("/api/orders", {"orders": [order(row=2, number="c")]})
    assert (status, b"ledger.jsonl:1" in content) == (503, True)
    path.write_bytes(whole)
    client.json("/api/orders", {"orders": [order(row=2, number="c")]})
    assert [one["row"] for one in told(client)] == [0, 1, 2]


def test_another_ledger_of_the_same_length_in_its_place_is_read(client, tmp_path):
    path = tmp_path / "ledger.jsonl"
    client.json("/api/orders", {"orders": [order()]})
    (tmp_path / "new").write_bytes(path.read_bytes().replace(b'"value":1', b'"value":0'))
    (tmp_path / "new").replace(path)
    assert [one["value"] for one in told(client)] == [0]


def test_a_copied_line_is_known_and_a_corrected_copy_is_named(client, tmp_path):
    path = tmp_path / "ledger.jsonl"
    client.json("/api/orders", {"orders": [order(), order(value=0, number="b")]})
    whole = path.read_bytes()
    line = whole.split(b"\n")[0] + b"\n"
    path.write_bytes(whole + line)
    assert [one["value"] for one in told(client)] == [1, 0]
    assert ledger.decisions(path)["spam"].tolist() == [0]
    path.write_bytes(whole + line.replace(b'"value":1', b'"value":0'))
    status, _, content = client.ask("/api/orders", {"orders": [order(row=2, number="c")]})
    assert (status, b"ledger.jsonl:3: not a ledger entry: key" in content) == (503, True)


def test_what_cannot_be_read_for_a_while_is_asked_again(client, tmp_path):
    path = tmp_path / "ledger.jsonl"
    client.json("/api/orders", {"orders": [order()]})
    path.rename(tmp_path / "aside")
    path.mkdir()
    status, _, content = client.ask("/api/orders", {"orders": [order(row=1, number="b")]})
    assert (status, b"cannot be read" in content) == (503, True)  # 422 would drop the decision
    path.rmdir()
    (tmp_path / "aside").rename(path)
    client.json("/api/orders", {"orders": [order(row=1, number="b")]})
    assert len(ledger.entries(path)) == 2


def test_a_ledger_that_lost_what_was_read_is_logged_once(client, tmp_path, caplog):
    path = tmp_path / "ledger.jsonl"
    client.json("/api/orders", {"orders": [order(), order(row=1, number="b")]})
    assert caplog.messages == []
    for harm in (lambda: path.write_bytes(b""), path.unlink):
        harm()
        assert told(client) == []
        assert told(client) == []
        client.json("/api/orders", {"orders": [order(row=2, number="c")]})
        assert [one["row"] for one in told(client)] == [2]
    assert caplog.messages == [
        f"{path}: not the ledger that was read before: it had 2 lines and has 0 now, which count",
        f"{path}: not the ledger that was read before: it had 1 lines and has 0 now, which count",
    ]


@pytest.mark.parametrize(
    "bad",
    [
        order(row=999, number="x"),
        order(label="nonsense", number="x"),
        order(by="", number="x"),
        order(by="an\nn", number="x"),
        order(by="\u202enna", number="x"),
        order(number="a", row=2),
        {"number": "x", "retracts": "unheard of", "at": NOON, "by": "ann"},
        {"number": "x", "retracts": 5, "at": NOON, "by": "ann"},
        {"number": "x", "at": NOON, "by": "ann"},
        order(number="x") | {"at": 1e400},
        order(number="x") | {"at": 2**63},
        order(number="x") | {"at": "now"},
        order(number="x") | {"row": 1.0},
        order(number="x") | {"row": [1]},
        order(number="x") | {"label": {}},
        order(number="x") | {"value": None},
        order(number="x") | {"value": "1"},
        order(number="x") | {"by": ["ann"]},
        None,
        [],
        5,
    ],
)
def test_a_refused_batch_writes_nothing(client, tmp_path, bad):
    key = client.json("/api/orders", {"orders": [order(row=5, number="before")]})["keys"]["before"]
    before = (tmp_path / "ledger.jsonl").read_bytes()
    back = {"number": "back", "retracts": key, "at": NOON, "by": "ann"}
    for batch in ([order(), back, bad], [bad, order(), back]):
        status, _, content = client.ask("/api/orders", {"orders": batch})
        assert (status, "error" in orjson.loads(content)) == (422, True)
    assert (tmp_path / "ledger.jsonl").read_bytes() == before


def test_only_the_owner_reads_the_ledger(client, tmp_path):
    client.json("/api/orders", {"orders": [order()]})
    assert (tmp_path / "ledger.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_told_and_nothing_counts(client, tmp_path):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        status, _, content = client.ask("/api/orders", {"orders": [order()]})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)
    assert (status, b"cannot be written" in content) == (507, True)
    assert ledger.entries(tmp_path / "ledger.jsonl") == []
    client.json("/api/orders", {"orders": [order()]})
    assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 1


def test_many_reviewers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "s.parquet"
    write_table(flagged_spam(200), path, PASSPORT)
    table = open_scored(path)
    writer = DecisionWriter(table, path, tmp_path / "ledger.jsonl")

    def work(who):
        for row in range(who * 25, who * 25 + 25):
            writer.take([Order(f"{who}-{row}", f"r{who}", NOON, row, "spam", True)])

    workers = [threading.Thread(target=work, args=[who]) for who in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(one["row"] for one in writer.events(0, 0)["events"]) == list(range(200))


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_a_killed_server_has_what_it_confirmed(tmp_path):
    write_table(flagged_spam(5), tmp_path / "s.parquet", PASSPORT)
    command = [sys.executable, "-m", "moderation", "review", str(tmp_path / "s.parquet")]
    command += ["--labels", str(tmp_path / "ledger.jsonl"), "--port", "0", "--reviewer", "ann"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        stop = threading.Timer(30, server.kill)
        stop.start()
        port, token = re.search(r":(\d+)/\?token=(\S+)", server.stderr.readline()).groups()
        asking = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
        headers = {"X-Moderation-Token": token, "Content-Type": "application/json"}
        asking.request("POST", "/api/orders", orjson.dumps({"orders": [order()]}), headers)
        answer = asking.getresponse()
        status = (answer.status, len(orjson.loads(answer.read())["keys"]))
        asking.close()
        server.kill()
        stop.cancel()
    assert status == (200, 1)
    assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 1


def test_what_a_queue_asks_for_is_reviewed_flagged_or_not(tmp_path):
    asked = pd.array([None, "random", None, "uncertain: spam"], "string")
    rows = [(1, f"comment {k}", 0.1, None, "spam" if k in (2, 3) else "") for k in range(4)]
    client = made(tmp_path, scored(*rows, queue=asked))
    told = client.json("/api/index")
    assert told["row"] == [0, 1, 2, 3]
    assert told["extra"] == [1, 0, 1, 0]  # for other thresholds; they do not wait
    assert [told["reasons"][told["reason"][k]] for k in (1, 3)] == ["random", "uncertain: spam"]
    assert told["queued"] == [0, 1, 0, 1]
    client.json("/api/orders", {"orders": [order(row=1, value=0)]})
    assert client.ask("/api/orders", {"orders": [order(row=4)]})[0] == 422
    assert [one["text"] for one in ledger.entries(tmp_path / "ledger.jsonl")] == ["comment 1"]


# ---- leases --------------------------------------------------------------------------------------


def test_two_reviewers_never_get_the_same_comment(client):
    got = [
        client.json("/api/claim", {"session": who, "name": who, "rows": list(range(40))})
        for who in ("ann", "bob", "eve")
    ]
    granted = [set(one["granted"]) for one in got]
    assert [len(one) for one in granted] == [8, 8, 8]
    assert granted[0] | granted[1] | granted[2] == set(range(24))
    assert got[2]["held"] == {str(k): "ann" if k < 8 else "bob" for k in range(16)}


def test_a_lease_ends_with_its_page_or_its_time():
    now = [0.0]
    leases = Leases(clock=lambda: now[0])
    leases.claim("a", "ann", [1, 2], 2)
    assert leases.claim("b", "bob", [1, 2, 3], 2) == [3]
    leases.release("a")
    assert leases.claim("b", "bob", [1, 2, 3], 2) == [1, 2]
    now[0] = SECONDS + 1
    assert leases.claim("a", "ann", [1, 2, 3], 2) == [1, 2]


@pytest.mark.parametrize(("hidden", "seconds"), [(False, 30), (True, 90)])
def test_a_page_that_crashed_keeps_its_comments_only_for_as_long_as_it_would_not_renew_them(
    hidden, seconds
):
    now = [0.0]
    leases = Leases(clock=lambda: now[0])
    leases.claim("a", "ann", [1], 1, hidden)
    now[0] = seconds - 1
    assert leases.claim("b", "bob", [1], 1) == []
    now[0] = seconds
    assert leases.claim("b", "bob", [1], 1) == [1]


def test_a_session_keeps_what_it_asks_for_again():
    leases = Leases()
    assert leases.claim("a", "ann", [1, 2, 3], 3) == [1, 2, 3]
    assert leases.claim("a", "ann", [2, 4], 3) == [2, 4]
    assert leases.others("b") == {1: "ann", 2: "ann", 3: "ann", 4: "ann"}


def test_what_was_let_go_is_not_given_away_before_all_have_heard_of_it():
    now = [0.0]
    leases = Leases(clock=lambda: now[0])
    leases.claim("a", "ann", [1, 2], 2)
    leases.claim("a", "ann", [2], 2)  # 1 is decided, and on its way to the ledger
    assert leases.claim("b", "bob", [1, 2, 3], 2) == [3]
    now[0] = LINGER
    assert leases.claim("b", "bob", [1, 2, 3], 2) == [1, 3]


def test_who_reads_what_is_told_while_the_page_says_so():
    now = [0.0]
    leases = Leases(clock=lambda: now[0])
    leases.claim("a", "ann", [1, 2, 3], 3)
    leases.read("a", "ann", 1)
    assert leases.readers("b") == {1: "ann"}  # not what is only held for later
    assert leases.readers("a") == {}
    leases.read("a", "ann", 2)
    assert leases.readers("b") == {2: "ann"}
    leases.release("a")
    assert leases.readers("b") == {}
    leases.read("a", "ann", 2)
    now[0] = READING
    assert leases.readers("b") == {}
    leases.read("a", "ann", 2)
    leases.read("a", "ann", -1)  # the overview, or another window in front
    assert leases.readers("b") == {}


def test_pages_hear_who_reads_what(client):
    asked = {"since": 0, "generation": 0}
    client.json("/api/events", asked | {"session": "a", "name": "ann", "reading": 3})
    told = client.json("/api/events", asked | {"session": "b", "name": "bob", "reading": -1})
    assert told["readers"] == {"3": "ann"}


# ---- hostile text --------------------------------------------------------------------------------


def test_hostile_comments_are_served_and_kept_as_they_are(tmp_path):
    client = made(tmp_path, hostile())
    rows = list(range(len(HOSTILE)))
    got = client.json("/api/comments", {"rows": rows})
    assert [got["comments"][str(k)].get("text", "") for k in rows] == [
        text[:20_000] for text in HOSTILE.values()
    ]
    kept = [(k, text) for k, text in enumerate(HOSTILE.values()) if text.strip()]
    client.json("/api/orders", {"orders": [order(row=k, number=str(k)) for k, _ in kept]})
    assert [one["text"] for one in ledger.entries(tmp_path / "ledger.jsonl")] == [
        text for _, text in kept
    ]


def test_hostile_comments_on_a_terminal(tmp_path, moderation):
    write_table(hostile(), tmp_path / "scored.csv", PASSPORT)
    ran = moderation("report", tmp_path / "scored.csv", "-o", tmp_path / "r.html")
    assert (ran.status, "\x1b" in ran.out + ran.err) == (0, False)


def test_scored_of_a_table_without_context_columns():
    frame = flagged_spam(3).drop(columns=["depth", "author", "title", "created_at", "campaign"])
    assert scored_of(frame, PASSPORT).parents.tolist() == [-1, -1, -1]
