/** Trouble on demand. */

import { call } from "./api.js";
import { byId } from "./dom.js";

const SLOW_SECONDS = 3;
const CUSTOM_SEND = "message/custom/send";

export class Faults {
  #act;
  #phone;

  /**
   * @param {(work: () => Promise<any>) => Promise<void>} act
   * @param {import("./phone.js").Phone} phone
   */
  constructor(act, phone) {
    this.#act = act;
    this.#phone = phone;
  }

  listen() {
    this.#on("exhausted", "change", (on) => this.#set({ exhausted: on }));
    this.#on("slow", "change", (on) => this.#set({ slow_seconds: on ? SLOW_SECONDS : 0 }));
    this.#on("refuses", "change", (on) => this.#ofUser({ refuses_templates: on }));
    this.#on("drop", "click", () => this.#set({ drop_replies: 1 }));
    this.#on("busy", "click", () =>
      this.#set({ refusals: [{ path: CUSTOM_SEND, errcode: -1 }] }),
    );
    this.#on("expire", "click", () => call("POST", "tokens/expire"));
    this.#on("lapse", "click", () => this.#ofUser({ lapsed: true }));
  }

  /** @param {{exhausted: boolean, slow_seconds: number}} faults */
  show(faults) {
    byId("exhausted").checked = faults.exhausted;
    byId("slow").checked = faults.slow_seconds > 0;
    byId("refuses").checked = this.#phone.user?.refuses_templates ?? false;
  }

  /**
   * @param {string} id
   * @param {string} event
   * @param {(on: boolean) => Promise<any>} work
   */
  #on(id, event, work) {
    const control = byId(id);
    control.addEventListener(event, () => this.#act(() => work(control.checked)));
  }

  /** @param {Record<string, unknown>} change */
  #set(change) {
    return call("PUT", "faults", change);
  }

  /** @param {Record<string, unknown>} change */
  #ofUser(change) {
    return call("PUT", `users/${this.#phone.user?.openid}/faults`, change);
  }
}
