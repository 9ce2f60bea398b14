"""The page in a real browser: by keyboard, by phone, with a screen reader's eyes, under attack."""

import contextlib
import csv
import re
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_pages import SHOWN, current, download, opened, press, report, saved, server
from places import TESTS
from scored_tables import HOSTILE, PASSPORT, flagged_spam, hostile, scored, to_save

from moderation.labels import ledger
from moderation.report import write_report


def test_what_a_queue_asks_for_is_answered_for_every_label(context, tmp_path):
    rows = [(1, f"comment {k}", 0.2 - k / 100, 0.1, "") for k in range(3)]
    rows.append((1, "buy", 0.9, None, "spam"))
    asked = ["random", "random", "uncertain", "uncertain"]
    with server(tmp_path, scored(*rows, queue=asked)) as address:
        page = opened(context, address)
        press(page, "y")  # the surest first: the flagged one, which cannot be off topic
        press(page, "n")
        page.keyboard.press("1")
        assert current(page) == "1"  # off topic is not answered yet
        press(page, "n")
        page.select_option("#reason", "random")
        page.select_option("#show", "all")
        assert page.locator("#list button.line").count() == 2
        saved(page)
    told = {
        (one["id"], one["label"]): one["value"] for one in ledger.entries(tmp_path / "ledger.jsonl")
    }
    assert told == {
        ("3", "spam"): True,
        ("0", "spam"): False,
        ("0", "off_topic"): False,
        ("1", "spam"): True,
        ("1", "off_topic"): False,
    }


def test_a_whole_queue_by_keyboard_only(context, tmp_path):
    with server(tmp_path, flagged_spam(60)) as address:
        page = opened(context, address, veiled=True)
        page.keyboard.press("b")
        for _ in range(5):
            press(page, "y")
        page.keyboard.press("d")  # number 5 has five near-duplicates
        press(page, "n")
        for _ in range(48):
            press(page, "y")
        page.keyboard.press("Shift+Digit1")
        page.wait_for_selector("text=Everything here is reviewed")
        for _ in range(3):
            press(page, "u")
        page.reload()
        page.wait_for_function(SHOWN)
        assert page.inner_text("#count").endswith("3 to review")
        for _ in range(2):
            press(page, "y")
        page.keyboard.press("Digit1")
        page.wait_for_selector("text=Everything here is reviewed")
        saved(page)
        exported = download(page, lambda: page.keyboard.press("x"))
        entries = ledger.entries(tmp_path / "ledger.jsonl")
        standing = ledger.decisions(tmp_path / "ledger.jsonl")
        (tmp_path / "exported.jsonl").write_text(exported)
        again = ledger.decisions(tmp_path / "exported.jsonl")

        places = standing[["thread_id", "id"]].apply(tuple, axis=1)
        rejected = int((standing["spam"] == 0).sum())
        assert (len(standing), places.nunique(), rejected) == (60, 60, 6)
        assert len(entries) == 60 + 3 + 3  # decided, taken back, decided again
        assert again["spam"].tolist() == standing["spam"].tolist()

        while page.inner_text("#said").strip() != "Nothing left to undo":
            page.keyboard.press("u")
            page.wait_for_timeout(15)
        saved(page)
        assert len(ledger.decisions(tmp_path / "ledger.jsonl")) == 0


def test_a_report_keeps_decisions_and_saves_them_as_a_ledger(context, tmp_path, moderation):
    address = report(tmp_path, flagged_spam(30))
    page = opened(context, address)
    for key in ("y", "n", "Digit1"):
        press(page, key)
    page.keyboard.press("Digit2")  # off-topic is added; the flag itself still waits
    other = opened(context, address)
    other.wait_for_function("document.getElementById('count').textContent.endsWith('27 to review')")
    press(other, "y")
    page.wait_for_function("() => document.getElementById('count').textContent.startsWith('4 of')")
    page.reload()
    page.wait_for_function(SHOWN)
    page.keyboard.press("u")  # what the other tab did last, on the comment that is shown here
    (tmp_path / "ledger.jsonl").write_text(download(page, lambda: page.keyboard.press("x")))
    kept = ledger.decisions(tmp_path / "ledger.jsonl")
    answers = kept[["spam", "off_topic"]].fillna(-1).astype(int)
    assert list(zip(kept["text"], answers["spam"], answers["off_topic"], strict=True)) == [
        ("buy number 0 now", 1, -1),
        ("buy number 1 now", 0, -1),
        ("buy number 2 now", 1, -1),
        ("buy number 3 now", -1, 1),
    ]


