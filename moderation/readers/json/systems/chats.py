"""Chats: flat streams of messages, with threads where the system has them."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from moderation.readers.json import settle
from moderation.readers.json.shape import JsonFormat, at
from moderation.readers.json.walk import objects

if TYPE_CHECKING:
    from moderation.readers.json.shape import Record

_SLACK_WORDS = "bot_message thread_broadcast me_message file_share file_comment tombstone"
_SLACK_TALK = frozenset([None, "", *_SLACK_WORDS.split()])
_SLACK_PARTS = ("text", "elements", "fields", "title")  # of a block, in the order they are shown
_SLACK_LINK = re.compile(r"<([@#!])?([^<>|]+)(?:\|([^<>]*))?>")
_MATRIX_QUOTE = re.compile(r"> (?:\* )?<@[^\n]*\n(?:>[^\n]*\n)*\n?")
CHANNEL = "(its channel)"
EDITED = "(the message that it edits)"


def _slack_parent(record: Record) -> Any:
    """The message that opened the thread; a message that opens one names itself."""
    root = record.get("thread_ts")
    return None if root == record.get("ts") else root


def _slack_kind(record: Record) -> str:
    subtype = record.get("subtype")
    return "message" if subtype in _SLACK_TALK or record.get("thread_ts") else "service"


def _slack_status(record: Record) -> str:
    return "deleted" if record.get("subtype") == "tombstone" else "unknown"


def slack_text(text: str) -> str:
    """Slack's markup of links and names as people see it.

    >>> slack_text("<@U1> see <https://a.b|this> in <#C1|general> &amp; <!here>")
    '@U1 see this (https://a.b) in #general & @here'
    """
    return unescape(_SLACK_LINK.sub(_link, text)) if "<" in text or "&" in text else text


def _link(found: re.Match[str]) -> str:
    sign, target, label = found.groups()
    if sign:
        return ("#" if sign == "#" else "@") + (label or target.split("^")[0]).lstrip("@#")
    target = target.removeprefix("mailto:")
    return f"{label} ({target})" if label and label != target else target


def _with_block_texts(root: Any) -> None:
    """Write what a message's blocks say into it, where it has no text of its own."""
    stack = [root.get("messages", [root]) if isinstance(root, dict) else root]
    while stack:
        messages = stack.pop()
        for message in messages if isinstance(messages, list) else ():
            if not isinstance(message, dict):
                continue
            stack.append(message.get("slackdump_thread_replies"))
            blocks = message.get("blocks")
            if isinstance(blocks, list) and not message.get("text"):
                message["text"] = "\n".join(filter(None, map(_block_text, blocks)))


def _block_text(block: Any) -> str:
    """The words of a block of Slack's, and of those within it; fields stand each on a line."""
    if isinstance(block, list):
        return "".join(map(_block_text, block))
    if not isinstance(block, dict):
        return ""
    if isinstance(block.get("text"), str):
        return str(block["text"])
    if isinstance(block.get("url"), str):
        return str(block["url"])
    within = (_block_text(block[part]) for part in _SLACK_PARTS if part in block)
    return "\n".join(filter(None, within))


def _discord_parent(record: Record) -> Any:
    """What is answered, in the same channel; pins and forwards refer to messages as well."""
    other = record.get("reference")
    if not isinstance(other, dict) or record.get("type") not in ("Default", "Reply"):
        return None
    elsewhere = record.get(CHANNEL) and other.get("channelId") not in (None, record[CHANNEL])
    forwarded = other.get("type") == "Forward" or "forwardedMessage" in record
    return None if elsewhere or forwarded else other.get("messageId")


def _discord_kind(record: Record) -> str:
    talk = ("Default", "Reply", "ThreadStarterMessage", "ChatInputCommand", "ContextMenuCommand")
    return "message" if record.get("type") in talk else "service"


def _with_channel(root: Any) -> None:
    """Write the channel into its messages: replies may be to those of another."""
    channel = at(root, "channel.id")
    messages = root.get("messages") if isinstance(root, dict) else None
    if channel is not None and isinstance(messages, list):
        for message in messages:
            if isinstance(message, dict):
                message[CHANNEL] = channel


