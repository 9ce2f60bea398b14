// ---- showing text that may be hostile, with what carried its score marked ---------------------

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb]/gu;
const OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/gu;
const STACKED = /(\p{M}{4})\p{M}+/gu; // more than four marks on one letter is a trick, not a script
const LINES = /\n(?:[ \t]*\n){9,}/gu; // push the rest out of sight

// What reorders or hides is shown as what it is; what hangs the layout is cut.
const tame = (text) => text
  .replace(CONTROLS, "\ufffd")
  .replace(OVERRIDES, (c) => `[U+${c.codePointAt(0).toString(16).toUpperCase()}]`)
  .replace(STACKED, "$1")
  .replace(LINES, (all) => `\n\n[${tr("{n} empty lines", { n: all.match(/\n/g).length - 1 })}]\n\n`);

const NOTHING = /^[\p{Cf}\p{Cc}\p{Z}\p{M}\s]+$/u; // has no ink: a button that shows it could not be found

// In the font and direction of its language, as far as that is known: an Arabic comment that begins with
// a Latin name runs from right to left all the same. Each paragraph of others goes by its first letter.
const FROM_RIGHT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

function spokenIn(comment) {
  const lang = comment?.lang ?? "en";
  return { lang: lang === "und" || lang === "mul" ? null : lang, dir: FROM_RIGHT.has(lang) ? "rtl" : "auto" };
}

// The first characters as a reader counts them: none is cut in two, and no text is read to its end for it.
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function cutAt(text, most) {
  if (text.length <= most) return text;
  const near = text.slice(0, 8 * most);
  let end = 0, count = 0;
  for (const { index, segment } of CHARACTERS.segment(near)) {
    if (count === most || (index + segment.length === near.length && near.length < text.length)) break;
    end = index + segment.length;
    count += 1;
  }
  return text.slice(0, end);
}

const name = (text) => element("bdi", {}, NOTHING.test(text) ? `[${tr("invisible")}]` : tame(text));

// [start, end, level] of several labels as one: where they overlap the stronger one shows.
function together(why, label) {
  const lists = Object.entries(why)
    .filter(([one]) => !label || one === label).map(([, said]) => said.marks || []);
  if (lists.length < 2) return lists[0] || [];
  const cuts = [...new Set(lists.flat().flatMap(([start, end]) => [start, end]))].sort((a, b) => a - b);
  const at = lists.map(() => 0);
  const out = [];
  for (let k = 0; k + 1 < cuts.length; k++) {
    let level = 0;
    lists.forEach((marks, j) => {
      while (at[j] < marks.length && marks[at[j]][1] <= cuts[k]) at[j]++;
      const [start, , own] = marks[at[j]] || [Infinity, 0, 0];
      if (start <= cuts[k] && Math.abs(own) > Math.abs(level)) level = own;
    });
    if (level) out.push([cuts[k], cuts[k + 1], level]);
  }
  return out;
}

// Positions count code points, JavaScript strings count UTF-16 units.
function highlighted(text, marks) {
  const points = Array.from(text);
  const out = document.createDocumentFragment();
  let from = 0;
  for (const [start, end, level] of marks) {
    if (start > from) out.append(tame(points.slice(from, start).join("")));
    const kind = level < 0 ? `against a${-level}` : `for f${level}`;
    out.append(element("mark", { class: kind }, tame(points.slice(start, end).join(""))));
    from = end;
  }
  out.append(tame(points.slice(from).join("")));
  return out;
}