SAVED = {
    "Ledger file": "decisions.ledger.jsonl",
    "CSV": "decisions.csv",
    "JSON lines": "decisions.jsonl",
    "Statements of reasons": "statements-of-reasons.csv",
}


def decided_and_saved(context, address, folder):
    """Confirm, reject, add, confirm, take back; then every file that the page offers."""
    page = context.new_page()
    page.clock.set_fixed_time("2026-03-01T12:00:00Z")
    page.goto(address + "#order=dump")
    page.wait_for_function(SHOWN)
    page.keyboard.press("b")
    press(page, "y")
    press(page, "n")
    page.keyboard.press("Digit2")
    press(page, "y")
    press(page, "y")
    page.keyboard.press("u")
    saved(page)
    page.keyboard.press("l")
    page.wait_for_selector("#decisions table")
    buttons = page.locator(".exports button").all_inner_texts()
    for name in buttons:
        with page.expect_download() as coming:
            page.click(f".exports button:text-is('{name}')")
        coming.value.save_as(folder / SAVED[name])
    return buttons


def test_what_a_report_saves_is_what_the_tests_of_import_read(context, tmp_path):
    saved_by_page = decided_and_saved(context, report(tmp_path, to_save()), tmp_path)
    assert saved_by_page == list(SAVED)

    def content(folder, name):  # keys are drawn at random
        return re.sub(rb'"key":"[0-9a-f]{16}"', b'"key":"K"', (folder / name).read_bytes())

    for name in SAVED.values():
        assert content(tmp_path, name) == content(TESTS / "labels" / "exchange" / "saved", name)


def test_what_a_review_saves_is_known_to_its_ledger(context, tmp_path, moderation):
    known = tmp_path / "ledger.jsonl"
    with server(tmp_path, to_save()) as address:
        decided_and_saved(context, address, tmp_path)
    before = known.read_bytes()
    told = []
    for name in ("decisions.ledger.jsonl", "decisions.csv", "decisions.jsonl"):
        ran = moderation("labels", "import", tmp_path / name, "--labels", known)
        told.append(re.findall(r"[0-9]+(?= new| known| taken)", " ".join(ran.err.split())))
    assert told == [["0", "5", "0"], ["0", "4", "0"], ["0", "4", "0"]]
    assert known.read_bytes() == before
    ran = moderation("labels", "import", tmp_path / SAVED["Statements of reasons"])
    assert (ran.status, "the page's ledger file" in ran.err) == (1, True)


def test_the_address_holds_the_state_and_counts_follow_the_filter(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(40)) + "#q=number+3&order=dump&row=31")
    assert (current(page), page.inner_text("#count")) == ("31", "3 of 11; 11 to review")
    page.select_option("#label", "off_topic")
    page.wait_for_function("() => document.getElementById('count').textContent === 'none'")
    assert "label=off_topic" in page.url
    page.click("#clear")
    page.wait_for_function("() => /of 40;/.test(document.getElementById('count').textContent)")
    page.fill("#min", "98.8")
    page.keyboard.press("Enter")
    page.wait_for_function("() => / 2[56];/.test(document.getElementById('count').textContent)")


def fetched_ahead(response):
    asked = response.request.post_data_json if response.url.endswith("/api/comments") else {}
    return len(asked.get("rows", [])) > 1


def test_a_killed_server_is_told_and_what_waited_is_sent_to_the_next(context, tmp_path):
    with server(tmp_path, flagged_spam(10)) as address:
        with context.expect_event("response", fetched_ahead):
            page = opened(context, address)
        press(page, "y")
        saved(page)
    press(page, "y")
    press(page, "n")
    page.wait_for_selector("#saved.bad")
    assert "2 decisions not saved yet" in page.inner_text("#saved")
    assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 1
    port = int(re.search(r":(\d+)/", address)[1])
    with server(tmp_path, port=port) as again:
        fresh = opened(context, again)
        saved(fresh)
        assert fresh.inner_text("#count").endswith("7 to review")
        kept = ledger.decisions(tmp_path / "ledger.jsonl")
        assert kept["spam"].tolist() == [1, 1, 0]


