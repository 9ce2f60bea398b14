"""Mailboxes: answers by heads, words in any charset, quotations left out."""

import base64

from moderation.readers import read

ANSWER = "I do, für dich.\n\nOn Mon, Jan 1, 2024 at 10:00 AM Jürgen wrote:\n> Who has seeds?\n"
FIRST = (
    "From a@mail.example Mon Jan  1 10:00:00 2024\n"
    "Date: Mon, 01 Jan 2024 10:00:00 +0000\nFrom: =?utf-8?q?J=C3=BCrgen?= <a@mail.example>\n"
    "Subject: The\n garden\nMessage-ID: <m1@mail.example>\n\n"
    "Who has seeds?\n>From there on I have none.\n-- \nJ. from the\nharbour\n\n"
)
SECOND = (
    "From b@mail.example Mon Jan  1 11:00:00 2024\n"
    "Date: Mon, 01 Jan 2024 11:00:00 +0100\nFrom: Bo <b@mail.example>\n"
    "Subject: Re: The garden\nMessage-ID: <m2@mail.example>\nIn-Reply-To: <m1@mail.example>\n"
    "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n"
    + base64.b64encode(ANSWER.encode("latin-1")).decode()
    + "\n\n"
)
THIRD = (
    "From c@mail.example Mon Jan  1 12:00:00 2024\n"
    "Date: Mon, 01 Jan 2024 12:00:00 +0000\nFrom: Cy <c@mail.example>\nSubject: AW: The garden\n"
    "Message-ID: <m3@mail.example>\nReferences: <m1@mail.example>\n <m2@mail.example>\n"
    "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=xx\n\n--xx\n"
    "Content-Type: text/html\n\n<p>Me <b>too</b></p>\n--xx\nContent-Type: text/plain\n\nMe too\n"
    "--xx--\n\n"
)


def test_answers_words_and_titles(tmp_path):
    path = tmp_path / "list.mbox"
    path.write_text(FIRST + SECOND + THIRD)
    dump = read(path)
    comments = dump.comments
    assert comments["text"].tolist() == [
        "Who has seeds?\nFrom there on I have none.",
        "I do, für dich.",
        "Me too",
    ]
    assert comments["depth"].tolist() == [1, 2, 3]
    assert comments["author"].tolist() == ["Jürgen", "Bo", "Cy"]
    assert comments["kind"].unique().tolist() == ["message"]
    assert dump.threads[["thread_id", "title"]].values.tolist() == [
        ["m1@mail.example", "The garden"]
    ]
    assert len(dump.rejects) == 0


def test_answers_to_a_mail_that_is_not_there_are_one_thread(tmp_path):
    path = tmp_path / "list.mbox"
    path.write_text(SECOND + THIRD.replace(" <m2@mail.example>\n", ""))
    comments = read(path).comments
    assert comments["thread_id"].unique().tolist() == ["m1@mail.example"]
    assert comments["depth"].tolist() == [1, 1]


def test_one_message_alone(tmp_path):
    path = tmp_path / "mail.eml"
    path.write_text(THIRD.partition("\n")[2])
    dump = read(path)
    assert dump.comments["text"].tolist() == ["Me too"]
    assert [name for name, _ in dump.formats.values()] == ["mbox"]


def test_lines_that_end_in_any_way(tmp_path):
    mails = [
        f"From a@b.example Mon Jan  1 10:00:00 2024\nDate: Mon, 01 Jan 2024 10:00:0{n} +0000\n"
        f"From: A{n} <a@b.example>\nMessage-ID: <m{n}@b.example>\n\nMine, number {n}.\n\n"
        for n in range(3)
    ]
    ends = ["\r", "\r\n", "\n"]
    content = "".join(mail.replace("\n", end) for mail, end in zip(mails, ends, strict=True))
    content += (
        "From a@b.example Mon Jan  1 10:00:00 2024\r\nX-A: b\r\nX-B: c\r\nX-C: d\r\n\r\nOdd.\r\n"
    )
    path = tmp_path / "list.mbox"
    path.write_bytes(content.encode())
    dump = read(path)
    assert sorted(dump.comments["text"]) == [f"Mine, number {n}." for n in range(3)]
    (place,) = dump.rejects["place"]
    first, last = place.rpartition("bytes ")[2].split(" to ")
    assert content[int(first) : int(last)].startswith("X-A: b")
