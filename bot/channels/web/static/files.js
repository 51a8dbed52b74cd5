/** Files a customer sends: chosen, dropped or pasted, checked here before the server checks again. */

import { el } from "./dom.js";

const TYPES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"]);
const ENDING = /\.(jpe?g|png|webp|gif|pdf)$/i;
const LARGEST = 10 * 1024 * 1024;
const MOST_AT_ONCE = 5;
/** How the conversation's text names a file, here and on the server. */
const FILE_TEXT = /^［(图片|文件)］(.+)$/s;

/**
 * @param {File} file
 * @returns {string | null} why it cannot be sent
 */
export function refusalOf({ name, type, size }) {
  if (!(type ? TYPES.has(type) : ENDING.test(name))) {
    return `“${name}”收不了，请发图片（JPG、PNG、WebP、GIF）或者 PDF。`;
  }
  if (size === 0) return `“${name}”是空的，请换一个再发。`;
  if (size > LARGEST) return `“${name}”太大了（最大 10MB），请压缩或者分开后再发。`;
  return null;
}

/** @param {File} file */
export function textOf({ name, type }) {
  return `［${type.startsWith("image/") ? "图片" : "文件"}］${name}`;
}

/**
 * @param {string} text
 * @param {File} [file] only this device has it; after a reload the name must do
 * @returns {HTMLElement | null} null when the text is not that of a file
 */
export function fileContent(text, file) {
  const [, kind, name] = FILE_TEXT.exec(text) ?? [];
  if (!name) return null;
  const chip = el(
    "p",
    { class: "file" },
    el("span", { class: `icon icon-${kind === "图片" ? "picture" : "file"}`, "aria-hidden": "true" }),
    el("span", { class: "visually-hidden" }, `［${kind}］`),
    el("span", { class: "file-name" }, name),
  );
  if (file?.type.startsWith("image/")) chip.prepend(thumbnail(file, chip));
  return chip;
}

/**
 * @param {File} file
 * @param {HTMLElement} chip keeps its icon when the picture cannot be shown
 */
function thumbnail(file, chip) {
  const url = URL.createObjectURL(file);
  const picture = el("img", { class: "thumbnail", src: url, alt: "" });
  picture.addEventListener("load", () => {
    URL.revokeObjectURL(url);
    chip.classList.add("file-shown");
  });
  picture.addEventListener("error", () => {
    URL.revokeObjectURL(url);
    picture.remove();
  });
  return picture;
}

/** The ways a file comes into the page. */
export class FilePicker {
  #button;
  #input;
  #hint;
  #onFile;
  #onRefused;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.button
   * @param {HTMLInputElement} parts.input
   * @param {HTMLElement} parts.hint shown while a file hovers over the page
   * @param {(file: File) => void} parts.onFile
   * @param {(reason: string) => void} parts.onRefused
   */
  constructor({ button, input, hint, onFile, onRefused }) {
    this.#button = button;
    this.#input = input;
    this.#hint = hint;
    this.#onFile = onFile;
    this.#onRefused = onRefused;
  }

  /** @param {AbortSignal} signal removes the listeners */
  listen(signal) {
    this.#button.addEventListener("click", () => this.#input.click(), { signal });
    this.#input.addEventListener("change", () => this.#onChosen(), { signal });
    document.addEventListener("paste", (event) => this.#onPaste(event), { signal });
    // The whole page takes files: one dropped beside the conversation would replace the page.
    document.addEventListener("dragover", (event) => this.#onDragOver(event), { signal });
    document.addEventListener("dragleave", (event) => this.#onDragLeave(event), { signal });
    document.addEventListener("drop", (event) => this.#onDrop(event), { signal });
  }

  #onChosen() {
    const files = [...(this.#input.files ?? [])];
    this.#input.value = ""; // the same file may be chosen again
    this.#take(files);
  }

  /** @param {ClipboardEvent} event */
  #onPaste(event) {
    const { clipboardData } = event;
    // Office programs put a picture of the text beside the text: then the text is meant.
    if (!clipboardData?.files.length || clipboardData.getData("text/plain")) return;
    event.preventDefault();
    this.#take([...clipboardData.files]);
  }

  /** @param {DragEvent} event */
  #onDragOver(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.#hint.hidden = false;
  }

  /** @param {DragEvent} event */
  #onDragLeave(event) {
    if (event.relatedTarget === null) this.#hint.hidden = true;
  }

  /** @param {DragEvent} event */
  #onDrop(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#hint.hidden = true;
    this.#take([...event.dataTransfer.files]);
  }

  /** @param {File[]} files */
  #take(files) {
    if (files.length > MOST_AT_ONCE) {
      return this.#onRefused(`一次最多发送 ${MOST_AT_ONCE} 个文件，请分几次发。`);
    }
    const refused = files.map(refusalOf).filter((reason) => reason !== null);
    if (refused.length > 0) this.#onRefused(refused.join("\n"));
    for (const file of files) if (refusalOf(file) === null) this.#onFile(file);
  }
}
