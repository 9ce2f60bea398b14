// ---- where comments come from: the review server ------------------------------------------------

const KEPT = 2_000; // comments and their context that are kept for going back
const TIMEOUT = 15_000;

class Refused extends Error {} // the same request will never be taken
class Restarted extends Error {} // the session has ended, or the server was started anew

function serverStore() {
  const { token, reviewer } = page.server;
  const session = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16)).join("");
  const comments = new Map();
  const entries = new Map();
  const briefs = new Map(); // the beginnings of comments
  let seen = 0;
  let generation = -1;

  async function ask(path, asked, options = {}) {
    const answer = await fetch(path, {
      method: asked === undefined ? "GET" : "POST",
      headers: { "X-Moderation-Token": token, "Accept-Language": document.documentElement.lang,
        ...(asked === undefined ? {} : { "Content-Type": "application/json" }) },
      body: asked === undefined ? undefined : JSON.stringify(asked),
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT),
      ...options,
    });
    if (answer.ok) return answer.json();
    if (answer.status === 403 || answer.status === 401)
      throw new Restarted(tr("this session has ended; reload the page, or open the server's new address"));
    const said = await answer.json().catch(() => ({ error: tr("status {code}", { code: String(answer.status) }) }));
    throw new (answer.status === 422 ? Refused : Error)(said.error);
  }

  return {
    live: true,
    reviewer,
    readers: new Map(),
    index: () => ask("/api/index"),
    more: (rows) => ask("/api/rows", { rows }),
    domains: () => ask("/api/domains"),
    brief: (row) => comments.get(row) ?? briefs.get(row),
    async texts(rows, characters) {
      if (briefs.size > 10 * KEPT) briefs.clear();
      const lacking = rows.filter((row) => (briefs.get(row)?.of ?? (comments.has(row) ? Infinity : 0)) < characters);
      for (let at = 0; at < lacking.length; at += 500) {
        const got = await ask("/api/texts", { rows: lacking.slice(at, at + 500), characters });
        for (const [row, one] of Object.entries(got)) briefs.set(+row, { ...one, of: characters });
      }
    },
    async thread(row) {
      const got = await ask("/api/thread", { row });
      return { ...got, rows: got.depth.map((_, k) => got.first + k) };
    },
    author: (row) => ask("/api/author", { row }),
    ready: (row) => entries.has(row),
    comment: (row) => comments.get(row),
    entry: (row) => entries.get(row),
    async load(rows, keepAll) {
      if (!keepAll && comments.size > KEPT) for (const kept of [comments, entries]) kept.clear();
      const lacking = rows.filter((row) => !entries.has(row));
      for (let at = 0; at < lacking.length; at += 100) {
        const got = await ask("/api/comments", { rows: lacking.slice(at, at + 100) });
        for (const [row, one] of Object.entries(got.comments)) {
          const known = comments.get(+row);
          if (!known || (known.text || "").length < (one.text || "").length) comments.set(+row, one);
        }
        for (const [row, one] of Object.entries(got.entries)) entries.set(+row, one);
      }
    },
    search: (sought) => ask(`/api/search?q=${encodeURIComponent(sought)}`),
    async claim(rows, who) {
      const got = await ask("/api/claim", { session, name: who || "somebody", rows, hidden: document.hidden });
      return {
        granted: new Set(got.granted),
        held: new Map(Object.entries(got.held).map(([row, other]) => [+row, other])),
      };
    },
    release: () => {
      ask("/api/release", { session }, { keepalive: true, signal: null }).catch(() => {});
    },
    logOut: () => ask("/api/logout", {}),
    async events(who, reading) {
      const got = await ask("/api/events", { since: seen, generation, session, name: who || "somebody", reading });
      this.readers = new Map(Object.entries(got.readers).map(([row, other]) => [+row, other]));
      const anew = generation >= 0 && generation !== got.generation; // another ledger is in its place
      seen = got.count;
      generation = got.generation;
      return { told: got.events, anew };
    },
    send: async (orders) => (await ask("/api/orders", { orders })).keys,
  };
}
