"""Measure the review of a large file in a real browser: python -m benchmarks.review_page FILE.

FILE: a scored Parquet file, as benchmarks.synthetic_scored makes it. Needs Debian's chromium.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
PRESS = """async (key) => {
  const from = performance.now(), before = document.querySelector(".card");
  document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, key, code: "" }));
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  while (document.querySelector(".card") === before) await frame();
  await frame();
  return performance.now() - from;
}"""
FILTER = """async ([id, value]) => {
  const count = document.getElementById("count"), before = count.textContent;
  const from = performance.now(), field = document.getElementById(id);
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  while (count.textContent === before) await new Promise((drawn) => requestAnimationFrame(drawn));
  return performance.now() - from;
}"""
FILTERS = [("label", "slur"), ("label", ""), ("min", "95"), ("min", "0")]
SEARCHES = [("q", "bridge market"), ("q", "village"), ("q", "")]


def main() -> None:
    ledger = Path(tempfile.mkdtemp()) / "ledger.jsonl"
    command = [sys.executable, "-m", "moderation", "review", sys.argv[1], "--port", "0"]
    begun = time.perf_counter()
    with subprocess.Popen(
        [*command, "--labels", str(ledger)], stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            address = re.search(r"http://\S+", server.stderr.readline())[0]
            print(f"server started           {time.perf_counter() - begun:8.2f} s")
            browse(address)
            status = Path(f"/proc/{server.pid}/status").read_text()
            peak = int(re.search(r"VmHWM:.*?(\d+)", status)[1]) >> 10
            print(f"server memory, peak      {peak:8} MB")
        finally:
            server.kill()


def browse(address: str) -> None:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page()
        page.goto("about:blank")
        begun = time.perf_counter()
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        print(f"first comment            {time.perf_counter() - begun:8.2f} s")
        for what, key in (("next", "j"), ("decide and next", "y")):
            times = []
            for _ in range(50):
                times.append(page.evaluate(PRESS, key))
                page.wait_for_timeout(100)
            times.sort()
            print(f"{what:24} {times[25]:8.0f} ms, 95 % under {times[47]:.0f} ms")
        for what, acts in (("filter, slowest", FILTERS), ("search, slowest", SEARCHES)):
            print(f"{what:24} {max(page.evaluate(FILTER, list(one)) for one in acts):8.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
