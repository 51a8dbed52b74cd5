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
 * @param {string} className
 * @param {() => void} onClick
 */
export function button(title, className, onClick) {
  const element = el("button", { type: "button", class: className }, title);
  element.addEventListener("click", onClick);
  return element;
}

/**
 * Has something said by screen readers (shell.js).
 *
 * @param {HTMLElement} from on the page
 * @param {string} text
 */
export function announce(from, text) {
  from.dispatchEvent(new CustomEvent("announce", { bubbles: true, detail: text }));
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it reached the clipboard
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/**
 * For pages outside https and for web views without the clipboard interface.
 *
 * @param {string} text
 */
function copyBySelection(text) {
  const before = document.activeElement;
  const field = el("textarea", { class: "visually-hidden", "aria-hidden": "true", readonly: "" }, text);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}
