// ---- one comment in its conversation -------------------------------------------------------------

function byline(row, filterAuthor) {
  const comment = app.store.comment(row);
  const author = comment.author || tr("anonymous");
  const parts = [
    comment.time === undefined ? "" : day(comment.time),
    comment.id ? tr("id {id}", { id: tame(comment.id) }) : "",
    comment.kind ? nameIn(KIND_NAMES, comment.kind) : "",
    ...(comment.warnings || []).map((one) => tr("warning: {what}", { what: words(tame(one)) })),
  ];
  return element("p", { class: "meta" },
    filterAuthor && comment.author
      ? element("button", { type: "button", class: "link", title: tr("Only this author"), click: () => app.filter({ author: comment.author }) }, name(author))
      : element("span", { class: "who" }, name(author)),
    comment.status ? element("span", { class: "status" }, tr("site: {status}", { status: nameIn(STATUS_NAMES, comment.status) })) : "",
    parts.filter(Boolean).map((part) => ` · ${part}`).join(""),
    ...address(comment.url));
}

// Only the two schemes that lead to a page; anything else is shown, not linked.
function address(url) {
  if (!url) return [];
  if (!/^https?:\/\//i.test(url)) return [" · ", element("bdi", { class: "cut" }, tame(url))];
  const link = element("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank" }, tr("on the site"));
  return [" · ", link];
}

function body(row, marks = []) {
  const comment = app.store.comment(row);
  const text = element("div", { class: "text", ...spokenIn(comment) }, highlighted(comment.text || "", marks));
  const cut = comment.characters
    ? element("p", { class: "meta" }, trn("shortened: {n} character in all", "shortened: {n} characters in all", comment.characters)) : "";
  return [element("div", { class: "veil", "aria-hidden": app.veiled ? "true" : null }, text), cut];
}

const quoted = (row, how) => element("div", { class: how }, byline(row), ...body(row));

function above(path) {
  const older = path.slice(0, -1);
  return [
    older.length ? element("details", { id: "older" },
      element("summary", {}, trn("{n} more comment above", "{n} more comments above", older.length)),
      ...older.map((row) => quoted(row, "ancestor"))) : "",
    ...path.slice(-1).map((row) => quoted(row, "ancestor")),
  ];
}

function below(rows) {
  if (!rows.length) return "";
  const most = rows.length === 20 ? tr("{n} or more replies", { n: 20 }) : trn("{n} reply", "{n} replies", rows.length);
  return element("details", { id: "replies" }, element("summary", {}, most),
    ...rows.map((row) => quoted(row, "reply")));
}

// ---- a label: its score, what the model said, what a person said ----------------------------------

function meter(score, threshold) {
  const WIDTH = 96;
  const picture = drawing("svg", { class: "meter", viewBox: `0 0 ${WIDTH} 12`, "aria-hidden": "true" },
    drawing("rect", { class: "track", x: 0, y: 3, width: WIDTH, height: 6, rx: 3 }));
  if (score >= 0) picture.append(drawing("rect", { class: "fill", x: 0, y: 3, width: Math.max(2, score * WIDTH), height: 6, rx: 3 }));
  if (threshold !== undefined && threshold !== null)
    picture.append(drawing("line", { class: "tick", x1: threshold * WIDTH, x2: threshold * WIDTH, y1: 0, y2: 12 }));
  return picture;
}

function verdictPill(flagged, verdict) {
  if (!verdict) return flagged ? element("span", { class: "pill predicted" }, tr("predicted")) : "";
  const who = { who: name(verdict.by) };
  return element("span", { class: `pill ${verdict.value ? "yes" : "no"}` },
    ...(!verdict.value ? trParts("rejected by {who}", who) : flagged ? trParts("confirmed by {who}", who) : trParts("added by {who}", who)));
}

// What a button does, for who cannot see where it stands.
function offered(value, flagged, label, n) {
  if (n === null) return value ? (flagged ? tr("Confirm {label}", { label }) : tr("Add {label}", { label })) : tr("Reject {label}", { label });
  if (!value) return trn("Reject {label} on {n} comment", "Reject {label} on {n} comments", n, { label });
  return flagged ? trn("Confirm {label} on {n} comment", "Confirm {label} on {n} comments", n, { label })
    : trn("Add {label} on {n} comment", "Add {label} on {n} comments", n, { label });
}

function labelRow(at, label, k) {
  const row = app.columns.row[at];
  const score = app.columns.scores[k][at] / 1000;
  const flagged = app.columns.has(at, k);
  const verdict = app.journal.verdict(row, label, app.me());
  const told = score < 0 ? tr("cannot tell") : decimal(score, 2);
  const press = (value) => () => app.decide([[label, value]]);
  const n = app.scope === "one" ? null : app.reach([[label, 1]]);
  const many = n === null ? "" : ` ${number(n)}`;
  const choice = (value, sign, hint) => button(sign + many, press(value), {
    class: value ? "yes" : "no", "aria-pressed": String(verdict?.value === value), disabled: n === 0,
    title: hint, "aria-label": offered(value, flagged, words(label), n),
  });
  return element("li", { class: flagged ? "label flagged-label" : "label" },
    element("span", { class: "label-name" }, element("kbd", {}, k + 1), shape(k), ` ${words(label)}`),
    meter(score, (page.model.thresholds || {})[label]),
    element("span", { class: "score" }, told),
    element("span", { class: "verdict" }, verdictPill(flagged, verdict)),
    element("span", { class: "choices" },
      choice(1, flagged ? `✓ ${tr("Confirm")}` : `+ ${tr("Add")}`, tr("key {key}", { key: String(k + 1) })),
      flagged || verdict ? choice(0, `✗ ${tr("Reject")}`, tr("key {key}", { key: `Shift + ${k + 1}` })) : ""));
}

