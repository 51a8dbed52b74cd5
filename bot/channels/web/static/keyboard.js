/** Older iPhones lay the keyboard over the page instead of making the page smaller. */
export function followKeyboard() {
  const seen = window.visualViewport;
  if (!seen) return;
  seen.addEventListener("resize", () => {
    const zoomed = Math.abs(seen.scale - 1) > 0.01;
    const height = zoomed ? "" : `${Math.round(seen.height)}px`;
    document.documentElement.style.setProperty("--seen-height", height);
  });
}
