// ---- which comments, in which order: the state that the address holds ----------------------------

const PLAIN = { label: "", show: "open", min: 0, max: 100, thread: "", author: "", campaign: "", reason: "",
  status: "", q: "", order: "certain", row: "", view: "review", from: "" };

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = { ...PLAIN };
  for (const key of Object.keys(PLAIN)) if (given.has(key)) state[key] = given.get(key).slice(0, 500);
  for (const key of ["min", "max"])
    state[key] = Math.min(100, Math.max(0, Number.parseFloat(state[key]) || 0));
  if (!given.has("max")) state.max = 100;
  if (state.from !== "" && !/^\d{1,3}$/.test(state.from)) state.from = "";
  if (!(state.order in ORDERS)) state.order = PLAIN.order;
  if (!["open", "reviewed", "all"].includes(state.show)) state.show = PLAIN.show;
  if (!["review", "overview", "decisions"].includes(state.view)) state.view = PLAIN.view;
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
  certain: { title: "most certain first", by: (c) => (a, b) => c.best[b] - c.best[a] || a - b },
  uncertain: { title: "most uncertain first", by: (c) => (a, b) => c.best[a] - c.best[b] || a - b },
  newest: { title: "newest first", by: (c) => (a, b) => c.time[b] - c.time[a] || a - b },
  worst: { title: "worst thread first",
    by: (c) => (a, b) => c.busy[c.thread[b]] - c.busy[c.thread[a]] || c.thread[a] - c.thread[b] || a - b },
  dump: { title: "as in the dump", by: () => (a, b) => a - b },
};

// The index as columns, with what the orders need. `at` is a place in it, from 0 to size - 1.
function makeColumns(index) {
  const size = index.row.length;
  const scores = page.labels.map((label) => Int16Array.from(index.scores[label]));
  const flags = Float64Array.from(index.flags);
  // The overview's slider: one label is held against another threshold, in thousandths, while its
  // comments are reviewed. At the model's own threshold the flags say who passes.
  let slid = { k: -1, from: 0, own: false };
  const bit = (at, k) => Math.floor(flags[at] / 2 ** k) % 2 === 1;
  const has = (at, k) => (k === slid.k && !slid.own ? scores[k][at] >= slid.from : bit(at, k));
  const best = new Int16Array(size);
  for (let at = 0; at < size; at++)
    scores.forEach((column, k) => { if ((has(at, k) || !flags[at]) && column[at] > best[at]) best[at] = column[at]; });
  const busy = new Int32Array(index.threads.length);
  const alike = new Map(); // campaign: places
  const inThread = new Map();
  const gather = (map, key, at) => {
    if (key < 0) return;
    if (map.has(key)) map.get(key).push(at); else map.set(key, [at]);
  };
  for (let at = 0; at < size; at++) {
    if (index.extra[at]) continue; // here for the slider alone
    if (index.thread[at] >= 0) busy[index.thread[at]] += 1;
    gather(alike, index.campaign[at], at);
    gather(inThread, index.thread[at], at);
  }
  return {
    ...index, size, scores, has, best, busy, alike, inThread,
    listed: index.extra.reduce((n, extra) => n - extra, size),
    slide(label, from) { // whether that changed anything
      const before = slid;
      const k = from === "" ? -1 : page.labels.indexOf(label);
      slid = { k, from: Number(from), own: k >= 0 && Number(from) === ownThousandths(label) };
      return k !== before.k || slid.from !== before.from;
    },
    passes: (at) => slid.k >= 0 && has(at, slid.k) && scores[slid.k][at] >= 0,
    waits: (at) => (slid.k >= 0 ? has(at, slid.k) : !index.extra[at]),
    time: Float64Array.from(index.time),
    atOf: new Map(index.row.map((row, at) => [row, at])),
    labelsAt: (at) => page.labels.filter((_, k) => has(at, k)),
    // What a decision on this comment must answer: its flags; every label where a queue asked.
    askedAt: (at) => page.labels.filter((_, k) => (index.queued[at] ? scores[k][at] >= 0 : has(at, k))),
    titleAt: (at) => {
      const thread = index.threads[index.thread[at]];
      return thread ? thread[1] || thread[0] : "";
    },
    authorAt: (at) => index.authors[index.author[at]] ?? "",
  };
}

// The model's threshold of a label, as the slider has it.
function ownThousandths(label) {
  return Math.round(((page.model.thresholds || {})[label] ?? .5) * 1000);
}

// A test per filter; `without` leaves one out, for the counts beside its choices.
function tests(columns, state, found, reviewed, without) {
  const list = [columns.waits];
  const label = page.labels.indexOf(state.label);
  if (label >= 0 && without !== "label") list.push((at) => columns.has(at, label));
  if (state.show !== "all" && without !== "show") {
    const wanted = state.show === "reviewed" ? 1 : 0;
    list.push((at) => reviewed[at] === wanted);
  }
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
  named("status", columns.statuses);
  named("reason", columns.reasons);
  if (state.thread) named("thread", columns.threads.map((one) => one[0]));
  if (state.campaign !== "") list.push((at) => String(columns.campaign[at]) === state.campaign);
  if (found) list.push((at) => found.has(columns.row[at]));
  return list;
}

function choose(columns, state, found, reviewed) {
  const all = tests(columns, state, found, reviewed);
  const chosen = [];
  for (let at = 0; at < columns.size; at++) if (all.every((test) => test(at))) chosen.push(at);
  return chosen.sort(ORDERS[state.order].by(columns));
}

// How many there would be with each choice of label and of reviewed or not.
function facets(columns, state, found, reviewed) {
  const labels = Object.fromEntries(page.labels.map((label) => [label, 0]));
  const show = { open: 0, reviewed: 0, all: 0 };
  let any = 0;
  const forLabel = tests(columns, state, found, reviewed, "label");
  const forShow = tests(columns, state, found, reviewed, "show");
  for (let at = 0; at < columns.size; at++) {
    if (forLabel.every((test) => test(at))) {
      any += 1;
      page.labels.forEach((label, k) => { if (columns.has(at, k)) labels[label] += 1; });
    }
    if (forShow.every((test) => test(at))) {
      show.all += 1;
      show[reviewed[at] ? "reviewed" : "open"] += 1;
    }
  }
  return { any, labels, show };
}

// Words are sought in the texts by the store, in names and titles here.
async function seek(store, columns, sought) {
  if (!sought) return null;
  const found = await store.search(sought);
  const low = sought.toLowerCase();
  const within = (text) => text.toLowerCase().includes(low);
  const authors = new Set(columns.authors.map((one, k) => (within(one) ? k : -1)));
  const threads = new Set(columns.threads.map((one, k) => (within(one[1] || one[0]) ? k : -1)));
  for (const names of [authors, threads]) names.delete(-1);
  if (authors.size || threads.size)
    for (let at = 0; at < columns.size; at++)
      if (authors.has(columns.author[at]) || threads.has(columns.thread[at])) found.add(columns.row[at]);
  return found;
}
