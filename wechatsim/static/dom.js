/** Small helpers around the document. All text goes in as text, never as markup. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * @param {string} title
 * @param {() => void} onClick
 */
export function button(title, onClick) {
  const element = el("button", { type: "button" }, title);
  element.addEventListener("click", onClick);
  return element;
}

/** @param {string} id */
export function byId(id) {
  return /** @type {any} */ (document.getElementById(id));
}

/** Redraws only what changed, so that focus and open menus stay. */
export class Redraw {
  #last = "";

  /**
   * @param {unknown} data JSON
   * @returns {boolean} whether it differs from the last time
   */
  needed(data) {
    const now = JSON.stringify(data);
    const changed = now !== this.#last;
    this.#last = now;
    return changed;
  }
}
