/** Holds the token: opens a session when there is none, replaces one the server has given up. */

import { asApiError } from "./api.js";
import { randomId } from "./ids.js";

/** @typedef {import("./api.js").ChatApi} ChatApi */
/** @typedef {import("./store.js").Store} Store */
/**
 * @typedef {object} Session
 * @property {string} token
 * @property {number} until in this device's clock, ms
 * @property {number} [since] when the token was issued
 * @property {string} [name] the same as long as it is the same session, whatever its token
 */

export const SESSION_KEY = "session";
const RENEW_AFTER = 24 * 60 * 60 * 1000;
const RETRY_AFTER = 10 * 60 * 1000;

/**
 * Whether another tab went over to another session, and did not just change the token.
 *
 * @param {StorageEvent} event of SESSION_KEY
 */
export function isOtherSession({ oldValue, newValue }) {
  if (!newValue) return false;
  const [before, after] = [oldValue, newValue].map((value) => JSON.parse(value ?? "{}").name);
  return !after || before !== after;
}

export class SessionKeeper {
  #api;
  #store;
  #onReplaced;
  /** @type {Promise<string> | null} */
  #opening = null;
  /** Whether this page has already talked under some session. */
  #used = false;

  /**
   * @param {object} parts
   * @param {ChatApi} parts.api
   * @param {Store} parts.store
   * @param {() => void} parts.onReplaced a new session took the place of one used on this page
   */
  constructor({ api, store, onReplaced }) {
    this.#api = api;
    this.#store = store;
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
    const session = this.#stored();
    const token = session ? await this.#fresh(session) : await this.#once(() => this.#openNew());
    this.#used = true;
    return token;
  }

  /**
   * A token is changed once a day, so that a copied one is not worth much.
   *
   * @param {Session} session
   * @returns {Promise<string>}
   */
  #fresh(session) {
    if (Date.now() - (session.since ?? 0) < RENEW_AFTER) return Promise.resolve(session.token);
    return this.#once(() => this.#renew(session));
  }

  /** @param {Session} session */
  async #renew(session) {
    try {
      this.#keep({ ...session, ...(await this.#api.renewSession(session.token)) });
    } catch {
      // The server is busy or the network gone: what is stored still holds, and is renewed later.
      const stored = this.#stored() ?? session;
      const soon = Date.now() - RENEW_AFTER + RETRY_AFTER;
      if (stored.token === session.token) this.#store.set(SESSION_KEY, { ...stored, since: soon });
    }
    return this.#stored()?.token ?? session.token;
  }

  /**
   * One change of the session at a time.
   *
   * @param {() => Promise<string>} change
   */
  #once(change) {
    this.#opening ??= change().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** @param {Session} session */
  #keep(session) {
    this.#store.set(SESSION_KEY, { ...session, since: Date.now() });
  }

  async #openNew() {
    const opened = await this.#api.openSession();
    this.#keep({ ...opened, name: randomId() });
    if (this.#used) this.#onReplaced();
    return opened.token;
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
    if (session && !(session.until > Date.now())) this.#store.remove(SESSION_KEY);
  }
}
