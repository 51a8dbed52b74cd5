/** Holds the token: opens a session when there is none, replaces one the server has given up. */

import { asApiError } from "./api.js";

/** @typedef {import("./api.js").ChatApi} ChatApi */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {{token: string, until: number, campaign: string | null}} Session */

export const SESSION_KEY = "session";

export class SessionKeeper {
  #api;
  #store;
  #campaign;
  #onReplaced;
  /** @type {Promise<string> | null} */
  #opening = null;
  /** Whether this page has already talked under some session. */
  #used = false;

  /**
   * @param {object} parts
   * @param {ChatApi} parts.api
   * @param {Store} parts.store
   * @param {string | null} parts.campaign scene of the poster or code the customer came from
   * @param {() => void} parts.onReplaced a new session took the place of one used on this page
   */
  constructor({ api, store, campaign, onReplaced }) {
    this.#api = api;
    this.#store = store;
    this.#campaign = campaign;
    this.#onReplaced = onReplaced;
    this.#dropOutdated();
  }

  /** @returns {boolean} whether a session is at hand without asking the server */
  get open() {
    return this.#stored() !== null;
  }

  /**
   * Runs a call under the session; if the server no longer knows it, once more under a new one.
   *
   * @template T
   * @param {(token: string) => Promise<T>} call
   * @returns {Promise<T>}
   */
  async run(call) {
    const token = await this.#token();
    try {
      return await call(token);
    } catch (error) {
      if (!asApiError(error).sessionLost) throw error;
      this.#forget(token);
      return call(await this.#token());
    }
  }

  /** Ends the session; whatever the server says, this device forgets it. */
  async end() {
    const session = this.#stored();
    this.#store.remove(SESSION_KEY);
    this.#used = false;
    if (session) await this.#api.endSession(session.token).catch(() => {});
  }

  async #token() {
    const token = this.#stored()?.token ?? (await this.#openOnce());
    this.#used = true;
    return token;
  }

  #openOnce() {
    this.#opening ??= this.#openNew().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #openNew() {
    const opened = await this.#request();
    this.#store.set(SESSION_KEY, { ...opened, campaign: this.#campaign });
    if (this.#used) this.#onReplaced();
    return opened.token;
  }

  /** A campaign that is over must not keep the customer out. */
  async #request() {
    try {
      return await this.#api.openSession(this.#campaign);
    } catch (error) {
      if (!this.#campaign || asApiError(error).passing) throw error;
      return this.#api.openSession(null);
    }
  }

  /** @returns {Session | null} read each time: another tab may have replaced it */
  #stored() {
    return this.#store.get(SESSION_KEY);
  }

  /** @param {string} token */
  #forget(token) {
    if (this.#stored()?.token === token) this.#store.remove(SESSION_KEY);
  }

  /** Later on the page only the server judges whether a token still holds. */
  #dropOutdated() {
    const session = this.#stored();
    if (!session) return;
    const otherCampaign = this.#campaign !== null && this.#campaign !== session.campaign;
    if (otherCampaign || !(session.until > Date.now())) this.#store.remove(SESSION_KEY);
  }
}
