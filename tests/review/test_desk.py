"""The desk in a real browser: many at once, reasons, search, conversation, author, team."""

import csv
import json

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_pages import SHOWN, current, download, opened, press, report, saved, server
from scored_tables import PASSPORT, flagged_spam, hostile, scored

from moderation.labels import ledger
from moderation.labels.actions import newest_actions
from moderation.report import write_report


def site(n=60):
    """Three conversations of twenty: eve's every third comment is flagged and links to one shop."""
    rows, authors = [], []
    for k in range(n):
        eve = k % 3 == 0
        text = f"cheap pills {k} at https://shop.example/{k}" if eve else f"good morning {k}"
        rows.append((1 + k % 4, text, 0.95 - k / 1000 if eve else 0.1, 0.1, "spam" if eve else ""))
        authors.append("eve" if eve else f"reader {k}")
    times = pd.to_datetime(1_700_000_000 + 3_600 * pd.Series(range(n)), unit="s", utc=True)
    frame = scored(*rows, author=authors, created_at=times.astype("datetime64[us, UTC]"))
    return frame.assign(thread_id=[f"t{k // 20}" for k in range(n)])


def entries(folder, kind):
    return ledger.standing(ledger.entries(folder / "ledger.jsonl"), kind)


# ---- many at once --------------------------------------------------------------------------------


def test_a_range_is_selected_and_decided_with_its_number_on_the_button(context, tmp_path):
    with server(tmp_path, flagged_spam(30)) as address:
        page = opened(context, address)
        page.click("#list li:nth-child(3) .pick-one")
        page.click("#list li:nth-child(7) .pick-one", modifiers=["Shift"])
        assert page.inner_text("#yes span") == "Confirm 5"
        assert page.get_attribute("#scope-selected", "aria-pressed") == "true"
        page.click("#no")
        page.wait_for_selector("#toast:not([hidden])")
        assert page.inner_text("#toast-said") == "Rejected on 5 comments"
        saved(page)
        assert {one["id"] for one in entries(tmp_path, "decision")} == set("23456")
        page.click("#toast-undo")
        saved(page)
        assert entries(tmp_path, "decision") == []


def test_a_range_by_keys_alone(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(10)))
    for _ in range(3):
        press(page, "Shift+ArrowDown")
    assert page.inner_text("#no span") == "Reject 4"
    page.keyboard.press("Escape")
    assert page.inner_text("#no span") == "Reject flags"
    page.keyboard.press("v")
    assert page.inner_text("#no span") == "Reject 1"


@pytest.mark.parametrize(
    ("key", "scope", "count"), [("w", "author", 20), ("g", "domain", 20), ("p", "band", 16)]
)
def test_all_of_an_author_a_linked_site_or_a_score(context, tmp_path, key, scope, count):
    with server(tmp_path, site()) as address:
        page = opened(context, address + "#row=3")
        page.wait_for_selector("#scope-domain")
        page.keyboard.press(key)
        assert page.inner_text(f"#scope-{scope} span").endswith(f": {count} open")
        assert page.inner_text("#yes span") == f"Confirm {count}"
        page.keyboard.press("y")
        page.wait_for_selector(f"text=Confirmed on {count} comments")
        saved(page)
        told = entries(tmp_path, "decision")
        assert (len(told), {one["value"] for one in told}) == (count, {1})


def test_selecting_everything_that_is_listed(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(60)))
    page.fill("#q", "number 4")
    page.wait_for_function("() => / 11;/.test(document.getElementById('count').textContent)")
    page.click("#pick-all")
    assert page.inner_text("#yes span") == "Confirm 11"


# ---- reasons, actions, notes ---------------------------------------------------------------------


