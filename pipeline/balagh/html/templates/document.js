{
  const data = JSON.parse(document.getElementById("data").textContent);
  const text = document.getElementById("text");
  let pinned = null;
  let leaving = false;

  const sentenceAt = (target) => (target instanceof Element ? target.closest(".sentence") : null);

  const show = (sentence) => {
    const number = Number(sentence.id.slice(1));
    markCurrent(sentence);
    showDetail(data.labels, data.sentences[number - 1], number, leave);
  };

  const pin = (sentence) => {
    pinned = sentence;
    if (sentence) {
      show(sentence);
    } else {
      markCurrent(null);
      clearDetail();
    }
  };

  // The focus goes back to the sentence, which must not open again by that.
  const leave = () => {
    const ref = document.querySelector(".sentence.current .ref");
    pin(null);
    leaving = true;
    if (ref) ref.focus();
    leaving = false;
  };

  // Not mouseover: that comes too when the page scrolls under a pointer at rest, as it does after Escape.
  text.addEventListener("mousemove", (event) => {
    const sentence = sentenceAt(event.target);
    if (sentence && !pinned && !sentence.classList.contains("current")) show(sentence);
  });
  text.addEventListener("focusin", (event) => {
    const sentence = sentenceAt(event.target);
    if (sentence && !leaving) pin(sentence);
  });
  text.addEventListener("click", (event) => {
    const sentence = sentenceAt(event.target);
    // Text that is being marked to copy it is no click.
    if (sentence && !String(window.getSelection())) pin(sentence);
  });
  text.addEventListener("keydown", moveFocus);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });
  document.getElementById("filters").addEventListener("change", applyFilters);
  const follow = () => {
    const target = /^#s[0-9]+$/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : null;
    if (target) pin(target);
  };
  window.addEventListener("hashchange", follow);
  clearDetail();
  // A browser that comes back to a page keeps its boxes as they were.
  applyFilters();
  follow();
}
