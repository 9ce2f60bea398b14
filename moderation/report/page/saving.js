// ---- no decision is lost: kept in the browser first, then sent until the ledger has it ------------

const RETRY = [1_000, 2_000, 4_000, 8_000, 15_000];
const AT_ONCE = 400; // orders in one request

// An action is {id, at, by, says: [...]} or {id, at, by, undoes: [...]}, of what a journal holds without
// its time and name. One storage entry each: two tabs never overwrite each other's.
function makeSaving(store, journal, changed, redraw) {
  const prefix = `moderation ${page.report} `;
  const queue = []; // actions that the ledger (or, in a file, the browser) does not have yet
  const kept = new Map(); // of a file: every action, by storage entry
  let trouble = "";
  let sending = false;
  let failures = 0;
  let saved = 0;
  let refused = "";

  const place = (action) => `${prefix}${String(action.at).padStart(15, "0")} ${action.id}`;
  const decisions = (action) => (action.says || []).map((said, k) => ({
    ...said, at: action.at, by: action.by,
    ...(store.live ? {} : { key: action.id + k.toString(16).padStart(4, "0") }),
  }));

  function keep(action) {
    try {
      localStorage.setItem(place(action), JSON.stringify(action));
      return true;
    } catch {
      return false; // full, or forbidden
    }
  }
  function forget(action) {
    try { localStorage.removeItem(place(action)); } catch { /* forbidden: nothing was kept */ }
  }
  function apply(action) {
    for (const one of decisions(action)) journal.add(one);
    for (const one of action.undoes || []) journal.takeBack(one);
  }

  function told() {
    const waiting = queue.reduce((n, one) => n + (one.says || one.undoes).length, 0);
    const kept = store.live ? tr("All saved in the ledger") : tr("All saved in this browser");
    const text = refused ? tr("Refused: {why}", { why: refused })
      : !waiting ? (saved ? kept : "")
      : trouble ? trn("{n} decision not saved yet: {why}", "{n} decisions not saved yet: {why}", waiting, { why: trouble }) : tr("Saving …");
    return { text, bad: Boolean(refused || (waiting && trouble)), waiting };
  }

  async function send(action) {
    if (!store.live) {
      if (!keep(action)) throw new Error(tr("this browser keeps no more; save the ledger file now"));
      kept.set(place(action), action);
      return;
    }
    const base = { by: action.by, at: action.at };
    const orders = action.undoes
      ? action.undoes.map((one, k) => ({ ...base, number: `${action.id}-${k}`, retracts: journal.key(one) }))
      : action.says.map((said, k) => ({ ...base, number: `${action.id}-${k}`, ...said }));
    const told = decisions(action);
    for (let at = 0; at < orders.length; at += AT_ONCE) {
      const some = orders.slice(at, at + AT_ONCE).filter((one) => action.says || one.retracts);
      const keys = some.length ? await store.send(some) : {};
      told.slice(at, at + AT_ONCE).forEach((one, k) => journal.setKey(one, keys[`${action.id}-${at + k}`]));
    }
    forget(action);
  }

  async function flush() {
    if (sending) return;
    sending = true;
    while (queue.length) {
      changed(told());
      const action = queue[0];
      try {
        await send(action);
        saved += 1;
        failures = 0;
        trouble = "";
        queue.shift();
      } catch (error) {
        if (error instanceof Refused) {
          refused = error.message;
          decisions(action).forEach((one) => journal.takeBack(one));
          forget(action);
          queue.shift();
          redraw();
          continue;
        }
        trouble = error instanceof Restarted
          ? tr("{what}; they are sent from there", { what: error.message })
          : error instanceof TypeError || error.name === "TimeoutError" ? tr("no answer from the server; trying again") : error.message;
        changed(told());
        await pause(RETRY[Math.min(failures++, RETRY.length - 1)]);
      }
    }
    sending = false;
    changed(told());
  }

  function put(action) {
    apply(action);
    if (store.live) keep(action); // should the page close before the answer comes
    queue.push(action);
    if (!store.live && !trouble && queue.length === 1 && keep(action)) {
      kept.set(place(action), queue.shift());
      saved += 1;
    } else flush();
    changed(told());
  }

  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(6)),
    (b) => b.toString(16).padStart(2, "0")).join("");

  function read(key, text) {
    try {
      const action = JSON.parse(text);
      if (action.verdicts) action.says = action.verdicts.map(([row, label, value]) => ({ row, label, value })); // of an earlier page
      if (!Number.isFinite(action.at) || !(action.says || action.undoes)) return;
      apply(action);
      if (!store.live) kept.set(key, action);
      return action;
    } catch { /* not ours */ }
  }

  return {
    // The time of the action, which is its name.
    say(says, by) {
      const at = journal.now();
      put({ id: fresh(), at, by, says });
      return at;
    },
    undo: (undoes, by) => put({ id: fresh(), at: journal.now(), by,
      undoes: undoes.map(({ row, kind, label, at, by: whose }) => ({ row, kind, label, at, by: whose })) }),
    state: told,
    actions: () => [...kept.values(), ...queue],
    // What an earlier page of this report left: a file's decisions, a server's unsent ones.
    resume() {
      let keys = [];
      try { keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix)).sort(); } catch { return; }
      for (const key of keys) {
        const action = read(key, localStorage.getItem(key));
        if (store.live && action) queue.push(action);
        else if (action) saved += 1;
      }
      flush();
    },
    // Another tab of the same file decided.
    listen(heard) {
      addEventListener("storage", (event) => {
        if (store.live || !event.key?.startsWith(prefix) || !event.newValue) return;
        read(event.key, event.newValue);
        heard();
      });
    },
  };
}
