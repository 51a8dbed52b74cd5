/** What stands around the conversation: status, banner, typing dots, the question before clearing. */

const STATUS_TEXT = { connecting: "连接中", online: "在线", offline: "连接中断" };

/** @typedef {keyof typeof STATUS_TEXT} Status */

export class Shell {
  #part;
  /** A lasting banner stays until it is closed or a message gets through. */
  #lasting = false;

  /** @param {(name: string) => HTMLElement} part finds a named part of the page */
  constructor(part) {
    this.#part = part;
  }

  /** @param {AbortSignal} signal removes the listeners */
  listen(signal) {
    this.#part("banner-close").addEventListener("click", () => this.closeBanner(), { signal });
  }

  /**
   * @param {Status} status
   * @returns {boolean} whether it was another one before
   */
  setStatus(status) {
    const element = this.#part("status");
    if (element.dataset.state === status) return false;
    element.dataset.state = status;
    this.#part("status-text").textContent = STATUS_TEXT[status];
    return true;
  }

  /**
   * @param {string} text
   * @param {boolean} lasting
   */
  showBanner(text, lasting) {
    this.#lasting = lasting;
    this.#part("banner-text").textContent = text;
    this.#part("banner").classList.add("shown");
  }

  closeBanner() {
    this.#part("banner").classList.remove("shown");
    this.#part("banner-text").textContent = "";
  }

  /** The trouble is over as far as one can tell. */
  easeBanner() {
    if (!this.#lasting) this.closeBanner();
  }

  /** @param {boolean} typing */
  setTyping(typing) {
    this.#part("typing").hidden = !typing;
  }

  /** @returns {Promise<boolean>} whether the customer really wants to clear the conversation */
  confirmClear() {
    const dialog = /** @type {HTMLDialogElement} */ (this.#part("dialog"));
    const question = this.#part("confirm-title").textContent ?? "";
    if (typeof dialog.showModal !== "function") return Promise.resolve(confirm(question));
    return new Promise((resolve) => {
      const answered = new AbortController();
      const { signal } = answered;
      const answer = (/** @type {boolean} */ sure) => {
        answered.abort();
        dialog.close();
        resolve(sure);
      };
      this.#part("dialog-ok").addEventListener("click", () => answer(true), { signal });
      this.#part("dialog-cancel").addEventListener("click", () => answer(false), { signal });
      // The event comes late: it may still be that of the time before.
      dialog.addEventListener("close", () => dialog.open || answer(false), { signal });
      dialog.showModal();
    });
  }
}
