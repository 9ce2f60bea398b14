"""Pictures of the review page for the documents: `python -m benchmarks.screenshots`.

The example threads in seeds/ are scored and served, two people decide, and Chromium (Debian's)
takes the pictures. Needs playwright.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "images"
READY = "() => document.documentElement.dataset.ready === 'true'"


@contextmanager
def served(folder):
    """The address of a review of the example threads."""
    command = [sys.executable, "-m", "moderation"]
    scored = str(folder / "scored.parquet")
    subprocess.run([*command, "score", str(ROOT / "seeds"), "-o", scored], check=True,
                   capture_output=True)  # fmt: skip
    ledger = str(folder / "ledger.jsonl")
    review = [*command, "review", scored, "--labels", ledger, "--port", "0", "--reviewer", "ines"]
    with subprocess.Popen(review, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield re.search(r"http://\S+", running.stderr.readline())[0]
        finally:
            running.kill()


def opened(browser, address, who="ines", **options):
    context = browser.new_context(
        **({"viewport": {"width": 1120, "height": 640}, "reduced_motion": "reduce"} | options)
    )
    page = context.new_page()
    page.add_init_script(
        f"localStorage['moderation settings'] = JSON.stringify({{name: {who!r}, shown: true}})"
    )
    page.goto(address)
    page.wait_for_function(READY)
    return page


def take(page, name):
    page.wait_for_timeout(500)
    page.screenshot(path=TARGET / f"{name}.png")
    page.context.close()
    print(f"{name}.png: {(TARGET / f'{name}.png').stat().st_size:,} bytes")


def decide(browser, address):
    """Two people, who differ on one comment; the first asks the second about another."""
    ann, bob = (opened(browser, address, who) for who in ("ines", "ben"))
    rows = ann.evaluate("[...document.querySelectorAll('#list li')].length")
    assert rows > 5
    first = ann.url.rpartition("row=")[2].partition("&")[0]
    ann.keyboard.press("y")
    ann.wait_for_timeout(2_500)
    bob.goto(f"{address}#row={first}")
    bob.reload()
    bob.wait_for_function(READY)
    bob.keyboard.press("e")
    bob.fill("#note", "A real question, I think: she asks about the gummies.")
    bob.click("text=Keep the note only")
    bob.wait_for_timeout(500)
    bob.keyboard.press("n")
    ann.keyboard.press("Shift+I")
    ann.wait_for_timeout(500)
    ann.keyboard.press("e")
    ann.fill("#ask-who", "ben")
    ann.click("#reasons >> text=Ask >> nth=-1")
    ann.wait_for_timeout(2_500)
    for page in (ann, bob):
        page.context.close()


def main():
    from playwright.sync_api import sync_playwright

    TARGET.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as address,
        sync_playwright() as started,
    ):
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened(browser, address)
        page.click("#list li:nth-child(3) .pick-one")
        page.click("#list li:nth-child(5) .pick-one", modifiers=["Shift"])
        take(page, "desk")
        page = opened(browser, address, viewport={"width": 1300, "height": 540},
                      color_scheme="dark")  # fmt: skip
        page.keyboard.press("h")
        take(page, "conversation")
        page = opened(browser, address)
        page.keyboard.press("e")
        take(page, "reasons")
        page = opened(browser, address, viewport={"width": 390, "height": 740}, has_touch=True)
        take(page, "phone")
        decide(browser, address)
        page = opened(browser, address, viewport={"width": 1120, "height": 760})
        page.keyboard.press("z")
        take(page, "team")
        browser.close()


if __name__ == "__main__":
    main()
