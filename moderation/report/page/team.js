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
    announce(tr("Settled: {answer}", { answer: answered(value, label) }));
    drawTeam().catch((error) => announce(error.message));
  };
  return element("li", { class: "panel" },
    element("p", { class: "meta" }, element("span", { class: "badge" }, shape(page.labels.indexOf(label)), ` ${words(label)}`), " ",
      ...app.journal.voices(row, label).flatMap((one) => [element("span", { class: `pill ${one.value ? "yes" : "no"}` }, name(one.by), `: ${one.value ? tr("yes") : tr("no")}`), " "])),
    element("div", { class: "veil", "aria-hidden": app.veiled ? "true" : null }, element("div", { class: "text", ...spokenIn(comment) }, firstWords(comment.text) || tr("(no text)"))),
    ...app.journal.notes(row).map((one) => element("p", { class: "note" }, element("strong", {}, name(one.by), ": "), element("bdi", { dir: "auto" }, tame(one.note)))),
    element("p", { class: "buttons" },
      button(tr("Yes, {label}", { label: words(label) }), settle(1), { class: "yes" }), button(tr("No"), settle(0), { class: "no", "aria-label": tr("No, not {label}", { label: words(label) }) }),
      button(tr("Read it"), () => app.open(row), { class: "link" })));
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
    element("h2", {}, tr("Team")),
    element("p", { class: "meta" }, app.store.live ? tr("What colleagues decide shows here within two seconds.") : tr("What was decided in this browser. A team works on one review server.")),
    people.length ? table(tr("Who decided"), [[tr("who")], [tr("comments"), "number"], [tr("yes"), "number"], [tr("no"), "number"], [tr("actions"), "number"], [tr("asked of them"), "number"], [tr("last (UTC)")]],
      people.map(([who, one]) => element("tr", {}, element("td", {}, name(who)), ...cells(number(one.rows.size), number(one.yes), number(one.no), number(one.acts), number(one.asked)),
        element("td", {}, one.last ? stamp(one.last) : "")))) : element("p", { class: "empty" }, tr("Nothing has been decided yet.")),
    element("h2", {}, tr("Waiting for you")),
    element("p", {}, mine.length ? button(trn("{n} comment that somebody asks you about", "{n} comments that somebody asks you about", new Set(mine.map((one) => one.row)).size),
      () => app.filter({ ...PLAIN, show: "asked", every: "1" })) : element("span", { class: "quiet" }, tr("Nobody asks you about a comment."))),
    element("h2", {}, tr("Agreement")),
    kappas.length ? table(tr("Where two people decided on the same comment and label"), [[tr("label")], [tr("pairs of answers"), "number"], [tr("the same"), "number"], [tr("kappa"), "number"]],
      kappas.map(([label, one]) => element("tr", {}, element("td", {}, words(label)), ...cells(number(one.n), tr("{n} %", { n: Math.round(100 * one.share) }), one.kappa === null ? "–" : decimal(one.kappa, 2)))))
      : element("p", { class: "quiet" }, tr("No two people have decided on the same comment and label yet.")),
    kappas.length ? element("p", { class: "meta" }, tr("Cohen's kappa: 1 is full agreement, 0 is what chance would give. A dash: all answers are the same.")) : "",
    element("h2", {}, disputes.length ? tr("To settle: {n}", { n: disputes.length }) : tr("To settle")),
    disputes.length ? element("p", { class: "meta" }, tr("Your answer ends the disagreement: it alone counts for training and for the site."), " ",
      button(tr("Show them in the queue"), () => app.filter({ ...PLAIN, show: "disputed", every: "1" }), { class: "link" })) : element("p", { class: "quiet" }, tr("Nobody disagrees.")),
    element("ul", { class: "settle" }, ...shown.map(([row, label]) => dispute(row, label))),
    disputes.length > shown.length ? element("p", { class: "meta" }, tr("and {n} more", { n: disputes.length - shown.length })) : "");
  if (focused >= 0) stops()[Math.min(focused, stops().length - 1)]?.focus({ preventScroll: true });
}
