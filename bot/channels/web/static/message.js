/** The inside of one bubble: text, source line, copyable case reference, links. */

import { button, copyText, el } from "./dom.js";

/** @typedef {import("./api.js").Link} Link */

const SOURCE_START = "依据：";
/** TS + date + 6 characters of Crockford base32 + 1 check character (which has five more signs). */
const REFERENCE = /(TS\d{8}-[0-9A-HJKMNP-TV-Z]{6}[0-9A-HJKMNP-Z*~$=])(?![0-9A-Za-z])/;
const COPIED_SHOWN = 2000;

/**
 * @param {string} text
 * @returns {HTMLElement[]} paragraphs; runs of source lines apart from the rest
 */
export function botText(text) {
  return runs(text).map(({ source, lines }) => {
    const content = source ? [lines.join("\n")] : withReferences(lines.join("\n"));
    return el("p", { class: source ? "text source" : "text" }, ...content);
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
 * @returns {{source: boolean, lines: string[]}[]}
 */
function runs(text) {
  /** @type {{source: boolean, lines: string[]}[]} */
  const found = [];
  for (const line of text.split("\n")) {
    const source = line.startsWith(SOURCE_START);
    const last = found[found.length - 1];
    if (last && last.source === source) last.lines.push(line);
    else found.push({ source, lines: [line] });
  }
  return found;
}

/**
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function withReferences(text) {
  return text.split(REFERENCE).map((part, index) => (index % 2 ? reference(part) : part));
}

/** @param {string} number */
function reference(number) {
  const copy = button("复制", "copy", async () => {
    copy.textContent = (await copyText(number)) ? "已复制" : "请长按复制";
    setTimeout(() => (copy.textContent = "复制"), COPIED_SHOWN);
  });
  copy.setAttribute("aria-description", `编号 ${number}`);
  return el("span", { class: "reference" }, el("span", { class: "reference-number" }, number), copy);
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
