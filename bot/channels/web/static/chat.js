/** The chat page: puts session, outbox, poll and view together in one element. */

import { ChatApi } from "./api.js";
import { ARRIVED, Arrival } from "./arrival.js";
import { Composer } from "./composer.js";
import { ElderMode, Fold, numbered } from "./elder.js";
import { FilePicker, textOf } from "./files.js";
import { followKeyboard } from "./keyboard.js";
import { Outbox } from "./outbox.js";
import { Poller } from "./poller.js";
import { Presence } from "./presence.js";
import { Scroller } from "./scroll.js";
import { SESSION_KEY, SessionKeeper, isOtherSession } from "./session.js";
import { Shell } from "./shell.js";
import { Store } from "./store.js";
import { ConversationView } from "./view.js";

/** @typedef {import("./api.js").ApiError} ApiError */
/** @typedef {import("./api.js").Message} Message */
/** @typedef {import("./api.js").Page} Page */
/** @typedef {import("./outbox.js").Item} Item */

const RENEWED = "上一次对话已经结束，下面是新的对话。";
const UNSENT = "消息还没有发出去，已为您留着，可以点“重新发送”。";
const LOST = "上次有文件没有发完，请重新选择后再发。";
const CLEARED_KEY = "cleared";

class XiaobaoChat extends HTMLElement {
  #store = new Store();
  #listeners = new AbortController();
  #shell = new Shell((name) => this.#part(name));

