/** The bank's page around this one, where it stands in the frame of the widget (widget.js). */

/**
 * @typedef {object} HostCommands
 * @property {(shown: boolean) => void} onShown the window was opened or closed
 * @property {(text: string) => void} onSend something is to be said in the customer's place
 */

const LONGEST = 2000;

export class Host {
  #origin;
  #commands;

  /**
   * @param {string} address of this page: `?embed=1&host=<origin of the page around>`
   * @param {HostCommands} commands
   */
  constructor(address, commands) {
    const { searchParams } = new URL(address);
    this.#origin = window.parent === window ? null : originOf(searchParams.get("host"));
    this.#commands = commands;
    document.documentElement.toggleAttribute("data-embed", searchParams.get("embed") === "1");
  }

  /** Whether there is a page around that can be spoken to. */
  get there() {
    return this.#origin !== null;
  }

  /** @param {AbortSignal} signal removes the listeners */
  listen(signal) {
    if (!this.there) return;
    addEventListener("message", (event) => this.#onMessage(event), { signal });
    this.tell({ xiaobao: "ready" });
  }

  /**
   * The browser delivers this only to the page it is meant for. What was said is never in it:
   * whatever counts visits on the bank's page would get to read complaints.
   *
   * @param {{xiaobao: string, [detail: string]: unknown}} message
   */
  tell(message) {
    if (this.#origin) window.parent.postMessage(message, this.#origin);
  }

  /** @param {MessageEvent} event */
  #onMessage({ source, origin, data }) {
    if (source !== window.parent || origin !== this.#origin) return;
    if (data?.xiaobao === "shown") this.#commands.onShown(data.shown === true);
    if (data?.xiaobao === "send" && isSayable(data.text)) this.#commands.onSend(data.text.trim());
  }
}

/** @param {unknown} text */
function isSayable(text) {
  return typeof text === "string" && text.trim() !== "" && text.length <= LONGEST;
}

/** @param {string | null} text */
function originOf(text) {
  try {
    return new URL(text ?? "").origin;
  } catch {
    return null;
  }
}
