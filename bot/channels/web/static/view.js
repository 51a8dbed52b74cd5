/** The conversation on the screen: each message once, in the server's order, waiting ones last. */

import { ARRIVED } from "./arrival.js";
import { choiceGroup, syncChoices } from "./choices.js";
import { button, el } from "./dom.js";
import { fileContent } from "./files.js";
import { botText, clock, linkList } from "./message.js";

/** @typedef {import("./api.js").Choice} Choice */
/** @typedef {import("./api.js").Message} Message */
/** @typedef {import("./outbox.js").Item} Item */
/** @typedef {"sending" | "uploading" | "uploaded" | "retrying" | "sent" | "failed"} State */

/**
 * @typedef {object} Row
 * @property {HTMLElement} element
 * @property {number} epoch counts the sessions of this page; cursors compare only within one
 * @property {number | null} cursor null until the server has confirmed it
 * @property {string | null} id
 * @property {string} text
 * @property {string} [choice]
 * @property {File} [file]
 * @property {boolean} [final] a failure that sending again cannot mend
 * @property {State} state
 * @property {Choice[]} choices
 */

/**
 * @typedef {object} ViewEvents
 * @property {(choice: Choice) => void} onChoose
 * @property {(id: string) => void} onRetry
 * @property {(id: string) => void} onDelete
 * @property {(id: string) => void} onCancel
 */

const OFFICER = "工作人员";
const STATE_TEXT = {
  sending: "发送中…",
  uploading: "上传中",
  uploaded: "已上传，正在处理…",
  retrying: "正在重试…",
  sent: "已发送",
  failed: "没有发出去",
};
/** States of a message the server has not confirmed, and the page has not given up. */
const UNDER_WAY = new Set(["sending", "uploading", "uploaded", "retrying"]);

export class ConversationView {
  #log;
  #events;
  /** @type {Row[]} */
  #rows = [];
  #epoch = 0;

  /**
   * @param {HTMLElement} log
   * @param {ViewEvents} events
   */
  constructor(log, events) {
    this.#log = log;
    this.#events = events;
  }

  get empty() {
    return this.#rows.length === 0;
  }

  /** @param {boolean} busy true keeps screen readers from reading a whole history aloud */
  setBusy(busy) {
    this.#log.setAttribute("aria-busy", String(busy));
  }

