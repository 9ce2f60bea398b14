// ---- what was said about comments: labels, actions, requests; with the way back to the beginning ------

// A decision is {row, label, value, at, by, key}, an action {row, kind: "action", action, reason, note,
// at, by, key}, a request {row, kind: "request", to, note, at, by, key}; `at` in milliseconds. Its name is
// made of these, so that the same one told by this page, by another tab and by the server is one.
function makeJournal() {
  const named = new Map();
  const keyed = new Map();
  const perRow = new Map();
  const early = new Set(); // taken back before they were heard of: another tab's order of writing
  let latest = 0;
  const nameOf = (one) => `${one.row}|${one.kind || one.label}|${one.at}|${one.by}`;

  // What is new by it: undefined where the page knew and showed it already.
  function add(one) {
    // By its key where the server did not keep its time: a clock of the year 9999.
    const known = named.get(nameOf(one)) ?? keyed.get(one.key);
    if (known) {
      const news = known.lost || one.rank === 0;
      if (known.lost) Object.assign(known, { gone: false, lost: false });
      if (one.rank !== undefined) Object.assign(known, { rank: one.rank, written: one.written });
      if (one.key && !known.key) {
        known.key = one.key;
        keyed.set(one.key, known);
      }
      return news ? known : undefined;
    }
    const made = { ...one, gone: early.has(nameOf(one)) };
    named.set(nameOf(made), made);
    if (made.key) keyed.set(made.key, made);
    if (!perRow.has(made.row)) perRow.set(made.row, []);
    perRow.get(made.row).push(made);
    latest = Math.max(latest, made.at);
    return made;
  }

  function above(one, other) {
    const at = one.findIndex((part, k) => part !== other[k]);
    return at >= 0 && one[at] > other[at];
  }
  const age = (one) => [one.rank ?? Infinity, one.at];
  const heard = (row) => (perRow.get(row) || []).filter((one) => !one.gone);
  const standing = (row) => heard(row).filter((one) => !one.kind);
  const newest = (list, rank = age) => list.reduce((best, one) => (!best || above(rank(one), rank(best)) ? one : best), undefined);

  // What each reviewer says about a label; a settlement ends what others had said before.
  function voices(row, label) {
    const perName = new Map();
    const said = standing(row).filter((one) => one.label === label && one.rank !== 0);
    const settled = newest(said.filter((one) => one.settles));
    for (const one of said) {
      if (settled && one !== settled && !above(age(one), age(settled))) continue;
      const before = perName.get(one.by);
      if (!before || above(age(one), age(before))) perName.set(one.by, one);
    }
    return [...perName.values()];
  }

  return {
    add, standing, heard, voices,
    key: (one) => named.get(nameOf(one))?.key,
    setKey: (one, key) => { add({ ...one, key }); },
    // The time of the next action: later than any before, for it is also the action's name.
    now: () => (latest = Math.max(Date.now(), latest + 1)),
    takeBack(one) {
      const known = named.get(nameOf(one));
      if (known) known.gone = true;
      else early.add(nameOf(one));
    },
    takeBackKey(key) {
      const known = keyed.get(key);
      if (known) known.gone = true;
      return known;
    },
    // Another ledger than before: what is in neither it nor on its way there is gone. The rows that changed.
    restart(told) {
      const kept = new Set(told.filter((one) => !one.retracts).map((one) => one.key));
      for (const one of told) kept.delete(one.retracts);
      const changed = [...named.values()].filter((one) => one.key && one.gone === kept.has(one.key));
      for (const one of changed) one.lost = one.gone = !one.gone;
      return changed;
    },
    // Mine before others', then as the ledger ranks them; what it has not ranked yet is newer.
    verdict: (row, label, who) => newest(standing(row).filter((one) => one.label === label),
      (one) => [Number(one.by === who), ...age(one)]),
    // What should become of a comment: the newest action of anybody.
    action: (row) => newest(heard(row).filter((one) => one.kind === "action" && one.action)),
    notes: (row) => heard(row).filter((one) => one.note),
    // Requests that nobody has answered: the one who was asked, or anybody but who asked.
    asks: (row) => heard(row).filter((one) => one.kind === "request" && !heard(row).some((other) => other.kind !== "request"
      && (one.to === undefined ? other.by !== one.by : other.by === one.to) && above(age(other), age(one)))),
    // The labels on which reviewers differ.
    disputes: (row) => (perRow.get(row)?.length > 1
      ? page.labels.filter((label) => new Set(voices(row, label).map((one) => Number(one.value))).size > 1) : []),
    // What was said in one action of `who`, by its time, else in the last one that still stands.
    last(who, given) {
      let at = given ?? -1;
      if (given === undefined)
        for (const one of named.values()) if (one.by === who && !one.gone && one.at > at) at = one.at;
      return at < 0 ? [] : [...named.values()].filter((one) => one.by === who && !one.gone && one.at === at);
    },
    rows: () => perRow.keys(),
    all: () => [...named.values()].filter((one) => !one.gone && !one.kind),
    beside: () => [...named.values()].filter((one) => !one.gone && one.kind),
    taken: () => [...named.values()].filter((one) => one.gone),
  };
}
