// ---- which comments, in which order: the state that the address holds ----------------------------

const PLAIN = { label: "", show: "open", min: 0, max: 100, thread: "", author: "", campaign: "", reason: "",
  status: "", q: "", order: "certain", row: "", view: "review", from: "", domain: "", every: "" };
const SHOWN_NAMES = { open: tr("open"), reviewed: tr("reviewed"), all: tr("all"), asked: tr("asked of you"), disputed: tr("disagreed on") };
const SHOWS = Object.keys(SHOWN_NAMES);
const VIEWS = ["review", "team", "overview", "decisions"];

const readAddress = () => stateOf(location.hash.slice(1));

function stateOf(told) {
  const given = new URLSearchParams(told);
  const state = { ...PLAIN };
  for (const key of Object.keys(PLAIN)) if (given.has(key)) state[key] = given.get(key).slice(0, 500);
  for (const key of ["min", "max"])
    state[key] = Math.min(100, Math.max(0, Number.parseFloat(state[key]) || 0));
  if (!given.has("max")) state.max = 100;
  if (state.from !== "" && !/^\d{1,3}$/.test(state.from)) state.from = "";
  if (!(state.order in ORDERS)) state.order = PLAIN.order;
  if (!SHOWS.includes(state.show)) state.show = PLAIN.show;
  if (!VIEWS.includes(state.view)) state.view = PLAIN.view;
  return state;
}

function writeAddress(state) {
  const told = new URLSearchParams();
  for (const [key, value] of Object.entries(state))
    if (String(value) !== String(PLAIN[key])) told.set(key, value);
  history.replaceState(null, "", `${location.pathname}${location.search}#${told}`);
}

// Each takes the columns and gives a comparison of two places in the index.
const ORDERS = {
  certain: { title: tr("most certain first"), by: (c) => (a, b) => c.best[b] - c.best[a] || a - b },
  uncertain: { title: tr("most uncertain first"), by: (c) => (a, b) => c.best[a] - c.best[b] || a - b },
  newest: { title: tr("newest first"), by: (c) => (a, b) => c.time[b] - c.time[a] || a - b },
  worst: { title: tr("worst thread first"),
    by: (c) => (a, b) => c.busy[c.thread[b]] - c.busy[c.thread[a]] || c.thread[a] - c.thread[b] || a - b },
  dump: { title: tr("as in the dump"), by: () => (a, b) => a - b },
};

// Names by number, each once.
function makeNames() {
  const names = [];
  const numbers = new Map();
  return {
    names,
    number(name, key = name) {
      if (!numbers.has(key)) { numbers.set(key, names.length); names.push(name); }
      return numbers.get(key);
    },
  };
}

// The index as columns, with what the orders need; more rows can be added, of a search or of a
// conversation. `at` is a place in it, from 0 to size - 1.
function makeColumns() {
  const scores = page.labels.map(() => []);
  const columns = { size: 0, listed: 0, row: [], flags: [], scores, thread: [], author: [], status: [], reason: [], queued: [],
    extra: [], time: [], campaign: [], domain: [], best: [], busy: [], atOf: new Map(),
    alike: new Map(), inThread: new Map(), byAuthor: new Map(), byDomain: new Map() };
  const named = { thread: makeNames(), author: makeNames(), status: makeNames(), reason: makeNames(), domain: makeNames() };
  // The overview's slider: one label is held against another threshold, in thousandths, while its
  // comments are reviewed. At the model's own threshold the flags say who passes.
  let slid = { k: -1, from: 0, own: false };
  const bit = (at, k) => Math.floor(columns.flags[at] / 2 ** k) % 2 === 1;
  const has = (at, k) => (k === slid.k && !slid.own ? scores[k][at] >= slid.from : bit(at, k));
  const gather = (map, key, at) => {
    if (key < 0) return;
    if (map.has(key)) map.get(key).push(at); else map.set(key, [at]);
  };

  function push(index, numbers, k) {
    const at = columns.size++;
    columns.atOf.set(index.row[k], at);
    for (const key of ["row", "flags", "queued", "extra", "time", "campaign"]) columns[key].push(index[key][k]);
    page.labels.forEach((label, j) => scores[j].push(index.scores[label][k]));
    for (const key of ["thread", "author", "status", "reason"])
      columns[key].push(index[key][k] < 0 ? -1 : numbers[key][index[key][k]]);
    columns.domain.push(-1);
    let best = 0;
    scores.forEach((column, j) => { if ((bit(at, j) || !columns.flags[at]) && column[at] > best) best = column[at]; });
    columns.best.push(best);
    if (columns.extra[at]) return; // here for the slider, or because it was looked for
    columns.listed += 1;
    const thread = columns.thread[at];
    if (thread >= 0) columns.busy[thread] = (columns.busy[thread] || 0) + 1;
    gather(columns.alike, columns.campaign[at], at);
    gather(columns.inThread, thread, at);
    gather(columns.byAuthor, columns.author[at], at);
  }

  return Object.assign(columns, {
    threads: named.thread.names, authors: named.author.names, statuses: named.status.names,
    reasons: named.reason.names, domains: named.domain.names, has,
    // The places of rows that are new here.
    add(index) {
      const numbers = {
        thread: index.threads.map((one) => named.thread.number(one, `${one[2]} ${one[0]}`)),
        author: index.authors.map((one) => named.author.number(one)),
        status: index.statuses.map((one) => named.status.number(one)),
        reason: index.reasons.map((one) => named.reason.number(one)),
      };
      const before = columns.size;
      for (let k = 0; k < index.row.length; k++) if (!columns.atOf.has(index.row[k])) push(index, numbers, k);
      return Array.from({ length: columns.size - before }, (_, k) => before + k);
    },
    // What the first rows link to, told later: reading all texts takes a while.
    link({ domain, domains }) {
      const numbers = domains.map((one) => named.domain.number(one));
      domain.forEach((code, at) => {
        if (code < 0 || columns.domain[at] >= 0) return;
        columns.domain[at] = numbers[code];
        if (!columns.extra[at]) gather(columns.byDomain, numbers[code], at);
      });
    },
    slide(label, from) { // whether that changed anything
      const before = slid;
      const k = from === "" ? -1 : page.labels.indexOf(label);
      slid = { k, from: Number(from), own: k >= 0 && Number(from) === ownThousandths(label) };
      return k !== before.k || slid.from !== before.from;
    },
    passes: (at) => slid.k >= 0 && has(at, slid.k) && scores[slid.k][at] >= 0,
    waits: (at) => (slid.k >= 0 ? has(at, slid.k) : !columns.extra[at]),
    labelsAt: (at) => page.labels.filter((_, k) => has(at, k)),
    // The label that it is most certainly flagged with, by its number; -1 for none.
    surest(at) {
      let best = -1;
      for (let k = 0; k < scores.length; k++) if (has(at, k) && (best < 0 || scores[k][at] > scores[best][at])) best = k;
      return best;
    },
    // What a decision on this comment must answer: its flags; every label where a queue asked.
    askedAt: (at) => page.labels.filter((_, k) => (columns.queued[at] ? scores[k][at] >= 0 : has(at, k))),
    titleAt: (at) => {
      const thread = columns.threads[columns.thread[at]];
      return thread ? thread[1] || thread[0] : "";
    },
    authorAt: (at) => columns.authors[columns.author[at]] ?? "",
  });
}