def test_a_reason_is_label_action_and_rule_in_one_key(context, tmp_path):
    with server(tmp_path, flagged_spam(6)) as address:
        page = opened(context, address)
        press(page, "Shift+A")
        assert page.inner_text("#toast-said") == "Advertising: spam folder"
        press(page, ".")  # the same once more
        page.keyboard.press("e")
        page.fill("#note", "asked the sports desk")
        page.click(".reason:has-text('Personal data')")
        page.wait_for_function("() => location.hash.includes('row=3')")
        press(page, "Shift+F")
        saved(page)
    acts = newest_actions(entries(tmp_path, "action"))
    assert [(one["id"], one["action"], one["reason"]) for one in acts] == [
        ("0", "spam", "advert"),
        ("1", "spam", "advert"),
        ("2", "trash", "personal-data"),
        ("3", "approve", "fine"),
    ]
    assert acts[2]["note"] == "asked the sports desk"
    assert acts[0]["message"].startswith("Your comment was taken down")
    labels = {one["id"]: one["value"] for one in entries(tmp_path, "decision")}
    assert labels == {"0": 1, "1": 1, "3": 0}  # personal data says nothing about spam


def test_an_action_for_many_is_one_step_back(context, tmp_path):
    with server(tmp_path, flagged_spam(40)) as address:
        page = opened(context, address + "#row=5")
        page.keyboard.press("d")
        page.keyboard.press("e")
        assert page.inner_text("#reasons-title") == "Reason and action for 4 comments"
        page.keyboard.press("Digit1")
        page.wait_for_selector("text=Advertising: spam folder on 4 comments")
        saved(page)
        assert len(entries(tmp_path, "action")) == 4
        page.keyboard.press("u")
        page.wait_for_selector("text=Undone on 4 comments", state="attached")
        saved(page)
        assert entries(tmp_path, "action") == entries(tmp_path, "decision") == []


def test_an_own_list_of_reasons(context, tmp_path, moderation):
    from moderation.tables import write_table

    (tmp_path / "r.csv").write_text("code,title,key,action\nnoise,<b>Noise</b>,N,hide\n")
    write_table(flagged_spam(3), tmp_path / "s.parquet", PASSPORT)
    ran = moderation("report", tmp_path / "s.parquet", "-o", tmp_path / "r.html",
                     "--reasons", tmp_path / "r.csv")  # fmt: skip
    assert ran.status == 0
    page = opened(context, (tmp_path / "r.html").as_uri())
    page.keyboard.press("e")
    assert page.locator(".reason-title").all_inner_texts() == ["<b>Noise</b>"]
    page.keyboard.press("Escape")
    press(page, "Shift+N")
    lines = download(page, lambda: page.keyboard.press("x"))
    (tmp_path / "saved.jsonl").write_text(lines)
    ran = moderation("labels", "import", tmp_path / "saved.jsonl", "--labels",
                     tmp_path / "ledger.jsonl")  # fmt: skip
    assert ran.status == 0
    (act,) = entries(tmp_path, "action")
    assert (act["action"], act["reason"], act["flags"]) == ("hide", "noise", "spam")


def test_a_reason_is_in_words_and_off_topic_says_what_it_was_compared_with(context, tmp_path):
    told = {"off_topic": {"score": 0.95, "threshold": 0.9, "sentence": "shares nothing with it",
                          "features": {"article": 1.5, "parent": -0.4}}}  # fmt: skip
    rows = [
        (1, "The ladder is too short", 0.1, 0.1, ""),
        (2, "My cat sings", 0.1, 0.95, "off_topic"),
    ]
    frame = scored(
        *rows, why=[None, json.dumps(told)], title="On <b>ladders</b>", author=["jo", "al"]
    )
    page = opened(context, report(tmp_path, frame))
    assert page.inner_text(".because").strip().startswith("off-topic: shares nothing with it")
    assert page.locator(".against-what").all_inner_texts() == [
        "Title: On <b>ladders</b>",
        "Answers jo: The ladder is too short",
    ]
    assert page.locator("text=article +1.5").is_hidden()
    page.click("text=Figures")
    assert page.locator("text=for: article +1.5").is_visible()


# ---- search, conversation, author ----------------------------------------------------------------


