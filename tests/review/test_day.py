"""A day of two moderators: decide in the browser, carry it to a site, and take all of it back."""

import re

import pandas as pd
import pytest
from browser_pages import SHOWN, press, reviewer, saved, server
from scored_tables import scored
from site_doubles import Site, wordpress

from moderation.labels import ledger
from moderation.labels.actions import newest_actions


def comments():
    """200 of a blog: 40 copies of one advert, 25 by one author, the rest flagged one by one."""
    rows, authors, campaign = [], [], []
    for k in range(200):
        copied, eve = k < 40, 40 <= k < 65
        label = "spam" if copied or k % 2 else "abuse"
        text = f"Cheap pills, number {k}" if copied else f"You fool, number {k}"
        rows.append((1, text, 0.99 - k / 1_000, 0.95 - k / 1_000, label))
        authors.append("eve" if eve else f"reader {k}")
        campaign.append(7 if copied else None)
    frame = scored(*rows, author=authors, campaign=pd.array(campaign, "Int32"))
    frame = frame.rename(columns={"off_topic": "abuse"})
    return frame.assign(
        id=[str(k + 1) for k in range(200)], thread_id=[f"{k // 10}" for k in range(200)]
    )


PASSPORT = {"model": "m", "digest": "0" * 64, "labels": ["spam", "abuse"],
            "thresholds": {"spam": 0.5, "abuse": 0.5}, "goals": {}}  # fmt: skip


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("WORDPRESS_USER", "mod")
    monkeypatch.setenv("WORDPRESS_APPLICATION_PASSWORD", "secret-password")
    frame = comments()
    texts = dict(zip(frame["id"], frame["text"], strict=True))
    made = Site(wordpress, {name: {"status": "1", "text": text} for name, text in texts.items()})
    yield made
    made.close()


def open_left(page):
    return int(re.search(r"([\d,]+) to review", page.inner_text("#count"))[1])


def work_through(browser, address):
    """One by keys, one by phone, until nothing is open."""
    ines = reviewer(browser, address + "#row=0&order=dump", "ines")
    ben = reviewer(browser, address + "#row=100&order=dump", "ben",
                 viewport={"width": 390, "height": 844}, has_touch=True)  # fmt: skip
    ines.keyboard.press("d")
    ines.keyboard.press("Shift+A")  # 40 copies: an advert
    ines.wait_for_selector("text=Advertising: spam folder on 40 comments")
    saved(ines)
    ines.goto(address + "#row=40&order=dump")
    ines.reload()
    ines.wait_for_function(SHOWN)
    ines.keyboard.press("w")
    assert ines.inner_text("#yes span") == "Confirm 25"
    ines.keyboard.press("e")
    ines.fill("#note", "The same person as last week")
    ines.click(".reason:has-text('Insult')")
    ines.wait_for_selector("text=Insult or harassment: trash on 25 comments")
    saved(ines)
    for reason in ("Personal data", "Off the topic", "Nothing wrong"):
        row = ben.evaluate("location.hash.match(/row=(\\d+)/)[1]")
        ben.tap("#why")
        ben.fill("#note", f"by phone: {reason}")
        ben.tap(f".reason:has-text('{reason}')")
        ben.wait_for_function("row => !location.hash.includes('row=' + row)", arg=row)
    saved(ben)
    ines.wait_for_function(
        "() => /132 to review/.test(document.getElementById('count').textContent)"
    )
    for key in ("y", "n", "Shift+I", "y", "Shift+F"):
        press(ines, key)
    ines.click("#pick-all")
    ines.keyboard.press("Escape")
    ines.click("#list li:nth-child(1) .pick-one")
    ines.wait_for_selector("#scope-selected")
    ines.click("#pick-all")
    ines.keyboard.press("y")
    ines.wait_for_selector("text=Everything here is reviewed")
    saved(ines)
    assert open_left(ines) == 0
    for page in (ines, ben):
        page.context.close()


def test_decided_by_two_applied_verified_and_undone(
    browser, tmp_path, moderation, site, monkeypatch
):
    from moderation.tables import write_table

    monkeypatch.chdir(tmp_path)
    write_table(comments(), tmp_path / "s.parquet", PASSPORT)
    with server(tmp_path) as address:
        work_through(browser, address)
    acts = newest_actions(ledger.standing(ledger.entries(tmp_path / "ledger.jsonl"), "action"))
    reasons = {one["reason"] for one in acts}
    assert reasons == {"advert", "insult", "personal-data", "off-topic", "fine"}
    notes = {one["note"] for one in acts if "note" in one}
    assert len(notes) == 4
    assert {one["annotator"] for one in acts} == {"ines", "ben"}

    before = site.bytes()
    ran = moderation("apply", "plan", "ledger.jsonl", "s.parquet", "--to", "wordpress-rest",
                     "--site", site.url, "-o", "plan.jsonl", "--max-share", "1")  # fmt: skip
    assert ran.status == 0, ran.err
    assert moderation("apply", "run", "plan.jsonl").status == 0
    assert (site.writes, site.bytes()) == ([], before)
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert ran.status == 0, ran.err
    states = [site.comments[str(k + 1)]["status"] for k in range(200)]
    assert states[:40] == ["spam"] * 40
    assert states[40:65] == ["trash"] * 25
    assert (states[100], states[101], states[102]) == ("trash", "0", "1")
    assert moderation("apply", "verify", "plan.jsonl").status == 0
    assert moderation("apply", "undo", "plan.jsonl", "--yes").status == 0
    assert site.bytes() == before