// The model's threshold of a label, as the slider has it.
function ownThousandths(label) {
  return Math.round(((page.model.thresholds || {})[label] ?? .5) * 1000);
}

// A test per filter; `without` leaves one out, for the counts beside its choices.
function tests(columns, state, found, reviewed, without) {
  const list = found || state.every ? [] : [columns.waits];
  const label = page.labels.indexOf(state.label);
  if (label >= 0 && without !== "label") list.push((at) => columns.has(at, label));
  if (without !== "show") list.push(...showTest(columns, state.show, reviewed));
  const low = Math.round(state.min * 10), high = Math.round(state.max * 10);
  if (low > 0 || high < 1000) {
    const score = label >= 0 ? columns.scores[label] : columns.best;
    list.push((at) => score[at] >= low && score[at] <= high);
  }
  const named = (key, names) => {
    if (!state[key]) return;
    const code = names.indexOf(state[key]);
    list.push((at) => columns[key][at] === code && code >= 0);
  };
  named("author", columns.authors);
  named("domain", columns.domains);
  named("status", columns.statuses);
  named("reason", columns.reasons);
  if (state.thread) named("thread", columns.threads.map((one) => one[0]));
  if (state.campaign !== "") list.push((at) => String(columns.campaign[at]) === state.campaign);
  if (found) list.push((at) => found.has(columns.row[at]));
  return list;
}

function showTest(columns, show, reviewed) {
  if (show === "asked") return [(at) => app.journal.asks(columns.row[at]).some((one) => one.to === undefined ? one.by !== app.me() : one.to === app.me())];
  if (show === "disputed") return [(at) => app.journal.disputes(columns.row[at]).length > 0];
  if (show === "all") return [];
  const wanted = show === "reviewed" ? 1 : 0;
  return [(at) => reviewed[at] === wanted];
}

function choose(columns, state, found, reviewed) {
  const all = tests(columns, state, found, reviewed);
  const chosen = [];
  for (let at = 0; at < columns.size; at++) if (all.every((test) => test(at))) chosen.push(at);
  return chosen.sort(ORDERS[state.order].by(columns));
}

// How many there would be with each choice of label and of what is shown.
function facets(columns, state, found, reviewed) {
  const labels = Object.fromEntries(page.labels.map((label) => [label, 0]));
  const show = { open: 0, reviewed: 0, all: 0, asked: 0, disputed: 0 };
  let any = 0;
  const forLabel = tests(columns, state, found, reviewed, "label");
  const forShow = tests(columns, state, found, reviewed, "show");
  const [[asked], [disputed]] = [showTest(columns, "asked"), showTest(columns, "disputed")];
  for (let at = 0; at < columns.size; at++) {
    if (forLabel.every((test) => test(at))) {
      any += 1;
      page.labels.forEach((label, k) => { if (columns.has(at, k)) labels[label] += 1; });
    }
    if (forShow.every((test) => test(at))) {
      show.all += 1;
      show[reviewed[at] ? "reviewed" : "open"] += 1;
      if (asked(at)) show.asked += 1;
      if (disputed(at)) show.disputed += 1;
    }
  }
  return { any, labels, show };
}

// What the store finds, of which the page takes in what it has not.
async function seek(store, columns, sought) {
  if (!sought) return null;
  const got = await store.search(sought);
  if (got.index) app.adopted(columns.add(got.index));
  else await app.adopt(got.rows);
  return Object.assign(new Set(got.rows), { count: got.count });
}
