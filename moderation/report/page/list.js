// ---- the queue as rows that can be read -----------------------------------------------------------------

const LIST = 40; // lines that are drawn at first, around the current one
const SNIPPET = 160; // characters

// A shape for each label beside its colour, so that a page in black and white tells them apart.
const SHAPES = ["M6 1a5 5 0 1 0 0 10a5 5 0 0 0 0-10z", "M6 .5 11.5 11H.5z", "M1.5 1.5h9v9h-9z", "M6 .2 11.8 6 6 11.8.2 6z",
  "M3.2 1h5.6L11.6 6 8.8 11H3.2L.4 6z", "M4 1h4v3h3v4H8v3H4V8H1V4h3z", "M1 1h10v4H1zM1 7h10v4H1z", "M6 11.5.5 1h11z"];

const shape = (k) => drawing("svg", { viewBox: "0 0 12 12", class: `shape l${k % 8}`, "aria-hidden": "true" },
  drawing("path", { d: SHAPES[k % 8] }));

function badge(at, label) {
  const k = page.labels.indexOf(label);
  const score = app.columns.scores[k][at];
  return element("span", { class: "badge" }, shape(k), " ", words(label), " ", element("span", { class: "figure" }, score < 0 ? "" : decimal(score / 1000, 2)));
}

// How long before the newest comment of the file, in a word.
function age(seconds) {
  if (seconds < 0) return "";
  const days = Math.max(0, app.newest - seconds) / 86_400;
  if (days < 1) return tr("{n} h", { n: Math.floor(days * 24) });
  if (days < 60) return tr("{n} d", { n: Math.floor(days) });
  return days < 730 ? tr("{n} mo", { n: Math.floor(days / 30.4) }) : tr("{n} y", { n: Math.floor(days / 365.25) });
}

const firstWords = (text) => tame(cutAt((text || "").slice(0, 16 * SNIPPET).replace(/\s+/gu, " ").trim(), SNIPPET));

function fate(row) {
  const done = app.journal.action(row);
  return done ? element("span", { class: "fate" }, ACTIONS[done.action].done) : "";
}

function line(at) {
  const row = app.columns.row[at];
  const comment = app.store.brief(row);
  const who = app.columns.authorAt(at) || tr("anonymous");
  const time = app.columns.time[at];
  const labels = app.columns.labelsAt(at);
  const picked = app.selected.has(at);
  return [
    element("input", { type: "checkbox", class: "pick-one", checked: picked, "aria-label": tr("Select the comment of {who}", { who: cutAt(who, 60) }),
      click: (event) => app.pick(at, event.target.checked, event.shiftKey) }),
    element("button", { type: "button", "aria-current": at === app.at ? "true" : null, class: app.reviewed[at] ? "line done" : "line",
      click: (event) => (event.shiftKey ? app.pick(at, true, true) : app.show(at, true)) },
      element("span", { class: "line-top" },
        app.reviewed[at] ? element("span", { class: "tick" }, "✓", element("span", { class: "unseen" }, ` ${tr("reviewed")} `)) : "",
        ...(labels.length ? labels.map((label) => badge(at, label)) : [element("span", { class: "badge none" }, tr("no flag"))]),
        fate(row), ...app.journal.asks(row).map((one) => element("span", { class: "fate" }, ...trParts("for {who}", { who: one.to ? name(one.to) : tr("anybody") }))),
        app.journal.disputes(row).length ? element("span", { class: "fate" }, tr("disputed")) : "",
        element("span", { class: "line-age", title: time < 0 ? null : day(time) }, age(time))),
      element("span", { class: "snippet veil", "aria-hidden": app.veiled ? "true" : null, ...spokenIn(comment) }, element("span", { class: "text" }, comment ? firstWords(comment.text) || tr("(no text)") : " ")),
      element("span", { class: "line-who" }, name(who))),
  ];
}

app.window = [0, LIST];
app.lines = new Map(); // place: the line as it is drawn, and of what

// A line that would be the same is kept: going on redraws two of them.
function lineAt(at, number) {
  const row = app.columns.row[at];
  const said = app.journal.heard(row).map((one) => one.key ?? one.at).join(" ");
  const drawn = [number, at === app.at, app.reviewed[at], app.selected.has(at), Boolean(app.store.brief(row)), app.veiled, app.state.label, app.state.from, said].join("|");
  if (app.lines.get(at)?.drawn !== drawn)
    app.lines.set(at, { drawn, item: element("li", { value: number, class: at === app.at ? "now" : null }, ...line(at)) });
  return app.lines.get(at).item;
}