def test_what_is_not_flagged_is_found_and_decided(context, tmp_path, monkeypatch):
    with server(tmp_path, site()) as address:
        page = opened(context, address)
        page.fill("#q", "GOOD MORNING 4")
        page.wait_for_function(
            "() => /^8 found in all 60/.test(document.getElementById('found').textContent)"
        )
        page.wait_for_function(
            "() => /8; 8 to review$/.test(document.getElementById('count').textContent)"
        )
        page.wait_for_selector("#card >> text=good morning 4")
        page.keyboard.press("Digit1")
        saved(page)
    (told,) = entries(tmp_path, "decision")
    assert (told["text"].startswith("good morning 4"), told["value"]) == (True, 1)


def test_the_conversation_is_read_whole_and_any_comment_of_it_decided(context, tmp_path):
    with server(tmp_path, site()) as address:
        page = opened(context, address + "#row=24")
        page.keyboard.press("h")
        page.wait_for_selector("#panel .thread li.now")
        assert page.locator("#panel .thread li").count() == 20
        assert page.locator("#panel .thread li.has-flag").count() == 6
        assert page.locator("#panel .strip .hit").count() == 7
        assert page.get_attribute("#panel .thread li:nth-child(4)", "data-depth") == "4"
        for row in ("27", "30"):
            press(page, "]")
            assert current(page) == row
        press(page, "[")
        page.click("#panel .thread li:nth-child(3) >> text=Decide on this")
        page.wait_for_function("() => location.hash.includes('row=22')")
        page.keyboard.press("Shift+I")
        page.wait_for_selector("#toast:not([hidden])")
        saved(page)
    (act,) = entries(tmp_path, "action")
    assert (act["id"], act["reason"]) == ("22", "insult")


def test_a_report_has_the_whole_conversation_too(context, tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.report.scored.NEAREST", 0)
    page = opened(context, report(tmp_path, site()) + "#row=24")
    page.keyboard.press("h")
    page.wait_for_selector("#panel .thread li.now")
    assert page.locator("#panel .thread li").count() == 20
    page.click("#panel .thread li:nth-child(3) >> text=Decide on this")
    page.wait_for_function("() => location.hash.includes('row=22')")
    assert page.inner_text("#card .flagged .text") == "good morning 22"
    assert page.locator("#card .ancestor").count() == 2
    page.keyboard.press("i")
    page.wait_for_selector("#panel >> text=reader 22")
    assert "1 comment in 1 conversation, as far as this file has them" in page.inner_text("#panel")


def test_an_author_is_counts_and_a_queue_of_their_own(context, tmp_path):
    with server(tmp_path, site()) as address:
        page = opened(context, address)
        press(page, "y")
        press(page, "n")
        page.keyboard.press("i")
        page.wait_for_selector("#panel >> text=eve")
        told = page.inner_text("#panel")
        assert "20 comments in 3 conversations; first seen 2023-11-14 22:13" in told
        row = page.inner_text("#panel tbody tr:first-child").split("\t")
        assert [one.strip() for one in row] == ["spam", "20 of 20", "1 of 2", "1 of 2"]
        assert page.locator("#panel tr:has-text('shop.example')").count() == 1
        assert page.locator("#panel svg.chart").count() == 2  # decisions, comments
        page.click("text=This author only: all 20")
        page.wait_for_function(
            "() => /20; 18 to/.test(document.getElementById('count').textContent)"
        )
        page.click("#pick-all")
        page.keyboard.press("e")
        page.keyboard.press("Digit1")
        page.wait_for_selector("text=Advertising: spam folder on 18 comments")


# ---- saved views ---------------------------------------------------------------------------------


def test_a_view_is_saved_by_its_name_and_found_again(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(40)))
    page.fill("#q", "number 3")
    page.select_option("#order", "uncertain")
    page.fill("#view-name", "<i>threes</i>")
    page.click("#save-view")
    page.click("#clear")
    page.wait_for_function("() => / 40;/.test(document.getElementById('count').textContent)")
    page.reload()
    page.wait_for_function(SHOWN)
    page.click("#saved-views >> text=<i>threes</i>")
    page.wait_for_function("() => / 11;/.test(document.getElementById('count').textContent)")
    assert page.evaluate("document.getElementById('order').value") == "uncertain"
    page.click("#saved-views button[aria-label^=Forget]")
    assert page.locator("#saved-views li").count() == 0


