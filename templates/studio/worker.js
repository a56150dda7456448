// What the studio can do on a phone without a line: say so, and keep what was shared with it. No page of hers is kept.

const SHELL = "studio-{{ version }}";
const KEPT = "studio-shared";
const OFFLINE = "/studio/offline";
const SHARE = "/studio/share";
const MOST_FILES = 20;
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const FILES = {{ files|tojson }};

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((shell) => shell.addAll([OFFLINE, ...FILES].map((address) => new Request(address, { cache: "reload" }))))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([clear(), forget(), clients.claim()]));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method === "POST" && address.pathname === SHARE) event.respondWith(keep(request));
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(visit(request));
  else if (FILES.includes(address.pathname)) event.respondWith(fetch(request).catch(() => fromShell(address.pathname)));
});

/** Return the page, or what is said when there is no line. */
async function visit(request) {
  try {
    return await fetch(request);
  } catch {
    return fromShell(OFFLINE);
  }
}

const fromShell = async (address) => (await (await caches.open(SHELL)).match(address)) ?? Response.error();

/** Remove what an earlier worker kept for itself. */
async function clear() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("studio-") && name !== SHELL && name !== KEPT).map((name) => caches.delete(name)));
}

/** Remove what was shared a week ago and never fetched. */
async function forget() {
  const kept = await caches.open(KEPT);
  const before = Date.now() - KEPT_MS;
  for (const request of await kept.keys()) {
    if (Number(new URL(request.url).pathname.split("/")[3]) < before) await kept.delete(request);
  }
}

/** Keep what was shared, under /studio/kept/MOMENT/NUMBER, and lead to the page that does something with it. */
async function keep(request) {
  let fields;
  try {
    fields = await request.clone().formData();
  } catch {
    return fetch(request);
  }
  // A form of the page itself is no sharing.
  if (fields.has("token")) return fetch(request);
  const files = fields.getAll("photos").filter((file) => file instanceof File && file.size);
  const said = { title: fields.get("title") || "", text: [fields.get("text"), fields.get("url")].filter(Boolean).join("\n") };
  let trouble = "";
  if (!files.length && !said.title && !said.text) trouble = "?trouble=nothing";
  try {
    await forget();
    await store(files.slice(0, MOST_FILES), said);
    if (files.length > MOST_FILES) trouble = "?trouble=many";
  } catch {
    trouble = "?trouble=full";
  }
  return Response.redirect(SHARE + trouble, 303);
}

/** Keep all of it or nothing. */
async function store(files, said) {
  if (!files.length && !said.title && !said.text) return;
  const kept = await caches.open(KEPT);
  const place = `/studio/kept/${Date.now()}`;
  try {
    for (const [number, file] of files.entries()) {
      const headers = { "Content-Type": file.type || "application/octet-stream", "X-Name": encodeURIComponent(file.name) };
      await kept.put(`${place}/${number}`, new Response(file, { headers }));
    }
    // Last: without it, nobody takes the pictures for whole.
    await kept.put(`${place}/said`, Response.json({ ...said, key: crypto.randomUUID() }));
  } catch (error) {
    for (const request of await kept.keys()) {
      if (new URL(request.url).pathname.startsWith(`${place}/`)) await kept.delete(request);
    }
    throw error;
  }
}
