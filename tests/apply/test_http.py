"""The shared client: how long it waits, and that no secret comes out of it."""

import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from moderation.apply.http import Client
from moderation.apply.secret import secret
from moderation.errors import ApplyError


@pytest.fixture
def waited():
    return []


@pytest.fixture
def client(make_site, waited):
    """A client of a site that gives these answers, one after the other."""

    def make(*answers):
        given = iter(answers)
        site = make_site(lambda *_: next(given), {})
        return Client(site.url, {}, ("s3cr&t", "other"), waited.append)

    return make


GOOD = (200, {"fine": 1})


def test_it_waits_as_long_as_the_header_says(client, waited):
    assert client((503, {}, {"Retry-After": "3"}), GOOD).get("/").good
    assert waited == [3.0]


def test_it_waits_until_the_time_that_the_header_says(client, waited):
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert client((429, {}, {"Retry-After": then}), GOOD).get("/").good
    assert 60 < waited[0] <= 100


def test_it_waits_as_long_as_discourse_says_in_the_answer(client, waited):
    assert client((429, {"extras": {"wait_seconds": 9}}), GOOD).get("/").good
    assert waited == [9.0]


def test_it_waits_when_github_says_403_with_a_time(client, waited):
    assert client((403, {}, {"Retry-After": "4"}), (403, {})).get("/").status == 403
    assert waited == [4.0]


def test_it_waits_until_the_day_and_time_that_mastodon_says(client, waited):
    then = (datetime.now(UTC) + timedelta(seconds=100)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert client((429, {"error": "Too many"}, {"X-RateLimit-Reset": then}), GOOD).get("/").good
    assert 60 < waited[0] <= 100


def test_it_waits_when_google_says_403_and_gives_a_reason(client, waited):
    hurried = {"error": {"code": 403, "errors": [{"reason": "rateLimitExceeded"}]}}
    spent = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}
    assert client((403, hurried), (403, spent)).get("/").status == 403
    assert waited == [2.0]


def test_it_waits_until_a_limit_ends(client, waited):
    assert client((429, {}, {"X-Ratelimit-Reset": "12.0"}), GOOD).get("/").good
    then = str(int(datetime.now(UTC).timestamp()) + 200)
    assert client((429, {}, {"X-Ratelimit-Reset": then}), GOOD).get("/").good
    assert waited[0] == 12.0
    assert 150 < waited[1] <= 200


def test_it_waits_longer_each_time_when_nothing_is_said(client, waited):
    assert client((429, {}), (429, {}), (429, {}), GOOD).get("/").good
    assert waited == [2.0, 4.0, 8.0]


@pytest.mark.parametrize("wait", ["-1", "soon", "Mon, 99 Foo", "1e9"])
def test_a_time_that_is_none_is_not_taken(wait, client, waited):
    assert client((429, {}, {"Retry-After": wait}), GOOD).get("/").good
    assert waited == [2.0]


def test_a_secret_that_the_site_repeats_is_not_shown(client):
    one = client((401, {"message": "bad key s3cr&t or s3cr%26t, other \x1b[31m"}))
    said = str(one.refusal(one.get("/"), "comment 4"))
    assert said.endswith("answered 401: bad key *** or ***, *** \ufffd[31m")


def test_a_site_that_is_not_there_is_one_line_without_its_query():
    client = Client("http://127.0.0.1:9", {}, (), lambda _: None)
    with pytest.raises(ApplyError, match=r"^127\.0\.0\.1:9: no answer to GET: ") as refused:
        client.get("/", {"api_secret": "hidden"})
    assert "hidden" not in str(refused.value)


def test_a_keyring_is_asked_where_the_environment_has_nothing(monkeypatch):
    kept = {("moderation", "GITHUB_TOKEN"): "from-the-keyring"}
    errors = SimpleNamespace(KeyringError=RuntimeError)
    keyring = SimpleNamespace(get_password=lambda *place: kept.get(place))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    assert secret("GITHUB_TOKEN") == "from-the-keyring"
    with pytest.raises(ApplyError, match=r"^CORAL_TOKEN is not set"):
        secret("CORAL_TOKEN")


@pytest.mark.parametrize("value", ["two\nlines", "a\r\nX-Header: b", "ключ"])
def test_a_secret_that_would_break_a_header_is_refused_and_not_shown(value, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", value)
    with pytest.raises(ApplyError, match=r"^GITHUB_TOKEN has characters") as refused:
        secret("GITHUB_TOKEN")
    assert value not in str(refused.value)
