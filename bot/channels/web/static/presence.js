/** Whether the customer is looking, and who is to hear of what goes on while they do not. */

import { Host } from "./host.js";
import { Unread } from "./unread.js";

/** @typedef {import("./outbox.js").Item} Item */
/** @typedef {import("./store.js").Store} Store */

const INPUT_METHOD = 229;

export class Presence {
  #leave;
  #onLook;
  #host;
  #unread;
  /** In the widget's frame: whether its window is open. */
  #shown;

  /**
   * @param {object} parts
   * @param {string} parts.address of the page
   * @param {Store} parts.store
   * @param {HTMLElement} parts.leave the button that closes the widget's window
   * @param {(looking: boolean) => void} parts.onLook
   * @param {() => void} parts.onEnter the widget's window was opened
   * @param {(text: string) => void} parts.onSend the bank's page says something for the customer
   */
  constructor({ address, store, leave, onLook, onEnter, onSend }) {
    this.#leave = leave;
    this.#onLook = onLook;
    this.#host = new Host(address, { onShown: (shown) => this.#onShown(shown, onEnter), onSend });
    this.#unread = new Unread(store, (count) => this.#host.tell({ xiaobao: "unread", count }));
    this.#shown = !this.#host.there;
  }

  /** In a frame the page was only loaded because there is, or was, something to talk about. */
  get framed() {
    return this.#host.there;
  }

  /** @param {AbortSignal} signal removes the listeners */
  listen(signal) {
    const look = () => this.#look();
    document.addEventListener("visibilitychange", look, { signal });
    addEventListener("pageshow", look, { signal });
    this.#leave.hidden = !this.framed;
    this.#leave.addEventListener("click", () => this.#close(), { signal });
    document.addEventListener("keydown", (event) => isWayOut(event) && this.#close(), { signal });
    this.#host.listen(signal);
    look();
  }

  /**
   * @param {HTMLElement[]} added messages that have come onto the page
   * @param {boolean} history
   * @returns {HTMLElement | undefined} the first that the customer has not had before their eyes
   */
  take(added, history) {
    for (const { dataset } of history ? [] : added) {
      if (dataset.from !== "customer") this.#host.tell({ xiaobao: "received", from: dataset.from });
    }
    return this.#unread.take(added, history);
  }

  /** @param {Item} item on its way to the server */
  sent({ choice }) {
    this.#host.tell({ xiaobao: "sent", choice: choice !== undefined });
  }

  #close() {
    this.#host.tell({ xiaobao: "close" });
  }

  /**
   * @param {boolean} shown
   * @param {() => void} onEnter
   */
  #onShown(shown, onEnter) {
    this.#shown = shown;
    this.#look();
    if (shown) onEnter();
  }

  #look() {
    const looking = this.#shown && document.visibilityState === "visible";
    this.#unread.look(looking);
    this.#onLook(looking);
  }
}

/**
 * Esc closes the widget's window, but not while it closes a dialog or an input method's list.
 *
 * @param {KeyboardEvent} event
 */
function isWayOut({ key, isComposing, keyCode, target }) {
  if (key !== "Escape" || isComposing || keyCode === INPUT_METHOD) return false;
  return !(target instanceof Element && target.closest("dialog"));
}
