// ---- working through the queue -----------------------------------------------------------------------

const LIST = 30; // lines of the queue that are drawn around the current one
const AHEAD = 24; // candidates for the next comments; the server grants the first free ones

const app = {
  store: page.server ? serverStore() : fileStore(),
  journal: makeJournal(),
  columns: null, reviewed: null, found: null, state: readAddress(),
  list: [], at: -1, held: new Map(), granted: new Set(), scope: "one", shown: false, batch: null, over: false,
  me: () => settings.name,
  get veiled() { return settings.blur === "each" ? !app.shown : settings.blur === "once" && !settings.shown; },
};

// ---- the list -------------------------------------------------------------------------------------------

app.isReviewed = (at) => {
  const row = app.columns.row[at];
  const asked = app.columns.askedAt(at);
  const said = new Set(app.journal.standing(row).map((one) => one.label));
  return asked.every((label) => said.has(label)) ? 1 : 0;
};

app.recount = (rows) => {
  const places = rows ? rows.map((row) => app.columns.atOf.get(row)) : app.columns.row.keys();
  for (const at of places) if (at !== undefined) app.reviewed[at] = app.isReviewed(at);
};

app.refilter = async () => {
  if (app.columns.slide(app.state.label, app.state.from)) app.recount();
  const asked = app.state.q;
  const found = await seek(app.store, app.columns, asked);
  if (asked !== app.state.q) return false; // typed on meanwhile
  app.found = found;
  app.list = choose(app.columns, app.state, app.found, app.reviewed);
  app.drawFilters();
  return true;
};

app.filter = async (changed) => {
  Object.assign(app.state, changed, { view: "review" });
  app.scope = "one";
  if (!(await app.refilter())) return;
  app.view("review");
  const kept = app.list.includes(app.at) && !("row" in changed) ? app.at : -1;
  if (kept >= 0) app.show(kept); else await app.first();
};

app.drawList = () => {
  const place = app.list.indexOf(app.at);
  const open = app.list.reduce((n, at) => n + (app.reviewed[at] ? 0 : 1), 0);
  byId("count").textContent = app.list.length
    ? `${place >= 0 ? `${number(place + 1)} of ` : ""}${number(app.list.length)}; ${number(open)} to review`
    : "none";
  const start = Math.max(0, Math.min(place - 8, app.list.length - LIST));
  byId("list").replaceChildren(...app.list.slice(start, start + LIST).map((at, k) => {
    const line = element("button", { type: "button", "aria-current": at === app.at ? "true" : null, click: () => app.show(at, true) },
      element("span", { class: app.reviewed[at] ? "mark done" : "mark" }, app.reviewed[at] ? "✓" : ""),
      element("span", { class: "line-labels" }, `${app.columns.labelsAt(at).map(words).join(", ") || "no flag"} ${(app.columns.best[at] / 1000).toFixed(2)}`),
      element("span", { class: "line-who" }, name(app.columns.authorAt(at) || "anonymous")));
    return element("li", { value: start + k + 1 }, line);
  }));
};

// ---- one comment ----------------------------------------------------------------------------------------

