"""Each platform against a double of it: run, run again, verify and undo, by the command line."""

import os
import signal
import subprocess
import sys
import time

import pytest
from kills import Killed, kill
from places import ROOT
from site_doubles import coral, discourse, disqus, github, reddit, webhook, wordpress
from social_doubles import GHOST_KEY, account, file_report, ghost, mastodon, youtube

SECRETS = {
    "WORDPRESS_USER": "mod",
    "WORDPRESS_APPLICATION_PASSWORD": "secret-password",
    "DISQUS_API_SECRET": "disqus-secret",
    "DISQUS_ACCESS_TOKEN": "disqus-token",
    "REDDIT_CLIENT_ID": "reddit-client",
    "REDDIT_CLIENT_SECRET": "reddit-secret",
    "REDDIT_REFRESH_TOKEN": "reddit-refresh",
    "DISCOURSE_API_KEY": "discourse-key",
    "DISCOURSE_API_USERNAME": "system",
    "GITHUB_TOKEN": "github-token",
    "CORAL_TOKEN": "coral-token",
    "MODERATION_WEBHOOK_SECRET": "hook-secret",
    "MASTODON_ACCESS_TOKEN": "mastodon-token",
    "YOUTUBE_CLIENT_ID": "youtube-client",
    "YOUTUBE_CLIENT_SECRET": "youtube-secret",
    "YOUTUBE_REFRESH_TOKEN": "youtube-refresh",
    "GHOST_ADMIN_API_KEY": ":".join(GHOST_KEY),
}
HIDDEN = [b"secret-password", b"disqus-secret", b"disqus-token", b"reddit-secret", b"hook-secret",
          b"reddit-refresh", b"reddit-bearer", b"discourse-key", b"github-token",
          b"coral-token", b"mastodon-token", b"youtube-secret", b"youtube-refresh",
          b"youtube-bearer", GHOST_KEY[1].encode()]  # fmt: skip
