/** The receipt on paper: what was confirmed, and what the bank said to it, with nothing around. */

import { el } from "./dom.js";

const TITLE = "投诉登记回执";

/** @returns {boolean} some web views cannot print */
export function canPrint() {
  return typeof window.print === "function";
}

/** @param {HTMLElement} card the reference, in the message that gave it */
export function printReceipt(card) {
  const message = card.closest(".message");
  if (!(message instanceof HTMLElement)) return;
  const printed = [recapBefore(message), message].filter((part) => part !== null);
  const head = el("header", { class: "print-head" }, el("h2", {}, TITLE), el("p", {}, printedAt()));
  const tidy = () => {
    head.remove();
    printed.forEach((part) => part.classList.remove("printed"));
    document.documentElement.removeAttribute("data-receipt");
  };
  printed[0].before(head);
  printed.forEach((part) => part.classList.add("printed"));
  document.documentElement.setAttribute("data-receipt", "");
  addEventListener("afterprint", tidy, { once: true });
  window.print();
}

/**
 * @param {HTMLElement} message
 * @returns {HTMLElement | null} the list of answers the customer confirmed before it
 */
function recapBefore(message) {
  for (let at = message.previousElementSibling; at; at = at.previousElementSibling) {
    if (at instanceof HTMLElement && at.querySelector(".facts")) return at;
  }
  return null;
}

function printedAt() {
  return `打印时间：${new Date().toLocaleString("zh-CN")}　${location.host}`;
}
