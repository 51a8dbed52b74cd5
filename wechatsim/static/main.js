/** Keeps the page in step with the simulator. */

import { Account } from "./account.js";
import { call, Refused } from "./api.js";
import { byId } from "./dom.js";
import { Faults } from "./faults.js";
import { Menu } from "./menu.js";
import { Phone } from "./phone.js";
import { record } from "./records.js";
import { Scenes } from "./scenes.js";

const PAUSE = 600;

/** @param {string} text empty: nothing to tell */
function tell(text) {
  byId("alert").textContent = text;
  byId("alert").hidden = !text;
}

/** @param {() => Promise<any>} work */
async function act(work) {
  tell("");
  acting += 1;
  try {
    await work();
  } catch (error) {
    tell(error instanceof Refused ? error.message : "模拟器没有回答，它还开着吗？");
  } finally {
    acting -= 1;
    acted += 1;
  }
}

const phone = new Phone(act);
const menu = new Menu(act, phone);
const account = new Account(act);
const scenes = new Scenes(act, phone);
const faults = new Faults(act, phone);
let last = 0;
let lost = false;
/** Acts under way, and acts that have ended. */
let acting = 0;
let acted = 0;

async function refresh() {
  const before = acted;
  const [state, news] = await Promise.all([call("GET", "state"), call("GET", `news?after=${last}`)]);
  if (news.last < last) location.reload(); // the simulator was started anew
  last = news.last;
  await phone.show(state.users);
  menu.show(state.menu);
  scenes.show(state.scenes);
  // What was asked for before a switch was set, or the account saved, would set it back.
  if (!acting && acted === before) {
    account.show(state.account);
    faults.show(state.faults);
  }
  phone.receive(news.entries.filter((/** @type {any} */ one) => one.entry === "shown"));
  record(news.entries.filter((/** @type {any} */ one) => one.entry !== "shown"));
}

async function keepUp() {
  try {
    if (!document.hidden) await refresh();
    if (lost) tell("");
    lost = false;
  } catch {
    lost = true;
    tell("模拟器没有回答，它还开着吗？");
  }
  setTimeout(keepUp, PAUSE);
}

for (const part of [phone, account, scenes, faults]) part.listen();
keepUp();
