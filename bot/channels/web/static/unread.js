/** Counts what arrives while nobody looks: in the title of the page and on the widget's button. */

/** @typedef {import("./store.js").Store} Store */

const KEY = "seen";

export class Unread {
  #store;
  #onCount;
  #title = document.title;
  #count = 0;
  #looking = true;
  /** @type {number | null} cursor of the newest message; null before the first conversation */
  #newest;

  /**
   * @param {Store} store remembers on this device how far the customer has read
   * @param {(count: number) => void} onCount
   */
  constructor(store, onCount) {
    this.#store = store;
    this.#onCount = onCount;
    this.#newest = store.get(KEY);
  }

  /** @param {boolean} looking whether the customer sees this page now */
  look(looking) {
    this.#looking = looking;
    if (looking) this.#settle();
  }

  /**
   * @param {HTMLElement[]} added messages that have come onto the page
   * @param {boolean} history they may have been read on an earlier visit
   * @returns {HTMLElement | undefined} the first that the customer has not had before their eyes
   */
  take(added, history) {
    const seen = history ? (this.#newest ?? Infinity) : 0;
    const unseen = added.filter(({ dataset }) => dataset.from !== "customer" && cursor(dataset) > seen);
    this.#newest = Math.max(this.#newest ?? 0, ...added.map(({ dataset }) => cursor(dataset)));
    if (this.#looking) this.#settle();
    else this.#show(this.#count + unseen.length);
    return history || !this.#looking ? unseen[0] : undefined;
  }

  #settle() {
    if (this.#newest !== null) this.#store.set(KEY, this.#newest);
    this.#show(0);
  }

  /** @param {number} count */
  #show(count) {
    if (count === this.#count) return;
    this.#count = count;
    document.title = count > 0 ? `(${count}) ${this.#title}` : this.#title;
    this.#onCount(count);
  }
}

/** @param {DOMStringMap} dataset */
function cursor({ cursor: text }) {
  return Number(text ?? 0);
}