def test_a_clock_of_the_year_9999_does_not_bind_the_next_reviewer(browser, tmp_path):
    with server(tmp_path, flagged_spam(3)) as address:
        ahead, now = browser.new_context(), browser.new_context()
        early = ahead.new_page()
        early.clock.set_fixed_time("9999-06-01T00:00:00Z")
        early.goto(address)
        early.wait_for_function(SHOWN)
        early.keyboard.press("b")
        press(early, "y")
        saved(early)
        late = opened(now, address + "#row=0")
        press(late, "n")
        saved(late)
        late.reload()
        late.wait_for_function(SHOWN)
        late.keyboard.press("l")
        assert late.inner_text("#decisions tbody tr:first-child td:nth-child(3)") == "rejected spam"
        ahead.close()
        now.close()
    assert ledger.decisions(tmp_path / "ledger.jsonl")["spam"].tolist() == [0]


def test_two_reviewers_get_different_comments(browser, tmp_path):
    with server(tmp_path, flagged_spam(16)) as address:
        ours, theirs = browser.new_context(), browser.new_context()
        first, second = opened(ours, address), opened(theirs, address)
        seen = {current(first), current(second)}
        for _ in range(6):
            for page in (first, second):
                press(page, "y")
                seen.add(current(page))
        assert len(seen) == 14
        for one in (first, second):
            saved(one)
        ours.close()
        theirs.close()
        assert len(ledger.entries(tmp_path / "ledger.jsonl")) == 12


# ---- for everybody -------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
def test_axe_finds_nothing(browser, tmp_path, theme, width):
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=theme, reduced_motion="reduce"
    )
    page = opened(context, report(tmp_path, flagged_spam(30)))
    press(page, "y")
    page.keyboard.press("t")
    press(page, "n")
    found = {}
    for view, act in (
        ("review", ""), ("overview", "o"), ("decisions", "l"), ("help", "?"),
    ):  # fmt: skip
        if act:
            page.keyboard.press(act)
        page.wait_for_timeout(50)
        result = Axe().run(page)
        found[view] = [
            (one["id"], [node["target"] for node in one["nodes"]][:3])
            for one in result.response["violations"]
        ]
    context.close()
    assert found == {"review": [], "overview": [], "decisions": [], "help": []}


def test_everything_works_without_a_keyboard_on_a_phone(browser, tmp_path):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = opened(context, report(tmp_path, flagged_spam(30)), veiled=True)
    page.tap("#unveil")
    page.tap("#yes")
    page.wait_for_function("() => location.hash.includes('row=1')")
    page.tap("#card .choices .no")
    page.wait_for_function("() => location.hash.includes('row=2')")
    page.tap("#undo")
    page.wait_for_function("() => location.hash.includes('row=1')")
    for tab in ("overview", "decisions", "review"):
        page.tap(f"#tab-{tab}")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.tap("#open-queue")
    page.tap("#list li:nth-child(9) button.line")
    page.wait_for_function("() => location.hash.includes('row=8')")
    context.close()


def test_the_slider_tells_flags_and_what_held_out_comments_promise(context, tmp_path):
    curves = {"spam": [(0.99, 0.01, 0.95, 0.2), (0.5, 0.1, 0.8, 0.6)]}
    write_report(flagged_spam(30), tmp_path / "r.html", PASSPORT | {"curves": curves})
    page = opened(context, (tmp_path / "r.html").as_uri() + "#view=overview")
    assert page.inner_text("output[for=slide-0]") == (
        "from 0.500: 30 flags (100 %); on held-out comments, of which 13\xa0% are so,"
        " precision 0.80, recall 0.60"
    )
    page.fill("#slide-0", "995")
    assert page.inner_text("output[for=slide-0]") == "from 0.995: 0 flags (0 %)"


