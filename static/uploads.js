// Photographs on their way: chosen, taken, dropped or pasted; sent two at a time while she writes; tried again by
// themselves when the line was lost. Every sentence comes from the page, which is in her language.
//
// <section data-uploads data-to="/studio/drafts/UID/photos" data-most-bytes="40000000" data-say-…="sentences"> holds
//   input[type=file]            any number of them
//   [data-needs-no-script]      what is there for browsers without scripts
//   ol[data-photos]             the rows: li[data-photo=UID], with [data-waits] while its picture is being made,
//                               [data-picture] (img or input) and [data-state-words] for what is the matter;
//                               what is on its way stands among them
//   template[data-coming]       a row of what is on its way: [data-picture] [data-name] progress [data-state-words],
//                               and the buttons [data-again] and [data-drop]
//   [data-told]                 where the count is told (role=status)
// Events on the document: photo-added, photo-made, photo-refused, photo-removed, each with detail {uid, row}.

const AT_ONCE = 2;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
const SILENT_MS = 60000;
const LOOK_EVERY_MS = 1500;
const KEPT = "studio-shared";
// What another try may change; everything else is about the photograph itself.
const PASSING = new Set([0, 401, 403, 408, 425, 429, 500, 502, 503, 504]);

const place = document.querySelector("[data-uploads]");

/** Return the sentence of this name, with its gaps filled. */
const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [gap, value]) => text.replace(`{${gap}}`, value), place.dataset[`say${name}`] ?? "");

const token = () => document.querySelector("input[name=token]")?.value ?? "";
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One photograph on its way; *settled* is called once nothing more will come of it. */
class Coming {
  constructor(file, key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, settled = () => {}) {
    this.file = file;
    this.key = key;
    this.settled = settled;
    this.state = "waiting";
    this.tries = 0;
    this.row = place.querySelector("template[data-coming]").content.cloneNode(true).firstElementChild;
    this.picture = URL.createObjectURL(file);
    show(this.row, this.picture);
    this.part("[data-name]").textContent = file.name;
    for (const named of this.row.querySelectorAll("progress, button")) {
      const label = named.getAttribute("aria-label") ?? named.textContent.trim();
      named.setAttribute("aria-label", `${label} – ${file.name}`);
    }
    this.part("[data-again]").addEventListener("click", () => this.again());
    this.part("[data-drop]").addEventListener("click", () => this.drop());
    this.show();
  }

  part(selector) {
    return this.row.querySelector(selector);
  }

  get isOpen() {
    return this.state === "waiting" || this.state === "sending" || this.state === "later";
  }

  /** Show how things stand. */
  show(words = "", done = 0) {
    const names = { waiting: "Waits", sending: "Sends", later: "Later" };
    this.row.dataset.state = this.state;
    this.part("[data-state-words]").textContent = words || say(names[this.state] ?? "");
    const bar = this.part("progress");
    bar.hidden = this.state === "refused";
    bar.value = done;
    this.part("[data-again]").hidden = this.state !== "later" && this.state !== "refused";
  }

  /** Try once more, at once. */
  again() {
    if (this.state !== "later" && this.state !== "refused") return;
    clearTimeout(this.timer);
    this.state = "waiting";
    this.show();
    next();
  }

  /** Take it back. */
  drop() {
    clearTimeout(this.timer);
    this.state = "dropped";
    this.request?.abort();
    const neighbour = this.row.nextElementSibling ?? this.row.previousElementSibling;
    this.row.remove();
    URL.revokeObjectURL(this.picture);
    all.splice(all.indexOf(this), 1);
    this.settled();
    (neighbour?.querySelector("[data-drop], button, input, textarea") ?? place.querySelector("input[type=file]"))?.focus();
    next();
  }