  /**
   * @param {Message[]} messages
   * @returns {HTMLElement[]} the elements that are new on the page
   */
  show(messages) {
    const added = messages.map((message) => this.#showOne(message)).filter((row) => row !== null);
    syncChoices(this.#rows, this.#epoch);
    return added.map(({ element }) => element);
  }

  /**
   * A message of the customer the server has not confirmed yet.
   *
   * @param {Item} item
   */
  showPending({ id, text, choice, file, refused, lost }) {
    const row = this.#byId(id) ?? this.#newRow("customer", { id, text, choice, file });
    row.final = lost || (refused && file !== undefined);
    row.state = "sending";
    this.#fillCustomer(row);
    this.#place(row);
    syncChoices(this.#rows, this.#epoch);
  }

  /**
   * @param {string} id
   * @param {State} state
   */
  setState(id, state) {
    const row = this.#byId(id);
    if (!row) return;
    row.state = state;
    this.#fillMeta(row);
  }

  /**
   * @param {string} id
   * @param {number} part how much of its file has been sent, from 0 to 1
   */
  setProgress(id, part) {
    const row = this.#byId(id);
    const state = part < 1 ? "uploading" : "uploaded";
    if (row && row.state !== state) this.setState(id, state);
    const bar = row?.element.querySelector("progress");
    if (!bar) return;
    // In place: a button beside it may have the focus.
    bar.value = part;
    bar.textContent = `${Math.round(part * 100)}%`;
  }

  /** @param {string} id */
  remove(id) {
    const row = this.#byId(id);
    if (!row) return;
    this.#rows.splice(this.#rows.indexOf(row), 1);
    row.element.remove();
    syncChoices(this.#rows, this.#epoch);
  }

  /**
   * What follows belongs to a new session: old buttons are over, cursors start again.
   *
   * @param {string} text said at the seam
   */
  startEpoch(text) {
    const row = this.#newRow("note", { cursor: Infinity, text });
    row.element.append(el("p", {}, text));
    this.#place(row);
    this.#epoch += 1;
    syncChoices(this.#rows, this.#epoch);
  }

  /**
   * What follows came while the customer was away.
   *
   * @param {HTMLElement | undefined} first
   */
  markNew(first) {
    if (!first || this.fresh.length > 0) return;
    first.classList.add("fresh");
    first.prepend(el("p", { class: "fresh-mark" }, "新消息"));
  }

  unmarkNew() {
    for (const marked of this.fresh) {
      marked.classList.remove("fresh");
      marked.querySelector(".fresh-mark")?.remove();
    }
  }

  /** @returns {HTMLElement[]} where what is new begins, if anything is */
  get fresh() {
    return [...this.#log.querySelectorAll(".fresh")].filter((row) => row instanceof HTMLElement);
  }

  clear() {
    this.#rows = [];
    this.#log.replaceChildren();
  }

  /** @param {Message} message */
  #showOne(message) {
    const known = this.#known(message);
    if (known?.cursor === message.cursor) return null;
    return message.from === "customer"
      ? this.#showCustomer(message, known)
      : this.#showAnswer(message);
  }

  /** @param {Message} message */
  #known({ id, cursor }) {
    const seen = this.#rows.find((row) => row.epoch === this.#epoch && row.cursor === cursor);
    return seen ?? (id ? this.#byId(id) : undefined);
  }

  /**
   * @param {Message} message
   * @param {Row} [known] the bubble that was waiting for this confirmation
   * @returns {Row | null} null when nothing new came onto the page
   */
  #showCustomer(message, known) {
    const row = known ?? this.#newRow("customer", { id: message.id, state: "sent" });
    row.epoch = this.#epoch;
    row.cursor = message.cursor;
    row.text = message.text;
    this.#fillCustomer(row, message.time);
    this.#place(row);
    return known ? null : row;
  }

  /** @param {Message} message of the assistant or an officer */
  #showAnswer({ from, name, cursor, text, time, links = [], buttons = [] }) {
    const row = this.#newRow(from, { cursor, text, choices: buttons });
    const { element } = row;
    element.dataset.cursor = String(cursor);
    const bubble = el("div", { class: "bubble" }, ...botText(text), ...linkList(links));
    if (from === "officer") element.append(el("p", { class: "speaker" }, `${name ?? OFFICER}：`));
    else bubble.prepend(speaker("小保"));
    element.append(bubble, ...choiceGroup(buttons, this.#events.onChoose), meta(clock(time)));
    this.#place(row);
    return row;
  }

  /**
   * @param {"customer" | "bot" | "officer" | "note"} from
   * @param {Partial<Row>} values
   * @returns {Row}
   */
  #newRow(from, values) {
    const element = el("div", { class: `message message-${from}`, "data-from": from });
    const plain = { cursor: null, id: null, text: "", choices: [] };
    return { element, epoch: this.#epoch, state: "sent", ...plain, ...values };
  }

  /**
   * @param {Row} row
   * @param {string} [time]
   */
  #fillCustomer(row, time) {
    const { element, id, cursor, text, file } = row;
    if (id) element.dataset.id = id;
    if (cursor !== null) element.dataset.cursor = String(cursor);
    if (time) element.dataset.time = time;
    element.classList.toggle("message-arrival", text === ARRIVED);
    const content = fileContent(text, file) ?? el("p", { class: "text" }, text);
    const bubble = el("div", { class: "bubble" }, speaker("我"), content);
    const old = element.querySelector(".bubble");
    if (old) old.replaceWith(bubble);
    else element.append(bubble);
    this.#fillMeta(row);
  }

  /** @param {Row} row */
  #fillMeta(row) {
    const { element, state } = row;
    element.dataset.state = UNDER_WAY.has(state) ? "sending" : state;
    const time = element.dataset.time;
    const said = state === "sent" && time ? clock(time) : STATE_TEXT[state];
    const fresh = meta(said, ...this.#controls(row));
    const old = element.querySelector(".meta");
    if (old) old.replaceWith(fresh);
    else element.append(fresh);
  }

  /**
   * @param {Row} row
   * @returns {HTMLElement[]} what the customer can see of, and do about, a message that is not sent
   */
  #controls({ id, state, file, final }) {
    if (!id) return [];
    if (state === "failed") {
      const again = button("重新发送", "small", () => this.#events.onRetry(id));
      const remove = button("删除", "small", () => this.#events.onDelete(id));
      return final ? [remove] : [again, remove];
    }
    if (!file || !UNDER_WAY.has(state) || state === "uploaded") return [];
    const cancel = button("取消", "small", () => this.#events.onCancel(id));
    if (state !== "uploading") return [cancel];
    return [el("progress", { max: "1", value: "0", "aria-label": "上传进度" }), cancel];
  }

  /**
   * Puts the row where the server's order wants it; moves it only if it stands elsewhere.
   *
   * @param {Row} row
   */
  #place(row) {
    const others = this.#rows.filter((other) => other !== row);
    const found = others.findIndex((other) => follows(other, row));
    const index = found === -1 ? others.length : found;
    this.#rows = [...others.slice(0, index), row, ...others.slice(index)];
    const next = others[index]?.element ?? null;
    const { element } = row;
    const stands = element.parentNode === this.#log && element.nextElementSibling === next;
    if (!stands) this.#log.insertBefore(element, next);
  }

  /** @param {string} id */
  #byId(id) {
    return this.#rows.find((row) => row.id === id);
  }
}

/**
 * @param {Row} other
 * @param {Row} row
 * @returns {boolean} whether `other` must stand below `row`
 */
function follows(other, row) {
  if (row.cursor === null) return false;
  if (other.cursor === null) return UNDER_WAY.has(other.state);
  return other.epoch > row.epoch || (other.epoch === row.epoch && other.cursor > row.cursor);
}

/** @param {string} name heard, not seen */
function speaker(name) {
  return el("span", { class: "visually-hidden" }, `${name}：`);
}

/** @param {...(Node | string)} content quiet for screen readers: the log reads only what was said */
function meta(...content) {
  return el("div", { class: "meta", "aria-live": "off" }, ...content);
}
