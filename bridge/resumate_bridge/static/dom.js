/**
 * Building the page. Text goes in as text, never as markup: what a résumé says cannot become part of the page.
 * @module
 */

/**
 * Make an element.
 * @param {string} tag with classes, such as `button.quiet`
 * @param {Record<string, unknown>} [attributes] attributes; `onclick` and the like are listeners; null and false are left out
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  return filled((name) => document.createElement(name), tag, attributes, children);
}

/** Make an element of a drawing; as `el`. @returns {SVGElement} */
export function svg(tag, attributes = {}, ...children) {
  return filled((name) => document.createElementNS("http://www.w3.org/2000/svg", name), tag, attributes, children);
}

function filled(make, tag, attributes, children) {
  const [name, ...classes] = tag.split(".");
  const element = make(name);
  if (classes.length) element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** Say something to those who listen rather than look. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/**
 * A bar from 0 to 100.
 * @param {string} label for those who listen
 * @returns {{node: HTMLElement, set: (percent: number, text?: string) => void}}
 */
export function bar(label) {
  const fill = el("span.fill");
  const node = el("div.track", { role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100 }, fill);
  return {
    node,
    set(percent, text) {
      fill.style.inlineSize = `${percent}%`;
      node.setAttribute("aria-valuenow", percent);
      if (text) node.setAttribute("aria-valuetext", text);
    },
  };
}