  /** Put it off; whatever was in the way may be gone then. */
  putOff(words) {
    this.state = "later";
    this.tries += 1;
    this.show(words);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.tries - 1), LONGEST_WAIT_MS);
    this.timer = setTimeout(() => this.again(), wait);
  }

  refuse(words) {
    this.state = "refused";
    this.show(words);
    this.settled();
  }

  /** Send it, and do with the answer what is to be done. */
  async send() {
    this.state = "sending";
    this.show();
    const { status, told } = await this.post();
    if (this.state === "dropped") return;
    if (status === 200 || status === 201) await this.arrive(told);
    else if (status === 401 || status === 403) {
      const signedIn = await renew();
      if (this.state === "dropped") return;
      this.putOff(signedIn ? "" : say("SignedOut"));
    } else if (PASSING.has(status)) this.putOff(told.error ?? "");
    else this.refuse(told.error ?? say("Failed"));
  }

  /** Return status and answer of one request; status 0 where there was none. */
  post() {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      this.request = request;
      let silence;
      const listen = () => {
        clearTimeout(silence);
        silence = setTimeout(() => request.abort(), SILENT_MS);
      };
      request.upload.addEventListener("progress", (event) => {
        listen();
        if (event.lengthComputable) this.show("", event.loaded / event.total);
      });
      request.addEventListener("loadend", () => {
        clearTimeout(silence);
        let told = {};
        try {
          told = JSON.parse(request.responseText);
        } catch {
          // The answer of somebody in between, or none.
        }
        resolve({ status: request.status, told });
      });
      request.open("POST", place.dataset.to);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Content-Type", this.file.type || "application/octet-stream");
      request.setRequestHeader("X-Token", token());
      request.setRequestHeader("X-Key", this.key);
      request.setRequestHeader("X-Name", encodeURIComponent(this.file.name));
      listen();
      request.send(this.file);
    });
  }

  /** Put the row of the photograph in the place of this one. */
  async arrive(told) {
    this.state = "arrived";
    this.settled();
    if (rowOf(told.uid)) {
      // The very same file, given twice: it is there already.
      this.row.remove();
      URL.revokeObjectURL(this.picture);
      return;
    }
    const row = await fetchRow(told.uid);
    if (row === null) {
      // The photograph is there; its row comes with the next page.
      this.part("[data-state-words]").textContent = say("Arrived");
      this.part("progress").hidden = this.part("[data-drop]").hidden = true;
      return;
    }
    this.row.replaceWith(row);
    if (!told.url) show(row, this.picture);
    note();
    tell("photo-added", { uid: told.uid, row });
    watch();
  }
}

const all = [];

/** Send what waits, as long as not too many are on their way. */
function next() {
  const sending = all.filter((one) => one.state === "sending").length;
  all.filter((one) => one.state === "waiting").slice(0, AT_ONCE - sending).forEach((one) => one.send().then(next));
  count();
}

/** Say how many are on their way, to those who cannot see it. */
function count() {
  const open = all.filter((one) => one.isOpen).length;
  const refused = all.filter((one) => one.state === "refused").length;
  const words = [open ? say("Open", { count: open }) : "", refused ? say("Refused", { count: refused }) : ""];
  const told = words.filter(Boolean).join(" ") || (all.some((one) => one.state === "arrived") ? say("AllArrived") : "");
  const where = place.querySelector("[data-told]");
  if (where.textContent !== told) where.textContent = told;
}

/** Take files in. */
function take(files) {
  enter([...files].map((file) => new Coming(file)));
}

/** Let photographs stand among the others, and send them. */
function enter(coming) {
  for (const one of coming) {
    const { file } = one;
    all.push(one);
    place.querySelector("[data-photos]").append(one.row);
    if (file.size > Number(place.dataset.mostBytes)) one.refuse(say("TooLarge"));
    else if (file.size === 0) one.refuse(say("Empty"));
  }
  next();
}

/** Show a picture in a row; of a kind that this browser does not know, what was there before. */
function show(row, address) {
  const image = row.querySelector("[data-picture]");
  if (!image) return;
  const former = image.src;
  image.addEventListener("error", () => (image.src = former), { once: true });
  image.addEventListener("load", () => former.startsWith("blob:") && URL.revokeObjectURL(former), { once: true });
  image.src = address;
}

const rowOf = (uid) => place.querySelector(`[data-photo="${CSS.escape(uid)}"]`);

