// ---- who decided what, how far people agree, and what is left to settle ---------------------------------

const DISPUTES = 30;

function perPerson() {
  const people = new Map();
  const of = (who) => {
    if (!people.has(who)) people.set(who, { rows: new Set(), yes: 0, no: 0, acts: 0, asked: 0, last: 0 });
    return people.get(who);
  };
  for (const one of app.journal.all()) {
    const person = of(one.by);
    person.rows.add(one.row);
    if (one.value) person.yes += 1; else person.no += 1;
    person.last = Math.max(person.last, one.written ?? one.at);
  }
  for (const one of app.journal.beside()) {
    const person = of(one.by);
    if (one.kind === "action") { person.acts += 1; person.rows.add(one.row); }
    person.last = Math.max(person.last, one.written ?? one.at);
  }
  for (const row of app.journal.rows()) for (const one of app.journal.asks(row)) if (one.to) of(one.to).asked += 1;
  return [...people].sort((a, b) => b[1].rows.size - a[1].rows.size);
}

// Cohen's kappa over all pairs of reviewers who decided on the same comment; null where it means nothing.
function agreement(label) {
  let n = 0, same = 0, left = 0, right = 0;
  for (const row of app.journal.rows()) {
    const values = everySaid(row, label).map((one) => Number(one.value));
    for (let a = 0; a < values.length; a++)
      for (let b = a + 1; b < values.length; b++) { n += 1; same += values[a] === values[b]; left += values[a]; right += values[b]; }
  }
  const p = left / n, q = right / n;
  const chance = p * q + (1 - p) * (1 - q);
  return { n, share: same / n, kappa: n && chance < 1 ? (same / n - chance) / (1 - chance) : null };
}

// Each reviewer's own last word, by name, whether or not somebody settled it since.
function everySaid(row, label) {
  const perName = new Map();
  for (const one of app.journal.standing(row)) if (one.label === label && !one.settles && one.rank !== 0) perName.set(one.by, one);
  return [...perName.values()].sort((a, b) => (a.by < b.by ? -1 : 1));
}

function dispute(row, label) {
  const comment = app.store.brief(row) || {};
  const settle = (value) => () => {
    app.saving.say([{ row, label, value, settles: true }], settings.name);
    app.recount([row]);
    announce(`Settled: ${value ? "yes" : "no"} to ${words(label)}`);
    drawTeam().catch((error) => announce(error.message));
  };
  return element("li", { class: "panel" },
    element("p", { class: "meta" }, element("span", { class: "badge" }, shape(page.labels.indexOf(label)), ` ${words(label)}`), " ",
      ...app.journal.voices(row, label).flatMap((one) => [element("span", { class: `pill ${one.value ? "yes" : "no"}` }, name(one.by), `: ${one.value ? "yes" : "no"}`), " "])),
    element("div", { class: "veil", "aria-hidden": app.veiled ? "true" : null }, element("div", { class: "text", dir: "auto" }, firstWords(comment.text) || "(no text)")),
    ...app.journal.notes(row).map((one) => element("p", { class: "note" }, element("strong", {}, name(one.by), ": "), element("bdi", { dir: "auto" }, tame(one.note)))),
    element("p", { class: "buttons" },
      button(`Yes, ${words(label)}`, settle(1), { class: "yes" }), button("No", settle(0), { class: "no", "aria-label": `No, not ${words(label)}` }),
      button("Read it", () => app.open(row), { class: "link" })));
}

async function drawTeam() {
  const people = perPerson();
  const disputes = [...app.journal.rows()].flatMap((row) => app.journal.disputes(row).map((label) => [row, label]));
  const asked = [...app.journal.rows()].flatMap((row) => app.journal.asks(row));
  const mine = asked.filter((one) => (one.to === undefined ? one.by !== settings.name : one.to === settings.name));
  const shown = disputes.slice(0, DISPUTES);
  await app.store.texts(shown.map(([row]) => row), SNIPPET);
  const cells = (...list) => list.map((one) => element("td", { class: "number" }, one));
  const kappas = page.labels.map((label) => [label, agreement(label)]).filter(([, one]) => one.n);
  const stops = () => [...byId("team").querySelectorAll("button, [tabindex]")];
  const focused = stops().indexOf(document.activeElement);
  byId("team").replaceChildren(
    element("h2", {}, "Team"),
    element("p", { class: "meta" }, app.store.live ? "What colleagues decide shows here within two seconds." : "What was decided in this browser. A team works on one review server."),
    people.length ? table("Who decided", [["who"], ["comments", "number"], ["yes", "number"], ["no", "number"], ["actions", "number"], ["asked of them", "number"], ["last (UTC)"]],
      people.map(([who, one]) => element("tr", {}, element("td", {}, name(who)), ...cells(number(one.rows.size), number(one.yes), number(one.no), number(one.acts), number(one.asked)),
        element("td", {}, one.last ? stamp(one.last) : "")))) : element("p", { class: "empty" }, "Nothing has been decided yet."),
    element("h2", {}, "Waiting for you"),
    element("p", {}, mine.length ? button(`${plural(new Set(mine.map((one) => one.row)).size, "comment")} that somebody asks you about`,
      () => app.filter({ ...PLAIN, show: "asked", every: "1" })) : element("span", { class: "quiet" }, "Nobody asks you about a comment.")),
    element("h2", {}, "Agreement"),
    kappas.length ? table("Where two people decided on the same comment and label", [["label"], ["pairs of answers", "number"], ["the same", "number"], ["kappa", "number"]],
      kappas.map(([label, one]) => element("tr", {}, element("td", {}, words(label)), ...cells(number(one.n), `${Math.round(100 * one.share)} %`, one.kappa === null ? "–" : one.kappa.toFixed(2)))))
      : element("p", { class: "quiet" }, "No two people have decided on the same comment and label yet."),
    kappas.length ? element("p", { class: "meta" }, "Cohen's kappa: 1 is full agreement, 0 is what chance would give. A dash: all answers are the same.") : "",
    element("h2", {}, `To settle${disputes.length ? `: ${number(disputes.length)}` : ""}`),
    disputes.length ? element("p", { class: "meta" }, "Your answer ends the disagreement: it alone counts for training and for the site. ",
      button("Show them in the queue", () => app.filter({ ...PLAIN, show: "disputed", every: "1" }), { class: "link" })) : element("p", { class: "quiet" }, "Nobody disagrees."),
    element("ul", { class: "settle" }, ...shown.map(([row, label]) => dispute(row, label))),
    disputes.length > shown.length ? element("p", { class: "meta" }, `and ${number(disputes.length - shown.length)} more`) : "");
  if (focused >= 0) stops()[Math.min(focused, stops().length - 1)]?.focus({ preventScroll: true });
}