def slid(n=30, above=10):
    """n comments with scores of spam from 0.99 down by 0.03; those over 0.7 are flagged."""
    rows = [(1, f"comment {k}", 0.99 - 0.03 * k, None, "spam" if k < above else "")
            for k in range(n)]  # fmt: skip
    return scored(*rows)


def listed(page):
    return page.inner_text("#count")


def check_slider(page):
    """What the slider counts is what "Review these" opens, above and below the threshold."""
    told = "document.querySelector('output[for=slide-0]').textContent"
    for value, count in (("900", "4"), ("700", "10"), ("450", "19"), ("100", "30")):
        page.click("#tab-overview")
        page.fill("#slide-0", value)
        assert f": {count} flags (" in page.evaluate(told)
        page.click("text=Review these")
        page.wait_for_selector("#card .card")
        assert listed(page).endswith(f"{count}; {count} to review")
    page.click("#clear")
    assert listed(page).endswith("10; 10 to review")


def test_what_the_slider_counts_can_be_reviewed_in_a_report(context, tmp_path):
    passport = PASSPORT | {"thresholds": {"spam": 0.7, "off_topic": 0.9}}
    write_report(slid(), tmp_path / "r.html", passport)
    page = opened(context, (tmp_path / "r.html").as_uri() + "#view=overview")
    check_slider(page)
    page.click("#tab-overview")
    page.fill("#slide-0", "450")
    page.click("text=Review these")
    page.wait_for_selector("#card .card")
    page.reload()
    page.wait_for_function(SHOWN)
    assert listed(page).endswith("19; 19 to review")
    page.click("#more > summary")
    page.select_option("#order", "uncertain")
    page.wait_for_function("() => location.hash.includes('row=18')")
    press(page, "y")
    assert listed(page).endswith("18 to review")
    page.click("#tab-overview")
    page.fill("#slide-0", "450")
    assert page.locator("text=Review 18 of these").is_visible()
    assert page.locator("text=1 reviewed already").is_visible()


def test_what_the_slider_counts_can_be_reviewed_on_the_server(context, tmp_path):
    with server(tmp_path, slid()) as address:
        page = opened(context, address)
        page.click("#tab-overview")
        page.fill("#slide-0", "100")
        page.click("text=Review these")
        page.wait_for_selector("#card .card")
        assert listed(page).endswith("30; 30 to review")
        page.select_option("#order", "uncertain")
        page.wait_for_function("() => location.hash.includes('row=29')")
        press(page, "y")
        saved(page)
    (told,) = ledger.entries(tmp_path / "ledger.jsonl")
    assert (told["id"], told["label"], told["value"]) == ("29", "spam", True)


