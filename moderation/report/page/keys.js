// ---- keys for everything --------------------------------------------------------------------------------

const KEYS = [
  ["y", tr("confirm every flag of this comment"), () => app.decide("yes")],
  ["n", tr("reject every flag: nothing wrong with it"), () => app.decide("no")],
  ["1 … 9", tr("confirm or add that label"), null],
  ["Shift 1 … 9", tr("reject that label"), null],
  ["d", tr("the next decision is for all near-duplicates that are open"), () => app.setScope("alike")],
  ["t", tr("the next decision is for all of the thread that is open"), () => app.setScope("thread")],
  ["w", tr("… for all of this author that is open"), () => app.setScope("author")],
  ["g", tr("… for all that link to the same site"), () => app.setScope("domain")],
  ["p", tr("… for all that are listed with about the same score"), () => app.setScope("band")],
  ["v", tr("select this comment, or decide on those selected"), () => app.setScope("selected")],
  ["Shift ↓ ↑", tr("select the next one too"), null],
  ["e", tr("reason, action, note, or ask someone else"), () => openReasons()],
  ["Shift A … Z", tr("the reason with that letter"), null],
  [".", tr("the same decision once more"), () => app.repeat()],
  ["h", tr("the whole conversation"), () => app.togglePanel("thread")],
  ["i", tr("the author"), () => app.togglePanel("author")],
  ["]", tr("next flag of the conversation"), () => jump(1)],
  ["[", tr("previous flag of the conversation"), () => jump(-1)],
  ["s", tr("skip"), () => app.skip()],
  ["j", tr("next (also →)"), () => app.skip(), "ArrowRight"],
  ["k", tr("previous (also ←)"), () => app.previous(), "ArrowLeft"],
  ["u", tr("undo, step by step to the beginning; what was decided at once at once"), () => app.undo()],
  ["b", tr("show or blur the texts; while they are blurred no key decides"), () => app.unveil()],
  ["c", tr("unfold the conversation above and below"), () => unfold()],
  ["f", tr("only this thread"), () => onlyThread()],
  ["a", tr("only this author"), () => onlyAuthor()],
  ["/", tr("search"), () => byId("q").focus()],
  ["r", tr("review"), () => app.view("review")],
  ["z", tr("team"), () => app.view("team")],
  ["o", tr("overview"), () => app.view("overview")],
  ["l", tr("decisions"), () => app.view("decisions")],
  ["x", tr("save the ledger file"), () => saveLedger()],
  ["+", tr("larger text"), () => resize(1)],
  ["-", tr("smaller text"), () => resize(-1)],
  ["m", tr("dark or light"), () => set({ theme: isDark() ? "light" : "dark" })],
  ["?", tr("this list"), () => openDialog("help")],
  ["Escape", tr("close, or decide for this comment only"), null],
];

const isDark = () => settings.theme === "dark" || (settings.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

function unfold() {
  const folded = document.querySelectorAll("#card details");
  const open = ![...folded].every((one) => one.open);
  for (const one of folded) one.open = open;
}

function onlyThread() {
  const thread = app.at < 0 ? null : app.columns.threads[app.columns.thread[app.at]];
  if (thread) app.filter({ thread: app.state.thread === thread[0] ? "" : thread[0] });
}

function onlyAuthor() {
  const author = app.at < 0 ? "" : app.columns.authorAt(app.at);
  if (author) app.filter({ author: app.state.author === author ? "" : author });
}

function openDialog(id) {
  if (id === "settings") drawSettings();
  byId(id).showModal();
}

function drawHelp() {
  byId("help-body").replaceChildren(...KEYS.map(([key, what]) =>
    element("tr", {}, element("td", {}, element("kbd", {}, key)), element("td", {}, what))));
}

function pressed(event) {
  if (app.over || event.ctrlKey || event.metaKey || event.altKey || !settings.keys) return;
  if (byId("reasons").open) return reasonByKey(event);
  if (document.querySelector("dialog[open]")) return;
  const typing = event.target.closest?.("input:not([type=checkbox]):not([type=range]), select, textarea");
  if (event.key === "Escape") {
    if (typing) typing.blur();
    else if (app.selected.size) app.pickAll(false);
    else if (app.scope !== "one") app.setScope(app.scope);
    else if (app.panel) app.togglePanel(app.panel);
    return;
  }
  if (typing || event.target.type === "range") return;
  if (event.key === "Enter" || event.key === " ") return; // presses the button that has the focus
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) {
    const label = page.labels[Number(digit[1]) - 1];
    if (label && app.state.view === "review" && app.at >= 0 && !event.repeat) app.decide([[label, event.shiftKey ? 0 : 1]]);
    event.preventDefault();
    return;
  }
  const reviewing = app.state.view === "review" && app.at >= 0;
  const reason = reviewing && !event.repeat && reasonByLetter(event);
  if (reason) { event.preventDefault(); app.actFor(reason); return; }
  if (reviewing && event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    app.extend(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  const found = KEYS.find(([key, , act, other]) => act && (key === event.key || other === event.key));
  if (!found) return;
  if (event.repeat && ["y", "n", "d", "t", "w", "g", "p", "v", "e", ".", "x"].includes(found[0])) return;
  if (app.state.view !== "review" && !["/", "r", "z", "o", "l", "x", "+", "-", "m", "?"].includes(found[0])) return;
  event.preventDefault();
  found[2]();
}
