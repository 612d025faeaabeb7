// The desk at the entrance: what is pressed or scanned is noted on this phone at once and sent when there is a
// connection, each with a nonce, so that it may be sent again without harm. Kept on the phone: names, shifts and six
// digits of those expected, for twelve hours at most (forget.js takes them away sooner), and what was not sent yet,
// which names nobody.

const page = document.getElementById("check-in");
const { here, zone } = page.dataset;
const list = document.getElementById("arrivals");
const search = page.querySelector("[type=search]");
const ROSTER = "check-in:" + here;
const QUEUE = "scans:" + here;
const HALF_A_DAY = 12 * 3600e3;
const KINDS = ["check-in", "check-out", "undo-check-in", "undo-check-out"];
const asked = new URLSearchParams(location.search).get("q");

const read = (key) => JSON.parse(localStorage.getItem(key));
const write = (key, value) => localStorage.setItem(key, JSON.stringify(value));
const queue = () => read(QUEUE) ?? [];
const nonce = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const words = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), page.dataset["words" + name]);
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
const time = (moment) => clock.format(new Date(moment));

let people = [];
let { token } = page.dataset;

function say(text, tone) {
  const toast = document.createElement("div");
  toast.className = "toast toast-" + tone;
  toast.textContent = text;
  document.getElementById("toasts").replaceChildren(toast);
}

// How somebody stands once what was not sent yet has arrived.
function after(person, { kind, at }) {
  if (kind === "check-in" && ["expected", "absent"].includes(person.state)) return { ...person, state: "here", came_at: at };
  if (kind === "check-out" && person.state === "here") return { ...person, state: "left", left_at: at };
  if (kind === "undo-check-in" && ["here", "seen"].includes(person.state)) return { ...person, state: "expected", came_at: null };
  if (kind === "undo-check-out" && person.state === "left") return { ...person, state: "here", left_at: null };
  return person;
}
const now = (person) => queue().filter((scan) => scan.signup_id === person.id).reduce(after, person);

function draw(row, person) {
  row.dataset.person = person.id;
  row.querySelector("[data-name]").textContent = person.name;
  row.querySelector("[data-shift]").textContent = person.shift;
  row.querySelector("[data-times]").textContent = [person.came_at, person.left_at].filter(Boolean).map(time).join("–");
  for (const part of row.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(person.state);
  const came = person.state === "expected" ? Date.now() : Date.parse(person.came_at);
  row.querySelector("[data-late]").hidden = !(came > Date.parse(person.late_from));
  for (const form of row.querySelectorAll("form")) form.action = form.action.replace(/[^/]+(?=\/[^/]+$)/, person.id);
}

function show() {
  const standing = people.map(now);
  const rows = new Map([...list.children].map((row) => [row.dataset.person, row]));
  for (const person of standing) {
    let row = rows.get(person.id);
    if (row ? (row.dataset.state ?? person.state) !== person.state : !asked) {
      const other = document.getElementById("arrival").content.firstElementChild.cloneNode(true);
      if (row) row.replaceWith(other); // the service sends what fits the state that it knows
      else list.append(other);
      row = other;
    }
    if (row) draw(row, person);
  }
  const named = new Set(people.map(({ id }) => id));
  for (const [id, row] of rows) if (!asked && !named.has(id)) row.remove();
  const counted = standing.filter(({ state }) => state !== "waiting");
  const came = counted.filter(({ state }) => ["here", "left", "seen"].includes(state)).length;
  if (people.length) document.getElementById("came").textContent = words("Came", { n: came, total: counted.length });
  const unsent = page.querySelector("[data-unsent]");
  unsent.hidden = !queue().length;
  unsent.querySelector(".notice-title").textContent = words("Unsent", { n: queue().length });
  page.querySelector("[data-empty]").hidden = list.children.length > 0;
  narrow();
}

// The list narrows while one types; the end of a phone number is only known to the server, which the button asks.
const bare = (text) => text.toLowerCase().replace(/\s/g, "");
const matches = ({ name, code }) => bare(name).includes(bare(search.value)) || code.startsWith(search.value);
function narrow() {
  if (asked) return;
  const found = new Set(people.filter(matches).map(({ id }) => id));
  for (const row of list.children) row.hidden = !found.has(row.dataset.person);
}
search.addEventListener("input", narrow);
search.form.addEventListener("submit", (event) => {
  if (asked || !people.some(matches)) return;
  event.preventDefault();
  event.stopPropagation();
});

function note(signup_id, kind) {
  write(QUEUE, [...queue(), { nonce: nonce(), signup_id, kind, at: new Date().toISOString() }]);
  show();
  send();
}

list.addEventListener("submit", (event) => {
  const [, id, kind] = event.target.action.match(/([^/]+)\/([^/]+)$/);
  if (!KINDS.includes(kind) || !people.some((person) => person.id === id)) return;
  event.preventDefault();
  event.stopPropagation();
  note(id, kind);
});

// The list as the service has it. Whoever is not signed in any more is led to a page that is none of ours.
let newest = 0;
async function refresh() {
  const turn = ++newest;
  const answer = await fetch(here + "/check-in/people");
  if (answer.redirected || !answer.ok) throw new Error("signed out");
  const found = await answer.json();
  if (turn !== newest) return; // a later one is on its way, and knows more
  token = found.csrf_token;
  people = found.people;
  write(ROSTER, { people, until: Date.now() + HALF_A_DAY });
  show();
}

const PATIENCE = [2e3, 60e3];
let pause = PATIENCE[0];
let waiting = null;
let sending = false;

async function send() {
  if (sending || !queue().length) return;
  sending = true;
  clearTimeout(waiting);
  try {
    while (queue().length) {
      await sendOne(queue()[0]);
      pause = PATIENCE[0];
      if (!queue().length) await refresh(); // while it is on its way, more may be noted
    }
  } catch {
    waiting = setTimeout(send, pause);
    pause = Math.min(pause * 2, PATIENCE[1]);
  }
  sending = false;
}

async function sendOne(scan) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(here + "/scans", { method: "POST", headers, body: JSON.stringify(scan) });
  if (answer.redirected || [401, 403].includes(answer.status)) say(words("SignIn"), "error");
  if (answer.status === 400) await refresh(); // the page's token is of a sign-in that has ended; the next try has a new one
  if (answer.redirected || !(answer.ok || [404, 422].includes(answer.status))) throw new Error("later");
  const { outcome, reason } = answer.ok ? await answer.json() : { outcome: "refused", reason: answer.statusText };
  const person = people.find(({ id }) => id === scan.signup_id);
  people = people.map((one) => (one === person && outcome === "done" ? after(one, scan) : one));
  write(QUEUE, queue().filter((one) => one.nonce !== scan.nonce));
  if (outcome === "refused") say(words("Refused", { name: person?.name ?? "", reason }), "error");
  show();
}

