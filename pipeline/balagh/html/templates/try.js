{
  const { labels } = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const source = byId("source");
  const text = byId("text");
  const BREAKS = /[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+/;
  const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  const TYPES = { txt: "text/plain", html: "text/html", htm: "text/html" };
  TYPES.docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  let sentences = [];
  let asked = 0;
  let leaving = false;

  const say = (message, wrong = false) => {
    byId("status").textContent = message;
    byId("status").classList.toggle("wrong", wrong);
  };

  const post = async (path, body, type) => {
    let response;
    try {
      response = await fetch(path, { method: "POST", headers: { "Content-Type": type }, body });
    } catch {
      throw new Error("The server does not answer. Is `balagh serve` still running?");
    }
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  };
  const postJson = (path, value) => post(path, JSON.stringify(value), "application/json");

  const numbered = (names, primary) =>
    names.map((name) => labels.findIndex((label) => label.name === name)).sort((a, b) => (labels[b].name === primary) - (labels[a].name === primary));

  const nameOf = (number, chosen) => `Sentence ${number}: ${chosen.map((i) => labels[i].english).join(", ") || "none"}`;

  const dress = (element, number, chosen) => {
    element.dataset.labels = chosen.join(" ");
    element.querySelector(".ref").setAttribute("aria-label", nameOf(number, chosen));
    stripe(element, chosen);
  };

  const build = (sentence, number) => {
    const words = make("span", { class: "words", dir: direction(sentence.text), text: sentence.text });
    const ref = make("a", { class: "ref", href: `#s${number}`, text: String(number) });
    const element = make("span", { class: "sentence", id: `s${number}` }, words, ref);
    dress(element, number, sentence.predicted);
    return element;
  };

  // Offsets count code points, and strings of JavaScript do not.
  const buildText = (raw) => {
    const points = Array.from(raw);
    const lines = [];
    let line = [];
    const gap = (start, end) => {
      points.slice(start, end).join("").split(BREAKS).forEach((part, i) => {
        if (i && line.length) {
          lines.push(line);
          line = [];
        }
        if (part && (line.length || part.trim())) line.push(make("bdi", { class: "gap", text: part }));
      });
    };
    let done = 0;
    sentences.forEach((sentence, i) => {
      gap(done, sentence.start);
      line.push(build(sentence, i + 1));
      done = sentence.end;
    });
    gap(done, points.length);
    if (line.length) lines.push(line);
    text.replaceChildren(...lines.map((parts) => make("p", {}, ...parts)));
  };

  const count = () => {
    const chosen = sentences.map((sentence, i) => correctedLabels(i + 1, sentence.predicted));
    labels.forEach((_, i) => (byId(`count-${i}`).textContent = chosen.filter((found) => found.includes(i)).length));
    byId("count-none").textContent = chosen.filter((found) => !found.length).length;
    const n = corrections.size;
    byId("download").textContent = `Download ${n} ${n === 1 ? "sentence" : "sentences"}`;
    byId("download").disabled = n === 0;
  };

  const close = () => {
    asked += 1;
    markCurrent(null);
    clearDetail();
  };

  // The focus goes back to the sentence, which must not open again by that.
  const leave = () => {
    const ref = document.querySelector(".sentence.current .ref");
    close();
    leaving = true;
    if (ref) ref.focus();
    leaving = false;
  };

  const open = async (element, { enter = false } = {}) => {
    const number = Number(element.id.slice(1));
    const sentence = sentences[number - 1];
    const mine = ++asked;
    markCurrent(element);
    if (!sentence.explained) {
      try {
        const answer = await postJson("/explain", { text: sentence.text });
        const all = answer.explanations.map((one, i) => ({ ...one, label: i, words: one.words.map((w) => [w.text, w.weight]) }));
        // Without a label, the one that came nearest.
        const nearest = Math.max(...all.map((one) => one.probability - one.threshold));
        sentence.explained = sentence.predicted.length
          ? sentence.predicted.map((i) => all[i])
          : all.filter((one) => one.probability - one.threshold === nearest).slice(0, 1);
      } catch (error) {
        return say(error.message, true);
      }
    }
    if (mine !== asked) return undefined;
    const shown = { labels: sentence.predicted, probabilities: sentence.probabilities, explained: sentence.explained };
    showDetail(labels, shown, number, leave);
    const changed = (chosen) => {
      dress(element, number, chosen);
      element.classList.toggle("checked", corrections.has(number));
      applyFilters();
      count();
    };
    byId("detail").querySelector(".scores").after(correctionBox(labels, number, sentence.predicted, changed));
    if (enter) byId("detail").focus();
    return undefined;
  };

  const unsaved = () => corrections.size > 0 && !window.confirm("The corrections of this text are not kept. Go on?");

  const tag = async () => {
    const raw = source.value.replace(HALVES, "\ufffd");
    if (!raw.trim()) return say("There is no text yet: paste one, or try the example.", true);
    if (unsaved()) return undefined;
    say("Tagging …");
    const begin = performance.now();
    try {
      const answer = await postJson("/tag", { text: raw });
      sentences = answer.sentences.map((one) => ({
        ...one, predicted: numbered(one.labels, one.primary), probabilities: labels.map((label) => one.scores[label.name]),
      }));
    } catch (error) {
      return say(error.message, true);
    }
    corrections.clear();
    close();
    buildText(raw);
    byId("result").hidden = false;
    applyFilters();
    count();
    // On a small screen the text would stand below the edge.
    if (text.getBoundingClientRect().top > 0.6 * window.innerHeight) byId("status").scrollIntoView();
    const n = sentences.length;
    return say(`${n} ${n === 1 ? "sentence" : "sentences"} tagged in ${Math.max(1, Math.round(performance.now() - begin))} ms.`);
  };

  const read = async (file) => {
    const type = TYPES[file.name.split(".").pop().toLowerCase()];
    if (!type) return say(`${file.name}: a file of this kind cannot be read; choose a .txt, .html or .docx file.`, true);
    try {
      const answer = await post("/read", file, type);
      source.value = answer.text;
      byId("save").elements.doc.value = file.name.replace(/\.[^.]*$/, "");
      return await tag();
    } catch (error) {
      return say(`${file.name}: ${error.message}`, true);
    }
  };

  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    tag();
  });
  source.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) tag();
  });
  byId("example").addEventListener("click", () => {
    source.value = byId("example-text").content.textContent;
    tag();
  });
  byId("file").addEventListener("change", (event) => {
    if (event.target.files[0]) read(event.target.files[0]);
    event.target.value = "";
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const [file] = event.dataTransfer.files;
    if (file) read(file);
    else if (event.dataTransfer.getData("text/plain")) source.value = event.dataTransfer.getData("text/plain");
  });

  text.addEventListener("click", (event) => {
    const element = event.target.closest(".sentence");
    if (!element || String(window.getSelection())) return;
    event.preventDefault();
    // A click without a pointer is the Enter key on the number.
    open(element, { enter: event.detail === 0 });
  });
  text.addEventListener("focusin", (event) => {
    const element = event.target.closest(".sentence");
    if (element && !leaving && !element.classList.contains("current")) open(element);
  });
  text.addEventListener("keydown", moveFocus);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });
  byId("filters").addEventListener("change", applyFilters);
  byId("save").addEventListener("submit", (event) => {
    event.preventDefault();
    const { doc, issuer, genre, year } = event.target.elements;
    const from = { doc: doc.value.trim(), issuer: issuer.value.trim(), genre: genre.value, year: Number(year.value) };
    if (!from.doc || !from.issuer) return say("Name the document and its issuer first.", true);
    download("corrections.jsonl", correctionLines(labels, sentences, from));
    return say(`${corrections.size} sentences saved as corrections.jsonl.`);
  });
  window.addEventListener("beforeunload", (event) => {
    if (corrections.size) event.preventDefault();
  });
  byId("save").elements.year.value = new Date().getFullYear();
  clearDetail();
}
