// ---- what should become of a comment, why, and whom else to ask ------------------------------------------

const ACTIONS = {
  approve: { text: "Approve", done: "approved" },
  hide: { text: "Hide", done: "hidden" },
  spam: { text: "Spam folder", done: "spam folder" },
  trash: { text: "Trash", done: "trash" },
  escalate: { text: "Escalate", done: "escalated" },
  none: { text: "Leave as it is", done: "left as it is" },
};

const reasonOf = (code) => page.reasons.find((one) => one.code === code);

// What a reason says about one place: its labels are confirmed; where nothing is wrong every flag is rejected.
function judged(at, reason) {
  const row = app.columns.row[at];
  if (reason.action === "approve" && !reason.labels.length)
    return answers(at, false).map(([label, value]) => ({ row, label, value }));
  return reason.labels.filter((label) => page.labels.includes(label)).map((label) => ({ row, label, value: 1 }));
}

// wish: {action, reason, note}, of which one is enough; labels follow from the reason alone.
app.act = async (wish) => {
  if (!(await app.stillOpen(app.countOpen))) return;
  const reason = wish.reason && reasonOf(wish.reason);
  const places = app.places();
  const says = places.flatMap((at) => {
    const row = app.columns.row[at];
    const said = new Set(app.scope === "one" ? [] : app.journal.standing(row).map((one) => one.label));
    const own = reason ? judged(at, reason).filter((one) => !said.has(one.label)) : [];
    return [...own, { row, kind: "action", ...wish }];
  });
  const what = reason ? reason.title : wish.action ? ACTIONS[wish.action].text : "Note kept";
  await app.carryOut(says, wish.action && reason ? `${what}: ${ACTIONS[wish.action].done}` : what, { reason, wish });
};

app.ask = async (to, note) => {
  if (!(await app.stillOpen(app.countOpen))) return;
  const says = app.places().map((at) => ({ row: app.columns.row[at], kind: "request", ...(to ? { to } : {}), ...(note ? { note } : {}) }));
  await app.carryOut(says, to ? `Given to ${to}` : "A second opinion is asked for");
};

app.actFor = (reason, note) => app.act({ action: reason.action, reason: reason.code, ...(note ? { note } : {}) });

const knownNames = () => [...new Set([...app.journal.all(), ...app.journal.beside()].flatMap((one) => [one.by, one.to]))]
  .filter((one) => one && one !== settings.name).sort();

function openReasons() {
  if (app.at < 0) return;
  if (app.veiled) { app.unveil(); return announce("The text is shown now"); }
  const n = app.places().length;
  const note = element("textarea", { id: "note", rows: 2, maxlength: 2000, placeholder: "For your colleagues; the author never sees it" });
  const to = element("input", { id: "ask-who", maxlength: 100, list: "known-names", autocomplete: "off", placeholder: "anybody else" });
  const said = () => note.value.trim();
  const then = (act) => () => { byId("reasons").close(); act(); };
  const choice = (reason, k) => element("button", { type: "button", class: "reason", click: then(() => app.actFor(reason, said())) },
    element("kbd", {}, k < 9 ? k + 1 : ""), element("span", { class: "reason-title" }, name(reason.title),
      reason.labels.length ? element("span", { class: "quiet" }, ` ${reason.labels.map(words).join(", ")}`) : ""),
    element("span", { class: "fate" }, ACTIONS[reason.action].text),
    reason.key ? element("kbd", { title: "anywhere on the page" }, `⇧${reason.key}`) : "",
    reason.rule ? element("span", { class: "meta rule" }, name(reason.rule)) : "");
  byId("reasons-title").textContent = n === 1 ? "Reason and action" : `Reason and action for ${number(n)} comments`;
  byId("reasons-body").replaceChildren(
    page.reasons.length ? element("div", { class: "reason-list" }, ...page.reasons.map(choice)) : "",
    element("p", {}, element("label", { for: "note" }, "Note, with whatever you choose"), note),
    element("h3", {}, "Action without a reason"),
    element("p", { class: "buttons" }, ...Object.entries(ACTIONS).map(([action, { text }]) =>
      button(text, then(() => app.act({ action, ...(said() ? { note: said() } : {}) })))),
      button("Keep the note only", () => { if (said()) then(() => app.act({ note: said() }))(); else { announce("Write the note first"); note.focus(); } })),
    element("h3", {}, "Ask someone else"),
    element("p", { class: "buttons" }, element("label", { for: "ask-who" }, "Who "), to, element("datalist", { id: "known-names" },
      ...knownNames().map((one) => element("option", { value: one }))), button(n === 1 ? "Ask" : `Give ${number(n)} to them`, then(() => app.ask(to.value.trim(), said())))));
  byId("reasons").showModal();
}

// In the dialog a digit chooses; elsewhere Shift and the reason's own letter.
function reasonByKey(event) {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  const reason = digit && page.reasons[Number(digit[1]) - 1];
  if (!reason || event.target.closest("input, textarea")) return;
  event.preventDefault();
  const note = byId("note").value.trim();
  byId("reasons").close();
  app.actFor(reason, note);
}

const reasonByLetter = (event) => (event.shiftKey && /^[A-Z]$/.test(event.key) ? page.reasons.find((one) => one.key === event.key) : undefined);

// What was done about a comment, and what people noted, under its labels.
function doneAbout(row) {
  const done = app.journal.action(row);
  const reason = done?.reason && reasonOf(done.reason);
  const asks = app.journal.asks(row);
  const disputes = app.journal.disputes(row);
  return [
    done ? element("p", { class: "done-about" }, element("span", { class: "fate" }, ACTIONS[done.action].done),
      done.reason ? [" ", name(reason ? reason.title : done.reason)] : "", " by ", name(done.by)) : "",
    ...app.journal.notes(row).map((one) => element("p", { class: "note" }, element("strong", {}, name(one.by), ": "), element("bdi", { dir: "auto" }, tame(one.note)))),
    ...asks.map((one) => element("p", { class: "notice" }, name(one.by), one.to ? [" asked ", name(one.to)] : " asks somebody else", " to look at this.")),
    disputes.length ? element("p", { class: "notice" }, `Reviewers disagree on ${disputes.map(words).join(", ")}. `,
      button("Settle it", () => app.view("team"), { class: "link" })) : "",
  ].flat();
}
