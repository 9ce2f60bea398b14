// ---- what a reviewer sets once: kept in the browser, a default where that is forbidden ---------------

const SIZES = [14, 16, 18, 21, 24, 28];
const DEFAULTS = { name: "", language: "", theme: "auto", size: 1, blur: "once", shown: false, advance: true, keys: true };
const settings = { ...DEFAULTS };
const chosen = {}; // what is kept: never a name that the server gave, for the next one may be another's

// What a ledger takes as a name: nothing unseen in it, such as the marks that right-to-left keyboards add.
const plainName = (given) => String(given).replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "").trim();

function readSettings(fallbackName) {
  try { Object.assign(chosen, JSON.parse(localStorage.getItem("moderation settings") || "{}")); } catch { /* forbidden */ }
  Object.assign(settings, chosen);
  settings.name = plainName(settings.name) || plainName(fallbackName || "") || "reviewer";
}

function set(changed) {
  if (changed.blur) changed.shown = false;
  Object.assign(settings, changed);
  Object.assign(chosen, changed);
  try { localStorage.setItem("moderation settings", JSON.stringify(chosen)); } catch { /* for this page only */ }
  applySettings();
}

function applySettings() {
  const root = document.documentElement;
  root.dataset.theme = settings.theme;
  root.style.fontSize = `${SIZES[settings.size]}px`;
  root.classList.toggle("veiled", app.veiled);
  for (const veil of document.querySelectorAll(".veil"))
    if (app.veiled) veil.setAttribute("aria-hidden", "true"); else veil.removeAttribute("aria-hidden");
  byId("unveil").hidden = !app.veiled || app.at < 0;
  byId("unveil-why").textContent = settings.blur === "each"
    ? tr("The first key or button that would decide on a comment shows its text instead.")
    : tr("The first key or button that would decide shows them instead, and this browser remembers it.");
  byId("veil").setAttribute("aria-pressed", String(app.veiled));
}

// What the page says was made in one language: it is loaded again, and nothing that was decided is lost.
function speak(language) {
  set({ language });
  try { if (JSON.parse(localStorage.getItem("moderation settings")).language === language) { location.reload(); return; } } catch { /* forbidden */ }
  announce(tr("This browser keeps no settings"));
}

// Each language by its own name.
const LANGUAGES = [["", tr("as the browser")], ...["en", ...Object.keys(WORDS.languages)].map((code) => {
  const own = new Intl.DisplayNames([code], { type: "language" }).of(code);
  return [code, own[0].toLocaleUpperCase(code) + own.slice(1)];
})];

const resize = (by) => set({ size: Math.min(SIZES.length - 1, Math.max(0, settings.size + by)) });

function drawSettings() {
  const field = (id, text, control) => element("p", {}, element("label", { for: id }, text), " ", control);
  const choice = (id, choices, value) => element("select", { id, change: (event) => (id === "set-language" ? speak(event.target.value) : set({ [id.slice(4)]: event.target.value })) },
    ...choices.map(([key, text]) => element("option", { value: key, selected: key === value }, text)));
  const tick = (id, text, value) => element("p", {}, element("label", {}, element("input", { id, type: "checkbox", checked: value,
    change: (event) => set({ [id.slice(4)]: event.target.checked }) }), ` ${text}`));
  const own = element("input", { id: "set-name", value: settings.name, maxlength: 100, autocomplete: "name" });
  own.addEventListener("change", () => { const said = plainName(own.value); if (said) { set({ name: said }); app.recount(); } });
  byId("settings-body").replaceChildren(
    field("set-name", tr("Your name, in every decision"), own),
    field("set-language", tr("Language"), choice("set-language", LANGUAGES, settings.language)),
    field("set-theme", tr("Colours"), choice("set-theme", [["auto", tr("as the system")], ["light", tr("light")], ["dark", tr("dark")]], settings.theme)),
    element("p", {}, tr("Text size"), " ", button("−", () => resize(-1), { "aria-label": tr("Smaller text") }), " ",
      button("+", () => resize(1), { "aria-label": tr("Larger text") })),
    field("set-blur", tr("Texts are blurred"), choice("set-blur",
      [["once", tr("until asked for once")], ["each", tr("each until asked for")], ["never", tr("never")]], settings.blur)),
    tick("set-advance", tr("Go on when every flag of a comment is decided"), settings.advance),
    tick("set-keys", tr("Single keys decide (off when they get in the way of assistive software)"), settings.keys));
}
