/**
 * What must survive a reload: the session, the messages not yet delivered, the draft.
 * Where the browser forbids localStorage, the same lives in memory for the life of the page.
 */

const PREFIX = "xiaobao.";

export class Store {
  #storage;

  /** @param {Storage | MemoryStorage} [storage] */
  constructor(storage = openStorage()) {
    this.#storage = storage;
  }

  /**
   * @param {string} key
   * @returns {any} the stored value, or null
   */
  get(key) {
    try {
      return JSON.parse(this.#storage.getItem(PREFIX + key) ?? "null");
    } catch {
      return null;
    }
  }

  /**
   * @param {string} key
   * @param {unknown} value JSON
   */
  set(key, value) {
    try {
      this.#storage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
      // The browser's quota is used up: the page goes on from memory.
    }
  }

  /** @param {string} key */
  remove(key) {
    this.#storage.removeItem(PREFIX + key);
  }

  /**
   * @param {string} start first part of the key
   * @returns {any[]} the values whose key starts so
   */
  all(start) {
    const keys = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index));
    return keys
      .filter((key) => key?.startsWith(PREFIX + start))
      .map((key) => this.get(String(key).slice(PREFIX.length)))
      .filter((value) => value !== null);
  }

  /**
   * @param {StorageEvent} event
   * @param {string} key
   */
  static concerns(event, key) {
    return event.key === PREFIX + key;
  }
}

/** The part of the Storage interface this page uses, in memory. */
export class MemoryStorage {
  /** @type {Map<string, string>} */
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  /** @param {number} index */
  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  /** @param {string} key */
  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    this.#items.set(key, value);
  }

  /** @param {string} key */
  removeItem(key) {
    this.#items.delete(key);
  }
}

/** Reading `localStorage` itself throws where storage is blocked, and writing where it is full. */
function openStorage() {
  try {
    const probe = `${PREFIX}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return new MemoryStorage();
  }
}
