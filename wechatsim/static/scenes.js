/** QR codes that carry a scene. */

import { call, doAs } from "./api.js";
import { button, byId, el, Redraw } from "./dom.js";

export class Scenes {
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

  listen() {
    byId("new-scene").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const scene = String(new FormData(byId("new-scene")).get("scene"));
      byId("new-scene").reset();
      this.#act(() => call("POST", "scenes", { scene }));
    });
  }

  /** @param {{scene: string, ticket: string}[]} scenes */
  show(scenes) {
    if (!this.#drawn.needed(scenes)) return;
    byId("scenes").replaceChildren(...scenes.map((one) => this.#item(one)));
  }

  /** @param {{scene: string, ticket: string}} code */
  #item({ scene, ticket }) {
    const scan = button("扫码", () => {
      const openid = this.#phone.user?.openid ?? "";
      this.#act(() => doAs(openid, "scan", { scene }));
    });
    scan.setAttribute("aria-label", `用这部手机扫 ${scene}`);
    const picture = el("img", { src: `/sim/scenes/${ticket}.svg`, alt: `二维码 ${scene}` });
    return el("li", {}, picture, el("span", {}, scene), scan);
  }
}
