// ---- one comment in its conversation -------------------------------------------------------------

function byline(row, filterAuthor) {
  const comment = app.store.comment(row);
  const author = comment.author || "anonymous";
  const parts = [
    comment.time === undefined ? "" : day(comment.time),
    comment.id ? `id ${tame(comment.id)}` : "",
    comment.kind ? tame(comment.kind) : "",
    ...(comment.warnings || []).map((one) => `warning: ${words(tame(one))}`),
  ];
  return element("p", { class: "meta" },
    filterAuthor && comment.author
      ? element("button", { type: "button", class: "link", title: "Only this author", click: () => app.filter({ author: comment.author }) }, name(author))
      : element("span", { class: "who" }, name(author)),
    comment.status ? element("span", { class: "status" }, `site: ${tame(comment.status)}`) : "",
    parts.filter(Boolean).map((part) => ` · ${part}`).join(""),
    ...address(comment.url));
}

// Only the two schemes that lead to a page; anything else is shown, not linked.
function address(url) {
  if (!url) return [];
  if (!/^https?:\/\//i.test(url)) return [" · ", element("bdi", { class: "cut" }, tame(url))];
  const link = element("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank" }, "on the site");
  return [" · ", link];
}

function body(row, marks = []) {
  const comment = app.store.comment(row);
  const text = element("div", { class: "text", dir: "auto" }, highlighted(comment.text || "", marks));
  const cut = comment.characters
    ? element("p", { class: "meta" }, `shortened: ${plural(comment.characters, "character")} in all`) : "";
  return [element("div", { class: "veil", "aria-hidden": app.veiled ? "true" : null }, text), cut];
}

const quoted = (row, how) => element("div", { class: how }, byline(row), ...body(row));

function above(path) {
  const older = path.slice(0, -1);
  return [
    older.length ? element("details", { id: "older" },
      element("summary", {}, `${plural(older.length, "more comment")} above`),
      ...older.map((row) => quoted(row, "ancestor"))) : "",
    ...path.slice(-1).map((row) => quoted(row, "ancestor")),
  ];
}

function below(rows) {
  if (!rows.length) return "";
  const most = rows.length === 20 ? "20 or more replies" : rows.length === 1 ? "1 reply" : `${rows.length} replies`;
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
  if (!verdict) return flagged ? element("span", { class: "pill predicted" }, "predicted") : "";
  const said = verdict.value ? (flagged ? "confirmed" : "added") : "rejected";
  return element("span", { class: `pill ${verdict.value ? "yes" : "no"}` }, `${said} by `, name(verdict.by));
}

function labelRow(at, label, k) {
  const row = app.columns.row[at];
  const score = app.columns.scores[k][at] / 1000;
  const flagged = app.columns.has(at, k);
  const verdict = app.journal.verdict(row, label, app.me());
  const told = score < 0 ? "cannot tell" : score.toFixed(2);
  const press = (value) => () => app.decide([[label, value]]);
  const n = app.scope === "one" ? null : app.reach([[label, 1]]);
  const many = n === null ? "" : ` ${number(n)}`;
  const choice = (value, sign, hint) => button(sign + many, press(value), {
    class: value ? "yes" : "no", "aria-pressed": String(verdict?.value === value), disabled: n === 0,
    title: hint, "aria-label": `${value ? (flagged ? "Confirm" : "Add") : "Reject"} ${words(label)}`
      + (many ? ` on${many} comments` : ""),
  });
  return element("li", { class: flagged ? "label flagged-label" : "label" },
    element("span", { class: "label-name" }, element("kbd", {}, k + 1), shape(k), ` ${words(label)}`),
    meter(score, (page.model.thresholds || {})[label]),
    element("span", { class: "score" }, told),
    element("span", { class: "verdict" }, verdictPill(flagged, verdict)),
    element("span", { class: "choices" },
      choice(1, flagged ? "✓ Confirm" : "+ Add", `key ${k + 1}`),
      flagged || verdict ? choice(0, "✗ Reject", `key Shift + ${k + 1}`) : ""));
}

// ---- why: in words; the figures for who asks ------------------------------------------------------

function because(label, said, row) {
  const k = page.labels.indexOf(label);
  const sentence = said.sentence ? tame(said.sentence) : "no single cause: many small signs add up";
  return element("p", { class: "because", dir: "auto" }, k >= 0 ? shape(k) : "", " ", element("strong", {}, words(label)), ": ",
    sentence,
    label === "off_topic" ? compared(row) : "");
}

