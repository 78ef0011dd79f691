// The page of the desk. The server draws every region; this puts what it sends into its place without disturbing who
// types, sends what is typed as it is typed, and says that somebody is there.
"use strict";

const region = (name) => document.getElementById(name);
// The citizen's screen shows and says nothing: it keeps no officer's session alive and leads to no login.
const isCitizens = Boolean(document.body.dataset.events);
const post = async (path, body) => {
  const answer = await fetch(path, { method: "POST", headers: { "X-Desk": "1" }, body });
  // Who was logged out meanwhile logs in again.
  if (answer.status === 401 && !isCitizens) location.assign("/login");
  return answer;
};

// Regions that change.

const regions = ["status", "notice", "bridge", "card", "hand", "people", "work", "idle", "queue", "citizen"];
const held = new Map(); // what came for a region while somebody composed a letter in it, or held a button down
let composing = false, pressing = false;

function put(name, html, digest) {
  const place = region(name);
  if (!place || place.dataset.region === digest) return;
  const active = document.activeElement;
  const inside = active && place.contains(active);
  if (pressing || (inside && composing)) { held.set(name, [html, digest]); return; }
  if (name === "idle" && recount(place, html)) return;
  // Only what somebody is typing now, and nobody has taken yet, outlives what the desk knows.
  const isText = inside && active.matches("input:not([type=checkbox]), textarea");
  const typed = isText && active.value !== active.defaultValue && active.value !== active.dataset.saved
    ? active.value : null;
  const spot = isText ? [active.selectionStart, active.selectionEnd] : null;
  const open = new Map([...place.querySelectorAll("details[id]")].map((details) => [details.id, details.open]));
  const kept = [...place.querySelectorAll("#office input, #hand input, #hand select, #key, #purpose, #search, #printer, #bridge select")]
    .filter((field) => field !== active && field.value !== field.defaultValue).map((field) => [field.id, field.value]);
  const list = region("services");
  place.innerHTML = html;
  place.dataset.region = digest;
  open.forEach((was, id) => { const details = document.getElementById(id); if (details && was) details.open = true; });
  kept.forEach(([id, value]) => { const field = document.getElementById(id); if (field) field.value = value; });
  if (inside) refocus(active.id, typed, spot);
  if (list && region("services") && region("search")?.value) search();
  if (name === "status") sessionChanged();
  arrive(place);
}

// The countdown is said once; then only its number changes.
function recount(place, html) {
  const number = place.querySelector(".countdown strong");
  const next = new DOMParser().parseFromString(html, "text/html").querySelector(".countdown strong");
  if (number && next) number.textContent = next.textContent;
  return Boolean(number && next);
}

// Back to where somebody was: the same element, or the field that its button stood beside.
function refocus(id, typed, spot) {
  const again = document.getElementById(id) ?? document.getElementById(id.replace(/-(confirm|decline|reset)$/, ""))
    ?? document.getElementById(id + "-confirm");
  if (!again) return;
  if (typed !== null && "value" in again) again.value = typed;
  again.focus({ preventScroll: true });
  if (spot && spot[0] !== null) { try { again.setSelectionRange(...spot); } catch { /* not a text */ } }
}

// What was typed for one citizen is not left to the next.
let session = document.querySelector("[data-session]")?.dataset.session ?? "0";
function sessionChanged() {
  const now = document.querySelector("[data-session]")?.dataset.session ?? "0";
  if (session !== "0" && now !== session) {
    document.querySelectorAll("#hand form").forEach((form) => form.reset());
    for (const id of ["key", "search"]) if (region(id)) region(id).value = "";
    if (region("by-hand")) region("by-hand").open = false;
    if (region("search")) search();
    stopCamera(); forgetCopied();
  }
  session = now;
}

function arrive(place) {
  // A card that was put down, or somebody who was read, is seen wherever the officer was.
  if (place.id === "card" || place.id === "people") {
    const side = place.closest(".side");
    const active = document.activeElement;
    if (side && side.scrollHeight > side.clientHeight) { if (!side.contains(active)) side.scrollTop = 0; }
    else if (place.id === "card" && place.querySelector("[data-sound], [data-can], .steps") && !active?.matches("input, textarea, select")) place.scrollIntoView({ block: "nearest" });
  }
  const first = place.querySelector("[data-focus]");
  const active = document.activeElement;
  if (first && (!active || active === document.body || !active.matches("input, textarea, select"))) first.focus({ preventScroll: true });
  const sounds = [...place.querySelectorAll("[data-sound]")];
  // A fault that comes again is heard again.
  const here = new Set(sounds.map(soundKey));
  heard.forEach((key) => { if (key.startsWith(place.id + ":") && !here.has(key)) heard.delete(key); });
  sounds.forEach(sound);
  if (speech) say();
}

