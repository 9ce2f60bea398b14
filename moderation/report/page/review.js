// ---- working through the queue -----------------------------------------------------------------------

const AHEAD = 24; // candidates for the next comments; the server grants the first free ones

const app = {
  store: page.server ? serverStore() : fileStore(),
  journal: makeJournal(),
  columns: null, reviewed: [], found: null, state: readAddress(),
  list: [], at: -1, held: new Map(), granted: new Set(), scope: "one", shown: false, batch: null, over: false, newest: -1, again: null,
  me: () => settings.name,
  get veiled() { return settings.blur === "each" ? !app.shown : settings.blur === "once" && !settings.shown; },
};

// ---- the list -------------------------------------------------------------------------------------------

// Every flag is answered, or an action was chosen. What I handed on waits for others, and what one was
// asked for does not wait for a third.
app.isReviewed = (at) => {
  const row = app.columns.row[at];
  const heard = app.journal.heard(row);
  if (!heard.length) return 0;
  const me = app.me();
  const asks = app.journal.asks(row);
  if (asks.some((one) => (one.to === undefined ? one.by !== me : one.to === me))) return 0;
  if (asks.length) return 1;
  const action = app.journal.action(row)?.action;
  if (action === "escalate") return heard.some((one) => one.action === "escalate" && one.by === me) ? 1 : 0;
  if (action) return 1;
  const said = new Set(heard.filter((one) => !one.kind).map((one) => one.label));
  const asked = app.columns.askedAt(at);
  return asked.length ? Number(asked.every((label) => said.has(label))) : Number(said.size > 0);
};

app.recount = (rows) => {
  const places = rows ? rows.map((row) => app.columns.atOf.get(row)) : app.columns.row.keys();
  for (const at of places) if (at !== undefined) app.reviewed[at] = app.isReviewed(at);
};

// Rows that the page had not: of a search, a conversation, an author, or decided by somebody else.
app.adopted = (places) => {
  for (const at of places) {
    app.reviewed[at] = app.isReviewed(at);
    if (app.columns.time[at] > app.newest) app.newest = app.columns.time[at];
  }
};
app.adopt = async (rows) => {
  const lacking = rows.filter((row) => !app.columns.atOf.has(row));
  for (let from = 0; from < lacking.length; from += 2_000)
    app.adopted(app.columns.add(await app.store.more(lacking.slice(from, from + 2_000))));
};

app.refilter = async () => {
  if (app.columns.slide(app.state.label, app.state.from)) app.recount();
  const asked = app.state.q;
  const found = await seek(app.store, app.columns, asked);
  if (asked !== app.state.q) return false; // typed on meanwhile
  app.found = found;
  byId("found").textContent = found ? foundText(found) : "";
  app.list = choose(app.columns, app.state, app.found, app.reviewed);
  app.drawFilters();
  return true;
};

// All comments are searched, not only those that are listed.
function foundText(found) {
  const { count: n, size } = found;
  const where = app.store.live ? trn("{n} found in all {all} comments", "{n} found in all {all} comments", n, { all: page.figures.comments })
    : trn("{n} found in the comments of this file", "{n} found in the comments of this file", n);
  return n > size ? `${where}; ${tr("the first {n} are listed, flagged ones first", { n: size })}` : where;
}

app.filter = async (changed) => {
  Object.assign(app.state, changed, { view: "review" });
  app.scope = "one";
  app.selected.clear();
  app.window = [0, LIST];
  if (!(await app.refilter())) return;
  app.view("review");
  app.drawList();
  const kept = app.list.includes(app.at) && !("row" in changed) ? app.at : -1;
  if (kept >= 0) app.show(kept); else await app.first();
};

// ---- one comment ----------------------------------------------------------------------------------------

app.show = async (at, asked) => {
  const row = app.columns.row[at];
  byId("view-review").classList.remove("nothing");
  app.at = at;
  if (app.scope !== "selected") app.scope = "one";
  if (settings.blur === "each") app.shown = false;
  app.state.row = String(row);
  writeAddress(app.state);
  if (!app.store.ready(row)) {
    try { await app.store.load([row]); } catch (error) { app.empty(tr("This comment could not be read: {what}", { what: error.message })); return; }
    if (app.at !== at) return;
  }
  app.draw();
  document.body.classList.remove("queue-open");
  scrollTo({ top: 0 });
  byId("comment-title").focus({ preventScroll: true });
  if (asked) app.prepare().catch(() => {});
};

