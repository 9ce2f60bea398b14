// ---- filters, views, and the start ----------------------------------------------------------------------

app.view = (view) => {
  app.state.view = view;
  for (const one of VIEWS) {
    byId(`view-${one}`).hidden = one !== view;
    const tab = byId(`tab-${one}`);
    if (one === view) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
  }
  writeAddress(app.state);
  if (view === "team") drawTeam().catch((error) => announce(error.message));
  if (view === "overview") drawOverview();
  if (view === "decisions") drawDecisions().catch((error) => announce(error.message));
};

app.drawFilters = () => {
  const { state } = app;
  const counts = facets(app.columns, state, app.found, app.reviewed);
  const options = (id, choices, value) => byId(id).replaceChildren(...choices.map(([key, text]) =>
    element("option", { value: key, selected: key === value }, text)));
  options("label", [["", tr("all ({n})", { n: counts.any })],
    ...page.labels.map((label) => [label, `${words(label)} (${number(counts.labels[label])})`])], state.label);
  options("show", [["open", tr("open ({n})", { n: counts.show.open })],
    ["reviewed", tr("reviewed ({n})", { n: counts.show.reviewed })], ["all", tr("all ({n})", { n: counts.show.all })],
    ["asked", tr("asked of you ({n})", { n: counts.show.asked })], ["disputed", tr("disagreed on ({n})", { n: counts.show.disputed })]], state.show);
  options("order", Object.entries(ORDERS).map(([key, one]) => [key, one.title]), state.order);
  options("status", [["", tr("any")], ...app.columns.statuses.map((one) => [one, nameIn(STATUS_NAMES, one)])], state.status);
  options("reason", [["", tr("any")], ...app.columns.reasons.map((one) => [one, whyListed(one)])], state.reason);
  drawByLabel(counts);
  for (const key of ["min", "max", "q"]) if (document.activeElement !== byId(key)) byId(key).value = state[key];
  const chips = [];
  const chip = (key, what, text) => chips.push(element("li", {}, element("button", { type: "button", class: "chip",
    "aria-label": tr("Remove the filter {what} {text}", { what, text: tame(text) }), click: () => app.filter({ [key]: "" }) }, `${what}: `, name(text), " ×")));
  const thread = app.columns.threads.find((one) => one[0] === state.thread);
  if (state.thread) chip("thread", tr("thread"), thread?.[1] || state.thread);
  if (state.author) chip("author", tr("author"), state.author);
  if (state.campaign !== "") chip("campaign", tr("near-duplicates"), state.campaign);
  if (state.domain) chip("domain", tr("links to"), state.domain);
  if (state.every) chip("every", tr("also"), tr("what is not flagged"));
  if (state.from !== "") chip("from", tr("threshold"), decimal(Number(state.from) / 1000, 3));
  const used = ["label", "min", "max", "status", "reason"].filter((key) => String(state[key]) !== String(PLAIN[key])).length;
  byId("more-said").textContent = [ORDERS[state.order].title, SHOWN_NAMES[state.show], used ? trn("{n} filter", "{n} filters", used) : ""].filter(Boolean).join("; ");
  byId("chips").replaceChildren(...chips);
};

