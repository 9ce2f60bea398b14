"""What only a dump knows: what comes again is counted, and what comes again honestly is not."""

import numpy as np
import pandas as pd
import pytest
from places import ROOT

from moderation.campaigns import kernel
from moderation.dump_evidence.find import find_dump_evidence
from moderation.dump_evidence.rules import RULES, Verdict
from moderation.dump_evidence.sightings import sightings

SHARED = "I bought new tyres for my bicycle last week and they hold the road well in the rain, "


def dump(*rows):
    """rows: (thread, author, text, time), the time may be missing."""
    rows = [(*row, None)[:4] for row in rows]
    frame = pd.DataFrame(rows, columns=["thread_id", "author", "text", "created_at"])
    return frame.assign(created_at=pd.to_datetime(frame["created_at"], utc=True))


def shares(frame, row=0):
    """What each rule adds to one comment, without those that add nothing."""
    return Verdict.of(find_dump_evidence(frame)).reasons(np.array([row]))[0][0]


def sentence(frame, row=0):
    return Verdict.of(find_dump_evidence(frame)).reasons(np.array([row]))[0][1]


def spread(text, threads=10):
    """One text, `{}` in it numbered, under many articles by as many authors."""
    return dump(*((f"t{k}", f"a{k}", text.format(k)) for k in range(threads)))


def test_a_text_under_other_articles_counts_however_its_words_change_a_little():
    frame = spread(SHARED + "thanks to reader number {}")
    assert shares(frame) == {"same text elsewhere": pytest.approx(2.0 * np.log2(10), abs=1e-4)}
    assert sentence(frame) == ("Nearly the same text stands under 9 other articles by 10 authors.")


def test_one_author_who_repeats_a_text_weighs_less_than_many():
    one = dump(*((f"t{k}", "bot", SHARED + "I am a bot") for k in range(10)))
    assert 0 < sum(shares(one).values()) < sum(shares(spread(SHARED + "I am no bot")).values()) / 2
    assert "by 1 author." in sentence(one)


@pytest.mark.parametrize("text", ["+1", "thanks!", "Thanks, this worked for me.", "First!!! lol"])
def test_short_texts_that_everybody_writes_say_nothing(text):
    assert shares(spread(text, 200)) == {}


def test_a_quotation_in_its_own_thread_says_nothing():
    quoted = dump(
        ("t", "ann", SHARED + "do they last"), ("t", "bob", "> " + SHARED + "do they last\n\nYes.")
    )
    assert shares(quoted) == {}


def test_links_to_one_site_under_other_articles_count_whatever_the_words():
    frame = spread("word{0} other{0} see http://www.chairs.shop.example.co.uk/p{0}")
    assert shares(frame) == {"same link elsewhere": pytest.approx(1.0 * np.log2(10), abs=1e-4)}
    assert sentence(frame) == (
        "A link to the same site stands under 9 other articles by 10 authors."
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com/a{}/b",
        "https://www.youtube.com/watch?v={}",
        "https://en.wikipedia.org/{}",
        "https://bit.ly/{}",
    ],
)
def test_sites_that_everybody_links_to_say_nothing(link):
    assert shares(spread("have a look at " + link)) == {}


def test_a_short_address_that_comes_again_is_one_site():
    assert "same link elsewhere" in shares(
        spread("look {} at https://bit.ly/x7?from={}".replace("{}", "{0}"))
    )


def test_a_site_that_those_who_write_here_link_to_says_nothing():
    rows = [(f"t{k}", f"a{k % 3}", f"w{k} as I said on http://ours.example/{k}") for k in range(9)]
    rows += [(f"u{k}", f"a{k}", "I agree with you") for k in range(3)]
    assert shares(dump(*rows)) == {}


