// The studio as an app on the phone: its worker, what waits on the phone, and the button that installs it.

const KEPT = "studio-shared";

navigator.serviceWorker?.register("/studio/worker.js", { scope: "/studio" }).catch(() => {
  // Without it there is no page without a line, and nothing else is lost.
});

/** Say that something was shared with this phone and waits for her. */
async function remind() {
  const notice = document.querySelector("[data-shared]");
  if (!notice || !globalThis.caches || !(await caches.has(KEPT))) return;
  const kept = await (await caches.open(KEPT)).keys();
  notice.hidden = !kept.some(({ url }) => url.endsWith("/said"));
}

/** Offer to install where the browser can, and say how where she has to do it by hand. */
function offer() {
  const place = document.querySelector("[data-install]");
  if (!place || matchMedia("(display-mode: standalone)").matches || navigator.standalone) return;
  const button = place.querySelector("button");
  if (navigator.standalone === false) {
    place.hidden = place.querySelector("[data-by-hand]").hidden = false;
    button.hidden = true;
  }
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    place.hidden = false;
    button.onclick = async () => {
      await event.prompt();
      place.hidden = true;
    };
  });
}

remind();
offer();
// On the page that is shown without a line: go on as soon as there is one.
if (document.querySelector("[data-offline]")) addEventListener("online", () => location.reload());
