// ---- the reader's language: numbers, dates and messages ------------------------------------------------

// The catalogues that this page carries: messages in English, and each language's texts in their order.
const WORDS = JSON.parse(byId("words").textContent);
const CHOSEN = (() => {
  try { return JSON.parse(localStorage.getItem("moderation settings") || "{}").language; } catch { return ""; }
})();

// What the reader chose here, else what the page was made for, else the first one the browser knows.
function chosenLanguage(wanted) {
  for (const one of wanted) {
    if (typeof one !== "string" || !one) continue;
    const found = [one, one.split("-")[0]].find((code) => code === "en" || Object.hasOwn(WORDS.languages, code));
    if (found) return found;
  }
  return "en";
}

const language = chosenLanguage([CHOSEN, page.language, ...(navigator.languages || [])]);
const spoken = WORDS.languages[language] || { texts: [], plurals: "" };
const texts = new Map(WORDS.messages.map((message, k) => [message, spoken.texts[k]]));

const NUMBERS = new Intl.NumberFormat(language);
const number = (n) => NUMBERS.format(n);
const decimal = (n, digits) => n.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
// As many digits as are given count: 0.034 is "3.4 %" with two.
const percent = (share, digits) => tr("{n} %", { n: (100 * share).toLocaleString(language, { maximumSignificantDigits: digits }) }).replace(" ", "\u00a0");

// A message's placeholders filled; what is not given stays, for a message may hold braces.
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) =>
  (!Object.hasOwn(values, key) ? all : typeof values[key] === "number" ? number(values[key]) : values[key]));

const tr = (message, values = {}) => filled(texts.get(message) || message, values);

// Which of a language's forms goes with n; that depends on no more than n and n modulo 100.
const form = (n) => Number(spoken.plurals[n < 200 ? Math.floor(n) : 100 + (Math.floor(n) % 100)] ?? (n === 1 ? 0 : 1));

function trn(one, many, n, values = {}) {
  const forms = texts.get(one);
  return filled(Array.isArray(forms) ? forms[form(n)] : n === 1 ? one : many, { n, ...values });
}

// A message whose placeholders are elements: its parts in the order that the language has.
function trParts(message, values) {
  return (texts.get(message) || message).split(/(\{\w+\})/).filter(Boolean)
    .map((part) => values[/^\{(\w+)\}$/.exec(part)?.[1]] ?? part);
}

// Of a comment, within a sentence of this page: what runs from right to left reorders nothing around it.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

function isolated(value) {
  if (Array.isArray(value)) return Array.isArray(value[0]) ? value.map(sentence).join(", ") : sentence(value);
  return typeof value !== "string" ? value : RIGHT_TO_LEFT.test(value) ? `\u2068${tame(value)}\u2069` : tame(value);
}

// A message as it comes with the comments: [message, values], [one, values, many] by values.n, a value
// may be a message itself, or a list of them.
function sentence([message, values = {}, many]) {
  const told = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, isolated(value)]));
  return many === undefined ? tr(message, told) : trn(message, many, told.n, told);
}

// Dates in UTC, to the minute or the day. English has no form that all its readers share but this one.
const DATES = language === "en" ? null : [{ dateStyle: "medium", timeStyle: "short" }, { dateStyle: "medium" }]
  .map((style) => new Intl.DateTimeFormat(language, { ...style, timeZone: "UTC" }));
const stamp = (ms) => (DATES ? DATES[0].format(ms) : new Date(ms).toISOString().slice(0, 16).replace("T", " "));
const dateOf = (ms) => (DATES ? DATES[1].format(ms) : new Date(ms).toISOString().slice(0, 10));
const day = (seconds) => stamp(seconds * 1000);

// What stands in the page itself: texts and the attributes that are shown or read out.
function translatePage() {
  document.documentElement.lang = language;
  const known = (text) => texts.get(text.replace(/\s+/g, " ").trim());
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const text = node.parentElement.closest("script, style") ? undefined : known(node.data);
    if (text) node.data = node.data.replace(/\S[^]*\S|\S/, () => text);
  }
  for (const shown of ["title", "aria-label", "placeholder"])
    for (const one of document.querySelectorAll(`[${shown}]`)) one.setAttribute(shown, known(one.getAttribute(shown)) || one.getAttribute(shown));
}
translatePage();

// The labels that the program knows; a site's own are what they are called.
const LABEL_NAMES = { spam: tr("spam"), slur: tr("slur"), abuse: tr("abuse"), off_topic: tr("off-topic") };
const words = (name) => (Object.hasOwn(LABEL_NAMES, name) ? LABEL_NAMES[name] : name.replaceAll("_", "-"));
// Why a comment is listed: what a queue asked for, or what weighed most.
function whyListed(reason) {
  const [, how, label] = /^(random|uncertain|likely)(?: (.+))?$/.exec(reason) || [];
  if (how === "random") return tr("random");
  if (label) return how === "likely" ? tr("likely {label}", { label: tame(words(label)) }) : tr("uncertain {label}", { label: tame(words(label)) });
  const [first, ...rest] = reason.split(": ");
  return [tame(words(first)), ...rest.map((one) => (one === "words" ? tr("words") : tame(words(one))))].join(": ");
}

// What a comment is on its site, in the words that every reader of a dump gives.
const STATUS_NAMES = { approved: tr("approved"), pending: tr("pending"), spam: tr("spam"), removed: tr("removed"), deleted: tr("deleted"),
  hidden: tr("hidden"), unknown: tr("unknown") };
const KIND_NAMES = { message: tr("message"), pingback: tr("pingback"), trackback: tr("trackback"), service: tr("service notice"),
  repost: tr("repost"), placeholder: tr("placeholder") };
const nameIn = (names, value) => (Object.hasOwn(names, value) ? names[value] : tame(value));

const inEnglish = (label) => label.replaceAll("_", "-"); // in files that others read
