"""The page in the language of its reader: chosen, remembered, and no string of it forgotten."""

import pytest
from browser_pages import SHOWN, opened, report
from scored_tables import PASSPORT, flagged_spam, scored

from moderation.report import write_report
from moderation.report.words import page_words
from moderation.tables import write_table

SHOWN_TEXTS = """() => {
  const found = [];
  const data = "bdi, kbd, code, .text, script, style, noscript";
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    if (node.parentElement.closest(data)) continue;
    const own = [...node.parentElement.childNodes].filter((one) => one.nodeType === 3);
    const whole = own.map((one) => one.data).join("");
    const bare = whole.replace(/⟦[^]*⟧/g, "").replace(/[0-9a-f]{12}|^de$/g, "");
    if (/\\p{L}{2}/u.test(bare)) found.push(whole.trim());
  }
  for (const one of document.querySelectorAll("[title], [aria-label], [placeholder]"))
    for (const name of ["title", "aria-label", "placeholder"]) {
      const bare = (one.getAttribute(name) || "").replace(/⟦[^]*⟧/g, "");
      if (/\\p{L}{2}/u.test(bare)) found.push(`${name}=${bare}`);
    }
  return [...new Set(found)];
}"""


def words_in_brackets():
    """A language whose words are the English ones in ⟦brackets⟧."""
    german = page_words()["languages"]["de"]["texts"]
    messages = page_words()["messages"]
    texts = [
        [f"⟦{message}⟧"] * 2 if isinstance(text, list) else f"⟦{message}⟧"
        for message, text in zip(messages, german, strict=True)
    ]
    return {"messages": messages, "languages": {"qps": {"plurals": "1" * 200, "texts": texts}}}


def speaking(browser, language, **options):
    context = browser.new_context(
        locale=language,
        reduced_motion="reduce",
        **({"viewport": {"width": 1280, "height": 900}} | options),
    )
    context.set_default_timeout(10_000)
    return context


@pytest.mark.parametrize(
    ("locale", "language", "title", "many"),
    [
        ("en-GB", "en", "Flagged comments", "1,200 comments in 60 threads"),
        ("de-AT", "de", "Markierte Kommentare", "1.200 Kommentare in 60 Threads"),
        ("es-MX", "es", "Comentarios marcados", "1200 comentarios en 60 hilos"),
        ("pt-PT", "pt", "Comentários sinalizados", "1.200 comentários em 60 discussões"),
        ("nl-NL", "en", "Flagged comments", "1,200 comments in 60 threads"),
    ],
)  # fmt: skip
def test_the_browser_says_which_language(browser, tmp_path, locale, language, title, many):
    context = speaking(browser, locale)
    page = opened(context, report(tmp_path, flagged_spam(1_200)))
    assert page.get_attribute("html", "lang") == language
    told = page.inner_text("#figures").partition(";")[0]
    assert (page.inner_text("h1"), told) == (title, many)
    context.close()


def test_a_language_that_is_chosen_is_remembered(context, tmp_path):
    address = report(tmp_path, flagged_spam(3))
    page = opened(context, address)
    page.keyboard.press("y")
    page.click("#open-settings")
    assert page.locator("#set-language option").all_inner_texts() == [
        "as the browser", "English", "Deutsch", "Español", "Français", "Português",
    ]  # fmt: skip
    with page.expect_navigation():
        page.select_option("#set-language", "fr")
    page.wait_for_function(SHOWN)
    assert page.inner_text("h1") == "Commentaires signalés"
    assert page.inner_text("#saved") == "Tout est enregistré dans ce navigateur"
    page.goto("about:blank")
    page = opened(context, address)
    assert page.inner_text("#tab-decisions") == "Décisions"
    page.click("#open-settings")
    with page.expect_navigation():
        page.select_option("#set-language", "")
    page.wait_for_function(SHOWN)
    assert page.inner_text("#tab-decisions") == "Decisions"


def test_a_report_is_made_for_a_language(context, tmp_path, moderation):
    write_table(flagged_spam(3), tmp_path / "s.parquet", PASSPORT)
    told = ("report", tmp_path / "s.parquet", "-o", tmp_path / "r.html", "--language")
    assert moderation(*told, "nl").err.splitlines()[-1].endswith("speaks de, en, es, fr, pt")
    assert moderation(*told, "es").status == 0
    page = opened(context, (tmp_path / "r.html").as_uri())
    assert page.inner_text("h1") == "Comentarios marcados"


