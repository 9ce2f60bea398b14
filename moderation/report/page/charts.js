// ---- pictures in plain SVG, readable in black and white -------------------------------------------

const WIDE = 320, HIGH = 110, FLOOR = 90, ROOF = 8;

const frame = (title, wide = WIDE) => drawing("svg", { viewBox: `0 0 ${wide} ${HIGH}`, role: "img", "aria-label": title, class: "chart" });
const axis = (wide = WIDE) => drawing("line", { class: "axis", x1: 0, x2: wide, y1: FLOOR, y2: FLOOR });
const note = (x, text, anchor = "start") => drawing("text", { x, y: HIGH - 6, "text-anchor": anchor }, text);

// Scores by label: fifty thousandths to a bar, heights by logarithm. What lies over the threshold is
// filled: of the bar that the threshold cuts, the part to its right, if comments are there.
function histogram(label, threshold) {
  const fine = page.distributions[label];
  const bins = Array.from({ length: 20 }, (_, k) => fine.slice(k * 50, k * 50 + 50).reduce((a, b) => a + b, 0));
  const tallest = Math.log1p(Math.max(1, ...bins));
  const step = WIDE / bins.length;
  const picture = frame(tr("Scores for {label}, comments by score: {list}", { label: words(label),
    list: bins.map((n, k) => tr("from {percent} %: {n}", { percent: k * 5, n })).join(", ") }));
  bins.forEach((n, k) => {
    const height = n ? Math.max(2, Math.log1p(n) / tallest * (FLOOR - ROOF)) : 0;
    const bar = (kind, from, to) => drawing("rect", { class: kind, x: from, y: FLOOR - height, width: to - from, height },
      drawing("title", {}, trn("{n} comment from {from} to {to} %", "{n} comments from {from} to {to} %", n, { from: k * 5, to: k * 5 + 5 })));
    const left = k * step + 1.5, right = left + step - 3;
    const cut = Math.max(left, (threshold ?? 1) * WIDE);
    const over = fine.slice(k * 50, k * 50 + 50).some((count, j) => count && (k * 50 + j + 1) / fine.length > threshold);
    if (cut > left || !over) picture.append(bar("bar", left, right));
    if (over && cut < right) picture.append(bar("bar over", cut, right));
  });
  picture.append(axis(), note(0, "0"), note(WIDE / 2, tr("score"), "middle"), note(WIDE, "1", "end"));
  if (threshold !== undefined) picture.append(drawing("line", { class: "limit", x1: threshold * WIDE, x2: threshold * WIDE, y1: 0, y2: FLOOR }));
  return picture;
}

// Flags over time: one bar a span, the labels stacked, told apart by pattern as well as shade.
function timeline() {
  const { start, step, flags } = page.timeline;
  const spans = Math.max(...Object.values(flags).map((list) => list.length));
  const sums = Array.from({ length: spans }, (_, k) => page.labels.reduce((n, label) => n + flags[label][k], 0));
  const tallest = Math.max(1, ...sums);
  const across = 2 * WIDE;
  const width = across / spans;
  const date = (k) => (step < 86_400 ? stamp : dateOf)((start + k * step) * 1000);
  const picture = frame(tr("Flags over time: {list}", { list: sums.map((n, k) => `${date(k)}: ${n}`).join(", ") }), across);
  sums.forEach((_, k) => {
    let y = FLOOR;
    page.labels.forEach((label, j) => {
      const n = flags[label][k];
      if (!n) return;
      const height = n / tallest * (FLOOR - ROOF);
      y -= height;
      picture.append(drawing("rect", { class: `stack s${j % 4}`, x: k * width + .5, y, width: Math.max(1, width - 1), height },
        drawing("title", {}, `${date(k)}: ${n} ${words(label)}`)));
    });
  });
  picture.append(axis(across), note(0, date(0)), note(across, date(spans), "end"));
  return picture;
}

const predicted = ([p, s, n, told]) => tr("predicted {predicted} %, so {share} % of {what}",
  { predicted: Math.round(p * 100), share: Math.round(s * 100), what: told ?? n });

// Reliability: what was predicted against what was so. points: [predicted, share so, how many,
// and that in words].
function reliability(title, points) {
  const SIDE = 120;
  const picture = drawing("svg", { viewBox: `-4 -4 ${SIDE + 8} ${SIDE + 22}`, role: "img", class: "chart square",
    "aria-label": `${title}: ${points.map(predicted).join("; ")}` },
    drawing("rect", { class: "box", x: 0, y: 0, width: SIDE, height: SIDE }),
    drawing("line", { class: "limit", x1: 0, y1: SIDE, x2: SIDE, y2: 0 }),
    drawing("text", { x: 5, y: 13 }, `↑ ${tr("share that is so")}`),
    drawing("text", { x: SIDE, y: SIDE + 14, "text-anchor": "end" }, `${tr("score")} →`));
  for (const [p, s, n, told] of points)
    picture.append(drawing("circle", { class: "point", cx: p * SIDE, cy: SIDE - s * SIDE, r: Math.min(6, 1.5 + Math.log10(n + 1)) },
      drawing("title", {}, predicted([p, s, n, told]))));
  return picture;
}
