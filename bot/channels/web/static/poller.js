/** First the history, then a long poll for what comes later: a colleague's reply, a change of state. */

import { asApiError } from "./api.js";
import { backoff, pause } from "./backoff.js";

/** @typedef {import("./api.js").ApiError} ApiError */
/** @typedef {import("./api.js").Page} Page */

/**
 * @typedef {object} PollerEvents
 * @property {(page: Page, history: boolean) => void} onPage
 * @property {(error: ApiError) => void} onError
 */

const HOLD_SECONDS = 25;
const QUICK = 1000;

export class Poller {
  #load;
  #events;
  /**
   * Moves only with this poll's own answers. The answer to a sent message may carry a higher
   * cursor than something that has not reached this page yet.
   */
  #cursor = 0;
  #fresh = true;
  /** @type {AbortController | null} */
  #run = null;

  /**
   * @param {(after: number, wait: number, signal: AbortSignal) => Promise<Page>} load
   * @param {PollerEvents} events
   */
  constructor(load, events) {
    this.#load = load;
    this.#events = events;
  }

  start() {
    if (this.#run) return;
    this.#run = new AbortController();
    this.#loop(this.#run.signal);
  }

  stop() {
    this.#run?.abort();
    this.#run = null;
  }

  /** Tries again now, for instance because the network is back. */
  hurry() {
    if (!this.#run) return;
    this.stop();
    this.start();
  }

  /** Another session: its history from the beginning. */
  reset() {
    this.#cursor = 0;
    this.#fresh = true;
    this.hurry();
  }

  /** @param {AbortSignal} signal */
  async #loop(signal) {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#round(signal);
        failures = 0;
      } catch (caught) {
        const error = asApiError(caught);
        if (signal.aborted) return;
        failures += 1;
        this.#events.onError(error);
        await pause(backoff(failures, error.retryAfter), signal);
      }
    }
  }

  /** @param {AbortSignal} signal */
  async #round(signal) {
    const history = this.#fresh;
    const started = Date.now();
    const page = await this.#load(this.#cursor, history ? 0 : HOLD_SECONDS, signal);
    if (signal.aborted) return;
    this.#fresh = false;
    this.#cursor = page.cursor;
    this.#events.onPage(page, history);
    const answeredEarly = !history && page.messages.length === 0 && Date.now() - started < QUICK;
    if (answeredEarly) await pause(backoff(1, null), signal);
  }
}
