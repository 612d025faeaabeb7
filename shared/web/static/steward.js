// What makes the pages smoother; every page works without it. docs/design.md names its habits.

const toasts = document.getElementById("toasts");

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast toast-error";
  toast.append(text);
  toasts.append(toast);
}

// Toasts that come after the page lie over its lower edge, and go after a while.
new MutationObserver((changes) => {
  for (const toast of changes.flatMap((change) => [...change.addedNodes]))
    if (toast.nodeType === Node.ELEMENT_NODE) {
      toast.classList.add("toast-live");
      setTimeout(() => toast.remove(), 8000);
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