// ---- why: in words; the figures for who asks ------------------------------------------------------

function because(label, told, row) {
  const k = page.labels.indexOf(label);
  const cause = told.said?.length ? told.said.map(sentence).join("; ") : tr("no single cause: many small signs add up");
  return element("p", { class: "because" }, k >= 0 ? shape(k) : "", " ", element("strong", {}, words(label)), ": ",
    cause,
    label === "off_topic" ? compared(row) : "");
}

// What an off-topic comment was held against.
function compared(row) {
  const { path } = app.store.entry(row);
  const title = app.columns.titleAt(app.columns.atOf.get(row) ?? -1);
  const parent = path.length ? app.store.comment(path.at(-1)) : null;
  const parts = [title ? trParts("Title: {title}", { title: name(title) }) : "",
    parent ? trParts("Answers {who}: {text}", { who: name(parent.author || tr("anonymous")), text: element("bdi", spokenIn(parent), firstWords(parent.text)) }) : ""].filter(Boolean);
  return parts.length ? element("span", { class: "compared" }, element("strong", {}, tr("Compared with")),
    ...parts.map((part) => element("span", { class: "against-what" }, ...part))) : "";
}

function figuresOf(at, why) {
  const rows = Object.entries(why).map(([label, said]) => {
    const list = [...(said.dump || []), ...(said.features || []), ...(said.terms || [])];
    const told = (wanted) => list.filter((one) => Math.sign(one[1]) === wanted && Math.abs(one[1]) >= .05)
      .map(([what, share]) => `${isolated(words(what))} ${share > 0 ? "+" : "−"}${decimal(Math.abs(share), 1)}`).join(", ");
    const k = page.labels.indexOf(label);
    const parts = [k >= 0 && app.columns.scores[k][at] >= 0 ? tr("score {score}", { score: decimal(app.columns.scores[k][at] / 1000, 3) }) : "",
      thresholds[label] === undefined ? "" : tr("threshold {threshold}", { threshold: decimal(thresholds[label], 3) }),
      told(1) ? tr("for: {what}", { what: told(1) }) : "", told(-1) ? tr("against: {what}", { what: told(-1) }) : ""].filter(Boolean);
    return element("p", { class: "meta" }, element("strong", {}, `${words(label)} `), parts.join("; "));
  });
  return rows.length ? element("details", { class: "figures" }, element("summary", {}, tr("Figures")), ...rows, key()) : "";
}

function key() {
  return element("p", { class: "meta legend" }, tr("In the text:"), " ",
    element("mark", { class: "for f3" }, tr("speaks for the flag")), " ",
    element("mark", { class: "against a3" }, tr("speaks against it")));
}

const labelRows = (at) => page.labels.map((label, k) => labelRow(at, label, k));

function reading(at) {
  const other = app.store.readers.get(app.columns.row[at]);
  return other ? trParts("{who} is reading this comment now.", { who: name(other) }) : [];
}

// ---- the whole card ------------------------------------------------------------------------------

function card(at) {
  const { columns, store } = app;
  const row = columns.row[at];
  const entry = store.entry(row);
  const thread = columns.threads[columns.thread[at]];
  const others = columns.inThread.get(columns.thread[at])?.length - 1 || 0;
  const alike = (columns.alike.get(columns.campaign[at])?.length || 1) - 1;
  const theirs = columns.byAuthor.get(columns.author[at])?.length || 0;
  const marks = together(entry.why);
  const reasons = Object.entries(entry.why).map(([label, said]) => because(label, said, row));
  return element("article", { class: "card", "aria-label": tr("Comment {n}", { n: columns.row[at] }) },
    element("header", { class: "card-head" },
      element("h2", { id: "comment-title", tabindex: "-1" }, attributes(name(columns.titleAt(at) || tr("no title")), { lang: spokenIn(store.comment(row)).lang })),
      button(thread && thread[3] > 1 ? tr("Conversation of {n}", { n: thread[3] }) : tr("Conversation"), () => app.togglePanel("thread"), { title: tr("key {key}", { key: "h" }) }),
      columns.authorAt(at) ? button(theirs > 1 ? tr("Author: {n} in the queue", { n: theirs }) : tr("Author"), () => app.togglePanel("author"), { title: tr("key {key}", { key: "i" }) }) : "",
      others > 0 ? button(trn("{n} other flagged comment in this thread", "{n} other flagged comments in this thread", others),
        () => app.filter({ thread: thread[0] }), { class: "link" }) : ""),
    columns.queued[at] ? element("p", { class: "meta" }, tr("Asked for: {why}.", { why: whyListed(columns.reasons[columns.reason[at]]) }), " ",
      tr("Answer for every label: what you do not add counts as none.")) : "",
    element("p", { class: "notice reading" }, ...reading(at)),
    ...above(entry.path),
    element("div", { class: "flagged" }, byline(row, true), ...body(row, marks)),
    reasons.length ? element("div", { class: "why-list" }, ...reasons, figuresOf(at, entry.why)) : "",
    element("div", { class: "about" }, ...doneAbout(row)),
    element("ul", { class: "labels", "aria-label": tr("Labels") },
      ...labelRows(at)),
    alike > 0 ? element("p", { class: "alike" }, trn("And {n} more like this.", "And {n} more like this.", alike), " ",
      button(tr("Show them"), () => app.filter({ campaign: String(columns.campaign[at]), show: "all" }), { class: "link" })) : "",
    below(entry.replies));
}
