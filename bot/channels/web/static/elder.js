/** Large type for weak eyes: one thing at a time, numbers before the choices, words for the icons. */

/** @typedef {import("./store.js").Store} Store */

const KEY = "elder";

export class ElderMode {
  #button;
  #store;
  #onChange;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.button the switch
   * @param {Store} parts.store remembers for this device what was switched
   * @param {string} parts.address of the page; `?elder=1` is the start where nothing was switched
   * @param {() => void} parts.onChange
   */
  constructor({ button, store, address, onChange }) {
    this.#button = button;
    this.#store = store;
    this.#onChange = onChange;
    this.#show(store.get(KEY) ?? new URL(address).searchParams.get("elder") === "1");
  }

  get on() {
    return "elder" in document.documentElement.dataset;
  }

  /** @param {AbortSignal} signal removes the listeners */
  listen(signal) {
    this.#button.addEventListener("click", () => this.#toggle(), { signal });
  }

  #toggle() {
    this.#store.set(KEY, !this.on);
    this.#show(!this.on);
    this.#onChange();
  }

  /** @param {boolean} on */
  #show(on) {
    document.documentElement.toggleAttribute("data-elder", on);
    this.#button.setAttribute("aria-pressed", String(on));
  }
}

/** 「2」「２」「②」「2.」「第二个」, after Unicode's compatibility forms have become plain ones. */
const NUMBER = /^第?(\d{1,2}|[一二三四五六七八九十])[个项条]?[.。、)]?$/;
const NUMERALS = "一二三四五六七八九十";

/**
 * The choice a typed number means; the same reading as where choices have nothing but numbers.
 *
 * @template T
 * @param {string} text
 * @param {T[]} choices in the order of their numbers, from 1
 * @returns {T | undefined}
 */
export function numbered(text, choices) {
  const [, number] = NUMBER.exec(text.normalize("NFKC").trim()) ?? [];
  if (!number) return undefined;
  return choices[(NUMERALS.indexOf(number) + 1 || Number(number)) - 1];
}

/** Of a long talk only the last exchange is open; what was said before waits behind a button. */
export class Fold {
  #log;
  #button;
  #active = false;
  /** @type {Element | null} the last thing the customer said when they looked further back */
  #opened = null;

  /**
   * @param {HTMLElement} log
   * @param {HTMLElement} button opens what is folded
   */
  constructor(log, button) {
    this.#log = log;
    this.#button = button;
  }

  /**
   * @param {() => void} onOpen
   * @param {AbortSignal} signal removes the listeners
   */
  listen(onOpen, signal) {
    const open = () => {
      this.#opened = this.#last();
      this.settle(this.#active);
      onOpen();
    };
    this.#button.addEventListener("click", open, { signal });
  }

  /**
   * The conversation has changed, or the mode has.
   *
   * @param {boolean} active
   */
  settle(active) {
    this.#active = active;
    const rows = [...this.#log.children];
    const last = this.#last();
    const folding = active && last !== null && last !== this.#opened;
    const kept = folding ? rows.indexOf(last) : 0;
    rows.forEach((row, index) => row.toggleAttribute("hidden", index < kept));
    this.#button.hidden = kept === 0;
  }

  #last() {
    const own = this.#log.querySelectorAll(":scope > [data-from=customer]");
    return own.length > 0 ? own[own.length - 1] : this.#log.lastElementChild;
  }
}
