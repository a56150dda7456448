// What was shared with this phone and kept by worker.js: shown, and turned into a new work, whose page then sends it.

const KEPT = "studio-shared";
const place = document.querySelector("[data-share]");
const token = () => document.querySelector("input[name=token]")?.value ?? "";

/** Return what waits, each sharing by itself, the oldest first: {folder, request, said, pictures}. */
async function waiting() {
  if (!globalThis.caches || !(await caches.has(KEPT))) return [];
  const kept = await caches.open(KEPT);
  const requests = await kept.keys();
  const found = [];
  for (const request of requests.filter(({ url }) => url.endsWith("/said"))) {
    const folder = request.url.slice(0, -"said".length);
    const pictures = requests.filter(({ url }) => url.startsWith(folder) && url !== request.url);
    found.push({ folder, request, pictures, said: await (await kept.match(request)).json() });
  }
  return found.sort((one, other) => one.folder.localeCompare(other.folder));
}

/** Begin a draft for one sharing, and go there. Whoever opens this page twice makes one draft. */
async function go(one) {
  const told = place.querySelector("[data-told]");
  told.textContent = place.dataset.sayGoing;
  try {
    await (navigator.locks?.request("studio-share", () => begin(one)) ?? begin(one));
  } catch {
    told.textContent = place.dataset.sayFailed;
    show([one]);
  }
}

async function begin({ request, pictures }) {
  const kept = await caches.open(KEPT);
  const stored = await kept.match(request);
  if (!stored) {
    location.replace("/studio");
    return;
  }
  const said = await stored.json();
  if (!said.to || !(await isOpen(said.to))) {
    const body = new URLSearchParams({ title: said.title, text: said.text });
    const answer = await fetch(place.dataset.begin, { method: "POST", headers: { "X-Token": token() }, body });
    if (answer.status === 401) {
      // Signed out meanwhile: what is kept waits.
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    said.to = (await answer.json()).to;
  }
  if (pictures.length) await kept.put(request, Response.json(said));
  else await kept.delete(request);
  location.replace(said.to);
}

/** Whether a draft that was begun earlier is still there. */
async function isOpen(address) {
  const answer = await fetch(`${address}/photos`, { headers: { "X-Token": token() } });
  return answer.ok;
}

/** Remove one sharing from this phone. */
async function forget({ request, pictures }) {
  const kept = await caches.open(KEPT);
  await Promise.all([...pictures, request].map((one) => kept.delete(one)));
  location.replace(location.pathname);
}

/** Show what waits, with what can be done about it. */
async function show(all) {
  const kept = await caches.open(KEPT);
  const list = place.querySelector("[data-list]");
  list.replaceChildren();
  for (const one of all) {
    const item = place.querySelector("template").content.cloneNode(true).firstElementChild;
    item.querySelector("[data-said]").textContent = [one.said.title, one.said.text].filter(Boolean).join(" – ");
    for (const picture of one.pictures) {
      const image = new Image();
      image.alt = "";
      image.onerror = () => image.remove();
      image.src = URL.createObjectURL(await (await kept.match(picture)).blob());
      item.querySelector("[data-pictures]").append(image);
    }
    item.querySelector("[data-go]").addEventListener("click", () => go(one));
    item.querySelector("[data-forget]").addEventListener("click", () => forget(one));
    list.append(item);
  }
}

async function open() {
  const all = await waiting();
  place.querySelector("[data-nothing]").hidden = all.length > 0;
  const trouble = new URLSearchParams(location.search).get("trouble");
  const told = place.querySelector("[data-told]");
  if (trouble) told.textContent = place.dataset[`say${trouble[0].toUpperCase()}${trouble.slice(1)}`] ?? "";
  const only = new URLSearchParams(location.search).has("look");
  if (all.length === 1 && !trouble && !only) await go(all[0]);
  else if (all.length) await show(all);
}

if (place) open();
