// ---- what leaves the page as a file -----------------------------------------------------------------

const EXPORTS = [
  [tr("Ledger file"), "decisions.ledger.jsonl", "application/x-ndjson", ledgerFile,
    tr("for {import} and {train}", { import: "`moderation labels import`", train: "`moderation train`" })],
  ["CSV", "decisions.csv", "text/csv", (all) => csv(DECISION_COLUMNS, all.map(decisionRecord)), tr("one row per decision")],
  [tr("JSON lines"), "decisions.jsonl", "application/x-ndjson", (all) => lines(all.map(decisionRecord)), tr("one line per decision")],
  [tr("Statements of reasons"), "statements-of-reasons.csv", "text/csv", reasonsFile, tr("one row per comment")],
];

const DECISION_COLUMNS = ["thread_id", "id", "author", "created_at", "label", "decision", "value", "reviewer",
  "decided_at", "score", "threshold", "flagged_by_model", "model", "title", "url", "parent_text", "text"];

const iso = (ms) => new Date(ms).toISOString();
const timeOf = (one) => one.written ?? one.at; // the ledger's clock, not this browser's, where there is one

function placeOf(row) {
  const comment = app.store.comment(row);
  const [thread, title] = app.columns.threads[app.columns.thread[app.columns.atOf.get(row)]] ?? [];
  const parent = app.store.entry(row).path.at(-1);
  return {
    thread_id: thread ?? null, id: comment.id ?? null, author: comment.author ?? null,
    created_at: comment.time === undefined ? null : iso(comment.time * 1000),
    title: title || null, url: comment.url ?? null, text: comment.text ?? "",
    parent_text: parent === undefined ? null : app.store.comment(parent).text ?? null,
  };
}

// What `moderation labels import` takes back in; see moderation/labels/apart.py.
function decisionRecord(one) {
  return { ...placeOf(one.row), label: one.label, value: Number(one.value),
    decision: didWith(one), reviewer: one.by, decided_at: iso(timeOf(one)), score: scoreOf(one),
    threshold: thresholds[one.label] ?? null, flagged_by_model: flaggedWith(one), model: page.model.digest || page.model.name };
}

// ---- the ledger's own lines: see moderation/labels/ledger.py ------------------------------------------------

function ledgerLine(one) {
  const { thread_id, id, title, text, parent_text } = placeOf(one.row);
  const model = page.model.digest || page.model.name || null;
  const about = { text, annotator: one.by, at: iso(timeOf(one)), thread_id, id };
  const reason = one.reason && reasonOf(one.reason);
  const held = {
    action: () => ({ ...about, model, note: one.note, action: one.action, reason: one.reason, rule: reason?.rule, message: reason?.message,
      flags: app.columns.labelsAt(app.columns.atOf.get(one.row)).join(";") }),
    request: () => ({ ...about, model, note: one.note, to: one.to }),
    decision: () => ({ label: one.label, value: Number(one.value), ...about, parent_text, title, model, score: scoreOf(one), weight: 1,
      settles: one.settles ? 1 : null }),
  }[one.kind || "decision"]();
  const told = Object.entries(held).filter(([, value]) => value !== null && value !== undefined && (value !== "" || !one.kind));
  return { entry: one.kind || "decision", key: one.key, ...Object.fromEntries(told) };
}

function ledgerFile() {
  const all = [...app.journal.all(), ...app.journal.beside(), ...app.journal.taken()].filter((one) => one.key)
    .sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || timeOf(a) - timeOf(b));
  const gone = all.filter((one) => one.gone);
  return lines([...all.map(ledgerLine),
    ...gone.map((one) => ({ entry: "retraction", at: iso(timeOf(one)), by: one.by, key: one.key }))]);
}

// ---- one statement per comment: what was decided, on what ground, by whom, from which facts ----------

const REASON_COLUMNS = ["thread_id", "id", "url", "author", "created_at", "outcome", "grounds", "facts",
  "action", "reason", "rule", "message", "found_by", "decided_by", "reviewers", "decided_at", "model", "text"];

function reasonsFile(all) {
  const perRow = new Map();
  const verdicts = (row) => perRow.get(row) ?? perRow.set(row, new Map()).get(row);
  for (const one of all) verdicts(one.row).set(one.label, app.journal.verdict(one.row, one.label, app.me()));
  for (const one of app.journal.beside()) if (app.columns.atOf.has(one.row) && app.journal.action(one.row)) verdicts(one.row);
  return csv(REASON_COLUMNS, [...perRow].map(([row, found]) => statement(row, [...found.values()], app.journal.action(row))));
}

// A note is for colleagues, and stays out of it.
function statement(row, verdicts, act) {
  const against = verdicts.filter((one) => one.value);
  const facts = against.map((one) => {
    const quoted = passages(row, one.label).map((one) => `“${one.slice(0, 100)}”`).join(", ");
    return `${inEnglish(one.label)}${quoted ? `: ${quoted}` : ""}`;
  });
  const flagged = app.columns.labelsAt(app.columns.atOf.get(row)).length > 0;
  const reason = act?.reason && reasonOf(act.reason);
  const told = act ? [...verdicts, act] : verdicts;
  return { ...placeOf(row),
    outcome: act?.action === "escalate" ? "escalated"
      : ["hide", "spam", "trash"].includes(act?.action) || against.length ? "against the rules" : "no objection",
    grounds: against.map((one) => inEnglish(one.label)).join("; "),
    facts: facts.join("; "),
    action: act?.action ?? null, reason: act?.reason ?? null, rule: reason?.rule ?? null, message: reason?.message ?? null,
    found_by: flagged ? "automated scoring" : "a person",
    decided_by: "a person",
    reviewers: [...new Set(told.map((one) => one.by))].join("; "),
    decided_at: iso(Math.max(...told.map(timeOf))),
    model: page.model.digest || page.model.name };
}

// ---- buttons --------------------------------------------------------------------------------------------

async function save([, filename, type, make], all) {
  const rows = [...new Set([...all, ...app.journal.beside(), ...app.journal.taken()].map((one) => one.row))];
  for (let at = 0; at < rows.length; at += 400) await app.store.load(rows.slice(at, at + 400), true);
  download(filename, type, make(all));
  announce(tr("{file} saved", { file: filename }));
}

function exportButtons(all) {
  return element("div", { class: "exports" }, element("span", { class: "quiet" }, tr("Save as"), " "),
    ...EXPORTS.map((one) => button(one[0], () => save(one, all), { title: one[4],
      disabled: !all.length && !(one[3] === ledgerFile && app.journal.beside().length) })));
}

function saveLedger() {
  const all = app.journal.all().filter((one) => app.columns.atOf.has(one.row));
  if (all.length || app.journal.beside().length) save(EXPORTS[0], all);
}
