/**
 * The chat on the bank's own pages, by one tag: docs/widget.md tells attributes, methods, events.
 *
 * A classic script, so that it knows its own address. Works under a policy without 'unsafe-inline'
 * and with Trusted Types: elements are built, the style sheet is constructed, nothing is parsed.
 */
(() => {
  "use strict";

  const TAG = "xiaobao-widget";
  if (customElements.get(TAG)) return; // the tag stands on the page twice

  const script = document.currentScript;
  const TITLE = "小保 · 消费者权益保护助手";
  const LABEL = "咨询投诉";
  const OPENING = "正在打开小保…";
  const UNREACHABLE = "小保暂时打不开，请稍后再试，或拨打本行客服热线。";
  /** ms after which the window says that the chat page does not answer */
  const PATIENCE = 10_000;
  /** What the page in the frame tells, and what the bank's page hears: names of Rasa's chat widget. */
  const EVENTS = {
    ready: ["chatSessionStarted"],
    sent: ["chatWidgetSentMessage"],
    chosen: ["chatWidgetSentMessage", "chatWidgetQuickReply"],
    received: ["chatWidgetReceivedMessage"],
  };
  /** On the bank's own storage: the customer has talked here before, answers may be waiting. */
  const TALKED = "xiaobao.talked";
  const SHAPE = "M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-5 4.5V16A2.5 2.5 0 0 1 4 13.5z";
  const STYLE = `
    :host { all: initial; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; color-scheme: light dark;
      font: 16px/1.5 -apple-system, BlinkMacSystemFont, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    :host([position="left"]) { right: auto; left: 20px; }
    [hidden] { display: none !important; }
    button { font: inherit; cursor: pointer; touch-action: manipulation; }
    button:focus-visible { outline: 3px solid #b4501a; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    .launcher { display: flex; align-items: center; gap: 8px; min-height: 52px; padding: 0 20px 0 16px; border: 2px solid #fff;
      border-radius: 28px; background: var(--xiaobao-color, #0b4f57); color: var(--xiaobao-ink, #fff); font-weight: 600;
      box-shadow: 0 4px 16px rgb(0 0 0 / 28%); }
    svg { width: 24px; height: 24px; fill: currentcolor; }
    .badge { min-width: 24px; padding: 0 6px; border-radius: 12px; background: #a3231f; color: #fff; font-size: 14px;
      line-height: 24px; text-align: center; }
    .window { position: fixed; right: 20px; bottom: 88px; display: flex; flex-direction: column; width: 416px;
      height: min(704px, calc(100vh - 108px)); border: 1px solid #7b8f92; border-radius: 16px; background: Canvas; color: CanvasText;
      box-shadow: 0 12px 40px rgb(0 0 0 / 30%); overflow: hidden; }
    :host([position="left"]) .window { right: auto; left: 20px; }
    .window.closed { visibility: hidden; }
    .wait { display: flex; align-items: center; gap: 12px; padding: 16px; }
    .wait p { flex: 1; margin: 0; }
    .wait button { min-width: 64px; min-height: 44px; border: 1px solid; border-radius: 22px; background: none; color: inherit; }
    iframe { flex: 1; border: 0; }
    /* Laid out already, so that the page in it finds its sizes. */
    .wait:not([hidden]) ~ iframe { position: absolute; inset: 0; width: 100%; height: 100%; visibility: hidden; }
    @media (max-width: 480px), (max-height: 480px) {
      .window { inset: 0 !important; width: auto; height: auto; border: 0; border-radius: 0; }
    }
    @media print { :host { display: none; } }
    @media (forced-colors: active) { .launcher, .badge { border: 2px solid ButtonText; } }`;

  class XiaobaoWidget extends HTMLElement {
    #launcher = make("button", { type: "button", class: "launcher", "aria-expanded": "false" });
    #badge = make("span", { class: "badge", "aria-hidden": "true", hidden: "" });
    #window = make("div", { class: "window closed", role: "dialog", id: "window" });
    #wait = make("div", { class: "wait" });
    #notice = make("p", { role: "status" });
    /** @type {HTMLIFrameElement | null} */
    #frame = null;
    #ready = false;
    #open = false;
    /** @type {string[]} texts that wait for the chat page */
    #texts = [];
    #timer = 0;
    #listening = new AbortController();

    constructor() {
      super();
      const shut = make("button", { type: "button" });
      shut.textContent = "关闭";
      shut.addEventListener("click", () => this.close());
      this.#wait.append(this.#notice, shut);
      this.#window.append(this.#wait);
      this.#launcher.append(icon(), LABEL, this.#badge);
      this.#launcher.setAttribute("aria-controls", "window");
      this.#launcher.addEventListener("click", () => (this.#open ? this.close() : this.open()));
      const root = this.attachShadow({ mode: "open" });
      root.append(this.#launcher, this.#window);
      dress(root);
      root.addEventListener("keydown", (event) => {
        if (event instanceof KeyboardEvent && event.key === "Escape") this.close();
      });
    }

    connectedCallback() {
      this.#listening = new AbortController();
      const { signal } = this.#listening;
      addEventListener("message", (event) => this.#onMessage(event), { signal });
      this.#window.setAttribute("aria-label", this.#title);
      this.#paint(this.getAttribute("color"));
      this.#count(0);
      if (this.hasAttribute("auto-open")) this.open();
      else if (hasTalked()) whenIdle(() => this.#load());
    }

    disconnectedCallback() {
      this.#listening.abort();
      this.#frame?.remove();
      this.#frame = null;
      this.#ready = false;
      this.#show(false);
    }

    /** Opens the window and moves the focus into it. */
    open() {
      if (!this.#ready) this.#load();
      if (this.#open) return;
      this.#show(true);
      this.#tell({ xiaobao: "shown", shown: true });
      this.#enter();
      this.#emit("chatWidgetOpened");
    }

    /** Closes the window; the focus goes back to the button. The conversation stays. */
    close() {
      if (!this.#open) return;
      this.#show(false);
      this.#tell({ xiaobao: "shown", shown: false });
      this.#launcher.focus();
      this.#emit("chatWidgetClosed");
    }

    /**
     * Opens the window and says something in the customer's place.
     *
     * @param {string} text up to 2,000 characters
     */
    send(text) {
      this.open();
      if (this.#ready) this.#tell({ xiaobao: "send", text });
      else this.#texts.push(text);
    }

    get #title() {
      return this.getAttribute("widget-title") || TITLE;
    }

    /** @returns {URL} folder of the channel, ending in "/" */
    get #base() {
      const server = this.getAttribute("server-url");
      if (server) return new URL(`${server.replace(/\/+$/, "")}/webhooks/web/`, location.href);
      return new URL("./", script instanceof HTMLScriptElement ? script.src : location.href);
    }

    #load() {
      const address = new URL(this.#base);
      address.searchParams.set("embed", "1");
      address.searchParams.set("host", location.origin);
      if (this.hasAttribute("elder")) address.searchParams.set("elder", "1");
      const campaign = this.getAttribute("campaign") ?? new URL(location.href).searchParams.get("campaign");
      if (campaign) address.searchParams.set("campaign", campaign);
      this.#frame?.remove();
      this.#ready = false;
      this.#wait.hidden = false;
      this.#frame = make("iframe", { title: this.#title, src: address.href, allow: "clipboard-write" });
      this.#window.append(this.#frame);
      this.#notice.textContent = OPENING;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => (this.#notice.textContent = UNREACHABLE), PATIENCE);
    }

    /** @param {MessageEvent} event only of our own frame, and only from our own server */
    #onMessage({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#base.origin) return;
      const kind = data?.xiaobao;
      if (kind === "ready") this.#onReady();
      if (kind === "close") this.close();
      if (kind === "unread") this.#count(Number(data.count) || 0);
      if (kind === "sent") remember();
      const names = EVENTS[kind === "sent" && data.choice ? "chosen" : kind] ?? [];
      const detail = kind === "received" ? { sender: data.from } : undefined;
      for (const name of names) this.#emit(name, detail);
    }

    #onReady() {
      this.#ready = true;
      clearTimeout(this.#timer);
      this.#wait.hidden = true;
      this.#tell({ xiaobao: "shown", shown: this.#open });
      this.#enter();
      for (const text of this.#texts.splice(0)) this.#tell({ xiaobao: "send", text });
    }

    /** The focus goes to where the customer reads on; the chat page moves it to its own input. */
    #enter() {
      if (!this.#open) return;
      if (this.#ready) this.#frame?.focus();
      else this.#wait.querySelector("button")?.focus();
    }

    /** @param {boolean} open */
    #show(open) {
      this.#open = open;
      this.#window.classList.toggle("closed", !open);
      this.#launcher.setAttribute("aria-expanded", String(open));
    }

    /** @param {number} count of unread messages */
    #count(count) {
      this.#badge.hidden = count === 0;
      this.#badge.textContent = count > 99 ? "99+" : String(count);
      this.#launcher.setAttribute("aria-label", count ? `${LABEL}，有 ${count} 条新消息` : LABEL);
    }

    /** @param {object} message */
    #tell(message) {
      if (this.#ready) this.#frame?.contentWindow?.postMessage(message, this.#base.origin);
    }

    /**
     * @param {string} name
     * @param {object} [detail] never what was said
     */
    #emit(name, detail) {
      this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
    }

    /**
     * Light words on a dark colour, dark ones on a light colour.
     *
     * @param {string | null} color any CSS colour
     */
    #paint(color) {
      if (!color || !CSS.supports("color", color)) return;
      this.style.setProperty("--xiaobao-color", color);
      const shown = getComputedStyle(this.#launcher).backgroundColor;
      const [red = 0, green = 0, blue = 0] = (shown.match(/[\d.]+/g) ?? []).map((part) => (Number(part) / 255) ** 2.2);
      const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      this.style.setProperty("--xiaobao-ink", light > 0.18 ? "#000" : "#fff");
    }
  }

  /**
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} tag
   * @param {Record<string, string>} attributes
   * @returns {HTMLElementTagNameMap[K]}
   */
  function make(tag, attributes) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function icon() {
    const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", SHAPE);
    svg.append(path);
    return svg;
  }

  /** @param {ShadowRoot} root */
  function dress(root) {
    if ("adoptedStyleSheets" in root) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } else {
      // Safari before 16.4; there a policy without 'unsafe-inline' leaves the button plain.
      const style = make("style", {});
      style.textContent = STYLE;
      root.append(style);
    }
  }

  function hasTalked() {
    try {
      return localStorage.getItem(TALKED) !== null;
    } catch {
      return false; // storage is blocked: the button works, only without a badge after a reload
    }
  }

  function remember() {
    try {
      localStorage.setItem(TALKED, "1");
    } catch {
      // as above
    }
  }

  /** @param {() => void} work */
  function whenIdle(work) {
    if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 5000 });
    else setTimeout(work, 1000);
  }

  function place() {
    if (document.querySelector(`${TAG}, rasa-chatbot-widget`)) return;
    const widget = make(TAG, {});
    const { dataset } = script ?? {};
    for (const [name, value] of Object.entries(dataset ?? {})) {
      widget.setAttribute(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value);
    }
    document.body.append(widget);
  }

  customElements.define(TAG, XiaobaoWidget);
  // Pages made for Rasa's own widget only change the script's address.
  customElements.define("rasa-chatbot-widget", class extends XiaobaoWidget {});
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