app.draw = () => {
  if (app.at < 0) return;
  if (!app.store.ready(app.columns.row[app.at])) { app.show(app.at); return; }
  byId("card").replaceChildren(card(app.at));
  applySettings();
  app.drawScope();
  app.drawList();
  byId("bar").hidden = false;
  app.drawPanel();
};

// Any comment of the file, flagged or not.
app.openRow = async (row, besides) => {
  await app.adopt([row]);
  if (!besides && matchMedia("(max-width: 80rem)").matches && app.panel) app.togglePanel(app.panel);
  await app.show(app.columns.atOf.get(row), true);
};

// What changed without the reader's doing: drawn where it shows, with all that is unfolded.
app.changed = (rows) => {
  app.recount(rows);
  const known = new Set(app.list);
  const opened = choose(app.columns, app.state, app.found, app.reviewed).filter((at) => !known.has(at));
  if (opened.length) app.list = [...app.list, ...opened].sort(ORDERS[app.state.order].by(app.columns));
  if (!document.querySelector("#filters:focus-within")) app.drawFilters();
  app.drawList();
  if (app.at < 0 || !app.store.ready(app.columns.row[app.at])) return;
  byId("card").querySelector(".reading")?.replaceChildren(...reading(app.at));
  byId("card").querySelector(".about")?.replaceChildren(...doneAbout(app.columns.row[app.at]));
  app.drawScope();
  if (rows?.length && app.panel) app.drawPanel();
};

app.empty = (sentence, ...more) => {
  const again = app.at < 0 && byId("card").textContent.startsWith(sentence);
  app.at = -1;
  app.state.row = "";
  writeAddress(app.state);
  byId("card").replaceChildren(element("div", { class: "empty" }, element("p", {}, sentence), ...more));
  byId("bar").hidden = true;
  byId("panel").hidden = true;
  applySettings();
  app.drawList();
  if (!again) announce(sentence);
};

// A report without a flag: what that means, and how there would be some.
app.nothing = () => {
  const n = page.figures.comments;
  const command = (text) => element("code", {}, text);
  byId("view-review").classList.add("nothing");
  app.empty(n ? trn("Nothing is flagged in this comment.", "Nothing is flagged in these {n} comments.", n) : tr("There is no comment in this file."),
    n ? element("p", {}, ...trParts("There is nothing to review here. How near the scores came to the thresholds is in {overview}.",
      { overview: button(tr("Overview"), () => app.view("overview"), { class: "link" }) })) : "",
    n ? element("p", {}, ...trParts("To look all the same: {queue} draws comments to check, and {thresholds} sets lower thresholds, which flag more.",
      { queue: command("moderation queue"), thresholds: command("moderation thresholds") })) : "");
};

// ---- forward and back -----------------------------------------------------------------------------------

// The places after the current one that still wait, around the end to the beginning.
app.ahead = (withCurrent, most = AHEAD) => {
  const place = app.list.indexOf(app.at);
  const order = [...app.list.slice(place + 1), ...app.list.slice(0, Math.max(0, place))];
  const open = [];
  for (const at of order) {
    if (open.length === most) break;
    if (!app.reviewed[at] && !app.skipped.has(at) && !app.held.has(app.columns.row[at])) open.push(at);
  }
  return withCurrent && app.at >= 0 ? [app.at, ...open] : open;
};
app.skipped = new Set();

// Hold these; then fetch what was granted, so that going on waits for nothing.
// What others decided meanwhile is no candidate.
app.claim = async (candidates) => {
  if (app.store.live) await app.hear();
  const places = candidates.filter((at) => at === app.at || !app.reviewed[at]);
  const got = await app.store.claim(places.map((at) => app.columns.row[at]), settings.name);
  app.granted = got.granted;
  app.held = got.held;
};
app.prepare = async () => {
  if (!app.store.live) return;
  await app.claim(app.ahead(true));
  await app.store.load([...app.granted]);
};

app.next = async () => {
  let places = app.ahead(false);
  if (!places.length && app.skipped.size) { // what was skipped comes again at the end
    app.skipped.clear();
    places = app.ahead(false);
  }
  if (!places.length) return app.done();
  if (!app.granted.has(app.columns.row[places[0]])) {
    try { await app.claim(places); } catch { /* no answer: shown all the same, saved later */ app.granted = new Set(places.map((at) => app.columns.row[at])); }
    places = places.filter((at) => app.granted.has(app.columns.row[at]));
    if (!places.length) return app.ahead(false).length ? app.next() : app.done();
  }
  await app.show(places[0]);
  app.prepare().catch(() => {}); // no answer: asked again when somebody goes on
};