// What an off-topic comment was held against.
function compared(row) {
  const { path } = app.store.entry(row);
  const title = app.columns.titleAt(app.columns.atOf.get(row) ?? -1);
  const parent = path.length ? app.store.comment(path.at(-1)) : null;
  const parts = [title ? [element("span", { class: "quiet" }, "Title: "), name(title)] : "",
    parent ? [element("span", { class: "quiet" }, "Answers "), name(parent.author || "anonymous"), ": ", element("bdi", { dir: "auto" }, firstWords(parent.text))] : ""].filter(Boolean);
  return parts.length ? element("span", { class: "compared" }, element("strong", {}, "Compared with"),
    ...parts.map((part) => element("span", { class: "against-what" }, ...part))) : "";
}

function figuresOf(at, why) {
  const rows = Object.entries(why).map(([label, said]) => {
    const list = [...(said.dump || []), ...(said.features || []), ...(said.terms || [])];
    const told = (wanted) => list.filter((one) => Math.sign(one[1]) === wanted && Math.abs(one[1]) >= .05)
      .map(([what, share]) => `${tame(words(what))} ${share > 0 ? "+" : "−"}${Math.abs(share).toFixed(1)}`).join(", ");
    const k = page.labels.indexOf(label);
    const parts = [k >= 0 && app.columns.scores[k][at] >= 0 ? `score ${(app.columns.scores[k][at] / 1000).toFixed(3)}` : "",
      thresholds[label] === undefined ? "" : `threshold ${thresholds[label].toFixed(3)}`,
      told(1) ? `for: ${told(1)}` : "", told(-1) ? `against: ${told(-1)}` : ""].filter(Boolean);
    return element("p", { class: "meta", dir: "auto" }, element("strong", {}, `${words(label)} `), parts.join("; "));
  });
  return rows.length ? element("details", { class: "figures" }, element("summary", {}, "Figures"), ...rows, key()) : "";
}

function key() {
  return element("p", { class: "meta legend" }, "In the text: ",
    element("mark", { class: "for f3" }, "speaks for the flag"), " ",
    element("mark", { class: "against a3" }, "speaks against it"));
}

const labelRows = (at) => page.labels.map((label, k) => labelRow(at, label, k));

function reading(at) {
  const other = app.store.readers.get(app.columns.row[at]);
  return other ? [name(other), " is reading this comment now."] : [];
}

// ---- the whole card ------------------------------------------------------------------------------

function card(at) {
  const { columns, store } = app;
  const row = columns.row[at];
  const entry = store.entry(row);
  const thread = columns.threads[columns.thread[at]];
  const others = columns.inThread.get(columns.thread[at])?.length - 1 || 0;
  const alike = (columns.alike.get(columns.campaign[at])?.length || 1) - 1;
  const marks = together(entry.why);
  const reasons = Object.entries(entry.why).map(([label, said]) => because(label, said, row));
  return element("article", { class: "card", "aria-label": `Comment ${columns.row[at]}` },
    element("header", { class: "card-head" },
      element("h2", { id: "comment-title", tabindex: "-1" }, name(columns.titleAt(at) || "no title")),
      button(thread && thread[3] > 1 ? `Conversation of ${number(thread[3])}` : "Conversation", () => app.togglePanel("thread"), { title: "key h" }),
      columns.authorAt(at) ? button("Author", () => app.togglePanel("author"), { title: "key i" }) : "",
      others > 0 ? button(`${plural(others, "other flagged comment")} in this thread`,
        () => app.filter({ thread: thread[0] }), { class: "link" }) : ""),
    columns.queued[at] ? element("p", { class: "meta" }, `Asked for: ${tame(words(columns.reasons[columns.reason[at]]))}. `,
      "Answer for every label: what you do not add counts as none.") : "",
    element("p", { class: "notice reading" }, ...reading(at)),
    ...above(entry.path),
    element("div", { class: "flagged" }, byline(row, true), ...body(row, marks)),
    reasons.length ? element("div", { class: "why-list" }, ...reasons, figuresOf(at, entry.why)) : "",
    element("div", { class: "about" }, ...doneAbout(row)),
    element("ul", { class: "labels", "aria-label": "Labels" },
      ...labelRows(at)),
    alike > 0 ? element("p", { class: "alike" }, `And ${number(alike)} more like this. `,
      button("Show them", () => app.filter({ campaign: String(columns.campaign[at]), show: "all" }), { class: "link" })) : "",
    below(entry.replies));
}
