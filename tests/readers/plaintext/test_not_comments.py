"""What plain-text pages mix up with comments: menus, buttons, notices, numbered articles."""

import pytest

from moderation.readers.bylines.headings import declared, is_comment_heading
from moderation.readers.plaintext.page import parse

WHEN = "May 3, 2020 at 4:05 pm"
PROSE = (
    "Hemp was twisted into ropes along this quay for three hundred years, and the walk where it "
    "was done is still the longest roof in town."
)


def tree(page):
    return [(one.depth, one.author, one.text) for one in parse(page).comments]


def test_menus_beside_a_bulleted_list_are_cut_off():
    found = tree(
        f"Ropes\n\n{PROSE}\n\n  • Facebook\n  • E-mail\n"
        f"  • Ann\n    {WHEN}\n\n    Hemp lasts.\n\n    Reply\n"
        f"    • Bo\n      {WHEN}\n\n      Not in salt.\n\n      Reply\n"
        f"  • Cy\n    {WHEN}\n\n    Steel does.\n\n    Reply\n  • Home\n  • About\n"
    )
    assert found == [(1, "Ann", "Hemp lasts."), (2, "Bo", "Not in salt."), (1, "Cy", "Steel does.")]


def test_a_notice_between_author_and_date():
    page = parse(
        f"Ropes\n\n2 Comments\n\n  1. Ann says:\n    Your comment is awaiting moderation.\n"
        f"    {WHEN}\n\n    Hemp lasts.\n\n  2. Bo says:\n    {WHEN}\n\n    Not in salt.\n\n"
        "Leave a reply\n"
    )
    assert [(one.author, one.status, one.text) for one in page.comments] == [
        ("Ann", "pending", "Hemp lasts."),
        ("Bo", "approved", "Not in salt."),
    ]


def test_buttons_with_a_marker_are_no_text():
    found = tree(
        f"Ropes\n\n3 comments:\n\n  1. Ann{WHEN}\n\n    Hemp lasts.\n\n    ReplyDelete\n"
        "    Replies\n"
        f"    1. Bo{WHEN}\n\n      Not in salt.\n\n      ReplyDelete\n      2. Reply\n"
        f"  2. Cy{WHEN}\n\n    Steel does.\n\n    ReplyDelete\n    Replies\n      Reply\n\n"
        "Post a Comment\n"
    )
    assert found == [(1, "Ann", "Hemp lasts."), (2, "Bo", "Not in salt."), (1, "Cy", "Steel does.")]


def test_bullets_are_no_replies_where_replies_are_numbered():
    found = tree(
        "Ropes\n\n8 Comments\n\n"
        + "".join(
            f"  {n}. Rope number {n} is mine.\n\n    1. Mine is longer than yours.\n\n"
            for n in range(1, 5)
        )
        + "  5. Three things are to be said.\n\n    • The last of them first.\n\nLeave a reply\n"
    )
    assert [depth for depth, _, _ in found] == [1, 2, 1, 2, 1, 2, 1, 2, 1]
    assert found[-1][2] == "Three things are to be said.\n\n• The last of them first."


def test_a_page_without_heads_says_what_it_cannot_tell():
    page = parse(
        "Ropes\n\n3 Comments\n\n  1. Hemp lasts longest.\n\n    1. Not in salt.\n\n"
        "  2. Steel does.\n\nLeave a reply\n"
    )
    assert ["neither author nor date" in note for note in page.notes] == [True]


@pytest.mark.parametrize(
    "content",
    [
        "".join(
            f"  {n}. Rope {n} is made of hemp and tar.\n\n    It lasts.\n\n" for n in range(1, 8)
        ),
        "".join(
            f"  {n}. Rope {n} is of hemp and tar, twice.\n\n    2. A second point.\n\n    So.\n\n"
            for n in range(1, 8)
        ),
    ],
)
def test_a_numbered_article_over_the_form_is_none_and_told(content):
    page = parse(f"Seven ropes\n\n{PROSE}\n\n{content}Leave a Reply\n\nYour email address\n")
    assert page.comments == []
    assert ["a numbered list of 7 entries" in note for note in page.notes] == [True]


def test_news_under_a_byline_are_no_comments():
    news = "".join(
        f"  • A new rope has come to the quay this week\n    {WHEN}\n\n    It is long.\n\n"
        for _ in range(5)
    )
    assert parse(f"Ropes\n\n{WHEN} | 42 Comments\n\n{PROSE}\n\n{news}Archive\n").comments == []


def test_another_number_in_the_heading_is_told():
    page = parse(
        f"Ropes\n\n9 Comments\n\n  1. Ann says:\n    {WHEN}\n\n    Hemp.\n\n"
        f"  2. Bo says:\n    {WHEN}\n\n    Steel.\n\nLeave a reply\n"
    )
    assert page.notes == ["the page speaks of 9 comments, and 2 are on it"]


@pytest.mark.parametrize(
    ("top", "title"),
    [
        ("Quay News\n\nHome » Ropes » Ropes of the quay\n\nRopes of the quay", "Ropes of the quay"),
        (f"Quay News\n\nRopes of the quay\n\n{WHEN} | 9 Comments", "Ropes of the quay"),
        ("Recent Comments\n\n  • Ann on Ropes\n\nOld ropes\n\nBy Ann", "Old ropes"),
    ],
)
def test_titles(top, title):
    found = parse(f"{top}\n\n{PROSE}\n")
    assert found.title == title
    assert found.article == PROSE


def test_house_rules_and_pagers_are_no_article():
    rules = "Comments belong to those who write them; comments that break the rules are removed."
    pager = "← The older post about the harbour Another post, about the gulls, and longer →"
    found = parse(
        f"Ropes\n\n{PROSE}\n\n{pager}\n\n{rules}\n\n2 Comments\n\n  1. Ann says:\n    {WHEN}\n\n"
        f"    Hemp.\n\n  2. Bo says:\n    {WHEN}\n\n    Steel.\n\nLeave a reply\n"
    )
    assert found.article == PROSE


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("12 thoughts on “Ropes”", 12),
        ("Comments (3)", 3),
        ("Join the conversation: 24 comments", 24),
        ("4 Kommentare zu „Seile“", 4),
        ("3 ropes", None),
        (f"{WHEN} | 9 Comments", None),
    ],
)
def test_numbers_that_headings_declare(line, number):
    assert declared(line) == number
    assert is_comment_heading(line) == (number is not None)
