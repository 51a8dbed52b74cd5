/** The account's menu at the bottom of the phone. */

import { doAs } from "./api.js";
import { button, byId, el, Redraw } from "./dom.js";

/** @typedef {{name: string, key?: string, url?: string, sub_button?: Button[]}} Button */

export class Menu {
  #act;
  #phone;
  #drawn = new Redraw();

  /**
   * @param {(work: () => Promise<any>) => Promise<void>} act
   * @param {import("./phone.js").Phone} phone
   */
  constructor(act, phone) {
    this.#act = act;
    this.#phone = phone;
  }

  /** @param {Button[]} buttons as published */
  show(buttons) {
    if (!this.#drawn.needed(buttons)) return;
    byId("menu").replaceChildren(...buttons.map((one) => this.#top(one)));
  }

  /** @param {Button} top */
  #top(top) {
    if (!top.sub_button?.length) return this.#leaf(top);
    const lines = top.sub_button.map((sub) => this.#leaf(sub));
    return el("details", { name: "menu" }, el("summary", {}, top.name), el("div", {}, ...lines));
  }

  /** @param {Button} leaf */
  #leaf(leaf) {
    const press = button(leaf.name, () => {
      press.closest("details")?.removeAttribute("open");
      const openid = this.#phone.user?.openid ?? "";
      if (leaf.url) window.open(leaf.url, "_blank", "noopener");
      this.#act(() => doAs(openid, "click", { key: leaf.key ?? leaf.url ?? leaf.name }));
    });
    return press;
  }
}