  #view = new ConversationView(this.#part("log"), {
    onChoose: ({ title, choice }) => this.#say(title, choice),
    onRetry: (id) => this.#retry(id),
    onDelete: (id) => this.#delete(id),
    onCancel: (id) => this.#cancel(id),
  });

  #scroller = new Scroller(this.#part("scroll"), this.#part("newer"));

  #composer = new Composer({
    input: /** @type {HTMLTextAreaElement} */ (this.#part("input")),
    send: /** @type {HTMLButtonElement} */ (this.#part("send")),
    counter: this.#part("counter"),
    store: this.#store,
    onSubmit: (text) => this.#onTyped(text),
  });

  #elder = new ElderMode({
    button: this.#part("elder"),
    store: this.#store,
    address: location.href,
    onChange: () => this.#settle(),
  });

  #fold = new Fold(this.#part("log"), this.#part("older"));

  #presence = new Presence({
    address: location.href,
    store: this.#store,
    leave: this.#part("leave"),
    onLook: (looking) => this.#follow(looking),
    onEnter: () => this.#keepFocus(),
    onSend: (text) => this.#say(text),
  });

  #picker = new FilePicker({
    button: this.#part("attach"),
    input: /** @type {HTMLInputElement} */ (this.#part("file")),
    hint: this.#part("drop"),
    onFile: (file) => this.#outbox.addFile(file, textOf(file)),
    onRefused: (reason) => this.#shell.showBanner(reason, true),
  });

  #arrival = new Arrival(location.href, this.#store);

  #api = new ChatApi(new URL("../", import.meta.url));

  #session = new SessionKeeper({
    api: this.#api,
    store: this.#store,
    onReplaced: () => this.#onSessionReplaced(),
  });

  #poller = new Poller(
    (after, wait, signal) =>
      this.#session.run((token) => this.#api.messages(token, after, wait, signal)),
    {
      onPage: (page, history) => this.#onPage(page, history),
      onError: (error) => this.#onTrouble(error),
    },
  );

  #outbox = new Outbox(
    this.#store,
    (item, signal) => this.#session.run((token) => this.#send(token, item, signal)),
    {
      onQueued: (item) => this.#onQueued(item),
      onDelivered: (item, page) => this.#onDelivered(item, page),
      onFailed: (item, error) => this.#onFailed(item, error),
      onRetrying: (item, error) => this.#onRetrying(item, error),
      onBusy: (busy) => this.#onBusy(busy),
    },
  );

  connectedCallback() {
    this.#listeners = new AbortController();
    this.#listen(this.#listeners.signal);
    this.#view.setBusy(true);
    this.#outbox.restore(this.#session.open);
    this.#presence.listen(this.#listeners.signal);
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#poller.stop();
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    this.#shell.listen((words) => this.#say(words), signal);
    this.#scroller.listen(signal);
    this.#composer.listen(signal);
    this.#picker.listen(signal);
    this.#elder.listen(signal);
    this.#fold.listen(() => this.#part("scroll").focus({ preventScroll: true }), signal);
    this.#part("clear").addEventListener("click", () => this.#askToClear(), { signal });
    for (const quick of this.querySelectorAll("[data-quick]")) {
      quick.addEventListener("click", () => this.#say(quick.textContent ?? ""), { signal });
    }
    addEventListener("pagehide", () => this.#poller.stop(), { signal });
    addEventListener("online", () => this.#onNetwork(), { signal });
    addEventListener("offline", () => this.#shell.setStatus("offline"), { signal });
    addEventListener("storage", (event) => this.#onOtherTab(event), { signal });
  }

  /**
   * Out of sight only a conversation is kept up: an officer may be writing.
   *
   * @param {boolean} looking whether the customer sees the page
   */
  #follow(looking) {
    if (looking || this.#presence.framed || !this.#view.empty) this.#poller.start();
    else this.#poller.stop();
    if (looking) this.#arrive();
  }

  /** In the widget's closed window nobody has come yet. */
  #arrive() {
    const scene = this.#arrival.take();
    if (scene) this.#outbox.addArrival(scene, ARRIVED);
  }

  /** @param {string} text */
  #onTyped(text) {
    const open = /** @type {NodeListOf<HTMLButtonElement>} */ (
      this.querySelectorAll("button.choice:enabled, .welcome:not([hidden]) [data-quick]")
    );
    const meant = this.#elder.on ? numbered(text, [...open]) : undefined;
    if (meant) meant.click();
    else this.#outbox.add(text);
  }

  #onNetwork() {
    this.#outbox.hurry();
    this.#poller.hurry();
  }

  /**
   * A button was pressed in the customer's place.
   *
   * @param {string} text
   * @param {string} [choice]
   */
  #say(text, choice) {
    this.#outbox.add(text, choice);
    this.#keepFocus();
  }

  /**
   * @param {string} token
   * @param {Item} item
   * @param {AbortSignal} signal
   */
  #send(token, item, signal) {
    const { file } = item;
    if (!file) return this.#api.send(token, item, signal);
    return this.#api.upload(token, { ...item, file }, signal, (part) => this.#onProgress(item, part));
  }

  /** @param {string} id */
  #retry(id) {
    this.#shell.closeBanner();
    if (this.#outbox.retry(id)) this.#view.remove(id);
    this.#keepFocus();
  }

  /** @param {string} id */
  #delete(id) {
    this.#outbox.drop(id);
    this.#view.remove(id);
    this.#shell.closeBanner();
    this.#settle();
    this.#keepFocus();
  }

  /** @param {string} id */
  #cancel(id) {
    this.#outbox.cancel(id);
    this.#view.remove(id);
    this.#settle();
    this.#keepFocus();
  }

  /** The pressed button is gone or disabled now; on a touch screen no keyboard should pop up for it. */
  #keepFocus() {
    if (matchMedia("(pointer: fine)").matches) this.#composer.focus();
    else this.#part("scroll").focus({ preventScroll: true });
  }

  /** @param {Item} item */
  #onQueued(item) {
    this.#view.unmarkNew();
    this.#view.showPending(item);
    this.#settle();
    this.#scroller.toEnd();
    if (!item.scene) this.#presence.sent(item);
  }

  /**
   * @param {Item} item
   * @param {Page} page
   */
  #onDelivered(item, page) {
    this.#shell.setStatus("online");
    this.#shell.closeBanner();
    this.#view.setState(item.id, "sent");
    this.#scroller.follow(this.#show(page, false));
  }

  /**
   * @param {Page} page
   * @param {boolean} history
   * @returns {HTMLElement[]} what has come onto the page
   */
  #show({ messages, handover }, history) {
    if (handover !== undefined) this.#shell.setHandover(handover);
    const added = this.#view.show(messages);
    this.#view.markNew(this.#presence.take(added, history));
    this.#settle();
    return added;
  }

  /** The conversation has changed: what is to be seen of it. */
  #settle() {
    this.#part("welcome").hidden = !this.#view.empty;
    this.#fold.settle(this.#elder.on);
    if (this.#view.empty) this.#scroller.toStart();
    else this.#scroller.settle();
  }

  /**
   * @param {Item} item
   * @param {number} part
   */
  #onProgress(item, part) {
    const focused = document.activeElement;
    this.#view.setProgress(item.id, part);
    this.#onBusy(part === 1);
    if (focused && !focused.isConnected) this.#keepFocus();
  }

  /**
   * @param {Item} item
   * @param {ApiError | null} error
   */
  #onFailed(item, error) {
    this.#view.showPending(item);
    this.#view.setState(item.id, "failed");
    this.#settle();
    const reason = item.lost ? LOST : UNSENT;
    this.#shell.showBanner(error?.status ? error.message : reason, true);
    this.#scroller.toEnd();
  }

  /**
   * @param {Item} item
   * @param {ApiError} error
   */
  #onRetrying(item, error) {
    this.#view.setState(item.id, "retrying");
    this.#onTrouble(error);
  }

  /** @param {boolean} busy */
  #onBusy(busy) {
    this.#shell.setTyping(busy);
    this.#scroller.settle();
  }

  /**
   * @param {Page} page
   * @param {boolean} history
   */
  #onPage(page, history) {
    // The server answers again: what waits to be tried once more need not sit out its wait.
    if (this.#shell.setStatus("online")) this.#outbox.hurry();
    this.#shell.easeBanner();
    const added = this.#show(page, history);
    page.messages.forEach((message) => this.#arrived(message));
    if (!history) return this.#scroller.follow(added);
    if (!this.#view.empty) this.#scroller.toEnd();
    this.#scroller.follow(this.#view.fresh);
    this.#view.setBusy(false);
  }

  /**
   * What this page had given up may have arrived: the server answers late, but it answers.
   *
   * @param {Message} message
   */
  #arrived({ id, reply_to: answered }) {
    const key = answered ?? id;
    if (!key || !this.#outbox.settle(key, Boolean(answered))) return;
    this.#view.setState(key, "sent");
    this.#shell.closeBanner();
  }

  /** @param {ApiError} error */
  #onTrouble(error) {
    if (error.unreachable) this.#shell.setStatus("offline");
    if (error.status > 0) this.#shell.showBanner(error.message, false);
    this.#settle();
  }

  #onSessionReplaced() {
    this.#outbox.spellOutChoices();
    if (!this.#view.empty) this.#view.startEpoch(RENEWED);
    this.#poller.reset();
  }

  /** @param {StorageEvent} event */
  #onOtherTab(event) {
    if (Store.concerns(event, CLEARED_KEY)) this.#forgetConversation();
    else if (Store.concerns(event, SESSION_KEY) && isOtherSession(event)) this.#onSessionReplaced();
  }

  async #askToClear() {
    if (!(await this.#shell.confirmClear())) return;
    this.#poller.stop();
    this.#store.set(CLEARED_KEY, Date.now());
    this.#forgetConversation();
    await this.#session.end();
    this.#poller.reset();
    this.#poller.start();
    this.#keepFocus();
  }

  #forgetConversation() {
    this.#outbox.clear();
    this.#composer.clear();
    this.#view.clear();
    this.#shell.closeBanner();
    this.#settle();
  }

  /** @param {string} name */
  #part(name) {
    const part = this.querySelector(`[data-part="${name}"]`);
    if (!(part instanceof HTMLElement)) throw new Error(`page has no part ${name}`);
    return part;
  }
}

followKeyboard();
customElements.define("xiaobao-chat", XiaobaoChat);