# ---- a team --------------------------------------------------------------------------------------


def named(context, address, who):
    page = context.new_page()
    page.add_init_script(
        f"localStorage['moderation settings'] = JSON.stringify({{name: {who!r}, shown: true}})"
    )
    page.goto(address)
    page.wait_for_function(SHOWN)
    return page


def test_two_people_disagree_ask_each_other_and_settle_it(browser, tmp_path):
    with server(tmp_path, flagged_spam(4)) as address:
        ours, theirs = browser.new_context(), browser.new_context()
        ann, bob = named(ours, address + "#row=0", "ann"), named(theirs, address + "#row=0", "bob")
        press(ann, "y")
        saved(ann)
        bob.wait_for_selector("#card .pill.yes")  # within two seconds
        press(bob, "n")
        saved(bob)
        ann.keyboard.press("z")
        ann.wait_for_selector("text=To settle: 1")
        assert "spam" in ann.inner_text("#team table >> nth=1")
        people = [
            one.split("\t")[0].strip()
            for one in ann.locator("#team tbody >> nth=0").inner_text().splitlines()
        ]
        assert people == ["ann", "bob"]
        ann.click("text=Yes, spam")
        saved(ann)
        ann.wait_for_selector("text=Nobody disagrees")
        assert ledger.decisions(tmp_path / "ledger.jsonl")["annotator"].tolist() == ["ann"]

        ann.keyboard.press("r")
        ann.goto(address + "#row=1")
        ann.reload()
        ann.wait_for_function(SHOWN)
        ann.keyboard.press("e")
        ann.fill("#ask-who", "bob")
        ann.fill("#note", "is this irony?")
        ann.click("#reasons >> text=Ask >> nth=-1")
        saved(ann)
        bob.keyboard.press("z")
        bob.click("text=1 comment that somebody asks you about")
        bob.wait_for_selector("#card >> text=is this irony?")
        bob.keyboard.press("y")
        saved(bob)
        ann.keyboard.press("z")
        ann.wait_for_function(
            "() => /^bob[\\s\\S]*\\t0\\t/m.test(document.querySelector('#team tbody').innerText)"
        )
        ours.close()
        theirs.close()
    (request,) = entries(tmp_path, "request")
    assert (request["to"], request["note"], request["id"]) == ("bob", "is this irony?", "1")


# ---- for everybody, and under attack -------------------------------------------------------------

