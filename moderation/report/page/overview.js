// ---- the overview: what people look at before they read -------------------------------------------

const thresholds = page.model.thresholds || {};

function figures() {
  const f = page.figures;
  byId("figures").textContent =
    tr("{comments} in {threads}; {flagged}.", { comments: trn("{n} comment", "{n} comments", f.comments),
      threads: trn("{n} thread", "{n} threads", f.threads), flagged: trn("{n} flagged", "{n} flagged", f.flagged) });
  document.title = tr("Flagged comments: {flagged} of {comments}", { flagged: f.flagged, comments: f.comments });
  const { name: model, digest } = page.model;
  byId("model").textContent = tr("Model {name}.", { name: digest ? `${model}, ${digest.slice(0, 12)}` : model });
}

// Comments at or above a threshold, in thousandths; at the model's own the exact figure.
function flagsAt(label, thousandths) {
  if (Math.round((thresholds[label] ?? -1) * 1000) === thousandths) return page.figures.flags[label];
  return page.distributions[label].slice(thousandths).reduce((a, b) => a + b, 0);
}

// curve: [threshold, share flagged, precision, recall] by falling threshold; the lowest one that reaches up to t.
function promised(label, t) {
  const points = ((page.model.curves || {})[label] || []).filter((one) => one[0] >= t && one[2] !== null);
  return points.reduce((low, one) => (!low || one[0] < low[0] ? one : low), null);
}

// At the lowest threshold: what is found of what there is, so what there is.
function prevalence(label) {
  const last = promised(label, 0);
  return last && last[3] ? last[1] * last[2] / last[3] : null;
}

// Of the comments at or above a threshold: how many this page has, and how many of them are open.
function reviewable(label, thousandths) {
  const { columns, state } = app;
  columns.slide(label, String(thousandths));
  let here = 0, open = 0;
  for (let at = 0; at < columns.size; at++) if (columns.passes(at)) { here += 1; open += app.isReviewed(at) ? 0 : 1; }
  columns.slide(state.label, state.from);
  return { here, open };
}

function slider(label) {
  const own = ownThousandths(label);
  const id = `slide-${page.labels.indexOf(label)}`;
  const told = element("output", { for: id, class: "told" });
  const common = percent(prevalence(label), 2);
  const input = element("input", { id, type: "range", min: 0, max: 999, value: own });
  const show = () => {
    const t = Number(input.value);
    const n = flagsAt(label, t);
    const share = page.figures.comments ? decimal(100 * n / page.figures.comments, n && n < page.figures.comments / 100 ? 2 : 0) : "0";
    const point = promised(label, t === own ? thresholds[label] ?? .5 : t / 1000);
    told.textContent = trn("from {threshold}: {n} flag ({share} %)", "from {threshold}: {n} flags ({share} %)", n, { threshold: decimal(t / 1000, 3), share }) +
      (point ? `; ${tr("on held-out comments, of which {common} are so, precision {precision}, recall {recall}",
        { common, precision: decimal(point[2], 2), recall: decimal(point[3], 2) })}` : "");
    const { here, open } = reviewable(label, t);
    pick.textContent = open === n ? tr("Review these") : tr("Review {n} of these", { n: open });
    pick.disabled = !open;
    rest.textContent = [
      here > open ? trn("{n} reviewed already", "{n} reviewed already", here - open) : "",
      n > here ? trn("{n} not on this page: for it, set this threshold ({command}) and score again",
        "{n} not on this page: for those, set this threshold ({command}) and score again", n - here, { command: "moderation thresholds" }) : "",
    ].filter(Boolean).join("; ");
  };
  const rest = element("p", { class: "meta", "aria-live": "polite" });
  const pick = button(tr("Review these"), () => app.filter({ ...PLAIN, label, from: input.value }));
  const back = button(tr("Model's threshold"), () => { input.value = own; show(); });
  input.addEventListener("input", show);
  show();
  return element("div", { class: "slider" }, element("label", { for: id }, tr("Threshold")), input, told,
    element("div", {}, pick, " ", thresholds[label] === undefined ? "" : back), rest);
}

function labelFigure(label) {
  const unknown = page.figures.cannot_tell[label];
  const goal = (page.model.goals || {})[label];
  return element("section", { class: "panel", "aria-label": words(label) },
    element("h3", {}, words(label), element("span", { class: "quiet" }, ` ${trn("{n} flag", "{n} flags", page.figures.flags[label])}`)),
    histogram(label, thresholds[label]),
    element("p", { class: "meta" }, [
      thresholds[label] === undefined ? "" : tr("threshold {threshold}", { threshold: decimal(thresholds[label], 3) }),
      goal ? tr("goal: {goal}", { goal }) : "", unknown ? tr("cannot tell for {n}", { n: unknown }) : "",
    ].filter(Boolean).join("; ")),
    slider(label));
}

function busiest(caption, rows, key) {
  if (!rows.length) return "";
  const line = (row) => element("tr", {},
    element("td", {}, element("button", { type: "button", class: "link", click: () => app.filter({ ...PLAIN, show: "all", [key]: row.name }) },
      name(row.title || row.name))),
    element("td", { class: "number" }, number(row.flagged)),
    element("td", { class: "number" }, number(row.comments)));
  return table(caption, [[tr("name")], [tr("flagged"), "number"], [tr("comments"), "number"]], rows.map(line));
}

function table(caption, head, rows) {
  return element("div", { class: "scrolls", role: "region", tabindex: "0", "aria-label": caption },
    element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head.map(([text, how]) => element("th", { scope: "col", class: how }, text)))),
      element("tbody", {}, ...rows)));
}

