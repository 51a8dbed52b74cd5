/**
 * What stands around the conversation: status, banner, who is talking, typing dots, the question
 * before clearing.
 */

/** @typedef {import("./api.js").Handover} Handover */

const STATUS_TEXT = { connecting: "连接中", online: "在线", offline: "连接中断" };
const OFFICER = "工作人员";
/** The words a customer ends a talk with: what the button says, and what it sends. */
const ENDINGS = {
  waiting: { label: "不等了", words: "不等了" },
  active: { label: "结束人工服务", words: "结束人工" },
};

/** @typedef {keyof typeof STATUS_TEXT} Status */

export class Shell {
  #part;
  /** A lasting banner stays until it is closed or a message gets through. */
  #lasting = false;
  /** @type {Handover | null} */
  #handover = null;

  /** @param {(name: string) => HTMLElement} part finds a named part of the page */
  constructor(part) {
    this.#part = part;
  }

  /**
   * @param {(words: string) => void} onEnding the customer ends the talk with an officer
   * @param {AbortSignal} signal removes the listeners
   */
  listen(onEnding, signal) {
    this.#part("banner-close").addEventListener("click", () => this.closeBanner(), { signal });
    const end = () => this.#handover && onEnding(ENDINGS[this.#handover.state].words);
    this.#part("strip-end").addEventListener("click", end, { signal });
    const said = (/** @type {Event} */ event) => this.#announce(event);
    document.addEventListener("announce", said, { signal });
  }

  /** @param {Handover | null} handover whom the customer is talking with, or waiting for */
  setHandover(handover) {
    const { state, officer } = handover ?? {};
    if (state === this.#handover?.state && officer === this.#handover?.officer) return;
    this.#handover = handover;
    this.#part("strip").hidden = !handover;
    if (!handover) return;
    const text = state === "active" ? `${officer ?? OFFICER} 正在为您服务` : "正在为您转人工…";
    this.#part("strip-text").textContent = text;
    this.#part("strip-end").textContent = ENDINGS[handover.state].label;
    this.#part("said").textContent = text;
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

  /** @param {boolean} typing while an officer talks the assistant is silent */
  setTyping(typing) {
    this.#part("typing").hidden = !typing || this.#handover?.state === "active";
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

  /** @param {Event} event */
  #announce(event) {
    if (event instanceof CustomEvent) this.#part("said").textContent = event.detail;
  }
}