app.done = () => {
  if (!app.columns.listed && !app.list.length && !app.state.from) return app.nothing();
  const others = app.list.some((at) => app.held.has(app.columns.row[at]) && !app.reviewed[at]);
  const left = app.at >= 0 && !app.reviewed[app.at] && app.list.includes(app.at);
  if (left) return announce(tr("This is the last one that waits for a decision here"));
  const clear = element("p", {}, button(tr("Clear search and filters"), () => app.filter({ ...PLAIN })));
  if (!app.list.length) return app.empty(tr("No comment passes these filters."), clear);
  if (others) return app.empty(tr("Others are reading the rest."), element("p", {}, tr("What they leave comes to you by itself.")));
  const elsewhere = app.reviewed.reduce((n, done, at) => n + (!done && app.columns.waits(at) ? 1 : 0), 0);
  return app.empty(tr("Everything here is reviewed."), elsewhere
    ? element("p", {}, button(trn("Go on with the other one", "Go on with the other {n}", elsewhere), () => app.filter({ ...PLAIN })))
    : element("p", {}, tr("Nothing is left in this file."), " ", button(tr("See what was decided"), () => app.view("decisions"), { class: "link" })));
};

app.first = async () => {
  app.at = -1;
  const asked = Number(app.state.row);
  if (app.state.row !== "" && asked >= 0 && asked < page.figures.comments) await app.adopt([asked]);
  const wanted = app.columns.atOf.get(asked);
  if (app.state.row !== "" && wanted !== undefined) return app.show(wanted, true);
  if (app.state.show === "open") return app.next();
  return app.list.length ? app.show(app.list[0], true) : app.done();
};

app.previous = () => {
  const place = app.list.indexOf(app.at);
  if (place < 0 && app.list.length) return app.show(app.list[app.list.length - 1], true);
  if (place > 0) return app.show(app.list[place - 1], true);
  return announce(tr("This is the first comment"));
};

app.skip = () => {
  if (app.at >= 0 && !app.reviewed[app.at]) app.skipped.add(app.at);
  return app.next();
};

app.open = async (row) => {
  app.view("review");
  await app.adopt([row]);
  await app.show(app.columns.atOf.get(row), true);
};

function busy(now) {
  app.busy = now;
  byId("card").ariaBusy = String(now);
}

// ---- deciding -------------------------------------------------------------------------------------------

const answered = (value, label) => (value ? tr("Yes to {label}", { label: words(label) }) : tr("No to {label}", { label: words(label) }));

// judgements: [[label, value], ...] for each place, or "yes"/"no" for the flags that each has. On many at
// once, what somebody has decided stays as it is.
app.verdicts = (judgements) => app.places().flatMap((at) => {
  const row = app.columns.row[at];
  const own = typeof judgements === "string" ? answers(at, judgements === "yes") : judgements;
  const said = new Set(app.scope === "one" ? [] : app.journal.standing(row).map((one) => one.label));
  return own.filter(([label]) => !said.has(label)).map(([label, value]) => ({ row, label, value }));
});

// How many comments it would be for.
app.reach = (judgements) => new Set(app.verdicts(judgements).map((one) => one.row)).size;

// Every question that the comment asks: a flag is confirmed or not, another label is as it was said.
function answers(at, yes) {
  const asked = app.columns.askedAt(at);
  if (!asked.length && !yes) // not flagged, and nothing is wrong with it
    return page.labels.filter((_, k) => app.columns.scores[k][at] >= 0).map((label) => [label, 0]);
  return asked.map((label) => {
    const flagged = app.columns.has(at, page.labels.indexOf(label));
    const said = app.journal.verdict(app.columns.row[at], label, app.me())?.value;
    return [label, flagged ? (yes ? 1 : 0) : said || 0];
  });
}

