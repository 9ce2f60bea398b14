// ---- beside the comment: its whole conversation, or all of its author -------------------------------------

const AROUND = 60; // comments that are drawn on either side of the one that is read
const SHORT = 600; // characters of each

app.panel = ""; // "thread", "author" or closed
app.conversation = null; // of the thread that is shown

app.togglePanel = (kind) => {
  app.panel = app.panel === kind ? "" : kind;
  document.body.classList.toggle("panel-open", Boolean(app.panel));
  byId("panel").hidden = !app.panel;
  app.drawPanel().then(() => { if (app.panel) byId("panel-body").focus({ preventScroll: true }); });
  if (!app.panel) byId("comment-title")?.focus({ preventScroll: true });
};

app.drawPanel = async () => {
  byId("panel").hidden = !app.panel || app.at < 0;
  if (byId("panel").hidden) return;
  for (const kind of ["thread", "author"]) byId(`panel-${kind}`).setAttribute("aria-pressed", String(app.panel === kind));
  const row = app.columns.row[app.at];
  try {
    await (app.panel === "thread" ? drawConversation(row) : drawAuthor(row));
  } catch (error) {
    byId("panel-body").replaceChildren(element("p", { class: "empty" }, tr("This could not be read: {what}", { what: error.message })));
  }
};

// ---- the conversation -------------------------------------------------------------------------------------

const within = (told, row) => told && row >= told.rows[0] && row <= told.rows.at(-1) && told.rows.includes(row);

async function drawConversation(row) {
  if (!within(app.conversation, row)) {
    app.conversation = await app.store.thread(row);
    app.span = null;
  }
  const told = app.conversation;
  const here = told.rows.indexOf(row);
  if (!app.span || here < app.span[0] || here >= app.span[1]) app.span = [Math.max(0, here - AROUND), Math.min(told.rows.length, here + AROUND)];
  const [from, to] = app.span;
  const rows = told.rows.slice(from, to);
  await app.store.texts(rows, SHORT);
  if (app.panel !== "thread" || app.conversation !== told || app.columns.row[app.at] !== row) return;
  const flags = told.flags.filter(Boolean).length;
  const more = (text, change) => button(text, () => { change(); drawConversation(app.columns.row[app.at]).catch((error) => announce(error.message)); }, { class: "link" });
  const at = byId("panel-body").scrollTop;
  const fresh = app.panelShown !== `thread ${row}`;
  app.panelShown = `thread ${row}`;
  byId("panel-body").replaceChildren(
    element("h3", {}, name(told.title || tr("Conversation"))),
    element("p", { class: "meta" }, [trn("{n} comment", "{n} comments", told.comments), trn("{n} flagged", "{n} flagged", flags)].join(", "),
      told.rows.length < told.comments ? `; ${tr("{n} of them are here", { n: told.rows.length })}` : ""),
    element("div", { class: "strip-row" },
      button(tr("↑ flag"), () => jump(-1), { title: tr("key {key}", { key: "[" }), "aria-label": tr("Previous flag of the conversation"), disabled: !flags }), strip(told, here),
      button(tr("↓ flag"), () => jump(1), { title: tr("key {key}", { key: "]" }), "aria-label": tr("Next flag of the conversation"), disabled: !flags })),
    from > 0 ? element("p", {}, more(trn("{n} comment above", "{n} comments above", from), () => { app.span = [Math.max(0, from - 2 * AROUND), to]; })) : "",
    element("ol", { class: "thread" }, ...rows.flatMap((one, k) => [gap(told, from + k), post(told, from + k, here)])),
    to < told.rows.length ? element("p", {}, more(trn("{n} comment below", "{n} comments below", told.rows.length - to), () => { app.span = [from, Math.min(told.rows.length, to + 2 * AROUND)]; })) : "");
  const now = byId("panel-body").querySelector(".now");
  if (fresh && now) scrollWithin(byId("panel-body"), now, true);
  else byId("panel-body").scrollTop = at;
}

// Where the flags are: a line for each, the one that is read marked.
function strip(told, here) {
  const n = told.rows.length;
  const x = (k) => ((k + .5) / n) * 300;
  const picture = drawing("svg", { viewBox: "0 0 300 16", class: "strip", role: "img", preserveAspectRatio: "none",
    "aria-label": tr("Comment {here} of {all}; flags on {flagged}", { here: here + 1, all: n, flagged: told.flags.filter(Boolean).length }) },
    drawing("rect", { class: "track", x: 0, y: 6, width: 300, height: 4 }));
  const drawn = new Set();
  told.flags.forEach((bits, k) => {
    if (!bits || drawn.has(Math.round(x(k)))) return;
    drawn.add(Math.round(x(k)));
    picture.append(drawing("rect", { class: "hit", x: x(k) - .75, y: 1, width: 1.5, height: 14 }));
  });
  picture.append(drawing("path", { class: "here", d: `M${x(here) - 4} 0h8l-4 7z` }));
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const k = Math.floor(((event.clientX - box.left) / box.width) * n);
    app.openRow(told.rows[Math.min(n - 1, Math.max(0, k))], true).catch((error) => announce(error.message));
  });
  return picture;
}