def test_pingbacks_and_links_to_the_own_site_say_nothing():
    rows = [
        (f"t{k}", f"Shop Reviews {k}", f"[...] {SHARED} http://blog.example/{k} [...]")
        for k in range(9)
    ]
    threads = pd.DataFrame(
        {
            "thread_id": [f"t{k}" for k in range(9)],
            "url": [f"http://blog.example/{k}" for k in range(9)],
        }
    )
    pings = dump(*rows).assign(kind="pingback")
    assert not Verdict.of(find_dump_evidence(pings)).total.any()
    linked = dump(*((f"t{k}", f"a{k}", f"w{k} see http://www.blog.example/{k}") for k in range(9)))
    assert Verdict.of(find_dump_evidence(linked)).total.all()
    assert not Verdict.of(find_dump_evidence(linked, threads)).total.any()


def test_on_a_large_site_it_takes_more_articles_before_a_link_says_something():
    many = [(f"u{k}", None, "I agree") for k in range(20_000)]
    few = [(f"t{k}", f"a{k}", f"w{k} http://paper.example/{k}") for k in range(10)]
    assert shares(dump(*few)) != {}
    assert shares(dump(*few, *many)) == {}


def test_a_telephone_number_counts_however_it_is_written():
    frame = dump(
        ("t1", "a", "my printer is broken, call +1 (800) 555-0199"),
        ("t2", "b", "lost luggage? 800.555.0199 they help"),
        ("t3", "c", "1-800-555-0199 is open day and night"),
        ("t4", "d", "he was born 1955-01-19 and died 2001-08-00"),
    )
    assert list(shares(frame)) == ["same number elsewhere"]
    assert sentence(frame) == "The same telephone number stands under 3 articles by 3 authors."
    assert shares(frame, 3) == {}


def test_an_author_under_many_articles_within_minutes():
    fast = dump(*((f"t{k}", "ann", f"text {k}", f"2024-01-01T10:0{k}:00Z") for k in range(8)))
    slow = dump(*((f"t{k}", "ann", f"text {k}", f"2024-01-0{k + 1}T10:00:00Z") for k in range(8)))
    assert list(shares(fast)) == ["author's pace"]
    assert sentence(fast) == "This author commented on 8 articles within 10 minutes."
    assert shares(slow) == {"author known here": -1.0}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Cheap Jerseys Online", {"author's name an advert": 6.0}),
        ("wholesale caps free shipping from china", {"author's name an advert": 6.0}),
        ("web design leeds", {"author's name an advert": 3.0}),
        ("Leeds Repairs and Cleaning Services", {"author's name an advert": 3.0}),
        ("Buy me a coffee", {"author's name an advert": 3.0}),
        ("https://shop.example/sitemap.xml", {"author's name a link": 6.0}),
        ("<a href='x'>essays</a>", {"author's name a link": 6.0}),
    ],
)
def test_a_name_that_is_an_advert_or_a_link(name, found):
    assert shares(dump(("t", name, "Thanks for sharing!"))) == found


@pytest.mark.parametrize(
    "name",
    ["Ann Lee", "Shop", "cheap", "J.R. Smith", "the-notebook.org", "Mr. Spock", "=1+1", "", None],
)
def test_other_names_say_nothing(name):
    assert shares(dump(("t", name, "Thanks for sharing!"))) == {}


def test_one_comment_alone_has_nothing_to_compare():
    frame = dump(("t", "ann", SHARED + "http://chairs.example and call +1 800 555 0199"))
    assert shares(frame) == {}
    assert sentence(frame) == ""


def test_a_dump_without_authors_and_times_counts_articles_alone():
    frame = spread(SHARED + "number {}")[["thread_id", "text"]]
    assert sentence(frame) == "Nearly the same text stands under 9 other articles."


def test_without_names_a_text_counts_from_its_third_copy_in_one_thread():
    copies = [("t", None, SHARED + f"ask number {k}") for k in range(5)]
    assert shares(dump(*copies[:2])) == {}
    assert shares(dump(*copies)) == {"same text, nameless": 2.0}
    assert sentence(dump(*copies)) == "Nearly the same text stands here 5 times."


