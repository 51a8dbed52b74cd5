/** The phone: the chats of several people, one of them in front. */

import { call, doAs } from "./api.js";
import { button, byId, el, Redraw } from "./dom.js";

/** @typedef {{openid: string, name: string, following: boolean, left: number, refuses_templates: boolean}} User */
/** @typedef {{id: string, text: string}} Choice */
/** @typedef {{number: number, openid: string, by: string, via: string, text: string, kind: string, media_id: string | null, url: string | null, choices: Choice[], tail: string}} Shown */

const NAMES = ["小明", "小红", "老王", "李阿姨"];
const VIA = { passive: "被动回复", service: "客服消息", template: "模板消息" };

export class Phone {
  #act;
  /** @type {User[]} */
  #users = [];
  /** @type {Shown[]} */
  #messages = [];
  #openid = "";
  #tabs = new Redraw();
  #screen = new Redraw();

  /** @param {(work: () => Promise<any>) => Promise<void>} act runs what may be refused */
  constructor(act) {
    this.#act = act;
  }

  /** @returns {User | undefined} who is in front */
  get user() {
    return this.#users.find(({ openid }) => openid === this.#openid);
  }

  listen() {
    byId("composer").addEventListener("submit", (event) => this.#say(event));
    byId("voice").addEventListener("click", () => this.#speak());
    byId("picture").addEventListener("change", (event) => this.#sendPicture(event.target));
    byId("location").addEventListener("click", () => this.#sendLocation());
    for (const act of ["subscribe", "unsubscribe"]) {
      byId(act).addEventListener("click", () => this.#act(() => doAs(this.#openid, act)));
    }
  }

  /** @param {User[]} users */
  async show(users) {
    this.#users = users;
    if (!users.length) await this.#add();
    if (!this.user) this.#openid = this.#users[0].openid;
    this.#showTabs();
    this.#showScreen();
  }

  /** @param {Shown[]} messages */
  receive(messages) {
    this.#messages.push(...messages);
    this.#showScreen();
  }

  #showTabs() {
    const users = this.#users.map(({ openid, name }) => [openid, name]);
    if (!this.#tabs.needed([users, this.#openid])) return;
    const tabs = this.#users.map(({ openid, name }) => {
      const tab = button(name, () => this.#choose(openid));
      tab.setAttribute("aria-pressed", String(openid === this.#openid));
      return tab;
    });
    byId("users").replaceChildren(...tabs, button("＋ 客户", () => this.#act(() => this.#add())));
  }

  #showScreen() {
    const user = this.user;
    if (!user) return;
    const messages = this.#messages.filter(({ openid }) => openid === this.#openid);
    if (!this.#screen.needed([user, messages.length])) return;
    byId("who").textContent = user.name;
    byId("left").textContent = user.following ? `公众号还能主动发 ${user.left} 条` : "还没有关注";
    byId("stranger").hidden = user.following;
    for (const id of ["composer", "extras", "menu"]) byId(id).hidden = !user.following;
    const log = byId("messages");
    log.replaceChildren(...messages.map((message) => this.#bubble(message)));
    log.scrollTop = log.scrollHeight;
  }

  /** @param {Shown} message */
  #bubble(message) {
    const bubble = el("div", { class: `message ${message.by} ${message.kind}` });
    if (message.kind === "image" && message.media_id) {
      bubble.append(el("img", { src: `/sim/media/${message.media_id}`, alt: "图片" }));
    } else {
      bubble.append(message.text);
    }
    if (message.choices.length) bubble.append(this.#choices(message.choices), message.tail);
    if (message.url && message.by === "account") bubble.append(el("small", {}, message.url));
    const via = /** @type {Record<string, string>} */ (VIA)[message.via];
    if (via) bubble.append(el("small", {}, via));
    return bubble;
  }

  /** @param {Choice[]} choices */
  #choices(choices) {
    const lines = choices.map(({ id, text }) =>
      button(text, () => this.#act(() => doAs(this.#openid, "menu-choice", { id }))),
    );
    return el("div", { class: "choices" }, ...lines);
  }

  /** @param {string} openid */
  #choose(openid) {
    this.#openid = openid;
    this.#showTabs();
    this.#showScreen();
    byId("users").querySelector("[aria-pressed=true]").focus();
  }

  async #add() {
    const number = this.#users.length;
    const name = NAMES[number] ?? `客户${number + 1}`;
    const user = await call("POST", "users", { name });
    this.#users = [...this.#users, user];
    this.#openid = user.openid;
  }

  /** @param {SubmitEvent} event */
  #say(event) {
    event.preventDefault();
    const text = byId("text").value;
    if (!text.trim()) return;
    byId("text").value = "";
    this.#act(() => doAs(this.#openid, "say", { text }));
  }

  #speak() {
    const words = byId("text").value.trim();
    byId("text").value = "";
    this.#act(() => doAs(this.#openid, "voice", { words }));
  }

  /** @param {HTMLInputElement} input */
  #sendPicture(input) {
    const [file] = input.files ?? [];
    input.value = "";
    if (file) this.#act(() => doAs(this.#openid, "picture", file));
  }

  #sendLocation() {
    const place = { latitude: 39.9087, longitude: 116.3975, label: "北京市东城区" };
    this.#act(() => doAs(this.#openid, "location", place));
  }
}