def test_no_string_of_the_page_is_forgotten(browser, tmp_path, monkeypatch):
    monkeypatch.setattr("moderation.report.render.page_words", words_in_brackets)
    frame = flagged_spam(30).assign(language=["de", None] * 15)
    write_report(frame, tmp_path / "r.html", PASSPORT)
    context = speaking(browser, "qps")
    page = opened(context, (tmp_path / "r.html").as_uri(), veiled=True)
    views = {"veiled": page.evaluate(SHOWN_TEXTS)}
    page.keyboard.press("b")
    for key in ("y", "n", "Shift+Digit1", "Shift+ArrowDown"):
        page.keyboard.press(key)
        page.wait_for_timeout(50)
    views["selected"] = page.evaluate(SHOWN_TEXTS)
    page.keyboard.press("e")
    views["reasons"] = page.evaluate(SHOWN_TEXTS)
    page.fill("#ask-who", "ben")
    page.click("#reasons-body .buttons >> nth=1 >> button")
    page.keyboard.press("h")
    page.wait_for_selector("#panel-body .thread")
    views["conversation"] = page.evaluate(SHOWN_TEXTS)
    page.keyboard.press("i")
    page.wait_for_selector("#panel-body table")
    views["author"] = page.evaluate(SHOWN_TEXTS)
    for key, view in (("z", "team"), ("o", "overview"), ("l", "decisions")):
        page.keyboard.press(key)
        page.wait_for_selector(f"#{view} h2")
        views[view] = page.evaluate(SHOWN_TEXTS)
    page.keyboard.press("?")
    views["help"] = page.evaluate(SHOWN_TEXTS)
    page.click("#close-help")
    page.click("#open-settings")
    views["settings"] = page.evaluate(SHOWN_TEXTS)
    assert {text for texts in views.values() for text in texts} == {"CSV", "English", "Qps"}
    assert page.title().startswith("⟦")
    context.close()


def test_files_are_the_same_in_every_language(browser, tmp_path):
    rows = [(1, "cheap pills at https://pills.example/x", 0.9, None, "spam")]
    address = report(tmp_path, scored(*rows))
    saved = {}
    for language in ("en-US", "de-DE"):
        context = speaking(browser, language, accept_downloads=True)
        page = opened(context, address)
        page.evaluate(
            "localStorage['moderation settings'] = JSON.stringify({name: 'ann', shown: true})"
        )
        page.reload()
        page.wait_for_function(SHOWN)
        page.keyboard.press("y")
        page.keyboard.press("l")
        saved[language] = []
        for place in (1, 3):
            with page.expect_download() as coming:
                page.click(f".exports button >> nth={place}")
            lines = coming.value.path().read_text(encoding="utf-8").splitlines()
            saved[language].append([line.split(",")[4:7] for line in lines])
        context.close()
    assert saved["de-DE"] == saved["en-US"]
    assert saved["en-US"][0][1] == ["spam", "confirmed", "1"]


UNFIT = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
  const shown = 'button, .label-name, .score, .pill, h1, h2, label, .badge, summary, legend, .fate';
  for (const one of document.querySelectorAll(shown)) {
    const box = one.getBoundingClientRect();
    const cut = getComputedStyle(one).display !== 'inline' && one.scrollWidth > one.clientWidth + 1;
    const inside = one.closest('.scrolls, .scopes, .unseen');
    if (box.width > 1 && !inside && (cut || box.right > innerWidth + 1)) found.push(one.textContent);
  }
  const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  for (const row of document.querySelectorAll('.label')) {
    const boxes = [...row.children].map(one => {
      const range = document.createRange();
      range.selectNodeContents(one);
      return range.getBoundingClientRect();
    }).filter(box => box.width);
    if (boxes.some((a, k) => boxes.slice(k + 1).some(b => !apart(a, b)))) found.push(row.textContent);
  }
  return found;
}"""  # noqa: E501


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt"])
def test_long_words_fit(browser, tmp_path, language, width):
    passport = PASSPORT | {"labels": ["spam", "slur", "abuse", "off_topic"]}
    frame = flagged_spam(3).assign(slur=0.9, abuse=0.8, flags="spam;slur;abuse;off_topic")
    write_report(frame.assign(off_topic=0.95), tmp_path / "r.html", passport)
    context = speaking(browser, language, viewport={"width": width, "height": 844})
    page = opened(context, (tmp_path / "r.html").as_uri())
    unfit = {"review": page.evaluate(UNFIT)}
    page.keyboard.press("1")
    page.keyboard.press("t")
    unfit["many"] = page.evaluate(UNFIT)
    page.keyboard.press("e")
    unfit["reasons"] = page.evaluate(UNFIT)
    page.keyboard.press("Escape")
    for key, view in (("z", "team"), ("o", "overview"), ("l", "decisions")):
        page.keyboard.press(key)
        page.wait_for_selector(f"#{view} h2")
        unfit[view] = page.evaluate(UNFIT)
    assert unfit == {view: [] for view in unfit}
    context.close()
