/** The account's settings and the verification of its server. */

import { call } from "./api.js";
import { byId, Redraw } from "./dom.js";

const SWITCHES = ["customer_service", "recognizes_voice"];

export class Account {
  #act;
  #drawn = new Redraw();
  /** @type {Record<string, string | boolean>} */
  #last = {};

  /** @param {(work: () => Promise<any>) => Promise<void>} act */
  constructor(act) {
    this.#act = act;
  }

  listen() {
    byId("account").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#act(() => this.#save());
    });
    byId("verify").addEventListener("click", () => this.#act(() => this.#verify()));
  }

  /** @param {Record<string, string | boolean>} account */
  show(account) {
    this.#last = account;
    if (!this.#drawn.needed(account)) return;
    for (const field of byId("account").elements) {
      if (!(field.name in account)) continue;
      if (SWITCHES.includes(field.name)) field.checked = account[field.name];
      else field.value = account[field.name];
    }
  }

  async #save() {
    const form = byId("account");
    const fields = Object.fromEntries(new FormData(form));
    const switches = SWITCHES.map((name) => [name, form.elements[name].checked]);
    const change = { ...fields, ...Object.fromEntries(switches) };
    await call("PUT", "account", change);
    // The form shows it already: drawn again, it would lose what is typed meanwhile.
    this.#drawn.needed({ ...this.#last, ...change });
    byId("account-said").textContent = "已保存";
  }

  async #verify() {
    byId("account-said").textContent = "正在验证…";
    const { good } = await call("POST", "verify");
    byId("account-said").textContent = good ? "验证通过" : "没有通过，原因见“记录”";
  }
}
