// ---- what a reviewer sets once: kept in the browser, a default where that is forbidden ---------------

const SIZES = [14, 16, 18, 21, 24, 28];
const DEFAULTS = { name: "", theme: "auto", size: 1, blur: "once", shown: false, advance: true, keys: true };
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
    ? "The first key or button that would decide on a comment shows its text instead."
    : "The first key or button that would decide shows them instead, and this browser remembers it.";
  byId("veil").setAttribute("aria-pressed", String(app.veiled));
}

const resize = (by) => set({ size: Math.min(SIZES.length - 1, Math.max(0, settings.size + by)) });

function drawSettings() {
  const field = (id, text, control) => element("p", {}, element("label", { for: id }, text), " ", control);
  const choice = (id, choices, value) => element("select", { id, change: (event) => set({ [id.slice(4)]: event.target.value }) },
    ...choices.map(([key, text]) => element("option", { value: key, selected: key === value }, text)));
  const tick = (id, text, value) => element("p", {}, element("label", {}, element("input", { id, type: "checkbox", checked: value,
    change: (event) => set({ [id.slice(4)]: event.target.checked }) }), ` ${text}`));
  const own = element("input", { id: "set-name", value: settings.name, maxlength: 100, autocomplete: "name" });
  own.addEventListener("change", () => { const said = plainName(own.value); if (said) { set({ name: said }); app.recount(); } });
  byId("settings-body").replaceChildren(
    field("set-name", "Your name, in every decision", own),
    field("set-theme", "Colours", choice("set-theme", [["auto", "as the system"], ["light", "light"], ["dark", "dark"]], settings.theme)),
    element("p", {}, "Text size ", button("−", () => resize(-1), { "aria-label": "Smaller text" }), " ",
      button("+", () => resize(1), { "aria-label": "Larger text" })),
    field("set-blur", "Texts are blurred", choice("set-blur",
      [["once", "until asked for once"], ["each", "each until asked for"], ["never", "never"]], settings.blur)),
    tick("set-advance", "Go on when every flag of a comment is decided", settings.advance),
    tick("set-keys", "Single keys decide (off when they get in the way of assistive software)", settings.keys));
}
