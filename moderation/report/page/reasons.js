// ---- what should become of a comment, why, and whom else to ask ------------------------------------------

const ACTIONS = {
  approve: { text: tr("Approve"), done: tr("approved") },
  hide: { text: tr("Hide"), done: tr("hidden") },
  spam: { text: tr("Spam folder"), done: tr("spam folder") },
  trash: { text: tr("Trash"), done: tr("trash") },
  escalate: { text: tr("Escalate"), done: tr("escalated") },
  none: { text: tr("Leave as it is"), done: tr("left as it is") },
};

const reasonOf = (code) => page.reasons.find((one) => one.code === code);

// The reasons that come with the program have translations, a site's own are in its language already.
const reasonTitle = (code) => { const title = reasonOf(code)?.title; return title === undefined ? code : tr(title); };

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
  const what = reason ? tr(reason.title) : wish.action ? ACTIONS[wish.action].text : tr("Note kept");
  await app.carryOut(says, wish.action && reason ? `${what}: ${ACTIONS[wish.action].done}` : what, { reason, wish });
};

app.ask = async (to, note) => {
  if (!(await app.stillOpen(app.countOpen))) return;
  const says = app.places().map((at) => ({ row: app.columns.row[at], kind: "request", ...(to ? { to } : {}), ...(note ? { note } : {}) }));
  await app.carryOut(says, to ? tr("Given to {who}", { who: to }) : tr("A second opinion is asked for"));
};

app.actFor = (reason, note) => app.act({ action: reason.action, reason: reason.code, ...(note ? { note } : {}) });

const knownNames = () => [...new Set([...app.journal.all(), ...app.journal.beside()].flatMap((one) => [one.by, one.to]))]
  .filter((one) => one && one !== settings.name).sort();

function openReasons() {
  if (app.at < 0) return;
  if (app.veiled) { app.unveil(); return announce(tr("The text is shown now")); }
  const n = app.places().length;
  const note = element("textarea", { id: "note", dir: "auto", rows: 2, maxlength: 2000, placeholder: tr("For your colleagues; the author never sees it") });
  const to = element("input", { id: "ask-who", dir: "auto", maxlength: 100, list: "known-names", autocomplete: "off", placeholder: tr("anybody else") });
  const said = () => note.value.trim();
  const then = (act) => () => { byId("reasons").close(); act(); };
  const choice = (reason, k) => element("button", { type: "button", class: "reason", click: then(() => app.actFor(reason, said())) },
    element("kbd", {}, k < 9 ? k + 1 : ""), element("span", { class: "reason-title" }, name(tr(reason.title)),
      reason.labels.length ? element("span", { class: "quiet" }, ` ${reason.labels.map(words).join(", ")}`) : ""),
    element("span", { class: "fate" }, ACTIONS[reason.action].text),
    reason.key ? element("kbd", { title: tr("anywhere on the page") }, `⇧${reason.key}`) : "",
    reason.rule ? element("span", { class: "meta rule" }, name(tr(reason.rule))) : "");
  byId("reasons-title").textContent = n === 1 ? tr("Reason and action") : trn("Reason and action for {n} comment", "Reason and action for {n} comments", n);
  byId("reasons-body").replaceChildren(
    page.reasons.length ? element("div", { class: "reason-list" }, ...page.reasons.map(choice)) : "",
    element("p", {}, element("label", { for: "note" }, tr("Note, with whatever you choose")), note),
    element("h3", {}, tr("Action without a reason")),
    element("p", { class: "buttons" }, ...Object.entries(ACTIONS).map(([action, { text }]) =>
      button(text, then(() => app.act({ action, ...(said() ? { note: said() } : {}) })))),
      button(tr("Keep the note only"), () => { if (said()) then(() => app.act({ note: said() }))(); else { announce(tr("Write the note first")); note.focus(); } })),
    element("h3", {}, tr("Ask someone else")),
    element("p", { class: "buttons" }, element("label", { for: "ask-who" }, tr("Who"), " "), to, element("datalist", { id: "known-names" },
      ...knownNames().map((one) => element("option", { value: one }))), button(n === 1 ? tr("Ask") : trn("Give {n} to them", "Give {n} to them", n), then(() => app.ask(to.value.trim(), said())))));
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
  const asks = app.journal.asks(row);
  const disputes = app.journal.disputes(row);
  return [
    done ? element("p", { class: "done-about" }, element("span", { class: "fate" }, ACTIONS[done.action].done), " ",
      ...(done.reason ? trParts("{reason} by {who}", { reason: name(reasonTitle(done.reason)), who: name(done.by) }) : trParts("by {who}", { who: name(done.by) }))) : "",
    ...app.journal.notes(row).map((one) => element("p", { class: "note" }, element("strong", {}, name(one.by), ": "), element("bdi", { dir: "auto" }, tame(one.note)))),
    ...asks.map((one) => element("p", { class: "notice" },
      ...(one.to ? trParts("{who} asked {other} to look at this.", { who: name(one.by), other: name(one.to) }) : trParts("{who} asks somebody else to look at this.", { who: name(one.by) })))),
    disputes.length ? element("p", { class: "notice" }, tr("Reviewers disagree on {labels}.", { labels: disputes.map(words).join(", ") }), " ",
      button(tr("Settle it"), () => app.view("team"), { class: "link" })) : "",
  ].flat();
}