// A language by its code: "German (de)"; a browser that has no name for it shows the code.
function languageName(code) {
  if (!code) return tr("unknown");
  const known = { mul: tr("several languages"), "ur-Latn": tr("Urdu or Hindi in Latin letters") }[code];
  const named = known || new Intl.DisplayNames([language], { type: "language", fallback: "none" }).of(code);
  return named ? `${named} (${code})` : code;
}

function languages() {
  const head = [[tr("language")], [tr("comments"), "number"], ...page.labels.map((label) => [words(label), "number"]), [tr("cannot tell"), "number"]];
  return table(tr("Comments and flags by language"), head, page.languages.map((one) => element("tr", {},
    element("td", {}, languageName(one.language)),
    ...[one.comments, ...page.labels.map((label) => one.flags[label]), one.cannot_tell].map((n) => element("td", { class: "number" }, number(n))))));
}

// Which comment it is, as far as it is known.
function placed({ id, author, thread_id }) {
  const known = { id: name(id || "–"), who: name(author), thread: name(thread_id) };
  return author ? trParts("{id} by {who} in {thread}", known) : trParts("{id} in {thread}", known);
}

// What is posted again and again: a row per campaign, its first members, and the way to those carried here.
function campaigns() {
  const head = [[tr("text")], [tr("members"), "number"], [tr("threads"), "number"], [tr("authors"), "number"], [tr("flagged"), "number"], [tr("first members")]];
  return table(tr("The largest campaigns"), head, page.campaigns.map((one) => element("tr", {},
    element("td", { class: "long" }, element("button", { type: "button", class: "link", click: () => app.filter({ ...PLAIN, show: "all", campaign: String(one.campaign) }) }, name(one.text || tr("(no text)")))),
    ...["members", "threads", "authors", "flagged"].map((key) => element("td", { class: "number" }, number(one[key]))),
    element("td", { class: "long" }, one.first.flatMap((member, k) => [k ? "; " : "", ...placed(member)])))));
}

// From the decisions of this review: of comments with such scores, how many were confirmed.
function reviewedPoints(label, k) {
  const tens = Array.from({ length: 10 }, () => [0, 0, 0]);
  app.columns.row.forEach((row, at) => {
    const verdict = app.columns.scores[k][at] < 0 ? null : app.journal.verdict(row, label, app.me());
    if (!verdict) return;
    const score = app.columns.scores[k][at] / 1000;
    const ten = tens[Math.min(9, Math.floor(score * 10))];
    ten[0] += score; ten[1] += verdict.value; ten[2] += 1;
  });
  return tens.filter((ten) => ten[2]).map(([sum, yes, n]) => [sum / n, yes / n, n]);
}

// From the curve: of held-out comments with scores between two thresholds, how many had the label.
function heldOutPoints(label) {
  const tens = Array.from({ length: 10 }, () => [0, 0, 0]);
  let [before, share, found] = [1, 0, 0];
  for (const [threshold, flagged, precision] of (page.model.curves || {})[label] || []) {
    const hits = flagged * (precision ?? 0);
    const score = (before + threshold) / 2;
    const ten = tens[Math.min(9, Math.floor(score * 10))];
    ten[0] += score * (flagged - share); ten[1] += hits - found; ten[2] += flagged - share;
    [before, share, found] = [threshold, flagged, hits];
  }
  return tens.filter((ten) => ten[2] > 0)
    .map(([sum, yes, all]) => [sum / all, Math.min(1, Math.max(0, yes / all)), 1e4 * all, tr("the {share} of comments that are there", { share: percent(all, 2) })]);
}

function calibration(label, k) {
  const here = page.model.learnt ? tr("on what was reviewed here; some of it the model may know by heart") : tr("on what was reviewed here");
  const pictures = [
    [tr("on held-out comments"), heldOutPoints(label)],
    [here, reviewedPoints(label, k)],
  ].filter(([, points]) => points.length);
  return pictures.map(([where, points]) => element("figure", {}, reliability(tr("Calibration of {label}, {where}", { label: words(label), where }), points),
    element("figcaption", { class: "meta" }, `${words(label)}, ${where}`)));
}

function drawOverview() {
  const shown = page.labels.flatMap(calibration);
  byId("overview").replaceChildren(
    element("h2", {}, tr("Scores by label")),
    element("p", { class: "meta" }, tr("How many comments have which score; filled bars pass the model's threshold. Heights by logarithm.")),
    element("div", { class: "grid" }, ...page.labels.map(labelFigure)),
    ...(page.languages?.length ? [element("h2", {}, tr("Languages")),
      element("p", { class: "meta" }, tr("Cannot tell: the model has not learnt the language, so some score is empty.")), languages()] : []),
    ...(page.timeline ? [element("h2", {}, tr("Flags over time")),
      element("div", { class: "panel wide" }, timeline(),
        element("ul", { class: "legend-list" }, ...page.labels.map((label, k) => element("li", {},
          drawing("svg", { viewBox: "0 0 12 12", class: "swatch", "aria-hidden": "true" }, drawing("rect", { class: `stack s${k % 4}`, width: 12, height: 12 })),
          ` ${words(label)}`))),
        page.timeline.outside ? element("p", { class: "meta" }, trn("{n} flagged comment before or after this span", "{n} flagged comments before or after this span", page.timeline.outside)) : "")] : []),
    element("h2", {}, tr("Where and who")),
    element("div", { class: "grid two" },
      busiest(tr("Threads with the most flags"), page.busiest.thread_id, "thread"),
      busiest(tr("Authors with the most flags"), page.busiest.author, "author")),
    ...(page.campaigns?.length ? [element("h2", {}, tr("Posted again and again")), campaigns()] : []),
    element("h2", {}, tr("Calibration")),
    shown.length ? element("div", { class: "grid small" }, ...shown)
      : element("p", { class: "meta" }, tr("Decide on some comments: their share of confirmed flags by score will stand here.")));
}
