// Comforts of the console. Every page works without this file.

const BEAT_MS = 45_000;
const DUTY_BEAT_MS = 30_000;

/** Ctrl or ⌘ with Enter sends the form one is writing in. */
function sendByKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.closest?.("form")?.requestSubmit();
    }
  });
}

/** One more question before what cannot be undone. */
function askFirst() {
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
}

/** Whether somebody has typed into a form that was not sent yet. */
function guardUnsaved() {
  let typedIn = null;
  document.addEventListener("input", (event) => {
    typedIn = event.target.closest("form[data-guard]") ?? typedIn;
  });
  document.addEventListener("submit", (event) => {
    if (event.target === typedIn && !event.defaultPrevented) typedIn = null;
  });
  window.addEventListener("beforeunload", (event) => {
    if (typedIn) event.preventDefault();
  });
  return () => typedIn !== null;
}

/**
 * Tells who else looks at the case. Says so only after somebody did something here, so that a
 * page nobody sits at ends with its session.
 */
function watchViewers(isWriting) {
  const place = document.querySelector("[data-viewers]");
  if (!place) return;
  let isActive = false;
  for (const kind of ["keydown", "pointermove", "scroll"]) {
    window.addEventListener(kind, () => { isActive = true; }, { passive: true });
  }
  setInterval(async () => {
    if (!isActive || document.hidden) return;
    isActive = false;
    const body = new URLSearchParams({
      form_token: place.dataset.token,
      is_writing: isWriting() ? "1" : "",
    });
    try {
      const answer = await fetch(place.dataset.viewers, { method: "POST", body, redirect: "error" });
      if (answer.ok) place.textContent = await answer.text();
    } catch {
      // The next beat tries again; nothing depends on it.
    }
  }, BEAT_MS);
}

/** Who is on duty for customers is there as long as a page of theirs is open and signed in. */
function showDuty() {
  const { duty, token } = document.body.dataset;
  if (!duty) return;
  setInterval(() => {
    const body = new URLSearchParams({ form_token: token });
    // A beat that is lost is followed by the next one.
    fetch(duty, { method: "POST", body, redirect: "error" }).catch(() => {});
  }, DUTY_BEAT_MS);
}

/** Long texts need no scrolling inside a small box. */
function growTextareas() {
  if (CSS.supports("field-sizing", "content")) return;
  document.addEventListener("input", ({ target }) => {
    if (target.tagName === "TEXTAREA" && target.scrollHeight > target.clientHeight) {
      target.rows += 1;
    }
  });
}

/** Escape and a click elsewhere close the account menu. */
function closeMenus() {
  const menu = document.querySelector("details.account");
  if (!menu) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

sendByKeyboard();
askFirst();
closeMenus();
growTextareas();
showDuty();
watchViewers(guardUnsaved());
