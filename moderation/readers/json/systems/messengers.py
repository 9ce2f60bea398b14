"""Messengers: what their own interfaces answer, and what they hand out of one's account."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from moderation.readers.json import settle
from moderation.readers.json.shape import JsonFormat, at
from moderation.readers.markup import as_utf8

if TYPE_CHECKING:
    from moderation.readers.json.shape import Record

_DISCORD_TALK = frozenset([0, 19, 20, 21, 23])  # said, answered, commands, what opened a thread
_FORWARD = 1


def _discord_parent(record: Record) -> Any:
    """What is answered in the same channel; pins, forwards and threads refer to messages too."""
    other = record.get("message_reference")
    if not isinstance(other, dict) or record.get("type") not in (0, 19):
        return None
    elsewhere = other.get("channel_id") not in (None, record.get("channel_id"))
    return None if elsewhere or other.get("type") == _FORWARD else other.get("message_id")


def _discord_kind(record: Record) -> str:
    return "message" if record.get("type") in _DISCORD_TALK else "service"


def _telegram_parent(record: Record) -> Any:
    """The message that is answered, in the same chat; being in a topic is no answer."""
    answered = record.get("reply_to")
    if not isinstance(answered, dict):
        return record.get("reply_to_msg_id")
    in_topic = answered.get("forum_topic") and not answered.get("reply_to_top_id")
    return None if in_topic or answered.get("reply_to_peer_id") else answered.get("reply_to_msg_id")


def _no_words(record: Record) -> str | None:
    service = record.get("_") == "MessageService"
    return "service messages left out" if service else None


def _bot_kind(record: Record) -> str:
    said = ("text", "caption", "photo", "video", "sticker", "voice", "audio", "document", "poll")
    return "message" if any(name in record for name in said) else "service"


def _unsent(record: Record) -> str:
    return "deleted" if record.get("is_unsent") is True else "unknown"


def _rocket_kind(record: Record) -> str:
    return "service" if record.get("t") not in (None, "", "e2e", "rm") else "message"


def _rocket_status(record: Record) -> str:
    hidden = record.get("_hidden") is True
    return "deleted" if record.get("t") == "rm" else "hidden" if hidden else "unknown"


def _with_topics(root: Any) -> None:
    """Write into Zulip's messages what names their thread, and words that are no HTML as such."""
    messages = root.get("messages") if isinstance(root, dict) else root
    for message in messages if isinstance(messages, list) else ():
        stream = at(message, "display_recipient")
        raw = isinstance(message, dict) and message.get("content_type") == "text/x-markdown"
        if raw and isinstance(message.get("content"), str):
            message["content"] = escape(message["content"]).replace("\n", "<br>")
        if isinstance(stream, str):
            message[TOPIC] = f"{stream} > {message.get('subject')}"


TOPIC = "(stream and topic)"
_SENDERS = frozenset(["from", "from_id", "peer_id", "chat", "entities", "media", "photo", "u"])

MESSENGERS = (
    JsonFormat(
        "discord-api",
        "Discord: messages as its API gives them to bots",
        keys=("id", "channel_id", "content", "author", "timestamp", "type"),
        signs=("mention_everyone|edited_timestamp|tts|pinned",),
        text="content",
        instead="message_snapshots.0.message.content|poll.question.text|attachments.0.filename|"
        "embeds.0.title|embeds.0.description|sticker_items.0.name",
        parent=_discord_parent,
        thread="channel_id",
        author="author.global_name|author.username",
        time="timestamp",
        usual_kind="message",
        kind=_discord_kind,
        shut=frozenset(["author", "mentions", "referenced_message", "message_snapshots", "embeds"]),
    ),
    JsonFormat(
        "telegram-api",
        "Telegram: messages as Telethon and Pyrogram write them",
        keys=("_=Message|_=MessageService", "id", "date", "message|action|text"),
        signs=("peer_id|to_id|from_id|chat|reply_to",),
        text="message|text|caption",
        parent=_telegram_parent,
        thread="peer_id.channel_id|peer_id.chat_id|peer_id.user_id|to_id.channel_id|chat.id",
        author="post_author|from_id.user_id|from_id.channel_id|from_id|from_user.first_name",
        time="date",
        usual_kind="message",
        only=_no_words,
        shut=_SENDERS | {"fwd_from", "reactions", "replies", "from_user", "reply_markup"},
    ),
    JsonFormat(
        "telegram-bot",
        "Telegram: updates as a bot gets them",
        keys=("message_id", "chat", "date"),
        signs=("from|sender_chat|author_signature",),
        text="text|caption|poll.question",
        id="message_id",
        parent="reply_to_message.message_id",
        thread="chat.id",
        author="from.first_name|from.username|sender_chat.title|author_signature",
        time="date",
        url="edit_date",
        title="chat.title",
        usual_kind="message",
        kind=_bot_kind,
        settle=settle.latest,
        shut=_SENDERS | {"reply_to_message", "pinned_message", "external_reply", "quote"},
    ),
    JsonFormat(
        "messenger",
        "Facebook Messenger and Instagram: one's own messages, of a personal export",
        keys=("sender_name", "timestamp_ms"),
        text="content",
        instead="share.link|photos.0.uri|videos.0.uri|audio_files.0.uri|files.0.uri|sticker.uri",
        author="sender_name",
        time="timestamp_ms",
        usual_kind="message",
        status=_unsent,
        post=("participants", "messages"),
        post_id="thread_path",
        post_url="",
        fix=as_utf8,
        fix_title=as_utf8,
        shut=frozenset(["reactions", "photos", "videos", "audio_files", "gifs", "share", "users"]),
    ),
    JsonFormat(
        "rocketchat",
        "Rocket.Chat: messages of a room",
        keys=("_id", "rid", "msg", "u"),
        signs=("ts|_updatedAt",),
        text="msg",
        instead="attachments.0.text|attachments.0.title|file.name",
        id="_id",
        parent="tmid",
        thread="rid",
        author="u.name|u.username",
        time="ts",
        usual_kind="message",
        kind=_rocket_kind,
        status=_rocket_status,
        shut=_SENDERS | {"mentions", "channels", "reactions", "replies", "urls", "attachments"},
    ),
    JsonFormat(
        "zulip",
        "Zulip: messages of its API, or of an export",
        keys=("id", "content", "sender_full_name|sender", "subject|topic"),
        signs=("display_recipient|recipient_id|rendered_content",),
        text="<content",
        thread=f"{TOPIC}|subject|topic",
        author="sender_full_name",
        time="timestamp|date_sent",
        usual_kind="message",
        prepare=_with_topics,
        shut=_SENDERS | {"reactions", "submessages", "topic_links", "edit_history", "flags"},
    ),
)
