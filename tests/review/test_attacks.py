"""The review server under attack, over real sockets and TLS: it goes on, and says little."""

import base64
import contextlib
import http.client
import os
import re
import resource
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from scored_tables import PASSPORT, flagged_spam

from moderation.review.listener import Listener
from moderation.review.sessions import FREE, IDLE, LONGEST, Backoff, Sessions
from moderation.tables import write_table

PASSWORD = "long enough to keep"
HASTE = "import moderation.review.listener as l; l.HEAD_SECONDS = l.BODY_SECONDS = 0.5; "
RUN = "import sys; from moderation.__main__ import main; sys.exit(main())"


class Served:
    """A server of its own process; `said` is its standard error so far."""

    def __init__(self, folder, address):
        self.folder = folder
        self.secure = address.startswith("https")
        self.port = int(re.search(r":(\d+)/", address)[1])
        self.token = (re.findall(r"token=(\S+)", address) or [""])[0]
        self.host = f"{'localhost' if self.secure else '127.0.0.1'}:{self.port}"

    @property
    def said(self):
        return (self.folder / "said.txt").read_text()

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        if not self.secure:
            return plain
        trusting = ssl.create_default_context(cafile=self.folder / "authority.pem")
        return trusting.wrap_socket(plain, server_hostname="localhost")

    def ask(self, path="/", body=None, **headers):
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        asking.sock = self.connect()
        given = {"Host": self.host, "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        asking.request("GET" if body is None else "POST", path, body, given)
        answer = asking.getresponse()
        content = answer.read()
        asking.close()
        return answer.status, answer.headers, content

    def head(self, path):
        """Of a request that would be taken in, but for what its body is said to be."""
        return (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nX-Moderation-Token: {self.token}\r\n"
            "Content-Type: application/json"
        ).encode()

    def raw(self, content):
        with self.connect() as line:
            line.sendall(content)
            return line.recv(65_536)


@contextmanager
def served(folder, *, tls=False, haste="", files=256):
    write_table(flagged_spam(5), folder / "s.parquet", PASSPORT)
    command = [sys.executable, "-c", haste + RUN, "review", str(folder / "s.parquet")]
    command += ["--labels", str(folder / "ledger.jsonl"), "--port", "0", "--reviewer", "ann"]
    if tls:
        certified(folder)
        command += ["--host", "0.0.0.0", "--name", "localhost"]
        command += ["--certificate", str(folder / "certificate.pem")]
        command += ["--private-key", str(folder / "key.pem")]
    known = os.environ | {"MODERATION_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"}

    def limited():
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with (
        (folder / "said.txt").open("w") as said,
        subprocess.Popen(command, stderr=said, env=known, preexec_fn=limited) as running,  # noqa: PLW1509
    ):
        stop = threading.Timer(300, running.kill)
        stop.start()
        try:
            yield Served(folder, opened(folder / "said.txt", running))
        finally:
            running.kill()
            stop.cancel()


def opened(said, running):
    while running.poll() is None:
        found = re.search(r"Open (\S+)\n", said.read_text())
        if found:
            return found[1]
        threading.Event().wait(0.05)
    raise AssertionError(said.read_text())


def certified(folder, name="localhost", dates=(None, None)):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    first, last = dates
    issued = authority.issue_cert(name, not_before=first, not_after=last)
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")


def basic(password, name="eve"):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def token_of(page):
    return re.search(rb'"server":\{"token":"([^"]+)"', page)[1].decode()


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    with served(tmp_path_factory.mktemp("attacked")) as server:
        yield server


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    with served(tmp_path_factory.mktemp("hasty"), haste=HASTE) as server:
        yield server


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    with served(tmp_path_factory.mktemp("remote"), tls=True) as server:
        yield server


# ---- connections ---------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="limits of descriptors are POSIX")
@pytest.mark.parametrize("tls", [False, True])
def test_silent_connections_keep_nobody_out(tmp_path, tls):
    with served(tmp_path, tls=tls) as server, contextlib.ExitStack() as silent:
        for _ in range(600):
            silent.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
        status, _, page = server.ask(f"/?token={server.token}", Authorization=basic(PASSWORD))
        assert (status, b"Flagged comments" in page) == (200, True)
        assert "Traceback" not in server.said
        assert len(server.said) < 2_000


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: ",
        b"HEAD\r\nContent-Length: 100\r\n\r\n{",
        b"HEAD\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
)
def test_who_does_not_finish_is_cut_off(hasty, begun):
    assert hasty.raw(begun.replace(b"HEAD", hasty.head("/api/events"))) == b""
    assert "Traceback" not in hasty.said