def test_what_a_page_cannot_hold_is_said_beside_the_slider(context, tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.report.scored.NEAREST", 5)
    passport = PASSPORT | {"thresholds": {"spam": 0.7, "off_topic": 0.9}}
    write_report(slid(), tmp_path / "r.html", passport)
    page = opened(context, (tmp_path / "r.html").as_uri() + "#view=overview")
    page.fill("#slide-0", "100")
    assert page.inner_text("output[for=slide-0]") == "from 0.100: 30 flags (100 %)"
    assert page.locator("text=15 not on this page").is_visible()
    page.click("text=Review 15 of these")
    page.wait_for_selector("#card .card")
    assert listed(page).endswith("15; 15 to review")


def test_a_name_is_one_that_the_ledger_takes(context, tmp_path):
    with server(tmp_path, flagged_spam(3)) as address:
        page = opened(context, address)
        page.click("#open-settings")
        page.fill("#set-name", "\u200fa\u202enn\u00ad مریم\u200cسادات ")
        page.locator("#set-name").blur()
        page.click("#close-settings")
        press(page, "y")
        saved(page)
    (decided,) = ledger.entries(tmp_path / "ledger.jsonl")
    assert decided["annotator"] == "ann مریم\u200cسادات"


def test_a_name_that_a_server_gave_is_not_kept_for_the_next(context, tmp_path):
    with server(tmp_path, flagged_spam(3)) as address:
        page = opened(context, address, veiled=True)
        page.keyboard.press("+")
        assert page.evaluate("localStorage['moderation settings']") == '{"size":2}'


def test_tables_keep_their_words_whole_and_the_page_its_width_on_a_phone(browser, tmp_path):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = opened(context, report(tmp_path, flagged_spam(30)))
    page.tap("#yes")
    for tab in ("overview", "decisions"):
        page.tap(f"#tab-{tab}")
        rows = page.locator(f"#{tab} .scrolls tbody tr").all()
        assert max(row.bounding_box()["height"] for row in rows) < 200
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.tap("#open-help")
    assert page.locator("#help kbd").first.is_visible()
    assert page.locator("#help-title").bounding_box()["y"] > 0
    context.close()


BLUR = "getComputedStyle(document.querySelector('.flagged .text')).filter"


@pytest.mark.parametrize("act", ["b", "y", "n", "Digit1", "Shift+Digit1", "#yes", "#no", "#unveil"])
def test_texts_are_blurred_until_the_first_key_which_decides_nothing(context, tmp_path, act):
    page = opened(context, report(tmp_path, flagged_spam(3)), veiled=True)
    assert page.evaluate(BLUR).startswith("blur")
    assert "decide shows them instead" in page.inner_text("#unveil")
    (page.click if act.startswith("#") else page.keyboard.press)(act)
    assert page.evaluate(BLUR) == "none"
    assert page.inner_text("#count") == "1 of 3; 3 to review"
    press(page, "y")
    page.reload()
    page.wait_for_function(SHOWN)
    assert page.evaluate(BLUR) == "none"  # this browser remembers it
    page.keyboard.press("b")
    page.reload()
    page.wait_for_function(SHOWN)
    assert page.evaluate(BLUR).startswith("blur")


def test_each_text_is_blurred_where_that_is_wished(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(3)), veiled=True)
    page.click("#open-settings")
    page.select_option("#set-blur", "each")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    press(page, "n")
    page.keyboard.press("n")
    assert (current(page), page.inner_text("#count")) == ("1", "2 of 3; 2 to review")


@pytest.mark.parametrize("kind", ["report", "review"])
def test_nothing_flagged_says_so_and_what_to_do(context, tmp_path, kind):
    calm = scored((1, "good morning", 0.1, None, ""), (1, "and to you", 0.1, None, ""))
    with contextlib.ExitStack() as stack:
        served = {"review": lambda: stack.enter_context(server(tmp_path, calm))}
        page = opened(context, served.get(kind, lambda: report(tmp_path, calm))(), veiled=True)
        told = page.inner_text("main")
        assert "Nothing is flagged in these 2 comments." in told
        assert "moderation queue" in told
        assert "blurred" not in told
        page.keyboard.press("y")
        page.click("main >> text=Overview")
        page.wait_for_selector("#overview h2")


# ---- many at once --------------------------------------------------------------------------------


def verdicts(page):
    """The rows that are decided, and how, as the page's own table of decisions tells it."""
    page.keyboard.press("l")
    page.wait_for_selector("#decisions h2")
    found = page.locator("#decisions .scrolls tbody tr").all_inner_texts()
    page.keyboard.press("r")
    return sorted(
        (re.search(r"number (\d+)", one)[1], re.search(r"\t(\w+) spam", one)[1]) for one in found
    )


def test_many_at_once_are_the_open_ones_only_and_the_button_says_how_many(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(20)))
    for key in ("y", "n", "y"):
        press(page, key)
    page.keyboard.press("t")
    assert page.inner_text("#scope-thread").endswith("Whole thread: 17 open")
    assert page.inner_text("#no").endswith("Reject 17")
    assert page.inner_text("#yes").endswith("Confirm 17")
    assert "Reject 17" in page.inner_text("#card .flagged-label .choices")
    page.keyboard.press("n")
    page.wait_for_selector("text=Everything here is reviewed")
    assert page.inner_text("#toast-said") == "Rejected on 17 comments"
    assert verdicts(page)[:3] == [("0", "confirmed"), ("1", "rejected"), ("10", "rejected")]
    page.click("#toast-undo")
    page.wait_for_function(
        "() => /17 to review/.test(document.getElementById('count').textContent)"
    )
    assert verdicts(page) == [("0", "confirmed"), ("1", "rejected"), ("2", "confirmed")]
    assert page.is_hidden("#toast")