// The labels as buttons that say how many wait, for what the filters would hide.
function drawByLabel({ any, labels }) {
  const box = byId("by-label");
  const { label } = app.state;
  const choices = page.labels.filter((one) => labels[one] || one === label);
  const drawn = JSON.stringify([label, any, labels]);
  box.hidden = choices.length < 2 && !label;
  if (box.dataset.drawn === drawn) return;
  box.dataset.drawn = drawn;
  const focused = document.activeElement?.closest?.("#by-label button")?.value;
  const choice = (key, text, n, k) => element("button", { type: "button", class: "chip", value: key, "aria-pressed": String(key === label),
    click: () => app.filter({ label: key, from: "", row: "" }).catch((error) => announce(error.message)) },
    k >= 0 ? shape(k) : "", ` ${text} `, element("span", { class: "figure" }, number(n)));
  box.replaceChildren(choice("", tr("all"), any, -1), ...choices.map((one) => choice(one, words(one), labels[one], page.labels.indexOf(one))));
  if (focused !== undefined) box.querySelector(`button[value="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// After a decision, when the next comment shows: fifty thousand rows are counted for it.
let counting;
app.countLabels = () => {
  clearTimeout(counting);
  counting = setTimeout(() => drawByLabel(facets(app.columns, app.state, app.found, app.reviewed)), 200);
};

function listen() {
  const form = byId("filters");
  let timer;
  const changed = () => {
    const given = Object.fromEntries(["label", "show", "min", "max", "status", "reason", "order", "q"].map((key) => [key, byId(key).value]));
    given.min = Math.min(100, Math.max(0, Number(given.min) || 0));
    given.max = given.max === "" ? 100 : Math.min(100, Math.max(0, Number(given.max)));
    app.skipped.clear();
    if (given.label !== app.state.label) given.from = "";
    app.filter({ ...given, row: "" }).catch((error) => announce(error.message));
  };
  form.addEventListener("change", (event) => { if (event.target.id !== "view-name") changed(); });
  byId("q").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(changed, 150); });
  form.addEventListener("submit", (event) => { event.preventDefault(); changed(); byId("q").blur(); });
  byId("clear").addEventListener("click", () => app.filter({ ...PLAIN }));
  for (const view of VIEWS)
    byId(`tab-${view}`).addEventListener("click", () => app.view(view));
  const press = { yes: () => app.decide("yes"), no: () => app.decide("no"), skip: () => app.skip(),
    back: () => app.previous(), undo: () => app.undo(), why: () => openReasons(),
    "panel-thread": () => app.togglePanel("thread"), "panel-author": () => app.togglePanel("author"),
    "panel-close": () => app.togglePanel(app.panel), "close-reasons": () => byId("reasons").close(), "save-view": () => saveView(), unveil: () => app.unveil(), veil: () => app.unveil(),
    "open-help": () => openDialog("help"), "open-settings": () => openDialog("settings"),
    "open-queue": () => document.body.classList.toggle("queue-open"), "close-help": () => byId("help").close(),
    "close-settings": () => byId("settings").close(), "toast-undo": () => app.undo(app.batch),
    "toast-close": () => app.offerUndo(null, ""),
    "log-out": () => app.logOut().catch((error) => announce(error.message)) };
  for (const [id, act] of Object.entries(press)) byId(id).addEventListener("click", act);
  byId("pick-all").addEventListener("click", (event) => app.pickAll(event.target.checked));
  byId("list").addEventListener("scroll", scrolled, { passive: true });
  byId("view-name").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); saveView(); } });
  drawViews();
  document.addEventListener("keydown", pressed);
  addEventListener("hashchange", () => {
    if (app.over) return;
    app.state = readAddress();
    app.refilter().then(() => { app.view(app.state.view); return app.first(); });
  });
  addEventListener("beforeunload", (event) => { if (app.saving.state().bad) event.preventDefault(); });
  addEventListener("pagehide", () => app.store.release());
  document.addEventListener("visibilitychange", () => { if (app.store.live && !app.over) app.hear().catch(() => {}); });
  byId("log-out").hidden = !app.store.live;
}

function tell({ text, bad }) {
  byId("saved").textContent = text;
  byId("saved").classList.toggle("bad", bad);
}

// ---- other reviewers ----------------------------------------------------------------------------------

const HEAR = 1_500; // milliseconds: others' decisions show within two seconds
const HEAR_HIDDEN = 10_000;
const HOLD = 10_000; // between two claims of what is read next

// What was decided since, and who reads what; this page tells what it shows. Whoever asks, it is drawn.
app.hear = async () => {
  const row = app.at >= 0 && app.state.view === "review" && !document.hidden ? app.columns.row[app.at] : -1;
  const reader = app.store.readers.get(row);
  const rows = new Set();
  const { told, anew } = await app.store.events(settings.name, row);
  const differ = anew ? app.journal.restart(told) : [];
  for (const one of differ) rows.add(one.row);
  const lost = differ.filter((one) => one.gone).length;
  if (lost) announce(trn("The ledger is another one now: {n} decision of before is not in it",
    "The ledger is another one now: {n} decisions of before are not in it", lost));
  await app.adopt([...new Set(told.filter((one) => one.row !== undefined).map((one) => one.row))]);
  for (const one of told) {
    const known = one.retracts ? app.journal.takeBackKey(one.retracts) : app.journal.add(one);
    if (known) rows.add(known.row);
  }
  if (rows.size && app.state.view === "team") drawTeam().catch(() => {});
  if (rows.size || app.store.readers.get(row) !== reader) app.changed([...rows]);
};

async function keepHearing() {
  let held = Date.now();
  while (!app.over) {
    await pause(document.hidden ? HEAR_HIDDEN : HEAR);
    try {
      if (app.over) return;
      await app.hear();
      if (Date.now() - held < HOLD || app.state.view !== "review" || app.busy) continue;
      held = Date.now();
      if (app.at >= 0) await app.prepare();
      else if (app.list.some((at) => !app.reviewed[at])) { // let go by others, or taken back
        app.held.clear();
        await app.next();
      }
    } catch (error) { // else the line beside the title says so when something is unsaved
      if (error instanceof Restarted && !app.over) return tell({ text: tr("Note: {what}", { what: error.message }), bad: true });
    }
  }
}

async function start() {
  readSettings(app.store.reviewer);
  figures();
  drawHelp();
  app.saving = makeSaving(app.store, app.journal, tell, () => app.changed());
  app.columns = makeColumns();
  app.adopted(app.columns.add(await app.store.index()));
  await app.hear();
  app.saving.resume();
  app.recount();
  applySettings();
  listen();
  app.saving.listen(() => app.changed());
  if (!app.store.live && app.columns.listed < page.figures.flagged)
    byId("figures").append(" ", trn("This file holds the most certain one.", "This file holds the {n} most certain ones.", app.columns.listed));
  await app.refilter();
  app.view(app.state.view);
  await app.first();
  document.documentElement.dataset.ready = "true";
  app.store.domains().then((told) => { app.columns.link(told); if (app.at >= 0) app.drawScope(); }).catch(() => {});
  if (app.store.live) keepHearing();
}

start().catch((error) => {
  byId("bar").hidden = true;
  byId("card").replaceChildren(element("p", { class: "empty" }, tr("The page could not start: {what}", { what: error.message })));
});