def test_bodies_that_break_off_are_no_news(tmp_path):
    with served(tmp_path) as server:
        for length in (b"10", b"100000"):
            with server.connect() as line:
                line.sendall(
                    server.head("/api/orders") + b"\r\nContent-Length: %b\r\n\r\n{" % length
                )
        assert server.ask(f"/?token={server.token}")[0] == 200
        assert server.said.count("\n") == 2  # where to open it, how to stop it


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET http://evil.example/ HTTP/1.1", b"40"),
        ("GET /../../etc/passwd HTTP/1.1", b"403"),
        ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", b"403"),
        ("OPTIONS /api/orders HTTP/1.1", b"405"),
        ("TRACE / HTTP/1.1", b"405"),
        ("CONNECT evil.example:443 HTTP/1.1", b"40"),
        ("DELETE /api/orders HTTP/1.1", b"405"),
        ("HEAD / HTTP/1.1", b"403"),
        ("POST / HTTP/1.1", b"405"),
        ("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade", b"403"),
        ("GET /?" + "x" * 20_000 + " HTTP/1.1", b"4"),
        ("GET / HTTP/1.1\r\nX-Long: " + "x" * 20_000, b"4"),
        ("GET / HTTP/1.1\r\nHost: evil.example", b"400"),
        ("nonsense", b"400"),
    ],
)
def test_odd_requests_are_refused_in_a_line(attacked, request_line, status):
    answer = attacked.raw(f"{request_line}\r\nHost: {attacked.host}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"access-control" not in answer.lower()
    assert "Traceback" not in attacked.said


def test_requests_in_one_piece_are_answered_one_by_one(attacked):
    with attacked.connect() as line:
        one = f"GET /?token=wrong HTTP/1.1\r\nHost: {attacked.host}\r\n\r\n"
        line.sendall((one.replace("?token=wrong", f"?token={attacked.token}") + one + one).encode())
        told = b"".join(iter(lambda: line.recv(65_536), b""))
        assert re.findall(rb"HTTP/1.1 (\d+)", told) == [b"200", b"403"]  # a refusal hangs up


# ---- bodies --------------------------------------------------------------------------------------


def pieces(count, size=100_000):
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize("token", ["right", "wrong"])
def test_a_body_counts_by_what_came_of_it(attacked, token):
    asking = http.client.HTTPConnection("127.0.0.1", attacked.port, timeout=20)
    given = {"X-Moderation-Token": attacked.token if token == "right" else token}
    given |= {"Host": attacked.host, "Content-Type": "application/json"}
    asking.request("POST", "/api/orders", pieces(15), given, encode_chunked=True)
    assert asking.getresponse().status == {"right": 413, "wrong": 403}[token]
    asking.close()


@pytest.mark.parametrize(
    "twice",
    [
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}",
    ],
)
@pytest.mark.parametrize("kind", [b"application/json", b"text/plain"])
def test_a_length_that_is_stated_twice_is_refused_and_hung_up_on(attacked, twice, kind):
    with attacked.connect() as line:
        line.settimeout(10)
        head = attacked.head("/api/orders").replace(b"application/json", kind)
        line.sendall(head + b"\r\n" + twice)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 400")
        assert answer.count(b"HTTP/1.1") == 1
        assert "Traceback" not in attacked.said


