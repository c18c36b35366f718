// The labels that a reader has set right, and their download.
// Lines have the form of the labelled data: doc, issuer, genre, year, text, labels, primary.

const corrections = new Map();

function correctedLabels(number, predicted) {
  return corrections.has(number) ? corrections.get(number).labels : predicted;
}

function correctionLines(labels, sentences, source) {
  return [...corrections.keys()].sort((a, b) => a - b).map((number) => {
    const chosen = corrections.get(number).labels;
    const names = [...chosen].sort((a, b) => a - b).map((i) => labels[i].name);
    const primary = chosen.length ? labels[chosen[0]].name : "none";
    return JSON.stringify({ ...source, text: sentences[number - 1].text, labels: names, primary });
  });
}

function download(name, lines) {
  const file = new Blob(lines.map((line) => `${line}\n`), { type: "application/jsonl" });
  const address = URL.createObjectURL(file);
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // Later, since the browser reads it after this function has ended.
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// The first label of a list is the primary one, here as everywhere.
function correctionBox(labels, number, predicted, changed) {
  const box = make("fieldset", { class: "right" }, make("legend", { text: "Right labels" }));
  const current = correctedLabels(number, predicted);
  const boxes = labels.map((label, i) => {
    const tick = make("input", { type: "checkbox", value: String(i) });
    tick.checked = current.includes(i);
    box.append(make("label", {}, tick, make("span", { class: `chip chip-${i}`, text: label.english })));
    return tick;
  });
  const main = make("select", {});
  const mainLabel = make("label", {}, "Main point", main);
  const done = make("input", { type: "checkbox" });
  done.checked = corrections.has(number);
  box.append(mainLabel, make("label", { class: "checked" }, done, "I have checked this sentence"));

  const offerMain = (chosen) => {
    main.replaceChildren(...chosen.map((i) => make("option", { value: String(i), text: labels[i].english })));
    mainLabel.hidden = chosen.length < 2;
  };
  const keep = () => {
    const ticked = boxes.filter((tick) => tick.checked).map((tick) => Number(tick.value));
    const wanted = main.value === "" ? -1 : Number(main.value);
    const first = ticked.includes(wanted) ? wanted : ticked[0];
    const chosen = ticked.length ? [first, ...ticked.filter((i) => i !== first)] : [];
    corrections.set(number, { labels: chosen });
    done.checked = true;
    offerMain(chosen);
    changed(chosen);
  };
  offerMain(current);
  box.addEventListener("change", (event) => {
    if (event.target !== done || done.checked) return keep();
    corrections.delete(number);
    boxes.forEach((tick, i) => (tick.checked = predicted.includes(i)));
    offerMain(predicted);
    return changed(predicted);
  });
  return box;
}