// Drawn are the current line and those around it, and more as they are scrolled to.
app.drawList = () => {
  const place = app.list.indexOf(app.at);
  const open = app.list.reduce((n, at) => n + (app.reviewed[at] ? 0 : 1), 0);
  byId("count").textContent = app.list.length
    ? (place >= 0 ? tr("{place} of {all}; {open} to review", { place: place + 1, all: app.list.length, open })
      : tr("{all}; {open} to review", { all: app.list.length, open }))
    : tr("none");
  Object.assign(byId("progress"), { max: Math.max(1, app.list.length), value: app.list.length - open, hidden: app.list.length < 2 });
  byId("pick-all").parentElement.hidden = !app.list.length;
  byId("pick-all").checked = app.list.length > 0 && app.list.every((at) => app.selected.has(at));
  byId("pick-all").indeterminate = app.selected.size > 0 && !byId("pick-all").checked;
  let [start, end] = app.window;
  if (place >= 0 && (place < start || place >= end)) [start, end] = [place - 8, place - 8 + LIST];
  start = Math.max(0, Math.min(start, app.list.length - LIST));
  app.window = [start, Math.max(start + LIST, end)];
  const shown = app.list.slice(...app.window);
  const focused = document.activeElement?.closest?.("#list li")?.value;
  const items = shown.map((at, k) => lineAt(at, start + k + 1));
  const before = [...byId("list").children];
  if (before.length === items.length && before.every((item, k) => item.value === items[k].value))
    before.forEach((item, k) => { if (item !== items[k]) item.replaceWith(items[k]); });
  else byId("list").replaceChildren(...items);
  if (app.lines.size > 20 * LIST) app.lines = new Map([...app.lines].filter(([, { item }]) => item.isConnected));
  if (focused) byId("list").querySelector(`li[value="${focused}"] button`)?.focus({ preventScroll: true });
  const now = byId("list").querySelector("li.now");
  if (now && place !== app.placeShown) scrollWithin(byId("list"), now);
  app.placeShown = place;
  app.countLabels();
  const lacking = shown.map((at) => app.columns.row[at]).filter((row) => !app.store.brief(row));
  if (lacking.length) app.store.texts(lacking, SNIPPET).then(() => { if (lacking.every((row) => app.store.brief(row))) app.drawList(); }).catch(() => {});
};

// Into sight, and nothing but this box is scrolled.
function scrollWithin(box, part, middle) {
  const [outer, inner] = [box.getBoundingClientRect(), part.getBoundingClientRect()];
  if (middle) box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
  else if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
}

function scrolled() {
  const { scrollTop, scrollHeight, clientHeight } = byId("list");
  const [start, end] = app.window;
  if (scrollTop + clientHeight > scrollHeight - 200 && end < app.list.length) app.window = [start, end + LIST];
  else if (scrollTop < 100 && start > 0) app.window = [Math.max(0, start - LIST), end];
  else return;
  const before = scrollHeight;
  app.drawList();
  if (app.window[0] < start) byId("list").scrollTop = scrollTop + byId("list").scrollHeight - before;
}

// ---- saved views: a name for what the address holds -----------------------------------------------------

const VIEWS_KEPT = "moderation views";

function savedViews() {
  try { return Object.entries(JSON.parse(localStorage.getItem(VIEWS_KEPT) || "{}")).filter((one) => typeof one[1] === "string"); } catch { return []; }
}

function keepViews(list) {
  try { localStorage.setItem(VIEWS_KEPT, JSON.stringify(Object.fromEntries(list))); } catch { announce(tr("This browser keeps no views")); }
  drawViews();
}

function saveView() {
  const given = byId("view-name").value.trim();
  if (!given) return announce(tr("Give the view a name first"));
  const told = new URLSearchParams();
  for (const [key, value] of Object.entries(app.state))
    if (!["row", "view"].includes(key) && String(value) !== String(PLAIN[key])) told.set(key, value);
  keepViews([...savedViews().filter(([one]) => one !== given), [given, String(told)]]);
  byId("view-name").value = "";
  return announce(tr("View {name} saved", { name: given }));
}

function drawViews() {
  byId("saved-views").replaceChildren(...savedViews().map(([title, told]) => element("li", {},
    button("", () => app.filter({ ...PLAIN, ...stateOf(told) }), { class: "chip view" }),
    button("×", () => keepViews(savedViews().filter(([one]) => one !== title)), { class: "chip", "aria-label": tr("Forget the view {name}", { name: title }) }))));
  byId("saved-views").querySelectorAll(".view").forEach((one, k) => one.append(name(savedViews()[k][0])));
}
