/** The answers to choose from under a question. */

import { button, el } from "./dom.js";

/** @typedef {import("./api.js").Choice} Choice */
/** @typedef {import("./view.js").Row} Row */

/**
 * @param {Choice[]} choices
 * @param {(choice: Choice) => void} onChoose
 * @returns {HTMLElement[]} nothing when there is nothing to choose
 */
export function choiceGroup(choices, onChoose) {
  if (choices.length === 0) return [];
  const buttons = choices.map((choice) => button(choice.title, "choice", () => onChoose(choice)));
  return [el("div", { class: "choices", role: "group", "aria-label": "可选回答" }, ...buttons)];
}

/**
 * Only the newest question is open, and only until it has been answered.
 *
 * @param {Row[]} rows
 * @param {number} epoch of the present session
 */
export function syncChoices(rows, epoch) {
  const asking = rows.filter((row) => row.choices.length > 0);
  const newest = asking[asking.length - 1];
  for (const row of asking) {
    const chosen = chosenOf(row, rows);
    const open = row === newest && row.epoch === epoch && !chosen;
    row.element.querySelectorAll("button.choice").forEach((element, index) => {
      /** @type {HTMLButtonElement} */ (element).disabled = !open;
      element.classList.toggle("chosen", row.choices[index] === chosen);
    });
  }
}

/**
 * After a reload the chosen button is known by its words alone.
 *
 * @param {Row} asking
 * @param {Row[]} rows
 * @returns {Choice | undefined}
 */
function chosenOf(asking, rows) {
  const later = rows.slice(rows.indexOf(asking) + 1);
  const until = later.findIndex((row) => row.choices.length > 0);
  const answers = until === -1 ? later : later.slice(0, until);
  return asking.choices.find(({ title, choice }) =>
    answers.some((row) => row.choice === choice || row.text === title),
  );
}
