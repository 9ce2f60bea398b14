"""DiscordChatExporter's plain text and CSV."""

from moderation.readers import read

RULE = "=" * 62


def channel(tmp_path, *messages, topic=""):
    path = tmp_path / "garden.txt"
    head = f"{RULE}\nGuild: Town\nChannel: Talk / garden\n{topic}{RULE}\n\n"
    end = f"{RULE}\nExported {len(messages)} message(s)\n{RULE}\n"
    path.write_text(head + "\n".join(messages) + "\n" + end, encoding="utf-8")
    return read(path)


def test_messages_with_lines_that_go_on_and_files(tmp_path):
    dump = channel(
        tmp_path,
        "[31-Jan-24 09:05 AM] ada#1234\nwho has seeds?\n",
        "[31-Jan-24 09:05 PM] bob (pinned)\nI do:\n\n[1] peas\n[2] beans\n\n{Reactions}\n👍 (2)\n",
        "[01-Feb-24 12:00 AM] ada#1234\n{Attachments}\nhttps://x.example/leaf.png\n",
        topic="Topic: all about the garden\n",
    )
    rows = dump.comments[["author", "text"]].values.tolist()
    assert rows == [
        ["ada#1234", "who has seeds?"],
        ["bob", "I do:\n\n[1] peas\n[2] beans"],
        ["ada#1234", "https://x.example/leaf.png"],
    ]
    assert dump.comments["created_at"].dt.strftime("%m-%d %H:%M").tolist() == [
        "01-31 09:05",
        "01-31 21:05",
        "02-01 00:00",
    ]
    assert dump.comments["thread_id"].unique().tolist() == ["Talk / garden"]
    assert (len(dump.rejects), dump.notes) == (0, [])


def test_dates_in_numbers_are_settled_by_all_of_them(tmp_path):
    dump = channel(tmp_path, "[3/4/2023 5:06 PM] ada\none\n", "[3/14/2023 5:06 PM] bob\ntwo\n")
    assert str(dump.comments["created_at"].tolist()[0]) == "2023-03-04 17:06:00+00:00"


def test_a_message_of_the_csv_without_words_is_its_file(tmp_path):
    path = tmp_path / "garden.csv"
    path.write_text(
        "AuthorID,Author,Date,Content,Attachments,Reactions\n"
        '"1","ada","2021-03-04T05:06:07.0000000+00:00","hello, all","",""\n'
        '"2","bob","2021-03-04T05:07:07.0000000+00:00","","https://x.example/a.png",""\n'
    )
    dump = read(path)
    assert dump.comments[["author", "text", "kind"]].values.tolist() == [
        ["ada", "hello, all", "message"],
        ["bob", "https://x.example/a.png", "message"],
    ]