app.decide = async (judgements) => {
  if (app.at < 0 || app.busy) return;
  if (app.veiled) { // nobody decides on what nobody has seen
    app.unveil();
    announce(tr("The text is shown now. The next key decides"));
    return;
  }
  if (!(await app.stillOpen(() => app.reach(judgements)))) return;
  const says = app.verdicts(judgements);
  if (!says.length) {
    if (app.scope === "one" && judgements === "yes") announce(tr("Nothing is flagged here: give it a label with 1 to 9, or a reason"));
    return;
  }
  const what = typeof judgements === "string" ? (judgements === "yes" ? tr("Confirmed") : tr("Rejected"))
    : answered(judgements[0][1], judgements[0][0]);
  await app.carryOut(says, what, { judgements });
};

// Say it in the ledger, offer to take it back, and go on. again: what the key . does once more.
app.carryOut = async (says, what, again) => {
  if (app.at < 0 || app.busy || !says.length) return;
  if (app.veiled) { app.unveil(); return; }
  const many = app.scope !== "one";
  const rows = [...new Set(says.map((one) => one.row))];
  const at = app.saving.say(says, settings.name);
  if (again) app.again = again;
  app.recount(rows);
  const said = many ? trn("{what} on {n} comment", "{what} on {n} comments", rows.length, { what }) : what;
  announce(tr("{what}. The key u takes it back", { what: said }));
  app.offerUndo(at, said, many);
  app.scope = "one";
  app.selected.clear();
  busy(true); // a held key must not decide on a comment that nobody has seen yet
  try {
    const noted = says.every((one) => one.kind === "action" && !one.action); // nothing is decided by that
    if (settings.advance && app.reviewed[app.at] && !noted) await app.next(); else app.draw();
  } finally {
    busy(false);
  }
};

// Whether all that the button promises is open: others may have decided on some since it was drawn.
app.stillOpen = async (count) => {
  if (app.scope === "one") return true;
  const promised = count();
  busy(true);
  try { await app.hear(); } catch { /* no answer: decided all the same, saved later */ } finally { busy(false); }
  const open = app.scope === "one" ? 0 : count();
  if (open !== promised) announce(tr("Others have decided meanwhile: {open} of {all} are still open. Nothing is decided yet", { open, all: promised }));
  return open === promised;
};

app.countOpen = () => app.places().filter((at) => !app.reviewed[at]).length;

// The same once more, on another comment.
app.repeat = () => {
  if (!app.again) return announce(tr("Nothing has been decided yet."));
  if (app.veiled) { app.unveil(); return announce(tr("The text is shown now")); }
  const { judgements, wish } = app.again;
  return judgements ? app.decide(judgements) : app.act(wish);
};

// What was decided last can be taken back at once: on one comment for a while, on many until something else is decided.
const TOAST = 8_000;
let fading;
app.offerUndo = (at, said, stays) => {
  clearTimeout(fading);
  app.batch = at;
  byId("toast").hidden = at === null;
  byId("toast-said").textContent = said;
  if (at !== null && !stays) fading = setTimeout(() => { byId("toast").hidden = true; }, TOAST);
};

// Of one action by its time, else of the last.
app.undo = async (given) => {
  const last = app.journal.last(settings.name, given);
  app.offerUndo(null, "");
  app.selected.clear();
  if (!last.length) return announce(tr("Nothing left to undo"));
  app.saving.undo(last, settings.name);
  const rows = [...new Set(last.map((one) => one.row))];
  app.recount(rows);
  const at = app.columns.atOf.get(rows[0]);
  announce(rows.length > 1 ? trn("Undone on {n} comment", "Undone on {n} comments", rows.length) : tr("Undone"));
  if (at !== undefined) {
    app.skipped.delete(at);
    app.view("review");
    await app.show(at, true);
  }
};

app.unveil = () => {
  app.shown = !app.shown;
  if (settings.blur === "once") set({ shown: !settings.shown }); else applySettings();
  if (settings.blur === "never") announce(tr("Texts are never blurred: see Settings"));
  if (!app.veiled) byId("comment-title")?.focus({ preventScroll: true });
};

// The session ends here and on the server; no comment stays in sight.
app.logOut = async () => {
  if (app.saving.state().waiting) return announce(tr("Not everything is saved yet"));
  app.store.release();
  await app.store.logOut();
  app.over = true;
  byId("saved").textContent = "";
  for (const one of document.querySelectorAll(".top nav, .tools button, .skip, #said")) one.remove();
  document.querySelector("main").replaceChildren(element("p", { class: "empty", role: "status" },
    tr("Logged out. What was decided is in the ledger. Open the address again to go on.")));
};
