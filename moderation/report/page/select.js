// ---- which comments the next decision is for -----------------------------------------------------------

// One comment, those that are selected, or all that share something with the one that is shown and are
// open. Each by its key; `of` gives the places, whatever is decided on them already.
const BAND = 50; // thousandths of a score

const SCOPES = {
  one: { key: "", text: () => tr("This comment"), of: (at) => [at] },
  selected: { key: "v", text: (n) => tr("Selected: {n}", { n }), of: () => app.chosen() },
  alike: { key: "d", text: (n) => trn("All near-duplicates: {n} open", "All near-duplicates: {n} open", n), of: (at) => shared("alike", "campaign", at) },
  thread: { key: "t", text: (n) => trn("Whole thread: {n} open", "Whole thread: {n} open", n), of: (at) => shared("inThread", "thread", at) },
  author: { key: "w", text: (n) => trn("This author: {n} open", "This author: {n} open", n), of: (at) => shared("byAuthor", "author", at) },
  domain: { key: "g", of: (at) => shared("byDomain", "domain", at),
    text: (n, at) => trn("Links to {domain}: {n} open", "Links to {domain}: {n} open", n, { domain: tame(app.columns.domains[app.columns.domain[at]] ?? "") }) },
  band: { key: "p", of: (at) => banded(at),
    text: (n, at) => trn("Listed with {label} {scores}: {n} open", "Listed with {label} {scores}: {n} open", n,
      { label: words(page.labels[app.columns.surest(at)] ?? ""), scores: bandOf(at).map((one) => decimal(one / 1000, 2)).join("–") }) },
};

// Of the queue's rows, and of those that are listed though nothing is flagged in them.
function shared(map, column, at) {
  const code = app.columns[column][at];
  if (code === undefined || code < 0) return [];
  const found = app.columns[map].get(code) || [];
  if (!app.state.every && !app.found) return found;
  return [...new Set([...found, ...app.list.filter((one) => app.columns[column][one] === code)])];
}

function bandOf(at) {
  const score = Math.max(0, app.columns.scores[app.columns.surest(at)]?.[at] ?? 0);
  const low = Math.min(1000 - BAND, Math.floor(score / BAND) * BAND);
  return [low, low + BAND];
}

// Listed with the same surest label and about the same score.
function banded(at) {
  const label = app.columns.surest(at);
  if (label < 0) return [];
  const [low, high] = bandOf(at);
  const score = app.columns.scores[label];
  return app.list.filter((one) => score[one] >= low && (score[one] < high || high === 1000) && app.columns.surest(one) === label);
}

app.selected = new Set();
app.lastPicked = -1;

// Of those selected what is open; where nothing is, all of them, for who selects those means them.
app.chosen = () => {
  const open = [...app.selected].filter((at) => !app.reviewed[at]);
  return open.length ? open : [...app.selected];
};

app.openIn = (scope, at = app.at) => SCOPES[scope].of(at).filter((one) => !app.reviewed[one]);

// The places that the next decision is for: this comment, those selected, or of many only what is open.
app.places = () => {
  if (app.scope === "one") return [app.at];
  return app.scope === "selected" ? app.chosen() : app.openIn(app.scope);
};

app.setScope = (scope) => {
  if (app.at < 0) return;
  if (scope === "selected" && !app.selected.size) return app.pick(app.at, true);
  app.scope = app.scope === scope ? "one" : scope;
  if (app.scope !== "one" && !app.places().length) app.scope = "one";
  app.drawScope();
  announce(app.scope === "one" ? tr("The next decision is for this comment")
    : app.scope === "selected" ? trn("The next decision is for {n} selected comment", "The next decision is for {n} selected comments", app.places().length)
      : trn("The next decision is for {n} open comment", "The next decision is for {n} open comments", app.places().length));
};

// Select or not; with `range` all of the list from the one picked before.
app.pick = (at, on, range) => {
  const [from, to] = [app.list.indexOf(app.lastPicked), app.list.indexOf(at)].sort((a, b) => a - b);
  const some = range && from >= 0 ? app.list.slice(from, to + 1) : [at];
  for (const one of some) if (on) app.selected.add(one); else app.selected.delete(one);
  app.lastPicked = at;
  app.scope = app.selected.size ? "selected" : "one";
  app.drawList();
  app.drawScope();
  announce(trn("{n} selected", "{n} selected", app.selected.size));
};

app.pickAll = (on) => {
  app.selected = new Set(on ? app.list : []);
  app.scope = on && app.list.length ? "selected" : "one";
  app.drawList();
  app.drawScope();
  announce(trn("{n} selected", "{n} selected", app.selected.size));
};

// With Shift and an arrow: the next one of the list too.
app.extend = async (by) => {
  const from = app.list.indexOf(app.at);
  const to = app.list[from + by];
  if (from < 0 || to === undefined) return;
  app.selected.add(app.at);
  app.selected.add(to);
  app.lastPicked = to;
  await app.show(to, true);
  app.scope = "selected";
  app.drawScope();
  announce(trn("{n} selected", "{n} selected", app.selected.size));
};

app.drawScope = () => {
  if (app.at < 0) return;
  const open = Object.fromEntries(Object.keys(SCOPES).map((scope) =>
    [scope, scope === "selected" ? app.chosen() : scope === "one" ? [app.at] : app.openIn(scope)]));
  const offered = Object.keys(SCOPES).filter((scope) => scope !== "one" && open[scope].length
    && (scope === "selected" || open[scope].length > 1 || open[scope][0] !== app.at));
  if (app.scope !== "one" && !offered.includes(app.scope)) app.scope = "one";
  const focused = document.activeElement?.id;
  byId("scopes").replaceChildren(...(offered.length ? ["one", ...offered] : []).map((scope) =>
    element("button", { id: `scope-${scope}`, type: "button", "aria-pressed": String(app.scope === scope),
      click: () => app.setScope(scope === "one" ? app.scope : scope) },
    SCOPES[scope].key ? element("kbd", {}, SCOPES[scope].key) : "", " ", element("span", {}, SCOPES[scope].text(open[scope].length, app.at)))));
  if (focused?.startsWith("scope-")) byId(focused)?.focus();
  const n = app.scope === "one" ? 0 : open[app.scope].length;
  byId("yes").lastElementChild.textContent = n ? tr("Confirm {n}", { n }) : tr("Confirm flags");
  byId("no").lastElementChild.textContent = n ? tr("Reject {n}", { n }) : tr("Reject flags");
  byId("why").lastElementChild.textContent = n ? tr("Reason, action for {n}", { n }) : tr("Reason, action");
  byId("bar").classList.toggle("many", app.scope !== "one");
  byId("card").querySelector(".labels")?.replaceChildren(...labelRows(app.at));
};
