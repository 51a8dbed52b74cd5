/** The inside of one bubble: text, facts, source line, numbers to copy or call, links. */

import { announce, button, copyText, el } from "./dom.js";
import { canPrint, printReceipt } from "./receipt.js";

/** @typedef {import("./api.js").Link} Link */
/** @typedef {"text" | "facts" | "source"} Kind */
/** @typedef {{kind: Kind, lines: string[]}} Run */

const SOURCE_START = "依据：";
/** 「联系电话：138****8000」. From three such lines on they are set as a list. */
const FACT = /^([^\s\d：，。；？！“”][^：，。；？！“”]{1,7})：(.+)$/;
const FACTS_AT_LEAST = 3;
/** A longer fact stands below its label instead of beside it. */
const LONG_FACT = 24;

/** TS + date + 6 characters of Crockford base32 + 1 check character, which may be any letter. */
const REFERENCE = /(TS\d{8}-[0-9A-HJKMNP-TV-Z]{6}[0-9A-Z](?![0-9A-Za-z]))/;
/** Emergency numbers, five-digit service lines, 400-000-0000; not 「110号」 or 「95000元」. */
const PHONE =
  /(\b(?:1[12]0|123\d\d|9[56]\d{3}|\d{3,4}-\d{3,4}-\d{3,4})\b(?!\s?[号元万年月天小分个名条%]))/;
const DATE = /(\b\d{4}-\d{2}-\d{2}\b)/;
const EXAMPLE = "比如：";
const COPY = "复制";
const COPIED_SHOWN = 2000;

/**
 * @param {string} text
 * @returns {HTMLElement[]} paragraphs; lists of facts and runs of source lines apart from the rest
 */
export function botText(text) {
  return runs(text).map(({ kind, lines }) => {
    if (kind === "facts") return el("dl", { class: "facts" }, ...lines.map(fact));
    if (kind === "source") return el("p", { class: "text source" }, ...unbroken(lines.join("\n")));
    return el("p", { class: "text" }, ...words(lines.join("\n")));
  });
}

/**
 * @param {Link[]} links
 * @returns {HTMLElement[]} nothing when no link is fit to show
 */
export function linkList(links) {
  const safe = links.filter(({ url }) => isHttps(url));
  if (safe.length === 0) return [];
  return [el("ul", { class: "links" }, ...safe.map((link) => el("li", {}, anchor(link))))];
}

/**
 * @param {string} iso
 * @param {Date} [now]
 * @returns {string} time of day; with the date when it was another day
 */
export function clock(iso, now = new Date()) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  const minutes = String(time.getMinutes()).padStart(2, "0");
  const hour = `${String(time.getHours()).padStart(2, "0")}:${minutes}`;
  if (time.toDateString() === now.toDateString()) return hour;
  const day = `${time.getMonth() + 1}月${time.getDate()}日 ${hour}`;
  return time.getFullYear() === now.getFullYear() ? day : `${time.getFullYear()}年${day}`;
}

/**
 * @param {string} text
 * @returns {Run[]}
 */
function runs(text) {
  const found = joined(text.split("\n").map((line) => ({ kind: kindOf(line), lines: [line] })));
  return joined(found.map(listOrText));
}

/**
 * @param {Run} run
 * @returns {Run} one or two facts are ordinary sentences
 */
function listOrText({ kind, lines }) {
  const tooFew = kind === "facts" && lines.length < FACTS_AT_LEAST;
  return { kind: tooFew ? "text" : kind, lines };
}

/**
 * @param {Run[]} parts
 * @returns {Run[]} neighbours of one kind made one
 */
function joined(parts) {
  /** @type {Run[]} */
  const found = [];
  for (const { kind, lines } of parts) {
    const last = found[found.length - 1];
    if (last?.kind === kind) last.lines.push(...lines);
    else found.push({ kind, lines: [...lines] });
  }
  return found;
}

/**
 * @param {string} line
 * @returns {Kind}
 */
function kindOf(line) {
  if (line.startsWith(SOURCE_START)) return "source";
  return FACT.test(line) ? "facts" : "text";
}

/** @param {string} line */
function fact(line) {
  const [, label, value] = FACT.exec(line) ?? ["", "", line];
  const name = value.length > LONG_FACT ? "fact long" : "fact";
  return el("div", { class: name }, el("dt", {}, label), el("dd", {}, ...referenced(value)));
}

/**
 * A reference that ends its line is the customer's receipt: it gets a card of its own.
 *
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function words(text) {
  const parts = text.split(REFERENCE);
  return parts.flatMap((part, index) => {
    const [before, after] = [parts[index - 1], parts[index + 1]];
    if (index % 2) return [/^(\n|$)/.test(after) ? card(part) : mention(part, before)];
    // The card is a block: the line break after it would leave an empty line.
    return callable(index > 0 ? part.replace(/^\n/, "") : part);
  });
}

/**
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function callable(text) {
  return text.split(PHONE).flatMap((part, index) => (index % 2 ? [call(part)] : unbroken(part)));
}

/**
 * @param {string} text
 * @returns {(Node | string)[]} dates are not broken at their hyphens
 */
function unbroken(text) {
  return text
    .split(DATE)
    .map((part, index) => (index % 2 ? el("span", { class: "nowrap" }, part) : part));
}

/** @param {string} number */
function call(number) {
  return el("a", { class: "nowrap", href: `tel:${number.replaceAll("-", "")}` }, number);
}

/**
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function referenced(text) {
  const parts = text.split(REFERENCE);
  return parts.flatMap((part, index) => (index % 2 ? [mention(part, "")] : unbroken(part)));
}

/** @param {string} reference */
function number(reference) {
  return el("span", { class: "number" }, reference);
}

/**
 * A reference within a sentence is its own button, unless it only shows what one looks like.
 *
 * @param {string} reference
 * @param {string} before
 */
function mention(reference, before) {
  if (before.endsWith(EXAMPLE)) return number(reference);
  const element = copier(reference, "copy-inline");
  element.prepend(number(reference), " ");
  return element;
}

/** @param {string} reference */
function card(reference) {
  const element = el("span", { class: "reference" }, number(reference));
  const acts = el("span", { class: "acts" }, copier(reference, "copy"));
  if (canPrint()) acts.append(button("打印回执", "copy", () => printReceipt(element)));
  element.append(acts);
  return element;
}

/**
 * @param {string} reference
 * @param {string} className
 */
function copier(reference, className) {
  const word = el("span", {}, COPY);
  const element = button("", className, async () => {
    const copied = await copyText(reference);
    word.textContent = copied ? "已复制" : "请长按复制";
    announce(element, copied ? `编号 ${reference} 已复制` : "没有复制成功，请长按编号复制");
    setTimeout(() => (word.textContent = COPY), COPIED_SHOWN);
  });
  element.append(word);
  element.setAttribute("aria-description", `复制编号 ${reference}`);
  return element;
}

/** @param {string} url */
function isHttps(url) {
  try {
    return new URL(url).protocol === "https:";
  } catch {
    return false;
  }
}

/** @param {Link} link */
function anchor({ title, url }) {
  return el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, title || url);
}
