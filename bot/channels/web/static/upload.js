/** Sends a form with XMLHttpRequest: fetch cannot tell how much of it is on its way. */

/** Longer than one turn of the assistant takes. */
const LONGEST_SILENCE = 30_000;

/**
 * @param {URL} url
 * @param {string} token
 * @param {FormData} form
 * @param {AbortSignal} signal
 * @param {(part: number) => void} onProgress from 0 to 1; 1 when all of it has been sent
 * @returns {Promise<Response>} rejected when there is no answer
 */
export function postForm(url, token, form, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const patience = new Patience(LONGEST_SILENCE, abort);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      patience.renew();
      onProgress(loaded / total);
    });
    request.addEventListener("load", () => resolve(asResponse(request)));
    request.addEventListener("loadend", () => {
      patience.end();
      signal.removeEventListener("abort", abort);
      reject(new Error("no answer")); // changes nothing once resolved
    });
    signal.addEventListener("abort", abort);
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.send(form);
    if (signal.aborted) abort();
  });
}

/** Gives up after a while in which nothing moves; a slow network that moves is no reason to. */
class Patience {
  #limit;
  #giveUp;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} limit ms
   * @param {() => void} giveUp
   */
  constructor(limit, giveUp) {
    this.#limit = limit;
    this.#giveUp = giveUp;
    this.renew();
  }

  renew() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#giveUp, this.#limit);
  }

  end() {
    clearTimeout(this.#timer);
  }
}

/** @param {XMLHttpRequest} request */
function asResponse(request) {
  const wait = request.getResponseHeader("Retry-After");
  const headers = wait === null ? undefined : { "Retry-After": wait };
  return new Response(request.responseText, { status: request.status, headers });
}