POST = {"isSpam": False, "isDeleted": False, "isApproved": True}
SHOWN = {"isMinimized": False, "minimizedReason": None}
VIDEO = {"moderationStatus": "published", "videoId": "dQw4w9WgXcQ"}
LIVE = {"removed": False, "spam": False, "banned_by": None, "author": "ann"}
CASES = {
    "wordpress-rest": (wordpress, {"4": {"status": "1"}, "5": {"status": "0"},
                                   "6": {"status": "1"}},
                       [("9", "4"), ("9", "5"), ("9", "6")], [("4", "spam"), ("5", "trash")],
                       [("5", "untrash"), ("4", "unspam")]),
    "disqus": (disqus, {"4": dict(POST), "5": dict(POST)}, [("9", "4"), ("9", "5")],
               [("4", "spam"), ("5", "remove")], [("5", "restore"), ("4", "approve")]),
    "reddit": (reddit, {"t1_4": dict(LIVE), "t1_5": dict(LIVE)}, [("9", "4"), ("9", "t1_5")],
               [("t1_4", "remove"), ("t1_5", "remove")],
               [("t1_5", "approve"), ("t1_4", "approve")]),
    "discourse": (discourse, {"9/4": {"id": 74, "deleted_at": None},
                              "8/4": {"id": 75, "deleted_at": None}}, [("9", "4"), ("8", "4")],
                  [("9/4", "DELETE"), ("8/4", "DELETE")], [("8/4", "PUT"), ("9/4", "PUT")]),
    "github": (github, {"IC_kw4": dict(SHOWN), "MDE5=": dict(SHOWN)},
               [("9", "IC_kw4"), ("9", "MDE5=")], [("IC_kw4", "SPAM"), ("MDE5=", "ABUSE")],
               [("MDE5=", None), ("IC_kw4", None)]),
    "coral": (coral, {"a-1": {"status": "APPROVED", "revision": {"id": "r1"}},
                      "b-2": {"status": "APPROVED", "revision": {"id": "r2"}}},
              [("9", "a-1"), ("9", "b-2")], [("a-1", "REJECTED"), ("b-2", "REJECTED")],
              [("b-2", "APPROVED"), ("a-1", "APPROVED")]),
    "mastodon": (mastodon, {"1104": {"account": "7", "reported": False}, "@7": account(),
                            "1105": {"account": "8", "reported": False}, "@8": account()},
                 [("9", "1104"), ("9", "1105")], [("1104", "spam"), ("1105", "other")],
                 [("1105", "resolve"), ("1104", "resolve")]),
    "youtube": (youtube, {"UgzLoudAndClear-4AaABAg": dict(VIDEO),
                          "UgzLoudAndClear-4AaABAg.9_reply0001": dict(VIDEO)},
                [("dQw4w9WgXcQ", "UgzLoudAndClear-4AaABAg"),
                 ("dQw4w9WgXcQ", "UgzLoudAndClear-4AaABAg.9_reply0001")],
                [("UgzLoudAndClear-4AaABAg", "rejected"),
                 ("UgzLoudAndClear-4AaABAg.9_reply0001", "rejected")],
                [("UgzLoudAndClear-4AaABAg.9_reply0001", "published"),
                 ("UgzLoudAndClear-4AaABAg", "published")]),
    "ghost": (ghost, {"64a" * 8: {"status": "published"}, "75b" * 8: {"status": "published"}},
              [("9", "64a" * 8), ("9", "75b" * 8)], [("64a" * 8, "hidden"), ("75b" * 8, "hidden")],
              [("75b" * 8, "published"), ("64a" * 8, "published")]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def planned(moderation, make_site, write_inputs):
    """A plan of two steps, spam and then abuse, for a site of the platform."""

    def make(to, *more):
        answer, comments, ids, _, _ = CASES[to]
        site = make_site(answer, {name: dict(one) for name, one in comments.items()})
        folder = write_inputs(
            [(*place, "unknown") for place in ids],
            [(*ids[0], "spam", True), (*ids[1], "abuse", True)],
        )
        extra = ["--set", f"token-site={site.url}"] if to in ("reddit", "youtube") else []
        place = ["--site", site.url, "-o", "plan.jsonl", "--max-share", "1"]
        made = moderation(
            "apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", to, *place, *extra, *more
        )
        assert made.status == 0, made.err
        return site, folder

    return make


def everything(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("to", CASES)
def test_there_and_back(to, planned, moderation):
    site, folder = planned(to)
    before = site.bytes()
    assert site.requests == []  # a plan asks nobody
    dry = moderation("apply", "run", "plan.jsonl")
    assert (dry.status, site.writes, site.bytes()) == (0, [], before)
    assert "2 to write" in dry.err
    assert sorted(path.name for path in folder.iterdir()) == [
        "ledger.jsonl", "plan.jsonl", "scored.jsonl",
    ]  # fmt: skip
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, site.writes) == (0, CASES[to][3]), ran
    again = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (again.status, len(site.writes)) == (0, 2)
    assert "2 done before" in again.err
    assert moderation("apply", "verify", "plan.jsonl").status == 0
    assert moderation("apply", "undo", "plan.jsonl").status == 0
    assert len(site.writes) == 2
    back = moderation("apply", "undo", "plan.jsonl", "--yes")
    assert (back.status, site.writes[2:]) == (0, CASES[to][4]), back
    assert site.bytes() == before
    said = (
        everything(folder) + "".join(one.out + one.err for one in (dry, ran, again, back)).encode()
    )
    assert [secret for secret in HIDDEN if secret in said] == []


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [0, 1, 2, 3])
@pytest.mark.parametrize("to", CASES)
def test_killed_at_any_write_and_run_again(to, number, arrives, planned, moderation, monkeypatch):
    site, _ = planned(to)
    before = site.bytes()
    kill(monkeypatch, number, arrives=arrives)
    steps = [("run", CASES[to][3]), ("undo", CASES[to][3] + CASES[to][4])]
    killed = 0
    for how, writes in steps:
        try:
            moderation("apply", how, "plan.jsonl", "--yes")
        except Killed:
            killed += 1
            assert moderation("apply", how, "plan.jsonl", "--yes").status == 0
        assert site.writes == writes
        assert moderation("apply", how, "plan.jsonl", "--yes").status == 0
        assert site.writes == writes  # nothing twice
    assert (killed, site.bytes()) == (1, before)


@pytest.mark.parametrize("to", CASES)
def test_a_liar_is_named(to, planned, moderation, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    site, _ = planned(to)
    site.liars = {CASES[to][3][0][0]}
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert ran.status == 1
    assert "said yes, did nothing" in ran.out
    assert "1 written" in ran.err
    assert moderation("apply", "verify", "plan.jsonl").status == 1


@pytest.mark.parametrize("to", CASES)
def test_wrong_credentials_change_nothing_and_stay_hidden(to, planned, moderation, monkeypatch):
    site, folder = planned(to)
    for name in SECRETS:
        monkeypatch.setenv(name, "wr0ng-credential")
    before = site.bytes()
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, site.bytes(), site.writes) == (1, before, [])
    assert "wr0ng-credential" not in ran.out + ran.err
    assert b"wr0ng-credential" not in everything(folder)


@pytest.mark.parametrize("to", CASES)
def test_a_busy_site_is_waited_for(to, planned, moderation, monkeypatch):
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr("moderation.apply.http.Client.__init__.__defaults__", (waited.append,))
    site, _ = planned(to)
    site.busy, site.retry_after = 2, "7"
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, waited, len(site.writes)) == (0, [7.0, 7.0], 2)


