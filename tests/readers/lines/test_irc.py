"""Logs of IRC: what the usual clients write on a line."""

import pytest

from moderation.errors import InputError
from moderation.readers import read


def log(tmp_path, text, name="garden.log"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path)


LOGS = {
    "irssi": (
        "--- Log opened Mon Jan 01 10:00:00 2024\n"
        "10:00 -!- ada [~a@host] has joined #garden\n"
        "10:00 < ada> who has seeds?\n"
        "10:01 <@bob> I do: three\n"
        "10:01  * bob waves\n"
        "--- Log closed Mon Jan 01 11:00:00 2024\n"
    ),
    "weechat": (
        "2024-01-01 10:00:00\t-->\tada (~a@host) has joined #garden\n"
        "2024-01-01 10:00:30\tada\twho has seeds?\n"
        "2024-01-01 10:01:00\t@bob\tI do: three\n"
        "2024-01-01 10:01:10\t *\tbob waves\n"
    ),
    "znc": (
        "[10:00:00] *** Joins: ada (~a@host)\n"
        "[10:00:30] <ada> who has seeds?\n"
        "[10:01:00] <bob> I do: three\n"
        "[10:01:10] * bob waves\n"
    ),
    "hexchat": (
        "**** BEGIN LOGGING AT Mon Jan  1 10:00:00 2024\n\n"
        "Jan 01 10:00:00 *\tNow talking on #garden\n"
        "Jan 01 10:00:30 <ada>\twho has seeds?\n"
        "Jan 01 10:01:00 <bob>\tI do: three\n"
        "Jan 01 10:01:10 *\tbob waves\n"
    ),
    "mirc": (
        "Session Start: Mon Jan 01 10:00:00 2024\nSession Ident: #garden\n"
        "[10:00] * Now talking in #garden\n"
        "[10:00] <ada> who has seeds?\n"
        "[10:01] <@bob> I do: three\n"
        "[10:01] * bob waves\n"
    ),
    "supybot": (
        "2024-01-01T10:00:00+0000  *** ada has joined #garden\n"
        "2024-01-01T10:00:30+0000  <ada> who has seeds?\n"
        "2024-01-01T10:01:00+0000  <bob> I do: three\n"
        "2024-01-01T10:01:10+0000  * bob waves\n"
    ),
    "dircproxy": (
        "[01 Jan 10:00] --> ada (n=a@host) joined the channel\n"
        "[01 Jan 10:00] <ada!n=a@host> +who has seeds?\n"
        "[01 Jan 10:01] <bob!n=b@host> -I do: three\n"
        "[01 Jan 10:01] * bob waves\n"
    ),
}


@pytest.mark.parametrize("client", LOGS)
def test_who_says_what(tmp_path, client):
    dump = log(tmp_path, LOGS[client], "garden 2024-01-01.log")
    comments = dump.comments
    assert dump.formats[str(tmp_path / "garden 2024-01-01.log")][0] == "irc"
    assert comments["kind"].tolist() == ["service", "message", "message", "message"]
    assert comments["author"].fillna("").tolist() == ["", "ada", "bob", "bob"]
    assert comments["text"].tolist()[1:] == ["who has seeds?", "I do: three", "waves"]
    days = comments["created_at"].dt.strftime("%Y-%m-%d %H:%M").tolist()
    assert days == ["2024-01-01 10:00"] * 2 + ["2024-01-01 10:01"] * 2
    assert (len(dump.rejects), dump.notes) == (0, [])


def test_a_log_without_a_day_has_no_times_and_says_so(tmp_path):
    dump = log(tmp_path, LOGS["znc"])
    assert dump.comments["created_at"].isna().all()
    assert len(dump.notes) == 1
    assert "not the day" in dump.notes[0]


def test_a_line_of_another_kind_is_a_reject(tmp_path):
    dump = log(tmp_path, LOGS["irssi"] + "and so it went on\n")
    assert dump.rejects[["place", "snippet"]].values.tolist() == [["line 7", "and so it went on"]]
    assert dump.records == 5


def test_the_log_of_a_program_is_none_of_irc(tmp_path):
    lines = "".join(f"2024-01-01 10:00:{n:02} INFO <module> went on with it\n" for n in range(20))
    with pytest.raises(InputError, match="the log of a program"):
        log(tmp_path, lines)
