// The page of the desk. The server draws every region; this puts what it sends into its place without disturbing who
// types, sends what is typed as it is typed, and says that somebody is there.
"use strict";

const region = (name) => document.getElementById(name);
const post = (path, body) => fetch(path, { method: "POST", headers: { "X-Desk": "1" }, body });

// Regions that change.

const regions = ["status", "notice", "card", "people", "work", "idle", "citizen"];
const held = new Map(); // what came for a region while somebody composed a letter in it
let composing = false;

function put(name, html, digest) {
  const place = region(name);
  if (place.dataset.region === digest) return;
  const active = document.activeElement;
  const inside = active && place.contains(active) && active.id;
  if (inside && composing) { held.set(name, [html, digest]); return; }
  const typing = inside && active.matches("input:not([type=checkbox]), textarea")
    ? { value: active.value, start: active.selectionStart, end: active.selectionEnd, saved: active.dataset.saved } : null;
  const open = [...place.querySelectorAll("details[open][id]")].map((details) => details.id);
  const kept = [...place.querySelectorAll("details[id] input, details[id] select, #key, #search")]
    .filter((field) => field.id && field !== active && field.type !== "hidden")
    .map((field) => [field.id, field.value]);
  const list = region("services");
  place.innerHTML = html;
  place.dataset.region = digest;
  open.forEach((id) => { const details = document.getElementById(id); if (details) details.open = true; });
  // What is typed and not yet taken outlives the change; a field that shows what the desk knows is drawn anew.
  kept.forEach(([id, value]) => { const field = document.getElementById(id); if (field && value && field.closest("details, .key, .search")) field.value = value; });
  if (inside) {
    const again = document.getElementById(inside) ;
    if (again) {
      if (typing && again.value !== typing.value && typing.value !== typing.saved) again.value = typing.value;
      again.focus({ preventScroll: true });
      if (typing && typing.start !== null) { try { again.setSelectionRange(typing.start, typing.end); } catch { /* not a text */ } }
    }
  }
  if (list && region("services") && region("search")?.value) search();
  arrive(place);
}

function arrive(place) {
  const first = place.querySelector("[data-focus]");
  const active = document.activeElement;
  if (first && (!active || active === document.body || !active.matches("input, textarea, select"))) first.focus({ preventScroll: true });
  place.querySelectorAll("[data-sound]").forEach(sound);
}

addEventListener("compositionstart", () => { composing = true; });
addEventListener("compositionend", () => {
  composing = false;
  held.forEach(([html, digest], name) => put(name, html, digest));
  held.clear();
});

const stream = new EventSource(document.body.dataset.events ?? "/events");
stream.onopen = () => { region("offline").hidden = true; };
stream.onerror = () => { region("offline").hidden = false; };
regions.forEach((name) => stream.addEventListener(name, (event) => put(name, event.data, event.lastEventId)));

// Forms: sent without leaving the page.

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  if (form.dataset.entry !== undefined && !submitter) body.delete("act");
  try {
    const answer = await post(form.getAttribute("action"), body);
    if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
    if (form.matches(".key")) form.querySelectorAll("input").forEach((field) => { field.value = ""; });
    if (form.closest("#by-hand") && answer.ok) { form.reset(); region("by-hand").open = false; }
  } catch { region("offline").hidden = false; }
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.plain !== undefined) return;
  event.preventDefault();
  if (form.dataset.search !== undefined) search(); else send(form, event.submitter);
});

const timers = new WeakMap();
addEventListener("input", (event) => {
  const form = event.target.form;
  if (event.target.id === "search") { clearTimeout(timers.get(event.target)); timers.set(event.target, setTimeout(search, 120)); return; }
  if (event.target.id === "key" && event.target.dataset.can !== undefined && /^\d{6}$/.test(event.target.value)) return;
  if (form?.dataset.entry === undefined) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(event.target), 400));
});
addEventListener("change", (event) => {
  if (event.target.form?.dataset.entry !== undefined) save(event.target);
});
function save(field) {
  const form = field.form;
  if (!form || composing) return;
  clearTimeout(timers.get(form));
  field.dataset.saved = field.value;
  if (field.type === "checkbox") {
    post("/entry", new URLSearchParams({ field: form.elements.field.value, value: field.checked ? "x" : "" }));
  } else send(form);
}

async function search() {
  const query = region("search")?.value ?? "";
  const answer = await fetch("/services?" + new URLSearchParams({ q: query }));
  const list = region("services");
  if (answer.ok && list && (region("search")?.value ?? "") === query) list.innerHTML = await answer.text();
}

// The number pad, and a scanner that types while no field has the focus.

addEventListener("click", (event) => {
  const digit = event.target.closest("[data-digit]");
  if (!digit) return;
  const field = region("key");
  field.value = digit.dataset.digit === "back" ? field.value.slice(0, -1) : field.value + digit.dataset.digit;
});
addEventListener("keydown", (event) => {
  const field = region("key");
  if (!field || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  if (document.activeElement === document.body && /[0-9A-Z|]/i.test(event.key)) field.focus();
});

// The camera: frames go to the program on this machine until one holds a card's code.

addEventListener("click", async (event) => {
  const button = event.target.closest("[data-camera]");
  if (!button) return;
  const place = button.parentElement;
  let source;
  try { source = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, facingMode: "environment" } }); }
  catch { place.querySelector("p")?.remove(); place.append(Object.assign(document.createElement("p"), { className: "problem-line", textContent: document.documentElement.lang === "vi" ? "Không mở được camera: cắm camera và cho phép trang này dùng." : "The camera cannot be opened: plug it in and allow this page to use it." })); return; }
  const video = Object.assign(document.createElement("video"), { srcObject: source, muted: true, playsInline: true });
  place.append(video);
  await video.play();
  const canvas = document.createElement("canvas");
  const stop = () => { source.getTracks().forEach((track) => track.stop()); video.remove(); };
  for (let frame = 0; frame < 240 && video.isConnected; frame += 1) {
    canvas.width = video.videoWidth; canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    if (!picture) break;
    const answer = await fetch("/code-picture", { method: "POST", headers: { "X-Desk": "1", "X-Frame": "1" }, body: picture });
    if (answer.ok) break;
    await new Promise((done) => setTimeout(done, 120));
  }
  stop();
});

// Somebody is there: told at most every five seconds.

let told = 0;
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => {
  if (Date.now() - told < 5000) return;
  told = Date.now();
  post("/touch", "").catch(() => {});
});

// A short sound for what was found: two rising tones, one tone, two falling ones.

const heard = new Set();
function sound(element) {
  const key = element.dataset.key ?? element.textContent;
  if (heard.has(key)) return;
  heard.add(key);
  const tones = { good: [660, 880], unsure: [520], bad: [330, 220], wrong: [330, 220], typed: [] }[element.dataset.sound] ?? [];
  try {
    const audio = sound.audio ??= new AudioContext();
    tones.forEach((frequency, index) => {
      const tone = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime + index * 0.18;
      tone.frequency.value = frequency; gain.gain.setValueAtTime(0.15, at); gain.gain.exponentialRampToValueAtTime(0.001, at + 0.17);
      tone.connect(gain).connect(audio.destination); tone.start(at); tone.stop(at + 0.18);
    });
  } catch { /* no sound here */ }
}

document.querySelectorAll("[data-sound]").forEach((element) => heard.add(element.dataset.key ?? element.textContent));
const wanted = document.querySelector("[data-focus]");
if (wanted) wanted.focus();
