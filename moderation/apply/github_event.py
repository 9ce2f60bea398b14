"""One comment, as the event that GitHub wrote when it came: score it, say so, hide it if asked.

The comment is hostile. It is read from the event's file and nowhere else, and nothing of it but a
few escaped words is written anywhere: lines that begin with `::` are orders to GitHub's runner,
and the summary of a run is Markdown with HTML.

Source: docs.github.com, "Workflow commands for GitHub Actions", "Webhook events and payloads".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from moderation.apply.target import APPROVED, REMOVED, SPAM, Change, Driver, Target
from moderation.errors import ApplyError, InputError
from moderation.terminal import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from moderation.model.explanation import Explanation
    from moderation.model.model import Model

LARGEST = 32 << 20  # bytes: GitHub sends no event above 25 MB
WORDS = 3  # of the reasons
_LONGEST = 40  # characters of a word or name
_PLACES = (  # what was written, and what it stands under
    ("comment", ("issue", "pull_request", "discussion")),
    ("review", ("pull_request",)),
    ("issue", ()),
    ("discussion", ()),
    ("pull_request", ()),
)
_WRITTEN = {"created", "edited", "opened", "submitted"}
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WHY = {"spam": SPAM, "slur": REMOVED, "abuse": REMOVED}


class Event(NamedTuple):
    """What somebody wrote. id: the node's. title, above: of what it stands under.

    hideable: GitHub hides comments and reviews, not issues and discussions.
    """

    id: str
    text: str
    author: str
    association: str
    address: str
    title: str
    above: str
    hideable: bool


class Flag(NamedTuple):
    """One flag. words: those that account for it most, as they stand in the comment."""

    label: str
    score: float
    threshold: float
    words: list[str]


def read_event(path: Path) -> Event | None:
    """What the event's file says; None if nothing was written, or somebody took it back.

    Raises InputError if it is no event.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InputError(f"{path}: larger than any event of GitHub's ({LARGEST >> 20} MB)")
    try:
        payload = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}: no event of GitHub's: {error}") from None
    if not isinstance(payload, dict):
        raise InputError(f"{path}: no event of GitHub's: not a JSON object")
    if payload.get("action", "created") not in _WRITTEN:
        return None
    for name, places in _PLACES:
        if isinstance(payload.get(name), dict):
            above: dict[str, Any] = next(
                (payload[one] for one in places if _is(payload.get(one))), {}
            )
            return _event(payload[name], above, hideable=bool(places))
    return None


def _is(value: Any) -> bool:
    return isinstance(value, dict)


def _event(written: Mapping[str, Any], above: Mapping[str, Any], *, hideable: bool) -> Event | None:
    def told(of: Mapping[str, Any], name: str) -> str:
        value = of.get(name)
        return value if isinstance(value, str) else ""

    user = written.get("user")
    title = told(written, "title")
    text = "\n\n".join(filter(None, (title, prose(told(written, "body")))))
    if not text.strip():
        return None
    return Event(
        told(written, "node_id"),
        text,
        told(user, "login") if isinstance(user, dict) else "",
        told(written, "author_association").upper(),
        told(written, "html_url"),
        told(above, "title"),
        prose(told(above, "body")),
        hideable,
    )


def prose(markdown: str) -> str:
    """Markdown without its fenced code and hidden remarks: neither is said to anybody."""
    lines, fence = [], ""
    for line in _without_remarks(markdown).splitlines():
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        else:
            lines.append(line)
    return "\n".join(lines).strip()


def _without_remarks(markdown: str) -> str:
    parts = markdown.split("<!--")
    kept = [parts[0]]
    for place, part in enumerate(parts[1:], 1):
        _, end, after = part.partition("-->")
        if not end:  # nothing below ends it either: it hides nothing
            return "".join([*kept, "<!--", "<!--".join(parts[place:])])
        kept.append(after)
    return "".join(kept)


def judged(event: Event, model: Model, labels: Sequence[str]) -> list[Flag]:
    """The flags among `labels`, surest first."""
    found = model.explain(event.text, title=event.title or None, article=event.above or None)
    flags = [
        Flag(one.label, one.score, one.threshold, _words(one))
        for one in found
        if one.label in labels and one.score is not None and one.score >= one.threshold
    ]
    return sorted(flags, key=lambda flag: -flag.score)


def _words(one: Explanation) -> list[str]:
    if one.parts is None:
        return []
    spans = sorted(one.parts.spans, key=lambda span: -span[2])
    words = (one.text[start:end] for start, end, share in spans if share > 0)
    return list(dict.fromkeys(words))[:WORDS]


def hidden(event: Event, flags: Sequence[Flag], driver: Driver) -> bool:
    """Hide the comment, and prove it by reading back; False if there is nothing to hide.

    Raises ApplyError if it does not show as hidden afterwards.
    """
    wanted = next((_WHY[flag.label] for flag in flags if flag.label in _WHY), None)
    if wanted is None or not event.hideable or not event.id:
        return False
    target = Target("", event.id, "")
    if driver.read(target) != APPROVED:
        return False
    driver.write(target, Change(APPROVED, wanted))
    if driver.read(target) != wanted:
        raise ApplyError(f"GitHub says that {safe(event.id)[:_LONGEST]} is hidden, and shows it")
    return True


def annotation(event: Event, flags: Sequence[Flag]) -> str:
    """The order to GitHub's runner that shows the flags beside the run: one line."""
    labels = ", ".join(f"{flag.label} {flag.score:.2f}" for flag in flags)
    text = f"comment by {_short(event.author)}: {labels}; {_address(event.address)}"
    return f"::warning title={_property('moderation')}::{_data(text)}"


def summary(event: Event, flags: Sequence[Flag], *, is_hidden: bool) -> str:
    """The same as Markdown, for the run's summary."""
    rows = "".join(
        f"| {_inert(flag.label)} | {flag.score:.3f} | {flag.threshold:.3f} "
        f"| {', '.join(f'<code>{_inert(_short(word))}</code>' for word in flag.words)} |\n"
        for flag in flags
    )
    done = "hidden" if is_hidden else "left as it is"
    address = _address(event.address)
    where = f"[comment]({address})" if address else "comment"
    return (
        f"### moderation\n\nA {where} by {_inert(_short(event.author))} is flagged; it was {done}."
        f"\n\n| label | score | threshold | words |\n|---|---|---|---|\n{rows}\n"
    )


def _short(text: str) -> str:
    return safe(" ".join(text.split()))[:_LONGEST]


def _address(text: str) -> str:
    """The address if it is a plain one."""
    return text if re.fullmatch(r"https?://[\w./#:-]{1,300}", text, re.ASCII) else ""


def _inert(text: str) -> str:
    """Text that is neither Markdown, HTML nor a mention: all marks as numbers."""
    return "".join(
        one if one.isalnum() or one == " " or not one.isascii() else f"&#{ord(one)};"
        for one in text
    )


def _data(text: str) -> str:
    """As the text of an order: what GitHub's own toolkit escapes."""
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
