"""WhatsApp's chats: dates as phones write them, lines that go on, notices."""

import pytest

from moderation.readers import read


def chat(tmp_path, text):
    path = tmp_path / "WhatsApp Chat with Ada.txt"
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_messages_notices_and_lines_that_go_on(tmp_path):
    dump = chat(
        tmp_path,
        "13/01/2024, 09:00 - Messages are end-to-end encrypted.\n"
        "13/01/2024, 09:01 - Ada: who has seeds?\nor bulbs?\n\nplease\n"
        "13/01/2024, 09:02 - Bo Ek: This message was deleted\n"
        "14/01/2024, 09:02 - Bo Ek: note: I do\n",
    )
    comments = dump.comments
    assert comments["kind"].tolist() == ["service", "message", "message", "message"]
    assert comments["author"].fillna("").tolist() == ["", "Ada", "Bo Ek", "Bo Ek"]
    assert comments["text"].tolist()[1] == "who has seeds?\nor bulbs?\n\nplease"
    assert comments["text"].tolist()[3] == "note: I do"
    assert comments["status"].tolist()[2] == "deleted"
    assert comments["thread_id"].unique().tolist() == ["WhatsApp Chat with Ada"]
    assert dump.records == 4


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("[09/12/2020, 23:55:01] ", "[13/12/2020, 00:05:01] ", "2020-12-09 23:55:01+00:00"),
        ("12/9/20, 11:55\u202fPM - ", "12/13/20, 12:05\u202fAM - ", "2020-12-09 23:55:00+00:00"),
        ("2020-12-09, 23:55 - ", "2020-12-13, 00:05 - ", "2020-12-09 23:55:00+00:00"),
        ("09.12.20, 23:55 - ", "13.12.20, 00:05 - ", "2020-12-09 23:55:00+00:00"),
    ],
)
def test_the_order_of_day_and_month_shows_in_the_whole_file(tmp_path, first, second, wanted):
    dump = chat(tmp_path, f"{first}Ada: one\n{second}Bo: two\n")
    assert str(dump.comments["created_at"].tolist()[0]) == wanted
    assert dump.notes == []


def test_dates_that_may_be_either_are_noted(tmp_path):
    dump = chat(tmp_path, "02/03/20, 23:55 - Ada: one\n04/05/20, 23:58 - Bo: two\n")
    assert len(dump.notes) == 1
    assert "cannot be told apart" in dump.notes[0]


def test_a_chat_without_its_beginning_is_read(tmp_path):
    dump = chat(
        tmp_path,
        "the rest of something\n13/01/2024, 09:01 - Ada: one\n"
        "13/01/2024, 09:02 - Bo: two\n13/01/2024, 09:03 - Ada: three\n",
    )
    assert dump.comments["text"].tolist() == ["one", "two", "three"]
    assert dump.rejects["reason"].tolist() == ["stands before the first message"]


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("05/06/2022 à 14:03 - ", "23/06/2022 à 14:04 - ", "2022-06-05 14:03:00+00:00"),
        ("2023/5/6 晚上9:15 - ", "2023/5/7 上午12:01 - ", "2023-05-06 21:15:00+00:00"),
        ("[2023/5/6 下午9:15:01] ", "[2023/5/7 上午9:15:01] ", "2023-05-06 21:15:01+00:00"),
        ("2023. 5. 6. 오후 9:15, ", "2023. 5. 7. 오전 12:01, ", "2023-05-06 21:15:00+00:00"),
        (
            "\u200f٢٣\u200f/٦\u200f/٢٠٢٢، ٩:١٥ م - ",
            "\u200f٢٤\u200f/٦\u200f/٢٠٢٢، ١٢:٠١ ص - ",
            "2022-06-23 21:15:00+00:00",
        ),
        ("21:15, 06/05/2023 - ", "21:16, 23/05/2023 - ", "2023-05-06 21:15:00+00:00"),
        ("23/6/2565 21:15 - ", "24/6/2565 21:15 - ", "2022-06-23 21:15:00+00:00"),
        ("06.05.23 um 21:15 - ", "23.05.23 um 21:15 - ", "2023-05-06 21:15:00+00:00"),
    ],
)
def test_heads_as_phones_of_many_languages_write_them(tmp_path, first, second, wanted):
    dump = chat(tmp_path, f"{first}Ada: one\nand more\n{second}Bo: two\n")
    assert dump.comments[["author", "text"]].values.tolist() == [
        ["Ada", "one\nand more"],
        ["Bo", "two"],
    ]
    assert str(dump.comments["created_at"].tolist()[0]) == wanted
    assert dump.notes == []


def test_a_year_of_another_calendar_is_no_date(tmp_path):
    dump = chat(
        tmp_path, "[۱۴۰۲/۳/۵،\u200f ۲۱:۱۵:۰۱] Ada: one\n[۱۴۰۲/۳/۶،\u200f ۲۱:۱۵:۰۱] Bo: two\n"
    )
    assert dump.comments["created_at"].isna().tolist() == [True, True]
    assert [note.partition(": ")[2] for note in dump.notes] == [
        "some of its dates are none of our calendar; they are left out"
    ]


def test_what_an_iphone_says_under_the_name_of_a_group_or_a_person_is_service(tmp_path):
    dump = chat(
        tmp_path,
        "[01.02.24, 21:03:04] Garden: \u200eMessages are end-to-end encrypted.\n"
        "[13.02.24, 21:03:05] Ada: who has seeds?\n"
        "[13.02.24, 21:03:06] Ada: \u200eAda left\n"
        "\u200e[13.02.24, 21:03:07] Bo: \u200eimage omitted\n"
        "[13.02.24, 21:03:08] Bo: \u200eThis message was deleted.\n",
    )
    assert dump.comments["kind"].tolist() == ["service", "message", "service", "message", "message"]
    assert dump.comments["author"].fillna("").tolist() == ["", "Ada", "", "Bo", "Bo"]
    assert dump.comments["status"].tolist()[-1] == "deleted"