def test_a_reviewers_name_is_told_before_anything_is_opened(tmp_path, moderation):
    write_table(flagged_spam(1), tmp_path / "s.parquet", PASSPORT)
    ran = moderation("review", tmp_path / "s.parquet", "--port", "0", "--reviewer", "an\nn",
                     "--labels", tmp_path / "ledger.jsonl")  # fmt: skip
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert "cannot be a reviewer's name" in ran.err


def test_an_endless_body_is_hung_up_on(attacked):
    with attacked.connect() as line:
        line.sendall(attacked.head("/api/orders") + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"%x\r\n" % 100_000 + b"x" * 100_000 + b"\r\n"
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            line.sendall(piece * 1_000)
        assert "Traceback" not in attacked.said


# ---- who may ask ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil://HOST",
        "http://evil.example",
        "https://HOST",
        "HOST",
        "://HOST",
        "http://HOST/",
        "http://HOST.evil.example",
        "http://eve@HOST",
        "http://127.0.0.1",
        "http://HOST http://evil.example",
        "",
        "null",
    ],
)
def test_an_origin_is_ours_to_the_letter_or_refused(attacked, origin):
    told = attacked.ask(
        "/api/index",
        X_Moderation_Token=attacked.token,
        Origin=origin.replace("HOST", attacked.host),
    )
    assert told[0] == 403


def test_our_own_origin_may_ask(attacked):
    own = {"X_Moderation_Token": attacked.token, "Origin": f"http://{attacked.host}"}
    assert attacked.ask("/api/index", **own)[0] == 200


def test_tls_is_remembered_by_the_browser(remote):
    assert "max-age=" in remote.ask("/")[1]["Strict-Transport-Security"]


def test_a_session_opens_nothing_without_the_password_and_ends_with_the_log_out(remote):
    known = {"Authorization": basic(PASSWORD)}
    token = token_of(remote.ask("/", **known)[2])
    own = {"X_Moderation_Token": token}
    assert remote.ask("/api/index", **own)[0] == 401
    assert remote.ask("/api/index", **known)[0] == 403
    assert remote.ask("/api/index", **own, **known)[0] == 200
    status, headers, _ = remote.ask("/api/logout", b"{}", **own, **known)
    cookie = headers["Set-Cookie"]
    assert (status, cookie.partition(";")[0]) == (200, "moderation-ended=1")
    assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(cookie.split("; "))
    assert remote.ask("/api/index", **own, **known)[0] == 403
    again = remote.ask("/", Cookie="moderation-ended=1", **known)  # what a browser sends by itself
    assert (again[0], "Max-Age=0" in again[1]["Set-Cookie"]) == (401, True)
    assert remote.ask("/", **known)[0] == 200


def test_guesses_have_to_wait_and_are_logged(tmp_path):
    haste = (
        "import moderation.review.guard as g, moderation.review.sessions as s; "
        "g.PAUSE = 0; s.FIRST_WAIT = 600; "
    )
    with served(tmp_path, tls=True, haste=haste) as on:
        token = token_of(on.ask("/", Authorization=basic(PASSWORD))[2])
        told = [on.ask("/", Authorization=basic(f"guess {k}", "\x1b[2J"))[0] for k in range(40)]
        assert (told[:FREE], set(told[FREE:])) == ([401] * FREE, {429})
        status, headers, _ = on.ask("/", Authorization=basic(PASSWORD))
        assert (status, int(headers["Retry-After"]) > 0) == (429, True)
        inside = {"Authorization": basic(PASSWORD), "X_Moderation_Token": token}
        assert on.ask("/api/index", **inside)[0] == 200  # who is in is not put out by guesses
        assert on.said.count("log-in refused") == FREE
        assert "log-in of 'eve' from 127.0.0.1" in on.said
        assert "\x1b" not in on.said