def _matrix_parent(record: Record) -> Any:
    """What a message answers; in a thread, what opened it, unless it says that it answers more."""
    relation = _relation(record.get("content"))
    answered = relation.get("m.in_reply_to")
    of_thread = relation.get("rel_type") == "m.thread"
    if of_thread and (relation.get("is_falling_back") or not isinstance(answered, dict)):
        return relation.get("event_id")
    return answered.get("event_id") if isinstance(answered, dict) else None


def _relation(content: Any) -> dict[str, Any]:
    relation = content.get("m.relates_to") if isinstance(content, dict) else None
    return relation if isinstance(relation, dict) else {}


def _with_own_words(root: Any) -> None:
    """Leave out of each message what it quotes, and write the text of an edit as its own."""
    for node in objects(root):
        content = node.get("content")
        if not isinstance(content, dict) or not isinstance(content.get("body"), str):
            continue
        relation = _relation(content)
        new = content.get("m.new_content")
        if relation.get("rel_type") == "m.replace" and isinstance(new, dict):
            node[EDITED] = relation.get("event_id")
            content["body"] = new.get("body") or content["body"]
        elif "m.in_reply_to" in relation:
            content["body"] = _MATRIX_QUOTE.sub("", content["body"])


def _encrypted(record: Record) -> str | None:
    return None if record.get("type") != "m.room.encrypted" else "encrypted messages left out"


def _matrix_status(record: Record) -> str:
    unsigned = record.get("unsigned")
    because = unsigned.get("redacted_because") if isinstance(unsigned, dict) else None
    if not isinstance(because, dict):
        return "unknown"
    return "deleted" if because.get("sender") == record.get("sender") else "removed"


_PART_NAMES = (
    "blocks attachments files reactions replies root user_profile bot_profile reference embeds "
    "stickers mentions author interaction forwardedMessage inlineEmojis message_reference "
    "referenced_message message_snapshots"
)
_PARTS = frozenset(_PART_NAMES.split())  # of a message

CHATS = (
    JsonFormat(
        "slack",
        "Slack: a day of a channel in an export, or a channel of slackdump",
        keys=("type=message", "ts"),
        signs=("user|bot_id|username|subtype", "text|blocks|files|attachments"),
        text="text",
        instead="attachments.0.fallback|attachments.0.text|files.0.title|files.0.name",
        id="ts",
        parent=_slack_parent,
        author="user_profile.real_name|user|username|bot_profile.name|bot_id",
        time="ts",
        usual_kind="message",
        kind=_slack_kind,
        status=_slack_status,
        post=("messages", "channel_id|name"),
        post_id="name|channel_id",
        post_title="name",
        post_url="",
        fix=slack_text,
        prepare=_with_block_texts,
        settle=settle.slack,
        shut=_PARTS,
    ),
    JsonFormat(
        "discord",
        "Discord: a channel as DiscordChatExporter writes it",
        keys=("id", "type", "content", "timestamp", "author"),
        signs=("timestampEdited|isPinned|callEndedTimestamp", "attachments|embeds|mentions"),
        outer=("channel", "messages", "guild|exportedAt"),
        text="content",
        instead="forwardedMessage.content|attachments.0.fileName|embeds.0.title|"
        "embeds.0.description|stickers.0.name",
        parent=_discord_parent,
        author="author.nickname|author.name",
        time="timestamp",
        url="timestampEdited",
        usual_kind="message",
        kind=_discord_kind,
        post=("channel", "messages"),
        post_id="channel.id",
        post_title="channel.name",
        post_text="channel.topic",
        post_url="",
        prepare=_with_channel,
        settle=settle.latest,
        shut=_PARTS,
    ),
    JsonFormat(
        "matrix",
        "Matrix: a room as Element or the API gives it",
        keys=(
            "event_id",
            "sender",
            "type=m.room.message|type=m.sticker|type=m.room.encrypted",
            "content",
        ),
        signs=("origin_server_ts",),
        outer=("messages|chunk", "room_name|start|exported_by"),
        text="content.body",
        id="event_id",
        parent=_matrix_parent,
        thread="room_id",
        author="sender",
        time="origin_server_ts",
        url=EDITED,
        usual_kind="message",
        status=_matrix_status,
        only=_encrypted,
        prepare=_with_own_words,
        settle=settle.edits,
        shut=frozenset(["content", "unsigned"]),
    ),
)
