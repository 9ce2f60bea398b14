// ---- where comments come from: this file --------------------------------------------------------

// Both stores: index, more (the index of other rows), domains, load (then comment and entry answer at
// once), texts (then brief does), search, thread, author, claim, release, logOut, events and send.
// Rows are those of the scored table.
function fileStore() {
  const carried = Object.keys(page.comments).map(Number).sort((a, b) => a - b);
  const depthOf = (row) => page.comments[row].depth ?? 1;
  const threadOf = (row) => app.columns.threads.find((one) => row >= one[2] && row < one[2] + one[3]);
  const around = (row) => {
    const [, , start, count] = threadOf(row) || ["", "", row, 1];
    return carried.filter((one) => one >= start && one < start + count);
  };
  const flagsOf = (row) => app.columns.flags[app.columns.atOf.get(row)] ?? 0;

  // The path above a comment that is here for its conversation alone, as far as it is here.
  function entryOf(row) {
    const path = [];
    let depth = depthOf(row);
    for (const one of around(row).filter((other) => other < row).reverse())
      if (depthOf(one) < depth) { path.unshift(one); depth = depthOf(one); }
    return { path, replies: [], why: {} };
  }

  return {
    live: false,
    reviewer: "",
    readers: new Map(), // row: who has it open, of other pages
    index: async () => page.index,
    async more(rows) {
      const known = rows.filter((row) => page.comments[row]);
      const names = makeNames();
      const column = (value) => known.map(value);
      return { row: known, flags: column(() => 0), queued: column(() => 0), extra: column(() => 1), campaign: column(() => -1),
        scores: Object.fromEntries(page.labels.map((label) => [label, column(() => -1)])),
        time: column((row) => page.comments[row].time ?? -1), reason: column(() => -1), status: column(() => -1),
        author: column((row) => (page.comments[row].author === undefined ? -1 : names.number(page.comments[row].author))),
        thread: column((_, k) => k), threads: column((row) => threadOf(row) || ["", "", row, 1]), authors: names.names,
        statuses: [], reasons: [] };
    },
    domains: async () => page.domains,
    load: async () => {},
    texts: async () => {},
    comment: (row) => page.comments[row],
    brief: (row) => page.comments[row],
    entry: (row) => page.entries[row] || entryOf(row),
    ready: () => true,
    async search(sought) {
      const low = sought.toLowerCase();
      const has = (row) => [page.comments[row].text, page.comments[row].author, threadOf(row)?.[1]]
        .some((one) => one?.toLowerCase().includes(low));
      const rows = carried.filter(has);
      return { count: rows.length, rows };
    },
    async thread(row) {
      const rows = around(row);
      const [, title, start, comments] = threadOf(row) || ["", "", row, 1];
      const names = makeNames();
      return { start, comments, title, rows, depth: rows.map(depthOf), flags: rows.map(flagsOf),
        author: rows.map((one) => names.number(page.comments[one].author || "")), authors: names.names };
    },
    async author(row) {
      const own = page.comments[row].author;
      const rows = carried.filter((one) => page.comments[one].author === own).reverse();
      const times = rows.map((one) => page.comments[one].time).filter((one) => one !== undefined);
      const links = new Map();
      for (const one of rows)
        for (const [, host] of (page.comments[one].text || "").matchAll(/(?:https?:\/\/|www\.)(?:www\.)?([\w.-]+\.[a-z]{2,})/gi))
          links.set(host.toLowerCase(), (links.get(host.toLowerCase()) || 0) + 1);
      return { comments: rows.length, threads: new Set(rows.map((one) => threadOf(one)?.[2])).size, rows, read: rows.length,
        flagged: rows.filter(flagsOf).length, spans: null,
        flags: Object.fromEntries(page.labels.map((label, k) => [label, rows.filter((one) => Math.floor(flagsOf(one) / 2 ** k) % 2).length])),
        first: times.length ? times.reduce((a, b) => Math.min(a, b)) : null, last: times.length ? times.reduce((a, b) => Math.max(a, b)) : null,
        links: [...links].sort((a, b) => b[1] - a[1]).slice(0, 12) };
    },
    claim: async (rows) => ({ granted: new Set(rows), held: new Map() }),
    release: () => {},
    logOut: async () => {},
    events: async () => ({ told: [], anew: false }),
    send: async () => ({}),
  };
}