def test_waits_double_for_a_client_and_begin_for_all_when_many_guess():
    now = [0.0]
    tries = Backoff(clock=lambda: now[0])
    waits = []
    for _ in range(8):
        tries.wrong("192.0.2.1")
        waits.append(tries.wait("192.0.2.1"))
        now[0] += 100
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8]
    assert tries.wait("192.0.2.1") == 0
    tries.right("198.51.100.1")
    for k in range(30):
        tries.wrong(f"2001:db8:{k:x}::1")
    assert tries.wait("203.0.113.9") > 0
    assert tries.wait("198.51.100.1") == 0
    now[0] += 61
    assert tries.wait("203.0.113.9") == 0


def test_one_household_is_one_client():
    tries = Backoff(clock=lambda: 0.0)
    for k in range(FREE):
        tries.wrong(f"2001:db8::{k:x}")
    assert tries.wait("2001:db8::ffff:1") > 0
    assert tries.wait("2001:db8:0:1::1") == 0


def test_a_session_ends_by_idling_and_after_a_day():
    now = [0.0]
    sessions = Sessions(clock=lambda: now[0])
    idle, busy = sessions.start(), sessions.start()
    for now[0] in range(0, int(LONGEST), int(IDLE)):
        assert sessions.alive(busy)
    assert not sessions.alive(idle)
    now[0] = LONGEST + 1
    assert not sessions.alive(busy)
    assert not sessions.alive("")


# ---- the start -----------------------------------------------------------------------------------


def _text(path):
    path.write_text("no certificate")


def _nothing(path):
    path.unlink()


def _other_key(path):
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(path)


@pytest.mark.parametrize("harm", [_text, _nothing, _other_key])
@pytest.mark.parametrize("name", ["certificate.pem", "key.pem"])
def test_a_bad_certificate_is_told_before_anything_is_opened(tmp_path, moderation, harm, name):
    certified(tmp_path)
    harm(tmp_path / name)
    write_table(flagged_spam(1), tmp_path / "s.parquet", PASSPORT)
    told = moderation(
        *("review", tmp_path / "s.parquet", "--labels", tmp_path / "l.jsonl", "--port", "0"),
        *("--certificate", tmp_path / "certificate.pem", "--private-key", tmp_path / "key.pem"),
    )
    assert (told.status, "Open " in told.err, name in told.err) == (1, False, True)
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [(-60, -1, "certificate has expired"), (1, 60, "certificate is not yet valid")],
)
def test_a_certificate_out_of_date_is_told_before_anything_is_opened(
    tmp_path, moderation, first, last, says
):
    now = datetime.now(UTC)
    certified(tmp_path, dates=(now + timedelta(days=first), now + timedelta(days=last)))
    write_table(flagged_spam(1), tmp_path / "s.parquet", PASSPORT)
    told = moderation(
        *("review", tmp_path / "s.parquet", "--labels", tmp_path / "l.jsonl", "--port", "0"),
        *("--certificate", tmp_path / "certificate.pem", "--private-key", tmp_path / "key.pem"),
    )
    assert (told.status, "Open " in told.err, says in told.err) == (1, False, True)
    assert len(told.err.splitlines()) == 1


def test_a_ledger_that_cannot_be_is_told_before_anything_is_opened(tmp_path, moderation):
    write_table(flagged_spam(1), tmp_path / "s.parquet", PASSPORT)
    (tmp_path / "file").touch()
    told = moderation("review", tmp_path / "s.parquet", "--labels", tmp_path / "file" / "l.jsonl")
    assert (told.status, "Open " in told.err, "l.jsonl" in told.err) == (1, False, True)


def test_the_door_counts_only_who_is_there():
    with socket.create_server(("127.0.0.1", 0)) as bound:
        listener = Listener.of(bound)
    port = listener.getsockname()[1]
    listener.most = 2
    here = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(4)]
    there = [listener.accept()[0] for _ in here]
    assert [one.recv(1) for one in here[:2]] == [b"", b""]  # the longest silent made room
    for one in (*here, *there, listener):
        one.close()
