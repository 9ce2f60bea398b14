// ---- which comments the next decision is for -----------------------------------------------------------

// One comment, those that are selected, or all that share something with the one that is shown and are
// open. Each by its key; `of` gives the places, whatever is decided on them already.
const BAND = 50; // thousandths of a score

const SCOPES = {
  one: { key: "", text: () => "This comment", of: (at) => [at] },
  selected: { key: "v", text: (n) => `Selected: ${number(n)}`, of: () => app.chosen() },
  alike: { key: "d", text: (n) => `All near-duplicates: ${number(n)} open`, of: (at) => shared("alike", "campaign", at) },
  thread: { key: "t", text: (n) => `Whole thread: ${number(n)} open`, of: (at) => shared("inThread", "thread", at) },
  author: { key: "w", text: (n) => `This author: ${number(n)} open`, of: (at) => shared("byAuthor", "author", at) },
  domain: { key: "g", of: (at) => shared("byDomain", "domain", at),
    text: (n, at) => `Links to ${tame(app.columns.domains[app.columns.domain[at]] ?? "")}: ${number(n)} open` },
  band: { key: "p", of: (at) => banded(at),
    text: (n, at) => `Listed with ${words(page.labels[app.columns.surest(at)] ?? "")} ${bandOf(at).map((one) => (one / 1000).toFixed(2)).join("–")}: ${number(n)} open` },
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
  announce(app.scope === "one" ? "The next decision is for this comment"
    : `The next decision is for ${plural(app.places().length, app.scope === "selected" ? "selected comment" : "open comment")}`);
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
  announce(`${number(app.selected.size)} selected`);
};

app.pickAll = (on) => {
  app.selected = new Set(on ? app.list : []);
  app.scope = on && app.list.length ? "selected" : "one";
  app.drawList();
  app.drawScope();
  announce(`${number(app.selected.size)} selected`);
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
  announce(`${number(app.selected.size)} selected`);
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
  const many = app.scope === "one" ? "flags" : number(open[app.scope].length);
  byId("yes").lastElementChild.textContent = `Confirm ${many}`;
  byId("no").lastElementChild.textContent = `Reject ${many}`;
  byId("why").lastElementChild.textContent = app.scope === "one" ? "Reason, action" : `Reason, action for ${many}`;
  byId("bar").classList.toggle("many", app.scope !== "one");
  byId("card").querySelector(".labels")?.replaceChildren(...labelRows(app.at));
};
