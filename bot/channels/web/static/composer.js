/** The input line: grows with the text, sends by Enter, counts near the limit, keeps the draft. */

/** @typedef {import("./store.js").Store} Store */

const LIMIT = 2000;
const COUNT_FROM = 1800;
const DRAFT = "draft";
/** What keyCode says while an input method has the key (Safari ends the composition too early). */
const INPUT_METHOD = 229;

export class Composer {
  #input;
  #send;
  #counter;
  #store;
  #onSubmit;

  /**
   * @param {object} parts
   * @param {HTMLTextAreaElement} parts.input
   * @param {HTMLButtonElement} parts.send
   * @param {HTMLElement} parts.counter
   * @param {Store} parts.store
   * @param {(text: string) => void} parts.onSubmit
   */
  constructor({ input, send, counter, store, onSubmit }) {
    this.#input = input;
    this.#send = send;
    this.#counter = counter;
    this.#store = store;
    this.#onSubmit = onSubmit;
  }

  /** @param {AbortSignal} signal removes the listeners */
  listen(signal) {
    this.#input.addEventListener("input", () => this.#changed(), { signal });
    this.#input.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#send.addEventListener("click", () => this.#submit(), { signal });
    // Otherwise the on-screen keyboard folds away when the button takes the focus.
    this.#send.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.#fill(this.#input.value || this.#store.get(DRAFT) || "");
  }

  clear() {
    this.#fill("");
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const composing = event.isComposing || event.keyCode === INPUT_METHOD;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#input.value.trim();
    if (this.#send.disabled || !text) return;
    this.clear();
    this.focus();
    this.#onSubmit(text);
  }

  /** @param {string} text */
  #fill(text) {
    this.#input.value = text;
    this.#changed();
  }

  #changed() {
    const text = this.#input.value;
    if (text) this.#store.set(DRAFT, text);
    else this.#store.remove(DRAFT);
    // The server counts characters, not the halves JavaScript counts for rare ones.
    const length = [...text.trim()].length;
    this.#send.disabled = length === 0 || length > LIMIT;
    this.#count(length);
    this.#grow();
  }

  /** @param {number} length */
  #count(length) {
    const over = length - LIMIT;
    this.#counter.classList.toggle("over", over > 0);
    this.#counter.setAttribute("aria-live", over > 0 ? "polite" : "off");
    this.#input.setAttribute("aria-invalid", String(over > 0));
    if (over > 0) this.#counter.textContent = `超出 ${over} 字，请分几次发送`;
    else this.#counter.textContent = length >= COUNT_FROM ? `${length}/${LIMIT}` : "";
  }

  /** The style sheet sets the highest the field may become. */
  #grow() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }
}
