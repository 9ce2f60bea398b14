"""Pages in Debian's Chromium for the tests of the report and the review."""

import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager

from scored_tables import PASSPORT

from moderation.report import write_report
from moderation.tables import write_table

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOWN = "() => document.documentElement.dataset.ready === 'true'"


@contextmanager
def server(folder, frame=None, port=0):
    """A review server of its own process; killed, never asked to stop."""
    if frame is not None:
        write_table(frame, folder / "s.parquet", PASSPORT)
    command = [sys.executable, "-m", "moderation", "review", str(folder / "s.parquet")]
    command += ["--labels", str(folder / "ledger.jsonl"), "--port", str(port), "--reviewer", "ann"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        stop = threading.Timer(120, running.kill)
        stop.start()
        try:
            yield re.search(r"http://\S+", running.stderr.readline())[0]
        finally:
            running.kill()
            stop.cancel()


def report(folder, frame):
    write_report(frame, folder / "r.html", PASSPORT)
    return (folder / "r.html").as_uri()


def opened(context, address, veiled=False):
    """A page that is ready; its texts are shown as by a reader of before, unless `veiled`."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(SHOWN)
    page.evaluate(
        "veiled => veiled || document.querySelector('#unveil:not([hidden])')?.click()", veiled
    )
    page.evaluate("document.getElementById('more').open = true")  # the bar of filters
    return page


def reviewer(browser, address, who, **options):
    """The page of somebody with a name, in a context of their own."""
    page = browser.new_context(**({"reduced_motion": "reduce"} | options)).new_page()
    page.set_default_timeout(20_000)
    page.add_init_script(
        f"localStorage['moderation settings'] = JSON.stringify({{name: {who!r}, shown: true}})"
    )
    page.goto(address)
    page.wait_for_function(SHOWN)
    return page


def current(page):
    return page.evaluate("new URLSearchParams(location.hash.slice(1)).get('row')")


def press(page, key):
    """One key, and the comment that comes after it."""
    before = current(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => new URLSearchParams(location.hash.slice(1)).get('row') !== before"
        " && document.getElementById('card').ariaBusy !== 'true'",
        arg=before,
    )


def saved(page):
    page.wait_for_function("() => /^All saved/.test(document.getElementById('saved').textContent)")


def download(page, act):
    with page.expect_download() as coming:
        act()
    return coming.value.path().read_text(encoding="utf-8")
