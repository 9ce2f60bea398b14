"""What a site prints around its comments, in layouts that no table of words knows."""

import pytest

from moderation.readers.plaintext.page import parse

PROSE = (
    "Hemp was twisted into ropes along this quay for three hundred years, and the walk where it "
    "was done is still the longest roof in town."
)
TEXTS = (
    "Hemp lasts longer than you say.",
    "Not in salt water, and not in the sun.",
    "My father walked there every day.",
    "Steel was never any good for it.",
    "Who keeps the roof in order now?",
)
NAMES = ("Ann", "Bo Lund", "Cy", "Dr. Eve Z.", "old tom")


def page(entries, heading="5 Comments", after="Leave a reply"):
    """A page with a numbered list: each entry is its lines, the blank ones too."""
    shown = "\n".join(
        f"  {number}. " + "\n".join(f"    {line}" if line else "" for line in lines).lstrip()
        for number, lines in enumerate(entries, 1)
    )
    return f"Ropes\n\n{PROSE}\n\n{heading}\n\n{shown}\n\n{after}\n"


def entries(layout, texts=TEXTS):
    """A layout's lines for each comment; {name}, {day}, {votes} and {text} differ."""
    return [
        [
            line.format(name=name, day=f"{at + 3} May 2020", votes=at % 3, text=text)
            for line in layout
        ]
        for at, (name, text) in enumerate(zip(NAMES, texts, strict=True))
    ]


def told(text):
    return [(one.author, one.text) for one in parse(text).comments]


LAYOUTS = {
    "votes over the text": ["{name}", "{day} at 10:04", "+{votes}", "", "{text}", "", "Reply"],
    "the date before the name": ["{day} | {name} #{votes}", "", "{text}", "", "Reply"],
    "the name under the date": ["{day}", "{name} says:", "", "{text}", "", "Reply"],
    "name over, date under": ["{name}", "", "{text}", "", "{day} at 10:04", "{votes} Reply Flag"],
    "all of it under": ["{text}", "", "{name}, {day} at 10:04 Permalink", "Reply"],
    "the name alone": ["{name} #{votes}", "", "{text}", "", "Reply Report"],
    "an avatar's words": ["Avatar of {name}", "{name}", "{day}", "", "{text}", "", "Reply"],
    "a button that names": ["{name}", "{day}", "", "{text}", "", "{votes} Reply to {name} Link"],
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_is_learned_from_the_page(layout):
    assert told(page(entries(layout))) == list(zip(NAMES, TEXTS, strict=True))


@pytest.mark.parametrize("text", ["+1", "No.", "???", "...", "3", "Auf so etwas nicht antworten"])
def test_a_short_comment_is_no_button(text):
    texts = [TEXTS[0], text, *TEXTS[2:]]
    found = told(page(entries(LAYOUTS["votes over the text"], texts)))
    assert found[1] == ("Bo Lund", text)
    found = told(page(entries(["{name}", "{day}", "", "{text}", "", "+{votes} Reply"], texts)))
    assert found[1] == ("Bo Lund", text)


def test_what_many_say_is_not_the_site_s():
    texts = ["Thanks"] * 5
    found = told(page(entries(["{name}", "{day}", "", "{text}", "", "Reply"], texts)))
    assert [text for _, text in found] == texts


def test_a_line_that_names_a_commenter_is_no_button_without_one():
    texts = [*TEXTS[:4], "It is long.\n\n    Reply to all of that"]
    found = told(page(entries(["{name}", "{day}", "", "{text}"], texts)))
    assert found[4][1] == "It is long.\n\nReply to all of that"


def test_a_quotation_keeps_who_is_quoted():
    texts = ["Cy wrote:\n    Steel!", *TEXTS[1:]]
    found = told(page(entries(["{name}", "{day}", "", "{text}", "", "Reply"], texts)))
    assert found[0] == ("Ann", "Cy wrote:\nSteel!")


def test_the_words_of_the_entry_around_a_list_are_its_heading():
    inner = page(entries(["{day}", "", "{text}"])).split("5 Comments\n\n")[1].split("\n\nLeave")[0]
    nested = "\n".join(f"    {line}" for line in inner.split("\n"))
    found = parse(f"Ropes\n\n{PROSE}\n\n    • What do you think?\n\n{nested}\n")
    assert [one.text for one in found.comments] == list(TEXTS)


def test_related_posts_with_dates_are_no_comments():
    posts = "\n".join(f"  • The rope walk of {town}\n\n    3 May 2020\n" for town in NAMES)
    found = parse(f"Ropes\n\n{PROSE}\n\nSubscribe to comments by RSS\n\nRelated posts\n\n{posts}\n")
    assert found.comments == []


def test_a_list_begins_where_another_ends_without_a_blank_line():
    menu = "  • Home\n\n  • About\n"
    shown = page(entries(["{name}", "{day} at 10:04", "", "{text}", "", "Reply"]), heading=menu)
    assert told(shown.replace("About\n\n\n", "About\n")) == list(zip(NAMES, TEXTS, strict=True))


def test_the_byline_tells_that_comments_are_missing():
    shown = page(entries(["{name}", "{day}", "", "{text}"]), heading="Comments")
    text = shown.replace("Ropes\n\n", "Ropes\n\nBy Ann on 2 May 2020 | 12 comments\n\n")
    assert parse(text).notes == ["the page speaks of 12 comments, and 5 are on it"]


def test_pings_at_the_end_of_a_bulleted_list_are_kept():
    shown = page(entries(["{name}", "{day} at 10:04", "", "{text}", "", "Reply"]))
    bulleted = "\n".join(
        f"  • {line[5:]}" if line[2:3].isdigit() else line for line in shown.split("\n")
    )
    found = parse(bulleted.replace("\n\nLeave", "\n  • Pingback: Knots\n  • Home\n\nLeave"))
    assert [one.kind for one in found.comments] == ["comment"] * 5 + ["pingback"]


def test_a_date_with_its_age_is_no_marker():
    when = "{name}\n\n    1. May 2020 at 23:14 (9 years ago)"
    found = told(page(entries([when, "", "{text}", "", "Reply"])))
    assert [text for _, text in found] == list(TEXTS)
