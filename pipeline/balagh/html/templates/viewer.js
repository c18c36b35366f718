"use strict";
// What both the tagged document and the local page do: stripes, filters, the box that explains a sentence.
// Text comes into the page through textContent only, so that nothing in it can become markup.

const LEVELS = 5;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// The same steps as balagh.html.highlight.shade_level takes.
function shadeLevel(weight, full) {
  if (full <= 0) return 0;
  const level = Math.min(Math.floor((LEVELS * Math.abs(weight)) / full + 0.5), LEVELS);
  return weight > 0 ? level : -level;
}

function signed(number, digits) {
  return (number < 0 ? "−" : "+") + Math.abs(number).toFixed(digits);
}

// As balagh.html.highlight.direction: the first letter alone would not do.
function direction(text) {
  return /\p{L}/u.test(text) && !/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text) ? "ltr" : "rtl";
}

function shadedWords(words) {
  const full = Math.max(0, ...words.map(([, weight]) => Math.abs(weight)));
  const line = make("p", { class: "sentence-text", lang: "ar", dir: direction(words.map(([text]) => text).join(" ")) });
  words.forEach(([text, weight], i) => {
    const level = shadeLevel(weight, full);
    const shade = level > 0 ? `word up${level}` : `word down${-level}`;
    if (i) line.append(" ");
    line.append(level ? make("span", { class: shade, title: signed(weight, 2), text }) : text);
  });
  return line;
}

function stripe(element, labels) {
  const kept = [...element.classList].filter((name) => !/^(tint|high|at)-/.test(name));
  if (labels.length) {
    kept.push(`tint-${labels[0]}`, `high-${labels.length}`);
    labels.forEach((label, slot) => kept.push(`at-${slot}-${label}`));
  }
  element.className = kept.join(" ");
}

function labelsOf(element) {
  return element.dataset.labels.split(" ").filter(Boolean).map(Number);
}

function applyFilters() {
  const boxes = [...document.querySelectorAll("#filters input[value]")];
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const hide = document.getElementById("hide").checked;
  document.getElementById("text").classList.toggle("hide-rest", hide);
  for (const sentence of document.querySelectorAll("#text .sentence")) {
    const labels = labelsOf(sentence);
    const visible = labels.filter((label) => wanted.has(String(label)));
    const matches = labels.length ? visible.length > 0 : wanted.has("none");
    stripe(sentence, visible);
    sentence.classList.toggle("off", !matches);
    sentence.hidden = hide && !matches;
  }
}

function bar(probability, threshold, label) {
  const fill = make("div", { class: "fill" });
  fill.style.inlineSize = `${100 * probability}%`;
  fill.style.setProperty("--fill", `var(--label-${label})`);
  const mark = make("div", { class: "threshold" });
  mark.style.insetInlineStart = `${100 * threshold}%`;
  return make("div", { class: "bar", "aria-hidden": "true" }, fill, mark);
}

function scoreTable(labels, sentence) {
  const head = make("tr", {}, ...["label", "", "p", "needs"].map((text) => make("th", text ? { scope: "col", text } : {})));
  const rows = labels.map((label, i) => {
    const given = sentence.labels.includes(i);
    const name = make("th", { scope: "row" }, make("span", { class: `chip chip-${i}`, text: label.english }));
    if (given) name.append(make("span", { class: "hidden", text: " (given)" }));
    const probability = sentence.probabilities[i];
    return make(
      "tr",
      { class: given ? "given" : "" },
      name,
      make("td", {}, bar(probability, label.threshold, i)),
      make("td", { class: "number", text: probability.toFixed(2) }),
      make("td", { class: "number muted", text: label.threshold.toFixed(2) }),
    );
  });
  return make("table", { class: "scores" }, make("thead", {}, head), make("tbody", {}, ...rows));
}

// As balagh.explain.Feature.shown: a tatweel stands where the word of an n-gram goes on.
function shownFeature({ block, name }) {
  if (block !== "ngrams") return name;
  return (name.startsWith(" ") ? "" : "ـ") + name.trim() + (name.endsWith(" ") ? "" : "ـ");
}

function featureTable(title, features) {
  const rows = features.map((feature) => {
    const name = make("td", { lang: "ar", dir: "rtl" }, make("bdi", { dir: "rtl", text: shownFeature(feature) }));
    if (feature.count > 1) name.append(" ", make("bdi", { dir: "ltr", text: `×${feature.count}` }));
    return make("tr", {}, make("td", { class: "number", text: signed(feature.weight, 3) }), name);
  });
  const head = make("tr", {}, make("th", { scope: "col", text: "weight" }), make("th", { scope: "col", text: title }));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

function changeLine(change, given) {
  if (!change) return make("p", { class: "note muted", text: "No run of up to six words changes this by being left out." });
  const words = make("bdi", { lang: "ar", dir: "rtl" }, make("strong", { text: change.text }));
  const verb = given ? "not be given" : "be given";
  return make("p", { class: "note" }, "Without ", words, ` it would ${verb} (p = ${change.probability.toFixed(2)}).`);
}

function explainedLabel(labels, explained, given) {
  const label = labels[explained.label];
  const arabic = make("span", { lang: "ar", dir: "rtl", text: label.arabic });
  const name = make("span", { class: `chip chip-${explained.label}`, text: label.english });
  const part = make("section", {}, make("h3", {}, name, " · ", arabic), shadedWords(explained.words));
  if ("change" in explained) part.append(changeLine(explained.change, given));
  if (explained.supporting) {
    const tables = [["for the label", explained.supporting], ["against the label", explained.opposing]];
    const features = make("div", { class: "features" }, ...tables.map(([title, found]) => featureTable(title, found)));
    part.append(make("details", {}, make("summary", { text: "Strongest features" }), features));
  }
  return part;
}

function key() {
  const words = [["for", "up4"], ["against", "down4"]].map(([text, shade]) => make("span", { class: `word ${shade}`, text }));
  return make("p", { class: "note key" }, "Words ", words[0], " and ", words[1], " the label; p must reach the mark.");
}

function showDetail(labels, sentence, number, close) {
  const box = document.getElementById("detail");
  const link = make("a", { href: `#s${number}`, text: "link", "aria-label": `Link to sentence ${number}` });
  const button = make("button", { type: "button", class: "close", text: "×", "aria-label": "Close" });
  button.addEventListener("click", close);
  const heading = make("h2", { text: `Sentence ${number}` });
  box.replaceChildren(make("div", { class: "heading" }, heading, link, button), scoreTable(labels, sentence));
  for (const explained of sentence.explained) {
    box.append(explainedLabel(labels, explained, sentence.labels.includes(explained.label)));
  }
  box.append(key());
  box.classList.remove("empty");
  box.scrollTop = 0;
}

function clearDetail() {
  const box = document.getElementById("detail");
  const hint = "Click a sentence, or move to its number with Tab and the arrow keys, to see why it has its labels.";
  box.replaceChildren(make("p", { class: "muted", text: hint }));
  box.classList.add("empty");
}

function markCurrent(sentence) {
  for (const other of document.querySelectorAll(".sentence.current")) other.classList.remove("current");
  if (sentence) sentence.classList.add("current");
}

// Arrow keys go from number to number; in right-to-left text the left arrow goes on.
function moveFocus(event) {
  const step = { ArrowDown: 1, ArrowLeft: 1, ArrowUp: -1, ArrowRight: -1 }[event.key];
  if (!step || !event.target.classList.contains("ref")) return;
  const all = [...document.querySelectorAll("#text .sentence:not([hidden]) .ref")];
  const next = all[all.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