/** Return the row of a photograph as the server writes it; null where it cannot be had. */
async function fetchRow(uid) {
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      const answer = await fetch(`${place.dataset.to}/${uid}/row`, { headers: { "X-Token": token() } });
      if (answer.ok) {
        const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
        return document.adoptNode(parsed.querySelector("[data-photo]"));
      }
    } catch {
      // The line is lost; it may come back.
    }
    await pause(FIRST_WAIT_MS);
  }
  return null;
}

/** Write down in which order the photographs stand. */
function note() {
  const order = document.querySelector("input[name=photos]");
  if (!order) return;
  order.value = [...place.querySelectorAll("[data-photo]")].map((row) => row.dataset.photo).join(",");
  order.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Ask how things stand; return the answer, or null where there is none. */
async function look() {
  try {
    const answer = await fetch(place.dataset.to, { headers: { Accept: "application/json", "X-Token": token() } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Take over what forms carry in a new session, and return whether she is signed in. */
async function renew() {
  const told = await look();
  for (const field of told ? document.querySelectorAll("input[name=token]") : []) field.value = told.token;
  return told !== null;
}

/** Take in what was shared with this phone for this draft, and was kept by worker.js until now. */
async function takeKept() {
  if (!globalThis.caches || !(await caches.has(KEPT))) return;
  const kept = await caches.open(KEPT);
  for (const request of await kept.keys()) {
    if (!request.url.endsWith("/said")) continue;
    const said = await (await kept.match(request)).json();
    if (`${said.to}/photos` !== place.dataset.to) continue;
    const folder = request.url.slice(0, -"said".length);
    const pictures = (await kept.keys()).filter(({ url }) => url.startsWith(folder) && url !== request.url);
    let left = pictures.length;
    const coming = [];
    for (const picture of pictures) {
      const answer = await kept.match(picture);
      const type = answer.headers.get("Content-Type");
      const file = new File([await answer.blob()], decodeURIComponent(answer.headers.get("X-Name")), { type });
      const settled = () => {
        left -= 1;
        kept.delete(picture).then(() => left || kept.delete(request));
      };
      coming.push(new Coming(file, `${said.key}-${picture.url.slice(folder.length)}`, settled));
    }
    if (!left) await kept.delete(request);
    enter(coming);
  }
}

let watching = false;

/** Show the pictures of what is still being made as soon as they are there. */
async function watch() {
  if (watching) return;
  watching = true;
  while (place.querySelector("[data-photo][data-waits]")) {
    await pause(LOOK_EVERY_MS);
    if (document.hidden) continue;
    for (const told of (await look())?.photos ?? []) settle(told);
  }
  watching = false;
}

/** Show in the row of a photograph what has come of it. */
function settle({ uid, state, url, error }) {
  const row = rowOf(uid);
  if (!row?.hasAttribute("data-waits") || (state !== "made" && state !== "refused")) return;
  row.removeAttribute("data-waits");
  const words = row.querySelector("[data-state-words]");
  if (words) words.textContent = state === "refused" ? error : "";
  if (state === "refused") {
    tell("photo-refused", { uid, row });
    return;
  }
  show(row, url);
  tell("photo-made", { uid, row });
}

/** Take files from wherever they can come. */
function open() {
  // Not only hidden: as the first button of its form it would be what Enter presses.
  for (const needless of place.querySelectorAll("[data-needs-no-script]")) needless.remove();
  place.toggleAttribute("data-ready", true);
  place.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=file]")) return;
    take(event.target.files);
    event.target.value = "";
  });
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    place.toggleAttribute("data-over", true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget ?? place.removeAttribute("data-over"));
  document.addEventListener("drop", (event) => {
    place.removeAttribute("data-over");
    if (!brings(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const pictures = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    // Some programs put a picture of a text beside the text; where she writes, she means the text.
    const writes = event.target.closest?.("input, textarea") && event.clipboardData.types.includes("text/plain");
    if (!pictures.length || writes) return;
    event.preventDefault();
    take(pictures);
  });
  const retry = () => all.filter((one) => one.state === "later").forEach((one) => one.again());
  addEventListener("online", retry);
  // She may have signed in again in another tab.
  document.addEventListener("visibilitychange", () => document.hidden || retry());
  addEventListener("beforeunload", (event) => all.some((one) => one.isOpen) && event.preventDefault());
  watch();
  takeKept();
}

if (place) open();
