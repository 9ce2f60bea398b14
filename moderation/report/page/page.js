"use strict";
// Every text of a comment becomes a text node: nothing of it is ever read as markup.
(() => {
  const summary = JSON.parse(document.getElementById("summary").textContent);
  const PAGE = 50;
  const byId = (id) => document.getElementById(id);
  const number = (n) => n.toLocaleString("en");

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function drawing(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  const words = (label) => label.replaceAll("_", "-");
  const thresholds = summary.model.thresholds || {};

  // ---- overview -------------------------------------------------------------------------

  function figures() {
    const f = summary.figures;
    byId("figures").textContent =
      `${number(f.comments)} comments in ${number(f.threads)} threads; ` +
      `${number(f.flagged)} flagged.`;
  }

  function distribution(label) {
    const bins = summary.distributions[label];
    const threshold = thresholds[label];
    const WIDTH = 220, HEIGHT = 70, FLOOR = 56;
    const tallest = Math.log1p(Math.max(1, ...bins));
    const step = WIDTH / bins.length;
    const picture = drawing("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
      "aria-label": `Scores for ${words(label)}: ` + bins.map((n, i) =>
        `${Math.round(100 * i / bins.length)} %: ${n}`).join(", "),
    });
    bins.forEach((n, i) => {
      const height = n ? Math.max(1, Math.log1p(n) / tallest * (FLOOR - 8)) : 0;
      const over = threshold !== undefined && (i + 1) / bins.length > threshold;
      picture.append(drawing("rect", {
        class: over ? "bar over" : "bar", x: i * step + 1, y: FLOOR - height,
        width: step - 2, height,
      }, drawing("title", {}, `${number(n)} comments`)));
    });
    picture.append(drawing("line", { class: "axis", x1: 0, x2: WIDTH, y1: FLOOR, y2: FLOOR }));
    if (threshold !== undefined) {
      const x = threshold * WIDTH;
      picture.append(drawing("line", { class: "limit", x1: x, x2: x, y1: 2, y2: FLOOR }));
    }
    picture.append(drawing("text", { x: 0, y: HEIGHT - 2 }, "0"));
    picture.append(drawing("text", { x: WIDTH, y: HEIGHT - 2, "text-anchor": "end" }, "1"));
    return picture;
  }

  function labels() {
    for (const label of summary.labels) {
      const unknown = summary.figures.cannot_tell[label];
      const told = threshold => threshold === undefined ? "" : `, threshold ${threshold.toFixed(2)}`;
      byId("labels").append(element("figure", {},
        element("figcaption", {},
          element("strong", {}, words(label)), ` ${number(summary.figures.flags[label])} flagged`,
          element("span", { class: "quiet" }, told(thresholds[label]))),
        distribution(label),
        unknown ? element("p", { class: "meta" }, `cannot tell for ${number(unknown)}`) : ""));
    }
  }

  function busiest(caption, rows) {
    if (!rows.length) return;
    const line = (row) => element("tr", {},
      element("td", { title: row.name }, element("bdi", {}, row.name)),
      element("td", { class: "number" }, number(row.flagged)),
      element("td", { class: "number" }, number(row.comments)));
    byId("busiest").append(element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "name"),
        element("th", { scope: "col", class: "number" }, "flagged"),
        element("th", { scope: "col", class: "number" }, "comments"))),
      element("tbody", {}, ...rows.map(line))));
  }

  // ---- one comment ----------------------------------------------------------------------

  // Positions in the evidence count code points, JavaScript strings count UTF-16 units.
  function highlighted(text, why) {
    const spans = Object.values(why).flatMap((label) => label.spans || []);
    const points = Array.from(text);
    const weight = new Float64Array(points.length);
    for (const [start, end, contribution] of spans)
      for (let at = start; at < Math.min(end, points.length); at++)
        weight[at] += contribution / Math.max(1, end - start);
    const heaviest = weight.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const kind = (w) => !heaviest || Math.abs(w) < heaviest / 8 ? ""
      : w < 0 ? "against" : w > heaviest / 2 ? "strong" : "carries";
    const out = document.createDocumentFragment();
    let from = 0;
    for (let at = 1; at <= points.length; at++) {
      if (at < points.length && kind(weight[at]) === kind(weight[from])) continue;
      const piece = points.slice(from, at).join("");
      const how = kind(weight[from]);
      out.append(how ? element("mark", how === "carries" ? {} : { class: how }, piece) : piece);
      from = at;
    }
    return out;
  }

  function byline(comment) {
    const status = ["approved", "unknown"].includes(comment.status) ? "" : comment.status;
    const parts = [comment.time.replace("T", " ").slice(0, 16), status, `id ${comment.id}`];
    return element("p", { class: "meta" },
      element("bdi", {}, comment.author || "anonymous"),
      parts.filter(Boolean).map((part) => ` · ${part}`).join(""));
  }

  function quoted(row, how) {
    const comment = summary.comments[row];
    const cut = comment.characters > comment.text.length ? " …" : "";
    return element("div", { class: how }, byline(comment),
      element("div", { class: "text", dir: "auto" }, comment.text + cut));
  }

  function reasons(entry) {
    const list = element("ul", { class: "chips" });
    for (const label of summary.labels) {
      const score = entry.scores[label];
      const flag = entry.flags.includes(label);
      list.append(element("li", { class: flag ? "chip over" : "chip" },
        `${words(label)} ${score === null ? "cannot tell" : score.toFixed(2)}`));
    }
    return list;
  }

  function sentences(entry) {
    return Object.entries(entry.why).filter(([, label]) => label.sentence)
      .map(([name, label]) =>
        element("p", { class: "meta", dir: "auto" }, `${words(name)}: ${label.sentence}`));
  }

  function card(entry) {
    const comment = summary.comments[entry.row];
    const cut = comment.characters > comment.text.length
      ? element("p", { class: "meta" }, `shortened; ${number(comment.characters)} characters in all`)
      : "";
    const below = entry.replies.length ? element("details", {},
      element("summary", {}, `${entry.replies.length} replies`),
      ...entry.replies.map((row) => quoted(row, "reply"))) : "";
    const above = entry.path.slice(0, -1);
    const older = above.length ? element("details", {},
      element("summary", {}, `${above.length} more above`),
      ...above.map((row) => quoted(row, "ancestor"))) : "";
    return element("li", { class: "card", id: `row-${entry.row}` },
      element("h3", {}, element("bdi", {}, entry.title)),
      older, ...entry.path.slice(-1).map((row) => quoted(row, "ancestor")),
      element("div", { class: "flagged" }, byline(comment),
        element("div", { class: "text", dir: "auto" }, highlighted(comment.text, entry.why)), cut),
      reasons(entry), ...sentences(entry), below);
  }

  // ---- the queue ------------------------------------------------------------------------

  const best = (entry) => Math.max(...entry.flags.map((label) => entry.scores[label] ?? 0));
  const time = (entry) => summary.comments[entry.row].time;
  const ORDERS = {
    certain: (a, b) => best(b) - best(a) || a.row - b.row,
    uncertain: (a, b) => best(a) - best(b) || a.row - b.row,
    newest: (a, b) => time(b).localeCompare(time(a)) || a.row - b.row,
    dump: (a, b) => a.row - b.row,
  };
  let chosen = [];
  let drawn = 0;

  function choose() {
    const label = byId("label").value;
    const sought = byId("words").value.toLowerCase();
    chosen = summary.queue.filter((entry) => {
      const comment = summary.comments[entry.row];
      return (!label || entry.flags.includes(label)) && (!sought ||
        `${comment.text}\n${comment.author}\n${entry.title}`.toLowerCase().includes(sought));
    }).sort(ORDERS[byId("order").value]);
    byId("queue").replaceChildren();
    drawn = 0;
    const held = summary.queue.length < summary.total ? ` (${number(summary.queue.length)} of ` +
      `${number(summary.total)} flagged are in this file)` : "";
    byId("count").textContent = `${number(chosen.length)} shown${held}`;
    draw();
  }

  function draw() {
    byId("queue").append(...chosen.slice(drawn, drawn + PAGE).map(card));
    drawn = Math.min(drawn + PAGE, chosen.length);
    byId("more").hidden = drawn >= chosen.length;
  }

  figures();
  labels();
  busiest("Threads with the most flags", summary.threads);
  busiest("Authors with the most flags", summary.authors);
  for (const label of summary.labels)
    byId("label").append(element("option", { value: label }, words(label)));
  byId("filters").addEventListener("input", choose);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", draw);
  choose();
})();
