// ---- the table of decisions: who, when, what, why ---------------------------------------------------

const SHOWN = 50;
let decisionsPage = 0;

// The words that carried a flag, heaviest first; "" where the model gives none.
function passages(row, label, most = 4) {
  const marks = app.store.entry(row).why[label]?.marks || [];
  const points = Array.from(app.store.comment(row).text || "");
  return marks.filter((one) => one[2] > 0).sort((a, b) => b[2] - a[2] || a[0] - b[0]).slice(0, most)
    .map(([start, end]) => points.slice(start, end).join("").trim()).filter(Boolean);
}

function scoreOf(one) {
  const at = app.columns.atOf.get(one.row);
  const score = app.columns.scores[page.labels.indexOf(one.label)]?.[at] ?? -1;
  return score < 0 ? null : score / 1000;
}

function whyOf(one) {
  const score = scoreOf(one);
  const told = score === null ? tr("no score") : tr("score {score}", { score: decimal(score, 2) });
  const quoted = passages(one.row, one.label, 3).map((one) => tr("“{word}”", { word: isolated(cutAt(one, 60)) })).join(", ");
  return quoted ? tr("{score}: {words}", { score: told, words: quoted }) : told;
}

const flaggedWith = (one) => {
  const k = page.labels.indexOf(one.label);
  return k >= 0 && app.columns.has(app.columns.atOf.get(one.row), k);
};

function wishOf(one) {
  if (one.kind === "request") return one.to ? tr("asked {who}", { who: isolated(one.to) }) : tr("asked for a second opinion");
  const reason = one.reason && (reasonTitle(one.reason));
  return [one.action ? ACTIONS[one.action].done : "", reason ? tame(reason) : "", one.note ? tr("note: {text}", { text: isolated(one.note) }) : ""].filter(Boolean).join("; ");
}

// As it stands in exported files.
const didWith = (one) => (one.value ? (flaggedWith(one) ? "confirmed" : "added") : "rejected");

function whatOf(one) {
  const label = { label: words(one.label) };
  return { confirmed: tr("confirmed {label}", label), added: tr("added {label}", label), rejected: tr("rejected {label}", label) }[didWith(one)];
}

function decisionRow(one) {
  const text = app.store.comment(one.row).text || "";
  return element("tr", {},
    element("td", {}, name(one.by)),
    element("td", {}, stamp(one.at)),
    element("td", { dir: "auto" }, one.kind ? wishOf(one) : whatOf(one)),
    element("td", { class: "long" }, one.kind ? "" : whyOf(one)),
    element("td", { class: "long" }, element("button", { type: "button", class: "link", click: () => app.open(one.row) },
      attributes(name(cutAt(text.trim(), 80) || tr("(no text)")), spokenIn(app.store.comment(one.row))))));
}

async function drawDecisions() {
  const decided = app.journal.all().filter((one) => app.columns.atOf.has(one.row)).sort((a, b) => b.at - a.at);
  const all = [...decided, ...app.journal.beside().filter((one) => app.columns.atOf.has(one.row))].sort((a, b) => b.at - a.at);
  decisionsPage = Math.min(decisionsPage, Math.max(0, Math.ceil(all.length / SHOWN) - 1));
  const some = all.slice(decisionsPage * SHOWN, (decisionsPage + 1) * SHOWN);
  await app.store.load(some.map((one) => one.row));
  const turn = (by) => button(by < 0 ? tr("Newer") : tr("Older"), () => { decisionsPage += by; drawDecisions(); },
    { disabled: by < 0 ? decisionsPage === 0 : (decisionsPage + 1) * SHOWN >= all.length });
  byId("decisions").replaceChildren(
    element("h2", {}, tr("Decisions")),
    element("p", { class: "meta" }, all.length
      ? [trn("{n} decision on a label", "{n} decisions on labels", decided.length),
        all.length > decided.length ? trn("{n} action, note or request", "{n} actions, notes and requests", all.length - decided.length) : "",
        trn("about {n} comment.", "about {n} comments.", new Set(all.map((one) => one.row)).size)].filter(Boolean).join(", ")
        + ` ${tr("The last one of each reviewer on a label counts.")}`
      : tr("Nothing has been decided yet.")),
    exportButtons(decided),
    all.length ? table(tr("Decisions, newest first"), [[tr("who")], [tr("when (UTC)")], [tr("what")], [tr("why it was flagged")], [tr("comment")]], some.map(decisionRow)) : "",
    all.length > SHOWN ? element("p", {}, turn(-1), " ", turn(1)) : "");
}