def test_copies_of_one_record_are_no_copies_of_its_text():
    record = dump(*[("t", None, SHARED + "ask me")] * 5).assign(id="7")
    assert shares(record) == {}
    assert shares(record.assign(id=list("abcde"))) == {"same text, nameless": 2.0}


def test_one_name_that_repeats_a_text_in_one_thread_says_nothing():
    assert shares(dump(*[("t", "ann", SHARED + f"ask number {k}") for k in range(5)])) == {}


def test_a_notice_in_place_of_what_was_removed_says_nothing():
    notice = "This comment was removed by a moderator as it did not keep to the rules of this site"
    assert shares(spread(notice)) != {}
    assert not Verdict.of(find_dump_evidence(spread(notice).assign(status="removed"))).total.any()


def test_a_text_that_known_authors_share_is_a_template_of_the_site():
    rows = [
        (f"t{k}", f"a{k % 4}", SHARED + "welcome", f"2024-01-{k + 1:02}T10:00Z") for k in range(16)
    ]
    assert sum(shares(dump(*rows)).values()) <= 0


def test_a_signature_below_other_words_says_nothing():
    rows = [(f"t{k}", "ann", f"{k} words") for k in range(9)]
    rows += [(f"s{k}", "ann", SHARED + "ann") for k in range(3)]
    assert "author's text elsewhere" not in shares(dump(*rows), -1)


def test_the_order_of_the_comments_changes_nothing():
    rows = [(f"t{k % 7}", f"a{k % 5}", SHARED + f"http://x{k % 3}.example/ {k}") for k in range(40)]
    mixed = np.random.default_rng(0).permutation(40)
    straight = Verdict.of(find_dump_evidence(dump(*rows))).total
    assert (
        Verdict.of(find_dump_evidence(dump(*(rows[k] for k in mixed)))).total == straight[mixed]
    ).all()
    assert (straight > 0).all()


def test_a_text_is_cut_alike_whatever_ends_before_it():
    text = kernel.Text.of(pd.Series([SHARED + " ", SHARED, "x ", SHARED]))
    found = sightings(text)["text"]
    assert [found.key[found.row == row].tolist() for row in (1, 3)] == [
        found.key[found.row == 0][: int((found.row == 1).sum())].tolist()
    ] * 2
    assert (found.row == 1).sum() > 1


def test_two_hundred_thousand_comments_with_one_link_are_counted():
    n = 200_000
    frame = pd.DataFrame(
        {"thread_id": np.arange(n).astype(str), "author": None, "text": "see http://one.example/"}
    )
    found = find_dump_evidence(frame)
    assert found.counts["link_threads"].min() == 65_535
    assert Verdict.of(found).total.max() == pytest.approx(4.0)


def test_hostile_texts_are_looked_over():
    texts = [
        "http://",
        "www.",
        "://",
        "http://" + "." * 90,
        "1" * 100_000,
        "http://\ufffd",
        ". " * 50_000,
        "",
        "9" * 9,
        "http://a.b/" + "x" * 100_000,
    ]
    frame = dump(*(("t", f"{k}", text) for k, text in enumerate(texts * 2)))
    assert len(find_dump_evidence(frame)) == 20


def test_a_rule_adds_to_the_log_odds_and_leaves_certain_scores():
    verdict = Verdict.of(find_dump_evidence(dump(*[("t", "Cheap Jerseys Online", "Thanks!")] * 4)))
    raised = verdict.adjust(np.array([0.5, 0.0, 1.0, np.nan], np.float32))
    assert raised[0] == pytest.approx(1 / (1 + np.exp(-6.0)))
    assert raised[1:3].tolist() == [0, 1]
    assert np.isnan(raised[3])


def test_the_page_names_every_rule():
    page = (ROOT / "docs" / "dump-evidence.md").read_text(encoding="utf-8")
    assert [rule.name for rule in RULES if f"| `{rule.name}` |" not in page] == []


def test_every_rule_has_a_name_of_its_own():
    assert len({rule.name for rule in RULES}) == len(RULES) == 9
