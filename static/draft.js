// A draft that saves itself while she writes, and loses nothing: neither without a connection, nor signed out, nor when
// the page is closed. Without it every button sends the whole form. Every sentence comes from the page.
//
// form[data-draft=UID] has the fields token, version and zone, and buttons named "do".
// [data-state]                where it is told whether all is saved, with data-say-saved, -saving, -typed, -offline …
// [data-signed-out]           shown while she is signed out
// [data-two-tabs]             shown once she goes on in a copy
// [data-part]                 pieces that come anew after each save, from UID/timeline
// button[data-adds=NAME]      puts data-text into a list with commas; [data-fills=NAME] in the place of what is there
// button[data-removes]        takes its li[data-photo] out
// Event on the form: restored, when what this browser kept was put back.
// What is not saved yet is kept in this browser, under "draft-UID".

const WAIT_MS = 700;
const AGAIN_MS = 5000;
const LONGEST_MS = 15000;

const form = document.querySelector("form[data-draft]");
const field = (name) => form.elements.namedItem(name);
const state = document.querySelector("[data-state]");
const key = () => `draft-${form.dataset.draft}`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let saved = "";
let running = null;
let timer = 0;
let leaving = false;
let wasTrouble = false;

/** Return all that is typed, as it is sent. */
function typed() {
  const pairs = [...new FormData(form)].filter(([name, text]) => typeof text === "string" && name !== "token" && name !== "version");
  return new URLSearchParams(pairs).toString();
}

/** Say how things stand; aloud only what is new to her. */
function tell(name, trouble = false) {
  const words = state.dataset[`say${name}`];
  state.setAttribute("aria-live", trouble || wasTrouble ? "polite" : "off");
  state.classList.toggle("trouble", trouble);
  if (state.textContent !== words) state.textContent = words;
  wasTrouble = trouble;
}

/** Keep in this browser what is not saved yet; forget it where all is. */
function keep() {
  const now = typed();
  try {
    if (now === saved) localStorage.removeItem(key());
    else localStorage.setItem(key(), JSON.stringify({ typed: now, version: field("version").value }));
  } catch {
    // No room, or not allowed: then only the server keeps it.
  }
}

/** Go on in another draft: a copy, because this one was changed elsewhere. */
function goOn(uid) {
  const former = form.dataset.draft;
  localStorage.removeItem(key());
  const notice = document.querySelector("[data-two-tabs]");
  notice.hidden = false;
  for (const name of ["href", "action", "formaction", "data-to"]) {
    for (const element of document.querySelectorAll(`[${name}*="${former}"]`)) {
      if (!notice.contains(element)) element.setAttribute(name, element.getAttribute(name).replace(former, uid));
    }
  }
  form.dataset.draft = uid;
  history.replaceState(null, "", `${form.dataset.at}/${uid}`);
}

/** Take over what forms carry in a new session, and return whether she is signed in. */
async function renew() {
  const answer = await fetch(`${form.dataset.at}/${form.dataset.draft}`, { headers: { "X-Token": field("token").value } });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("input[name=token]")?.value;
  for (const input of token ? document.querySelectorAll("input[name=token]") : []) input.value = token;
  return Boolean(token);
}

/** Send what is typed, and return whether it is saved now; *deed* is what is done after that. */
async function send(deed = "") {
  const now = typed();
  const body = new URLSearchParams(now);
  body.set("token", field("token").value);
  body.set("version", field("version").value);
  if (deed) body.set("do", deed);
  const answer = await fetch(form.getAttribute("action"), {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-Token": field("token").value },
    keepalive: document.hidden && body.toString().length < 60000,
    signal: AbortSignal.timeout?.(LONGEST_MS),
  });
  if (answer.status === 401) throw new Error("SignedOut");
  if (answer.status === 403) throw new Error("Token");
  if (answer.status === 422) throw new Error("Refused");
  if (!answer.ok) throw new Error("Offline");
  const told = await answer.json();
  saved = now;
  field("version").value = told.version;
  if (told.is_other) goOn(told.uid);
  document.querySelector("[data-signed-out]").hidden = true;
}

/** Send it, once more where only the session is a new one; return whether it is saved. */
async function sendOrTell(deed = "") {
  tell("Saving");
  for (const isLast of [false, true]) {
    try {
      await send(deed);
      keep();
      tell(typed() === saved ? "Saved" : "Typed");
      return true;
    } catch (error) {
      keep();
      const renewed = error.message === "Token" && !isLast && (await renew().catch(() => false));
      if (renewed) continue;
      const signedOut = error.message === "SignedOut" || error.message === "Token";
      document.querySelector("[data-signed-out]").hidden = !signedOut;
      tell(error.message === "Refused" ? "Refused" : signedOut ? "Typed" : "Offline", true);
      if (error.message !== "Refused" && !signedOut) later(AGAIN_MS);
      return false;
    }
  }
  return false;
}

/** Save all that is typed, one message after another; return whether all of it is saved. */
async function save() {
  clearTimeout(timer);
  running ??= (async () => {
    let well = true;
    while (well && typed() !== saved) well = await sendOrTell();
    if (well) refresh();
    return well;
  })().finally(() => {
    running = null;
  });
  return running;
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(save, ms);
}

/** Put in anew what changes with what is typed. */
async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(`${form.getAttribute("action")}/timeline`, { headers: { "X-Token": field("token").value } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const former = document.querySelector(`[data-part="${part.dataset.part}"]`);
    if (former && !former.contains(document.activeElement)) former.replaceWith(document.adoptNode(part));
  }
}

