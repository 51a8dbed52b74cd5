/** Keeps the newest message in sight, unless the customer is reading further up. */

const NEAR = 80;
const MARGIN = 12;

export class Scroller {
  #area;
  #newer;
  #pinned = true;

  /**
   * @param {HTMLElement} area
   * @param {HTMLElement} newer the button that leads down
   */
  constructor(area, newer) {
    this.#area = area;
    this.#newer = newer;
  }

  /** @param {AbortSignal} signal removes the listeners */
  listen(signal) {
    this.#area.addEventListener("scroll", () => this.#onScroll(), { signal, passive: true });
    this.#newer.addEventListener("click", () => this.#onNewer(), { signal });
    const resized = new ResizeObserver(() => this.settle());
    resized.observe(this.#area);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  toStart() {
    this.#area.scrollTop = 0;
    this.#pinned = false;
    this.#newer.hidden = true;
  }

  toEnd() {
    this.#area.scrollTop = this.#area.scrollHeight;
    this.#pinned = true;
    this.#newer.hidden = true;
  }

  /** The content below grew or shrank: stay at the end if that is where the customer is. */
  settle() {
    if (this.#pinned) this.toEnd();
  }

  /**
   * Shows what has come; of an answer longer than the screen, its beginning.
   *
   * @param {HTMLElement[]} added
   */
  follow(added) {
    if (added.length === 0) return;
    if (!this.#pinned) {
      this.#newer.hidden = false;
      return;
    }
    const start = added[0].offsetTop - MARGIN;
    const end = this.#area.scrollHeight - this.#area.clientHeight;
    this.#area.scrollTop = Math.min(start, end);
    this.#pinned = start >= end - NEAR;
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#area;
    this.#pinned = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#pinned) this.#newer.hidden = true;
  }

  #onNewer() {
    this.#area.focus({ preventScroll: true });
    this.toEnd();
  }
}
