// What makes the pages smoother; every page works without it. docs/design.md names its habits.

const toasts = document.getElementById("toasts");

function say(text, tone = "error", ...more) {
  const toast = document.createElement("div");
  toast.className = "toast toast-" + tone;
  toast.append(text, ...more);
  toasts.append(toast);
  return toast;
}

// Toasts that come after the page lie over its lower edge, and go after a while.
new MutationObserver((changes) => {
  for (const toast of changes.flatMap((change) => [...change.addedNodes]))
    if (toast.nodeType === Node.ELEMENT_NODE) {
      toast.classList.add("toast-live");
      if (!toast.querySelector("progress")) setTimeout(() => toast.remove(), 8000);
    }
}).observe(toasts, { childList: true });

// One press sends once; without a connection nothing is sent and nothing is lost.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!navigator.onLine || form.ariaBusy === "true") {
    event.preventDefault();
    if (!navigator.onLine) say(document.body.dataset.wordsOffline);
  } else if (form.method === "post" && !form.hasAttribute("hx-post")) {
    form.ariaBusy = "true";
    if (submitter) submitter.ariaBusy = "true";
  }
});
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("[aria-busy]").forEach((part) => (part.ariaBusy = null));
});

// Errors come first: the summary gets the focus, also when htmx brought it.
const focusErrors = (part) => part.querySelector(".error-summary[role=alert]")?.focus();
focusErrors(document);
document.addEventListener("htmx:afterSwap", ({ target }) => focusErrors(target));
// What asks for itself again and again waits while nobody looks.
document.addEventListener("htmx:beforeRequest", (event) => document.hidden && event.preventDefault());
document.addEventListener("htmx:sendError", () => say(document.body.dataset.wordsOffline));
document.addEventListener("htmx:responseError", () => say(document.body.dataset.wordsFailed));

// A file that takes a while to be written says so until it is there; should that fail, the browser shows why.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-waits]");
  if (!link) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  const toast = say(link.dataset.waits, "info", document.createElement("progress"));
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw answer;
    const [, name] = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition"));
    const file = document.createElement("a");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = decodeURIComponent(name);
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 60000);
  } catch {
    location.assign(link.href);
  }
  toast.remove();
  link.ariaBusy = null;
});

// Buttons that print the page are there where a script can do it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A list that was narrowed without a new page stays so in another language or look.
document.addEventListener("submit", ({ target: { action, elements } }) => {
  if (action?.endsWith?.("/preferences")) elements.next.value = location.pathname + location.search;
});

// A link to a dialog opens it over the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const around = link?.closest("dialog[open]");
  const named = link?.hash && document.getElementById(link.hash.slice(1));
  if (around && link.hasAttribute("data-close")) around.close();
  else if (named?.matches("dialog:not([open])")) named.showModal();
  else return;
  event.preventDefault();
});

// Rows are dragged by their handles; the form that the handle names then tells before which row its own was dropped.
document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-drag]");
  if (!handle || event.button) return;
  event.preventDefault();
  const row = handle.closest("[data-row]");
  const list = row.parentNode;
  const home = row.nextElementSibling;
  const others = [...list.children].filter((one) => one !== row);
  const isBelow = (y) => (one) => {
    const { top, height } = one.getBoundingClientRect();
    return y < top + height / 2;
  };
  const drag = ({ clientY }) => list.insertBefore(row, others.find(isBelow(clientY)) ?? null);
  const drop = ({ type }) => {
    removeEventListener("pointermove", drag);
    for (const end of ["pointerup", "pointercancel"]) removeEventListener(end, drop);
    row.classList.remove("plan-dragged");
    const form = document.getElementById(handle.dataset.drag);
    form.elements.before.value = row.nextElementSibling?.dataset.row ?? "";
    if (type === "pointercancel") list.insertBefore(row, home);
    else if (row.nextElementSibling !== home) form.requestSubmit();
  };
  row.classList.add("plan-dragged");
  addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, drop);
});

// Buttons that copy a link: shown where the browser can do it; the link itself stands beside them.
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.querySelector("span").textContent = button.dataset.copied;
  });
}

// Drafts: what was typed outlives a lost connection, in this browser, until the form was accepted or a day has passed.
// Fields with "autocomplete" are about a person and are never kept: phones and tablets are shared.
const keyOf = (form) => "draft:" + form.dataset.draft;
const read = (key) => JSON.parse(localStorage.getItem(key));
const write = (key, draft) => localStorage.setItem(key, JSON.stringify(draft));
const ticks = (box) => box.type === "checkbox" || box.type === "radio";
const kept = (form) =>
  [...form.elements].filter(
    (box) => box.name && !box.hasAttribute("autocomplete") && !/hidden|password|tel|email|file|submit|button/.test(box.type),
  );

document.addEventListener("input", ({ target: { form } }) => {
  if (!form?.dataset.draft) return;
  const values = kept(form).filter((box) => box.checked || !ticks(box)).map((box) => [box.name, box.value]);
  write(keyOf(form), { values, sent: false, at: Date.now() });
});
document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  const draft = form.dataset.draft && !defaultPrevented && read(keyOf(form));
  if (draft) write(keyOf(form), { ...draft, sent: true });
});

const forms = [...document.querySelectorAll("form[data-draft]")];
const failed = document.querySelector("meta[name='steward-outcome'][content='failed']");
for (const key of Object.keys(localStorage).filter((name) => name.startsWith("draft:"))) {
  const draft = read(key);
  if (failed) write(key, { ...draft, sent: false });
  else if (Date.now() - draft.at > 864e5 || (draft.sent && !forms.some((form) => keyOf(form) === key))) localStorage.removeItem(key);
}
for (const form of forms) {
  const values = !document.querySelector(".error-summary") && read(keyOf(form))?.values;
  for (const box of values ? kept(form) : []) {
    const mine = values.findIndex(([name, value]) => name === box.name && (!ticks(box) || value === box.value));
    if (ticks(box)) box.checked = mine >= 0;
    else if (mine >= 0) box.value = values.splice(mine, 1)[0][1];
  }
}

// On a phone the header's places and the tabs scroll sideways: the present one is brought into sight.
for (const current of document.querySelectorAll(".site-nav [aria-current], .tabs [aria-current]"))
  current.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
