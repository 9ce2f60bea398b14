"""The same day on the export of a blog that a campaign and one angry author fell upon.

What was written there is real, or reads so; what the model says of it may change with the model.
"""

import re

import pandas as pd
import pytest
from browser_pages import press, reviewer, saved, server
from places import ROOT, SHARED
from site_doubles import Site, wordpress

from moderation.labels import ledger
from moderation.labels.actions import newest_actions

OURS = ROOT / "seeds/telescope.wordpress.xml"
REAL = SHARED / "samples/wxr/real-timothyfitz.xml"
DUMPS = [
    pytest.param(OURS, id="seeds"),
    pytest.param(
        REAL,
        id="a real blog",
        marks=pytest.mark.skipif(not REAL.exists(), reason="the sample is not here"),
    ),
]
COMMENT = """<wp:comment><wp:comment_id>{id}</wp:comment_id>
<wp:comment_author><![CDATA[{author}]]></wp:comment_author>
<wp:comment_date_gmt>2024-02-0{day} 08:{minute:02}:00</wp:comment_date_gmt>
<wp:comment_content><![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved>1</wp:comment_approved><wp:comment_type></wp:comment_type>
<wp:comment_parent>0</wp:comment_parent></wp:comment>
"""
OTHERS = ("forum.jsonl", "bike-lane.txt", "damaged.csv", "damaged.jsonl", "school-lunches.html")
SHOPS = ("cash1", "cash2", "cash3")


def fallen_upon():
    """40 variations of one advert, and 25 insults by one author."""
    for k in range(40):
        shop = f"https://{SHOPS[k % 3]}.example/apply?ref={k}"
        yield f"promo {k}", f"Best loans online without papers, approved in a minute: {shop}"
    for k in range(25):
        yield "Vera Grim", f"You are an idiot and your opinion number {k} is worth nothing."


@pytest.fixture
def day(request, tmp_path, monkeypatch, moderation):
    """Dump, scored table and queue in a folder, and the site that they are of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORDPRESS_USER", "mod")
    monkeypatch.setenv("WORDPRESS_APPLICATION_PASSWORD", "secret-password")
    others = [ROOT / "seeds" / name for name in OTHERS]
    assert moderation("parse", *others, "-o", "others.jsonl").status == 0
    said = pd.read_json("others.jsonl", lines=True, dtype={"author": str})
    more = [*fallen_upon(), *zip(said["author"].fillna("guest"), said["text"], strict=True)]
    blocks = [
        COMMENT.format(id=900_000 + k, author=who, text=text, day=1 + k // 60, minute=k % 60)
        for k, (who, text) in enumerate(more)
    ]
    head, last, tail = request.param.read_text("utf-8").rpartition("</wp:comment>")
    (tmp_path / "dump.xml").write_text(head + last + "".join(blocks) + tail, "utf-8")
    assert moderation("score", "dump.xml", "--campaigns", "-o", "all.parquet").status == 0
    assert moderation("queue", "all.parquet", "-n", "2000", "-o", "s.parquet").status == 0
    every = pd.read_parquet("all.parquet")
    site = Site(wordpress, {one.id: {"status": "1", "text": one.text or ""}
                            for one in every.itertuples()})  # fmt: skip
    yield tmp_path, site, pd.read_parquet("s.parquet")
    site.close()


def row_of(queue, author):
    return int((queue["author"] == author).to_numpy().argmax())


def decide_by_keys(page, address, queue):
    """The campaign, the author with a note, some one by one."""
    page.keyboard.press("d")
    page.wait_for_function("() => document.querySelector('#yes span').textContent.endsWith(' 40')")
    page.keyboard.press("Shift+A")
    page.wait_for_selector("text=Advertising: spam folder on 40 comments")
    saved(page)
    page.goto(f"{address}#row={row_of(queue, 'Vera Grim')}&order=dump")
    page.reload()
    page.wait_for_function("() => document.documentElement.dataset.ready === 'true'")
    page.keyboard.press("w")
    page.wait_for_function("() => document.querySelector('#yes span').textContent.endsWith(' 25')")
    page.keyboard.press("e")
    page.fill("#note", "The same person as last week")
    page.click(".reason:has-text('Insult')")
    page.wait_for_selector("text=Insult or harassment: trash on 25 comments")
    saved(page)


def decide_by_phone(page):
    for reason in ("Personal data", "Off the topic", "Nothing wrong"):
        row = page.evaluate("location.hash.match(/row=(\\d+)/)[1]")
        page.tap("#why")
        page.fill("#note", f"by phone: {reason}")
        page.tap(f".reason:has-text('{reason}')")
        page.wait_for_function("row => !location.hash.includes('row=' + row)", arg=row)
    saved(page)


def decide_the_rest(page, left):
    """Some one by one, and what is left at once."""
    page.wait_for_function(
        "left => document.getElementById('count').textContent.includes(`${left} to review`)",
        arg=left,
    )
    for key in ("n", "y", "Shift+F", "n"):
        press(page, key)
    page.click("#list li:nth-child(1) .pick-one")
    page.wait_for_selector("#scope-selected")
    page.click("#pick-all")
    page.keyboard.press("n")
    page.wait_for_selector("text=Everything here is reviewed")
    saved(page)


@pytest.mark.parametrize("day", DUMPS, indirect=True)
def test_of_a_real_dump_all_is_decided_applied_verified_and_undone(browser, day, moderation):
    folder, site, queue = day
    assert len(queue) >= 200
    with server(folder) as address:
        first = row_of(queue, "promo 0")
        ines = reviewer(browser, f"{address}#row={first}&order=dump", "ines")
        ben = reviewer(browser, f"{address}#row=3&order=dump", "ben",
                     viewport={"width": 390, "height": 844}, has_touch=True)  # fmt: skip
        decide_by_keys(ines, address, queue)
        decide_by_phone(ben)
        decide_the_rest(ines, len(queue) - 40 - 25 - 3)
        for page in (ines, ben):
            page.context.close()
    entries = ledger.entries(folder / "ledger.jsonl")
    acts = newest_actions(ledger.standing(entries, "action"))
    assert {"advert", "insult", "personal-data", "off-topic", "fine"} == {
        one["reason"] for one in acts
    }
    assert len({one["note"] for one in acts if "note" in one}) == 4
    assert {one["annotator"] for one in acts} == {"ines", "ben"}
    decided = {one["id"] for one in ledger.standing(entries)} | {one["id"] for one in acts}
    assert len(decided) == len(queue)

    before = site.bytes()
    plan = ("apply", "plan", "ledger.jsonl", "all.parquet", "--to", "wordpress-rest", "--site",
            site.url, "--set", "rewrite=yes", "-o", "plan.jsonl", "--max-share", "1")  # fmt: skip
    assert moderation(*plan).status == 0
    dry = moderation("apply", "run", "plan.jsonl")
    assert (dry.status, site.writes, site.bytes()) == (0, [], before)
    ran = moderation("apply", "run", "plan.jsonl", "--yes")
    assert ran.status == 0, ran.err
    names = dict(zip(queue["id"], queue["author"], strict=True))
    states = {name: site.comments[name]["status"] for name in names}
    assert {states[name] for name, who in names.items() if who.startswith("promo ")} == {"spam"}
    assert {states[name] for name, who in names.items() if who == "Vera Grim"} == {"trash"}
    assert len(site.writes) == int(re.search(r"(\d+) written", ran.err)[1])
    assert moderation("apply", "verify", "plan.jsonl").status == 0
    assert moderation("apply", "undo", "plan.jsonl", "--yes").status == 0
    assert site.bytes() == before