def test_a_site_that_stays_busy_is_left_for_later(planned, moderation, monkeypatch):
    monkeypatch.setattr("moderation.apply.http.Client.__init__.__defaults__", (lambda _: None,))
    site, _ = planned("wordpress-rest")
    site.busy, site.retry_after = 99, "86400"
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, site.writes) == (1, [])
    assert "is busy (429)" in ran.out


def test_a_comment_changed_meanwhile_is_left_and_named(planned, moderation, write_inputs):
    site, _ = planned("wordpress-rest")
    moderation("apply", "run", "plan.jsonl", "--yes", "--max", "1")
    site.comments["4"]["status"] = "1"  # somebody took it out of the spam
    checked = moderation("apply", "verify", "plan.jsonl")
    assert (checked.status, "left as found: 4" in checked.err) == (1, True)


REWRITTEN = {
    "text": {"text": "see <img>"}, "a lone <": {"text": "a < b"}, "ampersand": {"text": "R&D"},
    "name": {"author_name": "Ann <b>"}, "no address": {"author_ip": ""},
    "half an address": {"author_ip": "192.0.2.x"}, "agent": {"author_user_agent": "a%20b"},
    "entity": {"text": "&bogus;"}, "foreign link": {"text": '<a href="https://x.example">x</a>'},
}  # fmt: skip


@pytest.mark.parametrize("case", REWRITTEN)
def test_what_wordpress_would_rewrite_is_left_alone(case, planned, moderation):
    site, _ = planned("wordpress-rest")
    site.comments["4"] |= REWRITTEN[case]
    site.comments["5"] |= REWRITTEN[case]
    before = site.bytes()
    for more in ((), ("--yes",)):
        ran = moderation("apply", "run", "plan.jsonl", *more)
        assert (ran.status, ran.out.count("left alone")) == (1, 2)
    assert (site.bytes(), site.writes) == (before, [])


def test_unless_asked_to_and_then_it_says_what_changed(planned, moderation):
    site, _ = planned("wordpress-rest", "--set", "rewrite=yes")
    site.comments["4"]["text"] = "see <img>"
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, "written, and more" in ran.out, len(site.writes)) == (1, True, 2)


def test_what_its_own_form_lets_through_is_written(planned, moderation):
    site, _ = planned("wordpress-rest")
    site.comments["4"] |= {
        "text": 'see <a href="http://x.example/?a=1&amp;b=2" rel="nofollow ugc">here</a> a &lt; b '
        "<b>50%</b> \"q\" 'r' \\ &eacute; “é”\r\n\n<a href='https://y.example/p' title='t' "
        'rel="nofollow ugc">w</a>',
        "author_name": "O'Hara &amp; co 50%",
        "author_user_agent": "",
    }
    before = site.bytes()
    assert moderation("apply", "run", "plan.jsonl", "--yes").status == 0
    assert moderation("apply", "undo", "plan.jsonl", "--yes").status == 0
    assert site.bytes() == before


PINNED = {
    "disqus": {"4": {"isSpam": False, "isDeleted": False, "isApproved": False}},
    "github": {"IC_kw4": {"isMinimized": True, "minimizedReason": "outdated"}},
    "coral": {"a-1": {"status": "PREMOD", "revision": {"id": "r1"}}},
    "youtube": {"UgzLoudAndClear-4AaABAg": VIDEO | {"moderationStatus": "likelySpam"}},
}


@pytest.mark.parametrize("to", PINNED)
def test_what_no_undo_brings_back_needs_a_flag_of_its_own(to, planned, moderation):
    site, _ = planned(to)
    site.comments |= {name: dict(one) for name, one in PINNED[to].items()}
    before = site.bytes()
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, "no way back" in ran.out, len(site.writes)) == (1, True, 1)
    moderation("apply", "undo", "plan.jsonl", "--yes")
    assert site.bytes() == before
    site.writes.clear()