// The camera.
const scanner = page.querySelector("[data-scanner]");
const video = scanner.querySelector("video");
const button = scanner.querySelector("[data-scan]");
let seen = {};
scanner.addEventListener("change", () => (seen = {}));

// What stays in the picture is scanned once.
function scanned(text) {
  const stays = text === seen.text && Date.now() - seen.at < 3000;
  seen = { text, at: Date.now() };
  if (stays) return;
  navigator.vibrate?.(80);
  const address = URL.canParse(text) ? new URL(text) : null;
  if (address && address.pathname !== here + "/check-in") return say(words("Elsewhere"), "error");
  const code = address ? address.searchParams.get("q") : text;
  const known = people.find((person) => person.code === code);
  if (!known) return say(words("Unknown"), "error");
  const person = now(known);
  const kind = scanner.querySelector("[name=mode]:checked").value;
  if (after(person, { kind, at: "" }) === person) return say(words("Already", person), "info");
  note(person.id, kind);
  say(words(kind === "check-in" ? "In" : "Out", person), "success");
}

async function look(detector) {
  if (video.hidden) return;
  for (const { rawValue } of video.readyState > 1 ? await detector.detect(video) : []) scanned(rawValue);
  setTimeout(look, 250, detector);
}

async function toggle() {
  if (!video.hidden) {
    video.srcObject.getTracks().forEach((track) => track.stop());
  } else {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return say(words("Camera"), "error");
    }
    await video.play();
  }
  video.hidden = !video.hidden;
  button.ariaPressed = String(!video.hidden);
  look(new BarcodeDetector({ formats: ["qr_code"] }));
}

async function offerCamera() {
  const reads = "BarcodeDetector" in window && navigator.mediaDevices && (await BarcodeDetector.getSupportedFormats());
  scanner.hidden = !(reads && reads.includes("qr_code"));
  page.querySelector("[data-no-camera]").hidden = !scanner.hidden;
  button.addEventListener("click", toggle);
}

const kept = read(ROSTER);
if (kept?.until > Date.now()) people = kept.people;
else localStorage.removeItem(ROSTER);
if ("shell" in page.dataset) show();
refresh().then(send, () => {
  show();
  send();
});
offerCamera();
addEventListener("online", send);
setInterval(() => document.hidden || sending || queue().length || refresh().catch(() => {}), 20e3);
navigator.serviceWorker?.register(`${here}/${page.dataset.worker}`, { scope: here + "/check-in" });
