"""The doubles answer the platforms' own clients too, unmodified: they speak as the real ones do."""

import jwt
import praw
import pytest
from google.oauth2.credentials import Credentials
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from mastodon import Mastodon
from site_doubles import reddit
from social_doubles import GHOST_KEY, account, mastodon, youtube

from moderation.apply.platforms.ghost import Ghost


def test_mastodon_py_files_lists_and_closes_a_report(make_site):
    site = make_site(mastodon, {"1104": {"account": "7", "reported": False}, "@7": account()})
    api = Mastodon(access_token="mastodon-token", api_base_url=site.url,
                          version_check_mode="none")  # fmt: skip
    assert str(api.account_verify_credentials()["id"]) == "1"
    status = api.status("1104")
    filed = api.report(status["account"]["id"], ["1104"], "an advert", category="spam")
    assert [str(one["id"]) for one in api.admin_reports(target_account_id="7")] == [
        str(filed["id"])
    ]
    api.admin_report_resolve(filed["id"])
    assert (api.admin_reports(), site.writes) == ([], [("1104", "spam"), ("1104", "resolve")])
    api.admin_account_moderate("7", action="silence")
    assert site.comments["@7"]["silenced"] is True
    api.admin_account_unsilence("7")
    assert site.comments["@7"]["silenced"] is False


def test_googles_client_by_its_static_description_hides_and_shows(make_site):
    one = {"moderationStatus": "published", "videoId": "dQw4w9WgXcQ"}
    site = make_site(youtube, {"UgzTop-4AaABAg": dict(one), "UgzTop-4AaABAg.9_r1": dict(one)})
    api = discovery.build(
        "youtube", "v3", credentials=Credentials("youtube-bearer"),
        static_discovery=True, client_options={"api_endpoint": site.url},
    )  # fmt: skip
    (found,) = api.comments().list(part="snippet", id="UgzTop-4AaABAg").execute()["items"]
    assert "moderationStatus" not in found["snippet"]
    set_status = api.comments().setModerationStatus
    set_status(id="UgzTop-4AaABAg", moderationStatus="heldForReview").execute()
    held = {"part": "snippet", "videoId": "dQw4w9WgXcQ", "moderationStatus": "heldForReview"}
    assert [one["id"] for one in api.commentThreads().list(**held).execute()["items"]] == [
        "UgzTop-4AaABAg"
    ]
    replies = api.comments().list(part="snippet", parentId="UgzTop-4AaABAg").execute()["items"]
    assert replies[0]["snippet"]["moderationStatus"] == "published"
    with pytest.raises(HttpError, match="supported"):
        set_status(id="UgzTop-4AaABAg", moderationStatus="likelySpam").execute()
    site.kept["units"] = 0
    with pytest.raises(HttpError, match="quota"):
        set_status(id="UgzTop-4AaABAg", moderationStatus="rejected").execute()


def test_praw_removes_and_approves(make_site):
    live = {"removed": False, "spam": False, "banned_by": None, "author": "ann"}
    site = make_site(reddit, {"t1_4": live})
    api = praw.Reddit(client_id="reddit-client", client_secret="reddit-secret",
                      refresh_token="reddit-refresh", user_agent="test", oauth_url=site.url,
                      reddit_url=site.url, check_for_updates=False)  # fmt: skip
    api.comment("4").mod.remove(spam=True)
    assert site.comments["t1_4"]["spam"] is True
    api.comment("4").mod.approve()
    assert site.comments["t1_4"]["removed"] is False


def test_a_token_library_takes_our_token_for_ghost():
    name, key = GHOST_KEY
    header = Ghost(None, name, bytes.fromhex(key))._signed()["Authorization"]
    token = header.removeprefix("Ghost ")
    claims = jwt.decode(token, bytes.fromhex(key), algorithms=["HS256"], audience="/admin/")
    assert claims["exp"] - claims["iat"] < 300
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": name}