// Comments of the conversation that this file does not have.
function gap(told, k) {
  const before = k ? told.rows[k - 1] : told.start - 1;
  const lacking = told.rows[k] - before - 1;
  return lacking > 0 && !app.store.live ? element("li", { class: "gap" }, trn("{n} comment not in this file", "{n} comments not in this file", lacking)) : "";
}

function post(told, k, here) {
  const row = told.rows[k];
  const comment = app.store.brief(row) || {};
  const at = app.columns.atOf.get(row);
  const depth = Math.min(told.depth[k], 12);
  const labels = page.labels.filter((_, j) => Math.floor(told.flags[k] / 2 ** j) % 2);
  const who = told.authors[told.author[k]] || tr("anonymous");
  const said = app.journal.standing(row);
  return element("li", { class: k === here ? "now" : told.flags[k] ? "has-flag" : null, "data-depth": depth },
    element("div", { class: "post" },
      element("p", { class: "meta" }, element("span", { class: "who" }, name(who)), comment.time === undefined ? "" : ` · ${day(comment.time)}`,
        told.depth[k] > 12 ? ` · ${tr("level {n}", { n: told.depth[k] })}` : ""),
      labels.length || said.length ? element("p", { class: "post-labels" },
        ...labels.map((label) => element("span", { class: "badge" }, shape(page.labels.indexOf(label)), ` ${words(label)}`)),
        at === undefined ? "" : fate(row),
        ...page.labels.map((label) => app.journal.verdict(row, label, app.me())).filter(Boolean).map((one) =>
          element("span", { class: `pill ${one.value ? "yes" : "no"}` }, answered(one.value, one.label)))) : "",
      element("div", { class: "veil", "aria-hidden": app.veiled ? "true" : null },
        element("div", { class: "text", ...spokenIn(comment) }, tame(comment.text || ""), comment.characters ? " …" : "")),
      k === here ? "" : button(tr("Decide on this"), () => app.openRow(row).catch((error) => announce(error.message)),
        { class: "link", "aria-label": tr("Decide on the comment of {who}", { who: cutAt(who, 60) }) })));
}

async function jump(by) {
  if (app.at < 0) return;
  const row = app.columns.row[app.at];
  if (!within(app.conversation, row)) app.conversation = await app.store.thread(row);
  const told = app.conversation;
  for (let k = told.rows.indexOf(row) + by; k >= 0 && k < told.rows.length; k += by)
    if (told.flags[k]) { await app.openRow(told.rows[k], true); return; }
  announce(by > 0 ? tr("No flag below in this conversation") : tr("No flag above in this conversation"));
}

// ---- the author ---------------------------------------------------------------------------------------------

async function drawAuthor(row) {
  const own = app.columns.authorAt(app.at);
  if (!own) {
    byId("panel-body").replaceChildren(element("p", { class: "empty" }, tr("This comment has no author's name.")));
    return;
  }
  if (app.authorShown?.name !== own) app.authorShown = { name: own, row, ...(await app.store.author(row)) };
  const told = app.authorShown;
  const recent = told.rows.slice(0, 20);
  await app.store.texts(recent, SNIPPET);
  if (app.panel !== "author" || app.columns.row[app.at] !== row) return;
  app.panelShown = `author ${own}`;
  const rows = new Set(told.rows);
  const verdicts = [...rows].flatMap((one) => page.labels.map((label) => app.journal.verdict(one, label, app.me())).filter(Boolean));
  const decided = new Set(verdicts.map((one) => one.row)).size;
  const of = (n, all) => tr("{n} of {all}", { n, all });
  const yes = (label) => verdicts.filter((one) => one.label === label && one.value).length;
  const no = (label) => verdicts.filter((one) => one.label === label && !one.value).length;
  byId("panel-body").replaceChildren(
    element("h3", {}, name(own)),
    element("p", { class: "meta" }, tr("{comments} in {threads}", { comments: trn("{n} comment", "{n} comments", told.comments), threads: trn("{n} conversation", "{n} conversations", told.threads) }),
      app.store.live ? "" : `, ${tr("as far as this file has them")}`, told.first === null ? "" : `; ${tr("first seen {first}, last {last}", { first: day(told.first), last: day(told.last) })}`),
    element("p", {}, button(tr("This author only: all {n}", { n: told.rows.length }), () => app.onlyAuthor(own, true)), " ",
      told.flagged ? button(trn("The {n} flagged", "The {n} flagged", told.flagged), () => app.onlyAuthor(own, false)) : ""),
    table(tr("Flags and decisions"), [[tr("label")], [tr("flagged"), "number"], [tr("decided yes"), "number"], [tr("decided no"), "number"]], page.labels.map((label, k) =>
      element("tr", {}, element("td", {}, shape(k), ` ${words(label)}`), element("td", { class: "number" }, of(told.flags[label], told.comments)),
        element("td", { class: "number" }, of(yes(label), decided)), element("td", { class: "number" }, of(no(label), decided))))),
    ...decidedOverTime(verdicts),
    told.spans ? element("figure", {}, overTime(told.spans), element("figcaption", { class: "meta" }, tr("Comments from {first} to {last}; filled: flagged", { first: dateOf(1000 * told.spans.start), last: dateOf(1000 * told.spans.end) }))) : "",
    told.links.length ? table(tr("Links to"), [[tr("domain")], [tr("comments"), "number"]], told.links.map(([domain, n]) =>
      element("tr", {}, element("td", {}, name(domain)), element("td", { class: "number" }, of(n, told.read))))) : element("p", { class: "meta" }, tr("No links.")),
    element("h4", {}, told.rows.length > recent.length ? tr("The newest {n}", { n: recent.length }) : tr("All comments")),
    element("ol", { class: "thread" }, ...recent.map((one) => element("li", { class: one === row ? "now" : null }, element("div", { class: "post" },
      element("p", { class: "meta" }, app.store.brief(one)?.time === undefined ? "" : day(app.store.brief(one).time)),
      element("div", { class: "veil", "aria-hidden": app.veiled ? "true" : null }, element("div", { class: "text", ...spokenIn(app.store.brief(one)) }, firstWords(app.store.brief(one)?.text) || tr("(no text)"))),
      one === row ? "" : button(tr("Decide on this"), () => app.openRow(one).catch((error) => announce(error.message)), { class: "link" }))))));
}

