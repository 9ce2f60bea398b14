"""Chats that DiscordChatExporter and Telegram wrote as pages."""

from moderation.readers import read


def page(tmp_path, body, name="chat.html"):
    path = tmp_path / name
    path.write_text(f"<!DOCTYPE html><html><body>{body}</body></html>", encoding="utf-8")
    dump = read(path)
    assert dump.formats[str(path)][0] == "chat-page"
    return dump


REPLY = (
    "<div class=chatlog__reply><div class=chatlog__reply-author>Ada</div>"
    "<div class=chatlog__reply-content><span class=chatlog__reply-link "
    "onclick=\"scrollToMessage(event, '{}')\"><span>who has any seeds for us?</span></span>"
    "</div></div>"
)
TEXT = '<div class="chatlog__content chatlog__markdown"><span>{}</span></div>'
NAME = "<span class=chatlog__author title=x>{}</span> "
STAMP = '<span class=chatlog__timestamp title="Monday, May 1, 2023 10:00 AM">01/05</span>'
NOTICE = (
    "<div class=chatlog__message-container data-message-id=5><div class=chatlog__message>"
    "<div class=chatlog__system-notification><span "
    "class=chatlog__system-notification-author>Cy</span> <span "
    "class=chatlog__system-notification-content>pinned a message</span></div></div></div>"
)
SMILE = '<img class="chatlog__emoji" alt=":wave:" src=x>'
EDITED = "<span class=chatlog__edited-timestamp>(edited)</span>"
FILE = '<div class=chatlog__attachment><a href="https://x/a/leaf.png"><img src=y></a></div>'


def discord(number, *parts):
    inner = f"<div class=chatlog__message>{''.join(parts)}{STAMP}</div>"
    return f"<div class=chatlog__message-container data-message-id={number}>{inner}</div>"


def test_messages_of_discord_with_answers_files_and_notices(tmp_path):
    body = (
        "<div class=preamble><div class=preamble__entry>Town</div><div class=preamble__entry>garden"
        "</div></div><div class=chatlog>"
        + discord(1, NAME.format("Ada"), TEXT.format("who has any seeds for us?"))
        + discord(2, TEXT.format(f"nobody? {SMILE} {EDITED}"))
        + discord(3, REPLY.format(1), NAME.format("Bob"), TEXT.format("I do, three kinds"))
        + discord(4, FILE)
        + NOTICE
        + "</div>"
    )
    dump = page(tmp_path, body)
    rows = dump.comments[["id", "parent_id", "author", "text", "kind"]].fillna("")
    assert sorted(map(tuple, rows.values.tolist())) == [
        ("1", "", "Ada", "who has any seeds for us?", "message"),
        ("2", "", "Ada", "nobody? :wave:", "message"),
        ("3", "1", "Bob", "I do, three kinds", "message"),
        ("4", "", "Bob", "leaf.png", "message"),
        ("5", "", "Cy", "pinned a message", "service"),
    ]
    assert dump.comments["thread_id"].unique().tolist() == ["garden"]
    assert len(dump.rejects) == 0


def test_a_group_of_an_older_page_names_who_speaks_once(tmp_path):
    group = (
        '<div class="chatlog__message-group"><span class="chatlog__author-name">{}</span>'
        '<span class="chatlog__timestamp">05-Mar-20 10:12 AM</span>{}</div>'
    )
    said = (
        '<div class="chatlog__message" data-message-id="{}"><div class="chatlog__content">'
        '<div class="markdown">{}</div></div></div>'
    )
    first = group.format("ada", said.format(1, "who has seeds?") + said.format(2, "or beans"))
    dump = page(tmp_path, first + group.format("bob", said.format(3, "I do")))
    assert dump.comments[["author", "text"]].values.tolist() == [
        ["ada", "who has seeds?"],
        ["ada", "or beans"],
        ["bob", "I do"],
    ]


FROM = '<div class="from_name">{}</div>'
ANSWER = '<div class="reply_to details">In reply to <a href="#go_to_message{}">this</a></div>'
DAY = (
    '<div class="message service" id="message-1">'
    '<div class="body details">1 February 2024</div></div>'
)


FORWARDED = (
    '<div class="message default clearfix joined" id="message5"><div class="body">'
    '<div class="pull_right date details" title="01.02.2024 10:00:05 UTC+01:00">10:00</div>'
    '<div class="forwarded body"><div class="from_name">The News of Our Town '
    '<span class="date details" '
    'title="01.01.2020 10:00:00">2020</span></div><div class="text">as it was</div></div>'
    "</div></div>"
)


def telegram(number, text, *parts):
    moment = f"01.02.2024 10:00:0{number} UTC+01:00"
    stamp = f'<div class="pull_right date details" title="{moment}">10:00</div>'
    return (
        f'<div class="message default clearfix" id="message{number}"><div class="body">{stamp}'
        f'{"".join(parts)}<div class="text">{text}</div></div></div>'
    )


def test_messages_of_telegram_with_answers_and_zones(tmp_path):
    body = (
        '<div class="page_header"><div class="text bold">Garden</div></div><div class="history">'
        + DAY
        + telegram(2, "who has seeds?<br>and pots?", FROM.format("Ada"))
        + telegram(3, "nobody?")
        + FORWARDED
        + telegram(4, "I do", FROM.format("Bob"), ANSWER.format(2))
        + "</div>"
    )
    dump = page(tmp_path, body)
    rows = dump.comments[["id", "parent_id", "author", "text", "thread_id"]].fillna("")
    assert sorted(map(tuple, rows.values.tolist())) == [
        ("2", "", "Ada", "who has seeds?\nand pots?", "Garden"),
        ("3", "", "Ada", "nobody?", "Garden"),
        ("4", "2", "Bob", "I do", "Garden"),
        ("5", "", "Ada", "as it was", "Garden"),
    ]
    assert str(dump.comments["created_at"].min()) == "2024-02-01 09:00:02+00:00"
    assert [note.partition(": ")[2] for note in dump.notes] == ["1 service messages left out"]
