import { postForm } from "./upload.js";

/**
 * The server's HTTP contract, and nothing else: no retry, no state.
 *
 * @typedef {{title: string, choice: string}} Choice
 * @typedef {{title: string, url: string}} Link
 * @typedef {object} Message
 * @property {number} cursor position in the conversation, growing
 * @property {"bot" | "customer" | "officer"} from
 * @property {string} [name] an officer's, as customers may read it
 * @property {string} text secrets already masked
 * @property {string} time ISO 8601
 * @property {string | null} id the page's own id, for the customer's messages
 * @property {string | null} reply_to the id of the message this answers
 * @property {Choice[]} buttons
 * @property {Link[]} links
 * @typedef {{state: "waiting" | "active", officer: string | null}} Handover
 * @typedef {object} Page
 * @property {Message[]} messages
 * @property {number} cursor
 * @property {Handover | null} [handover] null while the customer talks with the assistant alone
 * @typedef {{token: string, until: number}} Opened `until` in this device's clock, ms
 * @typedef {{id: string, text: string, choice?: string, scene?: string, file?: File}} Outgoing
 * @typedef {object} CallOptions
 * @property {string} [token]
 * @property {object} [body] sent as JSON by POST; without it the call is a GET
 * @property {number} [timeout] ms
 * @property {AbortSignal} [signal]
 */

const NETWORK_MESSAGE = "网络好像断开了，请检查网络后再试。";
const SERVER_MESSAGE = "小保这边暂时出了点问题，请稍后再试。";
const CALL_TIMEOUT = 15_000;
const TURN_TIMEOUT = 30_000;
const POLL_GRACE = 10_000;

/** A call that did not succeed; `message` is Chinese and may be shown to the customer. */
export class ApiError extends Error {
  /**
   * @param {string} code the server's code, or "network", "aborted", "server"
   * @param {string} message
   * @param {number} [status] HTTP status, 0 when there was no answer
   * @param {number | null} [retryAfter] seconds
   */
  constructor(code, message, status = 0, retryAfter = null) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** The caller gave up on purpose. */
  get aborted() {
    return this.code === "aborted";
  }

  /** The server no longer knows the token. */
  get sessionLost() {
    return this.status === 401;
  }

  /** Nobody who speaks for Xiaobao answered; a busy server is still there. */
  get unreachable() {
    return this.status === 0 || (this.status >= 500 && this.code !== "busy");
  }

  /** The same call may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @param {unknown} error
 * @returns {ApiError}
 */
export function asApiError(error) {
  return error instanceof ApiError ? error : new ApiError("server", SERVER_MESSAGE);
}

export class ChatApi {
  #base;

  /** @param {URL} base folder of the channel, ending in "/" */
  constructor(base) {
    this.#base = base;
  }

  /** @returns {Promise<Opened>} */
  async openSession() {
    return asOpened(await this.#call("session", { body: {} }));
  }

  /**
   * A new token for the same session; the old one ends soon after.
   *
   * @param {string} token
   * @returns {Promise<Opened>}
   */
  async renewSession(token) {
    return asOpened(await this.#call("session/renew", { token, body: {} }));
  }

  /**
   * @param {string} token
   * @param {Outgoing} message with a scene: the customer came by its code
   * @param {AbortSignal} signal
   * @returns {Promise<Page>}
   */
  async send(token, { id, text, choice, scene }, signal) {
    const said = choice ? { id, choice } : { id, text };
    const [path, body] = scene ? ["campaign", { id, scene }] : ["messages", said];
    return asPage(await this.#call(path, { token, body, signal, timeout: TURN_TIMEOUT }));
  }

  /**
   * @param {string} token
   * @param {Outgoing & {file: File}} message
   * @param {AbortSignal} signal
   * @param {(part: number) => void} onProgress from 0 to 1
   * @returns {Promise<Page>}
   */
  async upload(token, { id, file }, signal, onProgress) {
    const form = new FormData();
    form.append("id", id);
    form.append("file", file);
    try {
      const url = new URL("attachments", this.#base);
      return asPage(await readAnswer(await postForm(url, token, form, signal, onProgress)));
    } catch (error) {
      throw noAnswer(error, signal);
    }
  }

  /**
   * @param {string} token
   * @param {number} after cursor
   * @param {number} wait seconds to hold the line, 0 for an answer at once
   * @param {AbortSignal} signal
   * @returns {Promise<Page>}
   */
  async messages(token, after, wait, signal) {
    const timeout = wait * 1000 + POLL_GRACE;
    return asPage(await this.#call(`messages?after=${after}&wait=${wait}`, { token, signal, timeout }));
  }

  /** @param {string} token */
  async endSession(token) {
    await this.#call("session/end", { token, body: {} });
  }

  /**
   * @param {string} path
   * @param {CallOptions} options
   */
  async #call(path, { token, body, timeout = CALL_TIMEOUT, signal }) {
    const limit = new AbortController();
    const abort = () => limit.abort();
    const timer = setTimeout(abort, timeout);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    try {
      const init = { ...requestInit(token, body), signal: limit.signal };
      return await readAnswer(await fetch(new URL(path, this.#base), init));
    } catch (error) {
      throw noAnswer(error, signal);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

/**
 * @param {string | undefined} token
 * @param {object | undefined} body
 * @returns {RequestInit}
 */
function requestInit(token, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (!body) return { headers, cache: "no-store" };
  headers["Content-Type"] = "application/json";
  return { method: "POST", headers, body: JSON.stringify(body), cache: "no-store" };
}

/**
 * @param {unknown} error
 * @param {AbortSignal} [signal]
 * @returns {ApiError}
 */
function noAnswer(error, signal) {
  if (error instanceof ApiError) return error;
  return new ApiError(signal?.aborted ? "aborted" : "network", NETWORK_MESSAGE);
}

/** @param {Response} response */
async function readAnswer(response) {
  const text = await response.text();
  if (!response.ok) throw refusal(response, text);
  const serverTime = Date.parse(response.headers.get("Date") ?? "") || null;
  return { body: text ? JSON.parse(text) : null, serverTime };
}

/**
 * @param {Response} response
 * @param {string} text
 */
function refusal(response, text) {
  const { code, message } = errorOf(text);
  const wait = retryAfter(response.headers.get("Retry-After"));
  return new ApiError(code ?? "server", message ?? SERVER_MESSAGE, response.status, wait);
}

/**
 * A proxy in between may answer with a page of its own instead of our JSON.
 *
 * @param {string} text
 * @returns {{code?: string, message?: string}}
 */
function errorOf(text) {
  try {
    return JSON.parse(text).error ?? {};
  } catch {
    return {};
  }
}

/** @param {string | null} header seconds or an HTTP date */
function retryAfter(header) {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}

/**
 * @param {{body: any, serverTime: number | null}} answer
 * @returns {Opened}
 */
function asOpened({ body, serverTime }) {
  if (typeof body?.token !== "string") throw new ApiError("server", SERVER_MESSAGE);
  // The device's clock may be wrong by hours: only the span between two server times is safe.
  const span = Date.parse(body.expires_at) - (serverTime ?? Date.now());
  return { token: body.token, until: Date.now() + span };
}

/**
 * @param {{body: any}} answer
 * @returns {Page}
 */
function asPage({ body }) {
  if (!Array.isArray(body?.messages)) throw new ApiError("server", SERVER_MESSAGE);
  return body;
}
