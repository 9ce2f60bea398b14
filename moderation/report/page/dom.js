// ---- making elements: every text of a comment becomes a text node, never markup -------------

const page = JSON.parse(document.getElementById("summary").textContent);
const byId = (id) => document.getElementById(id);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// A value that is a function listens, null and false leave the attribute out.
function attributes(made, given) {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  return made;
}

function element(tag, given = {}, ...children) {
  const made = attributes(document.createElement(tag), given);
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

function drawing(tag, given, ...children) {
  const made = attributes(document.createElementNS("http://www.w3.org/2000/svg", tag), given);
  made.append(...children);
  return made;
}

const button = (text, click, given = {}) => element("button", { type: "button", click, ...given }, text);

// Screen readers speak what changes here; the same sentence twice is spoken twice.
function announce(sentence) {
  const line = byId("said");
  line.textContent = line.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
