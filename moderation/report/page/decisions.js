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
  const told = score === null ? "no score" : `score ${score.toFixed(2)}`;
  const said = passages(one.row, one.label, 3).map((words) => `“${tame(words).slice(0, 60)}”`).join(", ");
  return said ? `${told}: ${said}` : told;
}

const flaggedWith = (one) => {
  const k = page.labels.indexOf(one.label);
  return k >= 0 && app.columns.has(app.columns.atOf.get(one.row), k);
};

function wishOf(one) {
  if (one.kind === "request") return one.to ? `asked ${tame(one.to)}` : "asked for a second opinion";
  const reason = one.reason && (reasonOf(one.reason)?.title ?? one.reason);
  return [one.action ? ACTIONS[one.action].done : "", reason ? tame(reason) : "", one.note ? `note: ${tame(one.note)}` : ""].filter(Boolean).join("; ");
}

function whatOf(one) {
  const did = one.value ? (flaggedWith(one) ? "confirmed" : "added") : "rejected";
  return `${did} ${words(one.label)}`;
}

function decisionRow(one) {
  const text = app.store.comment(one.row).text || "";
  return element("tr", {},
    element("td", {}, name(one.by)),
    element("td", {}, stamp(one.at)),
    element("td", { dir: "auto" }, one.kind ? wishOf(one) : whatOf(one)),
    element("td", { class: "long" }, one.kind ? "" : whyOf(one)),
    element("td", { class: "long" }, element("button", { type: "button", class: "link", click: () => app.open(one.row) },
      name(Array.from(text.trim()).slice(0, 80).join("") || "(no text)"))));
}

async function drawDecisions() {
  const said = app.journal.all().filter((one) => app.columns.atOf.has(one.row)).sort((a, b) => b.at - a.at);
  const all = [...said, ...app.journal.beside().filter((one) => app.columns.atOf.has(one.row))].sort((a, b) => b.at - a.at);
  decisionsPage = Math.min(decisionsPage, Math.max(0, Math.ceil(all.length / SHOWN) - 1));
  const some = all.slice(decisionsPage * SHOWN, (decisionsPage + 1) * SHOWN);
  await app.store.load(some.map((one) => one.row));
  const turn = (by) => button(by < 0 ? "Newer" : "Older", () => { decisionsPage += by; drawDecisions(); },
    { disabled: by < 0 ? decisionsPage === 0 : (decisionsPage + 1) * SHOWN >= all.length });
  byId("decisions").replaceChildren(
    element("h2", {}, "Decisions"),
    element("p", { class: "meta" }, all.length
      ? `${plural(said.length, "decision")} on labels${all.length > said.length ? `, ${plural(all.length - said.length, "action, note or request", "actions, notes and requests")}` : ""}, on ${plural(new Set(all.map((one) => one.row)).size, "comment")}. The last one of each reviewer on a label counts.`
      : "Nothing has been decided yet."),
    exportButtons(said),
    all.length ? table("Decisions, newest first", [["who"], ["when (UTC)"], ["what"], ["why it was flagged"], ["comment"]], some.map(decisionRow)) : "",
    all.length > SHOWN ? element("p", {}, turn(-1), " ", turn(1)) : "");
}