function flush() {
  const waiting = [...held];
  held.clear();
  waiting.forEach(([name, [html, digest]]) => put(name, html, digest));
}
addEventListener("compositionstart", () => { composing = true; });
addEventListener("compositionend", () => { composing = false; flush(); });
// What is pressed stays where it is until it is let go of; that is not always told.
let letGo;
const released = () => { pressing = false; flush(); };
addEventListener("pointerdown", () => { pressing = true; clearTimeout(letGo); letGo = setTimeout(released, 800); });
for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => { clearTimeout(letGo); letGo = setTimeout(released, 0); });

const heard = new Set();
let stream;
function follow() {
  stream?.close();
  stream = new EventSource(document.body.dataset.events ?? "/events");
  stream.onopen = () => { region("offline").hidden = true; };
  stream.onerror = () => { region("offline").hidden = false; if (!isCitizens) post("/touch", "").catch(() => {}); };
  if (!isCitizens) stream.addEventListener("login", () => location.assign("/login"));
  regions.forEach((name) => stream.addEventListener(name, (event) => put(name, event.data.trim() ? event.data : "", event.lastEventId)));
}
// A browser keeps few connections to one address: a tab that nobody sees lets go of its own.
document.addEventListener("visibilitychange", () => { if (document.hidden) stream?.close(); else follow(); });
follow();

// Forms: sent without leaving the page.

async function send(form, submitter) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const body = new URLSearchParams(new FormData(form, submitter));
  try {
    const answer = await post(form.getAttribute("action"), body);
    if (answer.status >= 500) throw new Error(answer.status);
    if (form.matches(".key")) form.querySelectorAll("input").forEach((field) => { field.value = ""; });
    if (form.closest("#by-hand") && answer.ok) { form.reset(); region("by-hand").open = false; }
  } catch { region("offline").hidden = false; }
  finally { delete form.dataset.busy; }
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.plain !== undefined) return;
  event.preventDefault();
  // A scanner ends each line of a machine readable zone with Enter: 3 of 30, 2 of 36 or 2 of 44 are one (Doc 9303-4 to 6).
  const line = form.matches(".key") ? form.elements.key.value.replace(/\s/g, "") : "";
  if (/^[A-Z][A-Z0-9<]+$/.test(line) && [30, 36, 44, 60].includes(line.length)) return;
  if (form.dataset.search !== undefined) search();
  else send(form, event.submitter);
});

const timers = new WeakMap();
addEventListener("input", (event) => {
  const form = event.target.form;
  if (event.target.id === "search") { searching(); clearTimeout(timers.get(event.target)); timers.set(event.target, setTimeout(search, 120)); return; }
  if (form?.dataset.entry === undefined) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(event.target), 400));
});
addEventListener("change", (event) => {
  if (event.target.id === "purpose") post("/purpose", new URLSearchParams({ purpose: event.target.value })).catch(() => {});
  if (event.target.form?.dataset.entry !== undefined) save(event.target);
});
function save(field) {
  const form = field.form;
  if (!form || composing) return;
  clearTimeout(timers.get(form));
  field.dataset.saved = field.value;
  if (field.type === "checkbox") {
    post("/entry", new URLSearchParams({ field: form.elements.field.value, value: field.checked ? "x" : "" }));
  } else post("/entry", new URLSearchParams({ field: form.elements.field.value, value: field.value })).catch(() => { region("offline").hidden = false; });
}

async function search() {
  searching();
  if (pressing) { setTimeout(search, 50); return; }
  const query = region("search")?.value ?? "";
  try {
    const answer = await fetch("/services?" + new URLSearchParams({ q: query }));
    const found = answer.ok ? await answer.text() : null;
    const list = region("services");
    if (!list || (region("search")?.value ?? "") !== query) return;
    if (pressing) { setTimeout(search, 50); return; }
    if (found !== null) list.innerHTML = found;
    list.removeAttribute("aria-busy");
  } catch { region("offline").hidden = false; region("services")?.removeAttribute("aria-busy"); }
}
// The list is about to change: whoever cannot see it is told.
function searching() { region("services")?.setAttribute("aria-busy", "true"); }