@pytest.mark.parametrize("to", PINNED)
def test_with_it_an_undo_says_so_and_publishes_nothing(to, planned, moderation):
    site, _ = planned(to)
    site.comments |= {name: dict(one) for name, one in PINNED[to].items()}
    ran = moderation("apply", "run", "plan.jsonl", "--yes", "--irreversible")
    assert (ran.status, len(site.writes)) == (0, 2)
    back = moderation("apply", "undo", "plan.jsonl", "--yes")
    assert (back.status, len(site.writes), "no way back" in back.out) == (1, 3, True)


@pytest.mark.parametrize("to", CASES)
def test_an_id_that_is_none_of_the_platform_is_left(to, make_site, write_inputs, moderation):
    """No address, query or command is built from what does not look as the platform's ids do."""
    names = [
        "1;rm -rf /",
        "../1",
        "1' OR '1'='1",
        "4?force=true",
        "https://x.example/1",
        "１２",
        "",
    ]
    places = [("9", name, "unknown") for name in names]
    write_inputs(places, [("9", name, "spam", True) for name in names])
    site = make_site(CASES[to][0], {})
    made = moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", to, "--site",
                      site.url, "-o", "plan.jsonl", "--max-share", "1")  # fmt: skip
    assert (made.status, site.requests) == (0, [])
    assert "nothing to do: no plan is written" in made.out + made.err


RESTRICT = ("--set", "account=silence")


def test_mastodon_restricts_an_author_once_and_sends_no_mail(planned, moderation):
    site, _ = planned("mastodon", *RESTRICT)
    site.comments["1105"]["account"] = "7"
    before = site.bytes()
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, site.writes, site.kept.get("mails")) == (0, [("@7", "silence")], None)
    assert "1 written, 1 already so" in ran.err
    assert moderation("apply", "verify", "plan.jsonl").status == 0
    assert moderation("apply", "undo", "plan.jsonl", "--yes").status == 0
    assert (site.bytes(), site.writes[1:]) == (before, [("@7", "unsilence")])


def test_mastodon_leaves_an_author_whose_open_reports_it_would_close(planned, moderation):
    site, _ = planned("mastodon", *RESTRICT)
    file_report(site, "99", "7", ["1104"])
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, site.writes) == (1, [("@8", "silence")])
    assert "left alone" in ran.out
    assert "left alone: 1 open report: --set reports=close" in ran.err


def test_mastodon_leaves_an_author_who_was_suspended_meanwhile(planned, moderation):
    site, _ = planned("mastodon", *RESTRICT)
    moderation("apply", "run", "plan.jsonl", "--yes")
    site.comments["@7"]["suspended"] = True
    back = moderation("apply", "undo", "plan.jsonl", "--yes")
    assert (back.status, site.comments["@7"]["silenced"]) == (1, True)
    assert "found author suspended" in back.err


def test_mastodon_finds_its_report_behind_hundreds_of_others(planned, moderation):
    site, _ = planned("mastodon")
    moderation("apply", "run", "plan.jsonl", "--yes")
    site.kept["reports"] += [
        one | {"id": str(number), "account": {"id": "99"}}
        for number, one in enumerate(site.kept["reports"][:1] * 450, start=10)
    ]
    assert moderation("apply", "verify", "plan.jsonl").status == 0
    assert moderation("apply", "undo", "plan.jsonl", "--yes").status == 0
    assert site.writes[2:] == [("1105", "resolve"), ("1104", "resolve")]


def test_mastodon_tells_its_authors_itself(planned, moderation):
    planned("mastodon")
    (said := moderation)("apply", "run", "plan.jsonl", "--yes")
    ran = said("apply", "statements", "plan.jsonl", "ledger.jsonl", "scored.jsonl", "--policy",
               "policy.toml", "-o", "said")  # fmt: skip
    assert (ran.status, "tells authors of a measure itself" in ran.err) == (2, True)


def test_mastodon_approves_nothing(make_site, write_inputs, moderation):
    site = make_site(mastodon, {})
    write_inputs([("9", "1104", "unknown")], [("9", "1104", "spam", False)])
    made = moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "mastodon",
                      "--approve", "--site", site.url, "-o", "plan.jsonl")  # fmt: skip
    assert (made.status, "mastodon cannot approve" in made.err) == (0, True)


