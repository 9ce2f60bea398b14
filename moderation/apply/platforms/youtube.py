"""YouTube, as the owner of the channel: comments are rejected, held for review, or published.

A comment that is asked for by its id comes without its moderation status, and a rejected one does
not come at all; so what waits is looked up in the video's lists of comments that wait, and one
that is in none is taken for rejected. Each change costs 50 of the 10,000 units of a day.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING, Any

from moderation.apply.http import (
    Client,
    access_token,
    check_site,
    checked_site,
    error_reasons,
)
from moderation.apply.secret import secret
from moderation.apply.target import (
    APPROVED,
    PENDING,
    REMOVED,
    SPAM,
    Change,
    Driver,
    Platform,
    Settings,
    Target,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.apply.http import Answer

_SECRETS = ("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET", "YOUTUBE_REFRESH_TOKEN")
_PATH = "/youtube/v3"
_VIDEO = re.compile(r"[0-9A-Za-z_-]{11}")
_STATES = {
    "published": APPROVED,
    "heldForReview": PENDING,
    "likelySpam": SPAM,
    "rejected": REMOVED,
}
_WORDS = {APPROVED: "published", PENDING: "heldForReview", REMOVED: "rejected"}
_WAITING = ("heldForReview", "likelySpam")
_SPENT = {"quotaExceeded", "dailyLimitExceeded"}
MOST_PAGES = 50  # of a hundred comments


class YouTube(Driver):
    """See target.Driver."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.spent = ""

    def read(self, target: Target) -> str | None:
        """See target.Driver."""
        parent, dot, _ = target.id.partition(".")
        if dot:  # the list of a comment's replies has their status
            found = self._snippets("comments", target, parentId=parent)
            return next((_state(one) for name, one in found if name == target.id), REMOVED)
        snippet = dict(self._snippets("comments", target, id=target.id)).get(target.id)
        if snippet is not None and "moderationStatus" in snippet:
            return _state(snippet)
        video = str((snippet or {}).get("videoId") or target.thread)
        if _VIDEO.fullmatch(video):
            for word in _WAITING:
                listed = self._snippets(
                    "commentThreads", target, videoId=video, moderationStatus=word
                )
                if any(name == target.id for name, _ in listed):
                    return _STATES[word]
        return REMOVED if snippet is None else APPROVED

    def write(self, target: Target, change: Change) -> str | None:
        """See target.Driver."""
        asked = {"id": target.id, "moderationStatus": _WORDS[str(change.after)]}
        query = urllib.parse.urlencode(asked)
        self._checked(
            self._client.post_form(f"{_PATH}/comments/setModerationStatus?{query}", {}), target
        )
        return None

    def _snippets(
        self, what: str, target: Target, **chosen: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each comment of a list, page by page, with what is said of it."""
        query = {"part": "snippet", "maxResults": "100", "textFormat": "plainText"} | chosen
        if "id" in query:
            del query["maxResults"]  # YouTube refuses the two together
        for _ in range(MOST_PAGES):
            answer = self._client.get(f"{_PATH}/{what}", query)
            if "commentNotFound" in error_reasons(answer):
                return
            self._checked(answer, target)
            items = answer.fields.get("items")
            if not isinstance(items, list):
                raise self._client.refusal(answer, f"comment {target.id}")
            for item in items:
                snippet = item.get("snippet") if isinstance(item, dict) else None
                if isinstance(snippet, dict):
                    yield str(item.get("id")), snippet
            following = answer.fields.get("nextPageToken")
            if not isinstance(following, str):
                return
            query["pageToken"] = following

    def _checked(self, answer: Answer, target: Target) -> None:
        if _SPENT & set(error_reasons(answer)):
            self.spent = (
                "the quota of YouTube's Data API is used up; run again after midnight in "
                "California, it goes on from here"
            )
        if not answer.good:
            raise self._client.refusal(answer, f"comment {target.id}")


def _state(snippet: dict[str, Any]) -> str:
    word = str(snippet.get("moderationStatus", "published"))
    return _STATES.get(word, word[:20])


def _open(settings: Settings) -> YouTube:
    name, key, refresh = map(secret, _SECRETS)
    door = Client(settings.options["token-site"], {}, (key, refresh))
    form = {"client_id": name, "client_secret": key, "refresh_token": refresh}
    token = access_token(door, "/token", form | {"grant_type": "refresh_token"})
    headers = {"Authorization": f"Bearer {token}"}
    return YouTube(Client(str(settings.site), headers, (key, refresh, token)))


def _check(settings: Settings) -> None:
    check_site(settings)
    checked_site(settings.options["token-site"])


YOUTUBE = Platform(
    about="comments on YouTube",
    id=re.compile(r"[0-9A-Za-z_-]{10,60}(?:\.[0-9A-Za-z_-]{10,60})?"),
    actions={"approve": APPROVED, "hold": PENDING, "spam": REMOVED, "remove": REMOVED},
    statuses={"approved": APPROVED, "pending": PENDING, "removed": REMOVED},
    open=_open,
    secrets=_SECRETS,
    options={"token-site": "https://oauth2.googleapis.com"},
    home="https://youtube.googleapis.com",
    returns=frozenset({APPROVED, PENDING, REMOVED}),
    check=_check,
)