app.show = async (at, asked) => {
  const row = app.columns.row[at];
  byId("view-review").classList.remove("nothing");
  app.at = at;
  app.scope = "one";
  if (settings.blur === "each") app.shown = false;
  app.state.row = String(row);
  writeAddress(app.state);
  if (!app.store.ready(row)) {
    try { await app.store.load([row]); } catch (error) { app.empty(`This comment could not be read: ${error.message}`); return; }
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
  byId("card").querySelector(".notice")?.replaceChildren(...reading(app.at));
  app.drawScope();
};

app.empty = (sentence, ...more) => {
  const again = app.at < 0 && byId("card").textContent.startsWith(sentence);
  app.at = -1;
  app.state.row = "";
  writeAddress(app.state);
  byId("card").replaceChildren(element("div", { class: "empty" }, element("p", {}, sentence), ...more));
  byId("bar").hidden = true;
  applySettings();
  app.drawList();
  if (!again) announce(sentence);
};

// A report without a flag: what that means, and how there would be some.
app.nothing = () => {
  const n = page.figures.comments;
  const command = (text) => element("code", {}, text);
  byId("view-review").classList.add("nothing");
  app.empty(n ? `Nothing is flagged in ${n === 1 ? "this comment" : `these ${number(n)} comments`}.` : "There is no comment in this file.",
    n ? element("p", {}, "There is nothing to review here. How near the scores came to the thresholds is in ",
      button("Overview", () => app.view("overview"), { class: "link" }), ".") : "",
    n ? element("p", {}, "To look all the same: ", command("moderation queue"), " draws comments to check, and ",
      command("moderation thresholds"), " sets lower thresholds, which flag more.") : "");
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
  if (left) return announce("This is the last one that waits for a decision here");
  app.empty(!app.list.length ? "No comment passes these filters."
    : others ? "Others are reading the rest." : "Everything here is reviewed.");
};

app.first = async () => {
  app.at = -1;
  const wanted = app.columns.atOf.get(Number(app.state.row));
  if (app.state.row !== "" && wanted !== undefined) return app.show(wanted, true);
  if (app.state.show === "open") return app.next();
  return app.list.length ? app.show(app.list[0], true) : app.done();
};

app.previous = () => {
  const place = app.list.indexOf(app.at);
  if (place < 0 && app.list.length) return app.show(app.list[app.list.length - 1], true);
  if (place > 0) return app.show(app.list[place - 1], true);
  return announce("This is the first comment");
};

app.skip = () => {
  if (app.at >= 0 && !app.reviewed[app.at]) app.skipped.add(app.at);
  return app.next();
};

app.open = async (row) => {
  app.view("review");
  await app.show(app.columns.atOf.get(row), true);
};

function busy(now) {
  app.busy = now;
  byId("card").ariaBusy = String(now);
}

// ---- deciding -------------------------------------------------------------------------------------------

// The places of all like this one, or of its whole thread, that wait for a decision.
app.openIn = (scope) => {
  const { columns, at } = app;
  const found = scope === "alike" ? columns.alike.get(columns.campaign[at]) : columns.inThread.get(columns.thread[at]);
  return (found || []).filter((one) => !app.reviewed[one]);
};

// The places that the next decision is for: this comment, or many, but of these only what is open.
app.places = () => (app.scope === "one" ? [app.at] : app.openIn(app.scope));

// judgements: [[label, value], ...] for each place, or "yes"/"no" for the flags that each has. On many at
// once, what somebody has decided stays as it is.
app.verdicts = (judgements) => app.places().flatMap((at) => {
  const row = app.columns.row[at];
  const own = typeof judgements === "string" ? answers(at, judgements === "yes") : judgements;
  const said = new Set(app.scope === "one" ? [] : app.journal.standing(row).map((one) => one.label));
  return own.filter(([label]) => !said.has(label)).map(([label, value]) => [row, label, value]);
});

// How many comments it would be for.
app.reach = (judgements) => new Set(app.verdicts(judgements).map(([row]) => row)).size;

app.setScope = (scope) => {
  if (app.at < 0) return;
  app.scope = app.scope === scope ? "one" : scope;
  app.drawScope();
  announce(app.scope === "one" ? "The next decision is for this comment"
    : `The next decision is for ${plural(app.places().length, "open comment")}`);
};

app.drawScope = () => {
  for (const scope of ["alike", "thread"]) {
    const open = app.openIn(scope);
    const made = byId(`scope-${scope}`);
    made.hidden = open.every((at) => at === app.at);
    if (made.hidden && app.scope === scope) app.scope = "one";
    made.lastElementChild.textContent = `${scope === "alike" ? "All near-duplicates" : "Whole thread"}: ${number(open.length)} open`;
  }
  for (const scope of ["alike", "thread"])
    byId(`scope-${scope}`).setAttribute("aria-pressed", String(app.scope === scope));
  const many = app.scope === "one" ? "flags" : number(app.places().length);
  byId("yes").lastElementChild.textContent = `Confirm ${many}`;
  byId("no").lastElementChild.textContent = `Reject ${many}`;
  byId("bar").classList.toggle("many", app.scope !== "one");
  byId("card").querySelector(".labels")?.replaceChildren(...labelRows(app.at));
};

// Every question that the comment asks: a flag is confirmed or not, another label is as it was said.
function answers(at, yes) {
  return app.columns.askedAt(at).map((label) => {
    const flagged = app.columns.has(at, page.labels.indexOf(label));
    const said = app.journal.verdict(app.columns.row[at], label, app.me())?.value;
    return [label, flagged ? (yes ? 1 : 0) : said || 0];
  });
}

app.decide = async (judgements) => {
  if (app.at < 0 || app.busy) return;
  if (app.veiled) { // nobody decides on what nobody has seen
    app.unveil();
    announce("The text is shown now. The next key decides");
    return;
  }
  if (app.scope !== "one" && !(await app.stillOpen(judgements))) return;
  const verdicts = app.verdicts(judgements);
  if (!verdicts.length) return;
  const rows = [...new Set(verdicts.map(([row]) => row))];
  const at = app.saving.decide(verdicts, settings.name);
  app.recount(rows);
  const what = typeof judgements === "string" ? (judgements === "yes" ? "Confirmed" : "Rejected")
    : `${judgements[0][1] ? "Yes" : "No"} to ${words(judgements[0][0])}`;
  const said = app.scope === "one" ? what : `${what} on ${plural(rows.length, "comment")}`;
  announce(app.scope === "one" ? said : `${said}. The key u takes it back`);
  app.offerUndo(app.scope === "one" ? null : at, said);
  app.scope = "one";
  busy(true); // a held key must not decide on a comment that nobody has seen yet
  try {
    if (settings.advance && app.reviewed[app.at]) await app.next(); else app.draw();
  } finally {
    busy(false);
  }
};

// Whether all that the button promises is open: others may have decided on some since it was drawn.
app.stillOpen = async (judgements) => {
  const promised = app.reach(judgements);
  busy(true);
  try { await app.hear(); } catch { /* no answer: decided all the same, saved later */ } finally { busy(false); }
  const open = app.scope === "one" ? 0 : app.reach(judgements);
  if (open !== promised) announce(`Others have decided meanwhile: ${number(open)} of ${number(promised)} are still open. Nothing is decided yet`);
  return open === promised;
};

// What was decided on many at once can be taken back at once, for as long as nothing else was decided.
app.offerUndo = (at, said) => {
  app.batch = at;
  byId("toast").hidden = at === null;
  byId("toast-said").textContent = said;
};

// Of one action by its time, else of the last.
app.undo = async (given) => {
  const last = app.journal.last(settings.name, given);
  app.offerUndo(null, "");
  if (!last.length) return announce("Nothing left to undo");
  app.saving.undo(last, settings.name);
  const rows = [...new Set(last.map((one) => one.row))];
  app.recount(rows);
  const at = app.columns.atOf.get(rows[0]);
  announce(rows.length > 1 ? `Undone on ${plural(rows.length, "comment")}` : "Undone");
  if (at !== undefined) {
    app.skipped.delete(at);
    app.view("review");
    await app.show(at, true);
  }
};

app.unveil = () => {
  app.shown = !app.shown;
  if (settings.blur === "once") set({ shown: !settings.shown }); else applySettings();
  if (settings.blur === "never") announce("Texts are never blurred: see Settings");
  if (!app.veiled) byId("comment-title")?.focus({ preventScroll: true });
};

// The session ends here and on the server; no comment stays in sight.
app.logOut = async () => {
  if (app.saving.state().waiting) return announce("Not everything is saved yet");
  app.store.release();
  await app.store.logOut();
  app.over = true;
  byId("saved").textContent = "";
  for (const one of document.querySelectorAll(".top nav, .tools button, .skip, #said")) one.remove();
  document.querySelector("main").replaceChildren(element("p", { class: "empty", role: "status" },
    "Logged out. What was decided is in the ledger. Open the address again to go on."));
};
