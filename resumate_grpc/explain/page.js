"use strict";
(() => {
  const shown = (element) => (element.dataset.v || "").split(" ").filter(Boolean);
  const bearers = new Map();
  for (const element of document.querySelectorAll("[data-v]")) {
    for (const value of shown(element)) {
      if (!bearers.has(value)) bearers.set(value, []);
      bearers.get(value).push(element);
    }
  }
  let hot = [];
  let pinned = null;
  const light = (value) => {
    for (const element of hot) element.classList.remove("hot");
    hot = value === null ? [] : bearers.get(value) || [];
    for (const element of hot) element.classList.add("hot");
  };
  // Of several values at one place (a bullet point within a description) the shortest is meant: it is numbered last.
  const valueAt = (target) => {
    const element = target instanceof Element ? target.closest("[data-v]") : null;
    return element ? shown(element).at(-1) : null;
  };
  const show = (value, from) => {
    for (const where of ["main", "aside .read"]) {
      const area = document.querySelector(where);
      if (area.contains(from)) continue;
      const element = bearers.get(value).find((each) => area.contains(each));
      if (element) element.scrollIntoView({ block: "center", behavior: "smooth" });
    }
  };
  document.addEventListener("pointerover", (event) => light(valueAt(event.target) ?? pinned));
  document.addEventListener("click", (event) => {
    const value = valueAt(event.target);
    pinned = value === pinned ? null : value;
    light(pinned);
    if (pinned !== null) show(pinned, event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && valueAt(event.target) !== null) event.target.click();
  });
  for (const box of document.querySelectorAll(".switches input")) {
    const apply = () => document.body.classList.toggle(`hide-${box.name}`, !box.checked);
    box.addEventListener("change", apply);
    apply();
  }
})();