// A field copied into another program; when the citizen has gone, so has what was copied last.

addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try { await navigator.clipboard.writeText(field.value ?? field.textContent); }
  catch { if (!field.select) return; field.select(); if (!document.execCommand("copy")) return; }
  sessionStorage.setItem("copied", "1"); // that something was copied outlives a page that is loaded anew
  const done = button.querySelector("span");
  done.hidden = false; setTimeout(() => { done.hidden = true; }, 1200);
  if (button.dataset.person) post("/person/copied", new URLSearchParams({ person: button.dataset.person })).catch(() => {});
  else post("/form/copied", "").catch(() => {});
});
function forgetCopied() {
  if (sessionStorage.getItem("copied")) navigator.clipboard.writeText("").then(() => sessionStorage.removeItem("copied")).catch(() => addEventListener("focus", forgetCopied, { once: true }));
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
  if (!document.activeElement?.matches("input, textarea, select") && /[0-9A-Z|]/i.test(event.key)) field.focus();
});

// The camera: frames go to the program on this machine until one holds a card's code.

let camera = null;
function stopCamera() {
  camera?.source.getTracks().forEach((track) => track.stop());
  camera?.video.remove();
  camera = null;
}
addEventListener("click", (event) => {
  const button = event.target.closest("[data-camera]");
  if (button) film(button.parentElement);
});
async function film(place) {
  stopCamera();
  let source;
  try { source = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, facingMode: "environment" } }); }
  catch { place.querySelector("p")?.remove(); place.append(Object.assign(document.createElement("p"), { className: "problem-line", textContent: document.documentElement.lang === "vi" ? "Không mở được camera: cắm camera và cho phép trang này dùng." : "The camera cannot be opened: plug it in and allow this page to use it." })); return; }
  const video = Object.assign(document.createElement("video"), { srcObject: source, muted: true, playsInline: true });
  const mine = camera = { source, video };
  place.append(video);
  try {
    await video.play();
    const canvas = document.createElement("canvas");
    for (let frame = 0; frame < 240 && camera === mine && video.isConnected; frame += 1) {
      canvas.width = video.videoWidth; canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
      if (!picture || camera !== mine) break;
      const answer = await fetch("/code-picture", { method: "POST", headers: { "X-Desk": "1", "X-Frame": "1" }, body: picture });
      if (answer.ok) break;
      await new Promise((done) => setTimeout(done, 120));
    }
  } catch { region("offline").hidden = false; }
  finally { if (camera === mine) stopCamera(); else source.getTracks().forEach((track) => track.stop()); }
}

// Somebody is there: told at most every five seconds.

let told = 0;
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => {
  if (isCitizens) return;
  if (Date.now() - told < 5000) return;
  told = Date.now();
  post("/touch", "").catch(() => {});
});

// A short sound for what was found: two rising tones, one tone, two falling ones.

// The citizen's screen says what it shows, where somebody wants that and the machine has a voice for the language.

const speech = region("speech");
const voice = () => speechSynthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith(document.documentElement.lang));
function offerSpeech() {
  speech.hidden = !voice();
  speech.setAttribute("aria-pressed", String(localStorage.getItem("speech") === "1"));
}
let said = "";
function say() {
  const words = document.querySelector("#citizen [data-say]");
  const now = words ? words.dataset.say + words.textContent : "";
  if (!words || now === said) return;
  said = now;
  if (localStorage.getItem("speech") !== "1" || !voice()) return;
  speechSynthesis.cancel();
  const utterance = new SpeechSynthesisUtterance(words.textContent.replace(/\b0+(?=\d)/g, ""));
  utterance.voice = voice(); utterance.lang = utterance.voice.lang;
  speechSynthesis.speak(utterance);
}
if (speech && "speechSynthesis" in window) {
  offerSpeech();
  speechSynthesis.addEventListener?.("voiceschanged", offerSpeech);
  speech.addEventListener("click", () => {
    localStorage.setItem("speech", localStorage.getItem("speech") === "1" ? "0" : "1");
    offerSpeech(); said = ""; say();
  });
}

const soundKey = (element) => `${element.closest("[data-region]")?.id}:${element.dataset.key ?? element.textContent}`;
function sound(element) {
  const key = soundKey(element);
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

document.querySelectorAll("[data-sound]").forEach((element) => heard.add(soundKey(element)));
const wanted = document.querySelector("[data-focus]");
if (wanted) wanted.focus();