@pytest.mark.parametrize("state", ["heldForReview", "likelySpam"])
def test_youtube_finds_what_waits_in_the_lists_of_the_video(state, planned, moderation):
    site, _ = planned("youtube")
    top, reply = CASES["youtube"][1]
    site.comments |= {f"Ugz{k:020}": VIDEO | {"moderationStatus": state} for k in range(230)}
    site.comments[top]["moderationStatus"] = site.comments[reply]["moderationStatus"] = state
    ran = moderation("apply", "run", "plan.jsonl")
    found = {"heldForReview": ("pending", 0, "2 to write"), "likelySpam": ("spam", 1, "no way")}
    word, status, said = found[state]
    assert (ran.status, ran.out.count(f" {word} ") >= 2, said in ran.out + ran.err) == (
        status, True, True,
    )  # fmt: skip


def test_youtube_stops_when_the_quota_is_spent_and_goes_on_the_next_day(planned, moderation):
    site, _ = planned("youtube")
    site.kept["units"] = 60
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, len(site.writes)) == (1, 1)
    assert "run again after midnight in California" in ran.err
    site.kept["units"] = 10_000
    assert moderation("apply", "run", "plan.jsonl", "--yes").status == 0
    assert site.writes == CASES["youtube"][3]


def test_a_ghost_without_such_an_endpoint_is_no_ghost_without_the_comment(planned, moderation):
    site, _ = planned("ghost")
    answer = site.answer
    site.answer = lambda site, method, path, *more: answer(site, method, "/v2" + path, *more)
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, "Unknown Admin API endpoint" in ran.err) == (1, True)
    site.answer, site.comments = answer, {}
    assert "not on the site" in moderation("apply", "run", "plan.jsonl", "--yes").out


def test_a_redirect_is_not_followed(planned, moderation, make_site):
    site, _ = planned("wordpress-rest")
    other = make_site(wordpress, site.comments)
    site.answer = lambda *_: (301, {}, {"Location": f"{other.url}/"})
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, other.requests) == (1, [])
    assert "sends on to 127.0.0.1" in ran.out


def test_a_missing_secret_is_named(planned, moderation, monkeypatch):
    site, _ = planned("wordpress-rest")
    monkeypatch.delenv("WORDPRESS_APPLICATION_PASSWORD")
    ran = moderation("apply", "run", "plan.jsonl")
    assert (ran.status, site.requests) == (1, [])
    assert "moderation: WORDPRESS_APPLICATION_PASSWORD is not set" in ran.err


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("number", [1, 2])
def test_a_process_killed_right_after_a_write_goes_on(number, planned, moderation):
    site, _ = planned("wordpress-rest")
    command = [sys.executable, "-m", "moderation", "apply", "run", "plan.jsonl", "--yes"]
    started = []

    def kill():
        while not started:
            time.sleep(0.01)
        if len(site.writes) == number:
            os.kill(started[0].pid, signal.SIGKILL)

    site.after = kill
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started.append(subprocess.Popen(command, env=environment))
    assert started[0].wait(120) == -signal.SIGKILL
    assert len(site.writes) == number
    site.after = lambda: None
    assert moderation("apply", "run", "plan.jsonl", "--yes").status == 0
    assert site.writes == [("4", "spam"), ("5", "trash")]
    assert moderation("apply", "undo", "plan.jsonl", "--yes").status == 0
    assert site.comments == {"4": {"status": "1"}, "5": {"status": "0"}, "6": {"status": "1"}}


def test_a_webhook_is_signed_and_says_that_nobody_knows(make_site, write_inputs, moderation):
    site = make_site(webhook, {})
    write_inputs([("9", "a b", "approved")], [("9", "a b", "spam", True)])
    moderation("apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "webhook", "--site",
               f"{site.url}/hook", "-o", "plan.jsonl", "--max-share", "1")  # fmt: skip
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert (ran.status, ran.err.splitlines()[1:]) == (0, ["1 sent"])
    moderation("apply", "run", "plan.jsonl", "--yes")
    moderation("apply", "undo", "plan.jsonl", "--yes")
    assert site.writes == [("a b", "spam"), ("a b", "approved")]
    got = site.comments["got"][0]
    assert (got["thread_id"], got["from"], got["to"], got["undo"]) == (
        "9", "approved", "spam", False,
    )  # fmt: skip
    assert len(got["signature"]) == len("sha256=") + 64
