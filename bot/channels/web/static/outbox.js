/**
 * Messages on their way to the server: kept on the device until the server has answered, sent one
 * after the other, tried again under the same id.
 */

import { asApiError } from "./api.js";
import { backoff, pause } from "./backoff.js";
import { randomId } from "./ids.js";

/** @typedef {import("./api.js").ApiError} ApiError */
/** @typedef {import("./api.js").Page} Page */
/** @typedef {import("./store.js").Store} Store */
/**
 * @typedef {object} Item
 * @property {string} id
 * @property {string} text
 * @property {string} [choice]
 * @property {string} [scene] of the code the customer came by
 * @property {File} [file]
 * @property {number} at
 * @property {boolean} [refused] by the server, for what it is
 * @property {boolean} [lost] its file was only on the page that is gone
 */

/**
 * @typedef {object} OutboxEvents
 * @property {(item: Item) => void} onQueued
 * @property {(item: Item, page: Page) => void} onDelivered
 * @property {(item: Item, error: ApiError | null) => void} onFailed null when left from an earlier visit
 * @property {(item: Item, error: ApiError) => void} onRetrying
 * @property {(busy: boolean) => void} onBusy a message is with the server right now
 */

const KEY = "outbox.";
/** Together 15 to 30 seconds: longer than a restart of the server takes. */
const MOST_TRIES = 6;

export class Outbox {
  #store;
  #send;
  #events;
  /** @type {Item[]} */
  #queue = [];
  /** @type {Map<string, Item>} */
  #failed = new Map();
  #draining = false;
  #sending = new AbortController();
  #wake = new AbortController();

  /**
   * @param {Store} store
   * @param {(item: Item, signal: AbortSignal) => Promise<Page>} send
   * @param {OutboxEvents} events
   */
  constructor(store, send, events) {
    this.#store = store;
    this.#send = send;
    this.#events = events;
  }

  /**
   * @param {string} text
   * @param {string} [choice]
   */
  add(text, choice) {
    this.#enqueue({ id: randomId(), text, choice, at: Date.now() });
  }

  /**
   * @param {string} scene
   * @param {string} text what the conversation shows for it
   */
  addArrival(scene, text) {
    this.#enqueue({ id: randomId(), text, scene, at: Date.now() });
  }

  /**
   * @param {File} file
   * @param {string} text what the conversation shows in its place
   */
  addFile(file, text) {
    this.#enqueue({ id: randomId(), text, file, at: Date.now() });
  }

  /**
   * Takes up what an earlier visit left.
   *
   * @param {boolean} resend false: show it, and leave the sending to the customer
   */
  restore(resend) {
    const items = /** @type {Item[]} */ (this.#store.all(KEY)).sort((a, b) => a.at - b.at);
    for (const item of items) {
      if (!resend) delete item.choice;
      if ((resend || item.scene) && !item.refused && !item.lost) this.#enqueue(item);
      else this.#fail(item, null);
    }
  }

  /**
   * The same id again; a message the server refused becomes a new one, as plain text.
   *
   * @param {string} id
   * @returns {boolean} whether a new message took the place of the old one
   */
  retry(id) {
    const item = this.#failed.get(id);
    if (!item) return false;
    this.#failed.delete(id);
    if (!item.refused || item.scene) {
      this.#enqueue(item);
      return false;
    }
    this.drop(id);
    this.add(item.text);
    return true;
  }

  /** @param {string} id */
  drop(id) {
    this.#failed.delete(id);
    this.#store.remove(KEY + id);
  }

  /**
   * Takes back what has not arrived, and breaks off what is on its way.
   *
   * @param {string} id
   */
  cancel(id) {
    const underWay = this.#queue[0]?.id === id;
    this.#queue = this.#queue.filter((item) => item.id !== id);
    this.drop(id);
    if (underWay) this.#breakOff();
  }

  /**
   * The conversation shows that the server has a message after all: nothing is left to send again.
   *
   * @param {string} id
   * @param {boolean} answered false: it came, but only a lost file cannot be sent again for its answer
   * @returns {boolean} whether it had failed here
   */
  settle(id, answered) {
    const item = this.#failed.get(id);
    if (!item || !(answered || item.lost)) return false;
    this.drop(id);
    return true;
  }

  /** Button tokens belong to one session; in another one the button's words must do. */
  spellOutChoices() {
    for (const item of [...this.#queue, ...this.#failed.values()]) {
      delete item.choice;
      this.#keep(item);
    }
  }

  /** The network is back: do not sit out the wait. */
  hurry() {
    this.#wake.abort();
  }

  /** Forgets everything, also what is on its way. */
  clear() {
    this.#queue = [];
    this.#failed.clear();
    for (const item of this.#store.all(KEY)) this.#store.remove(KEY + item.id);
    this.#breakOff();
  }

  #breakOff() {
    this.#sending.abort();
    this.#wake.abort();
  }

  /** @param {Item} item */
  #enqueue(item) {
    this.#queue.push(item);
    this.#keep(item);
    this.#events.onQueued(item);
    this.#drain();
  }

  /**
   * One key per message: two tabs never overwrite each other's.
   *
   * @param {Item} item
   */
  #keep({ file, ...item }) {
    this.#store.set(KEY + item.id, file ? { ...item, lost: true } : item);
  }

  async #drain() {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#queue.length > 0) {
      const item = this.#queue[0];
      this.#sending = new AbortController();
      await this.#deliver(item, this.#sending.signal);
      if (this.#queue[0] === item) this.#queue.shift();
    }
    this.#draining = false;
  }

  /**
   * @param {Item} item
   * @param {AbortSignal} stop
   */
  async #deliver(item, stop) {
    for (let tries = 1; !stop.aborted; tries += 1) {
      try {
        const page = await this.#attempt(item, stop);
        if (!stop.aborted) this.#delivered(item, page);
        return;
      } catch (caught) {
        if (stop.aborted) return;
        const error = asApiError(caught);
        if (!error.passing || tries >= MOST_TRIES) return this.#fail(item, error);
        this.#events.onRetrying(item, error);
        await this.#wait(tries, error);
      }
    }
  }

  /**
   * @param {Item} item
   * @param {AbortSignal} stop
   */
  async #attempt(item, stop) {
    if (!item.file) this.#events.onBusy(true); // of a file only when all of it has been sent
    try {
      return await this.#send(item, stop);
    } finally {
      this.#events.onBusy(false);
    }
  }

  /**
   * @param {number} tries
   * @param {ApiError} error
   */
  async #wait(tries, error) {
    this.#wake = new AbortController();
    await pause(backoff(tries, error.retryAfter), this.#wake.signal);
  }

  /**
   * @param {Item} item
   * @param {Page} page
   */
  #delivered(item, page) {
    this.#store.remove(KEY + item.id);
    this.#events.onDelivered(item, page);
  }

  /**
   * @param {Item} item
   * @param {ApiError | null} error
   */
  #fail(item, error) {
    if (error && !error.passing && !error.sessionLost) item.refused = true;
    this.#failed.set(item.id, item);
    this.#keep(item);
    this.#events.onFailed(item, error);
  }
}
