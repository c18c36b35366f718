"use strict";
(() => {
  const items = [...document.querySelectorAll(".errors li[data-kind]")];
  const count = document.getElementById("count");
  const selects = { label: "by-label", kind: "by-kind", genre: "by-genre" };
  const update = () => {
    let shown = 0;
    for (const item of items) {
      const fits = Object.entries(selects).every(([name, id]) => {
        const select = document.getElementById(id);
        return !select || select.value === "" || select.value === item.dataset[name];
      });
      item.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${items.length} shown`;
  };
  for (const id of Object.values(selects)) document.getElementById(id)?.addEventListener("change", update);
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  update();
})();