// By the day on which the comment was written: yes upwards, no downwards, a row for each label.
function decidedOverTime(verdicts) {
  const dated = verdicts.map((one) => [one, app.columns.time[app.columns.atOf.get(one.row)] ?? app.store.brief(one.row)?.time ?? -1])
    .filter(([, time]) => time >= 0);
  const times = dated.map(([, time]) => time);
  const [from, to] = [times.reduce((a, b) => Math.min(a, b), Infinity), times.reduce((a, b) => Math.max(a, b), 0)];
  if (dated.length < 2 || from === to) return [];
  return page.labels.map((label, k) => [label, k, dated.filter(([one]) => one.label === label)]).filter(([, , list]) => list.length).map(([label, k, list]) => {
    const bins = Array.from({ length: 24 }, () => [0, 0]);
    for (const [one, time] of list) bins[Math.min(23, Math.floor((24 * (time - from)) / (to - from)))][one.value ? 0 : 1] += 1;
    const most = Math.max(...bins.flat());
    const picture = drawing("svg", { viewBox: "0 0 240 32", class: "chart", role: "img",
      "aria-label": tr("Decisions on {label} over time, yes and no: {list}", { label: words(label), list: bins.map(([yes, no]) => `${yes} ${no}`).join("; ") }) },
      drawing("line", { class: "axis", x1: 0, x2: 240, y1: 16, y2: 16 }));
    bins.forEach(([yes, no], j) => {
      if (yes) picture.append(drawing("rect", { class: "bar over", x: j * 10 + 1, width: 8, y: 16 - (yes / most) * 15, height: (yes / most) * 15 }));
      if (no) picture.append(drawing("rect", { class: "bar", x: j * 10 + 1, width: 8, y: 16, height: (no / most) * 15 }));
    });
    return element("figure", {}, picture, element("figcaption", { class: "meta" }, shape(k),
      " ", tr("decided on {label}, {first} to {last}: yes above the line, no below", { label: words(label), first: dateOf(1000 * from), last: dateOf(1000 * to) })));
  });
}

function overTime({ comments, flagged }) {
  const most = Math.max(1, ...comments);
  const picture = drawing("svg", { viewBox: "0 0 240 48", class: "chart", role: "img",
    "aria-label": tr("Comments over time: {list}", { list: comments.map((n, k) => tr("{n}, {flagged} flagged", { n, flagged: flagged[k] })).join("; ") }) });
  comments.forEach((n, k) => {
    const bar = (kind, count) => drawing("rect", { class: kind, x: k * 10 + 1, width: 8, y: 46 - (count / most) * 44, height: (count / most) * 44 });
    if (n) picture.append(bar("bar", n));
    if (flagged[k]) picture.append(bar("bar over", flagged[k]));
  });
  picture.append(drawing("line", { class: "axis", x1: 0, x2: 240, y1: 46.5, y2: 46.5 }));
  return picture;
}

// The queue of one author: what is flagged of theirs, or everything, decided or not.
app.onlyAuthor = async (own, all) => {
  if (all) await app.adopt(app.authorShown.rows);
  if (matchMedia("(max-width: 80rem)").matches && app.panel) app.togglePanel(app.panel);
  return app.filter({ ...PLAIN, author: own, every: all ? "1" : "", show: "all", order: "newest" });
};