/** Put back what this browser kept, where the server does not have it. */
function restore() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key()));
  } catch {
    // Not ours.
  }
  if (!kept) return;
  const fields = new URLSearchParams(kept.typed);
  const without = (text) => {
    const rest = new URLSearchParams(text);
    rest.delete("photos");
    rest.delete("zone");
    return rest.toString();
  };
  if (without(kept.typed) === without(typed())) {
    localStorage.removeItem(key());
    return;
  }
  for (const input of form.querySelectorAll("input[name], textarea[name]")) {
    if (["token", "version", "photos", "zone"].includes(input.name) || ["file", "image"].includes(input.type)) continue;
    if (input.type === "radio" || input.type === "checkbox") input.checked = fields.getAll(input.name).includes(input.value);
    else if (fields.has(input.name)) input.value = fields.get(input.name);
  }
  field("version").value = kept.version;
  form.dispatchEvent(new CustomEvent("restored", { bubbles: true }));
  tell("Restored", true);
  later(WAIT_MS);
}

/** Return the words in a list with commas. */
const words = (text) => text.split(/[,#;]/).map((word) => word.trim()).filter(Boolean);

/** Show which of her words stand in their lists already. */
function mark() {
  for (const button of form.querySelectorAll("[data-adds]")) {
    const there = words(field(button.dataset.adds).value).map((word) => word.toLowerCase());
    button.setAttribute("aria-pressed", there.includes(button.dataset.text.toLowerCase()));
  }
}

/** Put a word of hers into its list, or take it out. */
function toggle(button) {
  const list = field(button.dataset.adds);
  const rest = words(list.value);
  const others = rest.filter((word) => word.toLowerCase() !== button.dataset.text.toLowerCase());
  list.value = (others.length < rest.length ? others : [...rest, button.dataset.text]).join(", ");
  list.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Take a photograph out, here and on the server. */
async function remove(button) {
  const row = button.closest("[data-photo]");
  const uid = row.dataset.photo;
  if (running) await running;
  if (!(await sendOrTell(`remove-${uid}`))) return;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  form.querySelector(`[data-other-of="${CSS.escape(uid)}"]`)?.remove();
  field("photos").value = [...form.querySelectorAll("[data-photo]")].map((one) => one.dataset.photo).join(",");
  saved = typed();
  keep();
  (next?.querySelector("textarea") ?? form.querySelector("input[type=file]")).focus();
  document.dispatchEvent(new CustomEvent("photo-removed", { detail: { uid, row } }));
  refresh();
}

/** Wait until nothing is on its way any more: a page that is left would lose it. */
async function arrived() {
  const open = () => document.querySelector('[data-photos] [data-state="waiting"], [data-photos] [data-state="sending"], [data-photos] [data-state="later"]');
  while (open()) {
    tell("Awaits");
    await pause(200);
  }
}

/** Save first, then let the button do its work: whoever is signed out or without a connection stays here. */
async function submit(event) {
  const button = event.submitter;
  if (leaving) return;
  event.preventDefault();
  if (button?.dataset.busy) return;
  if (!button || button.value === "save") {
    await save();
    return;
  }
  button.dataset.busy = "yes";
  try {
    await arrived();
    if (running) await running;
    // Even if nothing is typed: it tells whether she is still signed in.
    if (!(await sendOrTell())) return;
    leaving = true;
    // The page that follows looks by itself how things stand.
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "watches", value: "yes" }));
    form.requestSubmit(button);
  } finally {
    delete button.dataset.busy;
  }
}

function click(event) {
  const button = event.target.closest("button");
  if (button?.dataset.adds) {
    event.preventDefault();
    toggle(button);
  } else if (button?.dataset.fills) {
    event.preventDefault();
    const input = field(button.dataset.fills);
    input.value = button.dataset.text;
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (button?.hasAttribute("data-removes")) {
    event.preventDefault();
    remove(button);
  }
}

function open() {
  // Photographs come by themselves here.
  form.setAttribute("action", `${form.dataset.at}/${form.dataset.draft}`);
  form.removeAttribute("enctype");
  for (const hidden of document.querySelectorAll("[data-needs-no-script]")) hidden.hidden = true;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  field("zone").value = `${zone} ${-new Date().getTimezoneOffset()}`.trim();
  saved = typed();
  mark();
  restore();
  form.addEventListener("input", () => {
    mark();
    keep();
    if (typed() !== saved) {
      if (!wasTrouble) tell("Typed");
      later(WAIT_MS);
    }
  });
  form.addEventListener("submit", submit);
  form.addEventListener("click", click);
  document.addEventListener("visibilitychange", () => typed() !== saved && !leaving && save());
  addEventListener("pagehide", () => typed() !== saved && !leaving && !running && save());
  addEventListener("online", save);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("photo-added", ({ detail }) => {
    const words = detail.row.querySelector("template[data-other-words]");
    if (words) form.querySelector("[data-other-photos]").append(words.content.cloneNode(true));
    later(WAIT_MS);
  });
  document.addEventListener("photo-made", () => refresh());
  form.addEventListener("reordered", ({ detail }) => {
    const list = form.querySelector("[data-other-photos]");
    for (const uid of detail.ids) list.append(...list.querySelectorAll(`[data-other-of="${CSS.escape(uid)}"]`));
  });
}

if (form) open();