STATES = {
    "search": lambda page: page.fill("#q", "number 1"),
    "conversation": lambda page: page.keyboard.press("h"),
    "author": lambda page: page.keyboard.press("i"),
    "selected": lambda page: page.keyboard.press("v"),
    "reasons": lambda page: page.keyboard.press("e"),
    "team": lambda page: page.keyboard.press("z"),
    "settings": lambda page: page.click("#open-settings"),
    "nothing found": lambda page: page.fill("#q", "no such word"),
    "toast": lambda page: page.keyboard.press("Shift+A"),
    "blurred": lambda page: page.keyboard.press("b"),
}


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])
def test_axe_finds_nothing_in_any_state(browser, tmp_path, width, theme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    address = report(tmp_path, flagged_spam(30))
    found = {}
    for state, act in STATES.items():
        page = opened(context, address)
        page.evaluate("document.body.classList.add('queue-open')")
        act(page)
        page.wait_for_timeout(300)
        result = Axe().run(page)
        found[state] = [
            (one["id"], [node["target"] for node in one["nodes"]][:3])
            for one in result.response["violations"]
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()
    context.close()
    assert found == {state: [] for state in STATES}


@pytest.mark.parametrize("kind", ["report", "review"])
def test_hostile_comments_do_nothing_in_the_panels(browser, tmp_path, kind):
    context = browser.new_context(viewport={"width": 1500, "height": 900})
    starting = server(tmp_path, hostile()) if kind == "review" else None
    address = starting.__enter__() if starting else report(tmp_path, hostile())
    page = opened(context, address + "#order=dump")
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: said.append(str(error)))
    for panel in "hi":
        page.keyboard.press(panel)
        for _ in range(20):
            press(page, "s")
            assert page.evaluate("document.documentElement.scrollWidth") <= 1500
    page.keyboard.press("Shift+A")
    for view in "zolr":
        page.keyboard.press(view)
        page.wait_for_timeout(100)
    page.keyboard.press("e")
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert page.evaluate("document.querySelectorAll('main script, iframe, img, base').length") == 0
    assert said == []
    context.close()
    if starting:
        starting.__exit__(None, None, None)


def test_labels_are_buttons_that_say_how_many_wait(context, tmp_path):
    frame = scored(*[(1, f"text {k}", 0.9, 0.9, "spam" if k % 3 else "off_topic")
                     for k in range(9)])  # fmt: skip
    page = opened(context, report(tmp_path, frame))
    said = [text.strip() for text in page.locator("#by-label button").all_inner_texts()]
    assert said == ["all 9", "spam 6", "off-topic 3"]
    page.click("#by-label button:has-text('off-topic')")
    page.wait_for_function("() => /of 3;/.test(document.getElementById('count').textContent)")
    assert page.get_attribute("#by-label button:has-text('off-topic')", "aria-pressed") == "true"
    press(page, "y")
    page.wait_for_selector("#by-label button:has-text('off-topic 2')")
    assert page.evaluate("progress.value / progress.max") == pytest.approx(1 / 3)
    page.click("#by-label button:has-text('all')")
    page.wait_for_function("() => /of 8;/.test(document.getElementById('count').textContent)")


def test_statements_of_reasons_say_the_rule_and_what_was_done_and_no_note(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(3)))
    page.keyboard.press("e")
    page.fill("#note", "known to us")
    page.click(".reason:has-text('Advertising')")
    page.wait_for_selector("text=Advertising: spam folder")
    press(page, "Shift+L")
    page.keyboard.press("l")
    page.wait_for_selector("#decisions table")
    said = download(page, lambda: page.click(".exports button:text-is('Statements of reasons')"))
    advert, unlawful = csv.DictReader(said.splitlines())
    columns = ("outcome", "grounds", "action", "reason", "rule", "reviewers")
    assert [advert[name] for name in columns] == [
        "against the rules", "spam", "spam", "advert", "No advertising", "reviewer",
    ]  # fmt: skip
    assert advert["message"].startswith("Your comment was taken down")
    assert [unlawful[name] for name in columns[:4]] == ["escalated", "", "escalate", "illegal"]
    assert "known to us" not in said


USUAL = "This is a comment of the usual length, with a few words about the article and more. " * 4
LONG = {  # texts, what they are cut to, and how many are shown
    "usual": (USUAL, None, 5_000),
    "long": (USUAL * 20, 1_500, 5_000),
    "escaped": ("<b>&</b>" * 90, 250, 5_000),
}


@pytest.mark.parametrize("case", LONG)
def test_a_report_of_five_thousand_flags_is_under_ten_megabytes(case, tmp_path):
    text, characters, shown = LONG[case]
    frame = flagged_spam(5_000)
    said = write_report(
        frame.assign(text=[f"{k} {text}" for k in range(5_000)]), tmp_path / "r.html", PASSPORT
    )
    assert (tmp_path / "r.html").stat().st_size <= 10_000_000
    assert (said.characters, said.shown) == (characters, shown)


def test_where_names_alone_are_too_much_fewer_rows_are_shown(tmp_path):
    frame = flagged_spam(5_000).assign(author=[f"{k} {'<' * 290}" for k in range(5_000)])
    said = write_report(frame, tmp_path / "r.html", PASSPORT)
    assert (tmp_path / "r.html").stat().st_size <= 10_000_000
    assert said.shown < 5_000
