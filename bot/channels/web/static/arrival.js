/** The code of a campaign the customer came by, from a poster or a card: counted once a day. */

/** @typedef {import("./store.js").Store} Store */

/** What the conversation shows for it: the server's own words (bot/channels/texts.py). */
export const ARRIVED = "［打开活动页］";

const KEY = "arrival";
const SCENE = /^[a-z0-9][a-z0-9-]{0,63}$/;
const CHINA = 8 * 60 * 60 * 1000;

export class Arrival {
  #store;
  /** @type {string | null} */
  #scene;

  /**
   * @param {string} address of the page: `?campaign=<scene>`
   * @param {Store} store remembers for this device what it came by last
   */
  constructor(address, store) {
    this.#store = store;
    const scene = new URL(address).searchParams.get("campaign") ?? "";
    this.#scene = SCENE.test(scene) ? scene : null;
  }

  /**
   * A reload or a second tab is no new arrival; the same code on another day, or another code, is.
   *
   * @returns {string | null} the scene, once
   */
  take() {
    const scene = this.#scene;
    this.#scene = null;
    const day = new Date(Date.now() + CHINA).toISOString().slice(0, 10);
    const last = this.#store.get(KEY);
    if (!scene || (last?.scene === scene && last.day === day)) return null;
    this.#store.set(KEY, { scene, day });
    return scene;
  }
}
