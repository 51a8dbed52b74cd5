// Keeps the pages about talks up to date. Every page works without this file, by reloading.

const LOOK_MS = 2_000;
const TITLE = document.title;

/** The page's text as a document; nothing in it runs. */
async function fetched(path) {
  const answer = await fetch(path, { redirect: "error", headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

/** Asks again and again, one request at a time, whether the page is in sight or not. */
function again(look) {
  const round = async () => {
    try {
      await look();
    } catch {
      // Signed out, or the network is away: the next round tries again.
    }
    setTimeout(round, LOOK_MS);
  };
  setTimeout(round, LOOK_MS);
}

/** Lists that change by themselves; not under somebody's keyboard. */
function keepLists() {
  for (const place of document.querySelectorAll("[data-live]")) {
    let before = null;
    again(async () => {
      const { page } = await fetched(place.dataset.live);
      const now = page.body.innerHTML;
      showWaiting(Number(page.querySelector("[data-waiting]").dataset.waiting));
      if (now === before || place.contains(document.activeElement)) return;
      place.replaceChildren(...page.body.childNodes);
      before = now;
    });
  }
}

/** How many wait stands in the menu, and in the title for whoever looks elsewhere. */
function showWaiting(count) {
  for (const place of document.querySelectorAll("[data-count]")) {
    place.textContent = count;
    place.hidden = !count;
  }
  document.title = document.hidden && count ? `（${count} 位在等）${TITLE}` : TITLE;
}

function toEnd(talk) {
  talk.scrollTop = talk.scrollHeight;
}

/** What is said appears at the end of the talk; where it stands is told above it. */
function keepTalk() {
  const talk = document.querySelector("[data-talk]");
  if (!talk) return;
  toEnd(talk);
  again(async () => {
    const { answer, page } = await fetched(`${talk.dataset.talk}?after=${talk.dataset.last}`);
    const said = [...page.querySelectorAll("li.bubble")];
    const isAtEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
    talk.querySelector("ol").append(...said);
    talk.dataset.last = answer.headers.get("X-Last-Number");
    if (said.length && isAtEnd) toEnd(talk);
    if (said.some((each) => each.classList.contains("customer"))) hearCustomer(page);
    if (answer.headers.get("X-Chat-State") !== talk.dataset.state) tellOfChange();
  });
}

/** New words of the customer: other proposals, and a mark for whoever looks elsewhere. */
function hearCustomer(page) {
  const place = document.querySelector("main [data-suggestions]");
  const proposed = page.querySelector("[data-suggestions]");
  if (place && proposed) {
    place.replaceChildren(...proposed.childNodes);
    showButtons();
  }
  if (document.hidden) document.title = `（新消息）${TITLE}`;
}

/** The page no longer fits the talk: shown anew, unless somebody is writing. */
function tellOfChange() {
  const box = document.querySelector("[data-say] textarea");
  if (box?.value.trim()) {
    document.querySelector("[data-changed]").hidden = false;
  } else {
    window.location.reload();
  }
}

/** Puts words into the reply box, after what stands there; sends nothing. */
function fillIn() {
  const box = document.querySelector("[data-say] textarea");
  document.addEventListener("click", ({ target }) => {
    const words = target.closest?.("[data-fill]")?.dataset.fill;
    if (!words || !box) return;
    box.value = box.value.trim() ? `${box.value.trimEnd()}\n${words}` : words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
}

function showButtons() {
  const canWrite = document.querySelector("[data-say]") !== null;
  for (const button of document.querySelectorAll("[data-fill], [data-quick]")) {
    button.hidden = !canWrite;
  }
}

/** How much room is left in the reply box. */
function count() {
  const counter = document.querySelector("[data-counter]");
  const box = document.querySelector("[data-say] textarea");
  if (!counter || !box) return;
  const most = Number(counter.dataset.counter);
  const show = () => {
    const length = [...box.value].length;
    counter.textContent = length > most ? `超出 ${length - most} 字，请分成几条` : `${length}/${most} 字`;
    counter.classList.toggle("wrong", length > most);
  };
  box.addEventListener("input", show);
  show();
}

/** Fields for one outcome only are shown when it is chosen. */
function showOutcomeFields() {
  const choice = document.querySelector("select[name=outcome]");
  if (!choice) return;
  const show = () => {
    for (const fields of document.querySelectorAll("[data-for-outcome]")) {
      fields.hidden = fields.dataset.forOutcome !== choice.value;
    }
  };
  choice.addEventListener("change", show);
  show();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = TITLE;
});
keepLists();
keepTalk();
fillIn();
showButtons();
count();
showOutcomeFields();
document.querySelector("[data-say] textarea")?.focus({ preventScroll: true });
