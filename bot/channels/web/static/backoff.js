/** Waiting between two tries. */

const FIRST = 1000;
const LONGEST = 15_000;
const LONGEST_ASKED = 60_000;

/**
 * Exponential with jitter, so that many pages do not come back in the same instant;
 * never sooner than the server asked for.
 *
 * @param {number} attempt tries that failed so far, from 1
 * @param {number | null} retryAfter seconds the server asked for
 * @param {() => number} [random] from 0 to 1
 * @returns {number} ms
 */
export function backoff(attempt, retryAfter, random = Math.random) {
  const step = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  const asked = Math.min(LONGEST_ASKED, (retryAfter ?? 0) * 1000);
  return Math.max(asked, step / 2) + (random() * step) / 2;
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal ends the wait at once
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
