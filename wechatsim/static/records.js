/** What went between the platform and the account's server, newest first. */

import { byId, el } from "./dom.js";

/** @typedef {{entry: "delivery", at: string, what: string, attempt: number, milliseconds: number, answer: string, good: boolean}} Delivery */
/** @typedef {{entry: "call", at: string, path: string, errcode: number, errmsg: string, milliseconds: number}} Call */

const MOST = 200;

/** @param {(Delivery | Call)[]} entries */
export function record(entries) {
  const list = byId("records");
  for (const entry of entries) list.prepend(entry.entry === "call" ? call(entry) : delivery(entry));
  while (list.children.length > MOST) list.lastElementChild.remove();
}

/** @param {Delivery} entry */
function delivery({ at, what, attempt, milliseconds, answer, good }) {
  const times = attempt > 1 ? `第 ${attempt} 次，` : "";
  return row(at, `推送：${what}`, `${times}${milliseconds} 毫秒，${answer}`, good);
}

/** @param {Call} entry */
function call({ at, path, errcode, errmsg, milliseconds }) {
  const told = errcode === 0 ? "成功" : `${errcode} ${errmsg}`;
  return row(at, `接口：${path}`, `${milliseconds} 毫秒，${told}`, errcode === 0);
}

/**
 * @param {string} at
 * @param {string} what
 * @param {string} answer
 * @param {boolean} good
 */
function row(at, what, answer, good) {
  const clock = new Date(at).toLocaleTimeString("zh-CN", { hour12: false });
  return el(
    "li",
    { class: good ? "good" : "bad" },
    el("time", { datetime: at }, clock),
    el("span", { class: "what" }, what),
    el("span", { class: "answer" }, answer),
  );
}