def decided_elsewhere(path, rows):
    """What bob decides on rows of flagged_spam, written by another process."""
    ledger.append(
        path,
        [
            ledger.Decision(label="spam", value=True, text=f"buy number {k} now", annotator="bob",
                            at=datetime.now(UTC), thread_id=f"t{k // 20}", id=str(k))
            for k in rows
        ],
    )  # fmt: skip


def test_what_another_decided_since_the_button_was_drawn_is_not_decided_over(context, tmp_path):
    path = tmp_path / "ledger.jsonl"
    with server(tmp_path, flagged_spam(20)) as address:
        page = opened(context, address)
        context.route("**/api/events", lambda route: route.abort())  # nothing is heard for a while
        page.keyboard.press("t")
        decided_elsewhere(path, range(3, 8))
        assert page.inner_text("#no").endswith("Reject 20")
        context.unroute("**/api/events")
        page.keyboard.press("n")
        page.wait_for_function("() => /15$/.test(document.getElementById('no').textContent)")
        page.wait_for_function("() => document.getElementById('card').ariaBusy !== 'true'")
        page.keyboard.press("n")
        page.wait_for_selector("#toast:not([hidden])")
        assert page.inner_text("#toast-said") == "Rejected on 15 comments"
        saved(page)
    by = {(one["id"], one["annotator"]) for one in ledger.entries(path)}
    assert len(by) == len({name for name, _ in by}) == 20


def test_decisions_that_the_ledger_lost_are_told_and_come_back_with_it(context, tmp_path):
    path = tmp_path / "ledger.jsonl"
    with server(tmp_path, flagged_spam(5)) as address:
        page = opened(context, address)
        press(page, "y")
        press(page, "n")
        saved(page)
        whole = path.read_bytes()
        path.write_bytes(b"")
        page.wait_for_function("() => /2 decisions of before are not in it/.test("
                               "document.getElementById('said').textContent)")  # fmt: skip
        assert page.inner_text("#count").endswith("5 to review")
        path.write_bytes(whole)
        page.wait_for_function(
            "() => /3 to review/.test(document.getElementById('count').textContent)"
        )


def test_near_duplicates_on_a_phone(browser, tmp_path):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = opened(context, report(tmp_path, flagged_spam(40)) + "#row=5")
    page.tap("#yes")
    page.wait_for_function("() => !location.hash.includes('row=5')")
    page.tap("#open-queue")
    page.tap("#list li[value='16'] button.line")
    page.wait_for_function("() => location.hash.includes('row=15')")
    page.tap("#scope-alike")
    assert page.inner_text("#no") == "Reject 3"  # 15, 25, 35; 5 is decided already
    page.tap("#no")
    page.wait_for_selector("#toast:not([hidden])")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.tap("#toast-undo")
    page.wait_for_selector("#toast", state="hidden")
    assert verdicts(page) == [("5", "confirmed")]
    context.close()


def test_a_label_for_many_is_for_those_who_have_no_answer_on_it(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(10)))
    page.keyboard.press("Digit2")  # off topic is added to the first, whose flag still waits
    page.keyboard.press("t")
    texts = page.locator("#card .choices .yes").all_inner_texts()
    assert texts == ["✓ Confirm 10", "+ Add 9"]
    page.keyboard.press("Shift+Digit2")
    page.wait_for_selector("#toast:not([hidden])")
    assert page.inner_text("#toast-said") == "No to off-topic on 9 comments"


def test_a_second_undo_is_for_what_was_before(context, tmp_path):
    page = opened(context, report(tmp_path, flagged_spam(20)))
    press(page, "y")
    page.keyboard.press("t")
    page.keyboard.press("n")
    page.wait_for_selector("text=Everything here is reviewed")
    page.keyboard.press("u")
    page.wait_for_function(
        "() => /19 to review/.test(document.getElementById('count').textContent)"
    )
    page.keyboard.press("u")
    page.wait_for_function(
        "() => /20 to review/.test(document.getElementById('count').textContent)"
    )


# ---- others --------------------------------------------------------------------------------------


def test_reviewers_see_each_others_decisions_and_who_reads_what(browser, tmp_path):
    with server(tmp_path, flagged_spam(3)) as address:
        ours, theirs = browser.new_context(), browser.new_context()
        first = opened(ours, address)
        first.wait_for_function("() => document.hasFocus()")
        second = opened(theirs, address + "#row=0")
        first.wait_for_selector("text=is reading this comment now")
        press(second, "n")
        first.wait_for_selector("#card .pill.no")
        first.wait_for_selector("text=is reading this comment now", state="detached")
        assert first.inner_text("#count").endswith("2 to review")
        press(second, "u")
        first.wait_for_selector("#card .pill.predicted")
        first.wait_for_selector("text=is reading this comment now")
        theirs.close()
        first.wait_for_selector("text=is reading this comment now", state="detached")
        ours.close()


def test_what_another_takes_back_while_the_page_opens_shows_as_taken_back(context, tmp_path):
    ledger_path = tmp_path / "ledger.jsonl"
    with server(tmp_path, flagged_spam(3)) as address:
        page = opened(context, address)
        press(page, "y")
        saved(page)
        key = ledger.entries(ledger_path)[0]["key"]
        when = datetime(2026, 1, 1, tzinfo=UTC)
        asked = []

        def late(route):
            asked.append(1)
            back = {2: lambda: ledger.retract(ledger_path, at=when, by="bob", key=key)}
            back.get(len(asked), bool)()
            route.continue_()

        context.route("**/api/events", late)
        again = opened(context, address + "#row=0")
        again.wait_for_selector("#card .pill.predicted")
        assert again.inner_text("#count").endswith("3 to review")


def test_who_waited_goes_on_when_others_leave(browser, tmp_path):
    with server(tmp_path, flagged_spam(2)) as address:
        ours, theirs = browser.new_context(), browser.new_context()
        opened(theirs, address)
        first = opened(ours, address)
        first.wait_for_selector("text=Others are reading the rest")
        theirs.close()
        first.set_default_timeout(30_000)
        first.wait_for_selector("#card .flagged")
        ours.close()


def test_log_out_leaves_no_comment_and_no_session(context, tmp_path):
    with server(tmp_path, flagged_spam(3)) as address:
        page = opened(context, address)
        press(page, "y")
        saved(page)
        page.click("#log-out")
        page.wait_for_selector("text=Logged out")
        assert "buy number" not in page.inner_text("body")
        assert opened(context, address).inner_text("#count").endswith("2 to review")


# ---- under attack --------------------------------------------------------------------------------


def safe_cells(content):
    rows = list(csv.reader(content.splitlines(keepends=True)))
    return [one for row in rows for one in row if re.match(r"[=+\-@\t\r]", one)]


@pytest.mark.parametrize("kind", ["report", "review"])
def test_hostile_comments_do_nothing(context, tmp_path, kind):
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    starting = server(tmp_path, hostile()) if kind == "review" else None
    address = starting.__enter__() if starting else report(tmp_path, hostile())
    page = opened(context, address + "#order=dump")
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.keyboard.press("c")
    tallest = 0
    for _ in range(len(HOSTILE) - 1):
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        tallest = max(tallest, page.evaluate("document.documentElement.scrollHeight"))
        press(page, "s")
    press(page, "k")  # the last has no text at all: no ledger takes it
    page.keyboard.press("y")
    for view in "olr":
        page.keyboard.press(view)
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.keyboard.press("l")
    page.wait_for_selector("#decisions table")
    tables = [download(page, lambda n=n: page.click(f".exports button:text-is('{n}')"))
              for n in ("CSV", "Statements of reasons")]  # fmt: skip
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.protocol)")
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert (
        page.evaluate(
            "document.querySelectorAll('#card script, iframe, img, base, form form').length"
        )
        == 0
    )
    assert said == []
    assert {
        one.partition("?")[0].partition("/api")[0].rstrip("/")
        for one in asked
        if not one.startswith("blob:")
    } == {address.partition("?")[0].rstrip("/")}
    assert [safe_cells(one) for one in tables] == [[], []]
    assert {"javascript:", "data:"} & set(links) == set()
    assert tallest < 6_000
    if starting:
        starting.__exit__(None, None, None)
